"""Which engine a command speaks to."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from checks.words import say
from runner.engine.find import choose, why_not_private, with_private
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, NotHere
from runner.plain import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.engine.records import Record
    from runner.lab.model import Lab


def for_runs(arguments: argparse.Namespace) -> Testbed | None:
    """The external engine to play on, or None: start private ones. What is lacking for it is installed first.

    Raises EngineFailed, NotHere, UsageError.
    """
    from runner.engine import install

    shared = choose(arguments.engine, prefer_private=True, tell=tell)
    if shared is None and arguments.engine == "auto" and install.missing():
        shared = _there_already()
    installed(arguments, install.EXTERNAL if shared else install.PRIVATE)
    return shared


def _there_already() -> Testbed | None:
    """An external engine that answers: better than installing one."""
    try:
        return choose("external")
    except EngineFailed:
        return None


def of_student(arguments: argparse.Namespace, lab: Lab | None = None, servers: int = 1) -> Testbed:
    """The engine that a student works on: a private one that stays, else an external one that answers.

    It has as many servers as the lab, or `servers`. Nothing is started. Raises EngineFailed where there is none,
    NotHere where the lab needs two servers.
    """
    servers = lab.servers if lab else servers
    if lab and arguments.engine == "auto" and (found := _of_open_lab(lab)):
        return found if isinstance(found, Testbed) else _attach(found)
    record = _spoken_to(servers) if arguments.engine in ("auto", "private") else None
    if record:
        return _attach(record)
    start = "vethlab engine start" + (f" {lab.name}" if lab else "")
    if lab and servers > 1:
        require_servers(lab, start)
        raise EngineFailed(say("{lab} needs two servers of vethlab's own", lab=lab.name), start)
    if arguments.engine == "private":
        raise EngineFailed(say("no private engine runs"), start)
    found = choose(arguments.engine, tell=lambda _: None)
    if found is None:
        raise EngineFailed(say("no Docker Engine was found"), start)
    return found


def _attach(record: Record) -> Testbed:
    from runner.engine.private.started import attach  # late: whoever has an external engine needs none of it

    return attach(record)


def to_work_on(arguments: argparse.Namespace, lab: Lab) -> Testbed:
    """The engine for a student's session: that of the open lab, else as `of_student`, else private ones are started.

    What is lacking is installed first, with consent. Engines that stay and do not answer any more are ended and
    started anew. Raises EngineFailed, NotHere, UsageError.
    """
    found = _of_open_lab(lab) if arguments.engine == "auto" else None
    if isinstance(found, Testbed):
        return found
    record = found or (_spoken_to(lab.servers) if arguments.engine in ("auto", "private") else None)
    if record and (running := attached(record)):
        return running
    require_servers(lab, f"vethlab start {lab.name}")
    external = choose(arguments.engine, tell=lambda _: None) if lab.servers == 1 else choose("private")
    if external:
        from runner.engine.install import EXTERNAL

        installed(arguments, EXTERNAL)
        return external
    return _started_for_labs(arguments, lab.servers)


def _of_open_lab(lab: Lab) -> Testbed | Record | None:
    """Where the lab is open in a student's session: an external engine that answers, or the record of private ones."""
    from runner.engine import baseline_files, records

    entry = baseline_files.open_for(lab.name)
    if entry is None:
        return None
    if entry.engine.startswith("private-"):
        name = entry.engine.removeprefix("private-")
        return next((record for record in records.lasting() if record.name == name), None)
    usual = choose("auto", tell=lambda _: None)
    return usual if usual and usual.servers[0].url == entry.url else choose(entry.url)


def attached(record: Record) -> Testbed | None:
    """Engines that stay; None where they do not answer any more: then they are ended, with all that was on them."""
    from runner.engine import baseline_files
    from runner.engine.private.started import Ours, attach

    try:
        return attach(record)
    except EngineFailed as failed:
        tell(say("{what}: it is ended, and another one started", what=failed.what))
        Ours(record, None).end()
        baseline_files.forget_engine(f"private-{record.name}")
        return None


def _started_for_labs(arguments: argparse.Namespace, servers: int) -> Testbed:
    """Private engines that stay until the last lab on them ends."""
    from runner.engine import install, records
    from runner.engine.private.opening import private
    from runner.screens.waiting import waiting

    installed(arguments, install.PRIVATE)
    with waiting() as progress:
        started = private(servers, lasting=True, progress=progress)
    if record := records.read(started.name):
        records.lives_for_labs(record).touch()
    return started


def require_servers(lab: Lab, command: str) -> None:
    """NotHere where private engines cannot be started for a lab that needs two; `command` is what could with root."""
    why = why_not_private() if lab.servers > 1 else ""
    if why:
        what = say("{lab} needs two servers of vethlab's own: {why}", lab=lab.name, why=why)
        raise NotHere(what, with_private(command))


def lasting(servers: int) -> Record | None:
    """The record of the engines that stay: those with just so many servers, else with more."""
    from runner.engine import records

    enough = [each for each in records.lasting() if each.servers >= servers]
    return min(enough, key=lambda each: each.servers, default=None)


def _spoken_to(servers: int) -> Record | None:
    """The record of the engines that stay, first of those that `engine env` has pointed this shell's docker at."""
    from runner.engine import records

    here = os.environ.get("DOCKER_CONFIG", "")
    enough = (each for each in records.lasting() if each.servers >= servers)
    return next((each for each in enough if str(each.folder / "config") == here), None) or lasting(servers)


def installed(arguments: argparse.Namespace, programs: Sequence[str]) -> None:
    """Sees to it that the system has these programs; asks first. Raises UsageError, NotHere, EngineFailed."""
    from runner.commands.consent import consent, nobody_to_ask
    from runner.engine import install
    from runner.screens.waiting import waiting

    plan = install.plan(programs)
    if plan is None:
        return
    if not arguments.yes and nobody_to_ask():
        raise install.refuse(plan)
    if not consent(say("This is needed, and will be run: {command}. Go on?", command=plan.command), yes=arguments.yes):
        raise install.refuse(plan)
    with waiting() as progress:
        install.perform(plan, progress)


def tell(line: str) -> None:
    """A note for the person, on stderr."""
    print(say("vethlab: {note}", note=one_line(line)), file=sys.stderr)
