"""Networks: that they exist as asked, in the engine's books and on the host."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from checks import chain
from checks.finding import BrokenLink, Finding
from checks.probe import Interface, Network, Probe
from checks.registry import Address, Cidr, NetworkName, check
from checks.words import listed, say


@check
def network_exists(
    probe: Probe,
    *,
    network: NetworkName,
    driver: str,
    subnet: Cidr = "",
    ip_range: Cidr = "",
    gateway: Address = "",
    parent: str = "",
) -> Finding:
    """The network exists, with the driver and, where they are given, the ranges and the parent interface."""
    if not _there(probe, network):
        _not_in_the_way(probe, network, subnet, parent)
    found = chain.driven(probe.network(network), driver)
    if parent:
        _has_parent(found, parent)
    if subnet:
        _has_subnet(found, IPv4Network(subnet))
    if ip_range:
        _has_range(found, IPv4Network(ip_range))
    if gateway:
        _has_gateway(probe, found, IPv4Address(gateway))
    expected = [driver, subnet, ip_range, gateway, parent]
    return Finding(
        ok=True,
        expected=say("{network}: {parts}", network=network, parts=listed(part for part in expected if part)),
        observed=say("{network} is there, driver {driver}", network=network, driver=found.driver),
        evidence=tuple(_described(found)),
    )


@check
def networks_exist(probe: Probe, *, drivers: dict[NetworkName, str]) -> Finding:
    """Each of the networks exists and has its driver."""
    found = [chain.driven(probe.network(name), driver) for name, driver in drivers.items()]
    return Finding(
        ok=True,
        expected=listed(say("{network}: {driver}", network=name, driver=each) for name, each in drivers.items()),
        observed=listed(say("{network}: {driver}", network=each.name, driver=each.driver) for each in found),
        evidence=tuple(line for each in found for line in _described(each)),
    )


@check
def host_bridge(probe: Probe, *, network: NetworkName) -> Finding:
    """The host has the network's bridge as an interface, and it is up."""
    found = chain.driven(probe.network(network), "bridge")
    interfaces = probe.host().interfaces
    bridge = next((each for each in interfaces if each.name == found.bridge), None)
    expected = say("the host has the bridge {bridge} of {network}, and it is up", bridge=found.bridge, network=network)
    if not bridge:
        raise BrokenLink(
            expected=expected,
            observed=say("the host has no interface {bridge}", bridge=found.bridge),
            why=say(
                "the engine lists {network}, but its bridge {bridge} is gone from the host: docker network rm "
                "{network} and create it again",
                network=network,
                bridge=found.bridge,
            ),
            look="onhost ip -o link",
        )
    if not bridge.up:
        raise BrokenLink(
            expected=expected,
            observed=say("{bridge} is down", bridge=found.bridge),
            why=say(
                "the bridge {bridge} of {network} is down on the host: nothing passes through it",
                bridge=found.bridge,
                network=network,
            ),
            look=f"onhost ip -o link show {found.bridge}",
        )
    return Finding(
        ok=True,
        expected=expected,
        observed=say("{bridge} is up", bridge=bridge.name),
        evidence=(chain.described(bridge), _ports(bridge, interfaces)),
    )


def gateways_of(probe: Probe, network: Network) -> list[IPv4Address]:
    """The IPAM's gateways; where it names none (`bridge` on 20.10's first start) the addresses of the bridge itself."""
    named = [entry.gateway for entry in network.subnets if entry.gateway]
    if named or network.driver != "bridge":
        return named
    bridge = (each for each in probe.host().interfaces if each.name == network.bridge)
    return [address.ip for interface in bridge for address in interface.addresses]


# --- what stands in the way of a network that does not exist


def _there(probe: Probe, network: str) -> bool:
    return any(each.name == network for each in probe.networks())


def _not_in_the_way(probe: Probe, network: str, subnet: str, parent: str) -> None:
    """A network that is missing is so because another one has its range or its interface, where that is seen."""
    for other in probe.networks():
        why = _in_the_way(other, network, subnet, parent)
        if why:
            raise BrokenLink(
                expected=say("a network {network}", network=network),
                observed=say("there is none, but {other}", other=listed(_described(other))),
                why=why,
                look=f"docker network inspect {other.name}",
            )


def _in_the_way(other: Network, network: str, subnet: str, parent: str) -> str:
    overlap = subnet and next((s.subnet for s in other.subnets if s.subnet.overlaps(IPv4Network(subnet))), None)
    if overlap:
        return say(
            "there is no network {network}, and {other} has the range {overlap}: the engine gives no range twice, "
            "so {subnet} is refused as long as {other} is there",
            network=network,
            other=other.name,
            overlap=overlap,
            subnet=subnet,
        )
    if parent and other.driver == "macvlan" and other.options.get("parent") == parent:
        return say(
            "there is no network {network}, and {other} already sits on {parent}: an interface carries one macvlan "
            "network, so a second one is refused",
            network=network,
            other=other.name,
            parent=parent,
        )
    return ""


# --- one network as asked


def _has_parent(network: Network, parent: str) -> None:
    found = network.options.get("parent", "")
    if found == parent:
        return
    raise BrokenLink(
        expected=say("{network} sits on {parent}", network=network.name, parent=parent),
        observed=say("its parent is {parent}", parent=found) if found else say("it has no parent"),
        why=say(
            "{network} sits on {found}, not on {parent}: -o parent={parent} chooses the interface",
            network=network.name,
            found=found,
            parent=parent,
        )
        if found
        else say(
            "{network} has no parent, so its containers are on no wire: -o parent={parent} plugs them into it",
            network=network.name,
            parent=parent,
        ),
        look=f"docker network inspect {network.name}",
    )


def _has_subnet(network: Network, subnet: IPv4Network) -> None:
    if any(entry.subnet == subnet for entry in network.subnets):
        return
    raise BrokenLink(
        expected=say("{network} has the subnet {subnet}", network=network.name, subnet=subnet),
        observed=say("it has {ranges}", ranges=_subnets(network)),
        why=say(
            "{network} has the subnet {ranges}, not {subnet}, and a network cannot be changed: "
            "remove it, then create it with --subnet={subnet}",
            network=network.name,
            ranges=_subnets(network),
            subnet=subnet,
        ),
        look=f"docker network inspect {network.name}",
    )


def _has_range(network: Network, wanted: IPv4Network) -> None:
    ranges = [entry.ip_range for entry in network.subnets if entry.ip_range]
    if wanted in ranges:
        return
    raise BrokenLink(
        expected=say("{network} hands out from {wanted}", network=network.name, wanted=wanted),
        observed=say("its ip-range is {ranges}", ranges=listed(ranges)) if ranges else say("it has no ip-range"),
        why=say(
            "{network} has the ip-range {ranges}, not {wanted}",
            network=network.name,
            ranges=listed(ranges),
            wanted=wanted,
        )
        if ranges
        else say(
            "{network} has no ip-range: without --ip-range its addresses come from the whole subnet {subnets}",
            network=network.name,
            subnets=_subnets(network),
        ),
        look=f"docker network inspect {network.name}",
    )


def _has_gateway(probe: Probe, network: Network, wanted: IPv4Address) -> None:
    """The gateway as asked for, or as the bridge itself has it: an engine that chose the same one is as good."""
    gateways = set(gateways_of(probe, network))
    if wanted in gateways:
        return
    raise BrokenLink(
        expected=say("{network} has the gateway {wanted}", network=network.name, wanted=wanted),
        observed=say("its gateway is {gateways}", gateways=listed(sorted(gateways)))
        if gateways
        else say("it has no gateway"),
        why=say(
            "{network} has the gateway {gateways}, not {wanted}: --gateway sets it",
            network=network.name,
            gateways=listed(sorted(gateways)),
            wanted=wanted,
        )
        if gateways
        else say(
            "{network} was given no gateway: --gateway={wanted} sets it",
            network=network.name,
            wanted=wanted,
        ),
        look=f"docker network inspect {network.name}",
    )


# --- evidence


def _subnets(network: Network) -> str:
    return listed(entry.subnet for entry in network.subnets)


def _described(network: Network) -> Iterator[str]:
    yield f"{network.name} {network.id[:12]} {network.driver}"
    for entry in network.subnets:
        parts = [f"{network.name} {entry.subnet}"]
        parts += [f"ip-range {entry.ip_range}"] if entry.ip_range else []
        parts += [f"gateway {entry.gateway}"] if entry.gateway else []
        yield ", ".join(parts)
    if parent := network.options.get("parent"):
        yield f"{network.name} parent {parent}"


def _ports(bridge: Interface, interfaces: tuple[Interface, ...]) -> str:
    ports = listed(each.name for each in interfaces if each.master == bridge.name)
    return say("{bridge} has the ports {ports}", bridge=bridge.name, ports=ports)
