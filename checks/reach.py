"""Who reaches whom: the gateway, and what is out of reach.

"Not reached" is believed only where the same tool has just reached something that must answer.
"""

from __future__ import annotations

from ipaddress import IPv4Address

from checks.chain import address_on, in_use, running
from checks.diagnosis import look_networks, plugs, whereabouts
from checks.finding import BrokenLink, CannotSee, Finding
from checks.networks import gateways_of
from checks.probe import Echo, Network, Place, Probe, Source
from checks.registry import Address, ContainerName, NetworkName, check
from checks.words import listed, say

LOOPBACK = IPv4Address("127.0.0.1")
NO_ROUTE = "network-unreachable"
SILENCE = 0.6  # seconds: on a LAN that is one machine's memory an answer takes less than one thousandth


@check
def reaches_gateway(probe: Probe, *, container: ContainerName, network: NetworkName) -> Finding:
    """The container pings the gateway of its network."""
    address = address_on(probe, container, network)
    gateway = gateway_of(probe, probe.network(network))
    pings(probe, container, gateway, say("the gateway of {network}", network=network))
    return Finding(
        ok=True,
        expected=say("{name} reaches the gateway of {network}", name=container, network=network),
        observed=say("{gateway} answers", gateway=gateway),
        evidence=(say("{address} {name} pinged {gateway}", address=address, name=container, gateway=gateway),),
    )


@check
def unreachable(probe: Probe, *, container: ContainerName, address: Address) -> Finding:
    """The container has no route to the address: ping says so at once, though ping itself works. So it is on `none`."""
    running(probe, container)
    _has_nothing(probe, container)
    proves_ping(probe, container)
    echo = probe.ping(container, IPv4Address(address), wait=SILENCE)
    if echo.answered or echo.reason != NO_ROUTE:
        raise _not_unreachable(container, address, echo)
    return Finding(
        ok=True,
        expected=say("{address} is unreachable for {name}", address=address, name=container),
        observed=say("ping says: network is unreachable"),
        evidence=(
            say("{name} has no interface but lo, and no route", name=container),
            say("ping {address}: network is unreachable", address=address),
            say("ping {address}: answered, so ping itself works", address=LOOPBACK),
        ),
    )


def gateway_of(probe: Probe, network: Network) -> IPv4Address:
    """The network's gateway, the first one if there are several; a broken link where it has none."""
    found = gateways_of(probe, network)
    if found:
        return found[0]
    raise BrokenLink(
        expected=say("{network} has a gateway", network=network.name),
        observed=say("{network}, a {driver} network, has none", network=network.name, driver=network.driver),
        why=say("{network} has no gateway, neither in its IPAM nor on a bridge of the host", network=network.name),
        look=f"docker network inspect {network.name}",
    )


def proves_ping(probe: Probe, source: Source, address: IPv4Address = LOOPBACK) -> None:
    """A ping from there to what must answer is answered. Without that its silence elsewhere means nothing."""
    if not probe.ping(source, address).answered:
        place = source if isinstance(source, str) else say("the server") if source is Place.HOST else say("the router")
        raise CannotSee(
            say("a ping from {place} to {address} must be answered and is not", place=place, address=address),
            say("try again"),
        )


def pings(probe: Probe, container: str, address: IPv4Address, what: str) -> None:
    """The container's ping of the address, which is `what`, is answered."""
    echo = probe.ping(container, address)
    if echo.answered:
        return
    proves_ping(probe, container)
    raise BrokenLink(
        expected=say("{name} reaches {what}, {address}", name=container, what=what, address=address),
        observed=said(echo, address),
        why=say("{name} has no route to {what}, {address}", name=container, what=what, address=address)
        if echo.reason == NO_ROUTE
        else say("{what}, {address}, does not answer {name}", what=what, address=address, name=container),
        look=f"docker exec {container} ip route",
    )


def said(echo: Echo, address: IPv4Address | str) -> str:
    """What ping told of the address."""
    if echo.answered:
        return say("{address} answered", address=address)
    return {
        NO_ROUTE: say("ping {address}: network is unreachable", address=address),
        "host-unreachable": say("ping {address}: host is unreachable", address=address),
    }.get(echo.reason, say("ping {address}: no answer", address=address))


def _has_nothing(probe: Probe, name: str) -> None:
    """Nothing but lo is in use inside the container."""
    container, found = probe.container(name), in_use(probe.inside(name))
    if not found:
        return
    own = [each for each in plugs(container) if each != "none"]
    raise BrokenLink(
        expected=say("{name} has no interface but lo", name=name),
        observed=say(
            "{name} has {interfaces}",
            name=name,
            interfaces=listed(f"{each.name} {listed(each.addresses)}" for each in found),
        ),
        why=say("{name} is on {networks}, and that is a way out: none has none", name=name, networks=listed(own))
        if own and container.mode != "host"
        else say("{where}, and has interfaces besides lo", where=whereabouts(probe, container)),
        look=look_networks(name),
    )


def _not_unreachable(name: str, address: str, echo: Echo) -> BrokenLink:
    return BrokenLink(
        expected=say("network is unreachable, for {name} has no route", name=name),
        observed=said(echo, address),
        why=say("{name} reaches {address}", name=name, address=address)
        if echo.answered
        else say(
            "{name} has a route to {address}, for the packet left and got lost: that is silence, not “network is "
            "unreachable”",
            name=name,
            address=address,
        ),
        look=f"docker exec {name} ip route",
    )
