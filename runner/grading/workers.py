"""Grading processes side by side: each in a seat, which sees to its limits, and puts another in its place."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import runner
from checks.words import say
from runner.engine.private.sweep import sweep
from runner.errors import VethlabError
from runner.grading import wire
from runner.grading.model import Grade, Submission
from runner.grading.ungraded import failed
from runner.interrupt import undisturbed
from runner.plain import clean_text, one_line

SECONDS = 600.0  # wall time that one submission may take; the replay has nearer limits of its own, and says which
MOST = 100  # submissions that one process grades
MEMORY = 400 << 20  # bytes that a process may hold when it is about to grade the next submission
LONGEST = 64 << 20  # bytes of one answer
GRACE = 20.0  # seconds for a process to end its engines

Work = tuple[int, Submission]  # a submission with its place among the files
Done = tuple[int, Grade]


class _Died(Exception):
    """The process ended, or said what it never says; the text tells how."""


class _Late(Exception):
    """The submission took too long."""


@dataclass
class Seat:
    """A place where one submission after another is graded, each by a process that may come to be replaced.

    `hello` is the process's first line (`worker.hello`). Every seat is used by one thread, but ended by any.
    """

    hello: bytes
    seconds: float = SECONDS
    _worker: _Worker | None = None
    _over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def grade(self, submission: Submission) -> Grade:
        """The grade; `error` is set where the process died twice over it, or took too long."""
        how = ""
        for _ in range(2):
            try:
                return self._ready().grade(submission, self.seconds)
            except _Late:
                self._replace()
                what = say("it took more than {seconds} s, the limit of one submission", seconds=round(self.seconds))
                return failed(submission, what)
            except _Died as error:
                self._replace()
                how = str(error)
        what = say("the process that graded it ended twice ({how})", how=how or say("without a word"))
        return failed(submission, what)

    def end(self) -> None:
        """Ends the process and its engines, also in the midst of a submission; none is started from now on."""
        with self._lock:
            self._over = True
            worker = self._worker
        if worker:
            worker.end()

    def pid(self) -> int | None:
        """Of the process that sits here now."""
        return self._worker.process.pid if self._worker else None

    def _ready(self) -> _Worker:
        """The process, a fresh one where there is none, or the last one has done enough."""
        if self._worker and self._worker.spent:
            self._replace()
        with self._lock:
            if self._over:
                raise _Died(say("interrupted"))
            self._worker = self._worker or _Worker(self.hello)
            return self._worker

    def _replace(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker:
            worker.end()
            with suppress(VethlabError):  # whoever starts the next engine tries it again
                sweep()  # what it left, where it was killed


class _Worker:
    """One process of `runner.grading.worker`."""

    def __init__(self, hello: bytes) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "runner.grading.worker"],
            env={**os.environ, "PYTHONPATH": str(Path(runner.__file__).parents[1])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            start_new_session=True,  # a ^C at the terminal is the grader's to answer
        )
        self.count, self.memory = 0, 0
        self.words: list[str] = []
        self._rest = bytearray()
        self._ending, self._reading = threading.Lock(), threading.Lock()
        self._hello = hello

    @property
    def spent(self) -> bool:
        return self.count >= MOST or self.memory > MEMORY

    def grade(self, submission: Submission, seconds: float) -> Grade:
        """Raises _Died and _Late."""
        deadline = time.monotonic() + seconds
        self._tell(submission)
        try:
            with self._reading:
                answer = self._answer(deadline)
        except EOFError as error:
            raise self._died() from error
        self.count += 1
        self.memory = int(answer["memory"])
        return wire.grade_in(answer["grade"])

    def end(self) -> None:
        """Lets it end its engines, and kills it if that takes too long: they end with it."""
        with self._ending:
            with suppress(OSError, ValueError):
                _pipe(self.process.stdin).close()
            try:
                self.process.wait(GRACE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self._close()

    def _close(self) -> None:
        """Keeps its last words, and nothing open; what still reads from it comes to its end first."""
        with self._reading:
            if self.log.closed:
                return
            self.log.seek(max(0, self.log.seek(0, os.SEEK_END) - 4000))
            self.words = [line for line in clean_text(self.log.read()).splitlines() if line.strip()][-1:]
            self.log.close()
            _pipe(self.process.stdout).close()

    def _tell(self, submission: Submission) -> None:
        line = json.dumps(wire.submission_out(submission)).encode() + b"\n"
        try:
            pipe = _pipe(self.process.stdin)
            pipe.write(self._hello + line)
            pipe.flush()
        except (OSError, ValueError) as error:
            raise self._died() from error
        self._hello = b""

    def _answer(self, deadline: float) -> dict[str, Any]:
        stream = _pipe(self.process.stdout).fileno()
        while b"\n" not in self._rest:
            if not select.select([stream], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise _Late
            chunk = os.read(stream, 1 << 16)
            self._rest += chunk
            if not chunk or len(self._rest) > LONGEST:
                raise EOFError
        line, _, rest = self._rest.partition(b"\n")
        self._rest = bytearray(rest)
        found: dict[str, Any] = json.loads(line)
        return found

    def _died(self) -> _Died:
        """How it ended, by its last words or its signal."""
        self.end()
        code = self.process.returncode
        signalled = say("signal {number}", number=-code) if code < 0 else say("exit code {code}", code=code)
        return _Died(one_line(": ".join([signalled, *self.words])))


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def side_by_side(work: Iterator[Work], seats: Sequence[Seat]) -> Iterator[Done]:
    """The grades as they are done. `work` is asked for the next one when a seat is free.

    Closing the generator, or an interrupt, ends every process with its engines. An error of `work` is raised here.
    """
    crew = _Crew(work, list(seats))
    threads = [threading.Thread(target=crew.sit, args=(seat,), daemon=True) for seat in seats]
    left = len(threads)
    try:
        for thread in threads:
            thread.start()
        while left:
            done = crew.done.get()
            if isinstance(done, BaseException):
                raise done
            if done is None:
                left -= 1
            else:
                yield done
    finally:
        with undisturbed():
            crew.end(threads)


@dataclass
class _Crew:
    """The threads' common ground. `None` in `done` says that one of them has nothing more to do."""

    work: Iterator[Work]
    seats: list[Seat]
    done: SimpleQueue[Done | BaseException | None] = field(default_factory=SimpleQueue)
    stopped: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def sit(self, seat: Seat) -> None:
        """Grades until there is nothing left."""
        try:
            while (taken := self._next()) is not None:
                place, submission = taken
                graded = seat.grade(submission)
                if self.stopped:
                    return
                self.done.put((place, graded))
            seat.end()
            self.done.put(None)
        except BaseException as error:  # noqa: BLE001  # raised again in the main thread
            self.done.put(error)

    def end(self, threads: Sequence[threading.Thread]) -> None:
        self.stopped = True
        enders = [threading.Thread(target=seat.end, daemon=True) for seat in self.seats]
        for each in enders:
            each.start()
        for each in [*enders, *threads]:
            if each.ident is not None:
                each.join(2 * GRACE)

    def _next(self) -> Work | None:
        with self._lock:
            return None if self.stopped else next(self.work, None)
