"""What a request asks for, done on an engine: new API requests, built from the typed fields and from nothing else.

No docker process is started, and no shell but the fixed listener whose port and text are its arguments. Every
container is of the lab image and has limits. Programs that only look (ifconfig, ping …) in a container that runs
already are not started: nobody reads what they print.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Literal, TypeVar

from checks.words import say
from runner.docker_requests.model import (
    Call,
    ChangeState,
    Connect,
    CreateNetwork,
    Disconnect,
    Exec,
    Listen,
    Look,
    MakeContainer,
    Program,
    RemoveContainers,
    RemoveNetworks,
    Rename,
    Request,
)
from runner.engine import bodies, faults
from runner.engine.bodies import REPLAY, NotAsked, ReplayLimits
from runner.engine.docker import Docker, Gone, Json, Refused
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from runner.plain import one_line

if TYPE_CHECKING:
    from runner.engine.sdk import Client

__all__ = ["REPLAY", "Done", "ReplayLimits", "perform"]

T = TypeVar("T")

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}")
_OWN_NETWORKS = ("bridge", "host", "none")
_SIGNALS = ("KILL", "TERM", "INT", "HUP", "STOP", "CONT")
_HEEDED = ("TERM", "INT", "HUP")  # signals of which a program makes what it will
_DYING = 0.5  # seconds that a process gets to heed a signal
_LEAST_WAIT = 0.1


@dataclass(frozen=True, slots=True)
class Done:
    """How it went. `said`: what the engine, or the docker CLI in its place, said when it refused.

    `changed` is false where nothing can be another than before. `listens` are containers in which a program is about
    to listen, with its port. `limit` names the limit that stood in the way.
    """

    ok: bool
    said: str = ""
    changed: bool = True
    listens: tuple[tuple[str, int], ...] = ()
    limit: str = ""


def perform(testbed: Testbed, request: Request, on: str | None = None, *, limits: ReplayLimits = REPLAY) -> Done:
    """Does what is asked for on the server `on`, the first one by default, as the docker CLI would.

    A `stop` does not wait: what the grammar lets run heeds no TERM, so that the end is the same, only sooner. Raises
    EngineFailed when the engine does not answer.
    """
    deed = _Deed(testbed.server(on).docker, testbed.image, limits, time.monotonic() + limits.line_seconds)
    try:
        return deed.do(request)
    except NotAsked as refused:
        return Done(False, one_line(refused), changed=False)
    except (Refused, Gone) as refused:
        return Done(False, one_line(refused), changed=isinstance(request, MakeContainer))
    except _Limit as limit:
        return Done(False, str(limit), changed=limit.changed, limit=str(limit))


class _Limit(Exception):
    """A limit stands in the way; its words say which."""

    def __init__(self, what: str, *, changed: bool = False) -> None:
        super().__init__(what)
        self.changed = changed


@dataclass
class _Deed:
    """One request under way."""

    docker: Docker
    image: str
    limits: ReplayLimits
    ends: float
    listens: list[tuple[str, int]] = field(default_factory=list)

    def do(self, request: Request) -> Done:
        match request:
            case Look():
                return Done(True, changed=False)
            case Exec():
                return self._exec(request)
            case MakeContainer():
                return self._make(request)
            case CreateNetwork():
                return self._create_network(request)
            case ChangeState() | RemoveContainers() | RemoveNetworks():
                return self._each(request)
            case Connect() | Disconnect() | Rename():
                return self._one(request)

    def _one(self, asked: Connect | Disconnect | Rename) -> Done:
        match asked:
            case Connect():
                _named(asked.network, asked.container)
                self._tell(lambda client: client.connect_container_to_network(**bodies.connection(asked)))
            case Disconnect():
                _named(asked.network, asked.container)
                container, network, force = asked.container, asked.network, asked.force
                self._tell(lambda client: client.disconnect_container_from_network(container, network, force))
            case Rename():
                _named(asked.container, asked.name)
                self._tell(lambda client: client.rename(asked.container, asked.name))
        return Done(True)

    def _each(self, asked: ChangeState | RemoveContainers | RemoveNetworks) -> Done:
        """One after the other; like the CLI it goes on after a refusal, and tells all of them."""
        names = asked.names if isinstance(asked, RemoveNetworks) else asked.containers
        said: list[str] = []
        for name in names:
            try:
                _named(name)
                self._act(name, asked)
            except (Refused, Gone) as refused:
                said.append(one_line(refused))
        changed = len(said) < len(names)
        return Done(not said, "; ".join(said), changed=changed, listens=tuple(self.listens))

    def _act(self, name: str, asked: ChangeState | RemoveContainers | RemoveNetworks) -> None:
        match asked:
            case ChangeState():
                self._change(name, asked)
            case RemoveContainers():
                self._tell(lambda client: client.remove_container(name, force=asked.force))
            case RemoveNetworks():
                self._tell(lambda client: client.remove_network(name))

    # --- networks

    def _create_network(self, asked: CreateNetwork) -> Done:
        _named(asked.name)
        arguments = bodies.network(asked)
        made = [each for each in self.docker.networks() if each["Name"] not in _OWN_NETWORKS]
        if len(made) >= self.limits.networks:
            raise _Limit(say("no more than {count} networks at a time", count=self.limits.networks))
        self._tell(lambda client: client.create_network(**arguments))
        return Done(True)

    # --- containers

    def _make(self, asked: MakeContainer) -> Done:
        _named(*filter(None, [asked.name]))
        body = bodies.container(self.image, asked, self.limits)
        if len(self.docker.containers()) >= self.limits.containers:
            raise _Limit(say("no more than {count} containers at a time", count=self.limits.containers))
        made = self._tell(lambda client: str(client.create_container(**body)["Id"]))
        if not asked.starts:
            return Done(True)
        self._tell(lambda client: client.start(made))
        if isinstance(asked.program, Listen):
            self.listens.append((asked.name or made, asked.program.port))
        ends = bodies.ends_by_itself(asked)
        if ends:
            self._await_end(made, removed=asked.remove)
        return Done(True, changed=not (ends and asked.remove), listens=tuple(self.listens))

    def _change(self, name: str, asked: ChangeState) -> None:
        match asked.verb:
            case "start":
                self._tell(lambda client: client.start(name))
                self._begun(name)
            case "restart":
                self._tell(lambda client: client.restart(name, timeout=0))
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
        removed = bool((self._inspected(name).get("HostConfig") or {}).get("AutoRemove"))
        self._tell(work)
        if removed or heeds:
            self._wait(name, _DYING, removed=removed)

    def _begun(self, name: str) -> None:
        """A container that was started again: one that ends by itself is awaited, one that listens is told."""
        labels = (self._inspected(name).get("Config") or {}).get("Labels") or {}
        if bodies.ENDS in labels:
            self._await_end(name, removed=False)
        elif str(labels.get(bodies.LISTENS, "")).isdecimal():
            self.listens.append((name, int(labels[bodies.LISTENS])))

    def _inspected(self, name: str) -> Json:
        """What the engine knows of it. Raises Refused where there is none, in the engine's words."""
        return self._tell(lambda client: client.inspect_container(name))

    def _await_end(self, name: str, *, removed: bool) -> None:
        """Until the program has come to its end, so that what is seen next is the same every time. Raises _Limit."""
        if self._wait(name, self._left(), removed=removed):
            return
        self.docker.tell(say("cannot end {name}", name=name), lambda client: client.kill(name))
        seconds = round(self.limits.line_seconds)
        raise _Limit(say("a program was ended: no more than {seconds} s a line", seconds=seconds), changed=True)

    def _wait(self, name: str, seconds: float, *, removed: bool) -> bool:
        """Whether the container ends (or, with `removed`, is gone) within the time."""
        condition: Literal["removed", "not-running"] = "removed" if removed else "not-running"
        what = say("cannot wait for {name}", name=name)
        try:
            self.docker.tell(what, lambda client: client.wait(name, ceil(seconds) + 1, condition), seconds)
        except Refused:  # gone already
            return True
        except EngineFailed as failed:
            if isinstance(failed.__cause__, faults.Slow):
                return False
            raise
        return True

    # --- in containers

    def _exec(self, asked: Exec) -> Done:
        _named(asked.container)
        if not (self._inspected(asked.container).get("State") or {}).get("Running"):
            return Done(False, say("the container {name} is not running", name=asked.container), changed=False)
        if isinstance(asked.program, Listen):
            self._start_in(asked.container, asked.program)
            return Done(True, listens=((asked.container, asked.program.port),))
        if isinstance(asked.program, Call):
            self._call(asked.container, asked.program)
            return Done(True)
        return Done(True, changed=False)

    def _start_in(self, name: str, program: Program) -> None:
        def start(client: Client) -> None:
            made = client.exec_create(name, bodies.argv(program) or [])
            client.exec_start(made["Id"], detach=True)

        self._tell(start)

    def _call(self, name: str, program: Call) -> None:
        """A call ends a listener that takes one caller. How it went is not asked, as long as the engine is well."""
        try:
            self.docker.exec_run(name, bodies.argv(program) or [], self._left())
        except EngineFailed:
            self.docker.ping()

    # --- how

    def _tell(self, work: Callable[[Client], T]) -> T:
        """One request, within the line's time. Raises Refused, EngineFailed, _Limit."""
        if time.monotonic() >= self.ends:
            seconds = round(self.limits.line_seconds)
            raise _Limit(say("no more than {seconds} s a line", seconds=seconds), changed=True)
        return self.docker.tell(say("the engine did not do it"), work)

    def _left(self) -> float:
        return max(_LEAST_WAIT, self.ends - time.monotonic())


def _named(*names: str) -> None:
    """Whether they may stand in a request's path: the grammar lets nothing else through. Raises NotAsked."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise NotAsked(say("{name} is no name", name=one_line(name, 40)))
