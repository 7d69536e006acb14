"""`vethlab engine`: engines that stay, work done on them by plain docker, and their end."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.vethlab import Vethlab


@pytest.fixture
def vethlab(apart: Vethlab) -> Vethlab:
    """With a run folder of its own, so that `engine stop` stops no other test's engines."""
    return apart


def in_shell(vethlab: Vethlab, script: str) -> str:
    """What a shell prints in which `engine env` was evaluated, as a person does it."""
    environ = vethlab.environ | {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix:///nowhere", "PYTHON": sys.executable}
    argv = [*vethlab.argv([])[:-3], "sh", "-eu", "-c", script]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_engine_stays_and_work_on_it_is_judged_there(vethlab: Vethlab) -> None:
    started = vethlab("engine", "start")
    assert started.code == 0, started.err
    assert vethlab("check", "bridge", "--step", "create").code == 1
    in_shell(vethlab, 'eval "$("$PYTHON" -m runner.cli engine env)"; docker network create mybridge')

    assert vethlab("check", "bridge", "--step", "create").code == 0
    assert "unix://" in vethlab("engine", "status").out
    assert vethlab("reset", "bridge", "--yes").code == 0
    assert vethlab("check", "bridge", "--step", "create").code == 1


@pytest.mark.parametrize("word", ["list", "engine status"])
def test_engines_of_a_start_that_was_killed_before_its_lab_was_open_are_cleared_away(
    vethlab: Vethlab, word: str
) -> None:
    assert vethlab("engine", "start").code == 0
    assert vethlab("list").code == 0
    assert "private engine" in vethlab("engine", "status").out
    in_shell(vethlab, 'for each in /run/vethlab/*/record.json; do touch "${each%/*}/for-labs"; done')
    assert vethlab(*word.split()).code == 0
    assert in_shell(vethlab, "ls -d /run/vethlab/*/ 2>/dev/null || :") == ""


def test_the_lan_of_a_lab_stays_with_a_context_for_each_server(vethlab: Vethlab) -> None:
    assert vethlab("engine", "start", "macvlan").code == 0
    script = 'eval "$("$PYTHON" -m runner.cli engine env macvlan)"; docker --context server2 info -f "{{.Name}}"'

    assert in_shell(vethlab, script).strip() == "server2"
    assert "192.168.0.12/24" in vethlab("onhost", "server2", "ip", "-br", "addr").out
    assert vethlab("check", "macvlan", "--step", "create").code == 1


def test_what_is_judged_is_on_the_engine_that_docker_was_pointed_at(vethlab: Vethlab) -> None:
    assert vethlab("engine", "start").code == 0
    assert vethlab("engine", "start", "macvlan").code == 0
    me = '"$PYTHON" -m runner.cli'
    made = f'eval "$({me} engine env macvlan)"; docker network create mybridge >&2'

    assert in_shell(vethlab, f"{made}; {me} check bridge --step create --json").startswith('{"verdict": "pass"')
    assert vethlab("check", "bridge", "--step", "create").code == 1
    assert "unset DOCKER_CONFIG" in in_shell(vethlab, f'eval "$({me} engine env)"; {me} engine stop')


def test_a_look_on_another_server_is_a_command_for_that_server(vethlab: Vethlab) -> None:
    assert vethlab("engine", "start", "macvlan").code == 0
    findings = vethlab("check", "macvlan", "--step", "lan", "--json").document()["labs"][0]["steps"][0]["findings"]

    assert [each["look"] for each in findings][:2] == [f"docker --context server{n} ps -a" for n in (1, 2)]


def test_starting_twice_starts_one(vethlab: Vethlab) -> None:
    first = vethlab("engine", "start"), vethlab("engine", "env").out
    second = vethlab("engine", "start"), vethlab("engine", "env").out

    assert first[1] == second[1]
    assert "Stopped: 1" in vethlab("engine", "stop").out


def test_without_an_engine_env_says_how_to_start_one(vethlab: Vethlab) -> None:
    ended = vethlab("engine", "env", "macvlan")

    assert ended.code == 3
    assert ended.out == ""
    assert "vethlab engine start macvlan" in ended.err


def test_a_run_does_not_touch_the_engine_that_stays(vethlab: Vethlab) -> None:
    vethlab("engine", "start")
    env = vethlab("engine", "env").out
    in_shell(vethlab, 'eval "$("$PYTHON" -m runner.cli engine env)"; docker network create mybridge')

    assert vethlab("run", "none").code == 0
    assert vethlab("engine", "env").out == env
    assert vethlab("check", "bridge", "--step", "create").code == 0


def test_a_run_that_keeps_tells_where(vethlab: Vethlab) -> None:
    ended = vethlab("run", "none", "--keep")

    assert ended.code == 0
    assert "none is kept: export DOCKER_CONFIG=" in ended.err
    assert vethlab("check", "none", "--step", "run").code == 0
