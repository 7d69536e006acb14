"""Whether an engine's processes are those seen here is proven, never assumed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from runner.engine.sight.shared_kernel import ground
from runner.engine.testbed import Testbed

# Listens on a unix socket under another command's name, in the mount and PID namespaces of another process.
LISTENER = """
import ctypes, os, socket, sys
path, name, process = sys.argv[1:]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
libc = ctypes.CDLL(None, use_errno=True)
if process:
    handle = os.open(f"/proc/{process}/ns/mnt", os.O_RDONLY)
    assert libc.setns(handle, 0) == 0, os.strerror(ctypes.get_errno())
assert libc.prctl(15, name.encode()) == 0  # PR_SET_NAME
listener.listen()
print("ready", flush=True)
sys.stdin.read()
"""


@contextmanager
def listener(path: Path, name: str, beside: int | None = None, before: Sequence[str] = ()) -> Iterator[str]:
    """The URL of a socket that a process called `name` listens on, in the mount namespace of the process `beside`.

    `before` are the words before its command.
    """
    command = [*before, sys.executable, "-c", LISTENER, str(path), name, str(beside or "")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield f"unix://{path}"
        process.communicate(timeout=10)


def test_an_engine_that_was_started_by_its_socket_is_found_by_its_pid_file(testbed: Testbed, tmp_path: Path) -> None:
    pid = testbed.server().pid
    direct = ground(testbed.server().url)
    with listener(tmp_path / "socket", "systemd", pid) as url:
        through_starter = ground(url)
        assert direct
        assert through_starter
        assert direct.engine == Path("/proc", str(pid)) != through_starter.engine
        assert direct.engine.joinpath("ns/net").samefile(through_starter.engine / "ns/net")
        assert direct.proc.joinpath("1").stat().st_ino == through_starter.proc.joinpath("1").stat().st_ino


def test_a_socket_that_is_forwarded_from_elsewhere_proves_nothing(testbed: Testbed, tmp_path: Path) -> None:
    with listener(tmp_path / "socket", "ssh", testbed.server().pid) as url:
        assert ground(url) is None


def test_a_rootless_engine_proves_nothing_of_its_networks(tmp_path: Path) -> None:
    with listener(tmp_path / "socket", "dockerd", before=["unshare", "--user", "--map-root-user"]) as url:
        assert ground(url) is None


def test_a_starter_without_an_engine_proves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    folder.mkdir()
    with listener(folder / "socket", "systemd") as url:
        seen = ground(url)
        assert seen is None or (seen.engine / "comm").read_text() == "dockerd\n"


def test_no_socket_at_all_proves_nothing() -> None:
    for url in ("unix:///nowhere/docker.sock", "tcp://127.0.0.1:2375", "ssh://host", "nonsense"):
        assert ground(url) is None
