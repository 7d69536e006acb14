"""Containers on macvlan: machines on the LAN, each at the switch's port of its server."""

from __future__ import annotations

from itertools import combinations

from checks.finding import BrokenLink, Finding
from checks.probe import Probe
from checks.reach import said
from checks.registry import ContainerName, NetworkName, ServerName, check
from checks.stations import Station, port_of, stations
from checks.words import listed, say


@check
def macvlan_run(probe: Probe, *, containers: dict[ContainerName, ServerName], network: NetworkName) -> Finding:
    """Each container is a machine on the LAN: an address of its server's range, a MAC of its own, on the right port."""
    found = stations(probe, containers, network)
    for each in found:
        _in_range(each)
    _macs_differ(found)
    for each in found:
        _learned(each)
    return Finding(
        ok=True,
        expected=say("{names} are machines on the LAN", names=listed(containers)),
        observed=say("the switch has learned each MAC on the port of its server"),
        evidence=tuple(
            say(
                "{address} {name}, MAC {mac}, at the port of {server}",
                address=each.address,
                name=each.name,
                mac=each.mac,
                server=each.server,
            )
            for each in found
        ),
    )


def _in_range(station: Station) -> None:
    entry = next((each for each in station.network.subnets if station.address in each.subnet), None)
    if entry and entry.ip_range and station.address in entry.ip_range:
        return
    network = station.network.name
    raise BrokenLink(
        expected=say("{name} has an address of the range of {server}", name=station.name, server=station.server),
        observed=say("{name} has {address}", name=station.name, address=station.address),
        why=say(
            "{name} has {address}, outside the range {range} of {network} on {server}",
            name=station.name,
            address=station.address,
            range=entry.ip_range,
            network=network,
            server=station.server,
        )
        if entry and entry.ip_range
        else say(
            "{network} on {server} has no --ip-range: its engine hands out any address of the LAN, also one that a "
            "server or a container of the other engine holds, and so {name} has {address}",
            network=network,
            server=station.server,
            name=station.name,
            address=station.address,
        ),
        look=f"docker --context {station.server} network inspect {network}",
    )


def _macs_differ(found: list[Station]) -> None:
    for one, other in combinations(found, 2):
        if one.mac == other.mac:
            raise BrokenLink(
                expected=say("each container has a MAC of its own"),
                observed=say("{one} and {other} both have {mac}", one=one.name, other=other.name, mac=one.mac),
                why=say(
                    "{one} and {other} have one MAC, so the switch takes them for one machine",
                    one=one.name,
                    other=other.name,
                ),
                look=f"docker --context {other.server} inspect {other.name}",
            )


def _learned(station: Station) -> None:
    _on_the_wire(station)
    port = port_of(station)
    if port == station.server:
        return
    where = port or say("no server's port")
    raise BrokenLink(
        expected=say("the switch has {mac} at the port of {server}", mac=station.mac, server=station.server),
        observed=say("it has it at {port}", port=where),
        why=say(
            "the MAC {mac} of {name} is at {port}, not at {server}",
            mac=station.mac,
            name=station.name,
            port=where,
            server=station.server,
        ),
        look=f"docker --context {station.server} inspect {station.name}",
    )


def _on_the_wire(station: Station) -> None:
    """The router answers: so the switch has just heard of the station, and what it has learned is not old."""
    echo = station.probe.ping(station.name, station.probe.router())
    if echo.answered:
        return
    raise BrokenLink(
        expected=say("{name} is on the wire: the router answers it", name=station.name),
        observed=said(echo, station.probe.router()),
        why=say(
            "nothing from {name} gets to the switch and back: the parent of {network} on {server} is {parent}, which "
            "must be the interface that leads to the LAN",
            name=station.name,
            network=station.network.name,
            server=station.server,
            parent=station.network.options.get("parent") or say("not named"),
        ),
        look=f"docker --context {station.server} network inspect {station.network.name}",
    )
