"""Which engine a command speaks to."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from checks.words import say
from runner.engine.find import choose, why_not_private
from runner.errors import EngineFailed, NotHere
from runner.plain import one_line

if TYPE_CHECKING:
    from runner.engine.records import Record
    from runner.engine.testbed import Testbed
    from runner.lab.model import Lab


def for_runs(arguments: argparse.Namespace) -> Testbed | None:
    """The external engine to play on, or None: start private ones, for which everything is then installed.

    Raises EngineFailed, NotHere, UsageError.
    """
    shared = choose(arguments.engine, prefer_private=True, tell=tell)
    if shared is None:
        installed(arguments)
    return shared


def of_student(arguments: argparse.Namespace, lab: Lab | None = None) -> Testbed:
    """The engine that a student works on: a private one that stays, else an external one that answers.

    Nothing is started. Raises EngineFailed where there is none, NotHere where the lab needs two servers.
    """
    from runner.engine.private import attach

    servers = lab.servers if lab else 1
    record = lasting(servers) if arguments.engine in ("auto", "private") else None
    if record:
        return attach(record)
    start = "vethlab engine start" + (f" {lab.name}" if lab else "")
    if servers > 1:
        why = why_not_private()
        what = say("{lab} needs two servers of vethlab's own", lab=lab.name if lab else "")
        raise (
            NotHere(say("{what}: {why}", what=what, why=why), say("sudo {start}", start=start))
            if why
            else EngineFailed(what, start)
        )
    if arguments.engine == "private":
        raise EngineFailed(say("no private engine runs"), start)
    found = choose(arguments.engine, tell=lambda _: None)
    if found is None:
        raise EngineFailed(say("no Docker Engine was found"), start)
    return found


def lasting(servers: int) -> Record | None:
    """The record of the engines that stay: those with just so many servers, else with more."""
    from runner.engine import records

    enough = [each for each in records.lasting() if each.servers >= servers]
    return min(enough, key=lambda each: each.servers, default=None)


def installed(arguments: argparse.Namespace) -> None:
    """Sees to it that the system has what private engines need; asks before it installs. Raises UsageError, NotHere."""


def tell(line: str) -> None:
    """A note for the person, on stderr."""
    print(say("vethlab: {note}", note=one_line(line)), file=sys.stderr)
