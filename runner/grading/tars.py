"""Tar archives, plain or packed: read once, forwards, in bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Iterator
from typing import Any

from checks.words import say
from runner.grading.entries import (
    FAULTS,
    HEAD,
    MOST_AT_ONCE,
    MOST_NAMES,
    Bounded,
    Damaged,
    Entry,
    TooLarge,
    a_link,
    no_file,
    twice,
)

MOST_UNPACKED = 64 * 1024 * 1024  # all that has to be read to reach its end
_PIECE = 128 * tarfile.BLOCKSIZE
_XZ_MEMORY = 128 * 1024 * 1024  # xz -9 needs 65 MiB
_MOST_HEADERS = 8 * 1024 * 1024  # all its extended headers


def entries(file: Bounded, kind: str) -> Iterator[Entry]:
    """The files in it, sorted by name; `kind` is tar, gz, bz2 or xz.

    All of it is read before the first is given: a tar has no list of what it holds. Raises one of FAULTS, `Damaged` or
    `TooLarge`, after what could be read.
    """
    found: dict[str, list[Entry]] = {}
    broken = None
    try:
        _gather(_Stream(_unpacked(file, kind)), found)
    except (TooLarge, *FAULTS) as error:
        if kind != "tar" and not found and isinstance(error, tarfile.ReadError):
            raise Damaged(say("packed, but no tar archive: pack the files as zip or tar")) from None
        broken = error
    for name in sorted(found, key=lambda name: name.encode("utf-8", "surrogateescape")):
        *earlier, entry = found[name]
        yield from (Entry(name, b"", each.read, twice()) for each in earlier)
        yield entry
    if broken:  # after what could be read: the others are not to suffer
        raise broken


def _gather(stream: Any, found: dict[str, list[Entry]]) -> None:
    """Puts what the tar holds into `found`, as far as it can be read."""
    with _Archive.open(fileobj=stream, mode="r|", bufsize=_PIECE) as archive:
        for count, member in enumerate(archive):
            if count >= MOST_NAMES:
                raise TooLarge
            if not member.isdir():
                found.setdefault(member.name, []).append(_entry(archive, member))
        end = stream.block(archive.offset)
    if not end or end.strip(b"\0"):  # tarfile takes a broken header for the end, and the file's end for the archive's
        raise EOFError


class _Member(tarfile.TarInfo):
    """An entry whose extended header is read in one pass, and of that only what is wanted here.

    The patterns that tarfile has for it take a time that grows with the square of its length (CVE-2024-6232).
    """

    def _proc_pax(self, archive: Any) -> tarfile.TarInfo:
        archive.headers -= self.size
        if self.size < 0 or archive.headers < 0:
            raise TooLarge
        blocks = -(-self.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        says = dict(_records(archive.fileobj.read(blocks)[: self.size]))
        member: tarfile.TarInfo = self.fromtarfile(archive)
        if self.type == tarfile.XGLTYPE:  # for all that follow: no archive has names or sizes in one
            return member
        member.offset = self.offset
        member.name = says.get("path", member.name).rstrip("/")
        member.linkname = says.get("linkpath", member.linkname)
        if "size" in says:
            member.size = _size(says["size"])
            unpacked = -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE if member.isreg() else 0
            archive.offset = member.offset_data + unpacked
        if any(each.startswith("GNU.sparse.") for each in says):
            member.type = tarfile.GNUTYPE_SPARSE
        return member


class _Archive(tarfile.TarFile):
    """`headers` is how many bytes of extended headers may still be read."""

    tarinfo = _Member
    headers = _MOST_HEADERS


def _records(header: bytes) -> Iterator[tuple[str, str]]:
    """`LENGTH KEY=VALUE` and a new line, again and again (pax(1)). Raises ValueError."""
    place = 0
    while place < len(header) and header[place]:
        blank = header.index(b" ", place, place + 8)
        length = int(header[place:blank])
        record = header[blank + 1 : place + length]
        if length <= blank - place or not record.endswith(b"\n"):
            raise ValueError
        key, equals, value = record[:-1].partition(b"=")
        if not equals:
            raise ValueError
        yield key.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")
        place += length


def _size(text: str) -> int:
    """A size that a header names. Raises ValueError."""
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise ValueError
    return int(text)


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    name = member.name
    if member.issym() or member.islnk():
        return Entry(name, b"", lambda _: b"", a_link())
    sparse = member.issparse() or member.type == tarfile.GNUTYPE_SPARSE
    file = archive.extractfile(member) if member.isreg() and not sparse else None
    if file is None:
        return Entry(name, b"", lambda _: b"", no_file())
    data = file.read(MOST_AT_ONCE)
    return Entry(name, data[:HEAD], lambda most: data[:most])


def _unpacked(file: Bounded, kind: str) -> Any:
    match kind:
        case "gz":
            return gzip.GzipFile(fileobj=file)
        case "bz2":
            return bz2.BZ2File(file)
        case "xz":
            return _Xz(file)
    return file


class _Xz(io.RawIOBase):
    """An xz file unpacked with bounded memory: LZMAFile takes what the file asks for."""

    def __init__(self, file: Bounded) -> None:
        self._file = file
        self._unpacker = self._new()

    def read(self, size: int = -1, /) -> bytes:
        while True:
            if self._unpacker.eof:
                rest = self._unpacker.unused_data.lstrip(b"\0") or self._file.read(io.DEFAULT_BUFFER_SIZE).lstrip(b"\0")
                if not rest:
                    return b""
                self._unpacker = self._new()  # one more stream, as `xz` of several files makes them
                data = self._unpacker.decompress(rest, size)
            else:
                packed = self._file.read(io.DEFAULT_BUFFER_SIZE) if self._unpacker.needs_input else b""
                if self._unpacker.needs_input and not packed:
                    raise EOFError
                data = self._unpacker.decompress(packed, size)
            if data:
                return data

    def readable(self) -> bool:
        return True

    def _new(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)


class _Stream:
    """What tarfile reads a tar from, piece by piece: forwards only, and not without end."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._done = 0
        self._last = b""

    def read(self, size: int) -> bytes:
        if size > MOST_AT_ONCE:
            raise TooLarge
        parts: list[bytes] = []
        while size > 0 and (data := self._file.read(size)):
            size -= len(data)
            self._done += len(data)
            parts.append(data)
            if self._done > MOST_UNPACKED:
                raise TooLarge
        self._last = b"".join(parts)
        return self._last

    def block(self, offset: int) -> bytes:
        """The block that begins there, if it was in the last piece that was read."""
        start = offset - (self._done - len(self._last))
        return self._last[start : start + tarfile.BLOCKSIZE] if start >= 0 else b""
