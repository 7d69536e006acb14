"""The LAN: who reaches whom on it, and who is hidden behind a server."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from checks.chain import address_on, on, running
from checks.diagnosis import look_networks, plugs, whereabouts
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Place, Probe, View
from checks.reach import SILENCE, pings, proves_ping
from checks.registry import ContainerName, NetworkName, ServerName, check
from checks.stations import SERVERS, Station, at_home, machines, own_name, stations
from checks.words import listed, say


@check
def talks(probe: Probe, *, containers: dict[ContainerName, ServerName], network: NetworkName) -> Finding:
    """Each container reaches the others, the other server and the router, under its own address: no NAT between."""
    found = stations(probe, containers, network)
    lines = [line for each in found for line in (*_reaches(each, found), _own_address(each))]
    return Finding(
        ok=True,
        expected=say("{names} reach each other, the other server and the router", names=listed(containers)),
        observed=say("all answer, and see the containers' own addresses"),
        evidence=tuple(lines),
    )


@check
def own_host_silent(probe: Probe, *, container: ContainerName) -> Finding:
    """The container's own server does not answer it, though the router does: macvlan's known rule."""
    server, address = own_name(probe), probe.server_address()
    at_home(probe, container, server)
    own = _macvlan_address(probe, container)
    pings(probe, container, probe.router(), say("the router"))
    if probe.ping(container, address, wait=SILENCE).answered:
        raise BrokenLink(
            expected=say("{server} does not answer {name}", server=server, name=container),
            observed=say("{address} answered", address=address),
            why=say(
                "{server} answers {name}: some other way leads there than the wire of its macvlan",
                server=server,
                name=container,
            ),
            look=f"docker --context {server} exec {container} ip route",
        )
    return Finding(
        ok=True,
        expected=say("{server} does not answer {name}", server=server, name=container),
        observed=say(
            "silence from {address}, while the router {router} answers", address=address, router=probe.router()
        ),
        evidence=(
            say("{address} {name}, on macvlan", address=own, name=container),
            say("ping {address}, {server} itself: no answer", address=address, server=server),
            say("ping {address}, the router: answered, so ping works", address=probe.router()),
        ),
    )


@check
def hidden(probe: Probe, *, container: ContainerName) -> Finding:
    """The container's address is its server's own affair: neither the router nor the other server reaches it."""
    server = own_name(probe)
    at_home(probe, container, server)
    address = _inner_address(probe, container)
    proves_ping(probe, Place.HOST, address)
    _router_fails(probe, container, address)
    others = [_other_fails(probe.server(each), each, container, address) for each in SERVERS if each != server]
    return Finding(
        ok=True,
        expected=say("nobody on the LAN reaches {name}", name=container),
        observed=say("{address} is known on {server} alone", address=address, server=server),
        evidence=(
            say("{address} {name} answers {server}, its own server", address=address, name=container, server=server),
            say("the router reaches {server}, but not {address}", server=server, address=address),
            *others,
        ),
    )


# --- talks


def _reaches(station: Station, everyone: list[Station]) -> Iterator[str]:
    """A line for each that answers the station's ping. Its own server is no such: that is macvlan's rule."""
    targets = {each.name: each.address for each in everyone if each is not station}
    targets |= {name: address for name, address in machines(station.probe).items() if name != station.server}
    for what, address in targets.items():
        with on(station.server):
            pings(station.probe, station.name, address, what)
        yield say("{name} pinged {what}, {address}", name=station.name, what=what, address=address)


def _own_address(station: Station) -> str:
    """The router was called by the container's own address."""
    meeting = station.probe.meet_outside(station.name)
    if meeting.reached and meeting.seen_from == station.address:
        return say("the router was called by {address}, {name} itself", address=station.address, name=station.name)
    raise BrokenLink(
        expected=say("the router sees {address}, {name} itself", address=station.address, name=station.name),
        observed=say("it saw {address}", address=meeting.seen_from) if meeting.reached else say("it was not reached"),
        why=say(
            "the router saw {name} as {address}: it came by another network, one with NAT",
            name=station.name,
            address=meeting.seen_from,
        )
        if meeting.reached
        else say("{name} pings the router, but gets no connection to it", name=station.name),
        look=f"docker --context {station.server} exec {station.name} ip route",
    )


# --- own_host_silent


def _macvlan_address(probe: Probe, name: str) -> IPv4Address:
    container = running(probe, name)
    network = next((each for each in plugs(container) if probe.network(each).driver == "macvlan"), None)
    if network:
        return address_on(probe, name, network)
    raise BrokenLink(
        expected=say("{name} is on a macvlan network", name=name),
        observed=whereabouts(probe, container),
        why=say(
            "{where}, not on a macvlan network: only there its own server keeps silent",
            where=whereabouts(probe, container),
        ),
        look=look_networks(name),
    )


# --- hidden


def _inner_address(probe: Probe, name: str) -> IPv4Address:
    """The container's address on a bridge network, and it is on no other kind."""
    container = running(probe, name)
    drivers = {each: probe.network(each).driver for each in plugs(container)}
    if drivers and set(drivers.values()) == {"bridge"}:
        return address_on(probe, name, next(iter(drivers)))
    raise BrokenLink(
        expected=say("{name} is on a bridge network of its server", name=name),
        observed=whereabouts(probe, container),
        why=_why_not_inner(container, drivers, whereabouts(probe, container)),
        look=look_networks(name),
    )


def _why_not_inner(container: Container, drivers: dict[str, str], where: str) -> str:
    direct = next((name for name, driver in drivers.items() if driver in ("macvlan", "ipvlan")), None)
    if direct:
        return say(
            "{name} is on {network}, and that is the LAN itself: it hides nobody", name=container.name, network=direct
        )
    return say("{where}, not on a bridge: only there it has an inner address", where=where)


def _router_fails(probe: Probe, name: str, address: IPv4Address) -> None:
    proves_ping(probe, Place.OUTSIDE, probe.server_address())
    if probe.ping(Place.OUTSIDE, address, wait=SILENCE).answered:
        raise _found(say("the router"), name, address)


def _other_fails(there: Probe, other: str, name: str, address: IPv4Address) -> str:
    """A line that proves that the other server does not reach the address: it may well have the same one itself."""
    host = there.host()
    way = _way(host, address)
    if way and not any(
        each.name == way and there.server_address() in {a.ip for a in each.addresses} for each in host.interfaces
    ):
        return say("for {other} {address} lies behind its own {interface}", other=other, address=address, interface=way)
    proves_ping(there, Place.HOST, there.router())
    if there.ping(Place.HOST, address, wait=SILENCE).answered:
        raise _found(other, name, address)
    return say("{other} reaches the router, but not {address}", other=other, address=address)


def _way(host: View, address: IPv4Address) -> str | None:
    """The interface by which the host would send to the address: that of the narrowest route."""
    fitting = [each for each in host.routes if address in each.to]
    return max(fitting, key=lambda each: each.to.prefixlen).interface if fitting else None


def _found(who: str, name: str, address: IPv4Address) -> BrokenLink:
    return BrokenLink(
        expected=say("{who} cannot reach {name}", who=who, name=name),
        observed=say("{address} answered {who}", address=address, who=who),
        why=say("{who} reaches {name} at {address}: a route leads to it", who=who, name=name, address=address),
        look="onhost ip route",
    )
