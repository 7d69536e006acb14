"""What archives are read into: entries, from files that may be made to do harm. Zips and tars share it."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, BinaryIO

from checks.words import say

HEAD = 512  # bytes that tell what a file is
MOST_NAMES = 20_000  # entries of one archive, folders too
MOST_AT_ONCE = 8 * 1024 * 1024  # a zip's list of entries; no other single read is as large
FAULTS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # among them UnicodeDecodeError
    OverflowError,
    IndexError,
    KeyError,
    NotImplementedError,
    RuntimeError,
)


class Damaged(Exception):
    """An archive that cannot be read, or only in part: one sentence."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive: its name as it stands there, its first bytes, and how to read it.

    `wrong` says why it must not be read: a link, a device, a bomb. `read` takes the most bytes that are wanted; it
    raises `Damaged`.
    """

    name: str
    head: bytes
    read: Callable[[int], bytes]
    wrong: str = ""


class TooLarge(Exception):
    """More would be read than any honest archive needs."""


class Bounded(io.RawIOBase):
    """A file of which nobody reads a great piece at once, whatever sizes the archive names."""

    def __init__(self, file: BinaryIO | IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if size > MOST_AT_ONCE:
            raise TooLarge
        data = self._file.read(MOST_AT_ONCE + 1 if size < 0 else size)
        if len(data) > MOST_AT_ONCE:
            raise TooLarge
        return data

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def a_link() -> str:
    """What is told of a link."""
    return say("a link: links are not followed")


def no_file() -> str:
    """What is told of a device and the like."""
    return say("not an ordinary file (a device, a pipe or a socket)")


def twice() -> str:
    """What is told of a name that comes again further on."""
    return say("the archive holds a later file of this name: that one was taken")
