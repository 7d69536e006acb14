"""`vethlab schema`: the JSON Schemas of the files that authors and instructors write, and of what commands write."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


_NAMES = ("lab", "translation", "policy", "result", "submission", "grade")


def add(subparsers: Subparsers) -> None:
    what = say("Print the JSON Schema of lab files, of translations and policies, or of what commands write.")
    parser = command(subparsers, "schema", run, what)
    text = say(
        "lab: of lab files, for editors (default); translation: of their translations; "
        "policy: of policies for grading; result: of what run --json and check --json print; "
        "submission: of what submit writes; grade: of what grade --json prints"
    )
    parser.add_argument("of", nargs="?", choices=_NAMES, default="lab", help=text)


def run(arguments: argparse.Namespace) -> int:
    match arguments.of:
        case "lab":
            print(_lab())
        case "translation":
            print(_translation())
        case "policy":
            print(_policy())
        case "submission":
            print(_shipped("runner.session", "submission.schema.json"))
        case name:
            print(_shipped("runner.screens", f"{name}.schema.json"))
    return 0


def _lab() -> str:
    import json

    from runner.lab.schema import lab_schema

    return json.dumps(lab_schema(), indent=2, ensure_ascii=False)


def _translation() -> str:
    import json

    from runner.lab.schema import translation_schema

    return json.dumps(translation_schema(), indent=2, ensure_ascii=False)


def _policy() -> str:
    import json

    from runner.grading.policy import schema

    return json.dumps(schema(), indent=2, ensure_ascii=False)


def _shipped(package: str, name: str) -> str:
    from importlib.resources import files

    return files(package).joinpath(name).read_text(encoding="utf-8").rstrip()
