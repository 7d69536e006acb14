"""Network namespaces: which one a container is in, and the cable that leads out of it. The kernel is the witness."""

from __future__ import annotations

from checks import chain
from checks.diagnosis import joins_another, look_mode, look_networks, owner_name, plugs, whereabouts
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Interface, Probe, View
from checks.registry import ContainerName, NetworkName, check
from checks.words import listed, say


@check
def veth_pair(probe: Probe, *, container: ContainerName, network: NetworkName) -> Finding:
    """The container's interface is one end of a pair; the other is on the host, a port of the network's bridge."""
    inner, outer = chain.cable(probe, container, network)
    bridge = probe.network(network).bridge
    expected = say("the cable of {name} ends in {bridge}", name=container, bridge=bridge)
    _plugged_in(outer, container, network, bridge, expected)
    return Finding(
        ok=True,
        expected=expected,
        observed=say(
            "{inner} in {name} and {outer} on the host are the two ends",
            inner=inner.name,
            name=container,
            outer=outer.name,
        ),
        evidence=(
            say("in {name}: {interface}", name=container, interface=chain.described(inner)),
            say("on the host: {interface}", interface=chain.described(outer)),
            say(
                "{inner}: iflink {link} is the ifindex of {outer}", inner=inner.name, link=inner.link, outer=outer.name
            ),
            say(
                "{outer}: iflink {link} is the ifindex of {inner}", inner=inner.name, link=outer.link, outer=outer.name
            ),
        ),
    )


@check
def shares_host(probe: Probe, *, container: ContainerName) -> Finding:
    """The container's network namespace is the host's own, and the engine gave it no address."""
    view = _in_the_host(probe, container)
    return Finding(
        ok=True,
        expected=say("{name} is in the host's network namespace", name=container),
        observed=say("both see the network namespace {inode}", inode=view.namespace),
        evidence=(
            say("host and {name}: network namespace {inode}", name=container, inode=view.namespace),
            say("interfaces of both: {names}", names=listed(each.name for each in view.interfaces)),
            say("addresses of both: {addresses}", addresses=listed(view.addresses)),
            *_discarded(probe.container(container)),
        ),
    )


@check
def no_veth(probe: Probe, *, container: ContainerName) -> Finding:
    """No veth of the host leads to the container: it stands in the host's namespace, where the host's ends are."""
    view = _in_the_host(probe, container)
    bridges = {each.bridge for each in probe.networks() if each.driver == "bridge"}
    ports = [each for each in view.interfaces if each.master in bridges]
    return Finding(
        ok=True,
        expected=say("no cable leads to {name}", name=container),
        observed=say("{name} sees the host's own interfaces, and needs none", name=container),
        evidence=(
            say("host and {name}: network namespace {inode}", name=container, inode=view.namespace),
            say(
                "cables to other containers: {count} ({names})",
                count=len(ports),
                names=listed(each.name for each in ports),
            ),
        ),
    )


@check
def only_loopback(probe: Probe, *, container: ContainerName) -> Finding:
    """The container runs on none, in a network namespace of its own, with lo alone and no route."""
    found = chain.running(probe, container)
    _on_none(probe, found)
    view = probe.inside(container)
    chain.only_lo(container, view)
    _own_namespace(probe, container, view)
    _no_route(container, view)
    return Finding(
        ok=True,
        expected=say("{name} has lo alone", name=container),
        observed=say("lo is its only interface, and it has no route"),
        evidence=(
            say(
                "{name}: network namespace {inode}, the host's is {host}",
                name=container,
                inode=view.namespace,
                host=probe.host().namespace,
            ),
            *(
                say("in {name}: {interface}", name=container, interface=chain.described(each))
                for each in view.interfaces
            ),
            say("{name} has {count} routes", name=container, count=len(view.routes)),
        ),
    )


# --- the cable


def _plugged_in(outer: Interface, name: str, network: str, bridge: str, expected: str) -> None:
    """The host's end of the container's cable is up, and a port of the network's bridge."""
    look = f"onhost ip -o link show {outer.name}"
    if outer.master != bridge:
        raise BrokenLink(
            expected=expected,
            observed=say("{outer} is a port of {master}", outer=outer.name, master=outer.master)
            if outer.master
            else say("{outer} is a port of no bridge", outer=outer.name),
            why=say(
                "{outer}, the host's end of the cable of {name}, is not plugged into {bridge}, the bridge of {network}",
                outer=outer.name,
                name=name,
                bridge=bridge,
                network=network,
            ),
            look=look,
        )
    if not outer.up:
        raise BrokenLink(
            expected=expected,
            observed=say("{outer} is down", outer=outer.name),
            why=say("{outer}, the host's end of the cable of {name}, is down", outer=outer.name, name=name),
            look=look,
        )


# --- the host's namespace


def _in_the_host(probe: Probe, name: str) -> View:
    container = chain.running(probe, name)
    view, host = probe.inside(name), probe.host()
    if view.namespace == host.namespace and not joins_another(container):
        return view
    raise BrokenLink(
        expected=say("{name} is in the host's network namespace", name=name),
        observed=say(
            "{name} is in the network namespace {inode}, the host's is {host}",
            name=name,
            inode=view.namespace,
            host=host.namespace,
        ),
        why=_why_not_the_host(probe, container, view),
        look=look_mode(name),
    )


def _why_not_the_host(probe: Probe, container: Container, view: View) -> str:
    name = container.name
    if joins_another(container):
        return say(
            "{name} was run in the network of {owner} (--net container:…), not with --net host",
            name=name,
            owner=owner_name(probe, container),
        )
    if container.mode == "none":
        return say("{name} was run with --net none: it has a network namespace of its own, with lo alone", name=name)
    return say(
        "{name} has a network namespace of its own and a cable to {networks} (its {interface}): it was run without "
        "--net host",
        name=name,
        networks=listed(plugs(container)),
        interface=listed(each.name for each in chain.in_use(view)),
    )


def _discarded(container: Container) -> tuple[str, ...]:
    if not container.published:
        return ()
    return (
        say(
            "{name} was run with -p {ports}, which was discarded: in the host's network a port is open once a process "
            "listens",
            name=container.name,
            ports=listed(container.published),
        ),
    )


# --- none


def _on_none(probe: Probe, container: Container) -> None:
    if plugs(container) == ["none"]:
        return
    raise BrokenLink(
        expected=say("{name} is on none", name=container.name),
        observed=whereabouts(probe, container),
        why=_why_not_on_none(probe, container),
        look=look_networks(container.name),
    )


def _why_not_on_none(probe: Probe, container: Container) -> str:
    name, networks = container.name, listed(plugs(container))
    if container.mode == "host":
        return say("{name} runs in the host's own network (--net host): it sees all of it, not none", name=name)
    if joins_another(container):
        return say(
            "{name} uses the network of {owner}, it has none of its own: --net none was asked for",
            name=name,
            owner=owner_name(probe, container),
        )
    if not container.endpoints:
        return say("{name} is on no network at all, not even none: docker network connect none {name}", name=name)
    if container.mode == "none":
        return say(
            "{name} was run with --net none, and docker inspect still says so, but it was moved to {networks}: "
            "disconnect it there, then docker network connect none {name}",
            name=name,
            networks=networks,
        )
    return say("{name} is on {networks}, not on none: it was run without --net none", name=name, networks=networks)


def _own_namespace(probe: Probe, name: str, view: View) -> None:
    if view.namespace != probe.host().namespace:
        return
    raise BrokenLink(
        expected=say("{name} has a network namespace of its own", name=name),
        observed=say("it is in the host's"),
        why=say("{name} is in the host's network namespace", name=name),
        look=look_mode(name),
    )


def _no_route(name: str, view: View) -> None:
    if not view.routes:
        return
    raise BrokenLink(
        expected=say("{name} has no route", name=name),
        observed=say("it has one to {to}", to=view.routes[0].to),
        why=say(
            "{name} has a route to {to}, over {interface}",
            name=name,
            to=view.routes[0].to,
            interface=view.routes[0].interface,
        ),
        look=f"docker exec {name} ip route",
    )
