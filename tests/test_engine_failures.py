"""Whatever becomes of the engine: exit 3 in time, one clear line, no traceback, never a pass and never a not-yet."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runner.engine.private.opening import private
from runner.engine.testbed import Testbed
from tests.vethlab import Ended, Vethlab, stop, until

WITHIN = 30  # seconds: the promise to people
COMMANDS = ["check", "run", "reset"]


@pytest.fixture
def victim() -> Iterator[Testbed]:
    """An engine of the test's own, to be mistreated."""
    with private() as testbed:
        yield testbed
        resume(testbed)


def resume(testbed: Testbed) -> None:
    """Lets the engine go on, if it is there still."""
    pid = testbed.server().pid
    assert pid is not None
    if Path(f"/proc/{pid}").exists():
        os.kill(pid, signal.SIGCONT)


def send(testbed: Testbed, number: signal.Signals) -> None:
    pid = testbed.server().pid
    assert pid is not None
    if number is signal.SIGSTOP:
        stop(pid)
    else:
        os.kill(pid, number)


def words(url: str, command: str) -> list[str]:
    return ["--engine", url, "--yes", command, "none", *([] if command == "reset" else ["--json"])]


def assert_cannot_judge(ended: Ended) -> None:
    """Exit 3 and, with --json, a document in which nothing passes and nothing is held against the student."""
    assert ended.code == 3, ended
    if not ended.out.startswith("{"):
        assert len(ended.err.splitlines()) <= 2, ended.err
        return
    document = ended.document()
    assert document["verdict"] == "cannot-judge"
    assert ended.whys().strip()


@contextmanager
def answering(answer: Callable[[bytes], bytes], folder: Path) -> Iterator[str]:
    """The URL of something that is no engine: it answers each connection with whatever `answer` gives."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "fake.sock"))
        server.listen()
        server.settimeout(0.1)
        over = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, answer, over))
        thread.start()
        try:
            yield f"unix://{folder / 'fake.sock'}"
        finally:
            over.set()
            thread.join()


def _serve(server: socket.socket, answer: Callable[[bytes], bytes], over: threading.Event) -> None:
    while not over.is_set():
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        with client:
            client.settimeout(2)
            try:
                client.sendall(answer(client.recv(65536)))
            except (OSError, TimeoutError):
                continue


def _http(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    head += "Api-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n"  # what a ping is answered with
    head += f"Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


NONSENSE: dict[str, Callable[[bytes], bytes]] = {
    "no HTTP": lambda _: b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing at all": lambda _: b"",
    "no JSON": lambda _: _http(b"<html>It works!</html>"),
    "another JSON": lambda _: _http(b'{"hello": ["world"]}'),
    "a list": lambda _: _http(b"[1, 2, 3]"),
    "a version and then nonsense": lambda asked: _http(
        b'{"Version": "20.10.24", "ApiVersion": "1.41"}' if b"/version" in asked else b"17"
    ),
    "server errors": lambda _: _http(b'{"message": "out of order"}', "500 Internal Server Error"),
    "refusals": lambda _: _http(b'{"message": "authorization denied by plugin"}', "403 Forbidden"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", NONSENSE)
def test_an_engine_that_talks_nonsense_cannot_judge(vethlab: Vethlab, tmp_path: Path, command: str, kind: str) -> None:
    with answering(NONSENSE[kind], tmp_path) as url:
        assert_cannot_judge(vethlab(*words(url, command), within=WITHIN))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("url", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"])
def test_an_engine_that_is_absent_or_refuses_cannot_judge(vethlab: Vethlab, command: str, url: str) -> None:
    ended = vethlab(*words(url, command), within=WITHIN)

    assert_cannot_judge(ended)
    assert url in ended.err


@pytest.mark.parametrize("command", COMMANDS)
def test_an_engine_that_is_stopped_cannot_judge(vethlab: Vethlab, victim: Testbed, command: str) -> None:
    send(victim, signal.SIGSTOP)

    assert_cannot_judge(vethlab(*words(victim.servers[0].url, command), within=WITHIN))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("container", ["bridge_first", "mynetwork_container"])
def test_an_engine_that_is_lost_during_a_run_cannot_judge(
    vethlab: Vethlab, victim: Testbed, number: signal.Signals, container: str
) -> None:
    process = vethlab.start("--engine", victim.servers[0].url, "run", "bridge", "--json")
    docker = victim.server().docker
    until(lambda: any(f"/{container}" in each["Names"] for each in docker.containers()), f"{container} is there")
    send(victim, number)
    out, err = process.communicate(timeout=WITHIN)
    ended = Ended(process.returncode, out, err)

    assert "Traceback" not in err
    assert_cannot_judge(ended)
    assert "not-yet" not in ended.verdicts().values()
    assert ended.verdicts()["custom"] == "cannot-judge"


def test_after_a_lost_engine_is_back_the_next_run_finds_what_was_left(vethlab: Vethlab, victim: Testbed) -> None:
    url = victim.servers[0].url
    process = vethlab.start("--engine", url, "run", "none", "--json")
    docker = victim.server().docker
    until(lambda: any("/network_none" in each["Names"] for each in docker.containers()), "network_none is there")
    send(victim, signal.SIGSTOP)
    process.communicate(timeout=WITHIN)
    resume(victim)

    assert vethlab("--engine", url, "run", "none").code == 0
    assert not docker.containers()
