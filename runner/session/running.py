"""The command that runs right now, beside the journal: what a killed terminal or vethlab would else make it forget.

One small file a process, `bridge.running.PID-START`, there from a command's beginning to its end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from runner.engine import records
from runner.engine.places import made


def begins(journal: Path, line: str) -> None:
    """Raises OSError, EngineFailed."""
    made(journal.parent, 0o700)
    _own(journal).write_text(line, encoding="utf-8")


def ended(journal: Path) -> None:
    """Raises OSError."""
    _own(journal).unlink(missing_ok=True)


def left(journal: Path) -> Iterator[tuple[Path, str]]:
    """Commands whose end nobody saw: this process's own, and those of processes that are gone."""
    own = _own(journal)
    for file in sorted(journal.parent.glob(f"{journal.stem}.running.*")):
        pid, _, start = file.suffix[1:].partition("-")
        if file == own or not _lives(pid, start):
            with suppress(OSError, ValueError):
                yield file, file.read_text(encoding="utf-8")


def _lives(pid: str, start: str) -> bool:
    return pid.isdigit() and start.isdigit() and records.Process(int(pid), int(start)).alive


def _own(journal: Path) -> Path:
    me = records.process(os.getpid())
    return journal.with_name(f"{journal.stem}.running.{me.pid}-{me.start}")
