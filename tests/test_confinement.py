"""The layer behind the grammar: what somebody could do who got any docker command at all onto a confined engine.

The real docker CLI speaks to it here, hostile on purpose; docs/security.md tells what these tests show. The bombs go
off within limits much smaller than those for grading.
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runner.engine import records
from runner.engine.private import cgroups
from runner.engine.private.cgroups import FIRST_USER, hierarchies
from runner.engine.private.confinement import limits_hit, open_confined
from runner.engine.private.limits import Limits
from runner.engine.private.opening import private
from runner.engine.private.sweep import sweep
from runner.engine.sight.netns import entered
from runner.engine.testbed import Testbed
from runner.errors import NotHere
from tests.conftest import cli
from tests.host_state import HostState
from tests.hostile_lines import (
    ENGINE,
    MOUNTS,
    NAMESPACES,
    RIGHTS,
    ROOT_OF_THE_MACHINE,
    RUN,
    SECRET,
    TRIES,
    Attack,
    aimed,
    host_address,
)
from tests.traces import Traces

MIB = 1 << 20
SMALL = Limits(memory=384 * MIB, processes=300, disk=64 * MIB)


@pytest.fixture(scope="module")
def confined() -> Iterator[Testbed]:
    """An engine for the attacks that need no room; afterwards this computer is as it was."""
    before = HostState.now()
    with private(confined=SMALL) as testbed:
        yield testbed
    assert before.changes() == []


@pytest.fixture
def hostile(confined: Testbed, tmp_path: Path) -> Callable[[str], str]:
    """Types a line, with this computer's secrets put in."""
    (tmp_path / "secret").write_text(SECRET)
    return lambda line: _typed(confined, aimed(line, tmp_path / "secret"))


@pytest.fixture
def small() -> Iterator[Testbed]:
    """An engine for one bomb, with little to use up."""
    with private(confined=SMALL) as testbed:
        traces = Traces.of(testbed)
        yield testbed
    assert traces.left() == []


@pytest.mark.parametrize("attack", [*MOUNTS, *RIGHTS, *NAMESPACES, *ENGINE], ids=lambda each: each.id)
def test_an_attack_meets_the_confined_engine(attack: Attack, hostile: Callable[[str], str], tmp_path: Path) -> None:
    printed = hostile(attack.line)

    assert aimed(attack.shows, tmp_path) in printed
    assert [each for each in attack.hides if aimed(each, tmp_path) in printed] == []


def test_root_of_the_machine_is_nobody_on_this_computer(hostile: Callable[[str], str]) -> None:
    """With what `-v /:/h` and SYS_ADMIN give together, a container is the engine's equal."""
    script = "\n".join(f"({each}) >/dev/null 2>&1 && echo GOT {name!r}" for name, each in TRIES.items())
    printed = hostile(f"{RUN} --pid host {ROOT_OF_THE_MACHINE} IMG bash -c {shlex.quote(script)}")

    assert printed == "GOT what it may"


@pytest.mark.parametrize("parent", ["/", "/..", "../../..", "vethlab"])
def test_no_cgroup_parent_leads_out_of_the_limits(confined: Testbed, parent: str) -> None:
    docker = cli(confined)
    docker(f"docker run -d --name away --cgroup-parent {parent} IMG sleep 4321")
    sleeps = ["docker", "exec", "away", "cat", "/proc/1/comm"]

    assert _until(lambda: _run(confined, sleeps) == "sleep")  # not runc any more, which comes before
    assert "sleep" in [Path(f"/proc/{pid}/comm").read_text().strip() for pid in _processes(confined)]
    docker("docker rm -f away")


def test_all_processes_of_the_engine_are_of_a_user_that_nobody_else_is(confined: Testbed) -> None:
    assert {os.stat(f"/proc/{pid}").st_uid for pid in _processes(confined)} == {FIRST_USER}


def test_there_is_no_way_out_of_the_lan(confined: Testbed) -> None:
    docker = cli(confined)
    assert confined.lan
    router = Path(f"/proc/{confined.lan.pid}/ns/net")

    assert entered(router, lambda: {name for _, name in socket.if_nameindex()}) == {"lo", "switch", "server1"}
    for name in ("ipv4/ip_forward", "ipv6/conf/all/forwarding"):
        assert entered(router, Path("/proc/thread-self/root/proc/sys/net", name).read_text) == "0\n"
    with socket.create_server(("", 0)) as listening:
        port = listening.getsockname()[1]
        calls = "; ".join(
            f"nc -z -w 1 {each} {port} && echo open" for each in (host_address(), "192.168.0.1", "8.8.8.8")
        )
        for network in ("host", "bridge"):
            assert docker(f"docker run --rm --net {network} IMG sh -c {shlex.quote(calls)}", ok=False) == ""


def test_what_the_docker_command_itself_does_is_not_confined(confined: Testbed, tmp_path: Path) -> None:
    (tmp_path / "variables").write_text(f"A={SECRET}\n")
    docker = cli(confined)

    assert SECRET in docker(f"docker run --rm --env-file {tmp_path}/variables IMG env")
    docker(f"docker run --rm --cidfile {tmp_path}/written IMG true")
    assert (tmp_path / "written").exists()
    docker("docker create --name copied IMG")
    docker(f"docker cp {tmp_path}/variables copied:/root/")
    docker("docker rm copied")
    assert "daemon" in docker(f"docker -H unix://{tmp_path}/other.sock ps", ok=False)


def test_a_memory_bomb_takes_its_container(small: Testbed) -> None:
    docker = cli(small)
    docker("docker run --name mild -m 32m IMG tail /dev/zero", ok=False)
    assert limits_hit(small) == ()
    docker("docker run --name bomb IMG tail /dev/zero", ok=False)

    assert docker("docker inspect -f '{{.State.ExitCode}}' bomb") == "137"
    assert limits_hit(small) == ("memory",)
    assert docker("docker run --rm IMG echo lives") == "lives"


def test_a_container_that_fills_memory_by_files_is_stopped(small: Testbed) -> None:
    printed = cli(small)(
        "docker run --rm --tmpfs /t:size=100g IMG sh -c 'dd if=/dev/zero of=/t/x bs=1M count=900'", ok=False
    )

    assert "943718400 bytes" not in printed
    assert "memory" in limits_hit(small)


def test_a_fork_bomb_takes_its_container(small: Testbed) -> None:
    docker = cli(small)
    docker("docker run --rm --pids-limit 30 IMG bash -c 'for i in 1 2 3; do sleep 0.1 & done; wait'")
    assert limits_hit(small) == ()
    docker("docker run -d --name bomb IMG bash -c ':(){ :|:& };:; sleep 100'")
    assert _until(lambda: limits_hit(small) == ("processes",))

    assert docker("docker ps -q --filter name=bomb")
    docker("docker rm -f bomb")
    assert docker("docker run --rm IMG echo lives") == "lives"


def test_a_disk_is_full_sooner_than_this_computers(small: Testbed) -> None:
    docker = cli(small)
    docker("docker run --name mild IMG dd if=/dev/zero of=/x bs=1M count=10")
    assert limits_hit(small) == ()
    printed = docker("docker run --name bomb IMG dd if=/dev/zero of=/x bs=1M count=999", ok=False)

    assert "No space left on device" in printed
    assert limits_hit(small) == ("disk",)
    docker("docker rm -f bomb")
    assert docker("docker run --rm IMG echo lives") == "lives"


def test_files_without_end_fill_the_disk_too(small: Testbed) -> None:
    tiny = replace(SMALL, files=3000)
    with private(confined=tiny) as testbed:
        printed = cli(testbed)(
            "docker run --name bomb IMG bash -c 'for ((i=0; i<4000; i++)); do >/$i || exit; done'", ok=False
        )

        assert "No space left on device" in printed
        assert limits_hit(testbed) == ("disk",)


def test_output_without_end_fills_the_disk(small: Testbed) -> None:
    docker = cli(small)
    docker("docker run -d --name bomb IMG sh -c 'head -c 200M /dev/zero | tr [:cntrl:] x'")

    assert _until(lambda: "disk" in limits_hit(small))


def test_containers_without_number_end_at_the_limit_of_processes(small: Testbed) -> None:
    docker = cli(small)
    started = [docker("docker run -d IMG sleep 1000", ok=False) for _ in range(4)]
    assert all(len(each) == 64 for each in started)
    for _ in range(40):
        if len(docker("docker run -d IMG sleep 1000", ok=False)) != 64:
            break

    assert limits_hit(small) == ("processes",)


def test_what_never_ends_ends_with_the_engine() -> None:
    before = HostState.now()
    with open_confined(servers=2) as testbed:
        docker = cli(testbed)
        docker("docker run -d --name pings IMG ping -q 192.168.0.12")
        docker("docker run -d --name sleeps IMG sh -c 'trap : TERM INT HUP; while :; do sleep 1000; done'")
        docker("docker run -d --name held IMG sleep 1000")
        docker("docker pause held")
        docker("docker run -d --restart always IMG sleep 1000", on="server2")
        traces = Traces.of(testbed)
        assert limits_hit(testbed) == ()

    assert traces.left() == []
    assert before.changes() == []


def test_a_container_can_end_its_own_engine_and_no_more(small: Testbed) -> None:
    ends = "for i in /proc/[0-9]*; do grep -q dockerd $i/comm && kill -9 ${i#/proc/}; done"
    cli(small)(f"docker run -d --pid host IMG sh -c {shlex.quote(ends)}", ok=False)

    assert _until(lambda: not _processes(small))
    assert limits_hit(small) == ()


def test_a_confined_engine_ends_with_its_owner() -> None:
    before = HostState.now()
    program = """
import subprocess, sys
from runner.engine.private.confinement import open_confined
testbed = open_confined(1)
for name in ("runs", "held"):
    run = ["docker", "run", "-d", "--name", name, testbed.image, "sleep", "600"]
    subprocess.run(run, env=testbed.environ, check=True, capture_output=True)
subprocess.run(["docker", "pause", "held"], env=testbed.environ, check=True, capture_output=True)
print(testbed.name, flush=True)
sys.stdin.read()
"""
    argv = [sys.executable, "-c", program]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        name = owner.stdout.readline().strip()
        traces = Traces.named(name)
        owner.send_signal(signal.SIGKILL)
    assert traces.processes
    sweep()

    assert traces.left() == []
    assert name not in records.names()
    assert before.changes() == []


def test_the_limits_are_the_kernels_and_not_the_engines_to_lift(confined: Testbed) -> None:
    names = ("memory.limit_in_bytes", "memory.max", "pids.max")
    files = [file for name in names for file in cgroups.below(f"vethlab-{confined.name}-", name)]

    assert {int(each.read_text()) for each in files} == {SMALL.memory, SMALL.processes}
    assert {each.stat().st_uid for each in files} == {0}


def test_what_cannot_be_bounded_is_known(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory\n")
    here = hierarchies()

    assert not here.lacking
    assert hierarchies(f"cgroup2 {tmp_path} cgroup2 rw 0 0\n", tmp_path).lacking == ("pids",)
    assert hierarchies(f"cgroup {tmp_path}/cpu,memory cgroup rw,cpu,memory 0 0\n", tmp_path).lacking == ("pids",)
    assert hierarchies("proc /proc proc rw 0 0\n", tmp_path).lacking == ("memory", "pids")


def test_an_engine_without_bounds_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "hierarchies", lambda: cgroups.Hierarchies(1, {}))

    with pytest.raises(NotHere, match="cannot be bounded"):
        open_confined(1)


def test_an_engine_without_a_user_namespace_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unshare").write_text("#!/bin/sh\necho unshare failed: No space left on device >&2\nexit 1\n")
    (tmp_path / "unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(NotHere, match="need user namespaces"):
        open_confined(1)


def test_a_lacking_controller_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = hierarchies()
    lacking = cgroups.Hierarchies(found.version, {name: top for name, top in found.folders.items() if name != "pids"})
    monkeypatch.setattr(cgroups, "hierarchies", lambda: lacking)
    told: list[str] = []
    with open_confined(1, progress=told.append) as testbed:
        assert cli(testbed)("docker run --rm IMG echo works") == "works"

    assert told == ["the kernel has no pids cgroups: confined engines are not bounded in that"]


def _typed(testbed: Testbed, line: str) -> str:
    """What the line prints, whatever comes of it."""
    return _run(testbed, [word.replace("IMG", testbed.image) for word in shlex.split(line)])


def _run(testbed: Testbed, words: list[str]) -> str:
    done = subprocess.run(
        words, env=testbed.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=30, check=False,
    )  # fmt: skip
    return done.stdout.strip()


def _processes(testbed: Testbed) -> list[int]:
    """The processes that a testbed's limits hold for, those of containers too."""
    files = cgroups.below(f"vethlab-{testbed.name}-", "**/cgroup.procs")
    return sorted({int(pid) for each in files for pid in each.read_text().split()})


def _until(holds: Callable[[], bool], seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
