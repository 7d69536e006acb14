"""`vethlab check`: judges once, now, what is there. It builds, installs and asks nothing."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runner.commands import Subparsers
    from runner.lab.model import Lab, Step
    from runner.session.events import Event


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "check", run, say("Judge what you did, from what is there now."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--step", metavar="ID", help=say("that step; by default the first that is not done"))
    which.add_argument("--all", action="store_true", help=say("every step"))
    parser.add_argument("--answer", metavar="TEXT", help=say("your answer to the step's question"))
    parser.add_argument("--json", action="store_true", help=say("one JSON document on stdout"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.selection import chosen_labs
    from runner.errors import UsageError

    lab = chosen_labs([arguments.lab], every=False)[0]
    steps = _steps(arguments, lab)
    if arguments.answer is not None and (len(steps) > 1 or steps[0].ask is None):
        which = say("this step has none") if len(steps) == 1 else say("give --step ID")
        raise UsageError(say("--answer is for one step's question: {which}", which=which))
    if arguments.json:
        return _show_json(_events(arguments, lab, steps), lab)
    from runner.screens.showing import show

    return show(_events(arguments, lab, steps), [lab], as_json=False)


def _show_json(events: Iterator[Event], lab: Lab) -> int:
    """The document alone: rich, which the report needs, takes a while to import."""
    from runner.screens.result import Result

    result = Result([lab.name])
    for event in events:
        result.hear(event)
    print(result.document())
    return result.verdict.exit_code


def _steps(arguments: argparse.Namespace, lab: Lab) -> Sequence[Step]:
    from runner.commands.selection import chosen_step
    from runner.session.progress import current

    if arguments.all:
        return lab.steps
    if arguments.step is not None:
        return [chosen_step(lab, arguments.step)]
    return [current(lab) or lab.steps[-1]]


def _events(arguments: argparse.Namespace, lab: Lab, steps: Sequence[Step]) -> Iterator[Event]:
    from runner.commands.engines import of_student
    from runner.engine.private.sweep import sweep
    from runner.session.events import LabClosed, LabOpened, Verdict, worst
    from runner.session.judge import judge_step
    from runner.session.progress import answered, passed

    began = time.monotonic()
    sweep()
    testbed = of_student(arguments, lab)
    yield LabOpened(lab.name, lab.title, testbed.kind, testbed.version)
    verdicts = {}
    for step in steps:
        judged = judge_step(testbed, lab, step, answer=arguments.answer)
        verdicts[step.id] = judged.verdict
        yield judged
    yield LabClosed(lab.name, worst(list(verdicts.values())), time.monotonic() - began)
    if arguments.answer is not None:
        from runner.session.recording import beside

        beside(lab).answered(judged)
        answered(lab.name, steps[0].id, arguments.answer)
    for step_id, verdict in verdicts.items():  # last: a full disk must not hide the verdict
        if verdict is Verdict.PASS:
            passed(lab.name, step_id)
