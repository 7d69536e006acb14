"""A network namespace of the SVG map: one box with every container that lives in it, and its interfaces."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from checks.words import say
from runner.engine.sight.cabling import Cable, Room
from runner.engine.sight.topology import Site
from runner.plain import broken, cells
from runner.screens import map_parts as parts
from runner.screens.svg_shapes import GREY, INK, PAPER, RED, box, group, wide, words

ROW = 24.0
_NAME, _NOTE, _PAD = 22.0, 17.0, 14.0
_SIZE = 12.5
_ADDRESS = "#0b4f8a"


def width_of(site: Site) -> float:
    """Of all boxes of a server: what its interfaces need, and more for long names."""
    cables = [cable for room in site.rooms for cable in room.cables]
    letters = max(
        (cells(parts.name_of(each.near, 15)) + _address_letters(each) + 17 + 4 for each in cables), default=38
    )
    names = [wide(parts.name_of(each), 14, bold=True) for room in site.rooms for each in room.containers]
    return min(max([wide("m" * letters, _SIZE, mono=True) + 2 * _PAD, *(each + 120 for each in names), 330]), 470)


def _address_letters(cable: Cable) -> int:
    return max((len(str(each)) for each in cable.near.addresses), default=cells(say("no address")))


def height_of(site: Site, room: Room, width: float) -> float:
    rows = sum(max(len(each.near.addresses), 1) for each in room.cables) or (1 if room.loopback else 0)
    notes = len(_notes(site, room, width)) + (len(room.containers) > 1)
    return _NAME * len(room.containers) + _NOTE * notes + ROW * rows + 12


def _notes(site: Site, room: Room, width: float) -> list[str]:
    letters = int((width - 2 * _PAD) / wide("m", 12))
    return [line for remark in parts.remarks(site, room) for line in broken(remark, letters)]


def room_box(parent: Xml.Element, site: Site, room: Room, at: tuple[float, float], width: float) -> list[float]:
    """Draws it with its top left corner there. The level of each cable, in their order."""
    x, y = at
    names = " ".join(each.name for each in room.containers)
    kind = group(parent, "namespace", server=site.name, number=room.number, containers=names)
    dash, stroke = ("5 4", RED) if room.unseen else ("", INK)
    box(kind, x, y, width, height_of(site, room, width), fill=PAPER, stroke=stroke, dash=dash, thick=2, radius=8)
    for each in room.containers:
        note = parts.mode_note(site, each) if len(room.containers) == 1 else ""
        taken = words(kind, x + width - _PAD, y + 19, note, size=11.5, fill=GREY, anchor="end", room=150) if note else 0
        words(kind, x + _PAD, y + 20, parts.name_of(each), size=14, bold=True, room=width - 2 * _PAD - taken - 10)
        y += _NAME
    if len(room.containers) > 1:
        text = say("one network namespace, net:[{number}]", number=room.number)
        words(kind, x + _PAD, y + 14, text, size=11.5, fill=GREY, room=width - 2 * _PAD)
        y += _NOTE
    if room.loopback and not room.cables:
        _row(kind, parts.name_of(room.loopback), parts.addresses(room.loopback), (x, y), note=say("no cable"))
        y += ROW
    levels = []
    for cable in room.cables:
        levels.append(y + ROW / 2 + 2)
        y = _interface(kind, cable, (x, y), width)
    for note in _notes(site, room, width):
        words(kind, x + _PAD, y + 15, note, size=12, fill=RED, room=width - 2 * _PAD)
        y += _NOTE
    return levels


def _interface(parent: Xml.Element, cable: Cable, at: tuple[float, float], width: float) -> float:
    """A line for each address, the plug at the first; where the next line goes."""
    x, y = at
    near = cable.near
    box(parent, x - 5, y + ROW / 2 - 3, 10, 10, fill=INK, stroke="none", radius=2)
    held = [str(each) for each in near.addresses] or [say("no address")]
    _row(parent, parts.name_of(near, 15), held[0], (x, y))
    words(parent, x + width - _PAD, y + 18, near.mac, size=_SIZE, mono=True, fill=GREY, anchor="end")
    for number, each in enumerate(held[1:], 1):
        _row(parent, "", each, (x, y + number * ROW), indent=cells(parts.name_of(near, 15)))
    return y + ROW * len(held)


def _row(
    parent: Xml.Element, name: str, address: str, at: tuple[float, float], *, note: str = "", indent: int = 0
) -> None:
    x, y = at[0] + _PAD, at[1] + 18
    if name:
        words(parent, x, y, name, size=_SIZE, mono=True, bold=True)
    x += wide("m" * (max(cells(name), indent, 4) + 2), _SIZE, mono=True)
    used = words(parent, x, y, address, size=_SIZE, mono=True, fill=_ADDRESS)
    if note:
        words(parent, x + used + 16, y, note, size=12, fill=GREY)
