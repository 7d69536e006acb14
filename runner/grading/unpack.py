"""What an instructor names, as submissions: files, folders, and archives of them as learning platforms export them.

Nothing is written to disk and nothing is followed: no link, no path that leads out. What is not read is told, in a
sentence that goes into the report beside the grades.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from checks.words import say
from runner.errors import UsageError
from runner.grading import archives, word
from runner.grading.archives import Entry
from runner.grading.filenames import Names, is_clutter, named_by_platform, outside, owner, placed
from runner.grading.kinds import archive_kind, foreign
from runner.grading.model import Unreadable
from runner.lab.loader import display
from runner.lab.problems import shown

MOST_BYTES = 1024 * 1024  # a file: the longest journal of a lab has a tenth
MOST_PACKED = 8 * 1024 * 1024  # an archive within an archive or a folder: one student's
MOST_OF_ONE = 4 * 1024 * 1024  # what such an archive unpacks to: it must not crowd out what others hand in
MOST_FILES_OF_ONE = 100
MOST_FILES = 5_000
MOST_IN_ALL = 64 * 1024 * 1024
_DEEPEST = 2  # a platform's archive, and in it one that a student handed in
_MOST_FOLDERS = 24  # one in another

__all__ = ["found", "owner"]

Found = tuple[str, bytes] | Unreadable


def found(paths: Sequence[Path]) -> Iterator[Found]:
    """What the paths hold, in a stable order: (name, bytes), or `Unreadable` with the reason.

    Raises UsageError at once where a path is not there: that is a slip of the instructor's.
    """
    for path in paths:
        if not os.path.exists(path):  # Path.exists raises for a name that is too long
            raise UsageError(say("there is no file {file}", file=shown(str(path), most=400)))
    return _Intake().all(paths)


class _Full(Exception):
    """The bounds of one run are reached."""


@dataclass(slots=True)
class _Budget:
    """What may still be read in this run."""

    files: int = MOST_FILES
    size: int = MOST_IN_ALL

    def take(self, data: bytes) -> None:
        self.files -= 1
        self.size -= len(data)
        if self.files < 0 or self.size < 0:
            raise _Full


class _Intake:
    """One run: its names are unique, its bounds are for all of it."""

    def __init__(self) -> None:
        self._names = Names()
        self._budget = _Budget()

    def all(self, paths: Sequence[Path]) -> Iterator[Found]:
        for path in paths:
            try:
                yield from self._path(path)
            except _Full:
                yield Unreadable(self._names.unique(display(path)), _too_much())
                return

    def _path(self, path: Path) -> Iterator[Found]:
        name = display(path)
        if os.path.isdir(path):
            empty = True
            for each in self._folder(path, name, 0):
                empty = False
                yield each
            if empty:
                yield self._not(name, say("the folder holds no files"))
        else:
            yield from self._file(path, name, follow=True)

    def _folder(self, path: Path, name: str, depth: int) -> Iterator[Found]:
        try:
            entries = sorted(os.scandir(path), key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield self._not(name, _cannot(error))
            return
        for entry in entries:
            inner = placed(name, entry.name)
            if is_clutter(entry.name):
                continue
            if entry.is_symlink():
                yield self._not(inner, archives.a_link())
            elif entry.is_dir(follow_symlinks=False) and depth < _MOST_FOLDERS:
                yield from self._folder(Path(entry.path), inner, depth + 1)
            elif entry.is_dir(follow_symlinks=False):
                yield self._not(inner, say("too many folders, one in another"))
            elif entry.is_file(follow_symlinks=False):
                yield from self._file(Path(entry.path), inner, follow=False)
            else:
                yield self._not(inner, archives.no_file())

    def _file(self, path: Path, name: str, *, follow: bool) -> Iterator[Found]:
        """`follow`: a link that the instructor names is the instructor's own."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
        except OSError as error:
            yield self._not(name, _cannot(error))
            return
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                yield self._not(name, archives.no_file())
                return
            head = file.read(archives.HEAD)
            file.seek(0)
            kind = archive_kind(head)
            if kind == "zip" and (found := self._word(name, file)):
                yield found
            elif kind and (follow or os.fstat(descriptor).st_size <= MOST_PACKED):
                yield from self._archive(archives.opened(file, kind), name, 1, None if follow else MOST_FILES_OF_ONE)
            elif kind:
                yield self._not(name, _too_large(MOST_PACKED))
            else:
                yield self._plain(name, head, file.read(MOST_BYTES + 1))

    def _archive(self, entries: Iterator[Entry], name: str, depth: int, most: int | None) -> Iterator[Found]:
        """What an archive holds, `most` of it; what is wrong with it as a whole is told under its own name."""
        empty = True
        least = self._budget.size - MOST_OF_ONE
        try:
            for count, entry in enumerate(entries):
                empty = False
                if most is not None and (count >= most or self._budget.size < least):
                    yield self._not(name, _too_many(most))
                    return
                yield from self._entry(entry, name, depth)
        except archives.Damaged as error:
            yield self._not(name, str(error))
            return
        if empty:
            yield self._not(name, say("the archive holds no files"))

    def _entry(self, entry: Entry, archive: str, depth: int) -> Iterator[Found]:
        name = placed(archive, entry.name)
        if is_clutter(entry.name):
            return
        if outside(entry.name):
            yield self._not(name, say("its name leads out of the archive: it was not read"))
        elif entry.wrong:
            yield self._not(name, entry.wrong)
        else:
            try:
                yield from self._content(entry, name, depth)
            except archives.Damaged as error:
                yield self._not(name, str(error))

    def _content(self, entry: Entry, name: str, depth: int) -> Iterator[Found]:
        kind = archive_kind(entry.head)
        if not kind:
            yield self._plain(name, entry.head, entry.read(MOST_BYTES + 1))
            return
        data = entry.read(MOST_PACKED + 1) if kind == "zip" or depth < _DEEPEST else b""
        self._budget.take(data)
        if len(data) > MOST_PACKED:
            yield self._not(name, _too_large(MOST_PACKED))
        elif kind == "zip" and (found := self._word(name, io.BytesIO(data))):
            yield found
        elif depth >= _DEEPEST:
            yield self._not(name, say("an archive in an archive in an archive: it was not opened"))
        else:
            yield from self._archive(archives.opened_bytes(data, kind), name, depth + 1, MOST_FILES_OF_ONE)

    def _word(self, name: str, file: BinaryIO) -> Found | None:
        """A zip that is a Word document: its text, or why it is not read; None for any other, at its begin again."""
        try:
            text = word.document(file)
        except archives.Damaged as error:
            return self._not(name, str(error))
        if text is None:
            file.seek(0)
            return None
        return self._plain(name, text[: archives.HEAD], text)

    def _plain(self, name: str, head: bytes, data: bytes) -> Found:
        """A file that is no archive: its bytes, unless it is too large, or plainly something else."""
        what = foreign(head)
        if what:
            return self._not(name, what)
        if len(data) > MOST_BYTES:
            return self._not(name, _too_large(MOST_BYTES))
        self._budget.take(data)
        return self._names.unique(name), data

    def _not(self, name: str, why: str) -> Unreadable:
        self._budget.take(b"")
        return Unreadable(self._names.unique(name), why, named_by_platform(name))


def _cannot(error: OSError) -> str:
    return say("cannot be read: {reason}", reason=error.strerror or error)


def _too_large(most: int) -> str:
    return say("larger than {most} MiB: it was not read", most=most // MOST_BYTES)


def _too_many(most: int) -> str:
    return say(
        "more than {files} files or {size} MiB in one student's archive: the rest was not read; grade it by itself",
        files=most,
        size=MOST_OF_ONE // MOST_BYTES,
    )


def _too_much() -> str:
    return say(
        "more than {files} files or {size} MiB in all: the rest was not read; grade in parts",
        files=f"{MOST_FILES:,}",
        size=MOST_IN_ALL // MOST_BYTES,
    )
