"""What the readers of a lab file share: the problems so far, and what the file says at its top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from checks.registry import Check, Truth
from checks.words import say
from runner.lab.model import Location, Uses
from runner.lab.nodes import Listing, Node, Scalar, Table, Unreadable
from runner.lab.problems import Problems, shown
from runner.lab.suggestions import did_you_mean, near

BUILT_IN = ("bridge", "host", "none")


@dataclass(slots=True)
class Reading:
    """One lab file being read."""

    problems: Problems
    checks: Mapping[str, Check]
    truths: Mapping[str, Truth]
    uses: Uses | None = field(default_factory=Uses)  # None where the file's own could not be read
    servers: tuple[str, ...] = ("server1",)

    def at(self, node: Node) -> Location:
        return self.problems.at(node.line)

    def wrong(self, node: Node, text: str) -> None:
        """Notes a problem with that node."""
        self.problems.add(node.line, text)

    def known(self, kind: str) -> tuple[str, ...]:
        """The names that a lab file may mention: `kind` is container, network or object."""
        uses = self.uses or Uses()
        containers = uses.containers if kind != "network" else ()
        networks = (*uses.networks, *BUILT_IN) if kind != "container" else ()
        return (*containers, *networks)

    def named(self, node: Node, kind: str, name: str) -> None:
        """Notes it where `name` is neither in `uses` nor built in."""
        if self.uses is None or not name or name in self.known(kind):
            return
        what = {"container": say("container"), "network": say("network")}.get(kind, say("object"))
        text = say("{what} {name} is not in uses", what=what, name=shown(name))
        self.wrong(node, text + did_you_mean(name, self.known(kind)))


class Fields:
    """The keys of one table. Unknown and doubled keys are noted when it is made."""

    def __init__(self, reading: Reading, node: Table, what: str, known: Iterable[str]) -> None:
        self.node = node
        self._reading = reading
        self._what = what
        self._values: dict[str, Node] = {}
        self._lines: dict[str, int] = {}
        self._meant: set[str] = set()  # keys that an unknown one was taken for
        words = tuple(known)
        for key, value in node.entries:
            self._take(key, value, words)

    def _take(self, key: Node, value: Node, known: tuple[str, ...]) -> None:
        if isinstance(key, Unreadable):
            return
        if not isinstance(key, Scalar):
            self._reading.wrong(key, say("a key of {what} must be one word", what=self._what))
        elif key.text in self._lines:
            text = say("{key} is here twice, first in line {line}", key=shown(key.text), line=self._lines[key.text])
            self._reading.wrong(key, text)
        else:
            self._lines[key.text] = key.line
            self._values[key.text] = value
            if key.text not in known:
                self._meant.add(near(key.text, known) or "")
                text = say("{what} has no key {key}", what=self._what, key=shown(key.text))
                self._reading.wrong(key, text + did_you_mean(key.text, known))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def line(self, key: str) -> int:
        return self._lines.get(key, self.node.line)

    def lacks(self, *keys: str) -> bool:
        """Whether none of the keys is there, though nothing is known to be in its way: a slip or a broken-off file."""
        return self.node.complete and not any(key in self._values or key in self._meant for key in keys)

    def get(self, key: str) -> Node | None:
        """The value of a key that may be left out."""
        return self._values.get(key)

    def need(self, key: str) -> Node | None:
        """The value of a key that must be there; noted where it is not."""
        if self.lacks(key):
            self._reading.wrong(self.node, say("{what} needs {key}", what=self._what, key=key))
        return self._values.get(key)


def fields(reading: Reading, node: Node | None, what: str, known: Iterable[str]) -> Fields | None:
    """The keys of `node`; None, with the problem noted, where it has none."""
    if isinstance(node, Table):
        return Fields(reading, node, what, known)
    if node is not None and not isinstance(node, Unreadable):
        text = say("{what} must be keys with values (key: value), not {kind}", what=what, kind=kind_of(node))
        reading.wrong(node, text)
    return None


def kind_of(node: Node) -> str:
    """What a node is, in an author's words."""
    match node:
        case Listing():
            return say("a list")
        case Table():
            return say("keys with values")
        case Scalar(text="", plain=True):
            return say("nothing")
        case Scalar():
            return say("a text")
    return say("something unreadable")
