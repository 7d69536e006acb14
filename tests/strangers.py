"""Something that listens where an engine should, and answers what no engine would. It is no mock: a broken engine."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

Answer = Callable[[BinaryIO], object]

PONG = b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\nContent-Length: 2\r\n\r\nOK"


class Stranger(socketserver.ThreadingUnixStreamServer):
    """Answers /_ping with `ping` and everything else with `other`; counts what it was asked."""

    daemon_threads = True

    def __init__(self, socket: Path, ping: Answer, other: Answer) -> None:
        self.ping, self.other, self.asked, self.over = ping, other, 0, threading.Event()
        super().__init__(str(socket), _Asked)

    def handle_error(self, request: object, client_address: object) -> None:
        """Who asked has hung up: that is what most tests end with."""


class _Asked(socketserver.StreamRequestHandler):
    server: Stranger

    def handle(self) -> None:
        line = self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        self.server.asked += bool(line)
        answer = self.server.ping if b"/_ping" in line else self.server.other
        answer(self.wfile)  # type: ignore[arg-type]


@contextmanager
def stranger(socket: Path, ping: Answer, other: Answer | None = None) -> Iterator[Stranger]:
    """It listens at `socket` until the end."""
    with Stranger(socket, ping, other or ping) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()


def says(answer: bytes) -> Answer:
    """These bytes, and hangs up."""
    return lambda out: out.write(answer)


def http(body: bytes, status: str = "200 OK", kind: str = "application/json", **headers: str) -> Answer:
    """A whole HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return says("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def in_json(value: object, status: str = "200 OK") -> Answer:
    return http(json.dumps(value).encode(), status)


def silent(over: threading.Event) -> Answer:
    """Nothing at all, until the event."""
    return lambda _: over.wait(60)


def drips(begin: bytes, drop: bytes) -> Answer:
    """A beginning, and then a drop every now and then: each restarts a socket's own timeout."""

    def answer(out: BinaryIO) -> None:
        out.write(begin)
        pause = threading.Event()
        for _ in range(600):
            out.write(drop)
            pause.wait(0.1)

    return answer


def floods(begin: bytes, wave: bytes) -> Answer:
    """A beginning, and then no end."""

    def answer(out: BinaryIO) -> None:
        out.write(begin)
        while True:
            out.write(wave)

    return answer
