"""`vethlab lint`: everything that is wrong in lab files, at once."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "lint", run, say("Say what is wrong in lab files, all at once."))
    parser.add_argument("files", nargs="+", metavar="FILE", help=say("a lab file, or the name of a lab"))


def run(arguments: argparse.Namespace) -> int:
    from runner.lab.lint import lint
    from runner.lab.loader import find_lab
    from runner.lab.problems import LabProblems, Problem

    found: list[Problem] = []
    for file in arguments.files:
        try:
            lab = lint(find_lab(file))
        except LabProblems as problems:
            found += problems.problems
        else:
            print(say("{lab}: good, {count} steps", lab=lab.name, count=len(lab.steps)))
    if found:
        raise LabProblems(found)
    return 0
