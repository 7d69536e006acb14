"""What a person's session needs of this machine, looked at: Python, the terminal, bash, the docker command, places."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from checks.words import listed, noted, say
from runner.engine.environ import tool_path
from runner.engine.install import plan
from runner.engine.rooted import as_root
from runner.errors import NotHere
from runner.plain import one_line

PACKAGES = {"docker": "7.1", "pyyaml": "6", "rich": "13.7", "pexpect": "4.9", "argcomplete": "3.1"}
DETACH = "ctrl-p,ctrl-q"  # docker/cli, the default of detachKeys
_COLUMNS, _ROWS = 60, 16  # what a session's texts fit on
_LIMIT = 5.0  # seconds for a program that only says what it is


@dataclass(frozen=True, slots=True)
class Need:
    """One thing looked at. `ok` None: not needed here, or worth a word. `mend`: a command or what else helps."""

    ok: bool | None
    what: str
    mend: str = ""


def python() -> Iterator[Need]:
    """The interpreter and the packages that it finds."""
    from importlib.metadata import PackageNotFoundError, version

    found: dict[str, str] = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    lacking = [f"{name}>={least}" for name, least in PACKAGES.items() if _number(found.get(name, "")) < _number(least)]
    if lacking:
        pip = f"{sys.executable} -m pip install {' '.join(repr(each) for each in lacking)}"
        yield Need(False, say("Python packages are missing: {names}", names=listed(lacking)), pip)
        return
    packages = listed(f"{name} {number}" for name, number in found.items())
    yield Need(True, say("Python {version}: {packages}", version=sys.version.split()[0], packages=packages))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version)[:3])


def terminal() -> Iterator[Need]:
    """Whether `start` could show a session here."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Need(None, say("no terminal here: `start` needs one, all else does not"))
    else:
        columns, rows = shutil.get_terminal_size()
        small = columns < _COLUMNS or rows < _ROWS
        yield Need(
            None if small else True,
            say("terminal: {columns} columns, {rows} lines", columns=columns, rows=rows),
            say("make it larger: {columns} × {rows} shows every step", columns=80, rows=24) if small else "",  # noqa: RUF001
        )
    encoding = (sys.stdout.encoding or "ascii").lower()
    if encoding.replace("-", "") != "utf8":
        what = say("its letters are {encoding}: Korean and marks like ✔ are shown as ?", encoding=encoding)
        yield Need(None, what, "export LC_ALL=C.UTF-8")


def bash() -> Iterator[Need]:
    """The shell of a session."""
    path = shutil.which("bash")
    if path is None:
        yield Need(False, say("there is no bash, in which `start` works"), as_root("apt-get install -y bash"))
        return
    version = _told([path, "--norc", "--noprofile", "-c", 'printf %s "$BASH_VERSION"'])
    old = _number(version) < (4, 4)
    mend = as_root("apt-get install -y bash") if sys.platform == "linux" else "brew install bash"
    yield Need(None if old else True, say("bash {version}: {path}", version=version, path=path), mend if old else "")


def docker_command() -> Iterator[Need]:
    """The student's `docker`: which one it is, and what of their own settings changes what labs say."""
    path = shutil.which("docker", path=tool_path())
    if path is None:
        yield Need(False, say("there is no docker command"), _installed())
        return
    told = _told([path, "--version"])
    if "podman" in told.lower():
        what = say("{path} is Podman in Docker's place; the labs are about Docker", path=path)
        yield Need(False, what, as_root("apt-get remove podman-docker"))
        return
    yield Need(True, say("{version}: {path}", version=told or "docker", path=path))
    if shutil.which("docker") is None:
        folder = os.path.dirname(path)
        yield Need(None, say("{folder} is not on your PATH", folder=folder), f"export PATH=$PATH:{folder}")
    yield from _alias()
    yield from _detach_keys()


def _installed() -> str:
    try:
        wanted = plan(("docker",))
    except NotHere as error:
        return error.hint
    return wanted.command if wanted else ""


def _alias() -> Iterator[Need]:
    """An alias or a function stands before the program in the student's own bash; sudo forgets where it points."""
    script = 'printf "\\n<%s>" "$(type -t docker)"'
    kind = re.search(r"<(alias|function)>\s*$", _told(["bash", "-ic", script]))
    if kind:
        what = say("in your bash `docker` is an {kind}: in a lab it may lead to another engine", kind=kind[1])
        yield Need(None, what, "unalias docker" if kind[1] == "alias" else "unset -f docker")


def _detach_keys() -> Iterator[Need]:
    file = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
    try:
        keys = json.loads(file.read_text(encoding="utf-8")).get("detachKeys")
    except (OSError, ValueError, AttributeError, RecursionError):
        return
    if isinstance(keys, str) and keys.replace(" ", "") not in ("", DETACH):
        what = say("you detach with {keys}, not with ctrl-p ctrl-q as labs say: {file} has it so",
                   keys=one_line(keys, 40), file=file)  # fmt: skip
        yield Need(None, what, say("on private engines it is ctrl-p ctrl-q all the same"))


def places() -> Iterator[Need]:
    """The folders that are written to."""
    from runner.engine.places import cache_dir, run_dir, state_dir
    from runner.errors import EngineFailed

    good = []
    for name, place in (("state", state_dir), ("run", run_dir), ("cache", cache_dir)):
        try:
            folder = place()
        except EngineFailed as error:
            yield Need(False, error.what, error.hint)
            continue
        if os.access(folder, os.W_OK | os.X_OK):
            good.append(say("{what}: {folder}", what=say(_PLACES[name]), folder=folder))
        else:
            owner = as_root(f"chown -R {os.getuid()} {folder}")
            yield Need(False, say("cannot write to {folder}: {reason}", folder=folder, reason=os.strerror(13)), owner)
    for each in good:
        yield Need(True, each)


_PLACES = {
    "state": noted("progress"),
    "run": noted("running engines"),
    "cache": noted("images and templates"),
}


def _told(argv: list[str]) -> str:
    """What a program says of itself; "" where it does not, or not in time. It gets no terminal to take."""
    try:
        with subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                return one_line(process.communicate(timeout=_LIMIT)[0])
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return ""
    except OSError:
        return ""
