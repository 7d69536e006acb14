"""One Docker Engine, asked over its API. Answers are parsed JSON whose outer shape was looked at.

All that goes wrong is `EngineFailed`, what is not there is `Gone`. Every request has a time limit, and an engine
that let one pass is not asked again for a while: a command ends soon after its engine hangs.
"""

from __future__ import annotations

import importlib.util
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from checks.words import say
from runner.engine import faults, sdk
from runner.engine.sdk import HELPER, Events, Gone, Json, Refused, translated
from runner.errors import EngineFailed, UsageError
from runner.plain import one_line

if TYPE_CHECKING:
    from docker import APIClient

__all__ = ["HELPER", "Docker", "Events", "Gone", "Json", "Refused", "translated"]

T = TypeVar("T")

LIMIT = 10.0  # seconds for one request
_DEAF = 30.0  # seconds for which an engine that did not answer is not asked again
_MOVING = 900.0  # seconds for moving an image, while the engine answers other questions


class Docker:
    """An engine at `url` (unix://, tcp://, http://, https://, ssh://). Nothing is asked before it is needed.

    `certs` is a folder with ca.pem, cert.pem and key.pem, like DOCKER_CERT_PATH. `limit` is for one request, seconds.
    """

    def __init__(self, url: str, *, certs: Path | None = None, verify: bool = True, limit: float = LIMIT) -> None:
        self.url, self.certs, self.verify, self.limit = url, certs, verify, limit
        self._connected: tuple[APIClient, str] | None = None
        self._deaf: tuple[float, str] | None = None
        self._lock = threading.Lock()

    # --- the engine itself

    def version(self) -> str:
        """The engine's version, e.g. `20.10.24+dfsg1`, asked once. Raises EngineFailed when no engine answers."""
        return one_line(self._connection()[1], 60)

    def ping(self) -> None:
        """Raises EngineFailed unless the engine answers now."""
        self._ask(say("cannot reach the engine at {url}", url=one_line(self.url)), lambda client: client.ping())

    def heard(self) -> None:
        """It has answered, as another connection found: it may be asked again at once."""
        self._deaf = None

    def info(self) -> Json:
        return self._ask(say("cannot ask the engine about itself"), lambda client: sdk.texts(client.info()))

    def about(self) -> Json:
        """All that it tells of its version, with `Components`."""
        return self._ask(say("cannot ask the engine about itself"), lambda client: sdk.texts(client.version()))

    def close(self) -> None:
        """Lets go of the connections."""
        if self._connected:
            self._connected[0].close()
            self._connected = None

    # --- networks

    def networks(self) -> list[Json]:
        """Every network, without its members (the list has none: ask `network` for them)."""
        what = say("cannot list the networks")
        return self._ask(what, lambda client: sdk.rows(client.networks(), "Id", "Name", "Driver"))

    def network(self, name: str) -> Json:
        """The network of that name or id, with `Containers`. Raises Gone."""
        what = say("cannot inspect the network {name}", name=name)
        return self._ask(what, lambda client: sdk.texts(client.inspect_network(name), "Id", "Name", "Driver"))

    def remove_network(self, name: str) -> None:
        """Takes the network away; one that is gone already is no error."""
        with suppress(Gone):
            self._ask(say("cannot remove the network {name}", name=name), lambda client: client.remove_network(name))

    def disconnect(self, container: str, network: str, *, force: bool = False) -> None:
        """Takes the container off the network. Raises Gone."""
        what = say("cannot disconnect {container} from {network}", container=container, network=network)
        self._ask(what, lambda client: client.disconnect_container_from_network(container, network, force))

    # --- containers

    def containers(self, *, all: bool = True, labels: Sequence[str] = ()) -> list[Json]:
        """The containers as the list shows them: Id, Names, State, Labels, NetworkSettings; `labels`: only such."""
        wanted = {"label": list(labels)} if labels else None
        what = say("cannot list the containers")
        return self._ask(what, lambda client: sdk.rows(client.containers(all=all, filters=wanted), "Id", "State"))

    def inspect(self, container: str) -> Json:
        """All that the engine tells of the container of that name or id. Raises Gone."""
        what = say("cannot inspect the container {name}", name=container)
        return self._ask(what, lambda client: sdk.texts(client.inspect_container(container), "Id", "Name"))

    def renames(self, container: str) -> list[Json]:
        """The events of the container's renames, in order, of those that the engine still remembers (256 of all kinds).

        moby, daemon/events/events.go: `eventsLimit`; with an `until` that is past, what is remembered is all.
        """
        now = str(self.info().get("SystemTime"))
        what = say("cannot ask for the events of {name}", name=container)
        return self._ask(what, lambda client: sdk.past_events(client, now, container=container, event="rename"))

    def remove_container(self, container: str, *, force: bool = True) -> None:
        """Takes the container and its anonymous volumes away; one that is gone already is no error."""
        what = say("cannot remove the container {name}", name=container)
        with suppress(Gone):
            self._ask(what, lambda client: client.remove_container(container, v=True, force=force))

    def exec_run(
        self, container: str, argv: Sequence[str], timeout: float = LIMIT, *, user: str = "", stderr: bool = True
    ) -> tuple[int, bytes]:
        """A command run in a container: its exit code and its output, stdout and stderr as they came.

        126 and 127 are a command that cannot be run, as in a shell. Raises Gone where the container is missing or does
        not run, EngineFailed when the command takes longer than `timeout` seconds (it then runs on) or writes no end.
        """
        what = say("cannot run {command} in {name}", command=one_line(argv[0]), name=container)

        def create(client: APIClient) -> str:
            return str(sdk.texts(client.exec_create(container, list(argv), stderr=stderr, user=user), "Id")["Id"])

        made = self._ask(what, create, absent=(404, 409))
        path = f"/exec/{made}/start"
        try:
            output = self._ask(what, lambda client: sdk.output(client, "POST", path, timeout), timeout, deaf=False)
        except EngineFailed as failed:
            return _not_found(failed)
        return self._exit_code(what, made), output

    def _exit_code(self, what: str, exec_id: str) -> int:
        """The command's exit code, which the engine writes down a moment after the output's end."""
        ends = time.monotonic() + self.limit
        while time.monotonic() < ends:
            state = self._ask(what, lambda client: sdk.texts(client.exec_inspect(exec_id)))
            if state.get("Running") is False and isinstance(state.get("ExitCode"), int):
                return int(state["ExitCode"])
            time.sleep(0.01)
        raise EngineFailed(say("{what}: the engine does not say how it ended", what=what))

    def run_helper(
        self,
        image: str,
        argv: Sequence[str],
        *,
        network_mode: str = "none",
        pid_mode: str | None = None,
        timeout: float = LIMIT,
        caps: Sequence[str] = (),
    ) -> tuple[int, bytes]:
        """A short-lived container of vethlab's own: its exit code and output. It is labelled, and removed at the end.

        Raises Gone where the image, or the container whose namespace it joins, is missing or does not run.
        """
        name = f"vethlab-helper-{secrets.token_hex(6)}"
        settings = {"network_mode": network_mode, "pid_mode": pid_mode, "cap_add": list(caps)}
        what = say("cannot run a helper container for {command}", command=one_line(argv[0]))
        try:
            self._ask(what, lambda client: sdk.helper(client, name, image, argv, **settings), absent=(404, 409))
            try:
                self._ask(what, lambda client: client.start(name), absent=(404, 409))
            except (EngineFailed, Gone) as failed:
                return _not_found(failed)
            code = self._ask(what, lambda client: sdk.ended(client, name, ceil(timeout)), timeout, deaf=False)
            path = f"/containers/{name}/logs?stdout=1&stderr=1"
            return code, self._ask(what, lambda client: sdk.output(client, "GET", path, self.limit))
        finally:
            self.remove_container(name)

    # --- images

    def image_id(self, name: str) -> str | None:
        """The id of the image of that name, None where there is none."""
        what = say("cannot inspect the image {name}", name=name)
        try:
            return str(self._ask(what, lambda client: sdk.image(client, name))["Id"])
        except Gone:
            return None

    def tag(self, image: str, name: str) -> None:
        """Gives the image another name, `repository:tag`. Raises Gone."""
        repository, _, tag = name.partition(":")
        what = say("cannot name the image {name}", name=name)
        self._ask(what, lambda client: client.tag(image, repository, tag or "latest", force=True))

    def import_image(self, tar: Path, name: str, changes: Sequence[str] = ()) -> None:
        """Makes the image `repository:tag` of a root's tar file. `changes`, Dockerfile lines, must set a PATH."""
        repository, _, tag = name.partition(":")
        what = say("cannot import the image {name}", name=name)
        self._move(what, lambda client: client.import_image_from_file(str(tar), repository, tag or "latest", changes))
        if self.image_id(name) is None:
            raise EngineFailed(say("{what}: the engine took it and does not have it", what=what))

    def load(self, tar: Path) -> None:
        """Reads the images in a file that `save` wrote."""
        if not tar.is_file():
            raise UsageError(say("there is no file {file}", file=tar))
        self._move(say("cannot load {file}", file=tar), lambda client: sdk.load(client, tar))

    def save(self, name: str, tar: Path) -> None:
        """Writes the image to a file, whole or not at all. Raises Gone."""
        if tar.exists() and not tar.is_file():
            raise UsageError(say("{file} is no ordinary file", file=tar))
        self._move(say("cannot save the image {name}", name=name), lambda client: sdk.save(client, name, tar))

    def events(self, filters: Mapping[str, Sequence[str]] | None = None) -> Events:
        """What happens from now on, one dict an event: close it to end it. EngineFailed when the engine goes away."""
        what = say("cannot follow the engine's events")
        return self._ask(what, lambda client: Events(client, what, filters or {}))

    # --- what is asked for

    def tell(self, what: str, work: Callable[[APIClient], T], seconds: float | None = None) -> T:
        """What comes of a request that changes something. `seconds` is for one that waits, not for the engine's work.

        Raises Refused, with the engine's own words, where it says no; EngineFailed where it does not answer.
        """
        try:
            return self._ask(what, work, seconds, absent=(), deaf=seconds is None)
        except EngineFailed as failed:
            said = sdk.refusal(failed.__cause__)
            if said is None:
                raise
            raise Refused(said) from failed

    # --- how

    def _ask(
        self,
        what: str,
        work: Callable[[APIClient], T],
        seconds: float | None = None,
        *,
        absent: Sequence[int] = (404,),
        deaf: bool = True,
    ) -> T:
        """What `work` makes of the client, within its time. Without `deaf` a timeout is not the engine's fault."""
        client, _ = self._connection()
        with self._listening(deaf), translated(what, absent=absent):
            return faults.bounded(lambda: work(client), seconds or self.limit, by_engine=deaf)

    def _move(self, what: str, work: Callable[[APIClient], T]) -> T:
        """`work` that moves an image: it may take long, while the engine answers other questions."""
        client, _ = self._connection()
        moving, ends = faults.started(lambda: work(client)), time.monotonic() + _MOVING
        while not faults.over(moving, self.limit / 2) and time.monotonic() < ends:
            self.ping()
        with translated(what):
            return moving.result(0)

    def _connection(self) -> tuple[APIClient, str]:
        if self._deaf and time.monotonic() < self._deaf[0]:
            raise EngineFailed(self._deaf[1], say("look at that engine, then run `vethlab doctor`"))
        with self._lock:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    def _connect(self) -> tuple[APIClient, str]:
        what = say("cannot reach the engine at {url}", url=one_line(self.url))
        if self.url.startswith("ssh://") and importlib.util.find_spec("paramiko") is None:
            hint = say("install it: {python} -m pip install 'docker[ssh]'", python=sys.executable)
            raise EngineFailed(say("{what}: that needs the Python package paramiko", what=what), hint)
        sdk.failures()  # imports the SDK, which is none of the engine's time
        with self._listening(), translated(what, absent=()):
            connecting = faults.started(lambda: sdk.connect(self.url, self.certs, self.verify, self.limit))
            if faults.over(connecting, self.limit):
                return connecting.result()
            connecting.add_done_callback(_hang_up)
            raise TimeoutError

    @contextmanager
    def _listening(self, deaf: bool = True) -> Iterator[None]:
        """Remembers an engine that let a request's time pass: the next one would only wait again."""
        try:
            yield
        except EngineFailed as failed:
            if deaf and faults.timed_out(failed):
                self._deaf = (time.monotonic() + _DEAF, failed.what)
            raise


def _hang_up(connecting: Future[tuple[APIClient, str]]) -> None:
    """Closes a connection that came too late."""
    if connecting.exception() is None:
        connecting.result()[0].close()


def _not_found(failed: EngineFailed | Gone) -> tuple[int, bytes]:
    """127 and the words where it failed for want of the program (404 or 400, by engine version); else raises it."""
    if re.search(r"executable file not found|exec: .*: no such file or directory", str(failed)):
        return 127, str(failed).encode()
    raise failed
