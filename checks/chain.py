"""Small steps that the checks share, in the order of the chain: exists, runs, is plugged in, has its address.

Each returns what it looked at, or raises `BrokenLink` with a finding that names the object at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Interface
from typing import TypeVar

from checks.diagnosis import (
    look_mode,
    look_networks,
    owner_of,
    plugs,
    state,
    whereabouts,
    why_elsewhere,
    why_not_running,
    why_not_sharing,
    why_other_driver,
)
from checks.finding import BrokenLink, Finding
from checks.not_found import near
from checks.probe import Container, Endpoint, Interface, Network, Probe, View
from checks.words import listed, say

T = TypeVar("T")


@contextmanager
def on(server: str) -> Iterator[None]:
    """A link that breaks inside is told with the server's name, and looked at there."""
    try:
        yield
    except BrokenLink as link:
        broken = link.finding
        raise BrokenLink(
            expected=say("on {server}: {what}", server=server, what=broken.expected),
            observed=say("on {server}: {what}", server=server, what=broken.observed),
            why=say("on {server}: {what}", server=server, what=broken.why),
            look=broken.look.replace("docker ", f"docker --context {server} ", 1),
        ) from link


def of_each(probe: Probe, names: Sequence[str], look: Callable[[str], T]) -> dict[str, T]:
    """What `look` gives for each container. Where links break for several of them, all are told in one finding.

    A container that does not exist is still to be made, unless another one has nearly its name: the first of
    those is told where nothing else is.
    """
    found: dict[str, T] = {}
    broken: list[Finding] = []
    to_make: list[Finding] = []
    there = {container.name for container in probe.containers()}
    for name in names:
        try:
            found[name] = look(name)
        except BrokenLink as link:
            waits = name not in there and near(name, there - {*names}) is None
            (to_make if waits else broken).append(link.finding)
    if broken or to_make:
        raise _together(broken or to_make[:1])
    return found


def _together(broken: list[Finding]) -> BrokenLink:
    return BrokenLink(
        expected=listed((each.expected for each in broken), "; "),
        observed=listed((each.observed for each in broken), "; "),
        why=listed((each.why for each in broken), "; "),
        look=broken[0].look,
    )


def running(probe: Probe, name: str) -> Container:
    """The container, which exists and runs."""
    container = probe.container(name)
    if container.running:
        return container
    raise BrokenLink(
        expected=say("{name} runs", name=name),
        observed=state(container),
        why=why_not_running(probe, container),
        look=f"docker ps -a --filter name={name}",
    )


def plugged(probe: Probe, name: str, network: str) -> Endpoint:
    """The plug of the container, which runs, in the network, which exists."""
    wanted = probe.network(network)
    container = running(probe, name)
    endpoint = next((each for each in container.endpoints if each.network_id == wanted.id), None)
    if endpoint:
        return endpoint
    raise BrokenLink(
        expected=say("{name} is on {network}", name=name, network=network),
        observed=whereabouts(probe, container),
        why=why_elsewhere(probe, container, network),
        look=look_networks(name),
    )


def alone(container: Container, network: str) -> None:
    """The container is on no other network."""
    others = [each for each in plugs(container) if each != network]
    if not others:
        return
    raise BrokenLink(
        expected=say("{name} is on {network} alone", name=container.name, network=network),
        observed=say("{name} is on {networks}", name=container.name, networks=listed(plugs(container))),
        why=say(
            "{name} is on {network} and on {others} as well: docker network disconnect {other} {name}",
            name=container.name,
            network=network,
            others=listed(others),
            other=others[0],
        ),
        look=look_networks(container.name),
    )


def addressed(probe: Probe, name: str, network: str) -> Interface:
    """The interface inside the container that is up and holds the address that the engine gave it on the network."""
    endpoint = plugged(probe, name, network)
    if endpoint.address is None:
        raise BrokenLink(
            expected=say("{name} has an address on {network}", name=name, network=network),
            observed=say("the engine gave it none"),
            why=say("{name} is on {network}, but without an address", name=name, network=network),
            look=look_networks(name),
        )
    interface = _holder(probe.inside(name), name, endpoint, endpoint.address)
    if interface.up:
        return interface
    raise BrokenLink(
        expected=say("{interface} in {name} is up", interface=interface.name, name=name),
        observed=say("{interface} is down", interface=interface.name),
        why=say(
            "{interface} in {name} is down, so its address {address} is of no use: a restart of {name} mends it",
            interface=interface.name,
            name=name,
            address=endpoint.address.ip,
        ),
        look=f"docker exec {name} ifconfig -a",
    )


def address_on(probe: Probe, name: str, network: str) -> IPv4Address:
    """The address that the engine gave the container on the network, and that the kernel shows inside as well."""
    held, given = addressed(probe, name, network), plugged(probe, name, network).address
    return next(each.ip for each in held.addresses if given and each.ip == given.ip)


def _holder(view: View, name: str, endpoint: Endpoint, address: IPv4Interface) -> Interface:
    for interface in view.interfaces:
        if any(each.ip == address.ip for each in interface.addresses):
            return interface
    cable = next((each for each in view.interfaces if endpoint.mac and each.mac == endpoint.mac), None)
    raise BrokenLink(
        expected=say("an interface in {name} has {address}", name=name, address=address.ip),
        observed=_without(cable) if cable else say("{name} has {names}", name=name, names=_names(view)),
        why=say(
            "{interface} in {name} no longer has the address {address}, which docker inspect still lists: "
            "it was taken away inside. A restart of {name} gives it back",
            interface=cable.name,
            name=name,
            address=address.ip,
        )
        if cable
        else say(
            "no interface in {name} has the address {address}, which docker inspect still lists for {network}",
            name=name,
            address=address.ip,
            network=endpoint.network,
        ),
        look=f"docker exec {name} ifconfig -a",
    )


def _without(interface: Interface) -> str:
    if interface.addresses:
        return say("{interface} has {addresses}", interface=interface.name, addresses=listed(interface.addresses))
    return say("{interface} has no address", interface=interface.name)


def _names(view: View) -> str:
    return listed(each.name for each in view.interfaces)


def described(interface: Interface) -> str:
    """An interface as a line of evidence: name, address, MAC, ifindex, iflink, master, up or down."""
    parts = [interface.name, *map(str, interface.addresses), interface.mac, f"ifindex {interface.index}"]
    parts += [f"iflink {interface.link}"] if interface.link else []
    parts += [f"master {interface.master}"] if interface.master else []
    return " ".join([*parts, "up" if interface.up else "down"])


def in_use(view: View) -> list[Interface]:
    """Interfaces besides lo that are up, have an address or another end.

    The idle ones that the kernel puts into every namespace (tunl0, sit0, where their modules are loaded) are left out.
    """
    return [each for each in view.interfaces if not each.loopback and (each.up or each.addresses or each.link)]


def only_lo(name: str, view: View) -> None:
    """Nothing but lo is in use inside the container."""
    found = in_use(view)
    if not found:
        return
    raise BrokenLink(
        expected=say("{name} has lo alone", name=name),
        observed=say("{name} has {names}", name=name, names=_names(view)),
        why=say("{interface} is in {name} besides lo", interface=found[0].name, name=name),
        look=f"docker exec {name} ifconfig -a",
    )


def cable(probe: Probe, name: str, network: str) -> tuple[Interface, Interface]:
    """Both ends of the container's veth pair on a bridge network: the one inside and the one on the host."""
    inner = addressed(probe, name, network)
    driven(probe.network(network), "bridge")
    outer = next((each for each in probe.host().interfaces if paired(each, inner)), None)
    if outer:
        return inner, outer
    raise BrokenLink(
        expected=say("the other end of {name}'s {interface} is on the host", name=name, interface=inner.name),
        observed=say("no interface of the host and {interface} point at each other", interface=inner.name),
        why=say("{interface} in {name} has no other end on the host", interface=inner.name, name=name),
        look="onhost ip -o link",
    )


def paired(outer: Interface, inner: Interface) -> bool:
    """Whether two interfaces of two namespaces are the ends of one veth pair: each names the other."""
    return outer.link == inner.index and inner.link == outer.index


def driven(network: Network, driver: str) -> Network:
    """The network, which has that driver."""
    if network.driver == driver:
        return network
    raise BrokenLink(
        expected=say("{network} is a {driver} network", network=network.name, driver=driver),
        observed=say("its driver is {driver}", driver=network.driver),
        why=why_other_driver(network, driver),
        look=f"docker network inspect {network.name}",
    )


def joined(probe: Probe, name: str, owner: str) -> tuple[Container, Container]:
    """The container and the owner of the namespace that it was made to join: both run, and the owner is this one."""
    holder, container = running(probe, owner), running(probe, name)
    found = owner_of(probe, container)
    if found and found.id == holder.id:
        return container, holder
    raise BrokenLink(
        expected=say("{name} was run with --net container:{owner}", name=name, owner=owner),
        observed=whereabouts(probe, container),
        why=why_not_sharing(probe, container, holder),
        look=look_mode(name),
    )
