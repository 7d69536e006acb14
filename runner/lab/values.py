"""Single values of a lab file: texts, numbers, flags, lists.

A text is what the author typed: `null`, `on` and `1.10` need no quotes. An empty value is a problem everywhere:
what may be left out is left out with its key. Where a problem was noted, an empty or least value is returned, so
that reading goes on to the next problem.
"""

from __future__ import annotations

import re

from checks.words import say
from runner.lab.nodes import Listing, Node, Scalar, Table, Unreadable
from runner.lab.problems import shown
from runner.lab.reading import Reading, kind_of

_NUMBER = re.compile(r"0|-?[1-9]\d{0,8}")
_LONGEST_LINE = 4000
_FLAGS = {"true": True, "false": False}


def text(reading: Reading, node: Node | None, what: str) -> str:
    """A text that is not empty, without blank lines around it."""
    if node is None or isinstance(node, Unreadable):
        return ""
    if not isinstance(node, Scalar):
        reading.wrong(node, say("{what} must be a text, not {kind}", what=what, kind=kind_of(node)) + _quote_it(node))
        return ""
    if not node.text.strip():
        reading.wrong(node, say("{what} is empty", what=what))
    return node.text.strip("\n") if node.text.strip() else ""


def _quote_it(node: Node) -> str:
    """A text with `: ` in it is a table to YAML, one in [ ] a list; say how to keep it a text."""
    if isinstance(node, Table) and len(node.entries) == 1 and isinstance(node.entries[0][0], Scalar):
        return say("; a text that holds ': ' must be in quotes")
    if isinstance(node, Table):
        return say("; a text that begins with {{ must be in quotes")
    return say("; a text that begins with [ or '- ' must be in quotes")


def line(reading: Reading, node: Node | None, what: str) -> str:
    """A text of one line."""
    found = text(reading, node, what)
    if node is not None and "\n" in found:
        reading.wrong(node, say("{what} must be one line", what=what))
    if node is not None and len(found) > _LONGEST_LINE:
        reading.wrong(node, say("{what} is longer than {most} characters", what=what, most=_LONGEST_LINE))
        return ""
    return found


def number(reading: Reading, node: Node | None, what: str, *, least: int, most: int = 10_000) -> int:
    """A whole number."""
    if node is None or isinstance(node, Unreadable):
        return least
    if not isinstance(node, Scalar) or not node.plain or not _NUMBER.fullmatch(node.text):
        value = shown(node.text) if isinstance(node, Scalar) else kind_of(node)
        quoted = isinstance(node, Scalar) and not node.plain
        wanted = say("a whole number without quotes") if quoted else say("a whole number")
        reading.wrong(node, say("{what} must be {wanted}, not {value}", what=what, wanted=wanted, value=value))
        return least
    found = int(node.text)
    if not least <= found <= most:
        wrong = say(
            "{what} must be from {least} to {most}, not {found}", what=what, least=least, most=most, found=found
        )
        reading.wrong(node, wrong)
    return found


def flag(reading: Reading, node: Node | None, what: str) -> bool:
    """true or false."""
    if node is None or isinstance(node, Unreadable):
        return False
    if isinstance(node, Scalar) and node.plain and node.text.lower() in _FLAGS:
        return _FLAGS[node.text.lower()]
    value = shown(node.text) if isinstance(node, Scalar) else kind_of(node)
    reading.wrong(node, say("{what} must be true or false, not {value}", what=what, value=value))
    return False


def items(reading: Reading, node: Node | None, what: str, *, one: bool = False) -> tuple[Node, ...]:
    """The items of a list that is not empty; with `one`, a single item may stand without a list."""
    if node is None or isinstance(node, Unreadable):
        return ()
    if isinstance(node, Listing):
        if not node.items and node.complete:
            reading.wrong(node, say("{what} is an empty list; leave the key out or fill it", what=what))
        return node.items
    if one and not (isinstance(node, Scalar) and not node.text):
        return (node,)
    reading.wrong(node, say("{what} must be a list, not {kind}", what=what, kind=kind_of(node)))
    return ()


def texts(reading: Reading, node: Node | None, what: str, item: str) -> tuple[str, ...]:
    """A list of texts, none of them empty."""
    return tuple(text(reading, each, item) for each in items(reading, node, what))
