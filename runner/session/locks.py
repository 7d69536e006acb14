"""One writer at a time, waited for as long as a person would."""

from __future__ import annotations

import fcntl
import time


def taken(descriptor: int, seconds: float) -> bool:
    """Whether an open file's exclusive lock could be had within the time; it is held until the file is closed."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        else:
            return True
