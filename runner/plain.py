"""Text from outside (engines, containers, files) made safe to print: no escape sequences, no control characters."""

from __future__ import annotations

import re

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


def one_line(text: object, limit: int = 300) -> str:
    """`text` (bytes are UTF-8) cleaned, as one line of at most `limit` characters."""
    line = " ".join(clean_text(text if isinstance(text, bytes) else str(text)).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
