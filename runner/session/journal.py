"""What a student did in a lab, in order, for handing in: one JSON line an entry, written as the session goes.

    journals/bridge.jsonl below the state folder:
    {"n": 2, "at": "2026-03-01T10:15:09Z", "entry": "command", "line": "docker network create mybridge", "code": 0,
     "on": null, "request": {…}, "why": "", "hash": "…"}

Entries: session (one began), command, answer, assist (help was taken). `by` is "vethlab" on a command that vethlab ran
or that stands for what it took away, so that the journal says at every moment how the engine came to be as it was.
Entries are only ever added, each with one write under a lock: a killed process leaves whole lines, and a torn one at
the end is dropped by the next that writes. Nothing is sent anywhere.
"""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from checks.words import english, say
from runner.engine.baseline import Thing
from runner.engine.places import made, state_dir
from runner.errors import NotKept
from runner.lab.model import Lab, server_names
from runner.lab.version import version
from runner.plain import encodable
from runner.release import own_version
from runner.session import running
from runner.session.chain import HASH, entry_hash
from runner.session.events import CommandPlayed, StepJudged
from runner.session.locks import taken
from runner.session.typed import docker_commands

if TYPE_CHECKING:
    from runner.docker_requests.model import Reading

LONGEST_LINE = 2000  # characters of a command line; shell.sh cuts it off there
LONGEST_ANSWER = 1200
MOST_EVIDENCE = 20  # lines of an answer, and characters of a line
LONGEST_EVIDENCE = 300
_LOCK_SECONDS = 5.0

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one lab. Every method that writes raises NotKept, and then has left the file as it was."""

    lab: Lab

    @property
    def file(self) -> Path:
        return state_dir() / "journals" / f"{self.lab.name}.jsonl"

    @property
    def begun(self) -> bool:
        return self.file.exists()

    def entries(self) -> tuple[list[Entry], int]:
        """The entries that can be read, and how many lines cannot. Raises NotKept."""
        with _told_as_ours(), suppress(FileNotFoundError):
            return _parsed(self.file.read_bytes())
        return [], 0

    # --- writing

    def begin(self, engine: str, engine_version: str) -> None:
        """A session begins; with the first the journal does."""
        about = {"kind": engine, "version": engine_version}
        self._add("session", version=version(self.lab), vethlab=own_version(), engine=about)

    def command(self, line: str, code: int | None, *, by: str = "student") -> None:
        """A docker command and what it returned, None where that is not known. `by` vethlab: not typed by the student.

        A line of LONGEST_LINE characters was cut off, so it is kept as a text without fields.
        """
        from runner.docker_requests.continued import logical_lines

        joined = [text for _, text in logical_lines(line)]
        line = _whole_text(joined[0] if len(joined) == 1 else line.strip())
        asked = _asked(line, self.lab.servers)
        self._add("command", line=line, code=code, **asked, **({} if by == "student" else {"by": by}))

    def command_begun(self, line: str) -> None:
        """A command begins to run: beside the journal until it has ended."""
        with _told_as_ours():
            running.begins(self.file, _whole_text(line))

    def command_ended(self) -> None:
        """What was begun has ended, and is written down with its exit code next."""
        with _told_as_ours():
            running.ended(self.file)

    def settle(self) -> None:
        """Commands whose end nobody saw, because the terminal or vethlab was killed, are written down as run."""
        with _told_as_ours():
            for file, line in running.left(self.file):
                for each, code in docker_commands(line, None):
                    self.command(each, code)
                file.unlink(missing_ok=True)

    def played(self, event: CommandPlayed) -> None:
        """A command that vethlab ran for the student; what is no docker command changes nothing and is left out."""
        if event.line.startswith("docker "):
            self.command(event.line, event.exit_code, by="vethlab")

    def answer(self, judged: StepJudged) -> None:
        """The answer that a step was judged with, what was said to it, and the evidence seen."""
        asked = next((each for each in judged.judged if each.check == "ask"), None)
        if judged.answer is None or asked is None:
            return
        evidence = [
            _whole_text(str(english(each)))[:LONGEST_EVIDENCE] for each in asked.finding.evidence[:MOST_EVIDENCE]
        ]
        text = _whole_text(judged.answer)[:LONGEST_ANSWER]
        self._add("answer", step=judged.step, text=text, verdict=asked.verdict.value, evidence=evidence)

    def assist(self, step: str, kind: str) -> None:
        """Help that was taken: `kind` is hint, solution, solve, skip, or restored (vethlab did it to go on)."""
        self._add("assist", step=step, kind=kind)

    def removed(self, things: Iterable[Thing]) -> None:
        """What a reset took away, as the commands that would have."""
        for each in things:
            if not each.helper:
                self._taken_away(each.server if self.lab.servers > 1 else None, each.kind, each.name)

    def opened_anew(self) -> None:
        """The lab was opened on an engine that holds nothing of it: all that the journal says is there has gone."""
        from runner.session.made import left_by

        for on, kind, name in left_by(self.entries()[0]):
            self._taken_away(on, kind, name)

    def _taken_away(self, on: str | None, kind: str, name: str) -> None:
        docker = f"docker --context {on}" if on else "docker"
        self.command(f"{docker} {'rm --force' if kind == 'container' else 'network rm'} {name}", 0, by="vethlab")

    def put_aside(self) -> Path | None:
        """Gives the journal another name, so that a new one begins; its new place. It is not handed in."""
        with _told_as_ours(), self._locked():
            if not self.begun:
                return None
            names = (self.file.with_suffix(f".{number}.jsonl") for number in itertools.count(1))
            aside = next(name for name in names if not name.exists())
            return self.file.replace(aside)

    def _add(self, what: str, **content: object) -> None:
        with _told_as_ours(), self._locked(), self.file.open("a+b") as stream:
            self.file.chmod(0o600)
            before = _whole_lines(stream)
            entry: Entry = {"n": before.count(b"\n") + 1, "at": now(), "entry": what, **content}
            if what == "answer":
                entry["after"] = last_command(_parsed(before)[0])
            entry[HASH] = entry_hash(_last_hash(before), entry)
            _write(stream, (json.dumps(entry, ensure_ascii=False) + "\n").encode(), len(before))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time: two sessions of one student may be in the same lab."""
        made(self.file.parent, 0o700)
        with self.file.with_suffix(".lock").open("w") as lock:
            if not taken(lock.fileno(), _LOCK_SECONDS):
                raise NotKept(say("another vethlab holds the journal"), say("if one is stopped (jobs): fg"))
            yield


def existing(lab: Lab) -> Journal | None:
    """The lab's journal; None where no session has begun one."""
    journal = Journal(lab)
    return journal if journal.begun else None


def now() -> str:
    """The time in UTC, ISO 8601, in seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def why_not_played(line: str, servers: int) -> str:
    """Why nothing can be played from a line, in the reader's language; "" where something can."""
    from runner.docker_requests.model import Asked, Refused

    reading = _reading(line, servers)
    if isinstance(reading, Asked):
        return ""
    return reading.why if isinstance(reading, Refused) else reading.note


def _asked(line: str, servers: int) -> dict[str, object]:
    """What the line asks for, as fields; where nothing can be played from it, why."""
    from runner.docker_requests.fields import as_fields
    from runner.docker_requests.model import Asked

    reading = _reading(line, servers)
    if isinstance(reading, Asked):
        return {"on": reading.on, "request": as_fields(reading.request), "why": ""}
    return {"on": None, "request": None, "why": str(english(why_not_played(line, servers)))}


def _reading(line: str, servers: int) -> Reading:
    from runner.docker_requests.grammar import read
    from runner.docker_requests.model import Refused

    if len(line) >= LONGEST_LINE:
        return Refused(say("the line is too long to be kept whole"))
    return read(line, server_names(servers))


def _whole_text(text: str) -> str:
    """Text that UTF-8 can hold, within the limit."""
    return encodable(text)[:LONGEST_LINE]


# --- the file


def _parsed(written: bytes) -> tuple[list[Entry], int]:
    """The entries, and how many lines are none; a torn one at the end is not counted."""
    entries, damaged = [], 0
    for line in written[: written.rfind(b"\n") + 1].splitlines():
        with suppress(ValueError, RecursionError):
            entry = json.loads(line)
            if _sound(entry):
                entries.append(entry)
                continue
        damaged += 1
    return entries, damaged


def _sound(entry: object) -> bool:
    """Whether it is laid out as an entry, as far as anybody here relies on it."""
    if not isinstance(entry, dict) or type(entry.get("n")) is not int:
        return False
    texts = {"session": (), "command": ("line",), "answer": ("step", "text"), "assist": ("step", "kind")}
    kind = entry.get("entry")
    return isinstance(kind, str) and kind in texts and all(isinstance(entry.get(key), str) for key in texts[kind])


def _whole_lines(stream: BinaryIO) -> bytes:
    """All that is written; a torn line at the end is taken off the file."""
    stream.seek(0)
    written = stream.read()
    whole = written[: written.rfind(b"\n") + 1]
    if len(whole) != len(written):
        stream.truncate(len(whole))
    return whole


def _write(stream: BinaryIO, line: bytes, end: int) -> None:
    """Adds the line whole or not at all: a disk that fills up in its middle leaves the file as it was."""
    try:
        if os.write(stream.fileno(), line) != len(line):
            raise OSError(28, os.strerror(28))  # ENOSPC: a short write on a file means that
    except OSError:
        os.ftruncate(stream.fileno(), end)
        raise


def _last_hash(written: bytes) -> str:
    entries, _ = _parsed(written[written[:-1].rfind(b"\n") + 1 :])
    found = entries[-1].get(HASH) if entries else ""
    return found if isinstance(found, str) else ""


def last_command(entries: Iterable[Entry]) -> int:
    """The number of the last command, 0 before the first."""
    return max((int(each["n"]) for each in entries if each["entry"] == "command"), default=0)


@contextmanager
def _told_as_ours() -> Iterator[None]:
    """The disk's refusals as NotKept."""
    try:
        yield
    except OSError as error:
        what = say("the journal could not be kept: {reason}", reason=error.strerror)
        raise NotKept(what, say("make room where {folder} is", folder=state_dir())) from error
