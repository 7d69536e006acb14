"""`vethlab solution`: the model answer of a step, to read."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "solution", run, say("Show how a step is done; it then counts as done with help."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--step", metavar="ID", help=say("that step; by default the first that is not done"))


def run(arguments: argparse.Namespace) -> int:
    from runner.called import as_called
    from runner.commands.selection import step_at_hand
    from runner.engine.testbed import IMAGE
    from runner.screens.console import plain_console
    from runner.screens.solutions import print_solution
    from runner.session.progress import assist
    from runner.session.recording import beside

    lab, step = step_at_hand(arguments)
    beside(lab).helped(step, "solution")
    named = shlex.quote(arguments.lab)
    assist(lab.name, step.id)
    console = plain_console()
    console.print(say("{step} · {title}", step=step.id, title=step.title), style="bold")
    answer = as_called(f"vethlab check {named} --step {step.id} --answer TEXT")
    print_solution(console, step, IMAGE, onhost=as_called("vethlab onhost"), answer=answer)
    return 0
