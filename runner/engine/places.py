"""The three places that vethlab writes to, and no other: what it remembers, what runs, what was made once."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from checks.words import say
from runner.errors import EngineFailed


def state_dir() -> Path:
    """Progress, baselines and journals: `XDG_STATE_HOME/vethlab`."""
    return made(_xdg("XDG_STATE_HOME", ".local/state"), 0o700)


def run_dir() -> Path:
    """Sockets and records of running engines: `/run/vethlab` for root, else `XDG_RUNTIME_DIR/vethlab`."""
    if os.geteuid() == 0:
        return made(Path("/run/vethlab"), 0o700)
    base = os.environ.get("XDG_RUNTIME_DIR") or _private(Path(tempfile.gettempdir(), f"vethlab-{os.getuid()}"))
    return made(Path(base, "vethlab"), 0o700)


def cache_dir() -> Path:
    """Images and templates, made once: `/var/cache/vethlab` for root, else `XDG_CACHE_HOME/vethlab`."""
    if os.geteuid() == 0:
        return made(Path("/var/cache/vethlab"), 0o755)
    return made(_xdg("XDG_CACHE_HOME", ".cache"), 0o755)


def _xdg(variable: str, default: str) -> Path:
    """The folder that an absolute path in `variable` names, or `default` at home (XDG Base Directory Specification)."""
    named = os.environ.get(variable, "")
    base = Path(named) if named.startswith("/") else Path.home() / default
    return base / "vethlab"


def _private(folder: Path) -> Path:
    """A folder in a place where everybody may write, ours alone. EngineFailed where somebody else has put one there.

    They could give our shell another start-up file.
    """
    found = made(folder, 0o700).lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        what = say("the folder {folder} belongs to somebody else", folder=folder)
        raise EngineFailed(what, say("name a folder of your own: export XDG_RUNTIME_DIR=…"))
    if found.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def made(folder: Path, mode: int) -> Path:
    """The folder, which is there from now on. Raises EngineFailed."""
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise EngineFailed(
            say("cannot write to {folder}: {reason}", folder=folder, reason=error.strerror),
            hint=say("make that folder writable and try again"),
        ) from error
    return folder
