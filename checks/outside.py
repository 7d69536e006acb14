"""The way out of a bridge network: by the gateway, routed and translated by the server, and not back in."""

from __future__ import annotations

from ipaddress import IPv4Address

from checks.chain import address_on, running
from checks.diagnosis import joins_another, look_networks, owner_of, plugs, whereabouts
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Network, Place, Probe
from checks.reach import SILENCE, pings, proves_ping
from checks.registry import ContainerName, check
from checks.words import listed, say


@check
def reaches_outside(probe: Probe, *, container: ContainerName) -> Finding:
    """The container reaches the outside under the server's address, and the outside cannot reach the container."""
    addresses = _own_addresses(probe, container)
    gateway = _way_out(probe, container)
    pings(probe, container, gateway, say("its gateway"))
    outside = _met(probe, container, addresses)
    reverse = _hidden_behind(probe, container, addresses)
    server = probe.server_address()
    return Finding(
        ok=True,
        expected=say("{name} reaches the outside by routing and NAT", name=container),
        observed=say("{outside} saw {server}, the server, not {name}", outside=outside, server=server, name=container),
        evidence=(
            say(
                "{name} has {addresses} and reaches its gateway {gateway}",
                name=container,
                addresses=listed(addresses),
                gateway=gateway,
            ),
            say("{outside} was called by {server}", outside=outside, server=server),
            *reverse,
        ),
    )


def _holder(probe: Probe, name: str) -> Container:
    """Whose plugs the container uses: its own, or those of the one that it joined."""
    container = running(probe, name)
    return owner_of(probe, container) or container


def _own_addresses(probe: Probe, name: str) -> list[IPv4Address]:
    """The container's addresses on networks with NAT; one without a way out, or with another, gets told why."""
    holder = _holder(probe, name)
    ids = {each.network_id for each in holder.endpoints}
    networks = [each for each in probe.networks() if each.id in ids]
    why = _why_no_nat(name, holder, networks)
    if not why:
        own = [each for each in networks if each.driver == "bridge"]
        return [address_on(probe, holder.name, each.name) for each in own]
    raise BrokenLink(
        expected=say("{name} is on a bridge network with a way out", name=name),
        observed=whereabouts(probe, probe.container(name)),
        why=why,
        look=look_networks(name),
    )


def _why_no_nat(name: str, holder: Container, networks: list[Network]) -> str:
    if holder.mode == "host":
        return say(
            "{name} is in the host's own network: it goes out as the host does, so there is no NAT to see", name=name
        )
    if joins_another(holder):
        return say("{name} shares the network of a container that is gone", name=name)
    if not [each for each in networks if each.driver != "null"]:
        return say("{name} is on no network, so there is no way out", name=name)
    if all(each.internal for each in networks):
        return say(
            "{name} is on {networks}, made with --internal: such a network has no way out, and is meant to have none",
            name=name,
            networks=listed(plugs(holder)),
        )
    direct = next((each for each in networks if each.driver != "bridge"), None)
    if direct:
        return say(
            "{name} is on {network}, a {driver} network, and goes out under its own address: there is no NAT to see",
            name=name,
            network=direct.name,
            driver=direct.driver,
        )
    return ""


def _way_out(probe: Probe, name: str) -> IPv4Address:
    routes = probe.inside(name).routes
    found = next((each.via for each in routes if each.to.prefixlen == 0 and each.via), None)
    if found:
        return found
    raise BrokenLink(
        expected=say("{name} has a default route", name=name),
        observed=say("its routes lead to {networks}", networks=listed(each.to for each in routes)),
        why=say("{name} has no default route, so nothing leads out of its own network", name=name),
        look=f"docker exec {name} ip route",
    )


def _met(probe: Probe, name: str, addresses: list[IPv4Address]) -> IPv4Address:
    """The outside, which was reached and saw the server's address."""
    meeting = probe.meet_outside(name)
    if not meeting.reached:
        proves_ping(probe, Place.HOST, meeting.outside)
        raise BrokenLink(
            expected=say("{name} reaches {outside}", name=name, outside=meeting.outside),
            observed=say("its gateway answers, {outside} does not", outside=meeting.outside),
            why=say(
                "what {name} sends gets to its gateway and no further: the server does not route or translate it",
                name=name,
            ),
            look=f"docker exec {name} ping -c 1 {meeting.outside}",
        )
    if meeting.seen_from == probe.server_address():
        return meeting.outside
    raise BrokenLink(
        expected=say("{outside} sees {server}, the server", outside=meeting.outside, server=probe.server_address()),
        observed=say("it saw {address}", address=meeting.seen_from),
        why=say(
            "{outside} saw {name}'s own address {address}: its network does no NAT",
            outside=meeting.outside,
            name=name,
            address=meeting.seen_from,
        )
        if meeting.seen_from in addresses
        else say(
            "{outside} saw {name} as {address}, which is not the server's address",
            outside=meeting.outside,
            name=name,
            address=meeting.seen_from,
        ),
        look="docker network inspect " + " ".join(plugs(_holder(probe, name))),
    )


def _hidden_behind(probe: Probe, name: str, addresses: list[IPv4Address]) -> tuple[str, ...]:
    """Lines that prove that the outside reaches the server, but none of the container's addresses."""
    server = probe.server_address()
    proves_ping(probe, Place.OUTSIDE, server)
    for address in addresses:
        if probe.ping(Place.OUTSIDE, address, wait=SILENCE).answered:
            raise BrokenLink(
                expected=say("the outside cannot reach {address} of {name}", address=address, name=name),
                observed=say("{address} answered the outside", address=address),
                why=say("{address} of {name} is reached from outside: a route leads to it", address=address, name=name),
                look="onhost ip route",
            )
    return (
        say(
            "the other way round the outside reaches {server}, but not {addresses}",
            server=server,
            addresses=listed(addresses),
        ),
    )
