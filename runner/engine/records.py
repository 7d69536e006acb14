"""What vethlab started and must end: one folder in run_dir() for each testbed.

A folder `a1b2c3d4` holds `record.json`, the sockets and logs, and two locks. `owner.lock` is held by the process that
started it, until that ends. `held.lock` is an open file of every process of the testbed's machines, and so locked until
the last of them has ended: pids are used again, open files are not.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runner.engine.places import run_dir

_NAME = re.compile("[0-9a-f]{8}")  # of a folder, as `create` makes it


@dataclass(frozen=True)
class Process:
    """A process, told from a later one of the same pid by when it started (clock ticks after boot)."""

    pid: int
    start: int

    @property
    def alive(self) -> bool:
        return started(self.pid) == self.start


@dataclass(frozen=True)
class Record:
    """A testbed as another process finds it: how many servers, its LAN's holder, the parents of its machines."""

    name: str
    lasting: bool
    servers: int
    ready: bool
    owner: Process
    holders: tuple[Process, ...] = ()  # the LAN's first, then one a server

    @property
    def folder(self) -> Path:
        return run_dir() / self.name

    def cgroup(self, server: str) -> str:
        """The cgroup that all containers of a server are in."""
        return f"/vethlab-{self.name}-{server}"

    def write(self) -> None:
        """Put it into its folder, whole or not at all."""
        text = json.dumps({**vars(self), "owner": vars(self.owner), "holders": [vars(each) for each in self.holders]})
        draft = self.folder / "record.new"
        draft.write_text(text, encoding="utf-8")
        draft.rename(self.folder / "record.json")


def started(pid: int) -> int | None:
    """When a process started, in clock ticks after boot; None if there is none, or only its remains (proc(5), stat)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def process(pid: int) -> Process:
    """The process of that pid as it is now."""
    return Process(pid, started(pid) or 0)


def create(*, servers: int, lasting: bool) -> tuple[Record, int]:
    """A new record in a folder of its own, and the file descriptor that holds its owner's lock."""
    record = Record(secrets.token_hex(4), lasting, servers, ready=False, owner=process(os.getpid()))
    with locked(run_dir() / "lock"):  # else a sweep could come between the folder and its lock
        record.folder.mkdir(mode=0o700)
        owner = os.open(record.folder / "owner.lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(owner, fcntl.LOCK_EX)
    record.write()
    return record, owner


def read(name: str) -> Record | None:
    """The record of that name; None if it has none, or none that was finished."""
    try:
        data = json.loads((run_dir() / name / "record.json").read_text(encoding="utf-8"))
        data["owner"] = Process(**data["owner"])
        data["holders"] = tuple(Process(**each) for each in data["holders"])
        return Record(**data)
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError):
        return None  # half made, or by another version


def names() -> list[str]:
    """The folders that are there, finished or not. One without a lock was begun or half removed by a killed process."""
    return sorted(each.name for each in run_dir().iterdir() if _NAME.fullmatch(each.name))


def lasting() -> list[Record]:
    """The records of engines that stay, those that run."""
    found = [read(name) for name in names()]
    return [each for each in found if each and each.lasting and each.ready and held(each.name)]


def lives_for_labs(record: Record) -> Path:
    """A file that is there when the engines were started for labs that students work on, and end with the last one."""
    return record.folder / "for-labs"


def owned(name: str) -> bool:
    """Whether the process that made the record still lives."""
    return _busy(run_dir() / name / "owner.lock")


def held(name: str) -> bool:
    """Whether a process of the record's machines still runs."""
    return _busy(run_dir() / name / "held.lock")


def remove(name: str) -> None:
    """Forget a record; its machines have ended."""
    shutil.rmtree(run_dir() / name, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, waiting for whoever holds it."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def taken(path: Path) -> Iterator[bool]:
    """Hold a lock file if it is free; whether it was. One that does not exist is free."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        yield True
        return
    try:
        yield _got(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _busy(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        return not _got(descriptor, fcntl.LOCK_SH)  # shared: who only looks does not look like a holder
    finally:
        os.close(descriptor)


def _got(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
