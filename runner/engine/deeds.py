"""What a request asks for, done on an engine: new API requests, built from the typed fields and from nothing else.

No docker process is started, and no shell but the fixed listener whose port and text are its arguments. Every
container is of the lab image and has limits. Programs that only look (ifconfig, ping …) in a container that runs
already are not started: nobody reads what they print.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
from runner.engine import bodies
from runner.engine.bodies import REPLAY, NotAsked, ReplayLimits
from runner.engine.docker import Gone, Refused
from runner.engine.lives import LimitMet, Lives, Told, named
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from runner.plain import one_line

if TYPE_CHECKING:
    from runner.engine.sdk import Client

__all__ = ["REPLAY", "Done", "ReplayLimits", "perform"]

_OWN_NETWORKS = ("bridge", "host", "none")


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
    told = Told(testbed.server(on).docker, limits, time.monotonic() + limits.line_seconds)
    deed = _Deed(told, Lives(told, testbed.image))
    try:
        return deed.do(request)
    except NotAsked as refused:
        return Done(False, one_line(refused), changed=False)
    except (Refused, Gone) as refused:
        return Done(False, one_line(refused), changed=isinstance(request, MakeContainer))
    except LimitMet as limit:
        return Done(False, str(limit), changed=limit.changed, limit=str(limit))


@dataclass
class _Deed:
    """One request under way."""

    told: Told
    lives: Lives

    def do(self, request: Request) -> Done:
        match request:
            case Look():
                return Done(True, changed=False)
            case Exec():
                return self._exec(request)
            case MakeContainer():
                changed = self.lives.make(request)
                return Done(True, changed=changed, listens=tuple(self.lives.listens))
            case CreateNetwork():
                return self._create_network(request)
            case ChangeState() | RemoveContainers() | RemoveNetworks():
                return self._each(request)
            case Connect() | Disconnect() | Rename():
                return self._one(request)

    def _one(self, asked: Connect | Disconnect | Rename) -> Done:
        match asked:
            case Connect():
                named(asked.network, asked.container)
                self.told.tell(lambda client: client.connect_container_to_network(**bodies.connection(asked)))
            case Disconnect():
                named(asked.network, asked.container)
                container, network, force = asked.container, asked.network, asked.force
                self.told.tell(lambda client: client.disconnect_container_from_network(container, network, force))
            case Rename():
                named(asked.container, asked.name)
                self.told.tell(lambda client: client.rename(asked.container, asked.name))
        return Done(True)

    def _each(self, asked: ChangeState | RemoveContainers | RemoveNetworks) -> Done:
        """One after the other; like the CLI it goes on after a refusal, and tells all of them."""
        names = asked.names if isinstance(asked, RemoveNetworks) else asked.containers
        said: list[str] = []
        for name in names:
            try:
                named(name)
                self._act(name, asked)
            except (Refused, Gone, NotAsked) as refused:
                said.append(one_line(refused))
        changed = len(said) < len(names)
        return Done(not said, "; ".join(said), changed=changed, listens=tuple(self.lives.listens))

    def _act(self, name: str, asked: ChangeState | RemoveContainers | RemoveNetworks) -> None:
        match asked:
            case ChangeState():
                self.lives.change(name, asked)
            case RemoveContainers():
                self.told.tell(lambda client: client.remove_container(name, force=asked.force))
            case RemoveNetworks():
                self.told.tell(lambda client: client.remove_network(name))

    # --- networks

    def _create_network(self, asked: CreateNetwork) -> Done:
        named(asked.name)
        arguments = bodies.network(asked)
        made = [each for each in self.told.docker.networks() if each["Name"] not in _OWN_NETWORKS]
        if len(made) >= self.told.limits.networks:
            raise LimitMet(say("no more than {count} networks at a time", count=self.told.limits.networks))
        self.told.tell(lambda client: client.create_network(**arguments))
        return Done(True)

    # --- in containers

    def _exec(self, asked: Exec) -> Done:
        named(asked.container)
        if not (self.told.inspected(asked.container).get("State") or {}).get("Running"):
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

        self.told.tell(start)

    def _call(self, name: str, program: Call) -> None:
        """A call ends a listener that takes one caller. How it went is not asked, as long as the engine is well."""
        try:
            self.told.docker.exec_run(name, bodies.argv(program) or [], self.told.left())
        except EngineFailed:
            self.told.docker.ping()
