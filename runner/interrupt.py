"""SIGINT, SIGTERM and SIGHUP as one KeyboardInterrupt, held back while something must not be cut short."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _State:
    held = 0
    pending = False


def listen() -> None:
    """From now on the first of these signals raises KeyboardInterrupt in the main thread; later ones are ignored.

    One that came before, while `./vethlab` had them wait, raises it here.
    """
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup's wish stands
            signal.signal(number, _arrived)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _arrived(_number: int, _frame: FrameType | None) -> None:
    if _State.held:
        _State.pending = True
        return
    _raise()


def _raise() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def undisturbed() -> Iterator[None]:
    """A block that signals do not cut short: they take effect at its end. What is inside must be bounded in time.

    Signals arrive in the main thread alone, so in another one this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _State.held += 1
    try:
        yield
    finally:
        _State.held -= 1
        if _State.pending and not _State.held:
            _State.pending = False
            _raise()


def stop_listening() -> None:
    """From now on these signals are ignored: the work is done, and what is left is to say so."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
