"""The cgroups that bound a confined server: made before it starts, joined by boot.sh, removed with its record.

Named as the record names it, one bounds the engine and its containers together. Its `root` is all that they see of
cgroups: could they see the one above, they could lift its limits. `root/containers` leaves a share to the engine, so
that what a container breaks is mostly the container. Version 1 of cgroups has a folder for each controller, version 2
one for all (Linux, Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checks.words import say
from runner.engine.private.limits import Limits
from runner.errors import EngineFailed, NotHere

CGROUPS = Path("/sys/fs/cgroup")
FIRST_USER = 0x7000_0000  # root of confined servers out here; systemd gives its containers lower numbers (UIDS-GIDS)
BOUNDING = ("memory", "pids")
_WANTED = (*BOUNDING, "devices", "freezer")  # of version 1: runc insists on the third and pauses by the fourth
_DEVICES = (  # what every container may use (runc, libcontainer/specconv, AllowedDevices), and no disk
    *("c *:* m", "b *:* m"),  # a node may be made; to open it is another matter
    *("c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm"),  # null zero full random urandom
    *("c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:200 rwm"),  # terminals, net/tun
)


@dataclass(frozen=True, slots=True)
class Share:
    """What a cgroup may use: bytes of memory, processes and threads."""

    memory: int
    pids: int


@dataclass(frozen=True, slots=True)
class Hierarchies:
    """The controllers that there are here: of version 1, the folder of each; of version 2, their names."""

    version: int
    folders: Mapping[str, Path]

    @property
    def lacking(self) -> tuple[str, ...]:
        """What cannot be bounded here."""
        return tuple(each for each in BOUNDING if each not in self.folders)


def hierarchies(mounts: str | None = None, top: Path = CGROUPS) -> Hierarchies:
    """What this computer has; `mounts` is the text of /proc/mounts."""
    text = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace") if mounts is None else mounts
    folders: dict[str, Path] = {}
    for words in (line.split() for line in text.splitlines()):
        if words[2] == "cgroup2" and words[1] == str(top):
            names = (top / "cgroup.controllers").read_text(encoding="utf-8").split()
            return Hierarchies(2, dict.fromkeys(names, top))
        if words[2] == "cgroup" and Path(words[1]).parent == top:
            folders |= {name: Path(words[1]) for name in words[3].split(",") if name in _WANTED}
    return Hierarchies(1, folders)


def require() -> Hierarchies:
    """What there is; `NotHere` where neither memory nor processes can be bounded."""
    found = hierarchies()
    if len(found.lacking) == len(BOUNDING):
        raise NotHere(say("engines cannot be bounded here: the kernel has no cgroups for memory and processes"))
    return found


def make(name: str, limits: Limits) -> dict[str, object]:
    """The cgroups of one server; the values by which boot.sh joins them."""
    found = require()
    outer, inner = Share(limits.memory, limits.processes), Share(limits.memory * 3 // 4, limits.processes * 7 // 10)
    tops = [folder / name for folder in dict.fromkeys(found.folders.values())]
    try:
        for top in tops:
            _make(top, outer, inner, found)
    except OSError as error:
        raise EngineFailed(
            say("cannot make the cgroup {folder}: {reason}", folder=error.filename, reason=error.strerror)
        ) from error
    return {
        "VERSION": found.version,
        "CGROUPS": " ".join(f"{each}/root" for each in tops),
        "HIERARCHIES": " ".join(each.parent.name for each in tops),
        "CONTROLLERS": " ".join(f"+{each}" for each in BOUNDING if each in found.folders),
        "MEMORY": inner.memory,
        "PIDS": inner.pids,
    }


def _make(top: Path, outer: Share, inner: Share, found: Hierarchies) -> None:
    if found.version == 2:
        _enable(CGROUPS, found)
    top.mkdir()
    _bound(top, outer)
    _deny_devices(top)
    if found.version == 2:
        _enable(top, found)
        (top / "root" / "engine").mkdir(parents=True)
    (top / "root" / "containers").mkdir(parents=True, exist_ok=True)
    _bound(top / "root" / "containers", inner)
    for folder in ("root", "root/engine", "root/containers"):
        _hand_over(top / folder)


def _hand_over(folder: Path) -> None:
    """Let root of the server make cgroups in there and put its processes into them, and no more."""
    for each in (".", "cgroup.procs", "tasks", "cgroup.threads", "cgroup.subtree_control"):
        if (folder / each).exists():
            os.chown(folder / each, FIRST_USER, FIRST_USER)


def _enable(folder: Path, found: Hierarchies) -> None:
    """Let cgroups below this one of version 2 have the controllers; for the first one systemd has mostly done so."""
    control = folder / "cgroup.subtree_control"
    given = control.read_text(encoding="utf-8").split()
    for each in BOUNDING:
        if each in found.folders and each not in given:
            control.write_text(f"+{each}", encoding="utf-8")


def _bound(folder: Path, share: Share) -> None:
    """Write the limits that the folder has files for: either version's, whichever controllers it belongs to."""
    values = {
        "memory.limit_in_bytes": share.memory,
        "memory.memsw.limit_in_bytes": share.memory,  # with swap; only where the kernel counts it
        "memory.max": share.memory,
        "memory.swap.max": 0,
        "pids.max": share.pids,
    }
    for name, value in values.items():
        if (folder / name).exists():
            (folder / name).write_text(str(value), encoding="utf-8")


def _deny_devices(folder: Path) -> None:
    """For all below; version 2 has no files for this (docs/security.md)."""
    if (folder / "devices.deny").exists():
        (folder / "devices.deny").write_text("a", encoding="utf-8")
        for each in _DEVICES:
            (folder / "devices.allow").write_text(each, encoding="utf-8")


# --- looking and ending


def below(name: str, pattern: str) -> list[Path]:
    """The files of that pattern in all cgroups whose name begins with `name`, in every hierarchy."""
    return [*CGROUPS.glob(f"{name}*/{pattern}"), *CGROUPS.glob(f"*/{name}*/{pattern}")]


def engine_processes(name: str) -> list[int]:
    """The processes of confined servers whose cgroups begin with `name`, those of containers aside."""
    files = [*below(name, "root/cgroup.procs"), *below(name, "root/engine/cgroup.procs")]
    return sorted({int(pid) for each in files for pid in _lines(each)} - {0})


def thaw(record: str) -> None:
    """Let paused containers go on: version 1 keeps them from dying."""
    for each in below(f"vethlab-{record}-", "**/freezer.state"):
        _write(each, "THAWED")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError:
        return  # it has just gone


def _lines(file: Path) -> Iterator[str]:
    try:
        yield from file.read_text(encoding="utf-8").split()
    except OSError:
        return  # it has just gone


def number(file: Path, key: str = "") -> int:
    """The number in a file, or behind `key` in one of many lines; 0 where there is none, or "max"."""
    words = list(_lines(file))
    if key:
        words = words[words.index(key) + 1 :] if key in words else []
    return int(words[0]) if words and words[0].isdigit() else 0
