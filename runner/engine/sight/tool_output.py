"""What the tools of containers print, as facts: look.sh's sections, nslookup and dig, ping, nc.

All of it is untrusted. None means that the text says nothing that could be relied on: a tool is missing or another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from checks.probe import Echo
from runner.engine.sight import dns

_ADDRESS = re.compile(r"^Address(?: \d+)?:\s+(\S+)", re.MULTILINE)
_POINTER = re.compile(r"\sname = (\S+?)\.?$", re.MULTILINE)
_DUG = re.compile(r"^\S+\s+\d+\s+IN\s+(?:A|PTR)\s+(\S+?)\.?$", re.MULTILINE)
_CODE = re.compile(r"(?:server can't find .*: |status: )([A-Z]+)")
_SILENCE = ("timed out", "no servers could be reached", "o response from")
_CODES = {"NOERROR": 0, "SERVFAIL": 2, "NXDOMAIN": dns.NOT_THERE, "REFUSED": 5}
_REFUSED = ("refused", "timed out", "unreachable", "no route to host")


@dataclass(frozen=True, slots=True)
class Section:
    """What one command printed, and its exit status."""

    text: str
    status: int


def sections(output: bytes, mark: str) -> list[tuple[str, Section]]:
    """look.sh's sections, in order; what follows the last whole one is dropped."""
    text = output.decode(errors="replace")
    found = re.findall(rf"(.*?)\n{re.escape(mark)} (\w+) (\d+)\n", text, re.DOTALL)
    return [(name, Section(body, int(status))) for body, name, status in found]


def whole(found: list[tuple[str, Section]]) -> Mapping[str, str]:
    """The texts of the sections whose command did its work."""
    return {name: section.text for name, section in found if section.status == 0}


def reply(section: Section) -> dns.Reply | None:
    """What `nslookup` or `dig` says a name server answered; None for none, or a text of another kind."""
    text = section.text
    code = _CODE.search(text)
    if code and (code[1] != "NOERROR" or section.status):
        return dns.Reply(_CODES.get(code[1], 2))
    if "No answer" in text:
        return dns.Reply(0)
    records = _DUG.findall(text) or _POINTER.findall(text) or _ADDRESS.findall(_after_server(text))
    return _records(records) if records or code else None


def silent(section: Section) -> bool:
    """Whether the tool says that no answer came."""
    return any(words in section.text for words in _SILENCE)


def _after_server(text: str) -> str:
    """nslookup names the server it asked first, with an `Address` of its own."""
    found = re.search(r"^Name:", text, re.MULTILINE)
    return text[found.start() :] if found else ""


def _records(records: list[str]) -> dns.Reply:
    addresses = [found for each in records if (found := _parsed(each))]
    return dns.Reply(0, tuple(addresses), tuple(each for each in records if _parsed(each) is None))


def _parsed(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except ValueError:
        return None


def echo(section: Section) -> Echo | None:
    """What `ping` says, iputils' or busybox's."""
    text = section.text.lower()
    if section.status == 0:
        return Echo(True)
    if "network is unreachable" in text:
        return Echo(False, "network-unreachable")
    if "host unreachable" in text or "host is unreachable" in text or "no route to host" in text:
        return Echo(False, "host-unreachable")
    return Echo(False, "timeout") if "100% packet loss" in text else None


def connected(section: Section) -> bool | None:
    """Whether `nc` had a connection."""
    if section.status == 0:
        return True
    return False if any(words in section.text.lower() for words in _REFUSED) else None
