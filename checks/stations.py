"""Containers as machines on the LAN: on which server each is, with which address and MAC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import combinations

from checks.chain import address_on, addressed, driven, on
from checks.finding import BrokenLink
from checks.probe import Network, Probe
from checks.words import say

SERVERS = ("server1", "server2")


@dataclass(frozen=True, slots=True)
class Station:
    """A container on a macvlan network, as the LAN sees it. `probe` looks at its own server."""

    name: str
    server: str
    probe: Probe
    network: Network
    address: IPv4Address
    mac: str

    def __str__(self) -> str:
        return f"{self.name} {self.server} {self.address} {self.mac}"


def stations(probe: Probe, containers: Mapping[str, str], network: str) -> list[Station]:
    """The containers, each on its server and on the macvlan network there, no two of them with one address."""
    found = [_station(probe, name, server, network) for name, server in containers.items()]
    _addresses_differ(probe, found)
    return found


def own_name(probe: Probe) -> str:
    """The name of the server that this probe looks at."""
    address = probe.server_address()
    return next(name for name in SERVERS if probe.server(name).server_address() == address)


def machines(probe: Probe) -> dict[str, IPv4Address]:
    """The LAN's own machines: the servers and the router."""
    servers = {name: probe.server(name).server_address() for name in SERVERS}
    return {**servers, say("the router"): probe.router()}


def at_home(probe: Probe, name: str, server: str) -> None:
    """The container is not on another server instead."""
    held = [each for each in SERVERS if any(one.name == name for one in probe.server(each).containers())]
    if server in held or not held:
        return
    raise BrokenLink(
        expected=say("{name} is on {server}", name=name, server=server),
        observed=say("{name} is on {other}", name=name, other=held[0]),
        why=say(
            "{name} is on {other}, not on {server}: each server has an engine of its own, and --context chooses it",
            name=name,
            other=held[0],
            server=server,
        ),
        look=f"docker --context {server} ps -a",
    )


def port_of(station: Station) -> str | None:
    """Where the switch has the station's MAC, just after it has spoken: a server; None for no server's port."""
    station.probe.ping(station.name, station.probe.router())
    return next((each.server for each in station.probe.switch() if each.mac == station.mac), None)


def _station(probe: Probe, name: str, server: str, network: str) -> Station:
    at_home(probe, name, server)
    there = probe.server(server)
    with on(server):
        wanted = driven(there.network(network), "macvlan")
        held = addressed(there, name, network)
        return Station(name, server, there, wanted, address_on(there, name, network), held.mac)


def _addresses_differ(probe: Probe, found: list[Station]) -> None:
    for one, other in combinations(found, 2):
        if one.address == other.address:
            raise _twice(one, other)
    for machine, address in machines(probe).items():
        taken = next((each for each in found if each.address == address), None)
        if taken:
            raise BrokenLink(
                expected=say("{name} has an address of its own", name=taken.name),
                observed=say(
                    "{name} and {machine} both have {address}", name=taken.name, machine=machine, address=address
                ),
                why=say(
                    "{name} was given {address}, which is that of {machine}: an engine does not know who is on the "
                    "LAN already, so an --ip-range has to keep clear of them",
                    name=taken.name,
                    address=address,
                    machine=machine,
                ),
                look=f"docker --context {taken.server} network inspect {taken.network.name}",
            )


def _twice(one: Station, other: Station) -> BrokenLink:
    """Two with one address. A ping may well succeed all the same; the switch's table shows what is wrong."""
    ports = [port_of(one), port_of(other)]
    jumps = one.mac == other.mac and ports[0] != ports[1]
    return BrokenLink(
        expected=say("{one} and {other} have different addresses", one=one.name, other=other.name),
        observed=say(
            "the switch had the MAC {mac} at {first}, then at {second}: it jumps",
            mac=one.mac,
            first=ports[0] or say("no server"),
            second=ports[1] or say("no server"),
        )
        if jumps
        else say("{one} and {other}", one=one, other=other),
        why=say(
            "{one} on {server} and {other} on {place} both have {address}: the two engines hand out the same range, "
            "and neither knows of the other. A ping may be answered, by whichever spoke last",
            one=one.name,
            server=one.server,
            other=other.name,
            place=other.server,
            address=one.address,
        ),
        look=f"docker --context {other.server} network inspect {other.network.name}",
    )
