"""By what a grade book finds a student, and which of a student's hand-ins has the grade."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runner.grading.filenames import owner, platform_id
from runner.grading.marks import Batch, Row
from runner.grading.model import Grade

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?![\w-])", re.ASCII)
# A number of five digits or more, with a few letters before it (s1234567) or a dash within (2023-12345); no date.
_NUMBER = re.compile(r"(?<![A-Za-z0-9-])(?!\d{4}-\d\d(?!\d))[A-Za-z]{0,2}\d+(?:-\d+)*(?![A-Za-z0-9-])")
_FEWEST = 5  # digits


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a student to a grade book; "" where nothing says it.

    `moodle` (the number of a participant of one assignment) and `canvas` (a user's id) are the platform's own, from
    the name that it gave to the file. `student_id` and `email` are what the file says, or is called.
    """

    student_id: str = ""
    email: str = ""
    moodle: str = ""
    canvas: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A student with a grade: `name` as the file says it, `known_as` as its platform does. `best` is, by lab, the
    submission with the most points."""

    name: str
    known_as: str
    identity: Identity
    best: Mapping[str, Row]


def identity(grade: Grade) -> Identity:
    """What is known of whose a submission is, besides the name."""
    platform, number = platform_id(grade.file)
    texts = (grade.student, owner(grade.file))
    email = next((found.group() for each in texts if (found := _EMAIL.search(each))), "")
    own = next(filter(None, (_student_id(_EMAIL.sub(" ", each), number) for each in texts)), "")
    return Identity(
        number if platform == "blackboard" else own,
        email,
        number if platform == "moodle" else "",
        number if platform == "canvas" else "",
    )


def _student_id(text: str, other: str) -> str:
    """The one number in it that can be a student's; "" where there is none, or more than one. `other` is none."""
    found = {each for each in _NUMBER.findall(text) if sum(map(str.isdigit, each)) >= _FEWEST}
    found.discard(other)
    return found.pop() if len(found) == 1 and not text.startswith("submission_") else ""


def entries(batch: Batch) -> list[Entry]:
    """The students who have a grade, in the order of their files."""
    students: dict[tuple[str, ...], tuple[Grade, Identity, list[Row]]] = {}
    for row in batch.rows:
        known = identity(row.grade)
        rows = students.setdefault(_key(row.grade, known), (row.grade, known, []))[2]
        if not row.grade.error:
            rows.append(row)
    return [
        Entry(grade.student or grade.file, owner(grade.file), known, _best(rows))
        for grade, known, rows in students.values()
        if rows
    ]


def _key(grade: Grade, known: Identity) -> tuple[str, ...]:
    """What is the same for two files of one student; the platform's own word goes before what the file says."""
    if known.moodle or known.canvas:
        return "platform", known.moodle, known.canvas
    return ("said", known.student_id, known.email, grade.student or grade.file)


def _best(rows: Iterable[Row]) -> dict[str, Row]:
    best: dict[str, Row] = {}
    for row in rows:
        before = best.get(row.grade.lab)
        if before is None or row.marks.total > before.marks.total:
            best[row.grade.lab] = row
    return best
