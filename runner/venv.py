"""Makes the checkout's `.venv`: what `./vethlab` runs first. Standard library alone; run it with `python3 -I`.

It is ready when a copy of pyproject.toml lies in it. Two at once wait for each other; one that was killed half-way is
made anew by the next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tomllib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.errors import VethlabError

HERE = Path(__file__).resolve().parent.parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
PROJECT = HERE / "pyproject.toml"
HALF = VENV / "half-made"
LOG = VENV / "setup.log"
STAMPS = {"": VENV / "pyproject.toml", "test": VENV / "pyproject.test.toml"}

_TAIL = 12  # lines of pip's told when it failed


def main(words: Sequence[str]) -> int:
    """Makes it ready for the command line `words`; the exit code is 0 when it is."""
    sys.path.insert(0, str(HERE))
    from checks.words import speak
    from runner.cli import language
    from runner.errors import VethlabError

    speak(language(words))
    testing = list(words[:1]) == ["test"]
    try:
        make_ready("test" if testing else "", yes=testing or bool({"--yes", "-y"} & set(words)))
    except VethlabError as error:
        from runner.cli import _tell as tell

        return tell(list(words), error.what, error.hint, error.exit_code)
    except KeyboardInterrupt:
        return 130
    return 0


def make_ready(extra: str, *, yes: bool) -> None:
    """Makes `.venv` and what it needs of the system. Raises VethlabError."""
    from runner.engine import install

    if extra:
        _have(install.PRIVATE, yes=yes)
    if _ready(extra):
        return
    _have(install.PYTHON, yes=yes)
    os.umask(0o022)  # other users may run it
    with _alone() as lock:
        if not _ready(extra):
            _make(extra, lock)


def _ready(extra: str) -> bool:
    """Whether it was made, from this pyproject.toml."""
    stamp = STAMPS[extra]
    return _there(PYTHON) and _there(stamp) and stamp.read_bytes() == PROJECT.read_bytes()


def _there(path: Path) -> bool:
    """Whether it can be used here; a link into a folder that one may not enter cannot (`Path.exists` would raise)."""
    return os.path.exists(path)


def _have(programs: Sequence[str], *, yes: bool) -> None:
    """Installs what of this is missing, if that is wanted."""
    from runner.commands.consent import consent
    from runner.engine import install
    from runner.screens.waiting import waiting

    plan = install.plan(programs)
    if plan is None:
        return
    may_ask = sys.stdin.isatty() and sys.stderr.isatty()
    if not yes and not (may_ask and consent(install.question(plan), yes=False)):
        raise install.refuse(plan)
    with waiting() as progress:
        install.perform(plan, progress)


@contextmanager
def _alone() -> Iterator[IO[str]]:
    """The lock, once nobody else holds it. The programs that work here inherit it: they may outlive us."""
    from checks.words import say
    from runner.errors import UsageError

    try:
        VENV.mkdir(exist_ok=True)
        lock = (VENV / "lock").open("w")
    except OSError as error:
        hint = say("let {folder}'s owner run ./vethlab list once, or make a copy of your own", folder=HERE)
        raise UsageError(say("{folder} cannot be written: {why}", folder=VENV, why=error.strerror), hint) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(say("waiting for another vethlab that sets up {folder}", folder=VENV), file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def _make(extra: str, lock: IO[str]) -> None:
    """All the steps, the stamp last."""
    from checks.words import listed, say
    from runner.screens.waiting import waiting

    if HALF.exists() or not _there(PYTHON):
        _clear()
    HALF.touch()
    LOG.write_text("")
    project = _project()
    wanted = [*project["dependencies"], *(project["optional-dependencies"][extra] if extra else [])]
    with waiting() as progress:
        if not _there(PYTHON):
            progress(say("making {folder}", folder=VENV))
            # By its real name, python3.11: when that is gone one day the link leads nowhere, and .venv is made anew.
            _run([os.path.realpath(sys.executable), "-I", "-m", "venv", str(VENV)], lock, progress)
        progress(say("installing {packages}", packages=listed(wanted)))
        pip = [str(PYTHON), "-I", "-m", "pip", "--no-input", "--disable-pip-version-check"]
        _run([*pip, "install", "--progress-bar=off", *wanted], lock, progress)
    _point_here(project["version"])
    _stamp(extra)
    _give_back()
    HALF.unlink()


def _clear() -> None:
    """Takes away what is there, but not the lock that others wait for."""
    for each in VENV.iterdir():
        if each.name != "lock":
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads(PROJECT.read_text())["project"]
    return project


def _run(argv: Sequence[str], lock: IO[str], progress: Callable[[str], None]) -> None:
    """Runs it; its output goes to the log. Raises with the last lines when it fails."""
    from runner.plain import one_line

    apart = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER"}  # these would lead pip out of the .venv
    environ = {name: value for name, value in os.environ.items() if name not in apart} | {"PIP_USER": "0"}
    tail: deque[str] = deque(maxlen=_TAIL)
    with (
        LOG.open("ab") as log,
        subprocess.Popen(
            argv,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(lock.fileno(),),
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            tail.append(one_line(line))
            if not line.startswith(b"WARNING"):  # kept in the log; while one waits it only alarms
                progress(tail[-1])
    if process.returncode != 0:
        raise _failed(tail)


def _failed(tail: Iterable[str]) -> VethlabError:
    from checks.words import say
    from runner.errors import SetupFailed

    lines = "\n  ".join(tail)
    what = say("setting up {folder} failed:\n  {lines}", folder=VENV, lines=lines)
    return SetupFailed(what, say("the same again once this is mended; the whole log is {file}", file=LOG))


def _point_here(version: str) -> None:
    """Makes the checkout importable from everywhere, and gives it a version. Relative: a checkout may be moved."""
    for site in VENV.glob("lib/python3*/site-packages"):
        (site / "vethlab.pth").write_text("../../../..\n")
        for old in site.glob("vethlab-*.dist-info"):
            shutil.rmtree(old)
        info = site / f"vethlab-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vethlab\nVersion: {version}\n")


def _stamp(extra: str) -> None:
    """Last of all: what it was made from."""
    for name in {"", extra}:
        new = STAMPS[name].with_suffix(".new")
        shutil.copyfile(PROJECT, new)
        new.replace(STAMPS[name])


def _give_back() -> None:
    """Made by root (sudo) in someone's checkout: it is theirs."""
    owner = HERE.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for folder, folders, files in os.walk(VENV):
        for name in (".", *folders, *files):
            os.chown(os.path.join(folder, name), owner.st_uid, owner.st_gid, follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
