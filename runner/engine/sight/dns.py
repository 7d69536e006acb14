"""DNS questions and answers as bytes (RFC 1035), as much as is needed to ask a name server for A and PTR records.

A name server's answer is untrusted: it may be short, long, or point at itself.
"""

from __future__ import annotations

import os
import re
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Self

A = 1
PTR = 12
NOT_THERE = 3  # the response code NXDOMAIN
_IN = 1
_POINTER = 0xC0
_LABEL_LIMIT = 63
_STEPS = 128  # more labels than a name of 255 bytes can hold
_PORT = 53


class Malformed(ValueError):
    """No answer to the question, or not one that can be read."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `number` is what its answer must carry."""

    number: int
    name: str
    kind: int

    @classmethod
    def new(cls, name: str, kind: int) -> Self:
        """With a number that nobody can foresee."""
        return cls(int.from_bytes(os.urandom(2), "big"), name, kind)

    def packed(self) -> bytes:
        """The datagram, with recursion asked for."""
        header = struct.pack("!6H", self.number, 0x0100, 1, 0, 0, 0)
        return header + _packed(self.name) + struct.pack("!2H", self.kind, _IN)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response code and the records of the kind asked for, in the order they were sent."""

    code: int
    addresses: tuple[IPv4Address, ...] = ()
    names: tuple[str, ...] = ()


def sendable(name: str) -> bool:
    """Whether a name can be asked for at all: no server knows any other."""
    return re.fullmatch(r"(?!-)[!-~]{1,253}", name) is not None and all(
        0 < len(label) <= _LABEL_LIMIT for label in name.rstrip(".").split(".")
    )


def _packed(name: str) -> bytes:
    if not sendable(name):
        raise Malformed(name)
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def reply(data: bytes, asked: Question) -> Reply:
    """What a datagram says. Raises `Malformed` where it is no answer to `asked`."""
    try:
        return _reply(data, asked)
    except (struct.error, IndexError, ValueError) as error:
        raise Malformed(str(error)) from error


def _reply(data: bytes, asked: Question) -> Reply:
    number, flags, questions, answers, _, _ = struct.unpack_from("!6H", data)
    if number != asked.number or not flags & 0x8000 or questions != 1:
        raise Malformed("not an answer to what was asked")
    name, at = _name(data, 12)
    kind, _ = struct.unpack_from("!2H", data, at)
    if kind != asked.kind or name.lower() != asked.name.rstrip(".").lower():
        raise Malformed("an answer to another question")
    return _records(data, at + 4, answers, Reply(flags & 0xF), asked.kind)


def _records(data: bytes, at: int, count: int, so_far: Reply, wanted: int) -> Reply:
    addresses: list[IPv4Address] = []
    names: list[str] = []
    for _ in range(count):
        _, at = _name(data, at)
        kind, family, _, size = struct.unpack_from("!2HIH", data, at)
        at += 10
        if kind == wanted == A and family == _IN:
            addresses.append(IPv4Address(data[at : at + size]))
        elif kind == wanted == PTR and family == _IN:
            names.append(_name(data, at)[0])
        at += size
    return Reply(so_far.code, tuple(addresses), tuple(names))


def _name(data: bytes, at: int) -> tuple[str, int]:
    """The name at `at` and where what follows it begins. A name may go on elsewhere, once or many times."""
    labels: list[str] = []
    after = 0
    for _ in range(_STEPS):
        size = data[at]
        if size >= _POINTER:
            after = after or at + 2
            at = (size & ~_POINTER) << 8 | data[at + 1]
        elif size > _LABEL_LIMIT:
            break
        else:
            at += 1 + size
            if size == 0:
                return ".".join(labels), after or at
            labels.append(data[at - size : at].decode("ascii", "replace"))
    raise Malformed("a name without an end")


def ask(through: socket.socket, name: str, kind: int, waits: Sequence[float]) -> Reply | None:
    """The answer of the name server that `through` is connected to; None where it kept silent for all of `waits`.

    Raises `Malformed` for a name that no question can hold, OSError where the server cannot be sent anything.
    """
    for wait in waits:
        asked = Question.new(name, kind)
        try:
            through.send(asked.packed())
            if found := _heard(through, asked, time.monotonic() + wait):
                return found
        except ConnectionRefusedError:  # nobody listens there
            return None
    return None


def _heard(through: socket.socket, asked: Question, end: float) -> Reply | None:
    """The answer to `asked`, if it comes by `end`; late answers to earlier questions are passed over."""
    while (left := end - time.monotonic()) > 0:
        through.settimeout(left)
        try:
            return reply(through.recv(4096), asked)
        except TimeoutError:
            return None
        except Malformed:
            continue
    return None


def dial(server: IPv4Address) -> socket.socket:
    """A socket for `ask`: it hears nobody but that server."""
    through = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        through.connect((str(server), _PORT))
    except OSError:
        through.close()
        raise
    return through
