"""The engine's API against a real engine: what is there, what is gone, commands, helpers, images, events."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.engine.docker import HELPER, Docker, Gone
from runner.engine.private.opening import private
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, UsageError
from tests.conftest import Docker as Cli
from tests.vethlab import stop


@pytest.fixture
def engine(testbed: Testbed) -> Docker:
    return testbed.server().docker


@pytest.fixture
def web(docker: Cli) -> str:
    """A container that runs."""
    docker("docker run -d -i -t --name web IMG")
    return "web"


def test_a_command_gives_its_exit_code_and_what_it_wrote(engine: Docker, web: str) -> None:
    assert engine.exec_run(web, ["sh", "-c", "echo out; exit 3"]) == (3, b"out\n")
    assert engine.exec_run(web, ["sh", "-c", "echo no >&2"], stderr=False) == (0, b"")
    assert engine.exec_run(web, ["sh", "-c", "id -u"], user="65534") == (0, b"65534\n")


def test_short_outputs_are_never_lost(engine: Docker, web: str) -> None:
    assert [engine.exec_run(web, ["echo", str(n)]) for n in range(40)] == [(0, b"%d\n" % n) for n in range(40)]


def test_a_command_that_is_not_there_is_126_or_127(engine: Docker, web: str, testbed: Testbed) -> None:
    code, output = engine.exec_run(web, ["nonesuch"])
    assert code in (126, 127)
    assert b"executable file not found" in output
    assert engine.run_helper(testbed.image, ["nonesuch"])[0] == 127


def test_a_command_that_does_not_end_is_given_up_and_the_engine_is_asked_on(engine: Docker, web: str) -> None:
    with pytest.raises(EngineFailed, match="did not end in time"):
        engine.exec_run(web, ["sleep", "60"], timeout=0.5)
    assert engine.inspect(web)["State"]["Running"] is True


def test_a_flood_is_cut_off(engine: Docker, web: str) -> None:
    with pytest.raises(EngineFailed, match="does not end"):
        engine.exec_run(web, ["yes"])


GONE: dict[str, Callable[[Docker], object]] = {
    "inspect": lambda docker: docker.inspect("gone"),
    "network": lambda docker: docker.network("gone"),
    "exec_run": lambda docker: docker.exec_run("gone", ["true"]),
    "helper's image": lambda docker: docker.run_helper("gone", ["true"]),
    "helper's namespace": lambda docker: docker.run_helper(
        "vethlab/node:latest", ["true"], network_mode="container:gone"
    ),
    "disconnect": lambda docker: docker.disconnect("gone", "bridge"),
    "tag": lambda docker: docker.tag("gone", "x/y:z"),
}


@pytest.mark.parametrize("call", GONE.values(), ids=GONE)
def test_what_is_missing_is_gone(engine: Docker, call: Callable[[Docker], object]) -> None:
    with pytest.raises(Gone, match="gone"):
        call(engine)


@pytest.mark.parametrize("made", ["docker create --name web IMG", "docker run -d --name web IMG true"])
def test_a_command_in_a_container_that_does_not_run_is_gone(engine: Docker, docker: Cli, made: str) -> None:
    docker(made)
    docker("docker wait web") if "run" in made else None
    with pytest.raises(Gone):
        engine.exec_run("web", ["true"])
    with pytest.raises(Gone):
        engine.run_helper("vethlab/node:latest", ["true"], network_mode="container:web")


def test_a_command_in_a_paused_container_is_gone(engine: Docker, docker: Cli, web: str) -> None:
    docker("docker pause web")
    with pytest.raises(Gone, match="paused"):
        engine.exec_run(web, ["true"])


def test_a_helper_sees_the_namespace_and_is_removed(engine: Docker, web: str, testbed: Testbed) -> None:
    code, output = engine.run_helper(testbed.image, ["hostname"], network_mode=f"container:{web}")
    assert (code, output.decode().strip()) == (0, engine.inspect(web)["Config"]["Hostname"])
    with pytest.raises(EngineFailed, match="did not end in time"):
        engine.run_helper(testbed.image, ["sleep", "60"], timeout=0.5)
    assert engine.containers(labels=[HELPER]) == []


def test_removing_what_is_gone_already_is_no_error(engine: Docker, web: str) -> None:
    for _ in range(2):
        engine.remove_container(web)
    engine.remove_network("gone")
    with pytest.raises(EngineFailed, match="bridge"):
        engine.remove_network("bridge")


def test_networks_are_listed_and_their_members_inspected(engine: Docker, web: str) -> None:
    assert {"bridge", "host", "none"} <= {each["Name"] for each in engine.networks()}
    (member,) = engine.network("bridge")["Containers"].values()
    assert member["Name"] == web
    assert [each["Names"] for each in engine.containers()] == [["/web"]]


def test_an_image_goes_to_a_file_and_comes_back(engine: Docker, testbed: Testbed, docker: Cli, tmp_path: Path) -> None:
    file = tmp_path / "image.tar"
    engine.tag(testbed.image, "vethlab/other:1")
    was = engine.image_id("vethlab/other:1")
    engine.save("vethlab/other:1", file)
    docker("docker rmi vethlab/other:1")
    assert engine.image_id("vethlab/other:1") is None
    engine.load(file)
    assert engine.image_id("vethlab/other:1") == was
    docker("docker rmi vethlab/other:1")


def test_an_image_file_that_is_none_changes_nothing(engine: Docker, tmp_path: Path) -> None:
    file = tmp_path / "image.tar"
    file.write_bytes(b"no tar at all")
    with pytest.raises(EngineFailed):
        engine.load(file)
    with pytest.raises(EngineFailed):
        engine.import_image(file, "vethlab/other:1")
    with pytest.raises(Gone):
        engine.save("gone", file)
    assert file.read_bytes() == b"no tar at all"
    assert [each.name for each in tmp_path.iterdir()] == ["image.tar"]
    with pytest.raises(UsageError):
        engine.load(tmp_path / "gone.tar")
    with pytest.raises(UsageError):
        engine.save("vethlab/node:latest", Path(os.devnull))


def test_events_are_told_until_they_are_closed(engine: Docker, docker: Cli) -> None:
    events = engine.events({"type": ["network"], "event": ["create", "destroy"]})
    docker("docker network create quiet")
    docker("docker network rm quiet")
    told = [next(events) for _ in range(2)]
    assert [(each["Action"], each["Actor"]["Attributes"]["name"]) for each in told] == [
        ("create", "quiet"),
        ("destroy", "quiet"),
    ]
    closing = threading.Timer(0.2, events.close)
    closing.start()
    assert list(events) == []
    closing.join()


def test_an_engine_that_stops_is_given_up_once_and_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with private() as testbed:
        server = testbed.server()
        docker = Docker(server.url, limit=1.0)
        events = docker.events()
        assert server.pid is not None
        stop(server.pid)
        began = time.monotonic()
        for call in (docker.networks, docker.containers, docker.ping, docker.info) * 10:
            with pytest.raises(EngineFailed, match="did not answer in time"):
                call()
        assert time.monotonic() - began < 10  # once, not forty times
        os.kill(server.pid, signal.SIGCONT)
        docker.heard()
        assert docker.networks()
        monkeypatch.setattr("runner.engine.docker._DEAF", 0)
        again = Docker(server.url)
        assert again.networks()
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(EngineFailed):
            list(events)
        with pytest.raises(EngineFailed):
            again.networks()
        again.close()
        docker.close()
