"""What there is on an engine and its host, by which a wrong answer is recognised: addresses, names, ids, MACs."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from checks.dns import EMBEDDED
from checks.probe import Network, Probe
from checks.registry import Answer
from checks.words import say


def addresses(probe: Probe) -> dict[str, str]:
    """Every address that this engine knows of, and whose it is."""
    reasons = {"127.0.0.1": say("that is the loopback address, which everyone has")}
    for interface in probe.host().interfaces:
        whose = say("that is the address of {interface} on the host", interface=interface.name)
        reasons |= {str(each.ip): whose for each in interface.addresses if not interface.loopback}
    for network in probe.networks():
        reasons |= _plan(network)
    for container in probe.containers():
        for each in container.endpoints:
            whose = say("that is the address of {name} on {network}", name=container.name, network=each.network)
            reasons |= {str(each.address.ip): whose} if each.address else {}
    return reasons


def _plan(network: Network) -> dict[str, str]:
    reasons: dict[str, str] = {}
    broadcast = say("that is the broadcast address of {network}", network=network.name)
    for each in network.subnets:
        reasons[str(each.subnet.network_address)] = say("that is the subnet of {network}", network=network.name)
        reasons[str(each.subnet.broadcast_address)] = broadcast
        reasons[str(each.subnet.netmask)] = say("that is a netmask")
        if each.gateway:
            reasons[str(each.gateway)] = say("that is the gateway of {network}", network=network.name)
    return reasons


def located(probe: Probe, answer: Answer) -> Answer:
    """A question for an address: what an address that nobody has would be, and what is no address."""
    more = {EMBEDDED: say("that is Docker's own name server, inside containers of user-defined networks")}
    more |= {"localhost": say("that is a name for the container itself"), "0.0.0.0": say("that means any address")}
    more |= {
        str(each.via): say("that is the next router of the host, its way out")
        for each in probe.host().routes
        if each.via
    }
    ranges = {
        entry.subnet: say("it lies in the subnet of {network}, but nobody has it now", network=network.name)
        for network in probe.networks()
        for entry in network.subnets
    }
    ranges[IPv4Network("127.0.0.0/8")] = say("that is a loopback address, which stays inside one container")
    for interface in probe.host().interfaces:
        there = say(
            "it lies in the subnet of {interface} on the host, but is not its address", interface=interface.name
        )
        ranges = {each.network: there for each in interface.addresses if not interface.loopback} | ranges
    unknown = say("nobody here has that address")
    return replace(answer, known=more | known(probe), ranges=ranges, unknown=unknown)


def known(probe: Probe) -> dict[str, str]:
    """Names, ids and MACs of what there is, in small letters."""
    found: dict[str, str] = {}
    for interface in probe.host().interfaces:
        found[interface.mac] = say("that is the MAC address of {interface} on the host", interface=interface.name)
        found[interface.name.casefold()] = say("that is the name of an interface")
    for container in probe.containers():
        whose = say("that is the MAC address of {name}", name=container.name)
        found |= {each.mac: whose for each in container.endpoints if each.mac}
        found[container.name.casefold()] = say("that is the name of a container")
    found |= {each.name.casefold(): say("that is the name of a network") for each in probe.networks()}
    return found | ids(probe)


def ids(probe: Probe) -> dict[str, str]:
    """Ids, in full and as docker lists them, of networks and containers."""
    names = {each.id: each.name for each in probe.networks()} | {each.id: each.name for each in probe.containers()}
    whose = {each: say("that is the id of {name}", name=name) for each, name in names.items()}
    return {key: what for each, what in whose.items() for key in (each, each[:12])}
