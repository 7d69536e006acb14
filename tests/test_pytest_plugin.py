"""Labs and checks as tests: a pytest of its own is run, on a real engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Docker
from tests.test_structure import imported, modules
from tests.vethlab import ROOT

TESTS = """\
import pytest
from runner.pytest_plugin import NotYet

def test_green(vethlab_lab, vethlab_check):
    assert vethlab_lab("bridge").step("create").step == "create"
    assert vethlab_check("network_exists", network="mybridge", driver="bridge").ok
    vethlab_check("attached", containers=["box"], network="bridge")

def test_wrong_answer(vethlab_lab):
    with pytest.raises(NotYet, match="10.9.9.9"):
        vethlab_lab("bridge").step("default-bridge", answer="10.9.9.9")

def test_red(vethlab_check):
    vethlab_check("network_exists", network="nonet", driver="bridge")

def test_unsupported(vethlab_check):
    vethlab_check("reaches_outside", container="box")

def test_misspelt_argument(vethlab_check):
    vethlab_check("network_exists", netwrok="mybridge")

def test_misspelt_check(vethlab_check):
    vethlab_check("network_exist", network="mybridge")

def test_misspelt_step(vethlab_lab):
    vethlab_lab("bridge").step("crate")
"""


class Ran:
    """A pytest run that is over: its exit code, what it printed, and each test's outcome and message."""

    def __init__(self, folder: Path, *words: str) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "PYTEST_"))}
        environ |= {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "XDG_STATE_HOME": str(folder)}
        plugins = ["-p", "no:cacheprovider", "-p", "runner.pytest_plugin"]
        argv = [sys.executable, "-m", "pytest", *plugins, "-W", "error", "--junit-xml=out.xml", *words]
        done = subprocess.run(argv, cwd=folder, env=environ, capture_output=True, text=True, timeout=100, check=False)
        self.code, self.out = done.returncode, done.stdout + done.stderr
        self.outcomes: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        if (folder / "out.xml").exists():
            for case in ElementTree.parse(folder / "out.xml").iter("testcase"):
                found = next((each for each in case if each.tag in ("failure", "error", "skipped")), None)
                self.outcomes[str(case.get("name"))] = found.tag if found is not None else "passed"
                self.messages[str(case.get("name"))] = "" if found is None else f"{found.get('message')}\n{found.text}"


def test_findings_are_failures_and_all_else_that_stands_in_the_way_is_none(
    tmp_path: Path, docker: Docker, url: str
) -> None:
    docker("docker network create mybridge")
    docker("docker run -i -t -d --name box IMG")
    (tmp_path / "test_work.py").write_text(TESTS, encoding="utf-8")
    ran = Ran(tmp_path, "--vethlab-engine", url)

    assert ran.outcomes == {
        "test_green": "passed",
        "test_wrong_answer": "passed",
        "test_red": "failure",
        "test_unsupported": "skipped",
        "test_misspelt_argument": "error",
        "test_misspelt_check": "error",
        "test_misspelt_step": "error",
    }, ran.out
    red = ran.messages["test_red"]
    assert all(word in red for word in ("no network called nonet", "expected:", "observed:", "look: docker")), red
    assert "--engine private" in ran.messages["test_unsupported"]
    assert "did you mean network?" in ran.messages["test_misspelt_argument"]
    assert "did you mean network_exists?" in ran.messages["test_misspelt_check"]
    assert "did you mean create?" in ran.messages["test_misspelt_step"]


def test_each_step_of_a_lab_is_a_test_and_nothing_else_is_collected(tmp_path: Path, docker: Docker, url: str) -> None:
    docker("docker network create mybridge")
    (tmp_path / "test_work.py").write_text(TESTS, encoding="utf-8")
    ran = Ran(tmp_path, "--vethlab", "bridge", "--vethlab-engine", url, "--vethlab-answer", "list-networks=null",
              "-k", "create or list-networks or run")  # fmt: skip

    assert ran.code == 1
    assert ran.outcomes == {"list-networks": "passed", "create": "passed", "run": "failure"}, ran.out
    assert "bridge/run: not yet" in ran.out
    assert "no container called mynetwork_container" in ran.messages["run"]
    assert "Traceback" not in ran.out
    assert "pytest_steps.py" not in ran.out


def test_an_engine_that_is_gone_is_an_error_and_no_failure(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "--vethlab", "none", "--vethlab-engine", "unix:///nowhere/docker.sock")

    assert ran.code == 1
    assert set(ran.outcomes.values()) == {"error"}, ran.out
    assert all("/nowhere/docker.sock" in each for each in ran.messages.values())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vethlab", "brige"], "did you mean bridge?"),
        (["--vethlab", "bridge", "--vethlab-answer", "create=1"], "STEP=TEXT"),
    ],
    ids=["lab", "answer"],
)
def test_a_wrong_option_is_told_before_anything_is_judged(tmp_path: Path, words: list[str], said: str) -> None:
    ran = Ran(tmp_path, *words)

    assert ran.code == pytest.ExitCode.USAGE_ERROR
    assert said in ran.out
    assert "Traceback" not in ran.out


def test_a_run_without_it_imports_nothing_of_vethlab(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\ndef test_it():\n"
        "    there = {each for each in sys.modules if each.split('.')[0] in ('runner', 'checks', 'docker', 'rich')}\n"
        "    assert there == {'runner', 'runner.pytest_plugin', 'runner.pytest_verdicts'}\n",
        encoding="utf-8",
    )
    assert Ran(tmp_path).code == 0


def test_pytest_is_needed_by_the_plugin_alone() -> None:
    users = {path.name for path in modules("checks", "runner") for _, module in imported(path) if module == "pytest"}
    assert users == {"pytest_plugin.py", "pytest_steps.py"}
    theirs = [path for path in modules("checks", "runner") for _, module in imported(path) if ".pytest_" in module]
    assert {path.name for path in theirs} == {"pytest_plugin.py", "pytest_steps.py"}
