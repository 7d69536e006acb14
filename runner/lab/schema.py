"""The JSON Schema of lab files, for editors: keys, forms, and every check with its arguments from the registry.

It tells an author early most of what the loader tells. What is more than shape (names in `uses`, doubled ids, the words
of commands) is the loader's alone. `lab.schema.json` beside this file is a copy, printed by `vethlab schema`.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from typing import Any, Literal

from checks.registry import Check, Truth
from runner.lab.arguments import wanted
from runner.lab.steps import IDENTIFIER

Schema = dict[str, Any]

_TEXT: Schema = {"type": ["string", "number", "boolean"]}
_WORD: Schema = {"type": ["string", "number", "boolean", "null"]}  # driver: null is the driver called null
_PATTERNS = {
    "container": r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$",
    "network": r"^[a-zA-Z0-9][a-zA-Z0-9_.-]+$",
    "cidr": r"^[0-9]+(\.[0-9]+){3}(/[0-9]+)?$",
    "address": r"^[0-9]+(\.[0-9]+){3}$",
}
_SERVER: Schema = {"enum": ["server1", "server2"], "description": "On which server, in a lab with servers: 2."}


def lab_schema() -> Schema:
    """The schema, built from the checks and truths that there are."""
    from checks import CHECKS, TRUTHS  # late: it imports every family

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A vethlab lab",
        **_object(_lab(), ["lab", "title", "minutes", "steps"]),
        "$defs": {
            "step": _object(_step(), ["id", "title", "text"]) | {"anyOf": _required("check", "ask")},
            "command": _command(),
            "commands": _one_or_many({"$ref": "#/$defs/command"}),
            "check": _check(CHECKS),
            "question": _question(TRUTHS),
            "answer": _answer(),
            "mistake": _object(_mistake(), ["says"]) | {"oneOf": _required("do", "then")},
        },
    }


def translation_schema() -> Schema:
    """The schema of the file that holds a lab's texts in another language. Which ids there are, only the lab knows."""
    step = _object(_translated_step()) | {"minProperties": 1}
    steps = {"type": "object", "propertyNames": _identifier("The step's id."), "additionalProperties": step}
    keys = {
        "lab": _identifier("The name of the lab that this translates; the file has that lab's name, too."),
        "title": _TEXT,
        "summary": _TEXT,
        "steps": _described(steps | {"minProperties": 1}, "By step id."),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A translation of a vethlab lab",
        **_object(keys, ["lab"]),
    }


def _translated_step() -> dict[str, Schema]:
    return {
        "title": _TEXT,
        "text": _TEXT,
        "matters": _TEXT,
        "ask": _described(_TEXT, "The text of the question."),
        "choices": _described(_many(_TEXT) | {"minItems": 3, "uniqueItems": True}, "As many, in the same order."),
        "because": _TEXT,
        "hints": _described(_many(_TEXT), "As many, in the same order."),
        "mistakes": _described(_many(_TEXT), "The text of each mistake that has one, in order."),
    }


def _lab() -> dict[str, Schema]:
    names = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"pattern": _PATTERNS["container"]} | _TEXT}
    return {
        "lab": _identifier("The lab's name, the same as its file's."),
        "title": _TEXT,
        "summary": _described(_TEXT, "One sentence for vethlab list."),
        "minutes": {"type": "integer", "minimum": 1, "maximum": 600},
        "servers": _described({"enum": [1, 2]}, "2 asks for two servers on a LAN."),
        "uses": _described(_object({"networks": names, "containers": names}), "All that the lab may make and remove."),
        "setup": _described({"$ref": "#/$defs/commands"}, "Commands before the first step."),
        "steps": _many({"$ref": "#/$defs/step"}),
    }


def _step() -> dict[str, Schema]:
    return {
        "id": _identifier("What the step is called on command lines."),
        "title": _TEXT,
        "text": _described(_TEXT, "What to do and why, in markdown."),
        "do": _described({"$ref": "#/$defs/commands"}, "The model answer."),
        "check": _one_or_many({"$ref": "#/$defs/check"}),
        "ask": {"$ref": "#/$defs/question"},
        "hints": _described(_many(_TEXT), "A nudge, the concept, the shape of the command."),
        "mistakes": _described(_many({"$ref": "#/$defs/mistake"}), "Wrong ways worth naming."),
        "points": {"type": "integer", "minimum": 0, "maximum": 1000, "default": 1},
        "looks": _described({"type": "boolean", "default": False}, "The step changes nothing."),
        "matters": _described(_TEXT, "One sentence, told after a pass: why what was seen matters."),
    }


def _mistake() -> dict[str, Schema]:
    return {
        "do": _described({"$ref": "#/$defs/commands"}, "Played instead of the step's own do."),
        "then": _described({"$ref": "#/$defs/commands"}, "Played after the step's own do."),
        "says": _described(_TEXT, "A word that the finding must hold."),
        "text": _described(_TEXT, "What is behind it."),
    }


def _command() -> Schema:
    docker = {"type": "string", "pattern": "^docker "}
    return {
        "oneOf": [
            _described(docker, "A docker command, as a student types it."),
            _object({"run": docker, "on": _SERVER}, ["run"]),
            _object({"fails": docker, "with": _TEXT, "on": _SERVER}, ["fails", "with"]),
            _object({"tries": docker, "on": _SERVER}, ["tries"]),
            _object({"inside": _TEXT, "type": _TEXT, "on": _SERVER}, ["inside", "type"]),
            _object({"host": _TEXT, "on": _SERVER}, ["host"]),
        ]
    }


def _answer() -> Schema:
    docker = {"type": "string", "pattern": "^docker "}
    rest = {
        "on": _SERVER,
        "find": {"type": "string", "format": "regex"},
        "count": {"type": "string", "format": "regex"},
    }
    shapes = [_object({"run": docker, **rest}, ["run"]), _object({"host": _TEXT, **rest}, ["host"])]
    return {"oneOf": [docker, *shapes], "not": {"type": "object", "required": ["find", "count"]}}


def _check(checks: Mapping[str, Check]) -> Schema:
    names = {name: _arguments(called) for name, called in checks.items()}
    fact = _described({"type": "boolean", "default": False}, "Always so: shown as evidence, not counted.")
    return _object({**names, "fact": fact, "on": _SERVER}) | {"oneOf": _required(*names)}


def _question(truths: Mapping[str, Truth]) -> Schema:
    names = {name: _arguments(called) for name, called in truths.items()}
    keys = {
        "text": _TEXT,
        "truth": _described(
            _object(names) | {"minProperties": 1, "maxProperties": 1}, "Computed from the live engine."
        ),
        "on": _SERVER,
        "answer": _described(_one_or_many({"$ref": "#/$defs/answer"}), "Commands whose output holds the answer."),
        "choices": _many(_TEXT) | {"minItems": 3, "uniqueItems": True},
        "right": _described({"type": "integer", "minimum": 1}, "The number of the right choice, from 1."),
        "because": _described(_TEXT, "Why it is right; told afterwards."),
    }
    by_truth = {"required": ["truth", "answer"], "not": {"anyOf": _required("choices", "right", "because")}}
    by_choice = {"required": ["choices", "right", "because"], "not": {"anyOf": _required("truth", "answer", "on")}}
    return _object(keys, ["text"]) | {"oneOf": [by_truth, by_choice]}


def _arguments(called: Check | Truth) -> Schema:
    properties = {each.name: _argument(each.annotation) for each in called.parameters}
    required = [each.name for each in called.parameters if each.required]
    return _described(_object(properties, required), called.summary)


def _argument(hint: Any) -> Schema:
    want = wanted(hint)
    parts = typing.get_args(want.type)
    match typing.get_origin(want.type):
        case origin if origin is list:
            return _many(_argument(parts[0]))
        case origin if origin is dict:
            return {"type": "object", "minProperties": 1, "additionalProperties": _argument(parts[1])}
        case origin if origin is Literal:
            return {"enum": list(parts)}
    plain: dict[Any, Schema] = {bool: {"type": "boolean"}, int: {"type": "integer", "minimum": 0}}
    return plain.get(want.type, _kind(want.kind))


def _kind(kind: str | None) -> Schema:
    if kind == "server":
        return _SERVER
    return _WORD | {"pattern": _PATTERNS[kind], "title": kind} if kind in _PATTERNS else _WORD


def _identifier(description: str) -> Schema:
    return _described({"type": "string", "pattern": f"^{IDENTIFIER.pattern}$", "maxLength": 40}, description)


def _object(properties: Mapping[str, Schema], required: list[str] | None = None) -> Schema:
    shape: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    return shape | ({"required": required} if required else {})


def _required(*names: str) -> list[Schema]:
    return [{"required": [name]} for name in names]


def _many(item: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": item}


def _one_or_many(item: Schema) -> Schema:
    return {"oneOf": [item, _many(item)]}


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


if __name__ == "__main__":
    print(json.dumps(lab_schema(), indent=2, ensure_ascii=False))
