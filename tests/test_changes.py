"""What wakes whoever follows an engine, and what does not."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from runner.engine.changes import Changes
from runner.engine.private.opening import private
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from tests.conftest import Docker as Cli
from tests.conftest import cli
from tests.vethlab import stop

SOON = 20.0  # seconds at most for what comes at once
A_WHILE = 0.3  # seconds in which what never comes would have come


@pytest.fixture
def changes(testbed: Testbed, docker: Cli) -> Iterator[Changes]:
    """Those of the tests' engine, with a container `web` that runs."""
    docker("docker run -d -i -t --name web IMG")
    with Changes(testbed) as followed:
        yield followed


def settled(changes: Changes) -> None:
    """Takes in what is still under way."""
    while changes.wait(A_WHILE):
        pass


def test_what_a_student_does_wakes(changes: Changes, docker: Cli) -> None:
    assert not changes.wait(0)
    for line in (
        "docker network create own",
        "docker network connect own web",
        "docker network disconnect own web",
        "docker network rm own",
        "docker rename web web2",
        "docker pause web2",
        "docker unpause web2",
        "docker stop -t 0 web2",
        "docker start web2",
        "docker create --name more IMG",
        "docker rm -f web2",
    ):
        settled(changes)
        docker(line)
        assert changes.wait(SOON), line


def test_a_burst_wakes_once(changes: Changes, docker: Cli) -> None:
    docker("docker run -d -i -t --name more IMG")
    assert changes.wait(SOON)
    assert not changes.wait(A_WHILE)


def test_who_only_looks_does_not_wake(changes: Changes, docker: Cli, testbed: Testbed) -> None:
    docker("docker exec web ifconfig")
    docker("docker inspect web")
    docker("docker top web")
    docker("docker cp web:/etc/hosts -")
    engine = testbed.server().docker
    assert engine.exec_run("web", ["true"]) == (0, b"")
    assert engine.run_helper(testbed.image, ["true"]) == (0, b"")
    assert engine.run_helper(testbed.image, ["true"], network_mode="container:web")[0] == 0
    look(testbed, way="exec").host()
    assert not changes.wait(A_WHILE)


def test_every_server_wakes(lan: Testbed, lan_docker: Cli) -> None:
    with Changes(lan) as changes:
        for server in ("server1", "server2"):
            lan_docker("docker network create own", on=server)
            assert changes.wait(SOON), server


def test_an_engine_that_goes_away_is_told_and_followed_again_by_another() -> None:
    with private() as testbed:
        pid = testbed.server().pid
        assert pid is not None
        with Changes(testbed) as changes:
            stop(pid)  # it hangs: its connections stay open
            with pytest.raises(EngineFailed, match="did not answer in time"):
                changes.wait(60)
            with pytest.raises(EngineFailed):
                changes.wait(0)
        os.kill(pid, signal.SIGCONT)
        with Changes(testbed) as changes:
            cli(testbed)("docker network create own")
            assert changes.wait(SOON)
            settled(changes)
            os.kill(pid, signal.SIGKILL)
            with pytest.raises(EngineFailed):
                changes.wait(60)
        with pytest.raises(EngineFailed):
            Changes(testbed)


def test_the_threads_end_with_it_and_a_waiting_one_is_woken(testbed: Testbed) -> None:
    before = set(threading.enumerate())
    changes = Changes(testbed)
    ours = [each for each in threading.enumerate() if each not in before]
    assert ours
    closing = threading.Timer(0.1, changes.close)
    closing.start()
    assert not changes.wait(60)
    closing.join()
    changes.close()
    for thread in ours:
        thread.join(SOON)
        assert not thread.is_alive(), thread
