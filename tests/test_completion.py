"""TAB: what is offered for a line, and that real shells do offer it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from runner.commands import WORDS
from runner.lab.loader import find_lab, lab_names, load
from tests.vethlab import ROOT, Vethlab

BREAKS = " \t\n\"'><=;|&(:"
STEPS = [step.id for step in load(find_lab("bridge")).steps]


def asked(line: str, vethlab: Vethlab, *program: str, **more: str) -> tuple[int, list[str]]:
    """The exit code, and what a bash would be offered for the line, as its function asks: on file descriptor 8."""
    environ = {
        **vethlab.environ, "_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "bash", "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "_ARGCOMPLETE_COMP_WORDBREAKS": BREAKS, "COMP_LINE": line, "COMP_POINT": str(len(line)), **more,
    }  # fmt: skip
    argv = ["sh", "-c", 'exec "$@" 8>&1 9>/dev/null >&2', "sh", *(program or vethlab.argv([]))]
    ended = subprocess.run(argv, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert ended.stderr == b""
    return ended.returncode, [each for each in ended.stdout.decode().split("\v") if each]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("vethlab ", [*WORDS]),
        ("vethlab ch", ["check"]),
        ("vethlab --l", ["--lang"]),
        ("vethlab --lang ", ["en", "ko"]),
        ("vethlab check ", lab_names()),
        ("vethlab --lang ko check br", ["bridge"]),
        ("vethlab check bridge --step ", STEPS),
        ("vethlab check bridge --step=cu", ["custom"]),
        ("vethlab hint bridge --step default-", ["default-bridge"]),
        ("vethlab check labs/bridge.yaml --step cu", ["custom"]),
        ("vethlab check labs/br", ["labs/bridge.yaml"]),
        ("vethlab lint labs/h", ["labs/host.yaml"]),
        ("vethlab run bridge none ", [name for name in lab_names() if name not in ("bridge", "none")]),
        ("vethlab engine ", ["start", "stop", "status", "env"]),
        ("vethlab engine start m", ["macvlan"]),
        ("vethlab onhost server2 s", ["ss"]),
        ("vethlab check --engine p", ["private"]),
        ("vethlab check nowhere --step ", []),
        ("vethlab check nowhere.yaml --step ", []),
        ("vethlab hint brige", []),
        ('vethlab check "', lab_names()),
        ("vethlab check 'bri", ["bridge"]),
    ],
)
def test_what_fits_is_offered(vethlab: Vethlab, monkeypatch: pytest.MonkeyPatch, line: str, offered: list[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert [each.rstrip() for each in asked(line, vethlab)[1]] == offered


def test_the_engine_that_docker_is_pointed_at_is_offered(vethlab: Vethlab) -> None:
    _, offered = asked("vethlab --engine ", vethlab, DOCKER_HOST="unix:///one.sock", _ARGCOMPLETE_COMP_WORDBREAKS=" ")
    assert offered == ["auto", "external", "private", "unix:///one.sock"]


def test_what_a_step_is_about_is_told_in_the_persons_language(vethlab: Vethlab) -> None:
    told = asked("vethlab che", vethlab, _ARGCOMPLETE_SHELL="zsh", LANG="ko_KR.UTF-8")[1]
    assert re.fullmatch("check:.*[가-힣].*", told[0])
    steps = asked("vethlab check bridge --step cus", vethlab, _ARGCOMPLETE_SHELL="zsh", LANG="ko_KR.UTF-8")[1]
    assert re.fullmatch("custom:.*[가-힣].*", steps[0])


def test_whatever_goes_wrong_is_silent(vethlab: Vethlab) -> None:
    assert asked("vethlab check ", vethlab, COMP_POINT="nonsense") == (1, [])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_code_of_its_own(vethlab: Vethlab, shell: str) -> None:
    ended = vethlab("completion", shell)

    assert (ended.code, ended.err) == (0, "")
    assert ("compdef _python_argcomplete vethlab" in ended.out) == (shell != "fish")
    assert ("complete --command vethlab" in ended.out) == (shell == "fish")
    assert ("compinit" in ended.out) == (shell == "zsh")


def test_the_code_is_good_bash(vethlab: Vethlab) -> None:
    subprocess.run(["bash", "-n", "-c", vethlab("completion", "bash").out], check=True, timeout=10)


def test_a_real_bash_completes(vethlab: Vethlab, tmp_path: Path) -> None:
    """`vethlab` on the PATH, typed as a person does it."""
    program = tmp_path / "bin/vethlab"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m runner.cli "$@"\n')
    program.chmod(0o755)
    environ = {**vethlab.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PS1": "> ", "TERM": "dumb"}
    options = ["--norc", "--noprofile", "-i"]
    with pexpect.spawn("bash", options, env=environ, cwd=str(ROOT), encoding="utf-8", timeout=20) as bash:
        bash.expect_exact("> ")
        bash.sendline('eval "$(vethlab completion bash)"; echo r""eady')
        bash.expect_exact("ready")
        bash.send("vethlab ch\t")
        bash.expect_exact("vethlab check ")
        bash.send("brid\t--st\tcus\t")
        bash.expect_exact("bridge --step custom ")
        bash.send('--lang=k\t\x15vethlab completion b\t; echo d""one\r')
        bash.expect_exact("complete ")
        bash.expect_exact("done")
        assert "Traceback" not in (bash.before or "")
        bash.sendline("exit")
        bash.expect(pexpect.EOF)


# ./vethlab of a checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script alone, whose `.venv` is the Python that runs the tests."""
    shutil.copy(ROOT / "vethlab", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ("checks", "labs", "runner"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    python = tmp_path / ".venv/bin/python"
    python.write_text(
        f'#!/bin/sh\nshift\ncd {ROOT}\nexec {sys.executable} "$@"\n'
    )  # without -I, which hides PYTHONPATH
    python.chmod(0o755)
    return tmp_path


def test_the_script_of_a_checkout_completes(vethlab: Vethlab, checkout: Path) -> None:
    shutil.copy(checkout / "pyproject.toml", checkout / ".venv")
    assert asked("./vethlab check br", vethlab, str(checkout / "vethlab")) == (0, ["bridge"])


def test_a_checkout_that_is_not_set_up_is_left_so(vethlab: Vethlab, checkout: Path) -> None:
    assert asked("./vethlab check br", vethlab, str(checkout / "vethlab")) == (1, [])
    assert [each.name for each in (checkout / ".venv").iterdir()] == ["bin"]
