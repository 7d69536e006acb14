"""The student's name, as it is given on a command line or asked for."""

from __future__ import annotations

import sys

from checks.words import say
from runner.errors import UsageError
from runner.session.student_name import tidied, trouble

_TRIES = 3


def given(name: str | None) -> str | None:
    """What --student says; None where it is not there. Raises UsageError."""
    if name is None:
        return None
    wrong = trouble(tidied(name))
    if wrong:
        raise UsageError(say("--student: {wrong}", wrong=wrong))
    return tidied(name)


def ask() -> str:
    """Asks for the name; "" where none is given. What can be no name is asked for again."""
    for _ in range(_TRIES):
        print(say("Your name, for what you hand in (Enter: none):"), end=" ", flush=True)  # start has a terminal there
        name = tidied(sys.stdin.readline().rstrip("\r\n"))
        wrong = trouble(name)
        if not wrong:
            return name
        print(say("vethlab: {note}", note=wrong))
    return ""
