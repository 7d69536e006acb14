"""Text from outside (engines, containers, files) made safe to print: no escape sequences, no control characters."""

from __future__ import annotations

import itertools
import re
import unicodedata

# ECMA-48: CSI and two-byte escapes, and the strings OSC, DCS, SOS, PM and APC up to their end or the line's.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# Controls but tab and newline, lone surrogates, and what turns or hides the text around it (bidi, zero width).
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)


def clean_text(text: str | bytes) -> str:
    """`text` without escape sequences and control characters; newlines and tabs stay. Bytes are read as UTF-8."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def encodable(text: str) -> str:
    """Without the halves of letters (surrogates) that JSON can spell and no file can hold."""
    return text.encode("utf-8", "replace").decode()


def one_line(text: object, limit: int = 300) -> str:
    """`text` (bytes are UTF-8) cleaned, as one line of at most `limit` columns of a terminal.

    Of accents, which take no column, there are at most as many.
    """
    line = " ".join(clean_text(text if isinstance(text, bytes) else str(text)).split())
    if len(line) > 2 * limit:
        line = f"{line[: 2 * limit]}…"
    if cells(line) <= limit:
        return line
    ends = itertools.accumulate(map(cells, line))
    return line[: sum(end < limit for end in ends)] + "…"


def cells(text: str) -> int:
    """How many columns of a terminal it takes: two for each letter of Korean, Chinese and Japanese."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(letter: str) -> int:
    return 0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")


def broken(text: str, width: int) -> list[str]:
    """Its words on lines of at most `width` columns; a longer word has a line of its own."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        lines[-1:] = [longer] if cells(longer) <= width or not lines[-1] else [lines[-1], word]
    return lines
