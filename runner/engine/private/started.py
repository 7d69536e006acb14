"""Servers with engines of our own, on a LAN of their own: started, found again and ended, whatever image they hold."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from checks.words import say
from runner.engine import records
from runner.engine.peer import pid_behind
from runner.engine.private import cgroups, confined_server, contexts, holders, sweep
from runner.engine.private.holders import Ties
from runner.engine.private.lan import ROUTER, server_address, start_lan
from runner.engine.private.limits import Limits
from runner.engine.records import Record
from runner.engine.testbed import Lan, Server, Testbed
from runner.errors import EngineFailed
from runner.interrupt import undisturbed

READY_SECONDS = 30.0


@dataclass(frozen=True)
class Template:
    """A data folder to start from. It stays as long as `lock`, an open file that engines inherit, is open anywhere."""

    folder: Path
    lock: int


@dataclass
class Ours:
    """What this process holds of a testbed that it started: `owner` and `lifeline` are open files."""

    record: Record
    owner: int | None
    lifeline: int | None = None
    confined: Limits | None = None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)  # the LAN's holder first, then the servers'
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ending: threading.Lock = field(default_factory=threading.Lock)

    def end(self) -> None:
        """Let the machines end, see to it that they do, and forget them; signals wait until that is done."""
        with undisturbed(), self.ending:
            cgroups.thaw(self.record.name)
            self.drop("lifeline")
            if self.record.lasting or not holders.all_ended(self.processes):
                holders.kill_holders(self.record.name)
            holders.all_ended([*self.processes, *self.others])
            sweep.forget(self.record.name)
            self.drop("owner")

    def drop(self, which: Literal["lifeline", "owner"]) -> None:
        """Close one of the open files, once."""
        descriptor: int | None = getattr(self, which)
        setattr(self, which, None)
        if descriptor is not None:
            os.close(descriptor)


def start(
    servers: int, *, lasting: bool, base: str, template: Template | None, confined: Limits | None = None
) -> Testbed:
    """One or more servers whose engines answer; from a template, or with no image at all. `close` ends them.

    They end with this process, however it ends, unless `lasting`. `base` is the root of the system whose dockerd is
    used. Raises `EngineFailed` when one does not start.
    """
    ours = None
    try:
        with undisturbed():
            ours = Ours(*records.create(servers=servers, lasting=lasting), confined=confined)
        return _started(ours, base, template)
    except BaseException:
        if ours:
            ours.end()
        raise


def _started(ours: Ours, base: str, template: Template | None) -> Testbed:
    folder = ours.record.folder
    read_end, ours.lifeline = os.pipe()
    lock = os.open(folder / "held.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ties = Ties(read_end, (lock, template.lock) if template else (lock,))
        with confined_server.user_namespace() if ours.confined else nullcontext() as users:
            lan, process = start_lan(folder, ties, lasting=ours.record.lasting, users=users)
        ours.processes.append(process)
        for number in range(1, ours.record.servers + 1):
            values = {"BASE": base.rstrip("/"), "TEMPLATE": template.folder if template else "", "LAN": lan.pid}
            process, *others = _start_server(ours.record, number, values, ties, ours.confined)
            ours.processes.append(process)
            ours.others += others
    finally:
        os.close(read_end)
        os.close(lock)
    return _answering(ours, lan)


def _start_server(
    record: Record, number: int, values: Mapping[str, object], ties: Ties, confined: Limits | None
) -> tuple[subprocess.Popen[bytes], ...]:
    """Start one server; it is not ready yet. Its holder, and what else ends with it."""
    name = f"server{number}"
    folder = record.folder / name
    for each in ("root", "sock"):
        (folder / each).mkdir(parents=True)
    more: dict[str, object] = {
        "NAME": name,
        "FOLDER": folder,
        "ADDRESS": server_address(number),
        "ROUTER": ROUTER,
        "CGROUP": record.cgroup(name),
        "LASTING": "yes" if record.lasting else "",
        "CONFINED": "",
    }
    if confined:
        return confined_server.start(record, name, {**values, **more}, ties.lifeline, confined)
    with (folder / "log").open("wb") as log:
        return (holders.spawn("server", {**values, **more}, ties, out=log.fileno(), log=log.fileno()),)


def _answering(ours: Ours, lan: Lan) -> Testbed:
    """The testbed once every engine answers; they have been starting side by side."""
    deadline = time.monotonic() + READY_SECONDS
    servers = [_await(ours.record, number, process, deadline) for number, process in enumerate(ours.processes[1:], 1)]
    if ours.confined:
        servers = [replace(each, pid=confined_server.dockerd(ours.record, each.name)) for each in servers]
    held = tuple(records.process(each.pid) for each in ours.processes)
    ours.record = replace(ours.record, ready=True, holders=held)
    ours.record.write()
    if ours.record.lasting:
        ours.drop("owner")
    return Testbed("private", tuple(servers), contexts.environ(ours.record), lan, name=ours.record.name, end=ours.end)


def _await(record: Record, number: int, process: subprocess.Popen[bytes], deadline: float) -> Server:
    """The server once its engine answers. `EngineFailed` with the end of its log if it ends, or is late."""
    name = f"server{number}"
    path = record.folder / name / "sock" / "docker.sock"
    while time.monotonic() < deadline:
        pid = pinged(path, deadline)
        if pid is not None:
            return Server(name, f"unix://{path}", pid, server_address(number).ip)
        if holders.all_ended([process], 0.01):
            break
    log = holders.log_tail(record.folder / name / "log")
    raise EngineFailed(say("the private engine did not start: {log}", log=log), hint="vethlab doctor")


def pinged(path: Path, deadline: float) -> int | None:
    """The pid of the dockerd that answers at a socket, as seen from here; None if none does.

    The socket is there before the engine is: a ping waits in it until the engine is ready.
    """
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            client.connect(str(path))
            client.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            answer = client.recv(4096)
        except OSError:  # not there yet, or gone again
            return None
        pid = pid_behind(client)
    return pid if b" 200 " in answer.splitlines()[0] else None


def attach(record: Record) -> Testbed:
    """Engines that another process started to stay. `EngineFailed` if they do not answer."""
    deadline = time.monotonic() + READY_SECONDS
    servers = []
    for number in range(1, record.servers + 1):
        path = record.folder / f"server{number}" / "sock" / "docker.sock"
        pid = pinged(path, min(deadline, time.monotonic() + 5))
        if pid is None:
            raise EngineFailed(
                say("server{number} of the engine that stays does not answer", number=number),
                hint="vethlab engine stop",
            )
        servers.append(Server(f"server{number}", f"unix://{path}", pid, server_address(number).ip))
    lan = Lan(record.holders[0].pid, ROUTER)
    return Testbed(
        "private", tuple(servers), contexts.environ(record), lan, name=record.name, end=Ours(record, None).end
    )
