"""Sight through the engine alone: one exec in the container, or a helper beside it where its image lacks the tools.

The student's own tools first: an exec takes 50 ms and a helper 190, and a helper needs the lab image on that engine.
"""

from __future__ import annotations

import functools
import math
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import TypeVar

from checks.finding import CannotSee
from checks.probe import Echo, Listener, View
from checks.words import say
from runner.engine.docker import Docker, Gone
from runner.engine.sight import dns, iproute, procfs, tool_output
from runner.engine.sight.eyes import Target
from runner.errors import EngineFailed

_KINDS = {dns.A: "a", dns.PTR: "ptr"}
_CAPS = ("SYS_PTRACE",)  # of the helper: to read what processes of another user have open
_HOST = frozenset({"link", "address", "route", "namespace", "tcp", "tcp6", "resolv", "hosts", "hostname"})
_CONTAINER = _HOST | {"environ", "sockets"}
Found = list[tuple[str, tool_output.Section]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Raw:
    """One namespace's view with the sockets of one container, before owners are found."""

    view: View
    listening: tuple[procfs.Listening, ...]
    sockets: frozenset[int]


class Execs:
    """A `Sight`. `image` is what helpers run; `running` gives the containers whose processes may own a listener."""

    def __init__(self, docker: Docker, image: str, running: Callable[[], Iterable[Target]]) -> None:
        self._docker, self._image, self._running = docker, image, running
        self._raws: dict[str, Raw] = {}
        self._lacking: set[tuple[str, str]] = set()  # containers, and what their own tools cannot do

    def look(self, target: Target) -> View:
        return self._owned(self._raw(target), target)

    def look_host(self) -> View:
        return self._owned(self._run(None, ["look", "host"], lambda found: _raw(found, _HOST)), None)

    def _raw(self, target: Target) -> Raw:
        if target.id not in self._raws:
            self._raws[target.id] = self._run(target, ["look", "self"], lambda found: _raw(found, _CONTAINER))
        return self._raws[target.id]

    def ask(self, target: Target, server: IPv4Address, name: str, kind: int, times: int) -> Sequence[dns.Reply | None]:
        arguments = ["ask", _KINDS[kind], name, str(server), str(times)]
        return self._run(target, arguments, lambda found: _answers(found, times))

    def ping(self, start: Target | None, address: IPv4Address, wait: float) -> Echo:
        arguments = ["ping", str(address), str(math.ceil(wait))]
        return self._run(start, arguments, lambda found: _last(found, tool_output.echo))

    def connects(self, start: Target | None, address: IPv4Address, port: int) -> bool:
        return self._run(start, ["connect", str(address), str(port)], lambda found: _last(found, tool_output.connected))

    # how

    def _run(self, start: Target | None, arguments: list[str], meaning: Callable[[Found], T | None]) -> T:
        """What look.sh's output means: in the container, or in a helper where that means nothing."""
        if start and (start.id, arguments[0]) not in self._lacking:
            seen = meaning(self._exec(start, arguments))
            if seen is not None:
                return seen
            self._lacking.add((start.id, arguments[0]))
        seen = meaning(self._helper(start, arguments))
        if seen is not None:
            return seen
        what = say("the lab image {image} lacks the tools to {what}", image=self._image, what=arguments[0])
        raise CannotSee(what, say("vethlab image build"))

    def _exec(self, start: Target, arguments: list[str]) -> Found:
        """Nothing where a command cannot be run in the container; why not is of no interest, a helper may do."""
        mark = secrets.token_hex(16)
        try:
            _, output = self._docker.exec_run(start.id, _command(mark, arguments), stderr=False)
        except Gone as error:
            raise CannotSee(say("{name} ended while it was looked at", name=start.name), say("try again")) from error
        except EngineFailed:
            return []
        return tool_output.sections(output, mark)

    def _helper(self, start: Target | None, arguments: list[str]) -> Found:
        if self._docker.image_id(self._image) is None:
            place = start.name if start else say("the host")
            what = say("cannot look from {place}: the engine has no image {image}", place=place, image=self._image)
            raise CannotSee(what, say("vethlab image build"))
        mark, beside = secrets.token_hex(16), f"container:{start.id}" if start else "host"
        command = _command(mark, ["1" if each == "self" else each for each in arguments])
        processes = beside if start else None
        try:
            _, output = self._docker.run_helper(
                self._image, command, network_mode=beside, pid_mode=processes, caps=_CAPS
            )
        except Gone as error:
            raise CannotSee(str(error), say("try again")) from error
        return tool_output.sections(output, mark)

    # whose sockets

    def _owned(self, raw: Raw, target: Target | None) -> View:
        """The view with the owners of its listeners: they may belong to any container of the same namespace."""
        owners = dict.fromkeys(raw.sockets, target.name) if target else {}
        if any(each.inode not in owners and each.address != procfs.DOCKERS_OWN_DNS for each in raw.listening):
            for mate in self._mates(target):
                owners.update(dict.fromkeys(self._raw(mate).sockets, mate.name))
        found = sorted(raw.listening, key=procfs.order)
        listeners = (Listener(each.address, each.port, owners.get(each.inode)) for each in found)
        return replace(raw.view, listeners=tuple(listeners))

    def _mates(self, target: Target | None) -> list[Target]:
        """Other running containers that may share the namespace: those that joined the same one by mode."""
        running = {each.id: each for each in self._running()}
        root = _root(target.id, running) if target else "host"
        return [each for each in running.values() if each != target and _root(each.id, running) == root]


def _root(container: str, running: Mapping[str, Target]) -> str:
    """Whose namespace a container has by its mode: an id, or `host`. A chain of joins is followed to its end."""
    for _ in running:
        mode = running[container].mode if container in running else ""
        if mode == "host":
            return mode
        if not mode.startswith("container:"):
            break
        container = mode.partition(":")[2]
    return container


@functools.cache
def _script() -> str:
    return Path(__file__).with_name("look.sh").read_text(encoding="utf-8")


def _command(mark: str, arguments: list[str]) -> list[str]:
    return ["sh", "-c", _script(), "sh", mark, *arguments]


def _raw(found: Found, needed: frozenset[str]) -> Raw | None:
    """None where a section is missing or its command failed: half a view would be a wrong one."""
    texts = tool_output.whole(found)
    namespace = re.search(r"net:\[(\d+)\]", texts.get("namespace", ""))
    if not needed <= texts.keys() or namespace is None:
        return None
    stack = iproute.stack("\n".join((texts["link"], texts["address"], texts["route"])))
    view = View(
        namespace=int(namespace[1]),
        interfaces=stack.interfaces,
        routes=stack.routes,
        hostname=texts["hostname"].strip(),
        name_servers=procfs.name_servers(texts["resolv"]),
        hosts=procfs.hosts(texts["hosts"]),
        environment=procfs.environment(texts.get("environ", "")),
    )
    return Raw(view, procfs.listening(texts["tcp"], texts["tcp6"]), procfs.sockets(texts.get("sockets", "")))


def _last(found: Found, meaning: Callable[[tool_output.Section], T | None]) -> T | None:
    return meaning(found[-1][1]) if found else None


def _answers(found: Found, times: int) -> Sequence[dns.Reply | None] | None:
    """None where an answer is missing or cannot be read; that the server kept silent ends them."""
    silent = [tool_output.silent(section) for _, section in found]
    replies = [None if still else tool_output.reply(section) for still, (_, section) in zip(silent, found, strict=True)]
    unread = any(reply is None and not still for reply, still in zip(replies, silent, strict=True))
    return None if unread or not (len(replies) == times or any(silent[-1:])) else replies
