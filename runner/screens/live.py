"""The checklist on a terminal: redrawn when something changes, ended by `q`. The terminal is given back whole."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from runner.interrupt import undisturbed
from runner.screens.checklist import Checklist
from runner.screens.console import shows
from runner.session.watch import Watch, Watched

_GLANCE = 0.2  # seconds between looks at the terminal's size
_ENDING = 2.0  # seconds for a look under way to end
_WHOLE = "\x1b[?25h\x1b[?1049l"  # cursor shown, the first screen (xterm, ctlseqs)


def watch_live(watch: Watch) -> None:
    """Shows the lab until `q`. Raises what ends the watch: KeyboardInterrupt, an engine that is not there at first."""
    watch.maps = True
    events = watch.events()
    first = next(events)  # raises where no engine is, before the screen is taken
    checklist = Checklist(watch.lab, letters=shows("✔●○◇▸–…·✘"))  # noqa: RUF001
    checklist.hear(first)
    _Live(watch, events, checklist).run()
    print(checklist.ending())


class _Live:
    """The watch in a thread of its own, its events drawn and keys read here."""

    def __init__(self, watch: Watch, events: Iterator[Watched], checklist: Checklist) -> None:
        self.watch, self.events, self.checklist = watch, events, checklist
        self.heard: SimpleQueue[Watched | BaseException] = SimpleQueue()
        self.bell, self.ring = os.pipe()
        self.console = Console(markup=False, highlight=False, emoji=False)
        self.suspended = False

    def run(self) -> None:
        thread = threading.Thread(target=self._follow, daemon=True)
        thread.start()
        try:
            while self._sit():
                signal.raise_signal(signal.SIGSTOP)
        finally:
            self.watch.stop()
            thread.join(_ENDING)

    def _follow(self) -> None:
        try:
            for event in self.events:
                self._tell(event)
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            self._tell(error)

    def _tell(self, event: Watched | BaseException) -> None:
        self.heard.put(event)
        os.write(self.ring, b"!")

    def _sit(self) -> bool:
        """Shows it until a key or an error ends it (False), or the shell's ctrl-z does (True)."""
        self.suspended = False
        with _on_stop(self._suspend), _keys() as keys, _screen(self.console) as live:
            size, changed = None, True
            while not self.suspended:
                if changed or size != shutil.get_terminal_size():
                    size = shutil.get_terminal_size()
                    self._draw(live, size)
                ready, _, _ = select.select([self.bell, *keys], [], [], _GLANCE)
                changed = self.bell in ready and self._take()
                if any(each in ready for each in keys) and _asks_to_end(keys[0]):
                    return False
        return True

    def _suspend(self) -> None:
        self.suspended = True

    def _take(self) -> bool:
        """Hears what was told; whether there was something. Raises what ended the watch."""
        os.read(self.bell, 4096)
        came = False
        with suppress(Empty):
            while True:
                event = self.heard.get_nowait()
                if isinstance(event, BaseException):
                    raise event
                self.checklist.hear(event)
                came = True
        return came

    def _draw(self, live: Live, size: os.terminal_size) -> None:
        lines = self.checklist.lines(size.columns, size.lines)
        for line in lines:
            line.no_wrap = True
        with undisturbed():  # an escape sequence is written whole
            live.update(Group(*lines), refresh=True)


@contextmanager
def _screen(console: Console) -> Iterator[Live]:
    """The terminal's other screen; whatever ends it, the first one is there again, with its cursor."""
    live = Live(Text(), console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
    try:
        with live:
            yield live
    finally:
        with suppress(OSError):  # the terminal may be gone
            sys.stdout.write(_WHOLE)
            sys.stdout.flush()


@contextmanager
def _keys() -> Iterator[list[int]]:
    """The descriptor to read keys from, each as it is typed and unseen; none where stdin is no terminal."""
    if not sys.stdin.isatty():
        yield []
        return
    keys = sys.stdin.fileno()
    before = termios.tcgetattr(keys)
    try:
        tty.setcbreak(keys)
        yield [keys]
    finally:
        with suppress(termios.error):
            termios.tcsetattr(keys, termios.TCSADRAIN, before)


@contextmanager
def _on_stop(act: Callable[[], None]) -> Iterator[None]:
    """ctrl-z gives the terminal back before it stops."""
    before = signal.signal(signal.SIGTSTP, lambda _number, _frame: act())
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)


def _asks_to_end(keys: int) -> bool:
    """Whether `q` was typed, or nobody is left to type."""
    typed = os.read(keys, 64)
    return not typed or any(each in typed for each in (b"q", b"Q", b"\x04"))
