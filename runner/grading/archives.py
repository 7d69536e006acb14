"""Zip and tar archives read entry by entry, in bounded memory, from files that may be made to do harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from checks.words import say

HEAD = 512  # bytes that tell what a file is
_MOST_NAMES = 20_000  # entries of one archive, folders too
_MOST_AT_ONCE = 8 * 1024 * 1024  # a zip's list of entries; no other single read is as large
_MOST_UNPACKED = 64 * 1024 * 1024  # of a tar, all that has to be read to reach its end
_PIECE = 128 * tarfile.BLOCKSIZE
_XZ_MEMORY = 128 * 1024 * 1024  # xz -9 needs 65 MiB
_MOST_HEADERS = 8 * 1024 * 1024  # of a tar, all its extended headers
_MOST_RATIO, _RATIO_FROM = 200, 128 * 1024
_METHODS = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
)  # LZMA would take what memory the file asks for
_FAULTS = (
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


def opened_bytes(data: bytes, kind: str) -> Iterator[Entry]:
    """The entries of an archive that is in memory."""
    return opened(io.BytesIO(data), kind)


def opened(file: BinaryIO | IO[bytes], kind: str) -> Iterator[Entry]:
    """The entries of an archive, sorted by name. Each must be read before the next is taken.

    Raises `Damaged` where the archive cannot be read, or not to its end.
    """
    bounded = _Bounded(file)
    try:
        yield from _zip(bounded) if kind == "zip" else _tar(bounded, kind)
    except _TooLarge:
        raise Damaged(_too_large()) from None
    except _FAULTS:
        raise Damaged(say("a damaged archive: it cannot be read to its end")) from None


class _TooLarge(Exception):
    """More would be read than any honest archive needs."""


class _Bounded(io.RawIOBase):
    """A file of which nobody reads a great piece at once, whatever sizes the archive names."""

    def __init__(self, file: BinaryIO | IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if size > _MOST_AT_ONCE:
            raise _TooLarge
        data = self._file.read(_MOST_AT_ONCE + 1 if size < 0 else size)
        if len(data) > _MOST_AT_ONCE:
            raise _TooLarge
        return data

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


# --- zip


def _zip(file: _Bounded) -> Iterator[Entry]:
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if len(infos) > _MOST_NAMES:
            raise _TooLarge
        names = {info.filename for info in infos}
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise Damaged(say("an Office document, not an archive of submissions"))
        last = {info.filename: place for place, info in enumerate(infos)}
        order = sorted(enumerate(infos), key=lambda pair: (_zip_name(pair[1]), pair[0]))
        for place, info in order:
            if not info.is_dir():
                yield _zip_entry(archive, info, again=last[info.filename] != place)


def _zip_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, again: bool) -> Entry:
    name, wrong = _zip_name(info), _zip_wrong(info, again=again)
    if wrong:
        return Entry(name, b"", lambda _: b"", wrong)

    def read(most: int) -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(min(most, info.file_size + 1))
        except _FAULTS:
            raise Damaged(say("damaged in the archive: it cannot be read")) from None

    try:
        return Entry(name, read(HEAD), read)
    except Damaged as error:
        return Entry(name, b"", read, str(error))


def _zip_wrong(info: zipfile.ZipInfo, *, again: bool) -> str:
    mode = info.external_attr >> 16
    if again:
        return _twice()
    if info.flag_bits & 0x1:
        return say("encrypted: pack it without a password")
    if info.compress_type not in _METHODS:
        return say("packed in a way that is not read here: pack it as an ordinary zip")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return a_link() if stat.S_ISLNK(mode) else no_file()
    if info.file_size > max(_RATIO_FROM, info.compress_size * _MOST_RATIO):
        return say("unpacks to more than {ratio} times its size: it was not unpacked", ratio=_MOST_RATIO)
    return ""


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The entry's name. Where the zip does not say that names are UTF-8 they often are, or as Windows has them."""
    name = info.orig_filename
    if info.flag_bits & 0x800 or name.isascii():
        return name
    raw = name.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _korean(raw) or name


def _korean(raw: bytes) -> str:
    """Names that Windows in Korean wrote; "" where they make no sense so."""
    try:
        text = raw.decode("cp949")
    except UnicodeDecodeError:
        return ""
    return text if all(letter.isascii() or "가" <= letter <= "힣" for letter in text) else ""


# --- tar


def _tar(file: _Bounded, kind: str) -> Iterator[Entry]:
    """All of it is read before the first entry is given: a tar has no list of what it holds."""
    found: dict[str, list[Entry]] = {}
    broken = None
    try:
        _gather(_Stream(_unpacked(file, kind)), found)
    except (_TooLarge, *_FAULTS) as error:
        if kind != "tar" and not found and isinstance(error, tarfile.ReadError):
            raise Damaged(say("packed, but no tar archive: pack the files as zip or tar")) from None
        broken = error
    for name in sorted(found, key=lambda name: name.encode("utf-8", "surrogateescape")):
        *earlier, entry = found[name]
        yield from (Entry(name, b"", each.read, _twice()) for each in earlier)
        yield entry
    if broken:  # after what could be read: the others are not to suffer
        raise broken


def _gather(stream: Any, found: dict[str, list[Entry]]) -> None:
    """Puts what the tar holds into `found`, as far as it can be read."""
    with _Archive.open(fileobj=stream, mode="r|", bufsize=_PIECE) as archive:
        for count, member in enumerate(archive):
            if count >= _MOST_NAMES:
                raise _TooLarge
            if not member.isdir():
                found.setdefault(member.name, []).append(_tar_entry(archive, member))
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
            raise _TooLarge
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


def _tar_entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    name = member.name
    if member.issym() or member.islnk():
        return Entry(name, b"", lambda _: b"", a_link())
    sparse = member.issparse() or member.type == tarfile.GNUTYPE_SPARSE
    file = archive.extractfile(member) if member.isreg() and not sparse else None
    if file is None:
        return Entry(name, b"", lambda _: b"", no_file())
    data = file.read(_MOST_AT_ONCE)
    return Entry(name, data[:HEAD], lambda most: data[:most])


def _unpacked(file: _Bounded, kind: str) -> Any:
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

    def __init__(self, file: _Bounded) -> None:
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
        if size > _MOST_AT_ONCE:
            raise _TooLarge
        parts: list[bytes] = []
        while size > 0 and (data := self._file.read(size)):
            size -= len(data)
            self._done += len(data)
            parts.append(data)
            if self._done > _MOST_UNPACKED:
                raise _TooLarge
        self._last = b"".join(parts)
        return self._last

    def block(self, offset: int) -> bytes:
        """The block that begins there, if it was in the last piece that was read."""
        start = offset - (self._done - len(self._last))
        return self._last[start : start + tarfile.BLOCKSIZE] if start >= 0 else b""


def a_link() -> str:
    """What is told of a link."""
    return say("a link: links are not followed")


def no_file() -> str:
    """What is told of a device and the like."""
    return say("not an ordinary file (a device, a pipe or a socket)")


def _twice() -> str:
    return say("the archive holds a later file of this name: that one was taken")


def _too_large() -> str:
    size = _MOST_UNPACKED // (1024 * 1024)
    return say("an archive that unpacks to more than {size} MiB: unpack it and name the folder", size=size)
