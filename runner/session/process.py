"""A command of the student's as a process: bounded in time and in what it may print, and ended with all it started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from checks.words import say
from runner.errors import EngineFailed

LIMIT = 120.0  # seconds that one command may take on an engine that answers
ASK_EVERY = 5.0  # seconds of silence after which the engine is asked whether it still lives
GRACE = 3.0  # seconds to finish in after an interrupt, so that nothing comes into being after the clean-up
MOST_OUTPUT = 1 << 20  # bytes


def finish(argv: Sequence[str], environ: Mapping[str, str], alive: Callable[[], object]) -> tuple[int, str]:
    """The exit code and the output (both streams, in order) of a command run without a terminal.

    `alive` asks the engine for a sign of life and raises EngineFailed; it is called whenever the command has been
    silent for some seconds, so that a dead engine is told from a slow command. Raises EngineFailed.
    """
    process = _start(argv, environ)
    try:
        output = _read(process, alive)
        return process.wait(5), output.decode(errors="replace")
    except subprocess.TimeoutExpired as error:
        raise _too_slow(argv) from error
    except KeyboardInterrupt:
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        raise
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the process's group and reaps it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout:
        process.stdout.close()
    process.wait()


def _start(argv: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(argv),
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own: ended as a whole, untouched by the keyboard's ^C
        )
    except OSError as error:
        what = say("cannot run {program}: {reason}", program=argv[0], reason=error.strerror)
        raise EngineFailed(what, hint="vethlab doctor") from error


def _read(process: subprocess.Popen[bytes], alive: Callable[[], object]) -> bytearray:
    """Everything it prints until it ends, cut off at MOST_OUTPUT."""
    assert process.stdout is not None
    stream = process.stdout.fileno()
    output = bytearray()
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        if not select.select([stream], [], [], ASK_EVERY)[0]:
            alive()
            continue
        chunk = os.read(stream, 1 << 16)
        if not chunk:
            return output
        output += chunk[: MOST_OUTPUT - len(output)]
    raise _too_slow(process.args if isinstance(process.args, list) else [])


def _too_slow(argv: Sequence[object]) -> EngineFailed:
    what = say("{command} did not end", command=" ".join(str(word) for word in argv[:4]))
    return EngineFailed(what, hint="vethlab doctor")
