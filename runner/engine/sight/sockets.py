"""Packets sent from within a network namespace (…/ns/net): ping, TCP, name servers."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address
from pathlib import Path

from checks.probe import Echo
from runner.engine.sight import dns, icmp, netns
from runner.engine.sight.procfs import DOCKERS_OWN_DNS

_CONNECT_WAIT = 2.0  # seconds; a lost SYN is sent again after one
_NEAR, _FAR = (0.5,), (2.0, 2.0)  # seconds for each try; Docker's own name server answers in 1 ms what it knows


def ping(namespace: Path, address: IPv4Address, wait: float) -> Echo:
    """Raises OSError where nothing can be sent at all."""
    with netns.entered(namespace, icmp.raw_socket) as through:
        return icmp.echo(through, address, wait)


def connects(namespace: Path, address: IPv4Address, port: int) -> bool:
    """Whether a TCP connection was taken up."""
    with netns.entered(namespace, _tcp) as through:
        through.settimeout(_CONNECT_WAIT)
        try:
            through.connect((str(address), port))
        except OSError:
            return False
        return True


def ask(namespace: Path, server: IPv4Address, name: str, kind: int, times: int) -> Sequence[dns.Reply | None]:
    """The name server's answers; None where it kept silent, and then it is asked no more."""
    replies: list[dns.Reply | None] = []
    waits = _NEAR if server == DOCKERS_OWN_DNS else _FAR
    with netns.entered(namespace, lambda: dns.dial(server)) as through:
        while len(replies) < times and None not in replies[-1:]:
            replies.append(dns.ask(through, name, kind, waits))
    return replies


def listener(namespace: Path, address: IPv4Address) -> socket.socket:
    """A TCP socket that takes one connection, on a free port."""
    taking = netns.entered(namespace, _tcp)
    try:
        taking.settimeout(_CONNECT_WAIT)
        taking.bind((str(address), 0))
        taking.listen(1)
    except OSError:
        taking.close()
        raise
    return taking


def _tcp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
