"""What the Probe needs of whoever looks: through the kernel (`kernel.py`) or through the engine (`execs.py`).

Both give the same facts. What the engine or the kernel would not tell is `CannotSee`, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Protocol

from checks.probe import Echo, View
from runner.engine.sight.dns import Reply


@dataclass(frozen=True, slots=True)
class Target:
    """A running container: `pid` is its first process as the engine numbers it, `mode` its network mode."""

    id: str
    name: str
    pid: int
    mode: str


class Sight(Protocol):
    """One pass's eyes: what was read once is remembered. Where a `start` is None, the host is meant."""

    def look(self, target: Target) -> View: ...

    def look_host(self) -> View: ...

    def ask(self, target: Target, server: IPv4Address, name: str, kind: int, times: int) -> Sequence[Reply | None]:
        """The name server's answers, asked from inside; None where it kept silent, and then no more are asked."""
        ...

    def ping(self, start: Target | None, address: IPv4Address, wait: float) -> Echo: ...

    def connects(self, start: Target | None, address: IPv4Address, port: int) -> bool: ...
