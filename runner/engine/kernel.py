"""Sight through a kernel that the engine and we share: about 4 ms a namespace, and no container needs any tool."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import TypeVar

from checks.finding import CannotSee, Unsupported
from checks.probe import Echo, Listener, Meeting, Place, Port, View
from checks.words import say
from runner.engine import dns, icmp, iproute, netns, procfs, rooted
from runner.engine.shared import Ground
from runner.engine.sight import Start, Target
from runner.engine.testbed import Lan, tool_path

_LOOK = b"link show\naddr show\nroute show\n"
_TOOL_WAIT = 5.0  # seconds for `ip` and `bridge`, which take 2 ms
_DNS_WAITS = {procfs.DOCKERS_OWN_DNS: (0.5,)}  # seconds for each try; it answers in 1 ms what it knows
_DNS_WAIT_FAR = (2.0, 2.0)
_CONNECT_WAIT = 2.0  # a lost SYN is sent again after 1 s
T = TypeVar("T")


class Kernel:
    """A `Sight`. `running` gives the containers whose processes may own a listener."""

    def __init__(self, ground: Ground, lan: Lan | None, running: Callable[[], Iterable[Target]]) -> None:
        self._ground = ground
        self._lan = lan
        self._running = running
        self._stacks: dict[int, iproute.Stack] = {}
        self._owners: dict[int, str] | None = None

    def look(self, target: Target) -> View:
        process = self._process(target)
        environ = self._seen(target, lambda: (process / "environ").read_bytes().decode(errors="replace"))
        return self._seen(target, lambda: self._view(process, procfs.environment(environ)))

    def look_host(self) -> View:
        return self._seen(Place.HOST, lambda: self._view(self._ground.engine, {}))

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
            name_servers=procfs.name_servers(rooted.read(root, "etc/resolv.conf")),
            hosts=procfs.hosts(rooted.read(root, "etc/hosts")),
            environment=environment,
        )

    def _stack(self, process: Path, namespace: int) -> iproute.Stack:
        """Containers that share a namespace are looked at once."""
        if namespace not in self._stacks:
            text = netns.entered(process / "ns/net", lambda: _tool("ip", "-o", "-4", "-batch", "-", given=_LOOK))
            self._stacks[namespace] = iproute.stack(text)
        return self._stacks[namespace]

    def _listeners(self, process: Path) -> tuple[Listener, ...]:
        tables = [file.read_text() for name in ("tcp", "tcp6") if (file := process / "net" / name).exists()]
        return tuple(Listener(each.address, each.port, self._owner(each)) for each in procfs.listening(*tables))

    def _owner(self, socket_: procfs.Listening) -> str | None:
        if socket_.address == procfs.DOCKERS_OWN_DNS:
            return None
        if self._owners is None:
            self._owners = _sockets(self._ground.proc, self._homes())
        return self._owners.get(socket_.inode)

    def _homes(self) -> dict[int, str]:
        """Mount namespaces of running containers: every process of a container is in its own."""
        processes = ((each.name, self._ground.process(each.id, each.pid)) for each in self._running())
        return {inode: name for name, folder in processes if folder and (inode := _inode(folder / "ns/mnt"))}

    def ask(self, target: Target, server: IPv4Address, name: str, kind: int, times: int) -> Sequence[dns.Reply | None]:
        replies: list[dns.Reply | None] = []
        waits = _DNS_WAITS.get(server, _DNS_WAIT_FAR)
        with self._in(target, lambda: dns.dial(server)) as through:
            while len(replies) < times and None not in replies[-1:]:
                replies.append(self._seen(target, lambda: dns.ask(through, name, kind, waits)))
        return replies

    def ping(self, start: Start, address: IPv4Address, wait: float) -> Echo:
        with self._in(start, icmp.raw_socket) as through:
            return self._seen(start, lambda: icmp.echo(through, address, wait))

    def connects(self, start: Start, address: IPv4Address, port: int) -> bool:
        with self._in(start, _tcp) as through:
            return _connected(through, address, port)

    def meet_outside(self, target: Target) -> Meeting:
        router = self._outside().router.ip
        with self._in(Place.OUTSIDE, lambda: _listening(router)) as outside, self._in(target, _tcp) as through:
            if not _connected(through, router, outside.getsockname()[1]):
                return Meeting(False, router)
            accepted, (seen_from, _) = outside.accept()
            accepted.close()
            return Meeting(True, router, IPv4Address(seen_from))

    def switch(self) -> tuple[Port, ...]:
        lan = self._outside()
        command = ("bridge", "fdb", "show", "br", lan.bridge)
        text = netns.entered(self._namespace(Place.OUTSIDE), lambda: _tool(*command))
        return tuple(Port(mac, port if port != lan.bridge else None) for mac, port in iproute.learned(text))

    def _outside(self) -> Lan:
        if self._lan is None:
            raise Unsupported(
                say("this engine has no outside that vethlab can look from"),
                say("a private engine has one: --engine private"),
            )
        return self._lan

    def _process(self, target: Target) -> Path:
        found = self._ground.process(target.id, target.pid)
        if found is None:
            raise CannotSee(
                say("the process of {container} is not to be found", container=target.name), say("try again")
            )
        return found

    def _namespace(self, start: Start) -> Path:
        if start is Place.OUTSIDE:
            return Path("/proc", str(self._outside().pid), "ns/net")
        process = self._process(start) if isinstance(start, Target) else self._ground.engine
        return process / "ns/net"

    def _in(self, start: Start, make: Callable[[], socket.socket]) -> socket.socket:
        return self._seen(start, lambda: netns.entered(self._namespace(start), make))

    def _seen(self, start: Start, act: Callable[[], T]) -> T:
        """What `act` returns; `CannotSee` where the kernel refuses, or the process has ended meanwhile."""
        try:
            return act()
        except OSError as error:
            place = start.name if isinstance(start, Target) else start.value
            raise CannotSee(
                say("cannot look from {place}: {reason}", place=place, reason=error.strerror or error), say("try again")
            ) from error


def _tool(*command: str, given: bytes = b"") -> str:
    path = shutil.which(command[0], path=tool_path())
    if path is None:
        raise CannotSee(say("{tool} is not installed here", tool=command[0]), say("vethlab doctor"))
    try:
        done = subprocess.run(
            [path, *command[1:]], input=given, capture_output=True, timeout=_TOOL_WAIT, check=True, env={"LC_ALL": "C"}
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise CannotSee(say("{tool} failed: {error}", tool=command[0], error=error), say("vethlab doctor")) from error
    return done.stdout.decode(errors="replace")


def _tcp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)


def _listening(address: IPv4Address) -> socket.socket:
    listener = _tcp()
    listener.settimeout(_CONNECT_WAIT)
    listener.bind((str(address), 0))
    listener.listen(1)
    return listener


def _connected(through: socket.socket, address: IPv4Address, port: int) -> bool:
    through.settimeout(_CONNECT_WAIT)
    try:
        through.connect((str(address), port))
    except OSError:
        return False
    return True


def _inode(link: Path) -> int:
    try:
        return link.stat().st_ino
    except OSError:  # the process has ended
        return 0


def _sockets(proc: Path, homes: dict[int, str]) -> dict[int, str]:
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
