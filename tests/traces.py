"""What private engines are made of, as the kernel and the file system show it, to see that nothing of them stays."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runner.engine.private.sweep import cgroups
from runner.engine.records import Process, process
from runner.engine.testbed import Testbed


@dataclass(frozen=True)
class Host:
    """The parts of this machine that private engines must leave alone."""

    mounts: str
    links: str
    rules: str
    files: frozenset[str]

    @classmethod
    def now(cls) -> Host:
        """As it is now. Other tests' engines run meanwhile, and must not show either."""
        return cls(
            mounts=_sorted(Path("/proc/self/mountinfo").read_text(encoding="utf-8")),
            links=_sorted(_run("ip", "-o", "link")),
            rules="".join(line for line in _run("iptables-save").splitlines(True) if not line.startswith("#")),
            files=frozenset(
                str(each) for top in ("/etc/docker", "/opt", "/var/lib/docker", "/run/docker") for each in _below(top)
            ),
        )


@dataclass(frozen=True)
class Traces:
    """All that a running testbed is: its name, and its processes with those of its containers."""

    name: str
    processes: frozenset[Process]

    @classmethod
    def of(cls, testbed: Testbed) -> Traces:
        return cls.named(testbed.name)

    @classmethod
    def named(cls, name: str) -> Traces:
        return cls(name, frozenset(process(pid) for pid in _pids() if _belongs(pid, name)))

    def left(self) -> list[str]:
        """What of it is still there. A namespace lives as long as a process, a mount or an open file of one does."""
        return [
            *(f"process {each.pid}" for each in self.processes if each.alive),
            *(f"process {pid}" for pid in _pids() if _belongs(pid, self.name)),
            *(str(each) for each in cgroups(f"vethlab-{self.name}-")),
            *(line for line in _text("/proc/self/mountinfo").splitlines() if self.name in line),
            *(str(each) for each in Path("/run/vethlab").glob(f"{self.name}*")),
        ]


def ended(processes: Iterable[Process], seconds: float = 15) -> bool:
    """Wait until none of them lives; whether that came in time."""
    deadline = time.monotonic() + seconds
    return all(_ends(each, deadline) for each in processes)


def _ends(one: Process, deadline: float) -> bool:
    try:
        descriptor = os.pidfd_open(one.pid)
    except ProcessLookupError:
        return True
    try:
        if one.alive:
            select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        return not one.alive
    finally:
        os.close(descriptor)


def _belongs(pid: int, name: str) -> bool:
    """Whether a process is in a testbed's mount namespace, in one of its cgroups, or has one of its files open."""
    if pid == os.getpid():
        return False
    try:
        files = [os.readlink(f"/proc/{pid}/fd/{each}") for each in os.listdir(f"/proc/{pid}/fd")]
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # it has ended, or is not for root to see
        return False
    return any(name in text for text in (_text(f"/proc/{pid}/mountinfo"), _text(f"/proc/{pid}/cgroup"), *files))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _pids() -> list[int]:
    return [int(each) for each in os.listdir("/proc") if each.isdigit()]


def _below(top: str) -> list[Path]:
    return [Path(top), *Path(top).rglob("*")] if Path(top).exists() else []


def _sorted(text: str) -> str:
    return "\n".join(sorted(text.splitlines()))


def _run(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True).stdout
