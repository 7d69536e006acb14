"""Sight through a kernel that the engine and we share: about 4 ms a namespace, and no container needs any tool."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import TypeVar

from checks.finding import CannotSee
from checks.probe import Echo, Listener, View
from checks.words import say
from runner.engine.sight import container_files, dns, iproute, netns, procfs, sock_diag, sockets
from runner.engine.sight.eyes import Target
from runner.engine.sight.shared_kernel import Ground

_EXEC_WAIT = 0.5  # seconds for what takes a few ms
_LOOK = b"link show\naddr show\nroute show\n"
T = TypeVar("T")


class Kernel:
    """A `Sight`. `running` gives the containers whose processes may own a listener."""

    def __init__(self, ground: Ground, running: Callable[[], Iterable[Target]]) -> None:
        self._ground = ground
        self._running = running
        self._stacks: dict[int, iproute.Stack] = {}
        self._owners: dict[int, str] | None = None

    def look(self, target: Target) -> View:
        return self._in(target, lambda process: self._view(process, _environment(process)))

    def look_host(self) -> View:
        return self._in(None, lambda process: self._view(process, {}))

    def ask(self, target: Target, server: IPv4Address, name: str, kind: int, times: int) -> Sequence[dns.Reply | None]:
        return self._in(target, lambda process: sockets.ask(process / "ns/net", server, name, kind, times))

    def ping(self, start: Target | None, address: IPv4Address, wait: float) -> Echo:
        return self._in(start, lambda process: sockets.ping(process / "ns/net", address, wait))

    def connects(self, start: Target | None, address: IPv4Address, port: int) -> bool:
        return self._in(start, lambda process: sockets.connects(process / "ns/net", address, port))

    def _in(self, start: Target | None, act: Callable[[Path], T]) -> T:
        """What `act` makes of the container's, or the engine's, process; `CannotSee` where the kernel refuses."""
        try:
            return act(self._process(start) if start else self._ground.engine)
        except OSError as error:
            place = start.name if start else say("the host")
            what = say("cannot look from {place}: {reason}", place=place, reason=error.strerror or error)
            raise CannotSee(what, say("try again")) from error

    def _process(self, target: Target) -> Path:
        found = self._ground.process(target.id, target.pid)
        if found is None:
            what = say("the process of {container} is not to be found", container=target.name)
            raise CannotSee(what, say("try again"))
        return found

    def _view(self, process: Path, environment: Mapping[str, str]) -> View:
        namespace = (process / "ns/net").stat().st_ino
        stack = self._stack(process, namespace)
        root = process / "root"
        return View(
            namespace=namespace,
            interfaces=stack.interfaces,
            routes=stack.routes,
            listeners=self._listeners(process),
            hostname=netns.hostname(process / "ns/uts"),
            name_servers=procfs.name_servers(container_files.read(root, "etc/resolv.conf")),
            hosts=procfs.hosts(container_files.read(root, "etc/hosts")),
            environment=environment,
        )

    def _stack(self, process: Path, namespace: int) -> iproute.Stack:
        """Containers that share a namespace are looked at once."""
        if namespace not in self._stacks:
            text = iproute.run(process / "ns/net", "ip", "-o", "-4", "-batch", "-", given=_LOOK)
            self._stacks[namespace] = iproute.stack(text)
        return self._stacks[namespace]

    def _listeners(self, process: Path) -> tuple[Listener, ...]:
        found = netns.entered(process / "ns/net", lambda: _listening(process))
        return tuple(Listener(each.address, each.port, self._owner(each)) for each in sorted(found, key=procfs.order))

    def _owner(self, listening: procfs.Listening) -> str | None:
        if listening.address == procfs.DOCKERS_OWN_DNS:
            return None
        if self._owners is None:
            self._owners = _sockets(self._ground.proc, self._homes())
        return self._owners.get(listening.inode)

    def _homes(self) -> dict[int, str]:
        """Mount namespaces of running containers: every process of a container is in its own."""
        processes = ((each.name, self._ground.process(each.id, each.pid)) for each in self._running())
        return {inode: name for name, folder in processes if folder and (inode := _inode(folder / "ns/mnt"))}


def _environment(process: Path) -> Mapping[str, str]:
    """The container's, not that of runc, which is still in its place for a moment after `docker start` has returned."""
    end = time.monotonic() + _EXEC_WAIT
    while True:
        found = procfs.environment((process / "environ").read_bytes().decode(errors="replace"))
        if (found and not any(each.startswith("_LIBCONTAINER_") for each in found)) or time.monotonic() > end:
            return found
        time.sleep(0.002)


def _listening(process: Path) -> Sequence[procfs.Listening]:
    """From within the namespace of `process`."""
    try:
        return sock_diag.listening()
    except OSError:  # a kernel without sock_diag
        files = (process / "net" / name for name in ("tcp", "tcp6"))
        return procfs.listening(*(each.read_text() for each in files if each.exists()))


def _inode(link: Path) -> int:
    try:
        return link.stat().st_ino
    except OSError:  # the process has ended
        return 0


def _sockets(proc: Path, homes: Mapping[int, str]) -> dict[int, str]:
    """Which container holds which socket, by inode."""
    folders = (proc / name for name in os.listdir(proc) if name.isdigit()) if homes else ()
    owned = ((folder, homes.get(_inode(folder / "ns/mnt"))) for folder in folders)
    return {inode: name for folder, name in owned if name for inode in _open_sockets(folder / "fd")}


def _open_sockets(folder: Path) -> Iterable[int]:
    try:
        links = [os.readlink(each) for each in folder.iterdir()]
    except OSError:  # the process, or one of its files, has ended
        return ()
    return [inode for link in links if (inode := procfs.socket_inode(link)) is not None]
