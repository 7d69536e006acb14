"""A file that was handed in, as a submission: what `submit` wrote, or a script; told by what is in it.

Nothing in a file is believed, and nothing in it can end the reading: what is no submission is `Unreadable`, with a
sentence for the report.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping

from checks.words import say
from runner.grading.journals import from_journal
from runner.grading.kinds import foreign
from runner.grading.model import Submission, Unreadable
from runner.grading.script import from_script
from runner.grading.submitter import NoSubmission, Source
from runner.lab.model import Lab
from runner.session.submission import MOST_BYTES

_JSON = re.compile(r"""\s*(\{\s*["{}\[]|\[\s*["{\]]|\[(?!\[?\s)|[{\[]\s*$)""")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(data: bytes, file: str, *, lab: str | None, labs: Mapping[str, Lab]) -> Submission | Unreadable:
    """The submission in `data`; `lab` is for a script that names none. Never raises for what is in it."""
    source = Source(file, lab, labs, hashlib.sha256(data).hexdigest())
    try:
        text = _text(data)
        return from_journal(text, source) if _is_json(text) else from_script(text, source)
    except NoSubmission as problem:
        return Unreadable(file, problem.why, problem.student or source.student("", []))


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise NoSubmission(say("it is larger than 1 MiB"))
    if not data.strip(b" \t\r\n\x00" + codecs.BOM_UTF8):
        raise NoSubmission(say("it is empty"))
    if what := foreign(data[:512]):
        raise NoSubmission(what)
    if data.startswith(_UTF_16) or data[:2].count(0) == 1:
        raise NoSubmission(say("it is UTF-16: save it as UTF-8, as `vethlab submit` writes it"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise NoSubmission(
            say("it is not UTF-8: a byte in line {line} is none; save it as UTF-8", line=line)
        ) from error
    if "\0" in text:
        raise NoSubmission(say("it is no text: it holds NUL bytes"))
    return text


def _is_json(text: str) -> bool:
    """Whether it is meant as JSON. A script may begin with a bracket as well, `{ docker …` or `[ -e x ]`."""
    return _JSON.match(text) is not None
