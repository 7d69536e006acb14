"""Files of /proc and /etc as facts: socket tables, resolv.conf, hosts, a process's environment."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

_LISTEN = "0A"  # TCP_LISTEN, include/net/tcp_states.h
_FIELDS = 10  # sl local remote st queues timer retransmits uid timeout inode
DOCKERS_OWN_DNS = IPv4Address("127.0.0.11")  # moby libnetwork/sandbox_dns_unix.go: resolverIPSandbox


@dataclass(frozen=True, slots=True)
class Listening:
    """A socket in state LISTEN, by its inode; `address` None is every address."""

    address: IPv4Address | None
    port: int
    inode: int


def order(each: Listening) -> tuple[int, int, int]:
    """A key to sort listeners by: the kernel gives them in an order that says nothing."""
    return each.port, int(each.address or 0), each.inode


def listening(*tables: str) -> tuple[Listening, ...]:
    """The listeners of /proc/net/tcp and tcp6; those that IPv4 cannot reach are left out."""
    lines = (line.split() for table in tables for line in table.splitlines()[1:])
    found = (_listener(words) for words in lines if len(words) >= _FIELDS and words[3] == _LISTEN)
    return tuple(dict.fromkeys(each for each in found if each))


def _listener(words: list[str]) -> Listening | None:
    host, _, port = words[1].rpartition(":")
    try:
        address = _address(host)
        return None if isinstance(address, IPv6Address) else Listening(address, int(port, 16), int(words[9]))
    except ValueError:
        return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as the kernel prints it: words of 32 bits in the machine's byte order."""
    words = [bytes.fromhex(text[start : start + 8]) for start in range(0, len(text), 8)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    if not any(packed):
        return None
    if len(packed) == 4:
        return IPv4Address(packed)
    whole = IPv6Address(packed)
    return whole.ipv4_mapped or whole


def name_servers(text: str) -> tuple[str, ...]:
    """The `nameserver` lines of resolv.conf, in order."""
    return tuple(re.findall(r"^[ \t]*nameserver[ \t]+(\S+)", text, re.MULTILINE))


def hosts(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The lines of /etc/hosts: (address, names)."""
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return tuple((words[0], tuple(words[1:])) for words in lines if len(words) > 1)


def environment(text: str) -> Mapping[str, str]:
    """/proc/PID/environ: `NAME=value`, each ended by a NUL."""
    entries = (each.partition("=") for each in text.split("\0"))
    return {name: value for name, sign, value in entries if sign and name}


def socket_inode(link: str) -> int | None:
    """The inode in `socket:[94813]`, what a link in /proc/PID/fd says."""
    found = re.fullmatch(r"socket:\[(\d+)\]", link)
    return int(found[1]) if found else None


def sockets(listing: str) -> frozenset[int]:
    """The inodes of sockets in the output of `ls -l /proc/PID/fd`."""
    return frozenset(map(int, re.findall(r" -> socket:\[(\d+)\]$", listing, re.MULTILINE)))
