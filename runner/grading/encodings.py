"""The bytes of a file that was handed in, as text: UTF-8, UTF-16 with a mark, else what old editors write.

Commands are ASCII in all of them; only comments and names hold other letters, and those are not worth a file.
"""

from __future__ import annotations

import codecs
import re

from checks.words import say
from runner.grading.submitter import NoSubmission

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # an escape is a terminal's, and is refused line by line
_KOREAN = re.compile(  # Hangul, its jamo and punctuation, full-width letters, and what texts have beside them
    r"[\x00-\x7f\xb7\u2013-\u2026\u2032\u2033\u203b\u3000-\u3015\u3131-\u318e\uac00-\ud7a3\uff01-\uff5e\uffe6]*"
)


def decoded(data: bytes) -> tuple[str, str]:
    """The text, and what is to be told of its encoding where that was guessed, else "". Raises NoSubmission."""
    told = ""
    if data.startswith(_UTF_16):
        text = _utf_16(data)
    elif data[:2].count(0) == 1:
        raise NoSubmission(say("it is UTF-16: save it as UTF-8, as `vethlab submit` writes it"))
    elif b"\0" in data:
        raise NoSubmission(say("it is no text: it holds NUL bytes"))
    else:
        text, told = _utf_8(data) or _older(data)
    if "\0" in text:
        raise NoSubmission(say("it is no text: it holds NUL bytes"))
    return text, told


def _utf_16(data: bytes) -> str:
    """What PowerShell writes with > and Notepad calls Unicode."""
    try:
        return data.decode("utf-16")
    except UnicodeDecodeError:
        raise NoSubmission(say("it is damaged UTF-16: save it as UTF-8")) from None


def _utf_8(data: bytes) -> tuple[str, str] | None:
    """As UTF-8, also where a few bytes of many are none; None where it is something else."""
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    text = data.decode("utf-8-sig", "replace")
    wrong = text.count("\ufffd")
    if sum(not letter.isascii() for letter in text) < 3 * wrong:
        return None
    return text, say("a byte in line {line} is no UTF-8: it is left out", line=line)


def _older(data: bytes) -> tuple[str, str]:
    """As the Korean or the Western European encoding of Windows, of which EUC-KR and Latin-1 are parts."""
    for encoding in ("cp949", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text) and (encoding != "cp949" or _is_korean(text)):
            return text, say("it is not UTF-8, and was read as {encoding}", encoding=encoding.upper())
    raise NoSubmission(say("it is no text, or in an encoding that is not read here: save it as plain text in UTF-8"))


def _is_korean(text: str) -> bool:
    """Whether the letters make sense: a Western accent with the letter behind it is some rare syllable of CP949's."""
    if not _KOREAN.fullmatch(text):
        return False
    others = [letter for letter in text if not letter.isascii()]
    usual = sum(len(letter.encode("euc-kr", "ignore")) == 2 for letter in others)  # a rare syllable takes eight
    return 2 * usual > len(others)
