"""`vethlab new`: begin a lab file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "new", run, say("Begin a lab file that works as it stands."))
    parser.add_argument("name", metavar="NAME", help=say("the new lab's name: small letters, digits, hyphens"))
    parser.add_argument(
        "-o", "--output", metavar="FILE", help=say("where to write it, - for stdout (default: NAME.yaml)")
    )


def run(arguments: argparse.Namespace) -> int:
    from runner.errors import UsageError
    from runner.lab.new import scaffold
    from runner.lab.problems import shown
    from runner.lab.steps import is_identifier

    if not is_identifier(arguments.name):
        text = say("a lab's name is small letters, digits and hyphens, not {name}", name=shown(arguments.name))
        raise UsageError(text, hint=say("vethlab new my-network"))
    output = arguments.output or f"{arguments.name}.yaml"
    if output == "-":
        print(scaffold(arguments.name), end="")
        return 0
    _write(output, scaffold(arguments.name))
    print(say("{file} is written. Next: vethlab lint {file}, vethlab prove {file}", file=shown(output)))
    return 0


def _write(output: str, text: str) -> None:
    """Never over something that is there."""
    from runner.errors import UsageError
    from runner.lab.problems import shown

    try:
        with open(output, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        what = say("{file} is there already, and was left as it is", file=shown(output))
        raise UsageError(what, hint=say("another NAME, or -o FILE")) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(say("{file} cannot be written: {reason}", file=shown(output), reason=reason)) from error
