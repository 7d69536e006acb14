"""What the pictures of the map share: in which order things stand, and the words on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from checks.probe import Container, Interface
from checks.words import listed, say
from runner.engine.sight.cabling import Cable, Room
from runner.engine.sight.topology import Segment, Site, Topology
from runner.plain import one_line

_ORDER = {"wire": 0, "bridge": 1, "other": 2}


@dataclass(frozen=True, slots=True)
class Block:
    """A segment, and the rooms that stand beside it; those beside none are on no network, or not to be seen."""

    segment: Segment | None
    rooms: tuple[Room, ...]


def blocks(site: Site) -> tuple[Block, ...]:
    """The wires, then the bridges; a room with cables to several segments stands beside the last of them."""
    segments = sorted(site.segments, key=lambda each: _ORDER[each.kind])
    places: dict[int, list[Room]] = {place: [] for place in range(-1, len(segments))}
    for room in sorted(site.rooms, key=lambda each: len(ends(site, each))):
        places[max(map(segments.index, ends(site, room)), default=-1)].append(room)
    beside = [Block(segment, tuple(places[place])) for place, segment in enumerate(segments)]
    return (*beside, Block(None, tuple(places[-1])))


def ends(site: Site, room: Room) -> list[Segment]:
    """The segments that its cables end in, each once."""
    found = (site.segment_of(cable) for cable in room.cables)
    return list({key(each): each for each in found if each}.values())


def key(segment: Segment) -> tuple[str, str]:
    """What tells it from the others of its server."""
    return segment.kind, segment.name


def cables_to(site: Site) -> Counter[tuple[str, str]]:
    """How many cables each segment has, ports with unknown ends too."""
    found = (site.segment_of(cable) for room in site.rooms for cable in room.cables)
    count = Counter(key(each) for each in found if each)
    count.update({key(each): len(each.loose) for each in site.segments})
    return count


def own(site: Site) -> tuple[Interface, ...]:
    """The host's interfaces that are no wire with containers or networks on it."""
    wires = {each.name for each in site.segments if each.kind == "wire"}
    return tuple(each for each in site.outer if each.name not in wires)


def uplink(topology: Topology, site: Site) -> str:
    """The host's interface that leads outside; "" where none is seen to. On the LAN that is proven by both ends."""
    if topology.lan is None or topology.lan.unseen:
        return site.uplink
    ports = {each.index: each.link for each in topology.lan.ports if each.name == site.name}
    return next((each.name for each in site.outer if each.link and ports.get(each.link) == each.index), "")


def outside(topology: Topology) -> tuple[str, str, str]:
    """Name, address and MAC of what is outside; all "" where nothing is known of it."""
    if topology.lan:
        router = topology.lan.router
        return (say("router"), addresses(router), router.mac) if router else (say("router"), say("not seen"), "")
    gateway = next((site.gateway for site in topology.sites if site.gateway), None)
    return (say("gateway"), str(gateway), "") if gateway else ("", "", "")


def site_name(topology: Topology, site: Site) -> str:
    return say("{server} (host)", server=site.name) if topology.lan else say("host")


def addresses(interface: Interface) -> str:
    return listed(interface.addresses) if interface.addresses else say("no address")


def name_of(thing: Container | Interface | str, limit: int = 40) -> str:
    """A name to show: cleaned, one line, not too long."""
    return one_line(thing if isinstance(thing, str) else thing.name, limit)


def far_end(cable: Cable) -> str:
    """What is written at the host's end: the other end of the pair, `macvlan`, or a question mark."""
    if cable.kind == "veth" and cable.far:
        return name_of(cable.far, 15)
    return "?" if cable.kind == "unseen" else cable.kind


def remarks(site: Site, room: Room) -> Iterator[str]:
    """What there is to say of a room that its interfaces do not show."""
    if room.unseen:
        yield say("not looked into: {reason}", reason=name_of(room.unseen, 120))
        for each in (endpoint for mate in room.containers for endpoint in mate.endpoints):
            address = each.address or say("no address")
            yield say("the engine says: {network} {address}", network=name_of(each.network), address=address)
    yield from (say("{interface} is down", interface=name_of(each.near)) for each in room.cables if not each.near.up)
    yield from (
        say("{interface} is in no bridge", interface=name_of(each.far))
        for each in room.cables
        if each.far and site.segment_of(each) is None
    )


def mode_note(site: Site, container: Container) -> str:
    """The state where it is not running; else the network mode where that says more than the cables do."""
    if not container.running:
        return container.state
    if container.mode == "none" and all(each.network == "none" for each in container.endpoints):
        return "none"
    owner = container.mode.partition("container:")[2]
    everyone = [*site.guests, *site.stopped, *(each for room in site.rooms for each in room.containers)]
    name = next((each.name for each in everyone if owner and each.id == owner), owner[:12])
    return f"container:{name_of(name)}" if owner else ""


def stopped_note(container: Container) -> str:
    """Its state and what it was on, by the engine."""
    return " · ".join([container.state, *(name_of(each.network) for each in container.endpoints)])


def trouble(site: Site, segment: Segment) -> str:
    """What is wrong with the host's side of a segment; "" where nothing is."""
    if segment.kind == "other":
        return say("not seen on the host")
    if segment.interface is None:
        return say("not seen") if site.unseen else say("missing on the host")
    return "" if segment.interface.up else say("down")
