"""ICMP echo through a raw socket (RFC 792), with the reason where no reply came."""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from dataclasses import dataclass
from ipaddress import IPv4Address

from checks.probe import Echo

_REPLY, _UNREACHABLE, _REQUEST = 0, 3, 8
_TRIES = 2
_REASONS = {
    errno.ENETUNREACH: "network-unreachable",
    errno.ENETDOWN: "network-unreachable",
    errno.EHOSTUNREACH: "host-unreachable",
    errno.EHOSTDOWN: "host-unreachable",
    errno.EINVAL: "host-unreachable",  # a blackhole route
    errno.EACCES: "host-unreachable",  # a prohibit route
    errno.EPERM: "timeout",  # a firewall's drop
}


def raw_socket() -> socket.socket:
    """For `echo`. Needs CAP_NET_RAW in the namespace."""
    return socket.socket(socket.AF_INET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.IPPROTO_ICMP)


def echo(through: socket.socket, address: IPv4Address, wait: float) -> Echo:
    """Whether `address` answers within `wait` seconds; it is asked again once, half-way.

    Raises OSError for what says nothing about the way there.
    """
    ident = int.from_bytes(os.urandom(2), "big")
    end = time.monotonic() + wait
    try:
        for number in range(_TRIES):
            through.sendto(_request(ident, number), (str(address), 0))
            if found := _awaited(through, _Asked(address, ident), end - wait * (_TRIES - 1 - number) / _TRIES):
                return found
    except OSError as error:
        if error.errno in _REASONS:
            return Echo(False, _REASONS[error.errno])
        raise
    return Echo(False, "timeout")


@dataclass(frozen=True, slots=True)
class _Asked:
    address: IPv4Address
    ident: int


def _awaited(through: socket.socket, asked: _Asked, end: float) -> Echo | None:
    """What came by `end`: a reply, or news that the address cannot be reached."""
    while (left := end - time.monotonic()) > 0:
        through.settimeout(left)
        try:
            data, (sender, _) = through.recvfrom(2048)
        except TimeoutError:
            return None
        if found := _meaning(data, sender, asked):
            return found
    return None


def _meaning(data: bytes, sender: str, asked: _Asked) -> Echo | None:
    """A raw socket hears all ICMP of its namespace: only what answers our own request has one."""
    kind, ident, rest = _message(data)
    if kind == _REPLY and ident == asked.ident and sender == str(asked.address):
        return Echo(True)
    if kind == _UNREACHABLE and _message(rest)[:2] == (_REQUEST, asked.ident):
        return Echo(False, "host-unreachable")
    return None


def _message(packet: bytes) -> tuple[int, int, bytes]:
    """Type, identifier and what follows the eight bytes of header, of an ICMP message in an IP packet."""
    start = (packet[0] & 0xF) * 4 if packet else 0
    if len(packet) < start + 8:
        return -1, -1, b""
    return packet[start], int.from_bytes(packet[start + 4 : start + 6], "big"), packet[start + 8 :]


def _request(ident: int, number: int) -> bytes:
    body = struct.pack("!BBHHH", _REQUEST, 0, 0, ident, number) + b"vethlab."
    return body[:2] + struct.pack("!H", _checksum(body)) + body[4:]


def _checksum(data: bytes) -> int:
    """The internet checksum (RFC 1071) of an even number of bytes."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
