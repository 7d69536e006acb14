"""The map in two columns: the host with its bridges at the left, the containers' namespaces beside it at the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rich.text import Text

from checks.probe import Container
from checks.words import say
from runner.engine.sight.cabling import Cable, Room
from runner.engine.sight.topology import Segment, Site, Topology
from runner.plain import broken, cells, one_line
from runner.screens import map_parts as parts
from runner.screens.map_boxes import SEAM, Columns, bottom, boxed, inside, interface, top
from runner.screens.map_styles import ADDRESS, DIM, NAME, TROUBLE, WIRE, Line, head, line_of, packed, styled

_OUTSIDE, _FRAMES, _GAP = 3, 4, 2  # columns: the wire from outside, the host's frame, the way to the containers
_CROWD = 6  # so many namespaces on a server, and their boxes stand edge to edge


@dataclass
class Row:
    """One line of the picture. `line` is the cable that crosses it, `enters` whether the wire from outside comes in."""

    left: Text
    right: Text = field(default_factory=Text)
    line: Line | None = None
    enters: bool = False
    free: bool = False  # a box may begin beside it


def panels(topology: Topology, width: int) -> Text | None:
    """The picture, None where it does not fit."""
    columns = _columns(topology, width)
    if columns is None:
        return None
    lines = list(_outside(topology))
    for number, site in enumerate(topology.sites):
        last = number == len(topology.sites) - 1
        lines += _framed(topology, site, _Host(topology, site, columns).drawn(), columns, last)
    return Text("\n").join(lines)


def _columns(topology: Topology, width: int) -> Columns | None:
    rooms = [room for site in topology.sites for room in site.rooms]
    cables = [cable for room in rooms for cable in room.cables]
    near = max((cells(parts.name_of(each.near, 15)) for each in cables), default=4)
    texts = [str(address) for each in cables for address in each.near.addresses] + [say("no address")]
    address = max(map(cells, texts))
    titles = [_title_width(site, each) for site in topology.sites for room in site.rooms for each in room.containers]
    notes = [cells(note) for site in topology.sites for room in site.rooms for note in parts.remarks(site, room)]
    least = 2 * max(1, *map(_lanes, topology.sites)) + 18
    most = width - _OUTSIDE - _FRAMES - _GAP
    for mac_below in (False, True):
        table = near + 2 + (max(address, 17) if mac_below else address + 2 + 17)
        box = SEAM + table
        if most - box >= least:
            box = min(max([box, *titles, *(note + SEAM for note in notes)]), most - max(least, 27), max(box, 52))
            box = max(box, SEAM + table)
            host = min(most - box, max(least, _natural(topology)))
            return Columns(host, box, near, address, mac_below)
    return None


def _lanes(site: Site) -> int:
    """How many trunks run beside each other at most."""
    left, lanes, most = parts.cables_to(site), list[tuple[str, str]](), 0
    for block in parts.blocks(site):
        if block.segment and left[parts.key(block.segment)]:
            lanes.append(parts.key(block.segment))
            left[lanes[-1]] -= len(block.segment.loose)
        most = max(most, len(lanes))
        ends = (site.segment_of(cable) for room in block.rooms for cable in room.cables)
        left.subtract(parts.key(each) for each in ends if each)
        while lanes and left[lanes[-1]] <= 0:
            lanes.pop()
    return most


def _title_width(site: Site, container: Container) -> int:
    return cells(parts.name_of(container)) + cells(parts.mode_note(site, container)) + 9


def _natural(topology: Topology) -> int:
    """How wide the host would be with each segment's words on one line."""
    heads = [[word for word, _ in head(site, each)] for site in topology.sites for each in site.segments]
    own = [[each.name, parts.addresses(each), each.mac] for site in topology.sites for each in parts.own(site)]
    lines = [sum(cells(word) + 2 for word in line) for line in [*heads, *own]]
    return max([*lines, *(cells(parts.site_name(topology, site)) + 6 for site in topology.sites)]) + 4


# --- frames


def _outside(topology: Topology) -> Iterator[Text]:
    name, address, mac = parts.outside(topology)
    if not name:
        return
    yield Text.assemble(" ◇ ", (name, NAME), "  ", (address, ADDRESS), "  ", mac)
    yield Text.assemble((" ║ ", WIRE), say("switch") if topology.lan else say("outside"))


def _framed(topology: Topology, site: Site, rows: Sequence[Row], columns: Columns, last: bool) -> Iterator[Text]:
    inside = columns.host + 2
    wire = bool(parts.outside(topology)[0])
    enters = next((number for number, row in enumerate(rows) if row.enters), -1) if wire else -1
    goes_on: list[bool] = [wire and (not last or number < enters) for number in range(-1, len(rows) + 1)]
    title = one_line(parts.site_name(topology, site), inside - 4)
    top = Text.assemble("┌─ ", (title, NAME), " ", "─" * (inside - cells(title) - 3), "┐")
    yield _margin(goes_on[0]) + top
    for number, row in enumerate(rows):
        margin, edge = _margin(goes_on[number + 1]), Text("│")
        if number == enters:
            margin, edge = styled(" ╚═" if last else " ╠═", WIRE), styled("╡", WIRE)
        yield _whole(row, margin + edge, columns)
    yield _margin(goes_on[-1]) + Text(f"└{'─' * inside}┘")


def _margin(wire: bool) -> Text:
    return styled(" ║ " if wire else "   ", WIRE)


def _whole(row: Row, before: Text, columns: Columns) -> Text:
    rest = max(columns.host - cells(row.left.plain), 0)
    text = before + Text(" ") + row.left
    if row.line:
        text += Text.assemble((row.line.stroke * (rest + 1) + row.line.cross + row.line.stroke * _GAP, row.line.style))
    else:
        text += Text(" " * (rest + 1) + "│" + (" " * _GAP if row.right.plain else ""))
    return text + row.right


# --- one host, from top to bottom


class _Host:
    """Rows as they come. A lane is a segment's trunk: it runs down from its name to the last of its cables."""

    def __init__(self, topology: Topology, site: Site, columns: Columns) -> None:
        self._site, self._columns = site, columns
        self._uplink = parts.uplink(topology, site)
        self._lanes: list[Segment | None] = []
        self._rows: list[Row] = []
        self._left = parts.cables_to(site)
        self._crowd = len(site.rooms) > _CROWD

    def drawn(self) -> list[Row]:
        site = self._site
        for text in broken(one_line(site.unseen), self._columns.host) if site.unseen else ():
            self._rows.append(Row(Text(text, TROUBLE)))
        for each in parts.own(site):
            words = [(parts.name_of(each), NAME), (parts.addresses(each), ADDRESS), (each.mac, "")]
            self._heading(None, words, each.name == self._uplink)
        blocks = parts.blocks(site)
        guests_after = sum(each.segment is not None and each.segment.kind == "wire" for each in blocks)
        for number, block in enumerate(blocks):
            if number == guests_after:
                self._guests(site.guests)
            if block.segment:
                self._segment(block.segment)
            self._rooms(block.rooms)
            for port in block.segment.loose if block.segment else ():
                self._loose(block.segment, parts.name_of(port, 15))
        self._stopped()
        return self._rows

    def _segment(self, segment: Segment) -> None:
        if self._rows and self._rows[-1].left.plain.strip(" │║┊"):
            self._rows.append(Row(self._trunks()))
        self._heading(segment, head(self._site, segment), segment.kind == "wire" and segment.name == self._uplink)

    def _heading(self, segment: Segment | None, words: Iterable[tuple[str, str]], enters: bool) -> None:
        """A name and its facts; a trunk goes down from the dot where cables are to come."""
        before, style = self._trunks(), line_of(segment).style if segment else WIRE if enters else ""
        if segment and self._left[parts.key(segment)]:
            self._lanes.append(segment)
            more = self._trunks()
        else:
            more = before + Text("  ")
        dot = Text("○ " if segment and segment.kind == "other" else "● ", style)
        for number, line in enumerate(packed(words, self._columns.host - cells(more.plain))):
            self._rows.append(Row((more if number else before + dot) + line, enters=enters and number == 0))
        self._rows[-1].free = True

    def _guests(self, guests: Sequence[Container]) -> None:
        if not guests:
            return
        inside = self._columns.host - SEAM
        title = one_line(say("host network"), inside - 2)
        before = self._trunks()
        inside -= cells(before.plain)
        self._rows.append(Row(before + Text(f"┌ {title} {'─' * (inside - cells(title))}┐")))
        for each in guests:
            name = one_line(parts.name_of(each), inside)
            self._rows.append(Row(before + Text.assemble("│ ", (name, NAME), " " * (inside - cells(name)), " │")))
        self._rows.append(Row(before + Text(f"└{'─' * (inside + 2)}┘")))

    def _rooms(self, rooms: Sequence[Room]) -> None:
        for number, room in enumerate(rooms):
            joined = self._crowd and number > 0
            self._right(top(self._site, room, self._columns, joined))
            for text in inside(self._site, room, self._columns):
                self._right(boxed(text, self._columns, "│"))
            for cable in room.cables:
                self._cable(room, cable)
            if not self._crowd or number == len(rooms) - 1:
                self._right(bottom(room, self._columns))

    def _right(self, text: Text) -> None:
        if self._rows and self._rows[-1].free:
            self._rows[-1].right, self._rows[-1].free = text, False
        else:
            self._rows.append(Row(self._trunks(), text))

    def _cable(self, room: Room, cable: Cable) -> None:
        segment = self._site.segment_of(cable)
        line = line_of(segment, cable)
        first, *more = interface(cable, self._columns)
        left = self._branch(segment, line) + Text(f" {parts.far_end(cable)} ", line.style)
        self._rows.append(Row(left, boxed(first, self._columns, line.plug, line.style), line))
        for text in more:
            self._right(boxed(text, self._columns, "│"))

    def _loose(self, segment: Segment | None, port: str) -> None:
        line = line_of(None, None)
        left = self._branch(segment, line) + Text(f" {port} ", line.style)
        self._rows.append(Row(left, Text(f" ? {say('not seen')}", TROUBLE), line))

    def _stopped(self) -> None:
        if self._site.stopped:
            self._rows.append(Row(self._trunks()))
        for each in self._site.stopped:
            name, note = parts.name_of(each), parts.stopped_note(each)
            self._right(Text(one_line(f"○ {name} · {note}", self._columns.box), DIM))

    # lanes

    def _trunks(self, until: int | None = None) -> Text:
        lanes = self._lanes[:until]
        return Text.assemble(*((f"{line_of(each).trunk} " if each else "  ", line_of(each).style) for each in lanes))

    def _branch(self, segment: Segment | None, line: Line) -> Text:
        """Out of the segment's trunk to the right, across those that stand in the way."""
        if segment is None or segment not in self._lanes:
            return self._trunks() + Text(f"○{line.stroke}", line.style)
        place = self._lanes.index(segment)
        self._left[parts.key(segment)] -= 1
        fork = line.fork if self._left[parts.key(segment)] else line.end
        text = self._trunks(place) + styled(fork + line.stroke, line.style)
        for other in self._lanes[place + 1 :]:
            text += Text((line.over(line_of(other)) if other else line.stroke) + line.stroke, line.style)
        if not self._left[parts.key(segment)]:
            self._lanes[place] = None
            while self._lanes and self._lanes[-1] is None:
                self._lanes.pop()
        return text
