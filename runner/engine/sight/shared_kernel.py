"""Whether the engine's processes can be seen from here, and where: proven, never assumed.

A unix socket alone proves nothing: it may be forwarded from another machine, and process numbers from the engine are
those of its own PID namespace. What proves a container is its id, 64 random digits, in its process's cgroup or mounts.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from runner.engine.peer import pid_behind
from runner.engine.sight import netns

_ENGINES = ("dockerd",)
_STARTERS = ("systemd", "init")  # with socket activation, the socket is theirs
_PID_FILES = ("run/docker.pid", "var/run/docker.pid")


@dataclass(frozen=True, slots=True)
class Ground:
    """`proc` is the engine's own /proc as seen from here, `engine` its process there."""

    proc: Path
    engine: Path

    def process(self, container: str, pid: int) -> Path | None:
        """The folder of a container's first process, None where it cannot be proven to be that container's."""
        folder = self.proc / str(pid)
        return folder if pid > 0 and _belongs(folder, container) else None


def ground(url: str, pid: int | None = None) -> Ground | None:
    """Where the engine at `url` is seen, None where kernel or rights are not shared. `pid` is its process, if known."""
    peer = pid or _peer(url)
    for engine in _engines(peer) if peer else ():
        try:
            if not pid and not _same(
                engine, "user"
            ):  # rootless: its networks may lie in a namespace that it is not in itself
                continue
            netns.entered(engine / "ns/net", lambda: None)
            return Ground(Path("/proc") if _same(engine, "pid") else engine / "root/proc", engine)
        except OSError:
            continue
    return None


def _same(engine: Path, kind: str) -> bool:
    """Whether it is in our own namespace of that kind. Raises OSError where that cannot be told."""
    return (engine / "ns" / kind).stat().st_ino == Path("/proc/self/ns", kind).stat().st_ino


def _engines(peer: int) -> list[Path]:
    """Processes that may be the engine: the socket's own if it is one, else the one that its starter has started."""
    folder = Path("/proc", str(peer))
    if _command(folder) in _ENGINES:
        return [folder]
    if _command(folder) not in _STARTERS:
        return []
    numbers = (_read(folder / "root" / name).strip() for name in _PID_FILES)
    found = [folder / "root/proc" / number for number in numbers if number.isdigit()]
    return [each for each in found if _command(each) in _ENGINES]


def _peer(url: str) -> int:
    """Who made the unix socket, as numbered here; 0 where it cannot be told."""
    scheme, _, path = url.partition("://")
    if scheme != "unix":
        return 0
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
            asked.settimeout(2)
            asked.connect(path)
            return pid_behind(asked)
    except OSError:
        return 0


def _belongs(folder: Path, container: str) -> bool:
    return bool(container) and any(container in _read(folder / name) for name in ("cgroup", "mountinfo"))


def _command(folder: Path) -> str:
    return _read(folder / "comm").strip()


def _read(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:
        return ""
