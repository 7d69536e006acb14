"""What a student has done: one JSON file under the state folder, replaced as a whole at each change.

    {"labs": {"bridge": {"create": {"state": "passed", "hints": 2, "assisted": true, "answer": "172.18.0.1"}}}}

A step may also be its state alone, as earlier versions wrote it. Keys that this version does not know stay. A process
that is killed leaves the file as it was before, or as it is after; a lock keeps two of them from writing at once.
"""

from __future__ import annotations

import errno
import itertools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.words import noted, say
from runner.engine.places import state_dir
from runner.errors import NotKept
from runner.session.locks import taken

if TYPE_CHECKING:
    from runner.lab.model import Lab, Step

STATES = ("todo", "passed", "assisted", "skipped")
DONE = ("passed", "assisted")
_LOCK_SECONDS = 10.0  # another writer holds the file for some milliseconds
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MEND = {
    True: noted("make room where {folder} is; what you did on the engine is there, and vethlab check sees it again"),
    False: noted("make {folder} yours to write to, or name another folder: export XDG_STATE_HOME=…"),
}

Rows = dict[str, dict[str, Any]]  # the steps of a lab, as the file has them


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one step. `assisted`: help was taken before it passed; `answer`: the one given last."""

    state: str = "todo"
    hints: int = 0
    assisted: bool = False
    answer: str | None = None


TODO = Kept()


def kept(lab: str) -> dict[str, Kept]:
    """What is kept of a lab's steps, by step id; a step that is not there is TODO. Raises NotKept."""
    return {step: _kept(row) for step, row in _read().get("labs", {}).get(lab, {}).items()}


def states(lab: str) -> dict[str, str]:
    """The kept states of a lab's steps, by step id; a step that is not there is `todo`. Raises NotKept."""
    return {step: each.state for step, each in kept(lab).items()}


def current(lab: Lab) -> Step | None:
    """The first step that is not done; None when all are. Raises NotKept."""
    known = states(lab.name)
    return next((step for step in lab.steps if known.get(step.id, "todo") == "todo"), None)


def passed(lab: str, step: str) -> str:
    """Keeps that the step has passed; the state that it is in now. What was passed stays as it was."""
    return _changed(lab, step, lambda now: {} if now.state in DONE else {"state": _pass_of(now)}).state


def skipped(lab: str, step: str) -> None:
    """Keeps that the step is left out for now."""
    _changed(lab, step, lambda now: {} if now.state in DONE else {"state": "skipped"})


def assist(lab: str, step: str) -> None:
    """Keeps that the solution was seen or played, which counts until the step has passed."""
    _changed(lab, step, lambda now: {} if now.state in DONE else {"assisted": True})


def hinted(lab: str, step: str) -> int:
    """Keeps that one more hint was asked for; how many that makes."""
    return _changed(lab, step, lambda now: {"hints": now.hints + 1}).hints


def answered(lab: str, step: str, text: str) -> None:
    """Keeps the answer to the step's question."""
    _changed(lab, step, lambda _now: {"answer": text})


def forget(lab: str, steps: Iterable[str] | None = None) -> None:
    """Keeps nothing more of these steps, or of the whole lab."""
    gone = None if steps is None else list(steps)
    with _locked():
        everything = _read(locked=True)
        rows: Rows = everything.get("labs", {}).get(lab, {})
        left = {} if gone is None else {step: row for step, row in rows.items() if step not in gone}
        if left != rows:
            everything["labs"][lab] = left
            _write(everything)


def _pass_of(now: Kept) -> str:
    return "assisted" if now.assisted else "passed"


def _changed(lab: str, step: str, change: Callable[[Kept], dict[str, Any]]) -> Kept:
    """The step after a change of the row's keys, written to the disk. Where nothing changes nothing is written."""
    with _locked():
        everything = _read(locked=True)
        rows: Rows = everything.setdefault("labs", {}).setdefault(lab, {})
        row = _row(rows.get(step, {}))
        changes = change(_kept(row))
        if any(row.get(key) != value for key, value in changes.items()):
            rows[step] = {**row, **changes}
            _write(everything)
        return _kept({**row, **changes})


def _row(row: Any) -> dict[str, Any]:
    return {"state": row} if isinstance(row, str) else row


def _kept(row: Any) -> Kept:
    """A row as data. What this version cannot read in it counts as not there."""
    row = _row(row)
    state, hints, answer = (row.get(key) for key in ("state", "hints", "answer"))
    return Kept(
        state=state if state in STATES else "todo",
        hints=hints if isinstance(hints, int) and hints > 0 else 0,
        assisted=row.get("assisted") is True,
        answer=answer if isinstance(answer, str) else None,
    )


# --- the file


def _file() -> Path:
    return state_dir() / "progress.json"


def _read(*, locked: bool = False) -> dict[str, Any]:
    """All that is kept. A damaged file is put aside; it is never written over. Raises NotKept."""
    try:
        written = _file().read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        what = say("your progress could not be read: {reason}", reason=error.strerror)
        raise NotKept(what, say("what stands in the way: {file}", file=_file())) from error
    with suppress(ValueError, RecursionError):
        read = json.loads(written)
        if _whole(read):
            return dict(read)
    if locked:
        _put_aside()
        return {}
    with _locked():
        return _read(locked=True)


def _whole(read: Any) -> bool:
    """Whether it is laid out as progress is; more keys than we know are no damage."""
    labs = read.get("labs", {}) if isinstance(read, dict) else None
    return isinstance(labs, dict) and all(
        isinstance(rows, dict) and all(isinstance(row, (str, dict)) for row in rows.values()) for rows in labs.values()
    )


def _put_aside() -> None:
    """Gives the damaged file another name, and says so: once, for then it is not there any more."""
    names = (_file().with_name(f"progress-damaged-{number}.json") for number in itertools.count(1))
    aside = next(name for name in names if not name.exists())
    with _told_as_ours():
        _file().replace(aside)
    note = say("the record of your progress was damaged: it is put aside as {file}, and a new one begun", file=aside)
    print(say("vethlab: {note}", note=note), file=sys.stderr)


def _write(everything: dict[str, Any]) -> None:
    """Only under the lock: the draft has one name, so that a killed writer's is written over by the next."""
    draft = _file().with_name("progress.draft")
    with _told_as_ours():
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(json.dumps(everything, indent=1))
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(_file())
        _sync(draft.parent)


def _sync(folder: Path) -> None:
    """So that the new name is on the disk as well."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked() -> Iterator[None]:
    """One writer at a time: two terminals of one student may both judge."""
    with _told_as_ours():
        lock = (state_dir() / "progress.lock").open("w")
    with lock:
        _wait_for(lock.fileno())
        yield


def _wait_for(descriptor: int) -> None:
    with _told_as_ours():
        ours = taken(descriptor, _LOCK_SECONDS)
    if not ours:
        what = say("your progress could not be kept: another vethlab holds it")
        raise NotKept(what, say("if one is stopped (jobs), let it go on: fg"))


@contextmanager
def _told_as_ours() -> Iterator[None]:
    """The disk's refusals as NotKept."""
    try:
        yield
    except OSError as error:
        what = say("your progress could not be kept: {reason}", reason=error.strerror)
        raise NotKept(what, say(_MEND[error.errno in _NO_ROOM], folder=state_dir())) from error
