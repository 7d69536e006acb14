"""Engines on which other people's commands are replayed: bounded, and with nothing of this computer in reach.

What holds and what does not is in docs/security.md.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from runner.engine.private import cgroups, opening
from runner.engine.private.limits import GRADING, Limits
from runner.engine.testbed import Testbed


def open_confined(servers: int, limits: Limits = GRADING, progress: opening.Progress = opening.silent) -> Testbed:
    """A fresh confined testbed for one submission; `close` ends it.

    A limit that this computer's kernel does not know is told by one line of `progress`, where the others hold;
    `NotHere` where none does.
    """
    return opening.private(servers, confined=limits, progress=progress)


def limits_hit(testbed: Testbed) -> tuple[str, ...]:
    """Which limits a confined testbed has run into up to now: memory, processes, disk. Ask before it is closed."""
    found = {each for server in testbed.servers for each in _hit(f"vethlab-{testbed.name}-{server.name}", server.pid)}
    return tuple(each for each in ("memory", "processes", "disk") if each in found)


def _hit(name: str, pid: int | None) -> Iterator[str]:
    levels = ("cgroup.procs", "root/containers/cgroup.procs")
    own = [each.parent for level in levels for each in cgroups.below(name, level)]
    if any(cgroups.number(each / "memory.events.local", "oom") or _filled(each) for each in own):
        yield "memory"
    events = cgroups.below(name, "**/pids.events")  # the kernel counts them where the process was that asked for more
    if any(cgroups.number(each, "max") for each in events) or any(_crowded(each) for each in own):
        yield "processes"
    if pid is not None and _disk_full(pid):
        yield "disk"


def _filled(cgroup: Path) -> bool:
    """Whether it ever came within a hundredth of its memory: version 1 counts no more than that for a whole group."""
    limit, most = (cgroups.number(cgroup / f"memory.{each}_in_bytes") for each in ("limit", "max_usage"))
    return 0 < limit * 99 <= most * 100


def _crowded(cgroup: Path) -> bool:
    """Whether it ever had as many processes as it may."""
    limit = cgroups.number(cgroup / "pids.max")
    most = max(cgroups.number(cgroup / each) for each in ("pids.current", "pids.peak"))
    return 0 < limit <= most


def _disk_full(pid: int) -> bool:
    """Whether the engine's disk has less than a hundredth left. One that has ended has none."""
    try:
        disk = os.statvfs(f"/proc/{pid}/root")
    except OSError:
        return False
    return disk.f_bavail * 100 < disk.f_blocks or disk.f_favail * 100 < disk.f_files
