"""Ranges of addresses: that no two networks, and no two servers, hand out the same."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from checks import chain
from checks.finding import BrokenLink, Finding
from checks.probe import Network, Probe, Subnet
from checks.registry import NetworkName, check
from checks.words import listed, say


@check
def subnets_differ(probe: Probe, *, networks: list[NetworkName]) -> Finding:
    """Each of the networks has a range of addresses, and no two of the ranges overlap."""
    found = [_with_subnet(probe.network(name)) for name in networks]
    for one, other in combinations(found, 2):
        _apart(one, other)
    return Finding(
        ok=True,
        expected=say("{networks} have ranges that do not overlap", networks=listed(networks)),
        observed=listed(
            say("{network} has {ranges}", network=each.name, ranges=listed(entry.subnet for entry in each.subnets))
            for each in found
        ),
        evidence=tuple(f"{each.name} {entry.subnet}" for each in found for entry in each.subnets),
    )


@check
def ranges_apart(probe: Probe, *, network: NetworkName, servers: list[str]) -> Finding:
    """The ranges that the servers hand out from do not overlap, and hold no machine's own address."""
    pools = {server: _pool(probe, network, server) for server in servers}
    taken = {server: probe.server(server).server_address() for server in servers}
    for server, pool in pools.items():
        _holds_none(server, pool, network, {**taken, say("the router"): probe.router()})
    for (one, pool), (other, another) in combinations(pools.items(), 2):
        _pools_apart(network, one, pool, other, another)
    return Finding(
        ok=True,
        expected=say("each server hands out addresses of its own, and no machine's"),
        observed=listed(f"{server}: {_range(pool)}" for server, pool in pools.items()),
        evidence=(
            *(f"{server} {pool.subnet}, ip-range {pool.ip_range}" for server, pool in pools.items()),
            *(f"{server} {address}" for server, address in taken.items()),
            say("router {address}", address=probe.router()),
        ),
    )


def _with_subnet(network: Network) -> Network:
    if network.subnets:
        return network
    raise BrokenLink(
        expected=say("{network} has a range of addresses", network=network.name),
        observed=say("it has none"),
        why=say(
            "{network} has no range of addresses: its driver {driver} hands out none",
            network=network.name,
            driver=network.driver,
        ),
        look=f"docker network inspect {network.name}",
    )


def _apart(one: Network, other: Network) -> None:
    for mine in one.subnets:
        for theirs in other.subnets:
            if mine.subnet.overlaps(theirs.subnet):
                raise BrokenLink(
                    expected=say("{one} and {other} have different ranges", one=one.name, other=other.name),
                    observed=say("{mine} and {theirs} overlap", mine=mine.subnet, theirs=theirs.subnet),
                    why=say(
                        "{other} has {theirs}, which overlaps with {mine} of {one}: an address could belong to either",
                        one=one.name,
                        other=other.name,
                        mine=mine.subnet,
                        theirs=theirs.subnet,
                    ),
                    look=f"docker network inspect {other.name}",
                )


def _pool(probe: Probe, network: str, server: str) -> Subnet:
    with chain.on(server):
        return _with_subnet(probe.server(server).network(network)).subnets[0]


def _range(pool: Subnet) -> IPv4Network:
    return pool.ip_range or pool.subnet


def _holds_none(server: str, pool: Subnet, network: str, machines: dict[str, IPv4Address]) -> None:
    held = next((name for name, address in machines.items() if address in _range(pool)), None)
    if held is None:
        return
    raise BrokenLink(
        expected=say("{range} on {server} holds no machine's own address", range=_range(pool), server=server),
        observed=say("it holds {address} of {machine}", address=machines[held], machine=held),
        why=say(
            "on {server} {network} has no ip-range: its engine hands out every address of {subnet}, also {address}, "
            "which is that of {machine}",
            server=server,
            network=network,
            subnet=pool.subnet,
            address=machines[held],
            machine=held,
        )
        if pool.ip_range is None
        else say(
            "on {server} {network} hands out from {range}, which holds {address}, that of {machine}",
            server=server,
            network=network,
            range=pool.ip_range,
            address=machines[held],
            machine=held,
        ),
        look=f"docker --context {server} network inspect {network}",
    )


def _pools_apart(network: str, one: str, pool: Subnet, other: str, another: Subnet) -> None:
    if not _range(pool).overlaps(_range(another)):
        return
    raise BrokenLink(
        expected=say("{one} and {other} hand out different addresses", one=one, other=other),
        observed=say(
            "{one}: {mine}, {other}: {theirs}", one=one, mine=_range(pool), other=other, theirs=_range(another)
        ),
        why=say(
            "{other} hands out from {theirs} and {one} from {mine}: neither engine knows of the other, so two "
            "containers get the same address",
            one=one,
            mine=_range(pool),
            other=other,
            theirs=_range(another),
        ),
        look=f"docker --context {other} network inspect {network}",
    )
