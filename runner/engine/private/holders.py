"""Processes that hold the namespaces of a testbed: starting them, waiting for them, ending them."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.words import listed, say
from runner.engine.environ import SYSTEM_PATH
from runner.engine.places import run_dir
from runner.engine.private import cgroups
from runner.errors import EngineFailed, NotHere
from runner.plain import clean_text, one_line

TOOLS = ("dockerd", "ip", "iptables", "unshare", "nsenter", "mount", "pivot_root")
END_SECONDS = 15.0
CAP_NET_ADMIN, CAP_SYS_ADMIN = 12, 21  # linux/capability.h


@dataclass(frozen=True)
class Ties:
    """Open files for holders: the `lifeline` to this process, which they read from, and `locks`, which they keep."""

    lifeline: int
    locks: tuple[int, ...]


def require(*, confined: bool = False) -> None:
    """`NotHere` where a private engine cannot be: not Linux, not root, or tools are lacking."""
    external = say("name an engine that runs: --engine unix:///var/run/docker.sock")
    if not sys.platform.startswith("linux"):
        raise NotHere(say("private engines need Linux"), hint=external)
    if os.geteuid() != 0:
        raise NotHere(say("private engines need root"), hint=say("sudo vethlab …, or {external}", external=external))
    if not _may_unshare():
        raise NotHere(say("private engines need CAP_SYS_ADMIN and CAP_NET_ADMIN, as on a machine of its own"), external)
    tools = (*TOOLS, "setpriv") if confined else TOOLS
    lacking = [tool for tool in tools if shutil.which(tool, path=SYSTEM_PATH) is None]
    if lacking:
        raise NotHere(say("private engines need {tools}", tools=listed(lacking)), hint="vethlab doctor")


def _may_unshare() -> bool:
    """Whether root is as mighty as on a machine of its own; in a container it mostly is not."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:"))
    return all(effective & 1 << capability for capability in (CAP_NET_ADMIN, CAP_SYS_ADMIN))


def spawn(
    machine: str,
    values: Mapping[str, object],
    ties: Ties,
    *,
    out: int,
    log: int,
    inside: Sequence[str] = ("unshare", "--net"),
) -> subprocess.Popen[bytes]:
    """Start `boot.sh`'s machine of that name in a session of its own, `inside` new namespaces."""
    text = Path(__file__).with_name("boot.sh").read_text(encoding="utf-8")
    environ = {"PATH": SYSTEM_PATH, "HOME": "/root", "LC_ALL": "C", "SCRIPT": text}
    return subprocess.Popen(
        [*inside, "sh", "-c", text, "boot", machine],
        env=environ | {name: str(value) for name, value in values.items()},
        stdin=ties.lifeline,
        stdout=out,
        stderr=log,
        pass_fds=ties.locks,
        start_new_session=True,  # a ^C at the terminal is vethlab's to answer
    )


def log_tail(path: Path, lines: int = 3) -> str:
    """The last lines of a log as one line, without control characters."""
    last = [one_line(line) for line in clean_text(path.read_bytes()[-4000:]).splitlines() if line.strip()][-lines:]
    return " / ".join(last) or say("its log is empty")


def all_ended(processes: Iterable[subprocess.Popen[bytes]], seconds: float = END_SECONDS) -> bool:
    """Wait for our own children; whether all have ended in time."""
    deadline = time.monotonic() + seconds
    try:
        for each in processes:
            each.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def kill_holders(record: str, seconds: float = END_SECONDS) -> None:
    """Kill what still holds the record's lock and wait until it is gone. `EngineFailed` if something stays."""
    lock = run_dir() / record / "held.lock"
    deadline = time.monotonic() + seconds
    cgroups.thaw(record)
    while pids := [*_openers(lock), *cgroups.engine_processes(f"vethlab-{record}-")]:
        if time.monotonic() > deadline:
            raise EngineFailed(say("processes {pids} of a private engine do not end", pids=listed(pids)))
        _kill([pid for pid in pids if _inner(pid)] or pids, deadline)


def _inner(pid: int) -> bool:
    """Whether it is in another pid namespace: whoever waits for it outside should see it end, and end by itself."""
    try:
        return os.stat(f"/proc/{pid}/ns/pid").st_ino != os.stat("/proc/self/ns/pid").st_ino
    except FileNotFoundError:
        return False


def _kill(pids: list[int], deadline: float) -> None:
    """SIGKILL to each, by a descriptor that cannot come to mean another process, and a wait for their ends."""
    descriptors = [descriptor for pid in pids if (descriptor := _descriptor(pid)) is not None]
    try:
        for each in descriptors:
            _signal(each)
        for each in descriptors:
            select.select([each], [], [], max(0.0, deadline - time.monotonic()))
    finally:
        for each in descriptors:
            os.close(each)


def _descriptor(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _signal(descriptor: int) -> None:
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        return  # ended by itself


def _openers(path: Path) -> list[int]:
    """The processes, this one aside, that hold a file open."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and int(each.name) != os.getpid() and _opens(each / "fd", str(path)):
            found.append(int(each.name))
    return found


def _opens(folder: Path, path: str) -> bool:
    try:
        return any(os.readlink(folder / each) == path for each in os.listdir(folder))
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False  # it has just ended, or it is a kernel thread
