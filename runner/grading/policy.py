"""The instructor's policy: a small YAML file that says what a step is worth, and what counts less.

It is read with the lab files' own reader: every problem at once, by file and line, with what may have been meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from checks.words import say
from runner.lab import values
from runner.lab.loader import display, lab_names
from runner.lab.loader import load as load_lab
from runner.lab.model import Lab
from runner.lab.nodes import Node, Scalar, Table, Unreadable
from runner.lab.problems import LabProblems, Problem, Problems, shown
from runner.lab.reading import Fields, Reading, fields, kind_of
from runner.lab.source import read
from runner.lab.steps import IDENTIFIER
from runner.lab.suggestions import did_you_mean

KEYS = ("weights", "assisted", "claimed", "versions", "late")
_LATE_KEYS = ("after", "counts")
_LAB_KEYS = frozenset({"lab", "title", "steps"})
_DECIMAL = re.compile(r"(0|[1-9]\d{0,3})(\.\d{1,3})?")
_VERSION = re.compile(r"[0-9a-f]{8,64}")
_MOST_POINTS = 1000
_PART: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}


@dataclass(frozen=True, slots=True)
class Late:
    """What is handed in after that moment counts that part, from 0 to 1."""

    after: datetime
    counts: Fraction


@dataclass(frozen=True, slots=True)
class Policy:
    """`weights`: points by lab and step, in the place of the lab's own. `assisted`: the part that a step counts which
    was done with help. `claimed`: the part that counts of points which a replay cannot prove. `versions`: the allowed
    beginnings of lab versions; any where it is empty.
    """

    weights: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    assisted: Fraction = Fraction(1)
    claimed: Fraction = Fraction(0)
    versions: tuple[str, ...] = ()
    late: Late | None = None


class PolicyProblems(LabProblems):
    """A policy file that is no good."""

    def __init__(self, problems: Iterable[Problem], header: str = "") -> None:
        super().__init__(problems, header or say("a policy for grading is no good:"))


def load(path: Path, labs: Mapping[str, Lab] | None = None) -> Policy:
    """The policy that the file says. Raises `PolicyProblems` with everything that is wrong with it.

    `labs` are labs of the instructor's own, by name; labs that came with vethlab, and lab files beside the policy,
    are known.
    """
    problems = Problems(display(path))
    try:
        root = read(path, problems)
        policy = _policy(Reading(problems, {}, {}), root, _Labs(path.parent, labs or {})) if root is not None else None
        problems.end()
    except LabProblems as found:
        raise PolicyProblems(found.problems) from None
    return policy or Policy()


def is_policy(path: Path) -> bool:
    """Whether the file is laid out as a policy rather than a lab: by its keys."""
    try:
        root = read(path, Problems(str(path)))
    except LabProblems:
        return False
    keys = {key.text for key, _ in root.entries if isinstance(key, Scalar)} if isinstance(root, Table) else set()
    return bool(keys & set(KEYS)) and not keys & _LAB_KEYS


def schema() -> dict[str, Any]:
    """The JSON Schema of policy files, for editors."""
    version = {"type": "string", "pattern": f"^{_VERSION.pattern}$"}
    versions = {"type": "array", "minItems": 1, "uniqueItems": True, "items": version}
    properties = {
        "weights": _weights_schema() | {"description": "Points by lab and step; a step not named has the lab's own."},
        "assisted": _PART | {"default": 1, "description": "The part that a step counts which was done with help."},
        "claimed": _PART | {"default": 0, "description": "The part that counts of points which no replay can prove."},
        "versions": versions
        | {"description": "Allowed versions: 8 or more of the first digits of a lab file's SHA-256."},
        "late": _late_schema() | {"description": "What is later, by the time that the file names, counts that part."},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A vethlab grading policy",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": properties,
    }


def _weights_schema() -> dict[str, Any]:
    name = {"type": "string", "pattern": f"^{IDENTIFIER.pattern}$", "maxLength": 40}
    many = {"type": "object", "minProperties": 1, "propertyNames": name}
    points = {"type": "number", "minimum": 0, "maximum": _MOST_POINTS}
    return many | {"additionalProperties": many | {"additionalProperties": points}}


def _late_schema() -> dict[str, Any]:
    after = {"type": "string", "format": "date-time", "description": "With its zone: 2026-03-01T23:59:00+09:00"}
    late = {"type": "object", "required": list(_LATE_KEYS), "additionalProperties": False}
    return late | {"properties": {"after": after, "counts": _PART}}


@dataclass(frozen=True, slots=True)
class _Labs:
    """The labs that weights may name."""

    beside: Path
    own: Mapping[str, Lab]

    def names(self) -> list[str]:
        return [*dict.fromkeys([*lab_names(), *self.own])]

    def find(self, name: str) -> Lab | None:
        """The lab of that name. Raises `LabProblems` where its file is no good."""
        from runner.lab.loader import find_lab

        if name in self.own:
            return self.own[name]
        if name in lab_names():
            return load_lab(find_lab(name))
        path = self.beside / f"{name}.yaml"
        return load_lab(path) if IDENTIFIER.fullmatch(name) and path.is_file() else None


def _policy(reading: Reading, root: Node, labs: _Labs) -> Policy | None:
    if not isinstance(root, Table):
        text = say("a policy is keys with values (weights: …, assisted: …, late: …), not a list or a text")
        reading.wrong(root, text)
        return None
    found = Fields(reading, root, say("a policy"), KEYS)
    return Policy(
        weights=_weights(reading, found.get("weights"), labs),
        assisted=_part(reading, found.get("assisted"), "assisted", Fraction(1)),
        claimed=_part(reading, found.get("claimed"), "claimed", Fraction(0)),
        versions=_versions(reading, found.get("versions")),
        late=_late(reading, found.get("late")),
    )


def _weights(reading: Reading, node: Node | None, labs: _Labs) -> dict[str, dict[str, Fraction]]:
    if not isinstance(node, Table):
        fields(reading, node, "weights", ())
        return {}
    weights = {}
    known = [*labs.names(), *(key.text for key, _ in node.entries if isinstance(key, Scalar))]
    found = Fields(reading, node, "weights", known)  # notes doubled keys
    for name in found.names:
        lab = _lab(reading, found, name, labs)
        ids = [step.id for step in lab.steps] if lab else None
        weights[name] = _steps(reading, found.get(name), name, ids)
    return weights


def _lab(reading: Reading, found: Fields, name: str, labs: _Labs) -> Lab | None:
    try:
        lab = labs.find(name)
    except LabProblems:
        reading.problems.add(found.line(name), say("the lab {lab} has problems of its own: lint it first", lab=name))
        return None
    if lab is None:
        text = say("no lab is called {name}", name=shown(name) or "''") + did_you_mean(name, labs.names())
        reading.problems.add(found.line(name), text)
    return lab


def _steps(reading: Reading, node: Node | None, lab: str, ids: list[str] | None) -> dict[str, Fraction]:
    """`ids` are the lab's steps; None where the lab is not known, so that not every step is told to be unknown."""
    what = say("weights of {lab}", lab=shown(lab))
    if not isinstance(node, Table):
        fields(reading, node, what, ())
        return {}
    found = Fields(reading, node, what, [key.text for key, _ in node.entries if isinstance(key, Scalar)])
    for step in found.names:
        if ids is not None and step not in ids:
            text = say("the lab {lab} has no step {step}", lab=shown(lab), step=shown(step)) + did_you_mean(step, ids)
            reading.problems.add(found.line(step), text)
    return {step: _points(reading, found.get(step), step) for step in found.names}


def _points(reading: Reading, node: Node | None, step: str) -> Fraction:
    wanted = say("points from 0 to {most}, as 2 or 2.5", most=_MOST_POINTS)
    return _decimal(reading, node, shown(step), Fraction(0), most=_MOST_POINTS, wanted=wanted)


def _part(reading: Reading, node: Node | None, what: str, otherwise: Fraction) -> Fraction:
    return _decimal(reading, node, what, otherwise, most=1, wanted=say("a part from 0 to 1, as 0.5"))


def _decimal(
    reading: Reading, node: Node | None, what: str, otherwise: Fraction, *, most: int, wanted: str
) -> Fraction:
    """An exact number; `otherwise` where there is none, or none that is right."""
    if node is None or isinstance(node, Unreadable):
        return otherwise
    if isinstance(node, Scalar) and node.plain and _DECIMAL.fullmatch(node.text):
        found = Fraction(node.text)
        if found <= most:
            return found
    value = kind_of(node)
    if isinstance(node, Scalar) and node.text:
        value = shown(node.text) if node.plain else f'"{shown(node.text)}"'
    reading.wrong(node, say("{what} must be {wanted}, not {value}", what=what, wanted=wanted, value=value))
    return otherwise


def _versions(reading: Reading, node: Node | None) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for item in values.items(reading, node, "versions"):
        version = values.line(reading, item, say("a version"))
        if version and not _VERSION.fullmatch(version):
            text = say("{version} is no version of a lab: 8 to 64 of the digits 0-9 a-f", version=shown(version))
            reading.wrong(item, text)
        elif version in found:
            reading.wrong(item, say("{name} is twice in {what}", name=version, what="versions"))
        found[version] = None
    return tuple(found)


def _late(reading: Reading, node: Node | None) -> Late | None:
    found = fields(reading, node, "late", _LATE_KEYS)
    if found is None:
        return None
    after = _after(reading, found.need("after"))
    counts = _part(reading, found.need("counts"), "counts", Fraction(0))
    return Late(after, counts) if after else None


def _after(reading: Reading, node: Node | None) -> datetime | None:
    text = values.line(reading, node, "after")
    if node is None or not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        example = "2026-03-01T23:59:00+09:00"
        reading.wrong(node, say("{time} is no time: write it as {example}", time=shown(text), example=example))
        return None
    if found.tzinfo is None:
        example = f"{found.isoformat()}+00:00"
        reading.wrong(node, say("{time} names no time zone: write it as {example}", time=shown(text), example=example))
        return None
    return found
