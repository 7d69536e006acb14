"""Private engines: what they are given, what they hold, and that nothing of them stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runner.engine import records
from runner.engine.private import started
from runner.engine.private.holders import log_tail
from runner.engine.private.opening import private
from runner.engine.private.started import attach
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, UsageError
from tests.conftest import Docker, cli
from tests.traces import Host, Traces, ended

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def new_docker() -> Iterator[Docker]:
    """The docker CLI on an engine that holds no image of another test's."""
    with private() as testbed:
        yield cli(testbed)


def test_the_lab_image_is_there_under_both_names(new_docker: Docker) -> None:
    names = new_docker("docker images --format {{.Repository}}:{{.Tag}}").split()

    assert sorted(names) == ["ubuntu:24.04", "vethlab/node:latest"]


def test_the_lab_image_has_the_tools_of_the_labs(docker: Docker) -> None:
    docker("docker run -d --name tools IMG sleep 600")
    for command in ("ifconfig", "ping -c 1 -W 5 127.0.0.1", "ip -o link", "nc -h", "bash -c hostname", "ls --version"):
        assert docker(f"docker exec tools {command}")
    assert "GNU" in docker("docker exec tools grep --version")


def test_names_are_looked_up_in_the_lab_image(docker: Docker) -> None:
    docker("docker network create seen")
    docker("docker run -d --name asked --network seen IMG sleep 600")

    assert "asked" in docker("docker run --rm --network seen IMG nslookup asked")


def test_plain_docker_speaks_to_the_first_server_and_a_context_to_the_second(lan_docker: Docker) -> None:
    lan_docker("docker network create here")
    lan_docker("docker network create there", on="server2")

    assert "here" in lan_docker("docker network ls", on="server1").split()
    assert "there" not in lan_docker("docker network ls").split()
    assert "there" in lan_docker("docker network ls", on="server2").split()


def test_the_users_docker_settings_do_not_reach_private_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    with private() as testbed:
        assert _docker(testbed, "version", "--format", "{{.Server.Version}}") == testbed.version
        assert {name for name in testbed.environ if name.startswith("DOCKER_")} == {
            "DOCKER_CONFIG",
            "DOCKER_CONTEXT",
        }
    gone = subprocess.run(["docker", "version"], env=testbed.environ, capture_output=True, text=True, check=False)
    assert "server1" in gone.stderr  # and not the engine of this machine


def test_the_servers_of_a_lan_reach_each_other_and_the_router(lan: Testbed, lan_docker: Docker) -> None:
    for on, target in (("server1", "192.168.0.12"), ("server2", "192.168.0.11"), ("server2", "192.168.0.1")):
        assert "1 received" in lan_docker(f"docker run --rm --network host IMG ping -c 1 -W 5 {target}", on=on)
    assert [str(server.address) for server in lan.servers] == ["192.168.0.11", "192.168.0.12"]


def test_the_router_has_no_way_to_the_containers(lan_docker: Docker, lan: Testbed) -> None:
    assert lan.lan is not None
    lan_docker("docker run -d --name hidden IMG sleep 600")
    address = lan_docker("docker inspect --format {{.NetworkSettings.IPAddress}} hidden")

    assert "docker0" in _on_host(lan.servers[0].pid, "ip", "route", "get", address).stdout
    assert "unreachable" in _on_host(lan.lan.pid, "ip", "route", "get", address).stderr


def test_a_container_cannot_write_to_the_template_or_the_hosts_files(new_docker: Docker) -> None:
    new_docker("docker run -d --name burglar -v /:/server IMG sleep 600")
    for target in ("/server/data/overlay2/*/diff/usr", "/server/usr", "/server/etc/alternatives", "/server/bin"):
        found = new_docker(f"docker exec burglar sh -c 'cd {target} && pwd && touch evil'", ok=False)
        if "/overlay2/" not in found or "/merged" not in found:
            assert "Read-only file system" in found, target


def test_each_layer_is_mounted_once_and_read_only(testbed: Testbed) -> None:
    mounts = [line.split() for line in Path(f"/proc/{testbed.server().pid}/mountinfo").read_text("utf-8").splitlines()]
    layers = [each for each in mounts if "/templates/" in each[3]]

    assert layers
    assert all(each[5].split(",")[0] == "ro" for each in layers)
    assert len({each[3] for each in layers}) == len(layers)


def test_a_server_sees_nothing_of_the_hosts_root(docker: Docker) -> None:
    seen = docker("docker run --rm -v /:/server IMG ls /server").split()

    assert not {"home", "srv", "mnt", "media", "boot", "old"} & set(seen)
    assert docker("docker run --rm -v /:/server IMG find /server/var/lib /server/opt -type f") == ""


def test_nothing_is_left_of_an_engine_with_running_containers() -> None:
    before = Host.now()
    with private(servers=2) as testbed:
        for server in testbed.servers:
            _docker(testbed, "--context", server.name, "run", "-d", "--name", "runs", testbed.image, "sleep", "600")
        traces = Traces.of(testbed)
        assert len(traces.processes) > 10

    assert traces.left() == []
    assert Host.now() == before


def test_closing_twice_does_nothing_more() -> None:
    testbed = private()
    testbed.close()
    testbed.close()

    assert testbed.name not in records.names()


def test_engines_start_side_by_side() -> None:
    with ThreadPoolExecutor() as pool:
        testbeds = list(pool.map(lambda _: private(), range(3)))
    try:
        assert len({_docker(each, "info", "--format", "{{.ID}}") for each in testbeds}) == 3
    finally:
        for each in testbeds:
            each.close()


def test_an_engine_that_cannot_start_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    for folder in ("usr/sbin", "usr/bin", "usr/lib"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "usr/sbin/dockerd").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "usr/sbin/dockerd").chmod(0o755)
    before = set(records.names())

    with pytest.raises(EngineFailed, match=r"the private engine did not start: .*not found"):
        started.start(1, lasting=False, base=str(tmp_path), template=None)
    assert not {name for name in records.names() if not records.owned(name)} - before


def test_a_log_is_told_in_one_line_without_control_characters(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\ntwo \x1b[31mred\x07\nthree\n\nfour\xff\n")

    assert log_tail(log) == "two red / three / four\N{REPLACEMENT CHARACTER}"


def test_a_missing_server_is_a_usage_error(testbed: Testbed) -> None:
    with pytest.raises(UsageError, match="server2"):
        testbed.server("server2")


def test_without_root_the_refusal_says_what_would_help() -> None:
    done = _python("import os; from runner.engine.private.opening import private; os.setuid(65534); private()")

    assert "NotHere: private engines need root" in done.stderr


def test_root_without_the_kernels_leave_is_refused_as_well() -> None:
    program = "from runner.engine.private.opening import private; private()"
    caps = ["--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]
    done = _run(["setpriv", *caps, sys.executable, "-c", program])

    assert "NotHere: private engines need CAP_SYS_ADMIN" in done.stderr


def test_engines_that_stay_outlive_their_starter_and_are_found_again() -> None:
    program = "from runner.engine.private.opening import private; print(private(servers=2, lasting=True).name)"
    name = _python(program).stdout.strip()
    record = next(each for each in records.lasting() if each.name == name)
    testbed = attach(record)
    traces = Traces.of(testbed)
    try:
        assert [server.name for server in testbed.servers] == ["server1", "server2"]
        assert _docker(testbed, "--context", "server2", "version", "--format", "{{.Server.Version}}")
        assert not records.owned(name)
    finally:
        testbed.close()

    assert traces.left() == []
    assert name not in [each.name for each in records.lasting()]


def test_contexts_are_in_the_clis_own_form(lan: Testbed) -> None:
    found = json.loads("[" + ",".join(_docker(lan, "context", "ls", "--format", "json").splitlines()) + "]")

    assert {each["Name"] for each in found if each["Current"]} == {"server1"}
    assert {each["Name"] for each in found} == {"default", "server1", "server2"}


def test_an_engine_ends_when_its_owner_is_killed_while_it_starts() -> None:
    program = """
import os
from runner.engine.private import started
from runner.engine.private.opening import private

def dies(ours, lan):
    print(ours.record.name, *(process.pid for process in ours.processes), flush=True)
    os.kill(os.getpid(), 9)

started._answering = dies
private()
"""
    name, *pids = _python(program).stdout.split()

    holders = [process for pid in pids if (process := records.process(int(pid))).start]
    assert ended(holders)
    assert name in records.names()


def _docker(testbed: Testbed, *argv: str) -> str:
    done = subprocess.run(
        ["docker", *argv], env=testbed.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _on_host(pid: int | None, *argv: str) -> subprocess.CompletedProcess[str]:
    """A command of this machine in the network namespace of a process."""
    return subprocess.run(
        ["nsenter", f"--net=/proc/{pid}/ns/net", *argv], capture_output=True, text=True, timeout=20, check=False
    )


def _python(program: str) -> subprocess.CompletedProcess[str]:
    return _run([sys.executable, "-c", program])


def _run(argv: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
