"""The map in one column, for narrow terminals: each namespace below what its first cable ends in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from checks.words import say
from runner.engine.sight.cabling import Cable, Room
from runner.engine.sight.topology import Segment, Site, Topology
from runner.plain import broken, cells, one_line
from runner.screens import map_parts as parts
from runner.screens.map_styles import ADDRESS, CABLE, DIM, NAME, TROUBLE, WIRE, head, line_of, packed, styled


def tree(topology: Topology, width: int) -> Text:
    """The picture, in lines of `width` columns."""
    lines: list[Text] = []
    name, address, mac = parts.outside(topology)
    if name:
        lines += _entry(
            Text("◇ "), styled("║ ", WIRE), packed([(name, NAME), (address, ADDRESS), (mac, "")], width - 2)
        )
        lines.append(Text.assemble(("║ ", WIRE), say("switch") if topology.lan else say("outside")))
    for site in topology.sites:
        lines += _site(topology, site, width)
    return Text("\n").join(lines)


def _site(topology: Topology, site: Site, width: int) -> Iterator[Text]:
    yield Text.assemble("■ ", (one_line(parts.site_name(topology, site), width - 2), NAME))
    yield from (Text(f"  {line}", TROUBLE) for line in broken(one_line(site.unseen), width - 2) if line)
    for each in parts.own(site):
        words = [(parts.name_of(each), NAME), (parts.addresses(each), ADDRESS), (each.mac, "")]
        yield from _entry(Text("● "), Text("  "), packed(words, width - 2))
    if site.guests:
        words = [(say("host network"), ""), *((parts.name_of(each), NAME) for each in site.guests)]
        yield from _entry(Text("● "), Text("  "), packed(words, width - 2))
    for block in parts.blocks(site):
        yield from _block(site, block, width)
    for ended in site.stopped:
        yield Text(one_line(f"○ {parts.name_of(ended)} · {parts.stopped_note(ended)}", width), DIM)


def _entry(first: Text, more: Text, lines: Iterable[Text]) -> Iterator[Text]:
    for number, line in enumerate(lines):
        yield (more if number else first) + line


def _block(site: Site, block: parts.Block, width: int) -> Iterator[Text]:
    line = line_of(block.segment)
    items = [list(_room(site, room, block.segment, width - 3)) for room in block.rooms]
    loose = block.segment.loose if block.segment else ()
    items += [[Text(f"? ⇄ {parts.name_of(port, 15)}", TROUBLE)] for port in loose]
    if block.segment:
        trunk = styled(f"{line.trunk} " if items else "  ", line.style)
        yield from _entry(styled("● ", line.style), trunk, packed(head(site, block.segment), width - 2))
    for number, item in enumerate(items):
        last = number == len(items) - 1
        if block.segment:
            fork = styled(f"{line.end if last else line.fork}{line.stroke} ", line.style)
            yield from _entry(fork, styled("   " if last else f"{line.trunk}  ", line.style), item)
        else:
            yield from _entry(Text("□  "), Text("   "), item)


def _room(site: Site, room: Room, segment: Segment | None, width: int) -> Iterator[Text]:
    note = [(f"({note})", "") for note in [parts.mode_note(site, room.containers[0])] if note]
    names = [(("+ " if number else "") + parts.name_of(each), NAME) for number, each in enumerate(room.containers)]
    yield from packed([names[0], *note, *names[1:]], width)
    if room.loopback and not room.cables:
        yield Text.assemble(("lo  ", CABLE), (parts.addresses(room.loopback), ADDRESS), "  ", say("no cable"))
    for cable in room.cables:
        yield from _cable(site, cable, segment, width)
    for remark in parts.remarks(site, room):
        yield from (Text(one_line(line, width), TROUBLE) for line in broken(remark, width))


def _cable(site: Site, cable: Cable, segment: Segment | None, width: int) -> Iterator[Text]:
    """`eth0 ⇄ veth3f1c2ab`, with the bridge where that is another one than the room stands below."""
    end, line = site.segment_of(cable), line_of(segment, cable)
    bridge = f" ({parts.name_of(end.name, 15)})" if end and end != segment else ""
    near = parts.name_of(cable.near, 15)
    plugs = Text.assemble((near, CABLE), " ⇄ ", (parts.far_end(cable), line.style), bridge)
    held = ((str(each), ADDRESS) for each in cable.near.addresses)
    rest = list(
        packed([*(held if cable.near.addresses else [(say("no address"), TROUBLE)]), (cable.near.mac, "")], width)
    )
    if len(rest) == 1 and cells(plugs.plain) + 2 + cells(rest[0].plain) <= width:
        yield plugs + Text("  ") + rest[0]
    else:
        yield from (plugs, *rest)
