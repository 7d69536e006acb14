"""Clearing away what killed processes left. Namespaces, mounts and links end with their processes; cgroups do not."""

from __future__ import annotations

import errno
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from checks.words import say
from runner.engine import install, records
from runner.engine.places import run_dir
from runner.engine.private import holders
from runner.engine.private.cgroups import CGROUPS
from runner.errors import EngineFailed

SECONDS = 10.0
_DESK = re.compile(r"desk-(\d+)-(\d+)-.+")


def sweep() -> int:
    """End and forget every testbed whose owner is dead and that is not to stay; how many there were."""
    install.clear_away()
    _clear_desks()
    with records.locked(run_dir() / "lock"):  # a folder that is seen then has its owner's lock already
        names = records.names()
    return sum(_swept(name) for name in names)


def _clear_desks() -> None:
    """Takes away the folders `desk-PID-START-…` of students' sessions whose process is gone."""
    for folder in run_dir().iterdir():
        named = _DESK.fullmatch(folder.name)
        if named and records.started(int(named[1])) != int(named[2]):
            shutil.rmtree(folder, ignore_errors=True)


def _swept(name: str) -> bool:
    """Whether it was cleared away, by this process; where another one is at it, it is waited for."""
    deadline = time.monotonic() + SECONDS
    while True:
        with records.taken(run_dir() / name / "owner.lock") as free:
            if free:
                return _cleared(name)
        if _in_use(name) or time.monotonic() > deadline:
            return False
        time.sleep(0.005)


def _in_use(name: str) -> bool:
    record = records.read(name)
    return record is not None and record.owner.alive


def _cleared(name: str) -> bool:
    if not (run_dir() / name).exists() or _stays(name):
        return False
    holders.kill_holders(name)
    forget(name)
    return True


def _stays(name: str) -> bool:
    record = records.read(name)
    return record is not None and record.lasting and record.ready and records.held(name)


def forget(name: str) -> None:
    """Remove the cgroups and the record of a testbed whose processes have ended."""
    deadline = time.monotonic() + SECONDS
    for each in cgroups(f"vethlab-{name}-"):
        _remove(each, deadline)
    records.remove(name)


def cgroups(prefix: str) -> list[Path]:
    """The cgroups, of all v1 hierarchies or of v2, whose name begins so; inner ones first."""
    tops = [*CGROUPS.glob(f"{prefix}*"), *CGROUPS.glob(f"*/{prefix}*")]
    return [each for top in tops for each in _inner_first(top)]


def _inner_first(folder: Path) -> Iterator[Path]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _inner_first(each)
    yield folder


def _remove(folder: Path, deadline: float) -> None:
    """Remove one cgroup; the kernel says "busy" until the last process in it is fully gone."""
    while True:
        try:
            return folder.rmdir()
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise EngineFailed(
                    say("cannot remove the cgroup {folder}: {reason}", folder=folder, reason=error.strerror)
                ) from error
        time.sleep(0.005)
