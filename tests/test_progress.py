"""What is kept of a student's steps survives whatever happens to the process, the file and the disk."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runner.errors import NotKept
from runner.lab.loader import find_lab, load
from runner.session import progress
from runner.session.progress import Kept
from tests.vethlab import ROOT, Vethlab, until


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is kept."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "vethlab"


def writer(lab: str, times: int) -> subprocess.Popen[bytes]:
    """A process that keeps one hint after the other; it writes an `r` when it begins."""
    source = (
        "from runner.session import progress\nimport sys\nsys.stdout.write('r')\nsys.stdout.flush()\n"
        f"for number in range({times}): progress.hinted({lab!r}, f's{{number % 7}}')"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", source], env=environ, stdout=subprocess.PIPE)


def hints(lab: str) -> int:
    return sum(each.hints for each in progress.kept(lab).values())


def test_a_pass_is_kept_and_never_becomes_less() -> None:
    assert progress.passed("bridge", "create") == "passed"
    progress.skipped("bridge", "create")
    progress.assist("bridge", "create")

    assert progress.passed("bridge", "create") == "passed"
    assert progress.states("bridge") == {"create": "passed"}


def test_help_before_the_pass_makes_it_an_assisted_one() -> None:
    progress.skipped("bridge", "create")
    progress.assist("bridge", "create")

    assert progress.kept("bridge")["create"] == Kept("skipped", assisted=True)
    assert progress.passed("bridge", "create") == "assisted"
    assert progress.passed("bridge", "create") == "assisted"


def test_hints_are_counted_and_answers_kept_until_forgotten() -> None:
    assert [progress.hinted("bridge", "veth") for _ in range(3)] == [1, 2, 3]
    progress.answered("bridge", "veth", "vethé\udcff")

    assert progress.kept("bridge")["veth"] == Kept(hints=3, answer="vethé\udcff")
    progress.passed("bridge", "create")
    progress.forget("bridge", ["veth"])
    assert progress.states("bridge") == {"create": "passed"}
    progress.forget("bridge")
    assert progress.kept("bridge") == {}


def test_the_current_step_is_the_first_to_do() -> None:
    lab = load(find_lab("host"))
    assert progress.current(lab) is lab.steps[0]
    progress.passed("host", lab.steps[1].id)
    progress.skipped("host", lab.steps[0].id)
    assert progress.current(lab) is lab.steps[2]
    for step in lab.steps:
        progress.passed("host", step.id)
    assert progress.current(lab) is None


def test_a_file_of_an_older_or_a_newer_version_is_read_and_loses_nothing(folder: Path) -> None:
    folder.mkdir()
    newer = {"state": "admired", "stars": 5}
    file = folder / "progress.json"
    file.write_text(json.dumps({"labs": {"bridge": {"create": "passed", "run": newer}}, "theme": "dark"}))

    assert progress.states("bridge") == {"create": "passed", "run": "todo"}
    progress.hinted("bridge", "run")
    assert json.loads(file.read_text()) == {
        "labs": {"bridge": {"create": "passed", "run": {**newer, "hints": 1}}},
        "theme": "dark",
    }


def test_a_writer_that_is_killed_leaves_the_file_whole_and_the_lock_free(folder: Path) -> None:
    progress.passed("bridge", "create")
    least, chance = 0, random.Random(4)
    for _ in range(25):
        with writer("bridge", 10**6) as process:
            assert process.stdout is not None
            assert process.stdout.read(1) == b"r"
            until(lambda least=least: hints("bridge") > least, "a hint is kept")  # type: ignore[misc]
            time.sleep(chance.random() * 0.005)
            process.send_signal(signal.SIGKILL)
        now = hints("bridge")
        assert now > least  # nothing that was kept is lost
        least = now

    assert progress.passed("bridge", "run") == "passed"
    assert progress.states("bridge")["create"] == "passed"
    assert {each.name for each in folder.iterdir()} <= {"progress.json", "progress.lock", "progress.draft"}


def test_writers_side_by_side_lose_nothing() -> None:
    writers = [writer(lab, 60) for lab in ("bridge", "bridge", "host")]
    assert [each.communicate(timeout=60)[0] for each in writers] == [b"r"] * 3
    assert (hints("bridge"), hints("host")) == (120, 60)


@pytest.mark.parametrize("damage", ['{"labs": {"bri', "\x00" * 40, "[]", '{"labs": {"bridge": 3}}', "[" * 10**5])
def test_a_damaged_file_is_put_aside_and_said_once(
    folder: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    (folder / "progress.json").write_text(damage)

    assert progress.states("bridge") == {}
    assert progress.passed("bridge", "create") == "passed"
    (aside,) = folder.glob("progress-damaged-*.json")
    assert aside.read_text() == damage
    assert capsys.readouterr().err.count(str(aside)) == 1
    assert progress.states("bridge") == {"create": "passed"}
    (folder / "progress.json").write_text(damage)
    assert progress.states("bridge") == {}
    assert len([*folder.glob("progress-damaged-*.json")]) == 2


def test_a_folder_in_its_place_is_told(folder: Path) -> None:
    (folder / "progress.json").mkdir(parents=True)
    with pytest.raises(NotKept, match="could not be read: Is a directory"):
        progress.states("bridge")


def on_small_disk(tmp_path: Path, options: str, fill: str = "true") -> list[str]:
    """What stands before a command that finds its state folder on a tiny disk of its own."""
    state = tmp_path / "vethlab"
    state.mkdir()
    (tmp_path / "small.sh").write_text(
        f'mount -t tmpfs -o size=64k tmpfs "{state}"\n{fill}\nmount -o "remount,{options}" "{state}"\nexec "$@"\n'
    )
    return ["unshare", "--mount", "--propagation", "private", "sh", "-e", str(tmp_path / "small.sh")]


def test_a_full_disk_is_said_with_the_way_out(tmp_path: Path) -> None:
    state = tmp_path / "vethlab"
    fill = f'dd if=/dev/zero of="{state}/full" bs=4k 2>"{state}/said" || true'
    ended = Vethlab(tmp_path, on_small_disk(tmp_path, "rw", fill))("hint", "bridge")

    assert ended.code == 3
    assert "your progress could not be kept: No space left on device" in ended.err
    assert f"make room where {state} is" in ended.err


def test_a_folder_that_may_only_be_read_is_said_with_the_way_out(tmp_path: Path) -> None:
    ended = Vethlab(tmp_path, on_small_disk(tmp_path, "ro"))("hint", "bridge")

    assert ended.code == 3
    assert "your progress could not be kept: Read-only file system" in ended.err
    assert "XDG_STATE_HOME" in ended.err
