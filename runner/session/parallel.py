"""Labs played side by side, each on an engine of its own, or in turn on one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from queue import SimpleQueue

from checks.words import say
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, VethlabError
from runner.interrupt import undisturbed
from runner.lab.model import Lab
from runner.session.events import Event, Progressed
from runner.session.play import play, unplayed
from runner.trace import keep as keep_trace

AT_ONCE = 6  # engines wait more than they work; see the figures in the documentation
Opener = Callable[[Lab, Callable[[str], None]], Testbed]


def side_by_side(labs: Sequence[Lab], opener: Opener, *, keep: bool = False, at_once: int = AT_ONCE) -> Iterator[Event]:
    """The events of all labs, mingled. Closing the generator, or an interrupt, ends every engine."""
    crew = _Crew(opener, keep, threading.Semaphore(at_once))
    threads = [threading.Thread(target=crew.work, args=(lab,), daemon=True) for lab in labs]
    left = len(threads)
    try:
        for thread in threads:
            thread.start()
        while left:
            event = crew.events.get()
            if event is None:
                left -= 1
            else:
                yield event
    finally:
        with undisturbed():
            crew.end(threads)


def in_turn(labs: Iterable[Lab], testbed: Testbed, *, keep: bool = False) -> Iterator[Event]:
    """The events of labs played one after the other on one engine."""
    for lab in labs:
        try:
            with closing(play(lab, testbed, keep=keep)) as events:
                yield from events
        except VethlabError as error:
            yield from unplayed(lab, testbed.kind, error)


@dataclass
class _Crew:
    """The threads' common ground. `None` in `events` says that one of them is done."""

    opener: Opener
    keep: bool
    seats: threading.Semaphore
    events: SimpleQueue[Event | None] = field(default_factory=SimpleQueue)
    stopped: bool = False
    open: list[Testbed] = field(default_factory=list)

    def work(self, lab: Lab) -> None:
        """Plays one lab from its engine's start to its end. Whatever goes wrong is told as events."""
        with self.seats:
            try:
                self._play(lab)
            except VethlabError as error:
                self._tell(unplayed(lab, "private", error))
            except Exception as error:  # noqa: BLE001  # a bug ends this lab, not the others, and never as a pass
                what = say("this is a bug in vethlab: {kind}: {error}", kind=type(error).__name__, error=error)
                hint = say("the full trace is in {file}", file=keep_trace(error))
                self._tell(unplayed(lab, "private", EngineFailed(what, hint)))
            finally:
                self.events.put(None)

    def end(self, threads: Sequence[threading.Thread], seconds: float = 10.0) -> None:
        """Ends all engines, also those of a thread that is stuck; waits for the threads, but not for ever."""
        self.stopped = True
        enders = [threading.Thread(target=each.close, daemon=True) for each in self.open]
        for each in enders:
            each.start()
        for each in [*enders, *threads]:
            if each.ident is not None:
                each.join(seconds)

    def _play(self, lab: Lab) -> None:
        if self.stopped:
            return
        testbed = self.opener(lab, lambda note: self.events.put(Progressed(lab.name, note)))
        self.open.append(testbed)
        try:
            self._tell(play(lab, testbed, keep=self.keep))
            if self.keep and not self.stopped:
                self.open.remove(testbed)
        finally:
            if testbed in self.open:
                testbed.close()

    def _tell(self, events: Iterator[Event]) -> None:
        for event in events:
            if self.stopped:
                return
            self.events.put(event)
