"""Whether something changed on the engines: their events, one waking for each burst of them.

What only looks never wakes: execs, health checks, and all that vethlab's own helper containers do.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Self

from runner.engine import faults
from runner.engine.docker import HELPER, Docker, Events, Json
from runner.engine.testbed import Server, Testbed
from runner.errors import EngineFailed

_QUIET = 0.02  # seconds without an event that end a burst
_LONGEST = 0.06  # seconds after which a burst is told although it goes on
_PULSE = 1.0  # seconds between signs of life: an engine that hangs closes no connection
_DEAF = 4.0  # seconds that it may take to give one
_ENDING = 2.0  # seconds for a thread to end in
_KINDS = ("container", "network")
_LOOKS = frozenset(("attach", "detach", "resize", "top", "copy", "export", "commit", "archive-path", "extract-to-dir"))


class Changes:
    """Follows every engine of a testbed from now on. Raises EngineFailed where one cannot be followed.

    An engine that goes away, hangs or talks nonsense makes each `wait` from then on raise: to go on with it when it is
    back, make another one. `close` ends the threads; it may be called from any thread, and wakes the one that waits.
    """

    def __init__(self, testbed: Testbed) -> None:
        self._news = threading.Condition()
        self._first: float | None = None  # the times of a burst's events
        self._last = 0.0
        self._failed: EngineFailed | None = None
        self._over = threading.Event()
        self._streams: list[_Stream] = []
        self._threads: list[threading.Thread] = []
        try:
            for server in testbed.servers:
                self._streams.append(_Stream(server))
        except BaseException:
            self.close()
            raise
        work = [(self._read, stream) for stream in self._streams] + [(self._feel, stream) for stream in self._streams]
        self._threads = [threading.Thread(target=each, args=(stream,), daemon=True) for each, stream in work]
        for thread in self._threads:
            thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether something changed since the last call, or changes within `seconds`. Raises EngineFailed.

        It returns when the burst of events is over, at most a moment later.
        """
        with self._news:
            self._news.wait_for(lambda: self._first or self._ended(), seconds)
            while self._first and not self._ended() and (left := self._burst_ends(self._first) - time.monotonic()) > 0:
                self._news.wait(left)
            came, self._first = self._first is not None, None
            if self._failed and not self._over.is_set():
                raise EngineFailed(self._failed.what, self._failed.hint) from self._failed
            return came

    def _ended(self) -> bool:
        return self._failed is not None or self._over.is_set()

    def _burst_ends(self, first: float) -> float:
        return min(self._last + _QUIET, first + _LONGEST)

    def close(self) -> None:
        """Ends it, once; a `wait` under way returns."""
        self._over.set()
        with self._news:
            self._news.notify_all()
        for stream in self._streams:
            stream.close()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_ENDING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # --- the threads, two an engine

    def _read(self, stream: _Stream) -> None:
        """Takes in an engine's events."""
        try:
            for event in stream.events:
                if stream.matters(event):
                    self._tell_change()
        except EngineFailed as failed:
            self._tell_failure(failed)

    def _feel(self, stream: _Stream) -> None:
        """Asks an engine for a sign of life, again and again."""
        try:
            while not self._over.wait(_PULSE):
                stream.docker.ping()
        except EngineFailed as failed:
            self._tell_failure(failed)

    def _tell_change(self) -> None:
        with self._news:
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._news.notify_all()

    def _tell_failure(self, failed: EngineFailed) -> None:
        with self._news:
            self._failed = self._failed or failed
            self._news.notify_all()


class _Stream:
    """One engine's events, over a connection of their own: a hang that is felt here makes nobody else deaf."""

    def __init__(self, server: Server) -> None:
        self.docker = Docker(server.url, certs=server.certs, verify=server.verify, limit=_DEAF)
        try:
            self.events: Events = self.docker.events({"type": _KINDS})
            try:
                there = self.docker.containers(labels=[HELPER])
            except BaseException:
                self.events.close()
                raise
        except BaseException:
            self.docker.close()
            raise
        # A network's event tells the container's id alone. Those that ended long ago are pushed out.
        self._helpers = deque((str(each["Id"]) for each in there), maxlen=500)

    def matters(self, event: Json) -> bool:
        """Whether the event is about what a student may have done."""
        action = str(event["Action"]).partition(":")[0]
        actor = event.get("Actor")
        about = actor.get("Attributes") if isinstance(actor, dict) else None
        facts = about if isinstance(about, dict) else {}
        if event["Type"] == "network":
            return facts.get("container") not in self._helpers
        if HELPER in facts:
            self._remember(str(actor.get("ID")) if isinstance(actor, dict) else "")
            return False
        return not (action.startswith(("exec_", "health_status")) or action in _LOOKS)

    def _remember(self, helper: str) -> None:
        if helper not in self._helpers:
            self._helpers.append(helper)

    def close(self) -> None:
        """Within a time: over ssh a stream cannot always be shut down under its reader."""
        faults.over(faults.started(self._close), _ENDING)

    def _close(self) -> None:
        with suppress(EngineFailed):
            self.events.close()
        self.docker.close()
