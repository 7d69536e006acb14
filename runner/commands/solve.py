"""`vethlab solve`: does a step for the student, on the engine that they work on."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from runner.commands import Subparsers
    from runner.engine.baseline import Baseline
    from runner.engine.testbed import Testbed
    from runner.lab.model import Command, Lab, Step


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "solve", run, say("Do a step for me; it then counts as done with help."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--step", metavar="ID", help=say("that step; by default the first that is not done"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.engines import of_student
    from runner.commands.selection import step_at_hand
    from runner.engine.private.sweep import sweep
    from runner.screens.console import plain_console
    from runner.session.rebuild import lost

    lab, step = step_at_hand(arguments)
    sweep()
    testbed = of_student(arguments, lab)
    console = plain_console()
    fresh = _opened(testbed, lab) is None
    lacks = lost(testbed, lab, step)
    if not _agreed([each for each in lacks if not (fresh and each in lab.setup)], testbed, step, yes=arguments.yes):
        return 1
    _prepare(testbed, lab, step, console)
    return _solved(testbed, lab, step, console)


def _opened(testbed: Testbed, lab: Lab) -> Baseline | None:
    """The lab's open baseline. Raises UsageError while the lab is being played."""
    from runner.engine.baseline import opened_for
    from runner.errors import UsageError

    baseline = opened_for(testbed, lab)
    if baseline and baseline.busy:
        raise UsageError(say("{lab} is being played right now", lab=lab.name), say("wait until it ends, or end it"))
    return baseline


def _agreed(lacks: Sequence[Command], testbed: Testbed, step: Step, *, yes: bool) -> bool:
    """Whether what the step needs may be made, after it was shown. The lab's own set-up is not asked about."""
    from runner.commands.consent import consent
    from runner.screens.solutions import typed

    if not lacks:
        return True
    print(say("{step} needs what is not there. To make it, this would be run first:", step=step.id))
    for each in lacks:
        print(f"  {typed(each, testbed.image)}")
    return consent(say("Run it?"), yes=yes)


def _prepare(testbed: Testbed, lab: Lab, step: Step, console: Console) -> None:
    """The image, the lab opened so that a reset knows what is made, and all that the step needs."""
    from runner.engine.lab_image import image
    from runner.screens.waiting import waiting
    from runner.session.opening import opened
    from runner.session.rebuild import restore
    from runner.session.recording import beside

    if testbed.kind == "external":
        with waiting() as tell:
            image.build(testbed.server().docker, tell)
    if _opened(testbed, lab) is None:
        for event in opened(testbed, lab).set_up():
            _show(event, testbed, console)
    recording = beside(lab)
    for event in restore(testbed, lab, step):
        recording.restored(event)
        _show(event, testbed, console)


def _solved(testbed: Testbed, lab: Lab, step: Step, console: Console) -> int:
    """The step done and judged, each shown; the verdict's exit code."""
    from runner.screens.report import Report
    from runner.session.events import LabClosed, LabOpened, StepJudged
    from runner.session.recording import beside
    from runner.session.solve import solve

    recording = beside(lab)
    recording.helped(step, "solve")
    report = Report([lab.name])
    report.hear(LabOpened(lab.name, lab.title, testbed.kind, testbed.version))
    code = 0
    for event in solve(testbed, lab, step):
        if isinstance(event, StepJudged):
            recording.answered(event)
            if event.answer is not None:
                console.print(say("the answer: {answer}", answer=event.answer))
            report.hear(event)
            report.hear(LabClosed(lab.name, event.verdict, event.seconds))
            code = event.verdict.exit_code
        else:
            recording.played(event)
            _show(event, testbed, console)
    print()
    report.print_ready()
    return code


def _show(event: object, testbed: Testbed, console: Console) -> None:
    from runner.screens.solutions import print_played, with_image
    from runner.session.events import CommandPlayed

    if isinstance(event, CommandPlayed):
        print_played(console, with_image(event.line, testbed.image), event.output)
