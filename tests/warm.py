"""A warm Python: commands forked from one process that has imported what is not the project's.

To start Python and to import the SDK and its like takes longer than most commands; the project's own modules are
imported by each command, as always. `python -m tests.warm FD` serves the socket FD, one command after the other.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

ROOT = Path(__file__).parents[1]
KNOWN = (
    *("argcomplete", "argparse", "ast", "base64", "concurrent.futures", "dataclasses", "datetime", "difflib", "docker"),
    *("gettext", "ipaddress", "pexpect", "rich.console", "rich.markdown", "rich.table", "shlex", "statistics"),
    *("termios", "unicodedata", "uuid", "yaml"),
)
Files = tuple[IO[str], IO[bytes], IO[bytes]]


class Warm:
    """The process that commands are forked from; it is started with the first one and ends with ours."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def runs(self, words: Sequence[str], environ: Mapping[str, str], within: float) -> tuple[int, str, str] | None:
        """The exit code, stdout and stderr of `vethlab WORDS`, stdin empty. None where it cannot be asked now.

        Raises TimeoutExpired.
        """
        if os.geteuid() != os.getuid() or not self._lock.acquire(blocking=False):
            return None
        try:
            with open(os.devnull) as stdin, TemporaryFile() as out, TemporaryFile() as err:
                code = self._code(words, environ, (stdin, out, err), within)
                return code, _text(out), _text(err)
        finally:
            self._lock.release()

    def _code(self, words: Sequence[str], environ: Mapping[str, str], files: Files, within: float) -> int:
        server = self._socket = self._socket or _started()
        request = json.dumps({"words": [*words], "environ": {**environ}, "cwd": os.getcwd()}).encode()
        socket.send_fds(server, [len(request).to_bytes(4, "big") + request], [file.fileno() for file in files])
        server.settimeout(within)
        try:
            return int(server.recv(16))
        except (OSError, ValueError) as error:  # ValueError: nothing came, the process is gone
            self._socket = None
            server.close()  # it ends the command
            if isinstance(error, TimeoutError):
                raise subprocess.TimeoutExpired([*words], within) from error
            raise


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")


def _started() -> socket.socket:
    ours, theirs = socket.socketpair()
    atexit.register(ours.close)
    with theirs:
        theirs.set_inheritable(True)
        argv = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
        os.posix_spawn(argv[0], argv, {**os.environ, "PYTHONPATH": str(ROOT)})
    return ours


def _serve(client: socket.socket) -> list[str]:
    """Forks for each request, and returns in the child: the words of its command."""
    for name in KNOWN:
        importlib.import_module(name)
    gc.freeze()  # the command's collector leaves it alone, so that its pages stay shared
    while True:
        head, files, _, _ = socket.recv_fds(client, 4, 3)
        if not head:
            sys.exit()
        request = json.loads(client.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
        child = os.fork()
        if not child:
            client.close()
            return _becomes(request["words"], request["environ"], request["cwd"], files)
        for file in files:
            os.close(file)
        client.send(str(_ended(child, client)).encode())


def _becomes(words: list[str], environ: dict[str, str], cwd: str, files: list[int]) -> list[str]:
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    return words


def _ended(child: int, client: socket.socket) -> int:
    """The child's exit code as `subprocess` tells it; where nobody waits for it any more, it is killed."""
    pidfd = os.pidfd_open(child)
    if pidfd not in select.select([pidfd, client.fileno()], [], [])[0]:
        os.kill(child, signal.SIGKILL)
    os.close(pidfd)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.argv[1:] = _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("runner.cli", run_name="__main__", alter_sys=True)
