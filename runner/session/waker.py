"""Whether the engine has changed since one asked last, through its restarts."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from runner.engine.changes import Changes
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed


class Waker:
    """Follows an engine's events; when the engine goes away and comes back, from then on again."""

    def __init__(self, testbed: Testbed) -> None:
        self._testbed = testbed
        self._changes: Changes | None = None

    def __enter__(self) -> Self:
        self._follow()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._let_go()

    def changed(self, seconds: float) -> bool:
        """Whether something changed, now or within `seconds`; an engine that cannot be followed may have."""
        if self._changes is None:
            self._follow()
            return True
        try:
            return self._changes.wait(seconds)
        except EngineFailed:
            self._let_go()
            self._follow()
            return True

    def _follow(self) -> None:
        try:
            self._changes = Changes(self._testbed)
        except EngineFailed:
            self._changes = None
            return
        for server in self._testbed.servers:
            server.docker.heard()

    def _let_go(self) -> None:
        if self._changes:
            self._changes.close()
        self._changes = None
