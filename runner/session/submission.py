"""What a student hands in: the journal of one lab as one JSON document, laid out as submission.schema.json says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from runner.errors import NotKept
from runner.lab.model import Lab
from runner.lab.version import version
from runner.plain import encodable
from runner.release import own_version
from runner.session import progress
from runner.session.chain import HASH, entry_hash, file_hash
from runner.session.journal import LONGEST_ANSWER, Entry, Journal, last_command, now

FORMAT = 1
MOST_ENTRIES = 2000
MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A submission that can be written. `damaged` counts the journal's lines that could not be read."""

    document: Mapping[str, Any]
    damaged: int

    @property
    def text(self) -> str:
        """The file's content: an entry a line, so that people can read it as well."""
        head = {key: value for key, value in self.document.items() if key not in ("entries", HASH)}
        lines = [_json(key) + ": " + _json(value) for key, value in head.items()]
        entries = ",\n".join("  " + _json(each) for each in self.document["entries"])
        last = f"{_json(HASH)}: {_json(self.document[HASH])}"
        return "{" + ",\n".join([*lines, f'"entries": [\n{entries}\n]', last]) + "}\n"

    def of(self, what: str) -> list[Entry]:
        """The entries of one kind."""
        return [each for each in self.document["entries"] if each.get("entry") == what]


def handed_in(lab: Lab, student: str) -> HandedIn:
    """The lab's journal, and what progress knows besides it, as a submission. Raises NotKept."""
    journal = Journal(lab)
    if journal.begun:
        with suppress(NotKept):  # what is written is what counts; a full disk is told where the file is written
            journal.settle()
    entries, damaged = journal.entries()
    for content in _besides(lab, entries):
        previous = entries[-1].get(HASH, "") if entries else ""
        entry: Entry = {"n": len(entries) + 1, "at": now(), **content}
        entries.append({**entry, HASH: entry_hash(str(previous), entry)})
    document: dict[str, Any] = {
        "format": FORMAT, "vethlab": own_version(), "lab": lab.name, "version": version(lab),
        "student": student, "submitted": now(), "entries": entries,
    }  # fmt: skip
    last = str(entries[-1].get(HASH, "")) if entries else ""
    return HandedIn({**document, HASH: file_hash(document, last)}, damaged)


def _besides(lab: Lab, entries: list[Entry]) -> Iterator[Entry]:
    """Answers and help that only progress knows: given with `check` and `solution` before a session began."""
    kept = progress.kept(lab.name)
    answered = {each.get("step") for each in entries if each.get("entry") == "answer"}
    helped = {each.get("step") for each in entries if each.get("entry") == "assist"}
    last = last_command(entries)
    for step in lab.steps:
        known = kept.get(step.id, progress.TODO)
        if known.assisted and step.id not in helped:
            yield {"entry": "assist", "step": step.id, "kind": "solution"}
        if step.ask and known.answer is not None and step.id not in answered:
            text = encodable(known.answer)[:LONGEST_ANSWER]
            yield {"entry": "answer", "step": step.id, "text": text, "verdict": None, "evidence": [], "after": last}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
