"""The student's name, for what is handed in: asked once, and kept in the state folder.

    {"student": "Anna"}

"" is a student who gave none and is not asked again; null one who has not been asked yet, but told what is recorded.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from contextlib import suppress
from pathlib import Path

from checks.words import say
from runner.engine.places import state_dir
from runner.errors import NotKept
from runner.plain import clean_text

LONGEST = 100  # characters
_COMPOSED = 1000  # characters; to compose more takes a time that grows with the square of the accents on one letter


def tidied(name: str) -> str:
    """The name as it is kept: no blanks around it, one between words, letters composed (NFC)."""
    plain = re.sub(" +", " ", name).strip(" ")
    return unicodedata.normalize("NFC", plain) if len(plain) <= _COMPOSED else plain


def trouble(name: str) -> str:
    """Why this can be nobody's name, as a sentence; "" where it can."""
    if len(name) > LONGEST:
        return say("a name has at most {most} characters, and this has {count}", most=LONGEST, count=len(name))
    if clean_text(name) != name or any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in name):
        return say("a name holds letters, and this holds control characters")
    return ""


def told() -> bool:
    """Whether the student has been told what is recorded."""
    return _file().exists()


def kept() -> str | None:
    """The name that was given, "" where the student gave none, None where nobody has asked."""
    with suppress(OSError, ValueError, RecursionError):
        read = json.loads(_file().read_text(encoding="utf-8"))
        name = read.get("student") if isinstance(read, dict) else None
        return name if isinstance(name, str) and not trouble(name) else None
    return None


def keep(name: str | None) -> None:
    """Keeps the name; None where the student was only told. Raises NotKept."""
    draft = _file().with_name(f"student.{os.getpid()}")
    try:
        draft.write_text(json.dumps({"student": name}, ensure_ascii=False), encoding="utf-8")
        draft.replace(_file())
    except OSError as error:
        draft.unlink(missing_ok=True)
        what = say("your name could not be kept: {reason}", reason=error.strerror)
        raise NotKept(what, say("give it when you hand in: vethlab submit LAB --student NAME")) from error


def _file() -> Path:
    return state_dir() / "student.json"
