"""The grades as Canvas's grade book imports them (canvas-lms, lib/gradebook_importer.rb)."""

from __future__ import annotations

from runner.grading.gradebook import entries
from runner.grading.marks import Batch, shown_points
from runner.screens.grade_csv import table

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
            *(entry.name, entry.identity.canvas, entry.identity.student_id, entry.identity.email, ""),
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
