"""Sockets and commands in another network namespace, through a thread that enters it and ends.

Only the thread changes its namespace; a socket belongs for good to the one it was made in. `os.setns` is
Python 3.12's, so the call is made through libc.
"""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from runner.engine.faults import started

_CLONE_NEWNET = 0x40000000  # sched.h
_CLONE_NEWUTS = 0x04000000
T = TypeVar("T")


def entered(namespace: Path, act: Callable[[], T], kind: int = _CLONE_NEWNET) -> T:
    """What `act` returns or raises, called inside the network namespace that `namespace` (…/ns/net) leads to.

    Raises OSError where it cannot be entered.
    """

    def inside() -> T:
        _enter(namespace, kind)
        return act()

    return started(inside).result()


def _enter(namespace: Path, kind: int) -> None:
    handle = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc().setns(handle, kind) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(namespace))
    finally:
        os.close(handle)


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def hostname(namespace: Path) -> str:
    """The host name of the UTS namespace that `namespace` (…/ns/uts) leads to."""
    return entered(namespace, lambda: os.uname().nodename, _CLONE_NEWUTS)
