"""`vethlab schema`: the JSON Schemas of lab files, of their translations, of results and of submissions."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = command(
        subparsers,
        "schema",
        run,
        say("Print the JSON Schema of lab files, of translations, of results, or of submissions."),
    )
    text = say(
        "lab: of lab files, for editors (default); translation: of their translations; "
        "result: of what run --json and check --json print; submission: of what submit writes"
    )
    parser.add_argument(
        "of", nargs="?", choices=("lab", "translation", "result", "submission"), default="lab", help=text
    )


def run(arguments: argparse.Namespace) -> int:
    print({"lab": _lab, "translation": _translation, "result": _result, "submission": _submission}[arguments.of]())
    return 0


def _lab() -> str:
    import json

    from runner.lab.schema import lab_schema

    return json.dumps(lab_schema(), indent=2, ensure_ascii=False)


def _translation() -> str:
    import json

    from runner.lab.schema import translation_schema

    return json.dumps(translation_schema(), indent=2, ensure_ascii=False)


def _result() -> str:
    return _shipped("runner.screens", "result.schema.json")


def _submission() -> str:
    return _shipped("runner.session", "submission.schema.json")


def _shipped(package: str, name: str) -> str:
    from importlib.resources import files

    return files(package).joinpath(name).read_text(encoding="utf-8").rstrip()
