"""This computer as others may rely on it, to be compared before and after something hostile ran.

    before = HostState.now()
    …
    assert before.changes() == []

Other tests' engines may come and go meanwhile: what belongs to a testbed whose owner lives is left out, what is left of
one without an owner shows.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from runner.engine import records
from runner.engine.places import run_dir
from runner.engine.private.cgroups import CGROUPS, FIRST_USER
from runner.engine.private.sweep import sweep

PLACES = ("/etc", "/boot", "/opt", "/srv", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/var/spool")
FLAT = ("/", "/root", "/usr", "/usr/lib", "/run", "/dev", "/var", "/var/lib", "/home")  # themselves and what is in them
SETTINGS = (
    *("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "kernel/domainname", "kernel/sysrq"),
    *("kernel/panic", "kernel/printk", "kernel/randomize_va_space", "vm/overcommit_memory", "fs/file-max"),
    *("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"),
)
_RECORD = re.compile(r"vethlab-([0-9a-f]{8})-")


@dataclass(frozen=True, slots=True)
class HostState:
    """Each a set of lines; `left` is what testbeds without an owner have left: processes, cgroups, folders, mounts."""

    files: frozenset[str]
    links: frozenset[str]
    rules: frozenset[str]
    routes: frozenset[str]
    mounts: frozenset[str]
    namespaces: frozenset[str]
    settings: frozenset[str]
    left: frozenset[str]

    @classmethod
    def now(cls) -> HostState:
        """As it is."""
        return cls(
            files=_files(),
            links=_run("ip", "-o", "link"),
            rules=_run("iptables-save", without="#|:") | _run("ip6tables-save", without="#|:"),
            routes=_run("ip", "route", "show", "table", "all") | _run("ip", "rule"),
            mounts=frozenset(Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()),
            namespaces=frozenset(os.listdir("/run/netns")) if Path("/run/netns").exists() else frozenset(),
            settings=frozenset(f"{name} {_text(Path('/proc/sys', name))}" for name in SETTINGS),
            left=frozenset(_left()),
        )

    def changes(self, seconds: float = 10.0) -> list[str]:
        """What is there now and was not, or is not and was, a line each; what is ending gets `seconds` to be gone.

        Other tests kill owners of engines: what the next command would clear away is cleared away before the last look.
        """
        deadline = time.monotonic() + seconds
        while (found := self._changes(HostState.now())) and time.monotonic() < deadline:
            time.sleep(0.1)
        if found:
            sweep()
        return found and self._changes(HostState.now())

    def _changes(self, now: HostState) -> list[str]:
        were = replace(self, left=self.left & now.left)  # of what was left before, others may have cleared away some
        pairs = ((each.name, getattr(were, each.name), getattr(now, each.name)) for each in fields(self))
        return [line for name, was, is_now in pairs for line in _compared(name, was, is_now)]


def _compared(kind: str, before: frozenset[str], now: frozenset[str]) -> Iterable[str]:
    yield from (f"{kind}: + {line}" for line in sorted(now - before))
    yield from (f"{kind}: - {line}" for line in sorted(before - now))


def _files() -> frozenset[str]:
    deep = (line for place in PLACES for line in _below(Path(place), depth=4))
    flat = (line for place in FLAT for line in _below(Path(place), depth=1, names_only=True))
    return frozenset((*deep, *flat))


def _below(top: Path, *, depth: int, names_only: bool = False) -> frozenset[str]:
    """Path, mode, owner, size and time of the last change of everything below a folder; links are not followed."""
    found: set[str] = set()
    folders = [(str(top), depth)] if top.exists() else []
    while folders:
        folder, left = folders.pop()
        with os.scandir(folder) as entries:
            for each in entries:
                found.add(each.path if names_only else _told(each))
                if left > 1 and each.is_dir(follow_symlinks=False):
                    folders.append((each.path, left - 1))
    return frozenset(found)


def _told(entry: os.DirEntry[str]) -> str:
    was = entry.stat(follow_symlinks=False)
    changed = 0 if entry.is_dir(follow_symlinks=False) else was.st_mtime_ns
    return f"{entry.path} {was.st_mode:o} {was.st_uid} {was.st_gid} {was.st_size if changed else 0} {changed}"


def _left() -> list[str]:
    """What nobody looks after any more: of confined servers (their users are nobody else's) and of other testbeds."""
    living = {name for name in records.names() if records.owned(name) or records.held(name)} | _elsewhere()
    cgroups = (*CGROUPS.glob("vethlab-*"), *CGROUPS.glob("*/vethlab-*"))
    return [
        *(f"cgroup {each}" for each in cgroups if _named(each.name) not in living),
        *(f"folder {each}" for each in records.names() if each not in living),
        *(f"process {pid}" for pid in _strangers() if not _owned(pid, living)),
        *(f"mount {line}" for line in _text(Path("/proc/self/mountinfo")).splitlines() if f"{run_dir()}/" in line),
    ]


def _elsewhere() -> set[str]:
    """Testbeds that run, also those of tests with a run folder of their own: as their dockerd shows."""
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and _text(each / "comm") == "dockerd":
            found |= set(_RECORD.findall(_text(each / "cmdline") + _text(each / "cgroup")))
    return found


def _named(name: str) -> str:
    found = _RECORD.match(name)
    return found[1] if found else name


def _strangers() -> list[str]:
    """The processes of users that only confined servers have."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                if each.stat().st_uid >= FIRST_USER:
                    found.append(each.name)
            except FileNotFoundError:
                continue
    return found


def _owned(pid: str, living: Iterable[str]) -> bool:
    """Whether a process is in a cgroup of a testbed that lives, or has its lock open, as the holder of a LAN has."""
    told = _text(Path("/proc", pid, "cgroup"))
    try:
        told += "".join(os.readlink(each) for each in Path("/proc", pid, "fd").iterdir())
    except OSError:
        return True  # it has just ended
    return any(name in told for name in living)


def _run(*argv: str, without: str = "$^") -> frozenset[str]:
    """The lines of a command's output, those that begin with `without` aside: counters and dates."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True)
    return frozenset(line.rstrip() for line in done.stdout.splitlines() if not re.match(without, line))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
