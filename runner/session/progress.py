"""Which steps a student has done: one JSON file under the state folder, replaced as a whole at each change."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.engine.places import state_dir

STATES = ("todo", "passed", "assisted", "skipped")


def states(lab: str) -> dict[str, str]:
    """The kept states of a lab's steps, by step id; a step that is not there is `todo`."""
    return _read().get(lab, {})


def record(lab: str, changes: dict[str, str]) -> None:
    """Keeps new states of steps. What was once done is not undone by a later, lesser state."""
    if not changes:
        return
    with _locked():
        everything = _read()
        kept = everything.setdefault(lab, {})
        for step, state in changes.items():
            if kept.get(step) != "passed":
                kept[step] = state
        _write(everything)


def _file() -> Path:
    return state_dir() / "progress.json"


def _read() -> dict[str, dict[str, str]]:
    """What is kept; a file that is damaged counts as empty, for progress is never worth a refusal to work."""
    try:
        read = json.loads(_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(read, dict) or not isinstance(read.get("labs"), dict):
        return {}
    return {
        lab: {step: state for step, state in kept.items() if state in STATES}
        for lab, kept in read["labs"].items()
        if isinstance(kept, dict)
    }


def _write(everything: dict[str, dict[str, str]]) -> None:
    draft = _file().with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"labs": everything}, indent=1), encoding="utf-8")
    draft.replace(_file())


@contextmanager
def _locked() -> Iterator[None]:
    """One writer at a time: two terminals of one student may both judge."""
    with (state_dir() / "progress.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
