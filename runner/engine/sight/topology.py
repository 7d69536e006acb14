"""The picture of now as facts: servers, bridges, network namespaces, and the cables between them.

Truth is the kernel's: which interfaces there are, what each one's other end is (iflink against ifindex, both ways for a
veth pair), which bridge that end is a port of, and which containers have one namespace. The engine tells names and
states, the networks and their drivers; for a container that cannot be looked into it is quoted and marked as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import Literal

from checks.finding import BrokenLink, CheckEnded
from checks.probe import Container, Interface, Network, View
from checks.words import say
from runner.engine.sight import iproute
from runner.engine.sight.cabling import ON_PARENT, Cable, Room, end_of, rooms_of
from runner.engine.sight.probe import Way, look
from runner.engine.testbed import Lan, Server, Testbed
from runner.errors import EngineFailed

_STOPPED = ("created", "exited", "dead", "removing")


@dataclass(frozen=True, slots=True)
class Segment:
    """What cables end in on the host: a bridge; the wire of an interface (macvlan); else a network of another driver.

    `interface` is the kernel's, None where the host has none of that name. `loose` are ports that no namespace which
    was looked into has the other end of.
    """

    kind: Literal["bridge", "wire", "other"]
    name: str
    interface: Interface | None = None
    networks: tuple[Network, ...] = ()
    loose: tuple[Interface, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """One server. `number` is the host's own namespace, `guests` the containers in it, `outer` its own interfaces.

    `uplink` is the one that leads out, `gateway` the way on from there. `unseen` is why the host could not be looked
    at; where `answers` is false, why its engine could not be asked.
    """

    name: str
    number: int = 0
    outer: tuple[Interface, ...] = ()
    uplink: str = ""
    gateway: IPv4Address | None = None
    segments: tuple[Segment, ...] = ()
    rooms: tuple[Room, ...] = ()
    guests: tuple[Container, ...] = ()
    stopped: tuple[Container, ...] = ()
    unseen: str = ""
    answers: bool = True

    def segment_of(self, cable: Cable) -> Segment | None:
        """Where a cable ends. An end that was not seen is that of its network; None: it is plugged into nothing."""
        if cable.kind == "unseen":
            named = (each for each in self.segments if cable.network in [network.name for network in each.networks])
            return next(named, None)
        return next((each for each in self.segments if (each.kind, each.name) == end_of(cable)), None)


@dataclass(frozen=True, slots=True)
class Wire:
    """The LAN: the router's interface, which is the switch's own, and the switch's port of each server by its name."""

    router: Interface | None
    ports: tuple[Interface, ...] = ()
    unseen: str = ""


@dataclass(frozen=True, slots=True)
class Topology:
    """All of it. `lan` is None for an engine that vethlab did not start."""

    sites: tuple[Site, ...]
    lan: Wire | None = None


def survey(testbed: Testbed, sight: Way = "auto") -> Topology:
    """The testbed as it is now. Raises EngineFailed where no engine of it answers."""
    sites = tuple(_site(testbed, server, sight) for server in testbed.servers)
    if not any(site.answers for site in sites):
        raise EngineFailed(sites[0].unseen, hint="vethlab doctor")
    return Topology(sites, _wire(testbed.lan) if testbed.lan else None)


# --- one server


def _site(testbed: Testbed, server: Server, sight: Way) -> Site:
    probe = look(testbed, server.name, sight)
    try:
        containers = sorted(probe.containers(), key=lambda each: (each.created, each.name))
        networks = sorted(probe.networks(), key=_by_age)
    except CheckEnded as error:
        return Site(server.name, unseen=str(error), answers=False)
    views = {each.id: _seen(partial(probe.inside, each.name)) for each in containers if _alive(each)}
    host, unseen = _seen(probe.host)
    if host is None:
        host = next((views[each.id][0] for each in containers if each.mode == "host" and each.id in views), None)
    residents = [each for each in containers if each.id in views]
    guests = tuple(each for each in residents if _in_host(views[each.id][0], host, each))
    rooms = rooms_of([each for each in residents if each not in guests], views, host, networks)
    stopped = tuple(each for each in containers if not _alive(each))
    bare = Site(server.name, rooms=rooms, guests=guests, stopped=stopped, unseen="" if host else unseen)
    return _furnished(bare, host, networks, server)


def _by_age(network: Network) -> tuple[bool, str, str]:
    """The engine's own bridge first, then by age."""
    return network.name != "bridge", str(network.created), network.name


def _alive(container: Container) -> bool:
    return container.state not in _STOPPED


def _seen(look: Callable[[], View]) -> tuple[View | None, str]:
    """The view, else why there is none. What ended while it was looked at is no reason for no picture."""
    try:
        return look(), ""
    except BrokenLink as error:
        return None, error.finding.observed
    except CheckEnded as error:
        return None, str(error)


def _in_host(view: View | None, host: View | None, container: Container) -> bool:
    if view and host:
        return view.namespace == host.namespace
    return container.mode == "host"


def _furnished(site: Site, host: View | None, networks: Sequence[Network], server: Server) -> Site:
    """The site with the host's own side of it, as far as that was seen."""
    route = iproute.default_route(host.routes) if host else None
    uplink = route.interface if route else ""
    if host and server.address:
        holders = (each.name for each in host.interfaces if server.address in [own.ip for own in each.addresses])
        uplink = next(holders, uplink)
    segments = _segments(site.rooms, host, networks)
    inner = {each.name for each in segments if each.kind == "bridge"}
    inner |= {cable.far.name for room in site.rooms for cable in room.cables if cable.far and cable.kind == "veth"}
    own = host.interfaces if host else ()
    return replace(
        site,
        number=host.namespace if host else 0,
        outer=tuple(each for each in own if not (each.loopback or each.master or each.name in inner)),
        uplink=uplink,
        gateway=route.via if route else None,
        segments=segments,
    )


# --- what they end in


def _segments(rooms: Sequence[Room], host: View | None, networks: Sequence[Network]) -> tuple[Segment, ...]:
    """Those of Docker's networks, then bridges and parents that the kernel alone knows of."""
    cables = [cable for room in rooms for cable in room.cables]
    used: dict[tuple[str, str], list[Network]] = {}
    for network in networks:
        if end := _segment_end(network, cables):
            used.setdefault(end, []).append(network)
    for name in (each.master for each in (host.interfaces if host else ()) if each.master):
        used.setdefault(("bridge", name), [])
    for end in map(end_of, cables):
        if end:
            used.setdefault(end, [])
    taken = {cable.far.index for cable in cables if cable.far}
    return tuple(_segment(kind, name, found, host, taken) for (kind, name), found in used.items())


def _segment_end(network: Network, cables: Iterable[Cable]) -> tuple[str, str] | None:
    if network.driver in ("host", "null"):
        return None
    if network.driver == "bridge":
        return "bridge", network.bridge
    if network.driver in ON_PARENT:
        parents = (each.far.name for each in cables if each.far and each.network == network.name)
        parent = next(parents, "") or network.options.get("parent", "")
        return ("wire", parent) if parent else ("other", network.name)
    return "other", network.name


def _segment(kind: str, name: str, networks: Sequence[Network], host: View | None, taken: set[int]) -> Segment:
    own = host.interfaces if host else ()
    interface = next((each for each in own if each.name == name and kind != "other"), None)
    loose = tuple(each for each in own if kind == "bridge" and each.master == name and each.index not in taken)
    if kind == "bridge":
        return Segment("bridge", name, interface, tuple(networks), loose)
    return Segment("wire" if kind == "wire" else "other", name, interface, tuple(networks))


# --- the LAN


def _wire(lan: Lan) -> Wire:
    """The switch is a bridge in a namespace of vethlab's own; the router's address is on the bridge itself."""
    namespace = Path("/proc", str(lan.pid), "ns/net")
    try:
        text = iproute.run(namespace, "ip", "-o", "-4", "-batch", "-", given=b"link show\naddr show\n")
    except OSError as error:
        return Wire(None, unseen=say("cannot look from the router: {reason}", reason=error))
    except CheckEnded as error:
        return Wire(None, unseen=str(error))
    found = iproute.stack(text).interfaces
    router = next((each for each in found if each.name == lan.bridge), None)
    return Wire(router, tuple(each for each in found if each.master == lan.bridge))
