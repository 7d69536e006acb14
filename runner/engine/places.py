"""The three places that vethlab writes to, and no other: what it remembers, what runs, what was made once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from checks.words import say
from runner.errors import EngineFailed


def state_dir() -> Path:
    """Progress, baselines and journals: `XDG_STATE_HOME/vethlab`."""
    return _made(_xdg("XDG_STATE_HOME", ".local/state"), 0o700)


def run_dir() -> Path:
    """Sockets and records of running engines: `/run/vethlab` for root, else `XDG_RUNTIME_DIR/vethlab`."""
    if os.geteuid() == 0:
        return _made(Path("/run/vethlab"), 0o700)
    base = os.environ.get("XDG_RUNTIME_DIR") or f"{tempfile.gettempdir()}/vethlab-{os.getuid()}"
    return _made(Path(base, "vethlab"), 0o700)


def cache_dir() -> Path:
    """Images and templates, made once: `/var/cache/vethlab` for root, else `XDG_CACHE_HOME/vethlab`."""
    if os.geteuid() == 0:
        return _made(Path("/var/cache/vethlab"), 0o755)
    return _made(_xdg("XDG_CACHE_HOME", ".cache"), 0o755)


def _xdg(variable: str, default: str) -> Path:
    """The folder that an absolute path in `variable` names, or `default` at home (XDG Base Directory Specification)."""
    named = os.environ.get(variable, "")
    base = Path(named) if named.startswith("/") else Path.home() / default
    return base / "vethlab"


def _made(folder: Path, mode: int) -> Path:
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise EngineFailed(
            say("cannot write to {folder}: {reason}", folder=folder, reason=error.strerror),
            hint=say("make that folder writable and try again"),
        ) from error
    return folder
