"""The class as a table for spreadsheets: a row a submission, a column a step."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from checks.words import say
from runner.grading.gradebook import identity
from runner.grading.marks import Batch, Row, shown_points
from runner.plain import one_line
from runner.screens.grade_feedback import State, reason, remarks, state

_BOM = "\ufeff"  # without it Excel reads UTF-8 as its system's own encoding
# What a spreadsheet takes for a formula at the start of a cell (OWASP, CSV Injection), the full-width forms too: blanks
# and quotes before it may be dropped. Where semicolons part cells, a new one begins behind each.
_SIGNS = r"[\s\"'\u3000]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
_FORMULA, _LATER = re.compile(_SIGNS), re.compile(f";(?={_SIGNS})")
_COLUMNS = ("file", "student", "lab", "points", "claimed", "total", "of", "handed_in", "error", "remarks", "same_as")
_LAST = ("why", "student_id", "email", "moodle_participant", "canvas_id")
_LONGEST = 2000  # of a cell; a spreadsheet holds 32,767 characters


def written(batch: Batch) -> str:
    """UTF-8 text with its byte order mark, lines ending as RFC 4180 says."""
    steps = _steps(batch)
    several = len(batch.labs) > 1
    names = [f"{lab}: {step}" if several else step for lab, step in steps]
    same = {file: [other for other in group if other != file] for group in batch.similar for file in group}
    rows = [[*_about(row, same), *_points(row, steps), _why(row), *_identity(row)] for row in batch.rows]
    return _BOM + table([[*_COLUMNS, *names, *_LAST], *rows])


def table(rows: Iterable[Sequence[str]]) -> str:
    """CSV as RFC 4180 says, of cells that no spreadsheet runs."""
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\r\n")
    writer.writerows([cell(each) for each in row] for row in rows)
    return held.getvalue()


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet runs: an apostrophe stands before what would be a formula."""
    plain = _LATER.sub(";'", one_line(text, _LONGEST))
    return f"'{plain}" if _FORMULA.match(plain) else plain


def _steps(batch: Batch) -> list[tuple[str, str]]:
    return [(name, step.id) for name, lab in batch.labs.items() for step in lab.steps]


def _about(row: Row, same: dict[str, list[str]]) -> list[str]:
    grade, marks = row.grade, row.marks
    points = [shown_points(each) for each in (marks.points, marks.claimed, marks.total, marks.of)]
    if grade.error:  # a 0 would be taken for a grade
        points[:3] = ["", "", ""]
    others = " · ".join(same.get(grade.file, []))
    return [
        grade.file,
        grade.student,
        grade.lab,
        *points,
        grade.handed_in,
        grade.error,
        " · ".join(remarks(row)),
        others,
    ]


def _points(row: Row, steps: list[tuple[str, str]]) -> list[str]:
    """The points that were proved, by step; words where there is no saying."""
    states = {each.step: state(each) for each in row.grade.steps}
    worth = {each.step: each for each in row.marks.steps}
    cells = []
    for lab, step in steps:
        how, marks = states.get(step), worth.get(step)
        if lab != row.grade.lab or how is None or marks is None:
            cells.append("")
        elif how is State.CLAIMED:
            cells.append(say("claimed {points}", points=shown_points(marks.claimed)))
        elif how in (State.PROVED, State.NOT_YET):
            cells.append(shown_points(marks.points))
        else:
            cells.append(how.label)
    return cells


def _why(row: Row) -> str:
    return " · ".join(f"{each.step}: {reason(each)}" for each in row.grade.steps if reason(each))


def _identity(row: Row) -> tuple[str, ...]:
    known = identity(row.grade)
    return known.student_id, known.email, known.moodle, known.canvas
