"""Real engines for the tests: one private server for each worker, a LAN of two for the workers that ask for it.

A missing engine is an error, never a skip. After each test what it made on the engine is removed.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import pytest

from checks.probe import Probe
from runner.engine.private.opening import private
from runner.engine.sdk import failures
from runner.engine.sight.probe import Way, look
from runner.engine.testbed import Testbed
from runner.lab.reading import BUILT_IN
from tests.vethlab import Vethlab

COMMAND_SECONDS = 60


class Docker(Protocol):
    """Runs a `docker …` line; `IMG` stands for the lab image. Its output, both streams as they came, stripped."""

    def __call__(self, line: str, on: str | None = None, ok: bool = True) -> str: ...


@pytest.fixture(scope="session")
def testbed() -> Iterator[Testbed]:
    """One private server."""
    with private() as started:
        yield started


@pytest.fixture(scope="session")
def lan() -> Iterator[Testbed]:
    """Two private servers on one LAN."""
    with private(servers=2) as started:
        yield started


@pytest.fixture
def docker(testbed: Testbed) -> Iterator[Docker]:
    """The real docker CLI on `testbed`."""
    yield cli(testbed)
    _clear(testbed)


@pytest.fixture
def lan_docker(lan: Testbed) -> Iterator[Docker]:
    """The real docker CLI on `lan`; `on="server2"` names the server."""
    yield cli(lan)
    _clear(lan)


@pytest.fixture
def vethlab(tmp_path: Path) -> Vethlab:
    """The command line, with a state folder of its own."""
    return Vethlab(tmp_path)


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Vethlab]:
    """The command line with a state folder and a run folder of its own: its engines that stay are no other test's."""
    Path("/run/vethlab").mkdir(exist_ok=True)
    hold = "mount -t tmpfs tmpfs /run/vethlab && echo ready && exec sleep 1000"
    argv = ["unshare", "--mount", "--propagation", "private", "sh", "-c", hold]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        vethlab = Vethlab(tmp_path, ["nsenter", f"--mount=/proc/{holder.pid}/ns/mnt", "--"])
        try:
            yield vethlab
            vethlab("engine", "stop")
        finally:
            holder.kill()


@pytest.fixture
def url(testbed: Testbed) -> str:
    """Where the engine of `testbed` is: for a command it is an external one."""
    return testbed.servers[0].url


@pytest.fixture(params=["kernel", "exec"])
def sight(request: pytest.FixtureRequest) -> Way:
    """Both ways to see: a test that asks for it runs through each."""
    chosen: Way = request.param
    return chosen


@pytest.fixture
def probe(testbed: Testbed, sight: Way) -> Callable[[], Probe]:
    """A fresh look at `testbed`, through `sight`."""
    return lambda: look(testbed, way=sight)


@pytest.fixture
def lan_probe(lan: Testbed, sight: Way) -> Callable[..., Probe]:
    """A fresh look at a server of `lan`, through `sight`."""
    return lambda on="server1": look(lan, on, way=sight)


@pytest.fixture
def as_nobody(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Makes an ordinary user of us, from the call on to the end of the test."""
    failures()  # imports what could not be read later
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    was = os.geteuid()
    yield lambda: os.seteuid(65534) if was == 0 else None
    os.seteuid(was)


def cli(testbed: Testbed) -> Docker:
    """The docker CLI on any testbed."""

    def run(line: str, on: str | None = None, ok: bool = True) -> str:
        words = [testbed.image if word == "IMG" else word for word in shlex.split(line)]
        assert words[0] == "docker", line
        return _run(testbed, [*words[:1], *(["--context", on] if on else []), *words[1:]], ok)

    return run


def _run(testbed: Testbed, argv: list[str], ok: bool = True) -> str:
    done = subprocess.run(
        argv,
        env=testbed.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode == 0 or not ok, f"{shlex.join(argv)}: {done.returncode}\n{done.stdout}"
    return done.stdout.strip()


def _clear(testbed: Testbed) -> None:
    """Remove every container, side by side, and every network that is not the engine's own.

    Through the API: four docker commands a test take longer than many a test.
    """
    for server in testbed.servers:
        docker = server.docker
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(docker.remove_container, [each["Id"] for each in docker.containers()]))
        for network in docker.networks():
            if network["Name"] not in BUILT_IN:
                docker.remove_network(network["Id"])
