"""What `submit` wrote, read back: its form, its chain, and whether its lines and their fields say the same.

What does not fit is told as a fact: a journal that was edited may have been edited for a good reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from checks.words import noted, say
from runner.docker_requests.fields import as_fields
from runner.docker_requests.grammar import read
from runner.docker_requests.model import Asked
from runner.grading.model import GivenAnswer, Line, Submission
from runner.grading.strict_json import NotStrict, parsed
from runner.grading.submitter import NoSubmission, Source, numbers, unknown_step
from runner.lab.model import Lab
from runner.lab.version import version
from runner.plain import encodable, one_line
from runner.session.chain import HASH, canonical, entry_hash, file_hash
from runner.session.journal import LONGEST_ANSWER, LONGEST_EVIDENCE, LONGEST_LINE, MOST_EVIDENCE
from runner.session.submission import FORMAT, MOST_ENTRIES

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ENTRIES = ("session", "command", "answer", "assist")
_MOST_SAID = 8  # remarks of one kind
_HELP = ("solution", "solve", "restored")  # what shows or does the step; a hint and a skip do not
_REMARKS = {
    "order": noted("the entries are not numbered in order: {numbers}"),
    "chain": noted("the chain of hashes does not hold at entry {numbers}: something was changed, taken out or put in"),
    "form": noted("not laid out as vethlab writes an entry, so left out: entry {numbers}"),
    "fields": noted("the line and its typed fields do not say the same, so neither is played: entry {numbers}"),
    "cut": noted("the line is not kept whole, so it is not played: entry {numbers}"),
}

Entry = Mapping[str, Any]


def from_journal(text: str, source: Source) -> Submission:
    """The submission that a JSON document holds. Raises NoSubmission."""
    document = _document(text)
    student = document.get("student")
    remarks: list[str] = []
    name = source.student(student if isinstance(student, str) else "", remarks)
    try:
        return _submission(document, source, name, remarks)
    except NoSubmission as problem:
        raise NoSubmission(problem.why, name) from problem


def _document(text: str) -> Entry:
    try:
        document = parsed(text)
    except NotStrict as error:
        if '"entry"' in text.partition("\n")[0] and text.strip().count("\n") and not text.lstrip().startswith("["):
            raise NoSubmission(say("it is the journal itself: hand in what `vethlab submit LAB` writes")) from error
        raise NoSubmission(str(error)) from error
    if not isinstance(document, dict) or "format" not in document:
        raise NoSubmission(say("it is JSON, but not what `vethlab submit` writes"))
    return document


def _submission(document: Entry, source: Source, student: str, remarks: list[str]) -> Submission:
    entries = _entries(document)
    named = document.get("lab")
    if not isinstance(named, str):
        raise NoSubmission(say("it names no lab"))
    lab = source.lab_of(named)
    found = _Found(lab)
    for place, entry in enumerate(entries, start=1):
        found.take(place, entry)
    found.end(document)
    remarks += [*_version_remarks(document, entries, lab), *found.remarks()]
    return Submission(
        file=source.file, student=student, lab=lab.name, digest=source.digest, lines=tuple(found.lines),
        answers=tuple(found.answers.values()), assisted=frozenset(found.assisted),
        version=_matching(_DIGEST, document.get("version")), vethlab=_short(document.get("vethlab")),
        handed_in=_matching(_TIME, document.get("submitted")), remarks=tuple(remarks),
    )  # fmt: skip


def _entries(document: Entry) -> list[Any]:
    form, entries = document["format"], document.get("entries")
    if type(form) is not int or form != FORMAT:
        raise NoSubmission(say("it is of format {form}, and this vethlab reads format {ours}: bring vethlab up to date",
                               form=one_line(form, 20), ours=FORMAT))  # fmt: skip
    if not isinstance(entries, list):
        raise NoSubmission(say("it holds no list of entries"))
    if len(entries) > MOST_ENTRIES:
        raise NoSubmission(say("it holds {count} entries, and at most {most} are taken",
                               count=len(entries), most=MOST_ENTRIES))  # fmt: skip
    return entries


@dataclass
class _Found:
    """What the entries say, gathered in their order."""

    lab: Lab
    lines: list[Line] = field(default_factory=list)
    answers: dict[str, GivenAnswer] = field(default_factory=dict)
    assisted: set[str] = field(default_factory=set)
    _wrong: dict[str, list[int]] = field(default_factory=dict)
    _said: dict[str, None] = field(default_factory=dict)  # further remarks, each once
    _last_hash: str = ""
    _place: int = 0  # of the last command

    def take(self, place: int, entry: object) -> None:
        if not isinstance(entry, dict):
            self._note("form", place)
            self._last_hash = ""
            return
        if type(entry.get("n")) is not int or entry["n"] != place:
            self._note("order", place)
        self._link(place, entry)
        if entry.get("entry") not in _ENTRIES or not _matching(_TIME, entry.get("at")):
            self._note("form", place)
            return
        takes = {"command": self._command, "answer": self._answer, "assist": self._assist}
        if entry["entry"] in takes and not takes[entry["entry"]](place, entry):
            self._note("form", place)

    def end(self, document: Entry) -> None:
        if document.get(HASH) != file_hash(document, self._last_hash):
            self._said[say("the file's own hash does not fit what is in it: something was changed after it was "
                           "written, or entries at its end are missing")] = None  # fmt: skip

    def remarks(self) -> Iterator[str]:
        for kind, places in self._wrong.items():
            yield say(_REMARKS[kind], numbers=numbers(places))
        yield from self._said

    def _note(self, kind: str, place: int) -> None:
        self._wrong.setdefault(kind, []).append(place)

    def _link(self, place: int, entry: Entry) -> None:
        if entry.get(HASH) != entry_hash(self._last_hash, entry):
            self._note("chain", place)
        self._last_hash = _matching(_DIGEST, entry.get(HASH))

    # --- each returns whether the entry is laid out as it should be

    def _command(self, place: int, entry: Entry) -> bool:
        line, request, on = entry.get("line"), entry.get("request"), entry.get("on")
        if not isinstance(line, str) or not isinstance(request, dict | None) or not isinstance(on, str | None):
            return False
        self._place = place
        if len(line) >= LONGEST_LINE:
            self._note("cut", place)
        elif request is not None and not _says(line, request, on, self.lab):
            self._note("fields", place)
        else:
            self.lines.append(Line(place, encodable(line)))
        return True

    def _answer(self, _place: int, entry: Entry) -> bool:
        step, text, verdict, evidence = (entry.get(key) for key in ("step", "text", "verdict", "evidence"))
        if not (isinstance(step, str) and isinstance(text, str) and isinstance(verdict, str | None)):
            return False
        if not isinstance(evidence, list) or not all(isinstance(each, str) for each in evidence):
            return False
        if not self._known(step):
            return True
        claims = None if verdict is None else verdict == "pass"
        before = self.answers.get(step)
        if claims or not (
            before and before.claimed_pass
        ):  # the one that passed, else the last: never a list of guesses
            seen = tuple(encodable(each)[:LONGEST_EVIDENCE] for each in evidence[:MOST_EVIDENCE])
            self.answers[step] = GivenAnswer(step, encodable(text)[:LONGEST_ANSWER], self._place, claims, seen)
        return True

    def _assist(self, _place: int, entry: Entry) -> bool:
        step, kind = entry.get("step"), entry.get("kind")
        if not isinstance(step, str) or not isinstance(kind, str):
            return False
        if self._known(step) and kind in _HELP:
            self.assisted.add(step)
        return True

    def _known(self, step: str) -> bool:
        if any(each.id == step for each in self.lab.steps):
            return True
        if len(self._said) < _MOST_SAID:
            self._said.setdefault(unknown_step(step, self.lab))
        return False


def _says(line: str, request: Mapping[str, Any], on: str | None, lab: Lab) -> bool:
    """Whether the line, read again, asks for just what the fields say."""
    reading = read(line, lab.server_names)
    return (
        isinstance(reading, Asked) and reading.on == on and canonical(as_fields(reading.request)) == canonical(request)
    )


def _version_remarks(document: Entry, entries: list[Any], lab: Lab) -> Iterator[str]:
    """Whether it was made with the lab as it is here."""
    theirs, ours = _matching(_DIGEST, document.get("version")), version(lab)
    if theirs != ours:
        yield say("made with another version of {lab}: {theirs}, and here it is {ours}",
                  lab=lab.name, theirs=theirs[:8] or say("none that is named"), ours=ours[:8])  # fmt: skip
    sessions = {_matching(_DIGEST, each.get("version")) for each in entries
                if isinstance(each, dict) and each.get("entry") == "session"}  # fmt: skip
    if len(sessions) > 1:
        yield say("the lab file was changed between the sessions")


def _matching(pattern: re.Pattern[str], value: object) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _short(value: object) -> str:
    return one_line(value, 40) if isinstance(value, str) else ""
