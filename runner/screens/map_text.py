"""The map of now on a terminal."""

from __future__ import annotations

from rich.text import Text

from runner.engine.sight.topology import Topology
from runner.screens.console import shows
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
    if not shows(_LETTERS) if ascii_only is None else ascii_only:
        text.plain = text.plain.translate(str.maketrans(_LETTERS, _ASCII))
    return text
