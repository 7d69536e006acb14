"""Listening TCP sockets of the network namespace we are in, from the kernel's sock_diag (man 7 sock_diag).

The same facts as in /proc/net/tcp, whose reading walks every bucket of the machine's socket table: 9 ms against 0.1.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from runner.engine.sight.procfs import Listening

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH
_ERROR, _DONE = 2, 3
_LISTENING = 1 << 10  # TCP_LISTEN
_HEADER = struct.Struct("=IHHII")  # nlmsghdr
_WAIT = 2.0


def listening() -> tuple[Listening, ...]:
    """Those that IPv4 can reach. Raises OSError where this kernel has no sock_diag."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG) as asked:
        asked.settimeout(_WAIT)
        found = [each for family in (socket.AF_INET, socket.AF_INET6) for each in _dump(asked, family)]
    return tuple(dict.fromkeys(found))


def _dump(asked: socket.socket, family: int) -> Iterator[Listening]:
    request = struct.pack("=BBBxI48x", family, socket.IPPROTO_TCP, 0, _LISTENING)  # inet_diag_req_v2
    asked.sendto(_HEADER.pack(_HEADER.size + len(request), _BY_FAMILY, _DUMP, family, 0) + request, (0, 0))
    while True:
        for kind, body in _messages(asked.recv(1 << 16)):
            if kind == _DONE:
                return
            if kind == _ERROR:
                number = -struct.unpack_from("=i", body)[0]
                raise OSError(number, os.strerror(number))
            if listener := _listener(body):
                yield listener


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _HEADER.size <= len(data):
        size, kind, _, _, _ = _HEADER.unpack_from(data, at)
        if size < _HEADER.size:
            return
        yield kind, data[at + _HEADER.size : at + size]
        at += (size + 3) & ~3


def _listener(body: bytes) -> Listening | None:
    """One inet_diag_msg: family, state, timer, retransmits, ports, addresses, …, inode as its last word."""
    family = body[0]
    port = int.from_bytes(body[4:6], "big")
    inode = int.from_bytes(body[68:72], sys.byteorder)
    address = IPv4Address(body[8:12]) if family == socket.AF_INET else _mapped(IPv6Address(body[8:24]))
    if isinstance(address, IPv6Address):
        return None if int(address) else Listening(None, port, inode)
    return Listening(address if int(address) else None, port, inode)


def _mapped(address: IPv6Address) -> IPv4Address | IPv6Address:
    return address.ipv4_mapped or address
