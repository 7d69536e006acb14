"""Ports: who listens, in which network namespace, and whether it answers there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from ipaddress import IPv4Address

from checks.chain import running
from checks.diagnosis import look_mode, whereabouts
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Listener, Place, Probe, View
from checks.reach import LOOPBACK
from checks.registry import ContainerName, check
from checks.words import listed, say

HOST = "host"
PATIENCE = 1.0  # seconds: a loop of nc listens again a moment after each caller


@check
def listens(probe: Probe, *, container: ContainerName, port: int, at: str = HOST) -> Finding:
    """A process of the container listens on the port and answers at `at`: `host`, or a container beside it.

    The socket table is read first, for one caller ends a plain `nc -l`.
    """
    running(probe, container)
    table = probe.host() if at == HOST else _inside(probe, at)
    _shares(probe, container, at, table)
    listener = _listener(probe, container, port, at, table)
    called = _called(probe, at, listener)
    _answers(probe, container, at, called, port)
    return Finding(
        ok=True,
        expected=say("{name} answers on port {port} at {at}", name=container, port=port, at=_place(at)),
        observed=say("{address}:{port} answers", address=called, port=port),
        evidence=(
            say(
                "in the socket table of {at}: {address}:{port} LISTEN, a process of {name}",
                at=_place(at),
                address=listener.address or "*",
                port=port,
                name=container,
            ),
            say("both are network namespace {number}", number=table.namespace),
        ),
    )


def _place(at: str) -> str:
    return say("the host") if at == HOST else at


def _inside(probe: Probe, name: str) -> View:
    running(probe, name)
    return probe.inside(name)


def _look(at: str) -> str:
    return "onhost ss -ltn" if at == HOST else f"docker exec {at} netstat -ltn"


def _shares(probe: Probe, name: str, at: str, table: View) -> None:
    """The two are in one network namespace: only so a listener of the one is one of the other."""
    if probe.inside(name).namespace == table.namespace:
        return
    own = whereabouts(probe, probe.container(name))
    if at == HOST:
        why = say("{own}, not in the host's: its ports are its own, and -p would only forward to them", own=own)
    else:
        why = say("{own}, and {at} has another network: they do not share their ports", own=own, at=at)
    raise BrokenLink(
        expected=say("{name} and {at} are in one network namespace", name=name, at=_place(at)),
        observed=say("they are in two"),
        why=why,
        look=look_mode(name),
    )


def _listener(probe: Probe, name: str, port: int, at: str, table: View) -> Listener:
    on_port = [each for each in table.listeners if each.port == port]
    own = [each for each in on_port if each.owner == name]
    if own:
        return own[0]
    raise BrokenLink(
        expected=say("a process of {name} listens on port {port}", name=name, port=port),
        observed=_observed(on_port, port, at),
        why=_why_not(probe.container(name), port, on_port, table),
        look=_look(at),
    )


def _observed(on_port: Sequence[Listener], port: int, at: str) -> str:
    if not on_port:
        return say("nothing listens on port {port} at {at}", port=port, at=_place(at))
    owners = dict.fromkeys(each.owner or say("no container") for each in on_port)
    return say("port {port} at {at} is held by {owners}", port=port, at=_place(at), owners=listed(owners))


def _why_not(container: Container, port: int, on_port: Sequence[Listener], table: View) -> str:
    name = container.name
    other = next((each.owner for each in on_port if each.owner), None)
    if other:
        return say(
            "port {port} is held by a process of {other}, not of {name}: in one network namespace a port is there once",
            port=port,
            other=other,
            name=name,
        )
    if on_port:
        return say("port {port} is held by a process that is in no container, not by {name}", port=port, name=name)
    if any(each.split("/")[0] == str(port) for each in container.published):
        return say(
            "-p {port} is discarded with the host's network, and opens nothing: port {port} is open when a process of "
            "{name} listens",
            port=port,
            name=name,
        )
    elsewhere = sorted({each.port for each in table.listeners if each.owner == name})
    if elsewhere:
        return say("{name} listens on {ports}, not on {port}", name=name, ports=listed(elsewhere), port=port)
    return say(
        "no process of {name} listens on port {port}; a plain nc -l ends after one caller, a loop of it goes on",
        name=name,
        port=port,
    )


def _called(probe: Probe, at: str, listener: Listener) -> IPv4Address:
    """The address to call: the one that it is bound to; for one bound to all the host's own, or the loopback."""
    if listener.address and not listener.address.is_unspecified:
        return listener.address
    return probe.server_address() if at == HOST else LOOPBACK


def _answers(probe: Probe, name: str, at: str, address: IPv4Address, port: int) -> None:
    end = time.monotonic() + PATIENCE
    while not probe.connects(Place.HOST if at == HOST else at, address, port):
        if time.monotonic() > end:
            raise BrokenLink(
                expected=say("{address}:{port} answers at {at}", address=address, port=port, at=_place(at)),
                observed=say("it does not"),
                why=say(
                    "{name} listens on port {port}, but takes no call at {address}",
                    name=name,
                    port=port,
                    address=address,
                ),
                look=_look(at),
            )
        time.sleep(PATIENCE / 50)
