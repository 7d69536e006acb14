"""The checks and truths that a lab file may name, and the types of their arguments.

A check is a function `(probe, *, arguments) -> Finding`; a truth is `(probe, *, arguments) -> Answer`.
Keyword-only parameters are the lab file's arguments and their annotations are its schema.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Annotated, Any

from checks.finding import BrokenLink, Finding
from checks.probe import Probe


@dataclass(frozen=True, slots=True)
class Kind:
    """What a text argument stands for, so that a lab file's linter can look closer."""

    name: str  # container, network, server, cidr, address


ContainerName = Annotated[str, Kind("container")]
NetworkName = Annotated[str, Kind("network")]
ServerName = Annotated[str, Kind("server")]  # of the LAN: server1, server2
Cidr = Annotated[str, Kind("cidr")]
Address = Annotated[str, Kind("address")]


@dataclass(frozen=True, slots=True)
class Answer:
    """The right answer to a question, computed from the live engine.

    `accepted` are all right spellings; `kind` says how forgiving to be (`address`: /16 or not; `mac`; `number`;
    `interface`; `text`). `others` maps wrong answers that a student may well give to the reason why they are wrong;
    `known` maps what else there is here, in small letters, of whatever kind (names, ids, MACs), to what it is;
    `unknown` is what to say of an answer that none of them holds.
    `everywhere`: it is the same on every engine on which the same was done, so that a replay can prove it.
    """

    accepted: tuple[str, ...]
    kind: str
    meaning: str  # what was asked for, e.g. "the gateway of bridge"
    others: Mapping[str, str] = field(default_factory=dict)
    look: str = ""
    everywhere: bool = False
    known: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[IPv4Network, str] = field(default_factory=dict)  # what an address of it that nobody has, is
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a check. `annotation` is its type with its `Kind`s: `list[ContainerName]`."""

    name: str
    annotation: Any
    required: bool


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: its name in lab files, its function, its arguments."""

    name: str
    function: Callable[..., Finding]
    parameters: tuple[Parameter, ...]
    summary: str  # the first line of its docstring

    def __call__(self, probe: Probe, arguments: Mapping[str, object]) -> Finding:
        """The finding; a broken link is one. Raises `CannotSee` and `Unsupported`."""
        try:
            return self.function(probe, **arguments)
        except BrokenLink as link:
            return link.finding


@dataclass(frozen=True, slots=True)
class Truth:
    """A registered truth. Calling it raises `BrokenLink`, `CannotSee` and `Unsupported`."""

    name: str
    function: Callable[..., Answer]
    parameters: tuple[Parameter, ...]
    summary: str

    def __call__(self, probe: Probe, arguments: Mapping[str, object]) -> Answer:
        return self.function(probe, **arguments)


def check(function: Callable[..., Finding]) -> Check:
    """Decorator: the function as a check, named as it is."""
    return Check(function.__name__, function, _parameters(function), _summary(function))


def truth(function: Callable[..., Answer]) -> Truth:
    """Decorator: the function as a truth, named as it is."""
    return Truth(function.__name__, function, _parameters(function), _summary(function))


def _summary(function: Callable[..., Any]) -> str:
    return inspect.getdoc(function).splitlines()[0]  # type: ignore[union-attr]  # every check has a docstring


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    hints = typing.get_type_hints(function, include_extras=True)
    return tuple(
        Parameter(name, hints[name], required=each.default is inspect.Parameter.empty)
        for name, each in inspect.signature(function).parameters.items()
        if each.kind is inspect.Parameter.KEYWORD_ONLY
    )
