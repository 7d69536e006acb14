"""The closed kinds that every text of a request is one of: names, addresses, ports, counts.

Each function gives the value of its kind, or raises `Unfit` with the word and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Interface
from typing import TypeVar

from checks.words import listed, say
from runner.docker_requests.unfit import Unfit, shown
from runner.lab.suggestions import near

MOST_AT_ONCE = 20  # names, aliases, ports … in one command
LONGEST_TEXT = 200
IMAGES = ("IMG", "vethlab/node", "vethlab/node:latest", "ubuntu", "ubuntu:24.04", "ubuntu:22.04", "ubuntu:latest")

# moby, daemon/names/names.go: [a-zA-Z0-9][a-zA-Z0-9_.-]+; one letter is left to the engine to refuse.
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}")
_ID = re.compile(r"[0-9a-f]{12,64}")
_HOST = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,251}[a-zA-Z0-9.])?")
_INTERFACE = re.compile(r"[a-zA-Z][a-zA-Z0-9]{0,14}")  # linux/if.h: at most 15
_NUMBER = re.compile(r"[0-9]{1,9}")
_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
_RANGE = re.compile(r"[0-9.]{7,15}/[0-9]{1,2}")
_OWN_NAMES = "vethlab-helper"
_Item = TypeVar("_Item")
Kind = Callable[[str], str]


def closed(text: str) -> frozenset[str]:
    """A closed set of words, written as one text."""
    return frozenset(text.split())


def name(text: str) -> str:
    """The name of a container, a network, an alias or a host name of a container."""
    if _ID.fullmatch(text):
        raise Unfit(say("`{word}` looks like an id: the engine that grades gives other ids, so write the name",
                        word=shown(text)))  # fmt: skip
    if not _NAME.fullmatch(text):
        raise Unfit(_no_name(text))
    if text.lower().startswith(_OWN_NAMES):
        raise Unfit(say("`{word}` is a name of vethlab's own", word=shown(text)))
    return text


def _no_name(text: str) -> str:
    strange = next((letter for letter in text if not letter.isascii()), "")
    if strange:
        return say("`{word}` is no name: it holds {letter}, which is none of a-z, A-Z, 0-9",
                   word=shown(text), letter=f"U+{ord(strange):04X}")  # fmt: skip
    return say("`{word}` is no name: at most 63 letters, digits, `_`, `.` and `-`, a letter or digit first",
               word=shown(text))  # fmt: skip


def names(texts: Sequence[str]) -> tuple[str, ...]:
    return few(tuple(map(name, texts)))


def few(items: tuple[_Item, ...]) -> tuple[_Item, ...]:
    """`items`, where they are not more than a command may have."""
    if len(items) > MOST_AT_ONCE:
        raise Unfit(say("more than {most} at once: write more than one command", most=MOST_AT_ONCE))
    return items


def network(text: str) -> str:
    """What `--net` takes: a network's name, or `container:NAME`."""
    mode, colon, owner = text.partition(":")
    if not colon:
        return name(text)
    if mode != "container":
        raise Unfit(say("`{word}` is no network: a name, or container:NAME", word=shown(text)))
    return "container:" + name(owner)


def image(text: str) -> str:
    """One of the images that stand for the lab image."""
    if text not in IMAGES:
        raise Unfit(_no_image(text))
    return text


def _no_image(text: str) -> str:
    if not text.strip() or text.strip() == "\\":
        return say("where the image belongs stands a `\\` and a blank: only a `\\` that is the very last character of "
                   "a line joins the next one")  # fmt: skip
    return say("`{word}` is no image that is played: the lab's are {images}",
               word=shown(text), images=listed(IMAGES))  # fmt: skip


def host(text: str) -> str:
    """What a program in a container may be pointed at: a name or an IPv4 address."""
    if not _HOST.fullmatch(text):
        raise Unfit(say("`{word}` is neither a name nor an address like 172.17.0.2", word=shown(text)))
    return text


def address(text: str) -> str:
    """An IPv4 address."""
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise Unfit(say("`{word}` is no address like 172.72.0.1", word=shown(text))) from None


def subnet(text: str) -> str:
    """A range of IPv4 addresses that one host can be given; what its host bits are is left to the engine."""
    try:
        found = IPv4Interface(text) if _RANGE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise Unfit(say("`{word}` is no range like 172.72.0.0/16", word=shown(text)))
    if found.network.prefixlen < 8 or not 0 < found.ip.packed[0] < 224 or found.ip.is_loopback:
        raise Unfit(say("`{word}` is no range for a network of containers", word=shown(text)))
    return str(found)


def interface(text: str) -> str:
    """The name of a network interface; none of a VLAN (`eth0.10`)."""
    if not _INTERFACE.fullmatch(text):
        raise Unfit(say("`{word}` is no interface like eth0", word=shown(text)))
    return text


def number(text: str, least: int, most: int) -> int:
    """A whole number in ASCII digits, between the two."""
    value = int(text) if _NUMBER.fullmatch(text) else None
    if value is None or not least <= value <= most:
        raise Unfit(say("`{word}` is no whole number from {least} to {most}",
                        word=shown(text), least=least, most=most))  # fmt: skip
    return value


def seconds(text: str) -> float:
    """A time as programs take it: `1`, `0.2`."""
    if not _SECONDS.fullmatch(text):
        raise Unfit(say("`{word}` is no number of seconds", word=shown(text)))
    return float(text)


def port(text: str) -> int:
    """A TCP port: `80` or `80/tcp`."""
    return number(text.removesuffix("/tcp"), 1, 65535)


def published(text: str) -> tuple[int, int]:
    """What `-p` takes: (host port, container port); the first is 0 where the engine may choose."""
    outer, colon, inner = text.rpartition(":")
    if ":" in outer:
        raise Unfit(say("`{word}`: only HOST_PORT:PORT is played, without an address", word=shown(text)))
    return (number(outer, 0, 65535) if colon and outer else 0), port(inner)


def link(text: str) -> tuple[str, str]:
    """What `--link` takes, NAME or NAME:ALIAS."""
    container, colon, alias = text.partition(":")
    return name(container), name(alias) if colon else name(container)


def spoken(text: str) -> str:
    """What a listener answers with: printable, of at most 200 characters."""
    if len(text) > LONGEST_TEXT or not text.isprintable():
        raise Unfit(say("a listener answers with at most {most} printable characters", most=LONGEST_TEXT))
    return text


def one_of(text: str, known: Sequence[str]) -> str:
    if text not in known:
        nearest = near(text, known)
        told = say("`{word}` is none of {words}", word=shown(text), words=listed(known))
        raise Unfit(told + (say("; did you mean {word}?", word=nearest) if nearest else ""))
    return text
