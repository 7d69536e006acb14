"""From a path to nodes with positions: bounded, safe, and with every problem told by its line.

Built from YAML's events, not its objects: no tag can call Python, no alias can blow up, no nesting can overflow the
stack, and a file that breaks off half way still gives the part before.
"""

from __future__ import annotations

import codecs
import itertools
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.words import say
from runner.lab.nodes import Listing, Node, Scalar, Table, Unreadable
from runner.lab.problems import Problems, shown, too_deep

if TYPE_CHECKING:
    import yaml

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 24
MOST_NODES = 10_000  # the largest lab of the chapter has under a thousand
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def read(path: Path, problems: Problems) -> Node | None:
    """The tree of the file, or None where there is none to speak of. Problems are noted, not raised."""
    text = _text(path, problems)
    if text is None:
        return None
    if not text.strip():
        problems.add(1, say("the file is empty"))
        return None
    return _tree(text, problems)


def _text(path: Path, problems: Problems) -> str | None:
    """The file as text; None, with the problem noted, where it is not one."""
    try:
        data = _bytes(path)
        text = data.decode("utf-8-sig")
    except OSError as error:
        problems.add(1, say("cannot be read: {reason}", reason=error.strerror or error))
    except UnicodeDecodeError as error:
        problems.add(data.count(b"\n", 0, error.start) + 1, _not_text(data, error.start))
    except ValueError as error:
        problems.add(1, str(error))
    else:
        return text if _printable(text, problems) else None
    return None


def _not_text(data: bytes, place: int) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return say("UTF-16 text: save it as UTF-8")
    if b"\0" in data:
        return say("a binary file, not text")
    return say("not UTF-8 text (byte {byte}): save it as UTF-8", byte=f"0x{data[place]:02x}")


def _bytes(path: Path) -> bytes:
    """The file's bytes. ValueError where it is no regular file or too big; it never waits (a FIFO would)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise ValueError(say("a folder, not a lab file") if stat.S_ISDIR(mode) else say("not an ordinary file"))
    with open(descriptor, "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(say("larger than 1 MiB: not a lab file"))
    return data


def _printable(text: str, problems: Problems) -> bool:
    """Whether no control character is in the text; each line that has one is noted."""
    bad = {text.count("\n", 0, match.start()) + 1: match[0] for match in itertools.islice(_CONTROL.finditer(text), 20)}
    for line, character in bad.items():
        problems.add(line, say("a control character is in the text: {character}", character=repr(character)[1:-1]))
    return not bad


def _tree(text: str, problems: Problems) -> Node | None:
    import yaml  # late: most commands load no lab

    grower = _Grower(problems)
    try:
        for event in _events(text):
            if not grower.take(event):
                break
    except yaml.MarkedYAMLError as error:
        grower.broken = True
        _tell(error, text, problems)
    except yaml.YAMLError as error:
        problems.add(1, say("not YAML: {reason}", reason=shown(str(error))))
    tree = grower.harvest()
    if tree is None:
        problems.end()
        problems.add(1, say("the file holds nothing but comments"))
    return tree


def _events(text: str) -> Iterator[yaml.Event]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.parse(text, Loader=loader)  # type: ignore[no-any-return,no-untyped-call,unused-ignore]


class _Open:
    """A list or a table whose end has not come yet."""

    def __init__(self, line: int, *, table: bool, readable: bool) -> None:
        self.line = line
        self.readable = readable
        self.table = table
        self.items: list[Node] = []

    def close(self, *, complete: bool = True) -> Node:
        if not self.readable:
            return Unreadable(self.line)
        if not self.table:
            return Listing(self.line, tuple(self.items), complete)
        pairs = tuple(zip(self.items[::2], self.items[1::2], strict=False))  # a last key without its value is dropped
        return Table(self.line, pairs, complete)


class _Grower:
    """Takes YAML events and grows the tree, without recursion."""

    def __init__(self, problems: Problems) -> None:
        self.broken = False
        self._problems = problems
        self._open: list[_Open] = []
        self._root: Node | None = None
        self._documents = 0
        self._nodes = 0

    def take(self, event: Any) -> bool:
        """Whether to go on."""
        line = event.start_mark.line + 1
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._problems.add(line, say("too much for a lab file: reading stopped here"))
            return False
        match type(event).__name__:
            case "DocumentStartEvent":
                return self._document(line)
            case "MappingStartEvent" | "SequenceStartEvent" as name:
                return self._begin(event, line, table=name == "MappingStartEvent")
            case "MappingEndEvent" | "SequenceEndEvent":
                self._put(self._open.pop().close())
            case "ScalarEvent":
                self._put(self._scalar(event, line))
            case "AliasEvent":
                self._put(self._alias(event, line))
        return True

    def harvest(self) -> Node | None:
        """The tree; what is still open is closed as incomplete."""
        while self._open:
            self._put(self._open.pop().close(complete=False))
        return _frayed(self._root) if self.broken and self._root else self._root

    def _document(self, line: int) -> bool:
        self._documents += 1
        if self._documents > 1:
            self._problems.add(line, say("a second document begins here (---): a file holds one lab"))
        return self._documents == 1

    def _begin(self, event: Any, line: int, *, table: bool) -> bool:
        self._plainly(event, line)
        self._open.append(_Open(line, table=table, readable=event.tag is None))
        if len(self._open) > MOST_DEPTH:
            self._problems.add(line, too_deep())
        return len(self._open) <= MOST_DEPTH

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1].items.append(node)
        elif self._root is None:
            self._root = node

    def _scalar(self, event: Any, line: int) -> Node:
        if not self._plainly(event, line):
            return Unreadable(line)
        bad = _CONTROL.search(event.value)
        if bad:
            text = say("a control character is in the text: {character}", character=repr(bad[0])[1:-1])
            self._problems.add(line, text)
        return Scalar(line, event.value, plain=event.style is None or event.style == "")

    def _alias(self, event: Any, line: int) -> Node:
        text = say(
            "*{name}: lab files have no aliases; write it out, or put a text that begins with * in quotes",
            name=shown(event.anchor),
        )
        self._problems.add(line, text)
        return Unreadable(line)

    def _plainly(self, event: Any, line: int) -> bool:
        """Whether the node has neither a tag nor an anchor; they are noted."""
        if event.tag is not None:
            text = say("{tag}: lab files have no tags; put a text that begins with ! in quotes", tag=_tag(event.tag))
            self._problems.add(line, text)
        if event.anchor is not None:
            text = say(
                "&{name}: lab files have no anchors; write it out, or put a text that begins with & in quotes",
                name=shown(event.anchor),
            )
            self._problems.add(line, text)
        return event.tag is None and event.anchor is None


def _frayed(node: Node) -> Node:
    """The tree, its last edge incomplete: there the file broke off, or wrong indentation closed what was open."""
    match node:
        case Listing(line, items):
            return Listing(line, (*items[:-1], *map(_frayed, items[-1:])), complete=False)
        case Table(line, entries):
            last = [(key, _frayed(value)) for key, value in entries[-1:]]
            return Table(line, (*entries[:-1], *last), complete=False)
    return node


def _tag(tag: str) -> str:
    short = tag.replace("tag:yaml.org,2002:", "!!", 1)
    return shown(short if short.startswith("!") else f"!<{short}>")


def _tell(error: yaml.MarkedYAMLError, text: str, problems: Problems) -> None:
    """YAML's own complaint in plain words, at the line where the author must look."""
    from runner.lab.complaints import complaint  # only for a broken file

    for line, sentence in complaint(error, text):
        problems.add(line, sentence)
