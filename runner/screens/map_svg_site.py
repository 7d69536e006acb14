"""One server of the SVG map: the host at the left, containers' namespaces at the right, cables between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from checks.probe import Container, Interface
from checks.words import say
from runner.engine.sight.cabling import ON_PARENT, Cable, Room
from runner.engine.sight.topology import Segment, Site, Topology
from runner.plain import one_line
from runner.screens import map_parts as parts
from runner.screens.map_svg_room import ROW, height_of, room_box, width_of
from runner.screens.svg_shapes import GREY, PAPER, RED, box, curve, group, line, words

_PAD, _HEADER, _CHIP, _GAP = 28.0, 206.0, 126.0, 84.0
_BUS = 10.0
_LINE = 18.0  # of words in a header
_SPACE = 16.0  # between blocks
_TITLE = 40.0
_COLOURS = ("#1d4ed8", "#b45309", "#15803d", "#0e7490", "#be185d", "#4d7c0f")
_WIRE = "#6d28d9"
_NONE = "#8c959f"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where a server stands. The wire from outside comes down at `socket` to `top`; `plug` is what it ends in."""

    width: float
    height: float
    left: float  # the host's frame
    right: float
    socket: float
    top: float
    plug: Interface | None


def drawn(page: Xml.Element, topology: Topology, site: Site, at: Point) -> Drawn:
    """Draws the server with its top left corner there."""
    return _Server(page, topology, site, at).drawn()


class _Server:
    """The drawing as it goes down the page; `_y` is where the next block begins."""

    def __init__(self, page: Xml.Element, topology: Topology, site: Site, at: Point) -> None:
        self._group = group(page, "server", name=site.name, namespace=site.number)
        self._topology, self._site = topology, site
        self._x, self._top = at
        self._y = self._top + _TITLE
        self._chips = self._x + _PAD + _HEADER + 22
        self._border = self._chips + _CHIP + 18
        self._rooms = self._border + _GAP
        self._box = width_of(site)
        uplink = parts.uplink(topology, site)
        self._plug = next((each for each in site.outer if each.name == uplink), None)
        self._ends: dict[tuple[int, str], Point] = {}  # where cables of rooms further down begin
        self._entry: Point = (self._x + 12, self._top)
        self._colours = dict(self._painted())

    def _painted(self) -> Iterator[tuple[str, str]]:
        bridges = 0
        for segment in self._site.segments:
            if segment.kind == "bridge":
                yield segment.name, _COLOURS[bridges % len(_COLOURS)]
                bridges += 1

    def drawn(self) -> Drawn:
        site = self._site
        for each in parts.own(site):
            words_ = [parts.addresses(each), each.mac]
            self._header(each.name, words_, _WIRE if each == self._plug else GREY, each)
            self._y += _SPACE
        blocks = parts.blocks(site)
        wires = sum(block.segment is not None and block.segment.kind == "wire" for block in blocks)
        inner = self._y
        for number, block in enumerate(blocks):
            if number == wires:
                self._guests()
                inner = self._y
            self._block(block)
            if block.segment or any(room.cables for room in block.rooms):
                inner = self._y
        self._stopped()
        self._frame(inner)
        has_rooms = bool(site.rooms or site.stopped or any(each.loose for each in site.segments))
        width = (self._rooms + self._box if has_rooms else self._border) - self._x
        return Drawn(
            width, max(self._y, inner) - self._top, self._x, self._border, self._entry[0], self._entry[1], self._plug
        )

    def _frame(self, bottom: float) -> None:
        """The host's own namespace, behind all that stands in it."""
        frame = group(self._group, "host", namespace=self._site.number)
        box(frame, self._x, self._top, self._border - self._x, bottom - self._top, fill="#f6f8fa", thick=2, radius=10)
        title = parts.site_name(self._topology, self._site)
        words(frame, self._x + _PAD, self._top + 25, title, size=15, bold=True, room=240)
        number = f"net:[{self._site.number}]" if self._site.number else say("not seen")
        words(frame, self._border - 14, self._top + 24, number, size=11, mono=True, fill=GREY, anchor="end")
        self._group.remove(frame)
        self._group.insert(0, frame)

    # what stands in the host

    def _header(self, name: str, lines: Sequence[str], colour: str, interface: Interface | None, bad: str = "") -> None:
        """A block with a name and lines of facts; the wire from outside is led into that of the uplink."""
        height = 12 + _LINE * (1 + len(lines) + bool(bad))
        x, y = self._x + _PAD, self._y
        box(self._group, x, y, _HEADER, height, fill=PAPER, stroke=colour, thick=2)
        words(self._group, x + 10, y + 19, name, size=13.5, bold=True, room=_HEADER - 20)
        for number, text in enumerate(lines, 1):
            words(self._group, x + 10, y + 19 + _LINE * number, text, size=12, mono=True, room=_HEADER - 16)
        if bad:
            words(self._group, x + 10, y + height - 11, bad, size=12, fill=RED, room=_HEADER - 20)
        if interface and interface == self._plug:
            middle = y + height / 2
            line(self._group, self._entry, (self._entry[0], middle), (x, middle), stroke=_WIRE, thick=3)
        self._y += height

    def _guests(self) -> None:
        """Containers in the host's own namespace."""
        guests = self._site.guests
        if not guests:
            return
        x, width = self._x + _PAD, self._border - self._x - 2 * _PAD + 10
        box(self._group, x, self._y, width, 30 + 30 * len(guests), fill="#eaeef2", stroke=GREY, dash="5 3")
        words(self._group, x + 10, self._y + 19, say("host network"), size=12, fill=GREY)
        for number, each in enumerate(guests):
            top = self._y + 28 + 30 * number
            kind = _container(self._group, each, self._site, "host")
            box(kind, x + 10, top, width - 20, 24)
            words(kind, x + 20, top + 17, parts.name_of(each), bold=True, room=width - 40)
        self._y += 30 + 30 * len(guests) + _SPACE

    def _block(self, block: parts.Block) -> None:
        """A segment with the rooms beside it, then its cables to rooms further down, then ports of unknown ends."""
        top, segment = self._y, block.segment
        if segment:
            self._segment(segment)
        header, self._y = self._y, top
        levels = [level for room in block.rooms for level in self._room(room, segment)]
        if not block.rooms and segment:
            self._y = top + 4
        levels += list(self._reserved(block))
        levels += [self._loose(port) for port in (segment.loose if segment else ())]
        if segment and levels:
            bus = self._x + _PAD + _HEADER
            colour = self._colour(segment)
            kind = box(
                Xml.Element("g"), bus - 1, top + 6, _BUS, max(levels) - top + 8, fill=colour, stroke="none", radius=3
            )
            self._group.append(kind)
        self._y = max(header, self._y)
        self._y += _SPACE if segment or block.rooms else 0

    def _segment(self, segment: Segment) -> None:
        held = [str(each) for each in (segment.interface.addresses if segment.interface else ())]
        mac = [segment.interface.mac] if segment.interface else []
        names = [one_line(each.name, 40) for each in segment.networks]
        kinds = [" ".join([each.driver, *([say("internal")] if each.internal else [])]) for each in segment.networks]
        bad = parts.trouble(self._site, segment)
        if segment.kind == "wire":
            drivers = [f"{name} · {kind}" for name, kind in zip(names, kinds, strict=True)]
            self._header(segment.name, [*held, *mac, *drivers], self._colour(segment), segment.interface, bad)
            return
        device = [segment.name] if segment.kind == "bridge" else []
        title = ", ".join(names) or segment.name
        self._header(title, [*(device or kinds), *held, *mac], self._colour(segment), None, bad)

    def _colour(self, segment: Segment | None) -> str:
        if segment is None or segment.kind == "other":
            return _NONE
        return _WIRE if segment.kind == "wire" else self._colours[segment.name]

    # cables

    def _room(self, room: Room, beside: Segment | None) -> Iterator[float]:
        """Draws the room; gives the levels of its cables to the segment that it stands beside."""
        top = self._y
        levels = room_box(self._group, self._site, room, (self._rooms, top), self._box)
        for cable, level in zip(room.cables, levels, strict=True):
            segment = self._site.segment_of(cable)
            start = self._ends.pop((id(room), cable.near.name), None)
            kind = self._cable_group(room, cable)
            if start is None:
                start = self._start(kind, cable, level, self._colour(segment))
                if segment and segment == beside:
                    yield level
            self._line(kind, cable, start, (self._rooms, level), self._colour(segment))
        self._y = top + height_of(self._site, room, self._box) + 12

    def _reserved(self, block: parts.Block) -> Iterator[float]:
        """The host's ends of cables whose rooms stand further down; their levels."""
        for room in self._site.rooms:
            for cable in room.cables:
                segment = self._site.segment_of(cable)
                if room in block.rooms or segment is None or segment != block.segment:
                    continue
                level = self._y + ROW / 2
                start = self._start(self._group, cable, level, self._colour(segment))
                self._ends[id(room), cable.near.name] = start
                yield level
                self._y += ROW + 6

    def _loose(self, port: Interface) -> float:
        level = self._y + ROW / 2
        kind = group(self._group, "loose", server=self._site.name, interface=port.name, ifindex=port.index)
        self._chip(kind, parts.name_of(port, 15), level, _NONE)
        line(kind, (self._chips + _CHIP, level), (self._rooms - 6, level), stroke=_NONE, dash="4 4")
        words(kind, self._rooms, level + 4, f"? {say('not seen')}", size=12, fill=RED)
        self._y += ROW + 6
        return level

    def _start(self, parent: Xml.Element, cable: Cable, level: float, colour: str) -> Point:
        """The host's side of a cable: the other end of the pair; a macvlan is on the wire itself."""
        if cable.kind not in ON_PARENT:
            self._chip(parent, parts.far_end(cable), level, colour)
            return self._chips + _CHIP, level
        words(parent, self._chips, level - 6, cable.kind, size=12, fill=colour)
        return self._chips - 14, level

    def _chip(self, parent: Xml.Element, text: str, level: float, colour: str) -> None:
        """The host's end of a cable, with its stub to the bus."""
        line(parent, (self._chips - 14, level), (self._chips, level), stroke=colour)
        box(parent, self._chips, level - 11, _CHIP, 22, stroke=colour, radius=4)
        words(parent, self._chips + _CHIP / 2, level + 4, text, size=12, mono=True, room=_CHIP - 8, anchor="middle")

    def _line(self, parent: Xml.Element, cable: Cable, start: Point, end: Point, colour: str) -> None:
        thick = 4 if cable.kind in ON_PARENT else 2.5
        curve(parent, start, end, stroke=colour, thick=thick, dash="4 4" if cable.kind == "unseen" else "")

    def _cable_group(self, room: Room, cable: Cable) -> Xml.Element:
        near, far = cable.near, cable.far
        return group(
            self._group,
            "cable",
            server=self._site.name,
            namespace=room.number,
            containers=" ".join(each.name for each in room.containers),
            interface=near.name,
            ifindex=near.index,
            iflink=near.link or "",
            mac=near.mac,
            addresses=" ".join(map(str, near.addresses)),
            kind=cable.kind,
            far=far.name if far else "",
            far_ifindex=far.index if far else "",
            bridge=cable.bridge,
            network=cable.network,
        )

    # the rest

    def _stopped(self) -> None:
        for each in self._site.stopped:
            kind = _container(self._group, each, self._site, "stopped")
            box(kind, self._rooms, self._y, self._box, 28, stroke=_NONE, dash="5 4")
            name = parts.name_of(each)
            used = words(kind, self._rooms + 14, self._y + 19, name, size=13, fill=GREY, room=self._box * 0.5)
            left = self._box - used - 44
            words(kind, self._rooms + 30 + used, self._y + 19, parts.stopped_note(each), size=12, fill=GREY, room=left)
            self._y += 36


def _container(parent: Xml.Element, container: Container, site: Site, where: str) -> Xml.Element:
    return group(parent, "container", server=site.name, name=container.name, state=container.state, where=where)
