"""`doctor`: every need with a mark, what mends it under a cross; kinds of engines, told by what they say themselves."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from runner.engine import find
from runner.engine.kinds import kinds, kinds_of, remarks
from runner.engine.private.opening import private
from runner.engine.testbed import Testbed, external
from runner.plain import cells
from runner.session import needs
from tests.conftest import cli
from tests.recorded_engines import ENGINES
from tests.strangers import PONG, Answer, in_json, says, stranger
from tests.vethlab import ROOT, Ended, Vethlab

NOWHERE = "unix:///nowhere/docker.sock"


@pytest.fixture
def student(tmp_path: Path) -> Vethlab:
    """With a home of its own, where docker is pointed at nothing. Root without the right to start engines."""
    (tmp_path / ".docker").mkdir()
    before = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", "--"]
    return Vethlab(tmp_path, before, HOME=str(tmp_path), DOCKER_HOST=NOWHERE)


def block(ended: Ended, title: str) -> str:
    """The lines under one heading."""
    found = re.search(rf"^{re.escape(title)}\n((?:  .*\n)+)", ended.out, re.MULTILINE)
    assert found, ended.out
    return found[1]


# kinds


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_is_recognised_by_what_it_says(name: str) -> None:
    engine = ENGINES[name]
    assert tuple(each.word for each in kinds(engine.info, engine.version, engine.url)) == engine.kinds


@pytest.mark.parametrize("name", ENGINES)
def test_what_is_told_of_an_engine_is_whole(name: str) -> None:
    engine = ENGINES[name]
    for each in kinds(engine.info, engine.version, engine.url):
        assert each.title
        assert each.remark or each.leaves == "all"
        assert "{" not in each.title + each.remark


@pytest.mark.parametrize("url", ["tcp://192.0.2.1:2376", "ssh://user@host", "https://192.0.2.1:2376"])
def test_an_engine_that_is_not_asked_by_a_socket_is_remote(url: str) -> None:
    engine = ENGINES["debian"]
    assert [each.word for each in kinds(engine.info, engine.version, url)] == ["remote"]


@pytest.mark.parametrize("nonsense", [None, 7, "name=rootless", ["x", 7, None], {"LocalNodeState": ["active"]}])
def test_an_engine_that_talks_nonsense_is_of_no_kind(nonsense: object) -> None:
    keys = ("SecurityOptions", "OperatingSystem", "KernelVersion", "DriverStatus", "Swarm", "Warnings", "OSType")
    document = dict.fromkeys(keys, nonsense)
    assert kinds(document, {"Components": nonsense}, "unix:///x.sock") == ()


def test_an_ordinary_engine_needs_no_remark(testbed: Testbed, url: str) -> None:
    assert remarks(testbed) == ()
    assert kinds_of(external(url)) == ()
    assert remarks(external(url)) == ()


# doctor


def test_everything_that_is_needed_is_told_in_its_group(vethlab: Vethlab, url: str) -> None:
    ended = vethlab("--engine", url, "doctor")

    assert ended.code == 0
    assert f"✔ Python {sys.version.split()[0]}: docker " in block(ended, "Python")
    assert "✔ bash 5" in block(ended, "Terminal and shell, for `start`")
    assert "· no terminal here" in block(ended, "Terminal and shell, for `start`")
    assert "✔ Docker version " in block(ended, "The docker command")
    assert str(vethlab.state / "vethlab") in block(ended, "Places that are written to")
    assert "✔ a private engine starts" in block(ended, "Private engines")
    assert f"✔ an engine answers at {url}" in block(ended, "Your own engine")
    assert "✔ it has the lab image" in block(ended, "Your own engine")
    assert ended.out.endswith("Every lab can be played here.\n")


def test_without_the_right_to_start_engines_an_engine_of_ones_own_is_enough(student: Vethlab, url: str) -> None:
    ended = student("--engine", url, "doctor")

    assert ended.code == 0
    assert "private engines need CAP_SYS_ADMIN" in block(ended, "Private engines")
    assert "sudo" not in ended.out
    assert "bridge/outside" in block(ended, "Your own engine")
    assert "docker exec and helper containers" in block(ended, "Your own engine")
    assert "The labs with one server can be played here" in ended.out


def test_with_no_engine_at_all_root_is_not_sent_to_sudo(student: Vethlab) -> None:
    ended = student("doctor")

    assert ended.code == 4
    assert "there is no such socket (DOCKER_HOST)" in block(ended, "Your own engine")
    assert re.search(r"start the engine \(`(systemctl start docker|service docker start)`\)", ended.out)
    assert "sudo" not in ended.out
    assert ended.out.endswith("No lab can be played here yet.\n")


def test_podman_in_dockers_place_is_no_engine_for_the_labs(student: Vethlab, tmp_path: Path) -> None:
    engine, at = ENGINES["podman"], tmp_path / "podman.sock"
    with stranger(at, says(PONG), _describes(engine.info, engine.version)):
        ended = student("--engine", f"unix://{at}", "doctor")

    assert ended.code == 4
    assert "✘ an engine answers" in block(ended, "Your own engine")
    assert "Use a Docker Engine." in block(ended, "Your own engine")


def _describes(info: dict[str, object], version: dict[str, object]) -> Answer:
    """The same document for every question: what either asks for stands in both."""
    return in_json({**info, **version, "Version": "4.3.1"})


def test_keys_to_detach_that_are_ones_own_are_told(student: Vethlab) -> None:
    (student.state / ".docker/config.json").write_text(json.dumps({"detachKeys": "ctrl-e,e"}))
    assert "· you detach with ctrl-e,e" in block(student("doctor"), "The docker command")


@pytest.mark.parametrize("config", ['{"detachKeys": "ctrl-p,ctrl-q"}', "{", "[]", '{"detachKeys": 7}'])
def test_other_settings_of_docker_are_not(student: Vethlab, config: str) -> None:
    (student.state / ".docker/config.json").write_text(config)
    assert "you detach with" not in student("doctor").out


def test_an_alias_in_the_way_is_told(student: Vethlab) -> None:
    (student.state / ".bashrc").write_text("echo hello\nalias docker='sudo docker'\n")
    told = block(student("doctor"), "The docker command")

    assert "in your bash `docker` is an alias" in told
    assert "unalias docker" in told


def test_a_docker_command_that_is_podman_is_told(student: Vethlab, tmp_path: Path) -> None:
    program = tmp_path / "bin/docker"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho podman version 4.3.1\n")
    program.chmod(0o755)
    student.environ["PATH"] = f"{program.parent}:{os.environ['PATH']}"

    assert f"✘ {program} is Podman in Docker's place" in block(student("doctor"), "The docker command")


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = Vethlab(tmp_path / "file")("--engine", NOWHERE, "doctor")

    assert "✘ cannot write to" in block(ended, "Places that are written to")


def test_packages_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [f"{name}>={least}" for name, least in needs.PACKAGES.items()] == project["dependencies"]


@pytest.mark.parametrize(
    ("environ", "mark", "coloured"),
    [
        ({"TERM": "xterm"}, "✘", True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "✘", False),
        ({"TERM": "dumb"}, "✘", False),
        ({"TERM": "xterm", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "NO", True),
    ],
)
def test_a_narrow_terminal_breaks_no_word(student: Vethlab, environ: dict[str, str], mark: str, coloured: bool) -> None:
    argv = student.argv(["--engine", NOWHERE, "doctor"])
    surroundings = {**student.environ, **environ}
    surroundings.pop("COLUMNS", None)  # which goes before the terminal's own size
    with pexpect.spawn(argv[0], argv[1:], env=surroundings, dimensions=(20, 40), encoding="utf-8") as terminal:
        terminal.expect(pexpect.EOF, timeout=60)
    shown = terminal.before or ""
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    prose = [line for line in plain.splitlines() if not line.startswith("      ") and "/" not in line]

    assert f"  {mark} cannot reach the engine" in plain
    assert ("\x1b[3" in shown) == coloured
    assert max(map(cells, prose)) <= 40
    assert "No lab can be played here yet." in prose


# words for root and for others


def test_programs_that_are_missing_are_told_with_the_command_that_installs_them(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for program in ("sh", "cat"):
        (tmp_path / "bin" / program).symlink_to(f"/bin/{program}")
    hide = 'mount -t tmpfs tmpfs /usr/sbin && exec env PATH=/usr/bin:/bin "$@"'
    apart = Vethlab(tmp_path, ["unshare", "--mount", "sh", "-c", hide, "sh"])
    ended = apart("doctor")

    assert ended.code in (0, 4)
    assert "✘ programs are missing: dockerd" in ended.out
    assert "apt-get install" in ended.out


def test_an_ordinary_user_is_sent_to_sudo(as_nobody: Callable[[], None]) -> None:
    as_nobody()
    assert find.with_private("vethlab start macvlan") == "sudo vethlab start macvlan"


# the engine's host without an outside


def test_a_host_without_an_outer_interface_is_unsupported_not_unjudged(tmp_path: Path) -> None:
    with private() as engine:
        _on_host(engine, "link", "delete", "eth0")
        ended = Vethlab(tmp_path)("--engine", engine.servers[0].url, "run", "host", "--json")

    assert ended.verdicts() == {"run": "pass", "no-veth": "unsupported", "port": "unsupported", "refuse": "pass"}
    assert "has no interface to the outside" in ended.whys()
    assert ended.code == 4


def test_a_host_without_a_way_on_still_has_its_address(tmp_path: Path) -> None:
    with private() as engine:
        cli(engine)("docker run -d -i --name network_host --net host IMG")
        _on_host(engine, "route", "delete", "default")
        answer = ("--step", "no-veth", "--answer", str(engine.servers[0].address))
        ended = Vethlab(tmp_path)("--engine", engine.servers[0].url, "check", "host", *answer, "--json")

    assert ended.verdicts() == {"no-veth": "pass"}


def _on_host(engine: Testbed, *change: str) -> None:
    """`ip CHANGE` on the engine's host, to which the tests then are strangers."""
    namespace = f"--net=/proc/{engine.servers[0].pid}/ns/net"
    subprocess.run(["nsenter", namespace, "ip", *change], check=True, timeout=10)


# engine start


def test_engine_start_says_whether_it_ran_already(apart: Vethlab) -> None:
    assert "Started: " in apart("engine", "start").out
    again = apart("engine", "start")

    assert again.code == 0
    assert "It runs already: " in again.out
    assert "vethlab engine stop" in again.out or "./vethlab engine stop" in again.out
