"""Containers in the network of another one: that they see one namespace, and whose it is."""

from __future__ import annotations

from checks import chain
from checks.diagnosis import look_mode, whereabouts
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Probe, View
from checks.registry import ContainerName, check
from checks.words import listed, say


@check
def joins(probe: Probe, *, container: ContainerName, owner: ContainerName) -> Finding:
    """The container was run in the owner's network: no plug of its own, the owner's address, one namespace."""
    guest, holder = chain.joined(probe, container, owner)
    evidence = shared(probe, guest, holder)
    return Finding(
        ok=True,
        expected=say("{name} uses the network of {owner}", name=container, owner=owner),
        observed=say(
            "{name} has no plug of its own, and sees {addresses}",
            name=container,
            addresses=listed(probe.inside(container).addresses),
        ),
        evidence=(
            say(
                "{name} was run with the mode container:{id}, the id of {owner}",
                name=container,
                id=holder.id[:12],
                owner=owner,
            ),
            *evidence,
        ),
    )


@check
def same_namespace(probe: Probe, *, containers: list[ContainerName]) -> Finding:
    """The containers are in one network namespace, which is not the host's, with one host name and resolv.conf."""
    views = {name: _inside_own(probe, name) for name in containers}
    first, *others = containers
    for other in others:
        _same(first, views[first], other, views[other])
    view = views[first]
    return Finding(
        ok=True,
        expected=say("{names} are in one network namespace", names=listed(containers)),
        observed=say("all see the network namespace {inode}", inode=view.namespace),
        evidence=(
            *(
                say("{name}: network namespace {inode}", name=name, inode=each.namespace)
                for name, each in views.items()
            ),
            *(say("in all of them: {interface}", interface=chain.described(each)) for each in view.interfaces),
            say(
                "routes of all: {routes}",
                routes=listed(f"{each.to} {each.via or each.interface}" for each in view.routes),
            ),
            say("host name of all: {name}", name=view.hostname),
            say("name servers of all: {servers}", servers=listed(view.name_servers)),
        ),
    )


def shared(probe: Probe, guest: Container, owner: Container) -> tuple[str, ...]:
    """Evidence that both are in one namespace that has an address."""
    inside, outside = probe.inside(guest.name), probe.inside(owner.name)
    look = f"docker exec {guest.name} ifconfig -a"
    if inside.namespace != outside.namespace:
        raise BrokenLink(
            expected=say("{guest} and {owner} are in one network namespace", guest=guest.name, owner=owner.name),
            observed=say(
                "{guest} is in {inside}, {owner} in {outside}",
                guest=guest.name,
                inside=inside.namespace,
                owner=owner.name,
                outside=outside.namespace,
            ),
            why=say(
                "{guest} still stands in the network namespace that {owner} had before it was restarted, with lo "
                "alone: docker restart {guest}",
                guest=guest.name,
                owner=owner.name,
            ),
            look=look,
        )
    if not inside.addresses:
        raise BrokenLink(
            expected=say("{guest} sees the address of {owner}", guest=guest.name, owner=owner.name),
            observed=say("their network namespace has no address"),
            why=say(
                "{owner} has no address itself, so {guest} has none to share: {where}",
                guest=guest.name,
                owner=owner.name,
                where=whereabouts(probe, owner),
            ),
            look=look,
        )
    return (
        say(
            "{guest} and {owner}: network namespace {inode}", guest=guest.name, owner=owner.name, inode=inside.namespace
        ),
        *(say("in both: {interface}", interface=chain.described(each)) for each in inside.interfaces),
    )


def _inside_own(probe: Probe, name: str) -> View:
    chain.running(probe, name)
    view = probe.inside(name)
    if view.namespace != probe.host().namespace:
        return view
    raise BrokenLink(
        expected=say("{name} is in a network namespace of the containers", name=name),
        observed=say("it is in the host's, {inode}", inode=view.namespace),
        why=say(
            "{name} is in the host's own network (--net host): all that run so share it, none has joined another",
            name=name,
        ),
        look=look_mode(name),
    )


def _same(one: str, first: View, other: str, second: View) -> None:
    """Both see the same; what differs is named."""
    different = next(((what, look) for what, look, mine, theirs in _compared(first, second) if mine != theirs), None)
    if different is None:
        return
    what, look = different
    raise BrokenLink(
        expected=say("{one} and {other} see the same", one=one, other=other),
        observed=say(
            "{one}: {mine}; {other}: {theirs}", one=one, mine=_facts(first), other=other, theirs=_facts(second)
        ),
        why=say("{one} and {other} differ in their {what}", one=one, other=other, what=what),
        look=f"docker exec {other} {look}",
    )


def _compared(one: View, other: View) -> list[tuple[str, str, object, object]]:
    """What is compared, the command that shows it inside a container, and both sides of it."""
    return [
        (say("network namespaces"), "ls -l /proc/self/ns/net", one.namespace, other.namespace),
        (say("interfaces"), "ifconfig -a", one.interfaces, other.interfaces),
        (say("routes"), "ip route", one.routes, other.routes),
        (say("host names"), "hostname", one.hostname, other.hostname),
        (say("name servers"), "cat /etc/resolv.conf", one.name_servers, other.name_servers),
    ]


def _facts(view: View) -> str:
    return say(
        "namespace {inode}, {addresses}, host name {name}, name servers {servers}",
        inode=view.namespace,
        addresses=listed(view.addresses),
        name=view.hostname,
        servers=listed(view.name_servers),
    )
