"""Archives of submissions as entries, sorted by name: zip, and tar in all its packings."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, BinaryIO

from checks.words import say
from runner.grading import tars, zips
from runner.grading.entries import FAULTS, HEAD, Bounded, Damaged, Entry, TooLarge, a_link, no_file

__all__ = ["HEAD", "Damaged", "Entry", "a_link", "no_file", "opened", "opened_bytes"]


def opened_bytes(data: bytes, kind: str) -> Iterator[Entry]:
    """The entries of an archive that is in memory."""
    return opened(io.BytesIO(data), kind)


def opened(file: BinaryIO | IO[bytes], kind: str) -> Iterator[Entry]:
    """The entries of an archive, sorted by name. Each must be read before the next is taken.

    Raises `Damaged` where the archive cannot be read, or not to its end.
    """
    bounded = Bounded(file)
    try:
        yield from zips.entries(bounded) if kind == "zip" else tars.entries(bounded, kind)
    except TooLarge:
        raise Damaged(_too_large()) from None
    except FAULTS:
        raise Damaged(say("a damaged archive: it cannot be read to its end")) from None


def _too_large() -> str:
    size = tars.MOST_UNPACKED // (1024 * 1024)
    return say("an archive that unpacks to more than {size} MiB: unpack it and name the folder", size=size)
