"""Where the student's bash asks: a folder with a FIFO for questions, and one for the answers to each shell.

bash opens, writes and reads them without another program, so an answer costs no process. The folder is only ours to
read. Questions and answers are laid out as `shell.sh` says.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runner.engine import records
from runner.engine.places import run_dir

_MOST = 1 << 16  # bytes of one question; more is dropped
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its words (`prompt` or one of the student's), the terminal's width, whether a terminal shows it."""

    words: tuple[str, ...]
    width: int
    terminal: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """What the shell prints, the code that its word returns, and where the prompt says one is."""

    text: str
    where: str
    code: int = 0


class Desk:
    """Serves questions in a thread, one after the other, until it is closed."""

    def __init__(self, reply: Callable[[Asked], Reply]) -> None:
        self._reply = reply
        self.folder = Path(tempfile.mkdtemp(prefix=_prefix(), dir=run_dir()))
        os.mkfifo(self.folder / "questions", 0o600)
        self._questions = os.open(self.folder / "questions", os.O_RDWR)  # also to write: so it never ends
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def open(self) -> None:
        """Begins to serve."""
        self._thread.start()

    def close(self) -> None:
        """Serves no more, and the folder is gone."""
        if self._thread.is_alive():
            os.write(self._questions, b"0\0")
            self._thread.join(5)
        os.close(self._questions)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _serve(self) -> None:
        for fields in _frames(self._questions):
            if not fields:
                return
            with suppress(ValueError, OSError):  # a shell that left, or a line that is no question: nobody to tell
                self._answer(*fields)

    def _answer(self, mark: str, fifo: str, width: str, terminal: str, *words: str) -> None:
        answers = Path(fifo)
        if answers.parent != self.folder:
            return
        reply = self._reply(Asked(words, _columns(width), bool(terminal)))
        answer = _SEPARATOR.join([mark, str(reply.code), reply.where, reply.text, ""])
        _write(answers, answer.replace("\0", "").encode(errors="replace") + b"\0")


def _columns(width: str) -> int:
    """What COLUMNS says, within reason; 80 where the student has made it something else."""
    return min(max(int(width[:9]), 20), 1000) if re.fullmatch("[0-9]+", width) else 80


def _prefix() -> str:
    """Names the process, so that a later sweep can tell whether it still serves."""
    return f"desk-{os.getpid()}-{records.started(os.getpid())}-"


def _frames(questions: int) -> Iterator[list[str]]:
    """Questions as lists of fields; an empty one to end."""
    waiting, fields, count = b"", list[str](), 0
    while True:
        waiting += os.read(questions, 1 << 16)
        *whole, waiting = waiting.split(b"\0")
        waiting = waiting[-_MOST:]
        for each in whole:
            if count == 0:
                count = int(each) if each.isdigit() else 0
                fields = []
                if each == b"0":
                    yield []
                continue
            fields.append(each.decode(errors="replace"))
            count -= 1
            if count == 0:
                yield fields


def _write(fifo: Path, answer: bytes) -> None:
    """Writes to a shell that waits; OSError where it waits no more."""
    descriptor = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    try:
        os.set_blocking(descriptor, True)
        while answer:
            answer = answer[os.write(descriptor, answer) :]
    finally:
        os.close(descriptor)
