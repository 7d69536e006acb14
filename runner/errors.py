"""What can go wrong for people, each with the exit code it ends in. One ladder in `cli` turns them into codes."""

from __future__ import annotations

from runner.plain import clean_text


class VethlabError(Exception):
    """Something to tell a person in one line: what is wrong and where; `hint` is what to do next.

    Both may quote engines, files and command lines: they are made safe to print here.
    """

    exit_code = 2

    def __init__(self, what: str, hint: str = "") -> None:
        self.what = clean_text(what)
        self.hint = clean_text(hint)
        super().__init__(self.what)


class UsageError(VethlabError):
    """A wrong command line, or a lab or submission file that is no good."""

    exit_code = 2


class EngineFailed(VethlabError):
    """The engine is absent, refused, died, was too slow or talked nonsense. Never the student's fault."""

    exit_code = 3


class NameTaken(VethlabError):
    """A name that the lab uses belongs to something that is not the lab's. Nothing was touched."""

    exit_code = 3


class NotKept(VethlabError):
    """The student's progress could not be read or written. What was done on the engine is untouched."""

    exit_code = 3


class SetupFailed(VethlabError):
    """What vethlab itself needs could not be installed."""

    exit_code = 3


class NotHere(VethlabError):
    """This machine cannot do it; the hint says what would help."""

    exit_code = 4
