"""The map of now on a terminal."""

from __future__ import annotations

import os
import sys

from rich.text import Text

from runner.engine.topology import Topology
from runner.screens.map_panels import panels
from runner.screens.map_tree import tree

_LETTERS = "─│┌┐└┘├┤┼╪╫╬═║╠╚╡┄┊⇄●○◇■□…·"
_ASCII = "-|++++++++++=||++.:=*oo##~-"


def draw(topology: Topology, width: int, *, ascii_only: bool | None = None) -> Text:
    """The picture in lines of at most `width` columns: two columns where they fit, else one.

    `ascii_only`: without box characters; by default where stdout cannot hold them or LC_ALL is C.
    """
    text = panels(topology, width) or tree(topology, width)
    lines = text.split("\n")
    for line in lines:
        line.rstrip()
        line.truncate(max(width, 1), overflow="ellipsis")
    text = Text("\n", no_wrap=True).join(lines)
    if _ascii_terminal() if ascii_only is None else ascii_only:
        text.plain = text.plain.translate(str.maketrans(_LETTERS, _ASCII))
    return text


def _ascii_terminal() -> bool:
    if os.environ.get("LC_ALL") in ("C", "POSIX"):
        return True
    try:
        _LETTERS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False
