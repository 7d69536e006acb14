"""`vethlab submit`: writes the file that a student hands in, from what was kept here; no engine is needed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.lab.model import Lab
    from runner.session.submission import HandedIn


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "submit", run, say("Write what you did in a lab to a file, to hand in."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("-o", "--output", metavar="FILE", help=say("by default LAB-NAME.json in this folder"))
    parser.add_argument("--student", metavar="NAME", help=say("your name, for what you hand in; it is kept"))


def run(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from runner.commands.selection import chosen_labs
    from runner.commands.student import given
    from runner.session import student_name
    from runner.session.handing_in import default_name, written
    from runner.session.submission import handed_in

    lab = chosen_labs([arguments.lab], every=False)[0]
    name = given(arguments.student)
    student = (student_name.kept() or "") if name is None else name
    submission = handed_in(lab, student)
    _require_something(submission, lab)
    file = Path(arguments.output if arguments.output is not None else default_name(lab.name, student))
    replaced = written(submission, file)
    if name is not None:
        student_name.keep(name)
    _tell(submission, lab, str(file), replaced)
    return 0


def _require_something(submission: HandedIn, lab: Lab) -> None:
    """Raises UsageError where there is nothing to hand in, or more than is taken."""
    from runner.errors import UsageError
    from runner.session.submission import MOST_BYTES, MOST_ENTRIES

    if not submission.of("command") and not submission.of("answer"):
        raise UsageError(
            say("there is nothing of {lab} to hand in: no command was recorded, and no answer", lab=lab.name),
            say("work on it in a session: vethlab start {lab}", lab=lab.name),
        )
    count = len(submission.document["entries"])
    if count > MOST_ENTRIES or len(submission.text.encode()) > MOST_BYTES:
        raise UsageError(
            say("the journal of {lab} has {count} entries, more than are taken: at most {most}, and 1 MiB",
                lab=lab.name, count=count, most=MOST_ENTRIES),
            say("begin it anew: vethlab start {lab} --again", lab=lab.name),
        )  # fmt: skip


def _tell(submission: HandedIn, lab: Lab, file: str, replaced: str) -> None:
    """What is in the file, a line each, and what is not."""
    from rich.text import Text

    from runner.plain import one_line
    from runner.screens.console import plain_console
    from runner.screens.handed_in import contents
    from runner.screens.prose import print_wrapped

    console = plain_console()
    print_wrapped(console, Text(say("Written: {file}", file=one_line(file)), style="bold"))
    if replaced:
        print_wrapped(console, Text(say("It takes the place of the one that you made at {time}.", time=replaced)))
    for line in contents(submission, lab):
        print_wrapped(console, Text(line), indent=2)
