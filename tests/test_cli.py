"""The command line: exit codes, documents, suggestions, and what it says when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from runner.commands import WORDS
from tests.conftest import Docker
from tests.vethlab import ROOT, Ended, Vethlab

NOWHERE = "unix:///nowhere/docker.sock"


def told(ended: Ended) -> list[str]:
    """What stderr says: one line, and perhaps one more with what to try."""
    lines = ended.err.splitlines()
    assert len(lines) <= 2, ended.err
    return lines


def test_help_names_every_command(vethlab: Vethlab) -> None:
    ended = vethlab("--help")

    assert ended.code == 0
    assert all(f"\n    {word} " in ended.out for word in WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_every_command_has_a_help_of_its_own(vethlab: Vethlab, word: str) -> None:
    assert vethlab(word, "--help").code == 0


def test_a_misspelt_command_is_suggested(vethlab: Vethlab) -> None:
    ended = vethlab("chekc", "bridge")

    assert ended.code == 2
    assert "did you mean check?" in told(ended)[0]


def test_a_misspelt_lab_is_suggested(vethlab: Vethlab) -> None:
    ended = vethlab("run", "brige")

    assert ended.code == 2
    assert "did you mean bridge?" in told(ended)[0]


def test_a_misspelt_step_is_suggested(vethlab: Vethlab, url: str) -> None:
    ended = vethlab("--engine", url, "check", "bridge", "--step", "crate")

    assert ended.code == 2
    assert "did you mean create?" in told(ended)[0]


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "--all", "bridge"],
        ["run", "bridge", "--jsn"],
        ["check"],
        ["check", "bridge", "--all", "--step", "create"],
        ["check", "bridge", "--step", "create", "--answer", "x"],
        ["--lang", "tlh", "list"],
        ["--engine", "ftp://somewhere", "check", "bridge"],
        ["engine", "stop", "bridge"],
        ["image", "save"],
        ["reset"],
        [],
    ],
)
def test_a_wrong_command_line_is_exit_2_and_says_so_in_one_line(vethlab: Vethlab, words: list[str]) -> None:
    ended = vethlab(*words)

    assert ended.code == 2
    assert told(ended)


@pytest.mark.parametrize(
    "words", [["run", "--json"], ["check", "--json", "brige"], ["check", "bridge", "--json", "--no"]]
)
def test_a_usage_error_leaves_one_document_on_stdout(vethlab: Vethlab, words: list[str]) -> None:
    ended = vethlab(*words)

    assert ended.code == 2
    assert ended.document()["verdict"] == "cannot-judge"
    assert ended.document()["error"]["what"]


@pytest.mark.parametrize("command", ["check", "run"])
def test_no_engine_is_exit_3_with_one_document(vethlab: Vethlab, command: str) -> None:
    ended = vethlab("--engine", NOWHERE, command, "bridge", "--json")

    assert ended.code == 3
    assert ended.document()["verdict"] == "cannot-judge"
    assert NOWHERE in ended.err


def test_global_options_may_stand_before_and_after_the_command(vethlab: Vethlab) -> None:
    before = vethlab("--engine", NOWHERE, "check", "bridge")
    after = vethlab("check", "bridge", "--engine", NOWHERE)

    assert before == after


def test_check_turns_from_not_yet_to_pass_and_remembers_it(vethlab: Vethlab, docker: Docker, url: str) -> None:
    check = ["--engine", url, "check", "bridge", "--step", "create", "--json"]
    before = vethlab(*check)
    docker("docker network create mybridge")
    after = vethlab(*check)

    assert (before.code, before.verdicts()) == (1, {"create": "not-yet"})
    assert (after.code, after.verdicts()) == (0, {"create": "pass"})
    assert '{"id": "create", "state": "passed"}' in vethlab("list", "--json").out


def test_check_takes_the_first_step_that_is_not_done(vethlab: Vethlab, docker: Docker, url: str) -> None:
    check = ["--engine", url, "check", "bridge", "--json"]

    assert vethlab(*check, "--answer", "null").verdicts() == {"list-networks": "pass"}
    assert vethlab(*check).verdicts() == {"default-bridge": "not-yet"}
    assert vethlab(*check, "--answer", "172.17.0.1").verdicts() == {"default-bridge": "pass"}


def test_a_question_without_an_answer_or_with_a_wrong_one_is_not_yet(
    vethlab: Vethlab, docker: Docker, url: str
) -> None:
    check = ["--engine", url, "check", "bridge", "--step", "list-networks", "--json"]

    assert vethlab(*check).code == 1
    assert vethlab(*check, "--answer", "").code == 1
    assert vethlab(*check, "--answer", "bridge").code == 1


def test_check_all_judges_every_step(vethlab: Vethlab, docker: Docker, url: str) -> None:
    ended = vethlab("--engine", url, "check", "none", "--all", "--json")

    assert ended.code == 1
    assert list(ended.verdicts()) == ["run", "unreachable", "refuse"]


def test_check_makes_nothing_on_the_engine(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker run -d --name network_none --net none IMG sleep 1000")
    looks = ["docker ps -aq", "docker network ls -q", "docker images -q", "docker volume ls -q"]
    before = [docker(look) for look in looks]
    vethlab("--engine", url, "check", "none", "--all")

    assert [docker(look) for look in looks] == before


def test_a_two_server_lab_says_what_it_needs(vethlab: Vethlab, url: str) -> None:
    ended = vethlab("--engine", url, "check", "macvlan", "--json")

    assert ended.code in (3, 4)
    assert "engine start macvlan" in ended.document()["error"]["hint"]


def test_who_stops_reading_gets_no_complaints(vethlab: Vethlab) -> None:
    with vethlab.start("list", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()

    assert said == ""
    assert process.returncode == 141


def test_a_bug_is_told_in_one_line_with_the_trace_in_a_file(vethlab: Vethlab, url: str) -> None:
    vethlab.state.joinpath("vethlab/baselines/odd.json").mkdir(parents=True)  # nobody reckons with that
    ended = vethlab("--engine", url, "reset", "none")

    assert ended.code == 3
    assert "IsADirectoryError" in told(ended)[0]
    assert "Traceback" in (vethlab.state / "vethlab/trace.txt").read_text(encoding="utf-8")


def test_a_state_folder_that_cannot_be_written_is_exit_3(vethlab: Vethlab, url: str) -> None:
    vethlab.state.joinpath("vethlab").write_text("a file", encoding="utf-8")
    ended = vethlab("--engine", url, "check", "bridge")

    assert ended.code == 3
    assert "vethlab" in told(ended)[0]


def test_what_a_container_prints_does_not_steer_the_terminal(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker network create mybridge")
    ended = vethlab(
        "--engine", url, "check", "bridge", "--step", "list-networks", "--answer", "\x1b[2Jnull\x1b]0;title\x07"
    )

    assert "\x1b" not in ended.out + ended.err


def test_reset_asks_and_without_a_terminal_does_nothing(vethlab: Vethlab, docker: Docker, url: str) -> None:
    assert vethlab("--engine", url, "run", "none", "--keep").code == 0
    refused = vethlab("--engine", url, "reset", "none")
    there = docker("docker ps -a --format {{.Names}}")
    assert vethlab("--engine", url, "reset", "none", "--yes").code == 0

    assert refused.code == 2
    assert "network_none" in refused.out
    assert "network_none" in there
    assert "network_none" not in docker("docker ps -a --format {{.Names}}")
    assert "mybridge" not in docker("docker network ls")


def test_the_report_fits_80_columns_without_colours_where_there_is_no_terminal(
    vethlab: Vethlab, docker: Docker, url: str
) -> None:
    ended = vethlab("--engine", url, "run", "none")

    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert all(len(line) <= 80 for line in ended.out.splitlines())


def test_no_color_is_respected_on_a_terminal(vethlab: Vethlab, docker: Docker, url: str) -> None:
    import pexpect

    for environ, coloured in ({"NO_COLOR": "1"}, False), ({}, True), ({"TERM": "dumb"}, False):
        argv = vethlab.argv(["--engine", url, "check", "bridge", "--step", "create"])
        told = {**vethlab.environ, "TERM": "xterm-256color", **environ}
        shown = str(pexpect.run(" ".join(argv), env=told, timeout=60, encoding="utf-8"))
        assert ("\x1b[3" in shown) is coloured, shown


def test_help_does_not_import_what_it_does_not_need(vethlab: Vethlab) -> None:
    argv = vethlab.argv(["--help"])
    argv[1:1] = ["-X", "importtime"]
    done = subprocess.run(argv, env={**os.environ, **vethlab.environ}, capture_output=True, text=True, check=True)

    heavy = {"docker", "rich", "pexpect", "yaml", "json", "subprocess"}
    assert not heavy & {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


@pytest.mark.parametrize("before", [[], ["--yes"], ["--engine", "list"], ["--lang", "ko", "-y"], ["--lang=en"]])
def test_a_command_line_imports_the_command_that_it_names_alone(before: list[str]) -> None:
    program = "import sys; from runner.cli import parse; parse(sys.argv[1:]); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program, *before, "check", "bridge", "--step", "run"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert [each for each in done.stdout.split() if each.startswith("runner.commands.")] == ["runner.commands.check"]


def test_an_open_question_is_not_answered_by_the_report(vethlab: Vethlab, docker: Docker, url: str) -> None:
    check = ["--engine", url, "check", "bridge", "--step", "default-bridge"]

    assert "172.17.0.1" not in vethlab(*check).out
    assert "172.17.0.1" in vethlab(*check, "--answer", "172.17.0.1").out


def test_an_open_question_tells_its_choices_and_how_to_answer(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker run -d --name network_host --net host IMG sleep 1000")
    out = vethlab("--engine", url, "check", "host", "--step", "refuse").out

    assert "--answer NUMBER" in out
    assert [line for line in out.splitlines() if line.lstrip().startswith(("1. ", "4. "))]


def test_what_keeps_a_whole_lab_from_being_played_is_told_once(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker network create mybridge")
    out = vethlab("--engine", url, "run", "bridge").out

    assert out.count("a network of that name") == 1
    assert out.count("\n  ? ") > 1


def test_a_command_that_is_told_can_be_pasted_in_a_checkout() -> None:
    whole = {**os.environ, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    show = "from runner.called import as_called; print(as_called('sudo vethlab check, vethlab-helper, vethlab: x'))"
    for folder, name in (ROOT, "./vethlab"), (ROOT / "labs", f"{ROOT}/vethlab"):
        argv = [sys.executable, "-c", show]
        done = subprocess.run(argv, cwd=folder, env=whole, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == f"sudo {name} check, vethlab-helper, vethlab: x"
