"""A grading process: a submission a line on stdin, what came of it a line on stdout, both JSON.

The first line is the hello: the labs and the language, as the grader has them. The end of stdin, which also comes when
the grader is killed, ends this process and its engines, whatever it is doing.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import TextIO

from checks.words import say, speak
from runner.grading import wire
from runner.grading.model import Grade, Submission
from runner.grading.replay import grade
from runner.grading.ungraded import failed
from runner.interrupt import listen
from runner.lab.model import Lab

GRACE = 15.0  # seconds that engines may take to end once the grader is gone


def main() -> int:
    """Grades until stdin ends."""
    answers = _answers()
    listen()
    lines: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_hear, args=(lines,), daemon=True).start()
    try:
        labs = _hello(lines.get())
        while True:
            submission = wire.submission_in(json.loads(lines.get()))
            answer = {"grade": wire.grade_out(_graded(submission, labs[submission.lab])), "memory": _memory()}
            print(json.dumps(answer), file=answers, flush=True)
    except (KeyboardInterrupt, BrokenPipeError):  # the grader wants no more, or is gone
        os._exit(0)


def hello(labs: Mapping[str, Lab], language: str) -> bytes:
    """The first line for such a process. Both ends are vethlab's own: nothing of a submission is in it."""
    return base64.b64encode(pickle.dumps((dict(labs), language))) + b"\n"


def _hello(line: bytes) -> Mapping[str, Lab]:
    labs, language = pickle.loads(base64.b64decode(line))
    speak(language)
    found: Mapping[str, Lab] = labs
    return found


def _answers() -> TextIO:
    """The pipe to the grader. What else is printed to stdout goes where errors go, for a stray word would break it."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8")


def _hear(lines: SimpleQueue[bytes]) -> None:
    """Hands on each line; at the end of stdin the main thread is interrupted, and ended if it does not end."""
    for line in sys.stdin.buffer:
        lines.put(line)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def _graded(submission: Submission, lab: Lab) -> Grade:
    """The grade. A bug of ours ends this submission, not the others, and never as a grade."""
    from runner.engine.private.confinement import open_confined

    try:
        return grade(submission, lab, lambda wanted: open_confined(wanted.servers))
    except Exception as error:  # noqa: BLE001
        from runner.trace import keep

        what = say("this is a bug in vethlab: {kind}: {error}", kind=type(error).__name__, error=error)
        kept = keep(error)
        if kept:
            what = say("{what} (the full trace is in {file})", what=what, file=kept)
        return failed(submission, what)


def _memory() -> int:
    """The bytes that this process holds in memory now (proc_pid_statm(5))."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main())
