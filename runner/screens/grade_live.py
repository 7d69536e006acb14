"""A batch while it is graded, on stderr: a line a file as it is done, and on a terminal a bar with the time left."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Self, TextIO

from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from checks.words import say
from runner.grading.marks import Row, shown_points
from runner.interrupt import undisturbed
from runner.plain import one_line
from runner.screens.console import plain_console
from runner.screens.grade_feedback import out_of

_WIDEST = 60  # columns of a name


class GradeLive:
    """Hears rows as they are done. `total` is the number of files."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.total, self.done, self.fresh, self.began = total, 0, 0, time.monotonic()
        self.bar = self._bar() if self._redraws() else None
        self.task = self.bar.add_task("", total=total, left="") if self.bar else None

    def __enter__(self) -> Self:
        if self.bar:
            self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.bar:
            with undisturbed():
                self.bar.stop()

    def hear(self, row: Row, *, fresh: bool = True) -> None:
        """A file is done; `fresh` is false where that took no time."""
        self.done += 1
        self.fresh += fresh
        line = f"{self.done:>{len(str(self.total))}}/{self.total}  {told(row)}"
        if self.bar is None or self.task is None:
            print(line, file=self.stream, flush=True)
            return
        with undisturbed():  # an escape sequence is written whole
            self.bar.console.print(Text(line), overflow="ellipsis", no_wrap=True)
            self.bar.update(self.task, completed=self.done, left=self._left(), refresh=True)

    def _bar(self) -> Progress:
        count, left = TextColumn("{task.completed:.0f}/{task.total:.0f}"), TextColumn("{task.fields[left]}")
        console = plain_console(self.stream)
        return Progress(BarColumn(), count, left, console=console, auto_refresh=False, transient=True)

    def _left(self) -> str:
        """How long the rest will take if it goes on like this."""
        if not self.fresh or self.done == self.total:
            return ""
        seconds = (time.monotonic() - self.began) / self.fresh * (self.total - self.done)
        minutes, rest = divmod(round(seconds), 60)
        if not minutes:
            return say("{seconds} s left", seconds=rest)
        return say("{minutes} min {seconds:02} s left", minutes=minutes, seconds=rest)

    def _redraws(self) -> bool:
        return self.stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def told(row: Row) -> str:
    """A row in one line: whose it is, the points or why there are none, and last the file, for a terminal cuts it."""
    told = _graded(row)
    return f"{told}  ({one_line(row.grade.file)})" if row.grade.student else told


def _graded(row: Row) -> str:
    grade = row.grade
    name = one_line(grade.student or grade.file, _WIDEST)
    if grade.unreadable:
        return say("{file}: not graded: {why}", file=name, why=one_line(grade.error))
    if grade.error:
        return say("{file}: could not be judged: {why}", file=name, why=one_line(grade.error))
    points = out_of(row.marks)
    if row.marks.claimed:
        points = say("{points}, {claimed} more only claimed", points=points, claimed=shown_points(row.marks.claimed))
    return say("{file}: {lab}: {points}", file=name, lab=grade.lab, points=points)
