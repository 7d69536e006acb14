"""Where a submission is written: never over what is not the same student's own earlier one."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checks.words import say
from runner.errors import NotKept, UsageError
from runner.plain import one_line
from runner.session.submission import MOST_BYTES, HandedIn

_LONGEST_NAME = 100  # bytes of the student's part: 255 are what file systems take
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def default_name(lab: str, student: str) -> str:
    """`LAB-STUDENT.json`, with what is no letter, digit, dot, `_` or `-` in the name as `-`; `LAB.json` without one."""
    part = re.sub(r"[^\w.-]+", "-", student).strip("-.")
    part = part.encode()[:_LONGEST_NAME].decode(errors="ignore")
    return f"{lab}-{part}.json" if part else f"{lab}.json"


def written(submission: HandedIn, file: Path) -> str:
    """Writes it, whole or not at all; when the student's own earlier one was made that it replaced, "" for none.

    Raises UsageError where something else is there or nothing can be, NotKept where there is no room.
    """
    try:
        replaced = _earlier(submission, file)
        draft = file.with_name(f".{file.name[:100]}.{os.getpid()}")
        try:
            draft.write_text(submission.text, encoding="utf-8")
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        what = say("cannot write {file}: {reason}", file=one_line(file), reason=reason)
        if getattr(error, "errno", None) in _NO_ROOM:
            raise NotKept(what, say("make room, or name another place: -o FILE")) from error
        raise UsageError(what, say("name another place: -o FILE")) from error
    return replaced


def _earlier(submission: HandedIn, file: Path) -> str:
    """When the submission that is there was made, "" where nothing is. Raises UsageError where it is another thing."""
    if not file.exists() and not file.is_symlink():
        return ""
    if not file.is_file() or file.is_symlink():
        raise UsageError(say("{file} is there, and is no file of this kind", file=one_line(file)), "-o FILE")
    found = _document(file)
    same = {key: found.get(key) for key in ("format", "lab", "student")}
    if same != {key: submission.document[key] for key in same}:
        raise UsageError(
            say("{file} is there already, and is not what you handed in before", file=one_line(file)),
            say("name another: -o FILE, or take that one away"),
        )
    return one_line(found.get("submitted", "?"), 40)


def _document(file: Path) -> Mapping[str, Any]:
    if file.stat().st_size > MOST_BYTES:
        return {}
    try:
        found = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
