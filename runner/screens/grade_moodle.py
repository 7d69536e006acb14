"""The grades as a Moodle assignment takes them: its grading worksheet (mod/assign/feedback/offline)."""

from __future__ import annotations

from checks.words import say
from runner.errors import UsageError
from runner.grading.gradebook import entries, identity
from runner.grading.marks import NONE, Batch, shown_points
from runner.screens.grade_csv import table

# importgradeslib.php wants the first, the third and the last; it cuts "Participant " off the identifier.
_COLUMNS = ("Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)")
_NEVER = ""  # so Moodle keeps what was graded there by hand, unless it is told to overwrite it


def written(batch: Batch) -> str:
    """A row a participant who has a grade: of each lab the best submission, of several labs the sum.

    Raises UsageError where no file bears a participant's number: then Moodle could match nothing.
    """
    if not any(identity(row.grade).moodle for row in batch.rows):
        raise UsageError(
            say("no file is named as Moodle names them, so its participants are not known"),
            say("name the archive as it came from “Download all submissions”, or take --csv"),
        )
    rows = []
    for entry in entries(batch):
        if entry.identity.moodle:
            total = sum((row.marks.total for row in entry.best.values()), NONE)
            of = sum((row.marks.of for row in entry.best.values()), NONE)
            points = shown_points(total), shown_points(of)
            rows.append((f"Participant {entry.identity.moodle}", entry.known_as, *points, _NEVER))
    return table([_COLUMNS, *rows])
