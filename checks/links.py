"""`--link` on the default bridge: a line in the client's hosts file that follows the server.

Source: moby `daemon/links` and `libnetwork/sandbox_dns_unix.go`. Engines from 29 on set no environment for links.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

from checks.chain import address_on, running
from checks.diagnosis import plugs, whereabouts, why_elsewhere
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Probe, View
from checks.registry import ContainerName, check
from checks.words import listed, say

BRIDGE = "bridge"


@dataclass(frozen=True, slots=True)
class _Link:
    client: str
    server: str
    alias: str
    taker: str


@check
def link_follows(
    probe: Probe, *, client: ContainerName, server: ContainerName, alias: str, taker: ContainerName
) -> Finding:
    """The linked name stands in the client's hosts file with the server's present address, which was another before."""
    for name in (server, client):
        _on_bridge(probe, name)
    link = _Link(client, server, alias, taker)
    _linked(probe, link)
    present = address_on(probe, server, BRIDGE)
    _in_hosts(probe, link, present)
    proof = _changed(probe, link, present)
    return Finding(
        ok=True,
        expected=say("{alias} is {server} at its new address", alias=alias, server=server),
        observed=say("the hosts file of {client}: {alias} is {address}", client=client, alias=alias, address=present),
        look=f"docker exec {client} cat /etc/hosts",
        evidence=(say("{server} has {address}", server=server, address=present), proof),
    )


def _on_bridge(probe: Probe, name: str) -> None:
    container = running(probe, name)
    if BRIDGE in plugs(container):
        address_on(probe, name, BRIDGE)
        return
    own = [each for each in plugs(container) if each not in ("host", "none")]
    raise BrokenLink(
        expected=say("{name} is on the default bridge", name=name),
        observed=whereabouts(probe, container),
        why=say(
            "{name} is on {networks}, not on the default bridge: on a user-defined network --link is one more name in "
            "its DNS, and the hosts file stays as it is",
            name=name,
            networks=listed(own),
        )
        if own
        else why_elsewhere(probe, container, BRIDGE),
        look=f"docker inspect {name}",
    )


# --- the link


def _linked(probe: Probe, link: _Link) -> None:
    """The client has the link, and the server is the container that it was made to."""
    client, server = probe.container(link.client), probe.container(link.server)
    wanted = f"{link.server}:{link.alias}"
    if wanted in client.links and server.created < client.created:
        return
    known = wanted in client.links or any(link.alias in names for _, names in probe.inside(link.client).hosts)
    raise BrokenLink(
        expected=say("{client} has the link {wanted}", client=link.client, wanted=wanted),
        observed=say("its links: {links}", links=listed(client.links)),
        why=_why_stranger(link) if known and server.created > client.created else _why_unlinked(link, client),
        look=f"docker inspect -f '{{{{.Created}}}} {{{{.HostConfig.Links}}}}' {link.client} {link.server}",
    )


def _why_stranger(link: _Link) -> str:
    return say(
        "{server} was made after {client}: a link is bound to the container, not to its name, so a {server} that "
        "was removed and made again is a stranger to {client}. Make both again, {server} first",
        server=link.server,
        client=link.client,
    )


def _why_unlinked(link: _Link, client: Container) -> str:
    other = next((each for each in client.links if each.startswith(f"{link.server}:")), None)
    if other:
        return say(
            "{client} knows {server} by another name: its link is {link}, not {server}:{alias}",
            client=link.client,
            server=link.server,
            link=other,
            alias=link.alias,
        )
    if client.links:
        return say("{client} is linked to another container: {links}", client=link.client, links=listed(client.links))
    return say(
        "{client} was run without --link {server}:{alias}, and a link cannot be added later",
        client=link.client,
        server=link.server,
        alias=link.alias,
    )


def _in_hosts(probe: Probe, link: _Link, present: IPv4Address) -> None:
    found = [address for address, names in probe.inside(link.client).hosts if link.alias in names]
    if found and set(found) == {str(present)}:
        return
    raise BrokenLink(
        expected=say(
            "{alias} is {address} in the hosts file of {client}", alias=link.alias, address=present, client=link.client
        ),
        observed=say("{alias} is {addresses} there", alias=link.alias, addresses=listed(found)),
        why=say(
            "the hosts file of {client} has {addresses} for {alias}, but {server} has {address}",
            client=link.client,
            addresses=listed(found),
            alias=link.alias,
            server=link.server,
            address=present,
        ),
        look=f"docker exec {link.client} cat /etc/hosts",
    )


# --- the change


def _changed(probe: Probe, link: _Link, present: IPv4Address) -> str:
    """A line that proves that the server had another address when the client started."""
    _older(probe.container(link.client), probe.container(link.server))
    view = probe.inside(link.client)
    prefix = link.alias.upper().replace("-", "_")
    old = _remembered(view, prefix)
    if not old and f"{prefix}_NAME" in view.environment:
        raise _forgotten(link, prefix)
    if not old:
        return _taken(probe, link, present)
    if present in old:
        raise BrokenLink(
            expected=say("{server} has another address than before", server=link.server),
            observed=say("{server} has {address}, as before", server=link.server, address=present),
            why=_why_unchanged(link),
            look=f"docker exec {link.client} cat /etc/hosts /proc/1/environ",
        )
    return say("the environment of {client} still holds {old}", client=link.client, old=listed(sorted(old)))


def _older(client: Container, server: Container) -> None:
    """The client has run since before the server's last start: whatever follows that start, it followed alive."""
    if client.started and server.started and client.started < server.started:
        return
    raise BrokenLink(
        expected=say("{server} was started again while {client} ran on", server=server.name, client=client.name),
        observed=_starts(server, client),
        why=say(
            "{server} has not been stopped and started since {client} came up, so there was nothing to follow yet",
            server=server.name,
            client=client.name,
        ),
        look=_look_starts(client, server),
    )


def _starts(*containers: Container) -> str:
    return listed(say("{name} started at {time}", name=each.name, time=each.started) for each in containers)


def _look_starts(*containers: Container) -> str:
    return " ".join(["docker inspect -f '{{.Name}} {{.State.StartedAt}}'", *(each.name for each in containers)])


def _remembered(view: View, prefix: str) -> set[IPv4Address]:
    """The addresses in the variables that --link made, such as WEB_PORT_80_TCP_ADDR."""
    found = set()
    for name, value in view.environment.items():
        if name.startswith(f"{prefix}_PORT_") and name.endswith("_ADDR"):
            try:
                found.add(IPv4Address(value))
            except AddressValueError:
                continue
    return found


def _forgotten(link: _Link, prefix: str) -> BrokenLink:
    return BrokenLink(
        expected=say(
            "the environment of {client} holds {server}'s old address", client=link.client, server=link.server
        ),
        observed=say("it has {name}_NAME, but no {name}_PORT…", name=prefix),
        why=say(
            "{server} was run without --expose 80, so the link gave {client} no variable with an address, and nothing "
            "remembers the old one: make both again",
            server=link.server,
            client=link.client,
        ),
        look=f"docker exec {link.client} cat /proc/1/environ",
    )


def _why_unchanged(link: _Link) -> str:
    return say(
        "{server} found its old address free and took it again: {taker} has to start while {server} is down, and "
        "so takes that address away",
        server=link.server,
        taker=link.taker,
    )


def _taken(probe: Probe, link: _Link, present: IPv4Address) -> str:
    """Where no variable remembers: the taker came while the server was down, and holds a lower address."""
    _on_bridge(probe, link.taker)
    taker, server = probe.container(link.taker), probe.container(link.server)
    address = address_on(probe, link.taker, BRIDGE)
    if not _between(taker, server) or address >= present:
        raise BrokenLink(
            expected=say("{taker} took the address while {server} was down", taker=link.taker, server=link.server),
            observed=say(
                "{starts}; {taker} has {address}, {server} has {present}",
                starts=_starts(taker, server),
                taker=link.taker,
                address=address,
                server=link.server,
                present=present,
            ),
            why=_why_unchanged(link),
            look=_look_starts(taker, server),
        )
    return say(
        "{taker} started while {server} was down and took the lowest free address, {address}",
        taker=link.taker,
        server=link.server,
        address=address,
    )


def _between(taker: Container, server: Container) -> bool:
    """Whether the taker started after the server's last end and before its last start."""
    if not (taker.started and server.started and server.finished):
        return False
    return server.finished < taker.started < server.started
