"""`vethlab reset`: shows what it will remove, asks, and removes it."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.engine.baseline import Thing
    from runner.engine.testbed import Testbed
    from runner.lab.model import Lab


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "reset", run, say("Remove what the lab made: shown first, then asked."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--step", metavar="ID", help=say("only what that step made"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.engines import of_student
    from runner.commands.selection import chosen_labs
    from runner.engine import baseline_files
    from runner.engine.find import usual_url
    from runner.engine.private.sweep import sweep
    from runner.errors import EngineFailed

    lab = chosen_labs([arguments.lab], every=False)[0]
    only = _made_by(lab, arguments.step) if arguments.step is not None else None
    sweep()
    try:
        testbed = of_student(arguments, lab)
    except EngineFailed:
        named = arguments.engine != "auto" or usual_url()
        if named or any(entry.lab == lab.name for entry in baseline_files.entries()):
            raise
        print(say("{lab} is not open anywhere: there is nothing to take away.", lab=lab.name))
        return 0
    if reset_on(testbed, lab, only, yes=arguments.yes):
        _tell_progress(lab)
    return 0


def reset_on(testbed: Testbed, lab: Lab, only: set[str] | None = None, *, yes: bool) -> bool:
    """Shows what the lab made on the engine, asks, removes it; whether it is removed. `only`: just those names.

    Raises UsageError where the lab is being played, EngineFailed where something cannot be removed.
    """
    from runner.commands.consent import consent
    from runner.engine.baseline import opened_for
    from runner.errors import EngineFailed, UsageError
    from runner.session.opening import end_unused
    from runner.session.recording import beside

    baseline = opened_for(testbed, lab)
    if baseline is None:
        print(say("{lab} is not open on this engine: there is nothing that is known to be its own.", lab=lab.name))
        return True
    if baseline.busy:
        raise UsageError(say("{lab} is being played right now", lab=lab.name), say("wait until it ends, or end it"))
    plan = [thing for thing in baseline.plan(testbed) if only is None or thing.name in only]
    _show(plan, lab)
    if plan and not consent(say("Remove them?"), yes=yes):
        return False
    problems = baseline.clear(testbed, plan if only is not None else None)
    if problems:
        raise EngineFailed(problems[0], say("take it away yourself, then: vethlab reset {lab}", lab=lab.name))
    beside(lab).removed(plan)
    end_unused(testbed)
    return True


def _tell_progress(lab: Lab) -> None:
    """What was passed stays passed: said where there is something, for a reset might seem to begin anew."""
    from runner.called import as_called
    from runner.session.progress import kept

    if kept(lab.name):
        again = as_called(f"vethlab start {shlex.quote(lab.name)} --again")
        print(say("What you have passed of {lab} is still known. From the beginning: {command}",
                  lab=lab.name, command=again))  # fmt: skip


def _made_by(lab: Lab, step_id: str) -> set[str]:
    """The names of what the step's model answer makes."""
    from runner.commands.selection import chosen_step
    from runner.lab.dockerline import read
    from runner.lab.model import DockerCommand
    from runner.session.commands import split

    lines = [each.line for each in chosen_step(lab, step_id).do if isinstance(each, DockerCommand)]
    return {named.name for line in lines for named in read(split(line)).names if named.made}


def _show(plan: list[Thing], lab: Lab) -> None:
    if not plan:
        print(say("Nothing of {lab} is left.", lab=lab.name))
        return
    print(say("This came with {lab} and will be removed:", lab=lab.name))
    for thing in plan:
        print(say("  {thing}  ({id})", thing=thing, id=thing.id[:12]))
