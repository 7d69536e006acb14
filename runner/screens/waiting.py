"""What is shown on stderr while one waits. Standard library alone: it is needed before anything is installed."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from runner.plain import one_line

_EVERY = 10.0  # seconds between lines where there is no terminal


@contextmanager
def waiting(stream: TextIO | None = None) -> Iterator[Callable[[str], None]]:
    """A function to tell what is going on.

    On a terminal one line that changes, with the seconds passed, and gone at the end; elsewhere a line at once and then
    one every ten seconds.
    """
    stream = stream or sys.stderr
    redraws = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    shown = _Terminal(stream) if redraws else _Plain(stream)
    over = threading.Event()
    clock = threading.Thread(target=_tick, args=(shown, over), daemon=True)
    clock.start()
    try:
        yield shown.tell
    finally:
        over.set()
        clock.join()
        shown.end()


def _tick(shown: _Plain, over: threading.Event) -> None:
    while not over.wait(1.0):
        shown.show()


class _Plain:
    def __init__(self, stream: TextIO) -> None:
        self.stream, self.line, self.began = stream, "", time.monotonic()
        self._next = self.began
        self._lock = threading.Lock()

    def tell(self, line: str) -> None:
        self.line = line
        self.show()

    def show(self) -> None:
        with self._lock:
            if self.line and time.monotonic() >= self._next:
                self._next = time.monotonic() + _EVERY
                seconds = round(time.monotonic() - self.began)
                text = f"{self.line} ({seconds} s)" if seconds else self.line
                print(one_line(text), file=self.stream, flush=True)

    def end(self) -> None:
        """Nothing is left to take away."""


class _Terminal(_Plain):
    def show(self) -> None:
        text = f"{time.monotonic() - self.began:4.0f} s  {self.line}"
        print("\r\x1b[K" + one_line(text, shutil.get_terminal_size().columns - 1), end="", file=self.stream, flush=True)

    def end(self) -> None:
        print("\r\x1b[K", end="", file=self.stream, flush=True)
