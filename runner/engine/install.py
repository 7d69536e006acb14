"""What private engines need of the system, and its installation with apt. It starts no service."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from checks.words import listed, say
from runner.engine.environ import tool_path
from runner.engine.places import run_dir
from runner.engine.rooted import as_root
from runner.errors import NotHere, SetupFailed, UsageError
from runner.plain import one_line

PRIVATE = ("dockerd", "docker", "iptables", "ip")  # what private engines are made of
EXTERNAL = ("docker",)  # what an engine that is there already needs here
PYTHON = ("python3-venv", "ca-certificates")  # what a virtual environment is made with

_PACKAGES = {
    "dockerd": "docker.io",
    "docker": "docker.io",
    "iptables": "iptables",
    "ip": "iproute2",
    "python3-venv": "python3-venv",
    "ca-certificates": "ca-certificates",
}
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")  # Debian's pip trusts this file alone
_POLICY = Path("/usr/sbin/policy-rc.d")
_LIMIT = 1800.0  # seconds for one run of apt-get
_TAIL = 12  # lines of its output told when it failed

_PLACE = b"# vethlab lays its denial over this file while it installs. By itself the file means nothing.\n"

# In a mount namespace of its own, so that nobody else is denied anything.
_UNDER_DENIAL = r"""
mount -t tmpfs -o mode=755 tmpfs "$1" &&
printf '#!/bin/sh\nexit 101\n' >"$1/deny" && chmod 755 "$1/deny" && mount --bind "$1/deny" "$2" &&
shift 2 && exec "$@"
"""


@dataclass(frozen=True)
class Plan:
    """Programs that are missing, the packages that have them, and whether apt must first learn of those."""

    programs: tuple[str, ...]
    packages: tuple[str, ...]
    update: bool

    @property
    def command(self) -> str:
        """What to type for it."""
        install = as_root(f"apt-get install -y --no-install-recommends {' '.join(self.packages)}")
        return f"{as_root('apt-get update')} && {install}" if self.update else install


def missing(programs: Sequence[str] = PRIVATE) -> tuple[str, ...]:
    """Those of the programs that are not here."""
    return tuple(each for each in programs if not _here(each))


def _here(program: str) -> bool:
    if program == "python3-venv":
        importlib.invalidate_caches()
        return importlib.util.find_spec("ensurepip") is not None
    if program == "ca-certificates":
        return _CERTIFICATES.exists() or not _debian()
    return shutil.which(program, path=tool_path()) is not None


def _debian() -> bool:
    """Whether this is Debian, Ubuntu or a child of theirs, with apt."""
    return shutil.which("apt-get", path=tool_path()) is not None and Path("/etc/debian_version").exists()


def _candidate(package: str) -> bool:
    """Whether apt knows a version of the package that it could install."""
    environ = {**os.environ, "PATH": tool_path(), "LC_ALL": "C"}
    told = subprocess.run(
        ["apt-cache", "policy", package], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    return re.search(r"^ *Candidate: (?!\(none\))", told.stdout, re.MULTILINE) is not None


def plan(programs: Sequence[str] = PRIVATE) -> Plan | None:
    """What to install, None when all is here. Changes nothing. Raises NotHere where there is no apt to install with."""
    absent = missing(programs)
    if not absent:
        return None
    if not _debian():
        hint = say("install Docker Engine, iptables and iproute2 with this system's own tools, then try again")
        raise NotHere(say("{programs} cannot be found here", programs=listed(absent)), hint)
    packages = list(dict.fromkeys(_PACKAGES[each] for each in absent))
    if "docker" in absent and _candidate("docker-cli"):  # Debian 13 has the command apart, and only recommends it
        packages = [*(each for each in packages if each != "docker.io" or "dockerd" in absent), "docker-cli"]
    return Plan(absent, tuple(packages), update=not all(map(_candidate, packages)))


def refuse(plan: Plan) -> UsageError:
    """The error for one who may not be asked and did not say --yes: it holds the exact command."""
    what = say("{programs} cannot be found here", programs=listed(plan.programs))
    return UsageError(what, say("install with: {command}  (or give --yes)", command=plan.command))


def question(plan: Plan) -> str:
    """What to ask one who may be asked."""
    what = say("{programs} cannot be found here.", programs=listed(plan.programs))
    return say("{what} Install with `{command}`? No service is started.", what=what, command=plan.command)


def perform(wanted: Plan, progress: Callable[[str], None]) -> None:
    """Installs; `progress` hears each line. Raises SetupFailed with apt's last lines, UsageError without root."""
    if os.geteuid() != 0:
        raise UsageError(say("installing needs root"), say("install with: {command}", command=wanted.command))
    with _alone() as lock:
        current = plan(wanted.programs)  # someone else may have done it meanwhile
        if current is None:
            return
        if current.update:
            current = _updated(current, progress)
        failed = _install(current, progress, lock)
        if failed and not wanted.update:  # the lists may be old, and their files gone from the mirror
            failed = _install(_updated(current, progress), progress, lock)
        if failed or missing(wanted.programs):
            failed = failed or say("{programs} cannot be found still", programs=listed(missing(wanted.programs)))
            what = say("installing {packages} failed:\n  {lines}", packages=listed(current.packages), lines=failed)
            raise SetupFailed(what, current.command)


def _updated(before: Plan, progress: Callable[[str], None]) -> Plan:
    """The plan again with fresh lists. An update that fails in part may be enough: the installation will tell."""
    progress(say("reading the package lists"))
    failed = _run(["apt-get", "-q", "update"], progress)
    after = plan(before.programs) or before
    if after.update and failed:
        raise SetupFailed(say("apt cannot read its package lists:\n  {lines}", lines=failed), after.command)
    return after


def _install(current: Plan, progress: Callable[[str], None], lock: IO[str]) -> str:
    progress(say("installing {packages}", packages=listed(current.packages)))
    keep = ("Dpkg::Options::=--force-confdef", "Dpkg::Options::=--force-confold")  # the user's own configuration files
    options = ("DPkg::Lock::Timeout=300", "Dpkg::Use-Pty=0", *keep)
    given = [word for option in options for word in ("-o", option)]
    argv = ["apt-get", "-q", *given, "install", "-y", "--no-install-recommends", *current.packages]
    with _denial() as before:
        return _run([*before, *argv], progress, lock)


@contextmanager
def _denial() -> Iterator[list[str]]:
    """Words to put before a command so that what it installs starts no service; afterwards the system is as it was.

    Debian's policy-rc.d is asked before any start (Debian Policy 9.3.3; deb-systemd-invoke(1p)). One that says no
    already stays. Otherwise ours is bound over it in a mount namespace: killed at any moment, no denial stays behind,
    at worst a file that is not executable, and so means nothing.
    """
    if _denies():
        yield []
        return
    with suppress(FileExistsError), _POLICY.open("xb") as file:
        file.write(_PLACE)
    try:
        if _run(["unshare", "--mount", "true"], lambda _: None) == "":
            script = ["sh", "-c", _UNDER_DENIAL, "sh", str(run_dir()), str(_POLICY)]
            yield ["unshare", "--mount", "--propagation", "private", *script]
        else:  # a container without the right to mount
            with _replaced():
                yield []
    finally:
        if _POLICY.read_bytes() == _PLACE:
            _POLICY.unlink()


def clear_away() -> None:
    """Removes what a killed installation left, once all of it is dead."""
    if os.geteuid() != 0 or not _POLICY.exists():
        return
    with (run_dir() / "install.lock").open("w") as file, suppress(BlockingIOError, FileNotFoundError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _POLICY.read_bytes() == _PLACE:
            _POLICY.unlink()


def _denies() -> bool:
    """Whether the system's own policy refuses to start Docker."""
    if not os.access(_POLICY, os.X_OK):
        return False
    try:
        asked = subprocess.run([str(_POLICY), "docker", "start"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 101


@contextmanager
def _replaced() -> Iterator[None]:
    """The denial in the file itself, and what was there put back."""
    kept = _POLICY.with_name("policy-rc.d.vethlab")
    shutil.copy2(_POLICY, kept)
    try:
        _POLICY.write_text("#!/bin/sh\nexit 101\n")
        _POLICY.chmod(0o755)
        yield
    finally:
        kept.replace(_POLICY)


def _run(argv: Sequence[str], progress: Callable[[str], None], lock: IO[str] | None = None) -> str:
    """Runs to the end; "" when it went well, else its last lines. It holds the lock too: it may outlive us."""
    environ = {**os.environ, "PATH": tool_path(), "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    environ["NEEDRESTART_SUSPEND"] = "1"  # Ubuntu's hook would restart other services
    tail: deque[str] = deque(maxlen=_TAIL)
    process = subprocess.Popen(
        argv,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
        pass_fds=() if lock is None else (lock.fileno(),),
    )
    with _ended(process):
        for raw in process.stdout or ():
            line = one_line(raw, 200)
            tail.append(line)
            progress(line)
        process.wait()
    return "" if process.returncode == 0 else "\n  ".join(tail) or say("no reason was given")


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Sees it end, whatever happens. apt-get ends at SIGINT where that is safe, and after dpkg where it is not."""
    guard = threading.Timer(_LIMIT, process.send_signal, [signal.SIGINT])
    guard.start()
    try:
        yield
    except BaseException:
        os.killpg(process.pid, signal.SIGINT)
        raise
    finally:
        guard.cancel()
        process.communicate(timeout=_LIMIT)


@contextmanager
def _alone() -> Iterator[IO[str]]:
    """One installation of vethlab's at a time."""
    with (run_dir() / "install.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
