"""The grades as Canvas's grade book imports them (canvas-lms, lib/gradebook_importer.rb)."""

from __future__ import annotations

import re

from runner.grading.gradebook import Entry, entries
from runner.grading.marks import Batch, shown_points
from runner.screens.grade_csv import table

# Canvas takes a row for that of what assignments are worth where these words stand in its first cell.
_WORTH = re.compile(r"points\s+possible", re.IGNORECASE)
_STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")  # in this order; what follows is assignments


def written(batch: Batch) -> str:
    """A row a student who has a grade, a column a lab, named by its title: of each lab the best submission counts.

    Canvas finds a student by ID, else by the SIS ids, else by name, and asks about the others.
    """
    labs = list(batch.labs.values())
    graded = entries(batch)
    worth = {name: row.marks.of for entry in graded for name, row in entry.best.items()}
    rows = [
        (
            *_student(entry),
            *(shown_points(entry.best[lab.name].marks.total) if lab.name in entry.best else "" for lab in labs),
        )
        for entry in graded
    ]
    possible = (
        "Points Possible",
        "",
        "",
        "",
        "",
        *(shown_points(worth[lab.name]) if lab.name in worth else "" for lab in labs),
    )
    return table([(*_STUDENT, *(lab.title for lab in labs)), possible, *rows])


def _student(entry: Entry) -> tuple[str, ...]:
    known = entry.identity
    return _WORTH.sub("points-possible", entry.name), known.canvas, known.student_id, known.email, ""
