"""The student's own bash on the student's own terminal: nothing lies between them, and the terminal is given back."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from runner.engine.environ import plain_environ, tool_path
from runner.engine.find import usual_url
from runner.engine.testbed import Testbed

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_KEYS = (signal.SIGINT, signal.SIGQUIT)  # the keyboard's signals are the shell's
Modes = list[int | list[bytes | int]]


def ordinary_bash(rcfile: Path, environ: Mapping[str, str]) -> int:
    """Runs an interactive bash to its end and returns its exit code; negative: the signal that ended it.

    It has the terminal to itself. When vethlab is killed it is hung up, as by a terminal that closes. Raises OSError
    where there is no bash, KeyboardInterrupt when vethlab was told to end.
    """
    with _terminal_given_back():
        bash = _start(["bash", "--rcfile", str(rcfile), "-i"], environ)
        try:
            return _ended(bash)
        finally:
            _hang_up(bash)


def _start(argv: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Starts bash; it makes a process group of its own and takes the terminal."""
    return subprocess.Popen(argv, env=dict(environ), preexec_fn=_hung_up_with(os.getpid()))  # noqa: PLW1509


def _hung_up_with(parent: int) -> Callable[[], None]:
    """What the child does before it becomes bash: it asks for SIGHUP when its parent dies (prctl(2)).

    It takes no lock, and what it calls was loaded before, so it may follow a fork beside threads.
    """
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def prepare() -> None:
        if prctl:
            prctl(_PR_SET_PDEATHSIG, signal.SIGHUP)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _ended(bash: subprocess.Popen[bytes]) -> int:
    """Waits for the end. Where the shell suspends itself, so do we, and the shell that started us has the terminal."""
    while True:
        _pid, status = os.waitpid(bash.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            bash.returncode = os.waitstatus_to_exitcode(status)
            return bash.returncode
        _suspend(bash)


def _suspend(bash: subprocess.Popen[bytes]) -> None:
    modes = _modes()
    _take_terminal(os.getpgrp())
    os.kill(os.getpid(), signal.SIGSTOP)
    _restore(modes)
    _take_terminal(bash.pid)
    os.killpg(bash.pid, signal.SIGCONT)


def _hang_up(bash: subprocess.Popen[bytes]) -> None:
    """Ends a bash that still runs, as a closing terminal does; it saves its history and ends its jobs."""
    if bash.poll() is not None:
        return
    for number in (signal.SIGHUP, signal.SIGCONT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            bash.send_signal(number)
        if number != signal.SIGHUP:
            with suppress(subprocess.TimeoutExpired):
                bash.wait(3)
                return


@contextmanager
def _terminal_given_back() -> Iterator[None]:
    """The terminal's modes and foreground as they were, whatever the shell or its end did to them.

    The keyboard's signals do nothing to us meanwhile. They have a handler, not SIG_IGN, which bash would inherit.
    """
    before = {number: signal.signal(number, _nothing) for number in _KEYS}
    modes = _modes()
    try:
        yield
    finally:
        _take_terminal(os.getpgrp())
        _restore(modes)
        for number, handler in before.items():
            signal.signal(number, handler)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A handler that does nothing."""


def _modes() -> Modes | None:
    with suppress(termios.error):
        return termios.tcgetattr(0)
    return None


def _restore(modes: Modes | None) -> None:
    if modes is not None:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, modes)


def _take_terminal(group: int) -> None:
    """Makes the group the terminal's foreground, also where we are not in it now (termios(4), TTOU)."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    with suppress(OSError):
        os.tcsetpgrp(0, group)
    signal.signal(signal.SIGTTOU, before)


def student_environ(testbed: Testbed) -> dict[str, str]:
    """The student's own environment, in which plain `docker` speaks to the testbed's first server.

    An external engine that docker finds by itself is left to it, with the student's own settings.
    """
    if testbed.kind == "private":
        ours = {name: value for name, value in testbed.environ.items() if name.startswith("DOCKER_")}
        return plain_environ(**ours)
    environ = {**os.environ, "PATH": tool_path()}
    url = testbed.servers[0].url
    if usual_url() == url:
        return environ
    environ.pop("DOCKER_CONTEXT", None)
    return {**environ, "DOCKER_HOST": url}
