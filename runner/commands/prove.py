"""`vethlab prove`: the author's proof of labs, on private engines."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


def add(subparsers: Subparsers) -> None:
    purpose = say("Prove that a lab's checks can fail and that its mistakes are caught.")
    parser = command(subparsers, "prove", run, purpose)
    parser.add_argument("labs", nargs="*", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--all", action="store_true", help=say("every lab"))
    parser.add_argument("--jobs", type=int, default=4, metavar="N", help=say("engines side by side (4)"))
    parser.add_argument("--verbose", "-v", action="store_true", help=say("tell the claims that hold as well"))


def run(arguments: argparse.Namespace) -> int:
    """0 when every claim about every lab holds, 1 when one does not."""
    from functools import partial

    from runner.commands.engines import installed, tell
    from runner.commands.selection import chosen_labs
    from runner.engine import install
    from runner.engine.private.opening import private
    from runner.engine.private.sweep import sweep
    from runner.engine.private.template import held
    from runner.errors import UsageError
    from runner.screens.proof import show
    from runner.session.prove import prove

    if arguments.jobs < 1:
        raise UsageError(say("--jobs wants a number from 1 up"))
    labs = chosen_labs(arguments.labs, every=arguments.all, original=True)
    installed(arguments, install.PRIVATE)
    sweep()
    with held("/", tell):
        hold = [
            show(lab, prove(lab, partial(private, lab.servers), jobs=arguments.jobs), all_claims=arguments.verbose)
            for lab in labs
        ]
    return 0 if all(hold) else 1
