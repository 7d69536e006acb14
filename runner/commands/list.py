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
    _show(arguments)
    _clear()
    return 0


def _clear() -> None:
    """What a killed `start` left is not to stay because one only ever looks. That it cannot be is another command's."""
    from contextlib import suppress

    from runner.engine.places import run_dir
    from runner.errors import VethlabError

    with suppress(VethlabError, OSError):
        if any(each.is_dir() for each in run_dir().iterdir()):
            from runner.session.forsaken import end_forsaken

            end_forsaken()


def _show(arguments: argparse.Namespace) -> None:
    from runner.commands.selection import chosen_labs

    labs = chosen_labs([], every=True)
    if arguments.json:
        import json

        print(json.dumps({"labs": [_row(lab) for lab in labs]}, ensure_ascii=False))
        return
    from runner.screens.lab_list import show

    show(labs, {lab.name: _states(lab) for lab in labs})


def _states(lab: Lab) -> list[str]:
    from runner.session.progress import states

    kept = states(lab.name)
    return [kept.get(step.id, "todo") for step in lab.steps]


def _row(lab: Lab) -> dict[str, Any]:
    steps = [{"id": step.id, "state": state} for step, state in zip(lab.steps, _states(lab), strict=True)]
    return {"lab": lab.name, "title": lab.title, "minutes": lab.minutes, "steps": steps}
