"""A file that was handed in, as a submission: what `submit` wrote, or a script; told by what is in it.

Nothing in a file is believed, and nothing in it can end the reading: what is no submission is `Unreadable`, with a
sentence for the report.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from checks.words import say
from runner.grading import pages
from runner.grading.encodings import decoded
from runner.grading.journals import from_journal
from runner.grading.kinds import foreign
from runner.grading.model import Submission, Unreadable
from runner.grading.script import from_script
from runner.grading.submitter import NoSubmission, Source
from runner.lab.model import Lab
from runner.session.submission import MOST_BYTES

_JSON = re.compile(r"""\s*(?!\[[\w.-]+@)(\{\s*["{}\[]|\[\s*["{\]]|\[(?!\[?\s)|[{\[]\s*$)""")


def read(
    data: bytes, file: str, *, lab: str | None, labs: Mapping[str, Lab], student: str = ""
) -> Submission | Unreadable:
    """The submission in `data`; `lab` is for a script that names none, `student` whose all files are, if that is known.

    Never raises for what is in it.
    """
    source = Source(file, lab, labs, hashlib.sha256(data).hexdigest(), student)
    try:
        text, told = _text(data, file)
        found = from_journal(text, source) if _is_json(text) else from_script(text, source)
    except NoSubmission as problem:
        return Unreadable(file, problem.why, problem.student or source.student("", []))
    return replace(found, remarks=(told, *found.remarks)) if told else found


def _text(data: bytes, file: str) -> tuple[str, str]:
    """What a reader would see of it, and what is to be told of how it was read."""
    if len(data) > MOST_BYTES:
        raise NoSubmission(say("it is larger than 1 MiB"))
    if not data.strip(b" \t\r\n\x00" + codecs.BOM_UTF8):
        raise NoSubmission(say("it is empty"))
    if what := foreign(data[:512]):
        raise NoSubmission(what)
    text, told = decoded(data)
    if pages.is_page(text, file):
        text = pages.lines(text)
        if not text.strip():
            raise NoSubmission(say("it is empty"))
    return text, told


def _is_json(text: str) -> bool:
    """Whether it is meant as JSON. A script may begin with a bracket as well, `{ docker …` or `[ -e x ]`."""
    return _JSON.match(text) is not None
