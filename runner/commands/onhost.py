"""`vethlab onhost`: a look at the host that the engine runs on."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.engine.testbed import Testbed


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "onhost", run, say("Look at the host that the engine runs on."))
    parser.add_argument(
        "words", metavar="[server2] COMMAND…", nargs=argparse.REMAINDER, help=say("as in: onhost ip -br addr")
    )


def run(arguments: argparse.Namespace) -> int:
    """Becomes the command, so that terminal, signals and exit code are its own."""
    from runner.errors import NotHere, UsageError
    from runner.session.commands import host_argv

    words = list(arguments.words)
    testbed = _testbed(arguments, words)
    on = words.pop(0) if words and words[0] in [each.name for each in testbed.servers] else None
    if not words:
        raise UsageError(say("usage: onhost [server2] COMMAND, as in: onhost ip -br addr"))
    argv = [*host_argv(testbed, on), *words]
    sys.stdout.flush()
    try:
        os.execvpe(argv[0], argv, {**os.environ, **testbed.environ})
    except OSError as error:
        raise NotHere(say("{program} cannot be run: {reason}", program=argv[0], reason=error.strerror)) from error


def _testbed(arguments: argparse.Namespace, words: list[str]) -> Testbed:
    """The engine of the session that one is in; else the student's, with two servers where the second is named."""
    from runner.commands.engines import of_student
    from runner.commands.selection import chosen_labs
    from runner.commands.start import INSIDE

    inside = os.environ.get(INSIDE)
    if inside:
        return of_student(arguments, chosen_labs([inside], every=False)[0])
    return of_student(arguments, servers=2 if words[:1] == ["server2"] else 1)
