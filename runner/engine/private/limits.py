"""What one server of a confined testbed may use."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server, its engine and all its containers together, may use at a time.

    `memory` and `disk` are bytes; the disk is in memory as well, and counts as such. `processes` are threads too.
    """

    memory: int = 1024 * _MIB
    processes: int = 1000
    disk: int = 512 * _MIB
    files: int = 100_000


GRADING = Limits()
