"""Containers made, started and ended as typed fields ask for it, each wait within the time of its line."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, TypeVar

from checks.words import say
from runner.docker_requests.model import ChangeState, Listen, MakeContainer
from runner.engine import bodies, faults
from runner.engine.bodies import NotAsked, ReplayLimits
from runner.engine.docker import Docker, Json, Refused
from runner.errors import EngineFailed
from runner.plain import one_line

if TYPE_CHECKING:
    from runner.engine.sdk import Client

T = TypeVar("T")

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}")
_SIGNALS = ("KILL", "TERM", "INT", "HUP", "STOP", "CONT")
_HEEDED = ("TERM", "INT", "HUP")  # signals of which a program makes what it will
_DYING = 0.5  # seconds that a process gets to heed a signal
_GOING = 2.0  # seconds until a container that ended is to be gone
_PAUSE = 0.02
_LEAST_WAIT = 0.1


class LimitMet(Exception):
    """A limit stands in the way; its words say which. `changed`: something may be another than before all the same."""

    def __init__(self, what: str, *, changed: bool = False) -> None:
        super().__init__(what)
        self.changed = changed


def named(*names: str) -> None:
    """Whether they may stand in a request's path: the grammar lets nothing else through. Raises NotAsked."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise NotAsked(say("{name} is no name", name=one_line(name, 40)))


@dataclass(frozen=True)
class Told:
    """An engine that is told what one line asks for, until the time `ends` (monotonic) of that line."""

    docker: Docker
    limits: ReplayLimits
    ends: float

    def tell(self, work: Callable[[Client], T]) -> T:
        """One request, within the line's time. Raises Refused, EngineFailed, LimitMet."""
        if time.monotonic() >= self.ends:
            seconds = round(self.limits.line_seconds)
            raise LimitMet(say("no more than {seconds} s a line", seconds=seconds), changed=True)
        return self.docker.tell(say("the engine did not do it"), work)

    def inspected(self, container: str) -> Json:
        """What the engine knows of it. Raises Refused where there is none, in the engine's words."""
        return self.tell(lambda client: client.inspect_container(container))

    def left(self) -> float:
        """Seconds."""
        return max(_LEAST_WAIT, self.ends - time.monotonic())


@dataclass
class Lives:
    """What one line does to containers. `listens`: those in which a program is about to listen, with its port."""

    told: Told
    image: str
    listens: list[tuple[str, int]] = field(default_factory=list)

    def make(self, asked: MakeContainer) -> bool:
        """Makes a container, and starts it if that is asked for; whether anything is another afterwards."""
        named(*filter(None, [asked.name]))
        body = bodies.container(self.image, asked, self.told.limits)
        most = self.told.limits.containers
        if len(self.told.docker.containers()) >= most:
            raise LimitMet(say("no more than {count} containers at a time", count=most))
        made = self.told.tell(lambda client: str(client.create_container(**body)["Id"]))
        if not asked.starts:
            return True
        self.told.tell(lambda client: client.start(made))
        if isinstance(asked.program, Listen):
            self.listens.append((asked.name or made, asked.program.port))
        ends = bodies.ends_by_itself(asked)
        if ends:
            self._await_end(made, removed=asked.remove)
        return not (ends and asked.remove)

    def change(self, name: str, asked: ChangeState) -> None:
        """Starts, restarts, stops or kills one."""
        match asked.verb:
            case "start":
                self.told.tell(lambda client: client.start(name))
                self._begun(name)
            case "restart":
                self.told.tell(lambda client: client.restart(name, timeout=0))
                self._begun(name)
            case "stop":
                self._end(name, lambda client: client.stop(name, timeout=0))
            case "kill":
                signal = asked.signal if asked.signal in _SIGNALS else "KILL"
                self._end(name, lambda client: client.kill(name, signal=signal), heeds=signal in _HEEDED)
            case other:
                raise NotAsked(say("{verb} is not known here", verb=one_line(other, 20)))

    def _end(self, name: str, work: Callable[[Client], object], *, heeds: bool = False) -> None:
        """Ends it; where it may take a moment, to go or to heed a signal, that moment is waited for."""
        removed = bool((self.told.inspected(name).get("HostConfig") or {}).get("AutoRemove"))
        self.told.tell(work)
        if removed or heeds:
            self._wait(name, _DYING, removed=removed)

    def _begun(self, name: str) -> None:
        """A container that was started again: one that ends by itself is awaited, one that listens is told."""
        labels = (self.told.inspected(name).get("Config") or {}).get("Labels") or {}
        if bodies.ENDS in labels:
            self._await_end(name, removed=False)
        elif str(labels.get(bodies.LISTENS, "")).isdecimal():
            self.listens.append((name, int(labels[bodies.LISTENS])))

    def _await_end(self, name: str, *, removed: bool) -> None:
        """Until the program has come to its end, so that what is seen next is the same every time. Raises LimitMet."""
        if self._wait(name, self.told.left(), removed=removed):
            return
        with suppress(Refused):  # it has ended now
            self.told.docker.tell(say("cannot end {name}", name=name), lambda client: client.kill(name))
        seconds = round(self.told.limits.line_seconds)
        raise LimitMet(say("a program was ended: no more than {seconds} s a line", seconds=seconds), changed=True)

    def _wait(self, name: str, seconds: float, *, removed: bool) -> bool:
        """Whether the container ends within the time; with `removed` it is gone then, too."""
        what = say("cannot wait for {name}", name=name)
        try:
            self.told.docker.tell(what, lambda client: client.wait(name, ceil(seconds) + 1, "not-running"), seconds)
        except Refused:  # gone already
            return True
        except EngineFailed as failed:
            if isinstance(failed.__cause__, faults.Slow):
                return False
            raise
        if removed:
            self._await_removal(name)
        return True

    def _await_removal(self, name: str) -> None:
        """Until --rm has done its work. (An engine that is asked to wait for that may never say that it is done.)"""
        end = time.monotonic() + _GOING
        with suppress(Refused):
            while time.monotonic() < end:
                self.told.inspected(name)
                time.sleep(_PAUSE)
            self.told.tell(lambda client: client.remove_container(name, force=True))
