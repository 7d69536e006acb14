"""The arguments of a check or a truth, validated against the annotations of its function."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any, Literal, Union

from checks.registry import Check, Kind, Truth
from checks.words import listed, say
from runner.lab import values
from runner.lab.nodes import Listing, Node, Scalar, Table, Unreadable
from runner.lab.problems import shown
from runner.lab.reading import Fields, Reading, kind_of
from runner.lab.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Wanted:
    """An annotation taken apart: its plain type, and what its texts stand for."""

    type: Any
    kind: str | None


def wanted(hint: Any) -> Wanted:
    """A hint without its `Annotated` and without `| None`: an argument that may be left out is left out."""
    kind = None
    if typing.get_origin(hint) is Annotated:
        hint, *notes = typing.get_args(hint)
        kind = next((note.name for note in notes if isinstance(note, Kind)), None)
    if typing.get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in typing.get_args(hint) if part is not type(None)]
        inner = wanted(parts[0])
        return Wanted(inner.type, inner.kind or kind)
    return Wanted(hint, kind)


def arguments(reading: Reading, called: Check | Truth, node: Node | None) -> dict[str, object]:
    """The arguments that a lab file gives to a check or a truth, as its function takes them."""
    if node is None or isinstance(node, Unreadable):
        return {}
    if not isinstance(node, Table):
        reading.wrong(node, _no_table(called, node))
        return {}
    known = [each.name for each in called.parameters]
    found = Fields(reading, node, called.name, known)
    read = {}
    for each in called.parameters:
        given = found.need(each.name) if each.required else found.get(each.name)
        if given is not None:
            read[each.name] = value(reading, given, each.name, each.annotation)
    return read


def _no_table(called: Check | Truth, node: Node) -> str:
    shape = listed(f"{each.name}: …" for each in called.parameters if each.required)
    text = say("{name} takes its arguments as keys", name=called.name)
    return text + say(": {name}: {{{shape}}}, not {kind}", name=called.name, shape=shape, kind=kind_of(node))


def value(reading: Reading, node: Node, what: str, hint: Any) -> object:
    """The value of one argument."""
    want = wanted(hint)
    origin = typing.get_origin(want.type)
    if isinstance(node, Unreadable):
        return None
    if origin is list:
        return _list(reading, node, what, typing.get_args(want.type)[0])
    if origin is dict:
        return _dict(reading, node, what, *typing.get_args(want.type))
    if origin is Literal:
        return _choice(reading, node, what, typing.get_args(want.type))
    return _single(reading, node, what, want)


def _single(reading: Reading, node: Node, what: str, want: Wanted) -> object:
    if want.type is bool:
        return values.flag(reading, node, what)
    if want.type is int:
        return values.number(reading, node, what, least=0, most=1_000_000)
    return _text(reading, node, what, want.kind)


def _list(reading: Reading, node: Node, what: str, hint: Any) -> list[object]:
    found = values.items(reading, node, what)
    read = [value(reading, each, what, hint) for each in found]
    seen: set[str] = set()
    for each, one in zip(found, read, strict=True):
        if one and str(one) in seen:
            reading.wrong(each, say("{value} is twice in {what}", value=shown(str(one)), what=what))
        seen.add(str(one))
    return read


def _dict(reading: Reading, node: Node, what: str, key_hint: Any, value_hint: Any) -> dict[object, object]:
    if not isinstance(node, Table):
        text = say("{what} must be keys with values (key: value), not {kind}", what=what, kind=kind_of(node))
        reading.wrong(node, text)
        return {}
    if not node.entries and node.complete:
        reading.wrong(node, say("{what} is empty", what=what))
    names = [key.text for key, _ in node.entries if isinstance(key, Scalar)]
    Fields(reading, node, what, names)
    return {value(reading, key, what, key_hint): value(reading, each, what, value_hint) for key, each in node.entries}


def _choice(reading: Reading, node: Node, what: str, options: tuple[object, ...]) -> object:
    by_text = {str(option): option for option in options}
    if isinstance(node, Scalar) and node.text in by_text:
        return by_text[node.text]
    given = node.text if isinstance(node, Scalar) else kind_of(node)
    text = say("{what} must be one of {options}, not {given}", what=what, options=listed(by_text), given=shown(given))
    reading.wrong(node, text)
    return options[0]


def _text(reading: Reading, node: Node, what: str, kind: str | None) -> str:
    text = values.line(reading, node, what)
    if isinstance(node, Listing) or not text:
        return text
    if kind in ("container", "network"):
        reading.named(node, kind, text)
    elif kind == "server" and text not in reading.servers:
        wrong = say("no server is called {name}", name=shown(text))
        reading.wrong(node, wrong + did_you_mean(text, reading.servers))
    elif kind in ("cidr", "address"):
        _parsed(reading, node, what, text, kind)
    return text


def _parsed(reading: Reading, node: Node, what: str, text: str, kind: str) -> None:
    try:
        IPv4Network(text) if kind == "cidr" else IPv4Address(text)
    except ValueError:
        example = say("a range such as 172.72.0.0/16") if kind == "cidr" else say("an address such as 172.72.0.1")
        wrong = say("{what} must be {example}, not {given}", what=what, example=example, given=shown(text))
        reading.wrong(node, wrong + _near_range(text, kind))


def _near_range(text: str, kind: str) -> str:
    """`172.72.0.1/16` has host bits: its range is 172.72.0.0/16."""
    if kind != "cidr" or "/" not in text:
        return ""
    try:
        return say("; did you mean {word}?", word=IPv4Network(text, strict=False))
    except ValueError:
        return ""
