"""A batch: the files that were handed in, from their bytes to a grade each, in the order in which they are done.

The files are read twice, once to know them all and once to grade them, so that no more of them are in memory than are
being graded.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from checks.words import say
from runner.errors import UsageError
from runner.grading import similar
from runner.grading.ledger import Ledger
from runner.grading.model import Grade, Submission, Unreadable
from runner.grading.pages import is_empty_online_text
from runner.grading.reading import read
from runner.grading.ungraded import about, failed, judged, unread
from runner.grading.unpack import found
from runner.grading.workers import Done, Work
from runner.lab.model import Lab

Grader = Callable[[Iterator[Work]], Iterator[Done]]


@dataclass(frozen=True)
class Intake:
    """What is handed in: `paths` are files, folders and archives, `lab` the lab of scripts that name none.

    `student` is whose all of them are, where a platform has told it; else "".
    """

    paths: tuple[Path, ...]
    lab: str | None
    labs: Mapping[str, Lab]
    student: str = ""

    def __iter__(self) -> Iterator[Submission | Unreadable]:
        for each in found(self.paths):
            if isinstance(each, Unreadable):
                yield replace(each, student=self.student or each.student)
            elif not is_empty_online_text(*each):
                file, data = each
                yield read(data, file, lab=self.lab, labs=self.labs, student=self.student)


@dataclass(frozen=True)
class Survey:
    """All files of an intake, in its order, without what is in them; `similar` are those with equal contents."""

    files: tuple[Submission | Unreadable, ...]
    similar: tuple[tuple[str, ...], ...]


def survey(intake: Intake) -> Survey:
    """Reads every file once. Raises UsageError where there is none."""
    files: list[Submission | Unreadable] = []
    alike = similar.groups(_noted(intake, files), intake.labs)
    if not files:
        raise UsageError(say("there is no file in what was named"))
    return Survey(tuple(files), alike)


def _noted(intake: Intake, files: list[Submission | Unreadable]) -> Iterator[Submission]:
    """The submissions, while every file is noted."""
    for each in intake:
        if isinstance(each, Unreadable):
            files.append(each)
        else:
            files.append(replace(each, lines=(), answers=()))
            yield each


def settled(known: Survey, ledger: Ledger, *, resume: bool) -> dict[int, Grade]:
    """By its place, the grade of each file that needs no replay: it is no submission, or, with `resume`, is graded."""
    kept = ledger.known(ledger.key(each) for each in known.files if isinstance(each, Submission)) if resume else {}
    done: dict[int, Grade] = {}
    for place, file in enumerate(known.files):
        if isinstance(file, Unreadable):
            done[place] = unread(file)
        elif (grade := kept.get(ledger.key(file))) is not None:
            done[place] = about(grade, file)
    return done


def graded(intake: Intake, left: Mapping[int, Submission], ledger: Ledger, grader: Grader) -> Generator[Done]:
    """The grades of the submissions that are left, by their places, as they are done.

    What is judged is kept in the ledger before it is told. A file that was changed meanwhile is not judged, and costs
    no other. Raises NotKept, and what the grader raises.
    """
    if not left:
        return
    changed: list[int] = []
    with closing(_closable(grader(_work(intake, left, changed)))) as done:
        for place, grade in done:
            if judged(grade):
                ledger.keep(left[place], grade)
            yield place, grade
    for place in sorted(changed):
        yield place, failed(left[place], say("it was changed, or taken away, while the batch was graded"))


def is_kept(grade: Grade) -> bool:
    """Whether the same command with --resume takes it as it is."""
    return grade.unreadable or judged(grade)


def _work(intake: Intake, left: Mapping[int, Submission], changed: list[int]) -> Iterator[Work]:
    """The submissions that are left, read once more; `changed` gets the places of those that are not what they were."""
    places = {each.file: place for place, each in left.items()}
    for each in intake:
        place = places.pop(each.file, None)
        if place is not None and isinstance(each, Submission) and each.digest == left[place].digest:
            yield place, each
        elif place is not None:
            changed.append(place)
        if not places:
            return
    changed += places.values()


def _closable(done: Iterator[Done]) -> Generator[Done]:
    yield from done


def exit_code(grades: list[Grade]) -> int:
    """3 where one could not be judged, else 2 where one is no submission, else 0."""
    if not all(map(is_kept, grades)):
        return 3
    return 2 if any(each.unreadable for each in grades) else 0
