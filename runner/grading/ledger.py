"""What is graded already of a batch, kept on the disk until the batch is done: one line of JSON a grade.

The file is named after the inputs, so that the same command finds it again. Each line holds what the grade depends on
(the file's digest, the lab's, vethlab's version, the language), and is taken only where all of that is the same. A line
that a killed process wrote only half is left out.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from checks.words import language, say
from runner.engine.places import made, state_dir
from runner.errors import NotKept, UsageError
from runner.grading import wire
from runner.grading.model import Grade, Submission
from runner.lab.model import Lab
from runner.lab.version import version
from runner.release import own_version

Key = tuple[str, str]  # a submission's digest, and all else that its grade depends on


@dataclass(frozen=True)
class Ledger:
    """An open ledger: this process's alone until it is left."""

    path: Path
    file: BinaryIO
    labs: Mapping[str, str]  # what a grade of the lab of that name depends on besides the submission

    def key(self, submission: Submission) -> Key:
        return submission.digest, self.labs[submission.lab]

    def known(self, wanted: Iterable[Key]) -> dict[Key, Grade]:
        """The grades that are in it, as far as they are wanted. Raises NotKept."""
        wanted, found = set(wanted), {}
        self.file.seek(0)
        for line in self.file:
            row = _row(line)
            if row and row[0] in wanted:
                found[row[0]] = row[1]
        return found

    def keep(self, submission: Submission, grade: Grade) -> None:
        """Writes a grade down. Raises NotKept."""
        digest, rest = self.key(submission)
        line = json.dumps({"submission": digest, "by": rest, "grade": wire.grade_out(grade)}).encode()
        try:
            self.file.seek(0, os.SEEK_END)
            self.file.write(line + b"\n")
            self.file.flush()
            os.fsync(self.file.fileno())
        except OSError as error:
            raise _unkept(self.path, error) from error

    def remove(self) -> None:
        """The batch is done."""
        self.path.unlink(missing_ok=True)


@contextmanager
def opened(paths: Sequence[Path], lab: str | None, labs: Mapping[str, Lab]) -> Iterator[Ledger]:
    """The ledger of the batch of these inputs. UsageError while another process grades the same; NotKept."""
    named = json.dumps([[os.path.abspath(path) for path in paths], lab])
    folder = made(state_dir() / "grading", 0o700)
    path = folder / f"{hashlib.sha256(named.encode(errors='surrogateescape')).hexdigest()[:16]}.jsonl"
    with ExitStack() as stack:
        try:
            file = stack.enter_context(_alone(path))
            _end_last_line(file)
        except OSError as error:
            raise _unkept(path, error) from error
        yield Ledger(path, file, {name: _depends(each) for name, each in labs.items()})


def _depends(lab: Lab) -> str:
    return f"{version(lab)} {own_version()} {language()}"


@contextmanager
def _alone(path: Path) -> Iterator[BinaryIO]:
    """The file, locked. The one who was done first has removed it, so it must still be there once it is locked."""
    while True:
        with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UsageError(
                    say("another vethlab is grading the same files now"), say("wait for its end")
                ) from error
            if path.exists() and path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                yield file
                return


def _end_last_line(file: BinaryIO) -> None:
    """Where a killed process left half a line, what follows begins a line of its own."""
    if file.seek(0, os.SEEK_END):
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
            file.flush()


def _row(line: bytes) -> tuple[Key, Grade] | None:
    try:
        row = json.loads(line)
        return (str(row["submission"]), str(row["by"])), wire.grade_in(row["grade"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _unkept(path: Path, error: OSError) -> NotKept:
    what = say("what is graded cannot be kept in {file}: {reason}", file=path, reason=error.strerror)
    return NotKept(what, say("make room there, or name another folder: export XDG_STATE_HOME=…"))
