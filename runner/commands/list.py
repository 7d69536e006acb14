"""`vethlab list`: the labs, with progress."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.lab.model import Lab


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "list", run, say("Show the labs, with progress."))
    parser.add_argument("--json", action="store_true", help=say("one JSON document on stdout"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.selection import chosen_labs

    labs = chosen_labs([], every=True)
    if arguments.json:
        import json

        print(json.dumps({"labs": [_row(lab) for lab in labs]}, ensure_ascii=False))
        return 0
    from runner.screens.lab_list import show

    show(labs, {lab.name: _states(lab) for lab in labs})
    return 0


def _states(lab: Lab) -> list[str]:
    from runner.session.progress import states

    kept = states(lab.name)
    return [kept.get(step.id, "todo") for step in lab.steps]


def _row(lab: Lab) -> dict[str, Any]:
    steps = [{"id": step.id, "state": state} for step, state in zip(lab.steps, _states(lab), strict=True)]
    return {"lab": lab.name, "title": lab.title, "minutes": lab.minutes, "steps": steps}
