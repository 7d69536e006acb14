"""`./vethlab` in a copy of the checkout whose only dependency is a wheel made here: no network, and quick."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSION = "7.8.9"
PROJECT = f"""
[project]
name = "vethlab"
version = "{VERSION}"
dependencies = [DEPENDENCIES]

[project.optional-dependencies]
test = []
"""


class Checkout:
    """A copy, and what it takes to run its script."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        self.folder, self.venv, self.wheels = folder, folder / ".venv", wheels
        self.script = folder / "vethlab"

    def depend(self, *names: str) -> None:
        text = PROJECT.replace("DEPENDENCIES", ", ".join(f'"{name}"' for name in names))
        (self.folder / "pyproject.toml").write_text(text)

    def start(
        self, *words: str, argv: Sequence[str] = (), cwd: Path | None = None, path: str = ""
    ) -> subprocess.Popen[str]:
        environ = {
            "PATH": path or f"{Path(os.path.realpath(sys.executable)).parent}:/usr/bin:/bin",
            "HOME": str(self.wheels),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "PYTHONPATH": str(self.wheels),
        }
        return subprocess.Popen(
            [*(argv or [str(self.script)]), *words],
            env=environ,
            cwd=cwd or self.wheels,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(
        self, *words: str, argv: Sequence[str] = (), cwd: Path | None = None, path: str = ""
    ) -> tuple[int, str, str]:
        process = self.start(*words, argv=argv, cwd=cwd, path=path)
        out, err = process.communicate(timeout=150)
        return process.returncode, out, err


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two small wheels."""
    folder = tmp_path_factory.mktemp("wheels")
    for name in ("first", "second"):
        with zipfile.ZipFile(folder / f"vethlab_{name}-1-py3-none-any.whl", "w") as wheel:
            info = f"vethlab_{name}-1.dist-info"
            wheel.writestr(f"vethlab_{name}.py", "here = True\n")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: vethlab-{name}\nVersion: 1\n")
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(
                f"{info}/RECORD", f"vethlab_{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
            )
    (folder / "runner.py").write_text("raise SystemExit('not this one')")  # stands in the way of the real one
    return folder


def copied(folder: Path, wheels: Path) -> Checkout:
    """A copy of this checkout that was never run."""
    checkout = Checkout(folder, wheels)
    folder.mkdir()
    for name in ("runner", "checks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "vethlab", folder)
    checkout.depend("vethlab-first")
    return checkout


@pytest.fixture
def fresh(tmp_path: Path, wheels: Path) -> Checkout:
    return copied(tmp_path / "a checkout", wheels)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """A `.venv` that the script made."""
    checkout = copied(tmp_path_factory.mktemp("made") / "one", wheels)
    code, out, err = checkout.run("--version")
    assert (code, out) == (0, f"{VERSION}\n"), err
    assert "making" in err
    return checkout.venv


@pytest.fixture
def ready(fresh: Checkout, made_once: Path) -> Checkout:
    """One whose `.venv` is made."""
    shutil.copytree(made_once, fresh.venv, symlinks=True)
    return fresh


def state(folder: Path) -> dict[str, int]:
    return {str(each): each.lstat().st_mtime_ns for each in folder.rglob("*") if "__pycache__" not in each.parts}


def wait_for(true: Callable[[], object]) -> None:
    ends = time.monotonic() + 120
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_the_second_use_says_and_changes_nothing(ready: Checkout) -> None:
    before = state(ready.venv)
    assert ready.run("--version") == (0, f"{VERSION}\n", "")
    assert state(ready.venv) == before


def test_a_changed_pyproject_is_followed(ready: Checkout) -> None:
    ready.depend("vethlab-first", "vethlab-second")
    code, out, err = ready.run("--version")
    assert (code, out) == (0, f"{VERSION}\n")
    assert "vethlab-second" in err
    asked = [str(ready.venv / "bin/python"), "-I", "-c", "import vethlab_first, vethlab_second"]
    assert subprocess.run(asked, check=False).returncode == 0
    assert ready.run("--version")[2] == ""


def test_two_at_once_make_it_once(fresh: Checkout) -> None:
    processes = [fresh.start("--version") for _ in range(2)]
    ends = [process.communicate(timeout=150) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ends
    assert [out for out, _ in ends] == [f"{VERSION}\n"] * 2
    assert sorted("waiting for another vethlab" in err for _, err in ends) == [False, True]
    assert (fresh.venv / "setup.log").read_text().count("Successfully installed") == 1


def test_one_killed_half_way_is_made_anew(ready: Checkout) -> None:
    ready.depend("vethlab-first", "vethlab-second")
    process = ready.start("--version")
    wait_for((ready.venv / "half-made").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    code, out, err = ready.run("--version")
    assert (code, out) == (0, f"{VERSION}\n"), err
    assert "making" in err
    assert not (ready.venv / "half-made").exists()


def test_what_a_killed_one_began_is_waited_for(fresh: Checkout) -> None:
    process = fresh.start("--version")
    wait_for((fresh.venv / "bin").exists)
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)  # not its pip, which goes on
    code, out, err = fresh.run("--version")
    process.communicate(timeout=60)
    assert (code, out) == (0, f"{VERSION}\n"), err


def test_a_python_that_is_gone_is_replaced(ready: Checkout) -> None:
    for name in ("python", "python3"):
        (ready.venv / "bin" / name).unlink()
        (ready.venv / "bin" / name).symlink_to("/usr/bin/python3.10-of-old")
    code, out, err = ready.run("--version")
    assert (code, out) == (0, f"{VERSION}\n"), err


def test_a_moved_checkout_works_on(ready: Checkout) -> None:
    ready.folder.rename(ready.folder.with_name("moved"))
    moved = Checkout(ready.folder.with_name("moved"), ready.wheels)
    assert moved.run("--version") == (0, f"{VERSION}\n", "")


@pytest.mark.parametrize("way", ["absolute", "relative", "twice", "sh"])
def test_it_may_be_called_through_links_and_from_anywhere(ready: Checkout, tmp_path: Path, way: str) -> None:
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "vethlab"
    link.symlink_to(ready.script if way == "absolute" else Path("../a checkout/vethlab"))
    (tmp_path / "again").symlink_to("bin/vethlab")
    argv = {"twice": [str(tmp_path / "again")], "sh": ["sh", "vethlab"]}.get(way, [str(link)])
    assert ready.run("--version", argv=argv, cwd=link.parent) == (0, f"{VERSION}\n", "")


def test_what_cannot_be_installed_is_told_with_the_last_lines(ready: Checkout) -> None:
    ready.depend("vethlab-third")
    code, out, err = ready.run("list")
    assert (code, out) == (3, "")
    assert "No matching distribution found for vethlab-third" in err
    assert str(ready.venv / "setup.log") in err
    assert "Traceback" not in err


def test_with_json_a_failed_setup_is_a_document(ready: Checkout) -> None:
    ready.depend("vethlab-third")
    code, out, _ = ready.run("run", "--all", "--json")
    assert code == 3
    assert "vethlab-third" in json.loads(out)["error"]["what"]


def not_my_checkout(checkout: Checkout) -> list[str]:
    """Makes it another user's; words to put before a command that may not pass over permissions."""
    for each in (checkout.folder, *checkout.folder.rglob("*")):
        os.chown(each, 65534, 65534, follow_symlinks=False)
    rights = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}", str(checkout.script)]


def test_whoever_may_not_write_to_the_checkout_can_run_it(ready: Checkout) -> None:
    argv = not_my_checkout(ready)
    assert ready.run("--version", argv=argv) == (0, f"{VERSION}\n", "")


def test_whoever_may_not_write_to_a_fresh_checkout_is_told_so(fresh: Checkout) -> None:
    argv = not_my_checkout(fresh)
    code, out, err = fresh.run("--version", argv=argv)
    assert (code, out) == (2, "")
    assert err.startswith(f"vethlab: {fresh.venv} cannot be written: Permission denied\n")


def test_what_root_makes_in_somebodys_checkout_is_theirs(ready: Checkout) -> None:
    not_my_checkout(ready)
    ready.depend("vethlab-first", "vethlab-second")
    assert ready.run("--version")[0] == 0
    assert {each.lstat().st_uid for each in ready.venv.rglob("*")} == {65534}


def test_without_a_python_that_will_do_it_says_which(fresh: Checkout, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    for name in ("cmp", "readlink"):
        (tmp_path / "none" / name).symlink_to(f"/usr/bin/{name}")
    code, out, err = fresh.run("list", argv=["/bin/sh", str(fresh.script)], path=str(tmp_path / "none"))
    assert (code, out) == (2, "")
    assert "needs Python 3.11" in err
