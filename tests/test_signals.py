"""Signals at any moment: clean-up, exit 130, the terminal as it was; after SIGKILL the next command clears away."""

from __future__ import annotations

import os
import pty
import random
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.engine import records
from runner.engine.places import run_dir
from runner.engine.private import sweep
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.vethlab import ROOT, Vethlab, until

MOMENTS = 3  # for each signal; a random one each, between the start and the end of a run
LONGEST = 4.0  # seconds until the signal
ENDS_AN_ENGINE = """
import sys
from runner.engine.private.opening import private
from runner.interrupt import listen
listen()
with private():
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(params=range(MOMENTS))
def moment(request: pytest.FixtureRequest) -> float:
    return random.random() * LONGEST * (int(request.param) + 1) / MOMENTS


def engines_of(pid: int) -> set[str]:
    """The names of the private engines that a process started."""
    found = {name: records.read(name) for name in records.names()}
    return {name for name, record in found.items() if record and record.owner.pid == pid}


def watched(process: subprocess.Popen[str], seconds: float) -> set[str]:
    """The engines seen while the process goes on for a while."""
    seen: set[str] = set()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        seen |= engines_of(process.pid)
        time.sleep(0.02)
    return seen | engines_of(process.pid)


def traces(names: set[str]) -> list[str]:
    """What is left of engines: folders, processes, mounts, cgroups."""
    left = [str(run_dir() / name) for name in names if (run_dir() / name).exists()]
    left += [str(cgroup) for name in names for cgroup in sweep.cgroups(f"vethlab-{name}-")]
    for place in ("environ", "mountinfo"):
        for file in Path("/proc").glob(f"[0-9]*/{place}"):
            try:
                text = file.read_bytes().decode(errors="replace")
            except OSError:
                continue
            left += [f"{file}: {name}" for name in names if f"/run/vethlab/{name}" in text]
    return left


@pytest.fixture
def terminal() -> Iterator[int]:
    """The child's end of a new terminal, with what it shows read away."""
    master, slave = pty.openpty()
    os.set_blocking(master, False)
    yield slave
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_cleans_up_and_ends_with_130(
    vethlab: Vethlab, number: signal.Signals, moment: float
) -> None:
    process = vethlab.start("run", "--all", "--json")
    seen = watched(process, moment)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert "Traceback" not in err
    assert process.returncode in (130, 0), err  # 0: it was done already
    assert out.count('"verdict": "cannot-judge", "labs": []') == (process.returncode == 130)
    assert not traces(seen)


def test_a_second_interrupt_does_not_break_off_the_clean_up(vethlab: Vethlab) -> None:
    process = vethlab.start("run", "--all")
    until(lambda: engines_of(process.pid), "an engine is there")
    seen = engines_of(process.pid)
    for _ in range(5):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert not traces(seen)


def test_after_a_kill_the_next_command_leaves_nothing(vethlab: Vethlab, moment: float) -> None:
    process = vethlab.start("run", "--all")
    seen = watched(process, moment)
    process.kill()
    process.communicate(timeout=30)
    assert vethlab("engine", "status").code == 0

    assert not traces(seen)


@pytest.mark.parametrize("milliseconds", [0, 10, 30, 60, 100])
def test_a_signal_while_an_engine_ends_lets_it_end(milliseconds: int) -> None:
    argv = [sys.executable, "-c", ENDS_AN_ENGINE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(argv, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "ready\n"
        seen = engines_of(process.pid)
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    assert seen
    assert not traces(seen)


def test_the_terminal_is_as_it_was(vethlab: Vethlab, terminal: int) -> None:
    before = termios.tcgetattr(terminal)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        ends = {"stdin": terminal, "stdout": terminal, "stderr": subprocess.PIPE}
        process = vethlab.start("run", "none", "host", **ends)
        until(lambda pid=process.pid: engines_of(pid), "an engine is there")  # type: ignore[misc]
        process.send_signal(number)
        process.communicate(timeout=30)
        assert termios.tcgetattr(terminal) == before
    assert vethlab("engine", "status").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_on_an_external_engine_takes_the_labs_things_away(
    vethlab: Vethlab, testbed: Testbed, docker: Docker, number: signal.Signals
) -> None:
    docker("docker run -d --name own_container IMG sleep 1000")
    process = vethlab.start("--engine", testbed.servers[0].url, "run", "none", "--json")
    until(lambda: "network_none" in docker("docker ps -a --format {{.Names}}").split(), "network_none is there")
    process.send_signal(number)
    _, err = process.communicate(timeout=30)

    assert process.returncode == 130, err
    assert docker("docker ps -a --format {{.Names}}").split() == ["own_container"]
    assert "mybridge" not in docker("docker network ls")
    assert not list((vethlab.state / "vethlab/baselines").glob("*.json"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_at_any_moment_leaves_an_external_engine_as_it_was(
    vethlab: Vethlab, testbed: Testbed, docker: Docker, number: signal.Signals, moment: float
) -> None:
    looks = ["docker ps -aq --no-trunc", "docker network ls -q --no-trunc"]
    docker("docker run -d --name own_container IMG sleep 1000")
    before = [docker(look) for look in looks]
    process = vethlab.start("--engine", testbed.servers[0].url, "run", "none", "container")
    watched(process, moment)
    process.send_signal(number)
    process.communicate(timeout=30)
    if number is signal.SIGKILL:
        for lab in ("none", "container"):
            assert vethlab("--engine", testbed.servers[0].url, "reset", lab, "--yes").code == 0

    assert [docker(look) for look in looks] == before
