"""The right answers to the questions of the labs, computed from the engine and the kernel as they are now.

Each comes with the wrong answers that a look at the wrong place gives, and what they are in truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from checks.chain import address_on, in_use, on, paired, running
from checks.diagnosis import look_mode
from checks.dns import EMBEDDED
from checks.finding import BrokenLink
from checks.probe import Interface, Probe, View
from checks.reach import gateway_of
from checks.registry import Answer, ContainerName, NetworkName, ServerName, truth
from checks.stations import SERVERS
from checks.surroundings import addresses, ids, known, located
from checks.words import listed, say


@truth
def driver(probe: Probe, *, network: NetworkName) -> Answer:
    """The driver of `network`: of `none` it is called null."""
    right = probe.network(network).driver
    others = {each.driver: say("that is the driver of {network}", network=each.name) for each in probe.networks()}
    others["none"] = say("that is the network's own name, not its driver's")
    others["container"] = say("that is a way to run a container (--net container:…), not a driver")
    meaning = say("the driver of {network}", network=network)
    answer = _answer([right], "text", meaning, others, "docker network ls")
    unknown = say("no network here has a driver called so")
    return replace(answer, everywhere=True, known=_known_drivers(probe, network) | ids(probe), unknown=unknown)


def _known_drivers(probe: Probe, network: str) -> dict[str, str]:
    more = say("that is a driver, but not the one of {network}", network=network)
    plugins = dict.fromkeys(("bridge", "host", "overlay", "macvlan", "ipvlan"), more)
    names = {each.name.casefold(): say("that is the name of a network") for each in probe.networks()}
    scope = dict.fromkeys(("local", "swarm", "global"), say("that is the SCOPE, the column beside it"))
    return names | plugins | scope


@truth
def gateway(probe: Probe, *, network: NetworkName) -> Answer:
    """The gateway of `network`: the one of its IPAM, or else the address of the bridge itself."""
    right = gateway_of(probe, probe.network(network))
    meaning = say("the gateway of {network}", network=network)
    return located(probe, _answer([right], "address", meaning, addresses(probe), f"docker network inspect {network}"))


@truth
def host_veth(probe: Probe, *, container: ContainerName) -> Answer:
    """The host's interface that is the other end of the cable of `container`: its ifindex is the container's iflink."""
    running(probe, container)
    host, inner = probe.host(), _eth0(probe.inside(container))
    right = [each.name for each in host.interfaces if any(paired(each, end) for end in inner)]
    if not right:
        raise BrokenLink(
            expected=say("{name} has a cable to the host", name=container),
            observed=say("no interface of the host and one of {name} point at each other", name=container),
            why=say("{name} hangs on no veth of the host: it is not on a bridge network", name=container),
            look=f"docker exec {container} ip -o link",
        )
    meaning = say("the host's end of the cable of {name}", name=container)
    answer = _answer(right, "interface", meaning, _host_interfaces(probe, host), "onhost ip -o link")
    unknown = say("the host has no interface called so now: a restart of the container gives its cable another name")
    return replace(answer, known=known(probe), unknown=unknown)


def _eth0(view: View) -> list[Interface]:
    """eth0, or where there is none (it may come back as eth1) every one besides lo."""
    outer = in_use(view)
    return [each for each in outer if each.name == "eth0"] or outer


def _host_interfaces(probe: Probe, host: View) -> dict[str, str]:
    reasons = {each.name: say("that is another interface of the host") for each in host.interfaces}
    bridge = say("that is a bridge, into which the cables are plugged")
    reasons |= {each.master: bridge for each in host.interfaces if each.master}
    for container in (each for each in probe.containers() if each.running):
        for inner in probe.inside(container.name).interfaces:
            owned = say("that is the cable of {name}", name=container.name)
            reasons |= {outer.name: owned for outer in host.interfaces if paired(outer, inner)}
    ends = say(
        "that is the name of the end in the container, and of the host's own way out: the other end is asked for"
    )
    return reasons | {"eth0": ends, "lo": say("that is the loopback interface, which leads nowhere")}


@truth
def host_address(probe: Probe, *, container: ContainerName) -> Answer:
    """The server's own address, as it is seen from inside `container`, which runs in the host's network."""
    running(probe, container)
    host, own = probe.host(), probe.server_address()
    if probe.inside(container).namespace != host.namespace:
        raise BrokenLink(
            expected=say("{name} is in the host's own network", name=container),
            observed=say("{name} has a network namespace of its own", name=container),
            why=say("{name} sees interfaces of its own, not the host's: it was run without --net host", name=container),
            look=look_mode(container),
        )
    outer = next((each for each in host.interfaces if own in {a.ip for a in each.addresses}), None)
    right = [own, *(each.ip for each in outer.addresses)] if outer else [own]
    meaning = say("the address of the host's outer interface, as {name} sees it", name=container)
    return located(probe, _answer(right, "address", meaning, addresses(probe), f"docker exec {container} ifconfig"))


@truth
def veth_count(probe: Probe, *, containers: list[ContainerName]) -> Answer:
    """How many veth interfaces the host has for `containers` together: those that share a namespace share a cable."""
    for name in containers:
        running(probe, name)
    inner = [end for name in containers for end in probe.inside(name).interfaces if not end.loopback]
    host = probe.host()
    cables = {outer.index for outer in host.interfaces if any(paired(outer, end) for end in inner)}
    bridged = [each for each in host.interfaces if each.master]
    others = {
        str(len(bridged)): say("that many interfaces are plugged into bridges of the host, other containers' too"),
        str(len(host.interfaces)): say("that counts every interface of the host"),
        str(len(containers)): say("that is the number of containers, and a cable belongs to a network namespace"),
        "0": say("each namespace that is on a bridge has a cable of its own"),
    }
    meaning = say("the number of veth interfaces that the host has for {names}", names=listed(containers))
    answer = _answer([len(cables)], "number", meaning, others, "onhost ip -o link")
    unknown = say("count the lines whose number before the colon is what a container has as iflink")
    return replace(answer, everywhere=True, known=known(probe), unknown=unknown)


@truth
def address(probe: Probe, *, container: ContainerName, network: NetworkName) -> Answer:
    """The address of `container` on `network`, which the kernel shows as well."""
    right = [address_on(probe, container, network)]
    meaning = say("the address of {name} on {network}", name=container, network=network)
    return located(probe, _answer(right, "address", meaning, addresses(probe), f"docker inspect {container}"))


@truth
def name_server(probe: Probe, *, container: ContainerName) -> Answer:
    """The name server that `container` asks, as its /etc/resolv.conf says."""
    running(probe, container)
    right = probe.inside(container).name_servers
    if not right:
        raise BrokenLink(
            expected=say("{name} has a name server", name=container),
            observed=say("its /etc/resolv.conf names none"),
            why=say("{name} has no name server in /etc/resolv.conf", name=container),
            look=f"docker exec {container} cat /etc/resolv.conf",
        )
    hosts = {each: say("that is the name server of the host") for each in probe.host().name_servers}
    loop = {"127.0.0.1": say("that is the container itself")}
    meaning = say("the name server of {name}", name=container)
    look = f"docker exec {container} cat /etc/resolv.conf"
    answer = located(probe, _answer(right, "address", meaning, addresses(probe) | loop | hosts, look))
    return replace(answer, everywhere=right[0] == EMBEDDED)  # else it is the host's


@truth
def server_address(probe: Probe, *, server: ServerName) -> Answer:
    """The address of `server` on its LAN."""
    with on(server):
        there = probe.server(server)
        right = there.server_address()
    meaning = say("the address of {server}", server=server)
    answer = _answer([right], "address", meaning, _lan(probe) | addresses(there), f"onhost {server} ip -br addr")
    return located(there, answer)


def _lan(probe: Probe) -> dict[str, str]:
    known = {str(probe.server(name).server_address()): say("that is {server}", server=name) for name in SERVERS}
    return known | {str(probe.router()): say("that is the router of the LAN")}


def _answer(right: Iterable[object], kind: str, meaning: str, others: Mapping[str, str], look: str) -> Answer:
    accepted = tuple(dict.fromkeys(str(each) for each in right))
    return Answer(accepted, kind, meaning, {key: why for key, why in others.items() if key not in accepted}, look)
