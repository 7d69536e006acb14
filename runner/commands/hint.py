"""`vethlab hint`: the next hint for a step."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "hint", run, say("Give the next hint for a step."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--step", metavar="ID", help=say("that step; by default the first that is not done"))


def run(arguments: argparse.Namespace) -> int:
    from runner.called import as_called
    from runner.commands.selection import step_at_hand
    from runner.engine.testbed import IMAGE
    from runner.screens.console import plain_console
    from runner.screens.help_ladder import print_ladder
    from runner.session.progress import hinted
    from runner.session.recording import beside

    lab, step = step_at_hand(arguments)
    beside(lab).helped(step, "hint")
    named = shlex.quote(arguments.lab)
    asked = hinted(lab.name, step.id)
    console = plain_console()
    console.print(say("{step} · {title}", step=step.id, title=step.title), style="bold")
    solution = as_called(f"vethlab solution {named} --step {step.id}")
    print_ladder(console, step, asked, IMAGE, solution)
    return 0
