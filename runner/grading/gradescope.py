"""Whose a submission is, as Gradescope tells it to an autograder: submission_metadata.json.

    {"id": 123456, "users": [{"id": 1234, "name": "Anna Berg", "email": "anna@example.org"}], …}

Gradescope lays it beside the folder of what was handed in, never within (gradescope-autograders.readthedocs.io,
"Submission Metadata"): what lies within the student has chosen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from checks.words import say
from runner.errors import UsageError
from runner.lab.problems import shown
from runner.plain import one_line
from runner.session.student_name import LONGEST

NAME = "submission_metadata.json"
_FOLDER = "submission"  # as Gradescope calls it; in it the student may have folders, and such files
_MOST_BYTES = 32 * 1024 * 1024  # it holds the results of all earlier submissions


def beside(paths: Sequence[Path]) -> Path | None:
    """The file that belongs to what is graded, where one lies there: beside the outermost folder `submission`."""
    if len(paths) != 1:
        return None
    path = paths[0].absolute()
    outermost = reversed([path, *path.parents])
    found = (folder.parent / NAME for folder in outermost if folder.name == _FOLDER and folder.is_dir())
    return next((file for file in found if file.is_file()), None)


def student(file: Path) -> str:
    """The name of the student, of all students of a group. Raises UsageError where the file does not say it."""
    try:
        with file.open("rb") as held:
            found = json.loads(held.read(_MOST_BYTES))
        users = found["users"]
        names = [one_line(each.get("name") or each["email"], LONGEST) for each in users]
    except OSError as error:
        what = say("{file} cannot be read: {reason}", file=shown(str(file)), reason=error.strerror or error)
        raise UsageError(what, _next()) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        names = []
    if not any(names):
        what = say("{file} names no student, as Gradescope's {name} does", file=shown(str(file)), name=NAME)
        raise UsageError(what, _next())
    return one_line(", ".join(filter(None, names)), LONGEST)


def _next() -> str:
    return say("name the file that Gradescope wrote, or leave out --metadata")
