"""How the map's lines look on a terminal: only its own colours, which are legible on its ground, dark or light."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from checks.words import say
from runner.engine.sight.cabling import ON_PARENT, Cable
from runner.engine.sight.topology import Segment, Site
from runner.plain import cells, one_line
from runner.screens import map_parts as parts

NAME = "bold"
ADDRESS = "cyan"
CABLE = "green"
WIRE = "magenta"
TROUBLE = "red"
DIM = "dim"


@dataclass(frozen=True, slots=True)
class Line:
    """A cable: its stroke, its trunk, where it leaves that, where it crosses the host's frame, and its plug."""

    stroke: str
    trunk: str
    fork: str
    end: str
    cross: str
    plug: str
    style: str

    def over(self, other: Line) -> str:
        """Where it crosses the trunk of another one."""
        return {("─", "│"): "┼", ("─", "║"): "╫", ("═", "│"): "╪", ("═", "║"): "╬"}.get((self.stroke, other.trunk), "┼")


_VETH = Line("─", "│", "├", "└", "┼", "┤", CABLE)
_PARENT = Line("═", "║", "╠", "╚", "╪", "╡", WIRE)
_UNSEEN = Line("┄", "┊", "├", "└", "┼", "┤", TROUBLE)


def styled(text: str, style: str) -> Text:
    """Text to which more can be added: a style of `Text` itself would be that of all that follows."""
    return Text.assemble((text, style))


def line_of(segment: Segment | None, cable: Cable | None = None) -> Line:
    """A cable's line; a segment's where no cable is given; that of what is not seen where neither is."""
    if cable:
        return _PARENT if cable.kind in ON_PARENT else _UNSEEN if cable.kind == "unseen" else _VETH
    if segment is None:
        return _UNSEEN
    return {"wire": _PARENT, "bridge": _VETH, "other": _UNSEEN}[segment.kind]


def head(site: Site, segment: Segment) -> list[tuple[str, str]]:
    """The words of a segment, each with its style."""
    names = [(parts.name_of(each.name), NAME) for each in segment.networks]
    same = [each.name for each in segment.networks] == [segment.name]
    device = [] if same and segment.kind != "wire" else [(parts.name_of(segment.name, 15), "")]
    held = [(str(each), ADDRESS) for each in (segment.interface.addresses if segment.interface else ())]
    trouble = [(word, TROUBLE) for word in [parts.trouble(site, segment)] if word]
    if segment.kind == "wire":
        mac = [(segment.interface.mac, "")] if segment.interface else []
        kinds = [(f"{parts.name_of(each.name)} {each.driver}", WIRE) for each in segment.networks]
        return [(device[0][0], NAME), *held, *mac, *trouble, *kinds]
    if segment.kind == "other":
        return [*names, *((each.driver, "") for each in segment.networks), *trouble]
    closed = [(say("internal"), "")] if any(each.internal for each in segment.networks) else []
    return [*names, *device, *held, *closed, *trouble]


def packed(words: Iterable[tuple[str, str]], width: int) -> Iterator[Text]:
    """Words on as few lines as they need, two blanks apart."""
    line = Text()
    for word, style in words:
        short = one_line(word, max(width, 4))
        if line.plain and cells(line.plain) + 2 + cells(short) > width:
            yield line
            line = Text()
        line += Text.assemble("  " if line.plain else "", (short, style))
    yield line
