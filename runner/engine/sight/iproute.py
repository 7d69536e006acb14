"""`ip` and `bridge`: run in a network namespace, and their text as facts, as iproute2 and busybox print it.

The lines of `ip -o link`, `ip -o -4 addr` and `ip -o -4 route` tell themselves apart, so one text may hold them one
after the other.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import pairwise
from pathlib import Path

from checks.finding import CannotSee
from checks.probe import Interface, Route
from checks.words import say
from runner.engine.environ import tool_path
from runner.engine.sight import netns

_LINK = re.compile(r"^(\d+): ([^\s:@]+)(?:@([^\s:]+))?: <([^>]*)>(.*)$")
_ADDRESS = re.compile(r"^\d+: (\S+)\s+inet (\S+)")
_MAC = re.compile(r"link/\S+ ([0-9a-f]{2}(?::[0-9a-f]{2})+)", re.IGNORECASE)
_WAIT = 5.0  # seconds for what takes 2 ms
_EVERYTHING = IPv4Network("0.0.0.0/0")


@dataclass(frozen=True, slots=True)
class Stack:
    """Interfaces and routes of one network namespace."""

    interfaces: tuple[Interface, ...]
    routes: tuple[Route, ...]


def run(namespace: Path, *command: str, given: bytes = b"") -> str:
    """What the command prints when it is given `given`. Raises CannotSee where it is missing or fails."""
    path = shutil.which(command[0], path=tool_path())
    if path is None:
        raise CannotSee(say("{tool} is not installed here", tool=command[0]), say("vethlab doctor"))
    words = [path, *command[1:]]
    try:
        done = netns.entered(
            namespace,
            lambda: subprocess.run(
                words, input=given, capture_output=True, timeout=_WAIT, check=True, env={"LC_ALL": "C"}
            ),
        )
    except subprocess.SubprocessError as error:
        raise CannotSee(say("{tool} failed: {error}", tool=command[0], error=error), say("vethlab doctor")) from error
    return done.stdout.decode(errors="replace")


def stack(text: str) -> Stack:
    """What the lines of link, address and route say; lines of another form are passed over."""
    addresses: dict[str, list[IPv4Interface]] = defaultdict(list)
    links: list[re.Match[str]] = []
    routes: list[Route] = []
    for line in text.splitlines():
        if link := _LINK.match(line):
            links.append(link)
        elif address := _ADDRESS.match(line):
            addresses[address[1].partition("@")[0]] += _interface(address[2])
        else:
            routes += _routes(line)
    indexes = {link[2]: int(link[1]) for link in links}
    interfaces = (_link(link, tuple(addresses[link[2]]), indexes) for link in links)
    return Stack(tuple(sorted(interfaces, key=lambda each: each.index)), tuple(routes))


def _link(found: re.Match[str], addresses: tuple[IPv4Interface, ...], indexes: dict[str, int]) -> Interface:
    index, name, flags, rest = int(found[1]), found[2], found[4], found[5]
    mac = _MAC.search(rest)
    words = rest.partition("\\")[0].split()
    return Interface(
        name=name,
        index=index,
        link=_other_end(index, found[3] or "", indexes),
        mac=mac[1].lower() if mac else "",
        addresses=addresses,
        up="UP" in flags.split(","),
        master=_after("master", words),
        mtu=int(_after("mtu", words) or 0),
    )


def _other_end(index: int, other: str, indexes: dict[str, int]) -> int | None:
    """`if13` is index 13 of another namespace; a name is an interface of this one; itself is none."""
    if other in indexes:
        return indexes[other] if indexes[other] != index else None
    numbered = re.fullmatch(r"if([1-9]\d*)", other)
    return int(numbered[1]) if numbered else None


def _after(key: str, words: list[str]) -> str | None:
    """The word that follows `key`."""
    return next((value for word, value in pairwise(words) if word == key), None)


def _interface(text: str) -> list[IPv4Interface]:
    try:
        return [IPv4Interface(text)]
    except ValueError:
        return []


def _routes(line: str) -> list[Route]:
    """The routes of one line: several where it has several next hops, none for `blackhole` and the like."""
    words = line.replace("\\", " ").split()
    try:
        to = _EVERYTHING if words[:1] == ["default"] else IPv4Network("".join(words[:1]))
    except ValueError:
        return []
    hops = " ".join(words[1:]).split("nexthop ")
    return [route for hop in hops for route in _hop(to, hop.split())]


def _hop(to: IPv4Network, words: list[str]) -> list[Route]:
    interface = _after("dev", words)
    via = _after("via", words)
    try:
        return [Route(to, IPv4Address(via) if via and via != "inet6" else None, interface)] if interface else []
    except ValueError:
        return []


def learned(text: str) -> tuple[tuple[str, str], ...]:
    """(MAC, port) of each line of `bridge fdb show`; the permanent ones are the ports' own."""
    found = re.findall(r"^([0-9a-f:]{17}) dev (\S+)(.*)$", text, re.MULTILINE)
    return tuple((mac, port) for mac, port, rest in found if "permanent" not in rest.split())


def default_route(routes: tuple[Route, ...]) -> Route | None:
    """The first route to everywhere: `ip` prints them by metric within one prefix."""
    return next((route for route in routes if route.to == _EVERYTHING), None)
