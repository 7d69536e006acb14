"""Containers: the networks that they are plugged into, with which addresses and aliases."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from checks import chain
from checks.diagnosis import joins_another, look_mode, look_networks, owner_name, plugs, whereabouts
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Endpoint, Interface, Network, Probe, Subnet
from checks.registry import ContainerName, NetworkName, check
from checks.words import listed, say


@check
def attached(probe: Probe, *, containers: list[ContainerName], network: NetworkName, only: bool = True) -> Finding:
    """Every one of the containers runs and has an address of its own on the network (`only`: on no other one)."""
    wanted = probe.network(network)
    found = chain.of_each(probe, containers, lambda name: _attached(probe, name, wanted, only))
    _differ(found, wanted)
    return Finding(
        ok=True,
        expected=say("{names} on {network}", names=listed(containers), network=network),
        observed=listed(
            say("{name} has {addresses}", name=name, addresses=listed(each.addresses)) for name, each in found.items()
        ),
        evidence=tuple(f"{name}: {chain.described(each)}" for name, each in found.items()),
    )


@check
def detached(probe: Probe, *, container: ContainerName, network: NetworkName) -> Finding:
    """The container runs on, is on no network, and has only lo left inside."""
    probe.network(network)
    found = chain.running(probe, container)
    _was_pluggable(probe, found)
    _unplugged(found, network)
    view = probe.inside(container)
    chain.only_lo(container, view)
    return Finding(
        ok=True,
        expected=say("{name} runs, with lo alone", name=container),
        observed=say("{name} is on no network", name=container),
        evidence=(
            say("{name} runs since {time}", name=container, time=found.started),
            *(f"{container}: {chain.described(each)}" for each in view.interfaces),
        ),
    )


@check
def address_in_range(probe: Probe, *, container: ContainerName, network: NetworkName) -> Finding:
    """The container's address lies in the network's ip-range, and that in its subnet."""
    interface = chain.addressed(probe, container, network)
    entry = _entry(probe.network(network), interface)
    wanted = _inner_range(entry, network)
    address = next(each.ip for each in interface.addresses if each.ip in entry.subnet)
    if address not in wanted:
        raise BrokenLink(
            expected=say("{name} has an address of {range}", name=container, range=wanted),
            observed=say("it has {address}", address=address),
            why=say(
                "{name} has {address}, outside the ip-range {range} of {network}: it was asked for with --ip; "
                "without it the engine takes one of the range",
                name=container,
                address=address,
                range=wanted,
                network=network,
            ),
            look=look_networks(container),
        )
    return Finding(
        ok=True,
        expected=say("{name} has an address of {range}", name=container, range=wanted),
        observed=say(
            "{address} is in {range}, and that in {subnet}", address=address, range=wanted, subnet=entry.subnet
        ),
        evidence=(f"{container}: {chain.described(interface)}",),
    )


@check
def alias_on(probe: Probe, *, containers: list[ContainerName], network: NetworkName, alias: str) -> Finding:
    """Every one of the containers runs on the network and has the alias there."""
    probe.network(network)
    plugged = chain.of_each(probe, containers, lambda name: _with_alias(probe, name, network, alias))
    return Finding(
        ok=True,
        expected=say(
            "{alias} is an alias of {names} on {network}", names=listed(containers), alias=alias, network=network
        ),
        observed=say("all have it"),
        evidence=tuple(
            say(
                "{name} {address} has the aliases {aliases}",
                name=name,
                address=each.address,
                aliases=listed(each.aliases),
            )
            for name, each in plugged.items()
        ),
    )


# --- attached


def _attached(probe: Probe, name: str, network: Network, only: bool) -> Interface:
    interface = chain.addressed(probe, name, network.name)
    container = probe.container(name)
    if only:
        chain.alone(container, network.name)
    _entry(network, interface)
    _member(network, container)
    return interface


def _entry(network: Network, interface: Interface) -> Subnet:
    """The network's range that the interface's address is of."""
    for entry in network.subnets:
        if any(each.ip in entry.subnet for each in interface.addresses):
            return entry
    raise BrokenLink(
        expected=say("an address of {network}", network=network.name),
        observed=say("{interface} has {addresses}", interface=interface.name, addresses=listed(interface.addresses)),
        why=say(
            "{addresses} is no address of {network}, which has {subnets}",
            addresses=listed(interface.addresses),
            network=network.name,
            subnets=listed(entry.subnet for entry in network.subnets),
        ),
        look=f"docker network inspect {network.name}",
    )


def _member(network: Network, container: Container) -> None:
    if any(each.container_id == container.id for each in network.members):
        return
    raise BrokenLink(
        expected=say("{network} lists {name}", network=network.name, name=container.name),
        observed=say("it lists {names}", names=listed(each.container for each in network.members)),
        why=say("{network} does not list {name} among its containers", network=network.name, name=container.name),
        look=f"docker network inspect {network.name}",
    )


def _differ(found: dict[str, Interface], network: Network) -> None:
    """No two of them have one address."""
    holders: dict[IPv4Address, str] = {}
    for name, interface in found.items():
        for address in (each.ip for each in interface.addresses if _in_any(each.ip, network)):
            if address in holders:
                raise BrokenLink(
                    expected=say("each container has an address of its own"),
                    observed=say("{address} is there twice", address=address),
                    why=say("{one} and {other} both have {address}", one=holders[address], other=name, address=address),
                    look=f"docker network inspect {network.name}",
                )
            holders[address] = name


def _in_any(address: IPv4Address, network: Network) -> bool:
    return any(address in entry.subnet for entry in network.subnets)


# --- detached


def _was_pluggable(probe: Probe, container: Container) -> None:
    """It has a network namespace of its own, made for a plug: with none, host or container there is none to pull."""
    if container.mode not in ("none", "host") and not joins_another(container):
        return
    raise BrokenLink(
        expected=say("{name} was on a network, and is on none now", name=container.name),
        observed=whereabouts(probe, container),
        why=_why_not_pluggable(probe, container),
        look=look_mode(container.name),
    )


def _why_not_pluggable(probe: Probe, container: Container) -> str:
    name = container.name
    if container.mode == "none":
        return say("{name} was run with --net none: it never had a plug, so none was pulled", name=name)
    if container.mode == "host":
        return say("{name} is in the host's own network (--net host): it has no plug to pull", name=name)
    return say(
        "{name} uses the network of {owner}: it has no plug to pull", name=name, owner=owner_name(probe, container)
    )


def _unplugged(container: Container, network: str) -> None:
    name, networks = container.name, plugs(container)
    if not networks:
        return
    raise BrokenLink(
        expected=say("{name} is on no network", name=name),
        observed=say("{name} is on {networks}", name=name, networks=listed(networks)),
        why=say("{name} is still on {network}: docker network disconnect {network} {name}", name=name, network=network)
        if network in networks
        else say(
            "{name} is off {network}, but on {networks}: docker network disconnect {other} {name}",
            name=name,
            network=network,
            networks=listed(networks),
            other=networks[0],
        ),
        look=look_networks(name),
    )


# --- address_in_range


def _inner_range(entry: Subnet, network: str) -> IPv4Network:
    """The ip-range, which there is and which lies in its subnet (an engine of 20.10 takes a wider one as well)."""
    if entry.ip_range and entry.ip_range.subnet_of(entry.subnet):
        return entry.ip_range
    raise BrokenLink(
        expected=say("{network} has an ip-range inside {subnet}", network=network, subnet=entry.subnet),
        observed=say("its ip-range is {range}", range=entry.ip_range) if entry.ip_range else say("it has none"),
        why=say(
            "the ip-range {range} of {network} is not inside its subnet {subnet}",
            range=entry.ip_range,
            network=network,
            subnet=entry.subnet,
        )
        if entry.ip_range
        else say(
            "{network} has no ip-range: without --ip-range addresses come from the whole subnet {subnet}",
            network=network,
            subnet=entry.subnet,
        ),
        look=f"docker network inspect {network}",
    )


# --- alias_on


def _with_alias(probe: Probe, name: str, network: str, alias: str) -> Endpoint:
    """The container's plug in the network, with the alias and an address that the kernel shows as well."""
    endpoint = chain.plugged(probe, name, network)
    if alias not in endpoint.aliases:
        raise _without_alias(probe.container(name), endpoint, alias)
    chain.addressed(probe, name, network)
    return endpoint


def _without_alias(container: Container, endpoint: Endpoint, alias: str) -> BrokenLink:
    return BrokenLink(
        expected=say(
            "{name} has the alias {alias} on {network}", name=container.name, alias=alias, network=endpoint.network
        ),
        observed=say("its aliases there: {aliases}", aliases=listed(endpoint.aliases)),
        why=_why_no_alias(container, endpoint, alias),
        look=look_networks(container.name),
    )


def _why_no_alias(container: Container, endpoint: Endpoint, alias: str) -> str:
    name, network = container.name, endpoint.network
    elsewhere = next((each.network for each in container.endpoints if alias in each.aliases), None)
    if elsewhere:
        return say(
            "{name} has the alias {alias} on {other}, not on {network}: an alias belongs to one network",
            name=name,
            alias=alias,
            other=elsewhere,
            network=network,
        )
    if container.hostname == alias:
        return say(
            "{alias} is the host name of {name} (--hostname), not an alias on {network}: --net-alias gives one",
            alias=alias,
            name=name,
            network=network,
        )
    if endpoint.aliases:
        return say(
            "{name} has the aliases {aliases} on {network}, not {alias}",
            name=name,
            aliases=listed(endpoint.aliases),
            network=network,
            alias=alias,
        )
    return say(
        "{name} has no alias on {network}: --net-alias {alias} gives it one with run, and it is lost by disconnect "
        "and connect unless given again (docker network connect --alias {alias} {network} {name})",
        name=name,
        network=network,
        alias=alias,
    )
