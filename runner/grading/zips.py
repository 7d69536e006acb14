"""Zip archives, entry by entry: nothing is unpacked before it is asked for."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator

from checks.words import say
from runner.grading.entries import FAULTS, HEAD, MOST_NAMES, Bounded, Damaged, Entry, TooLarge, a_link, no_file, twice

_MOST_RATIO, _RATIO_FROM = 200, 128 * 1024
# LZMA would take what memory the file asks for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)


def entries(file: Bounded) -> Iterator[Entry]:
    """The files in it, sorted by name. Raises one of FAULTS, `Damaged` or `TooLarge`."""
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if len(infos) > MOST_NAMES:
            raise TooLarge
        names = {info.filename for info in infos}
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise Damaged(say("an Office document that is not read here: save it as plain text (.txt)"))
        last = {info.filename: place for place, info in enumerate(infos)}
        order = sorted(enumerate(infos), key=lambda pair: (_name(pair[1]), pair[0]))
        for place, info in order:
            if not info.is_dir():
                yield _entry(archive, info, again=last[info.filename] != place)


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, again: bool) -> Entry:
    name, why = _name(info), wrong(info, again=again)
    if why:
        return Entry(name, b"", lambda _: b"", why)

    def read(most: int) -> bytes:
        try:
            with archive.open(info) as file:
                return file.read(min(most, info.file_size + 1))
        except FAULTS:
            raise Damaged(say("damaged in the archive: it cannot be read")) from None

    try:
        return Entry(name, read(HEAD), read)
    except Damaged as error:
        return Entry(name, b"", read, str(error))


def wrong(info: zipfile.ZipInfo, *, again: bool) -> str:
    """Why an entry must not be read, "" where it may; `again`: a later one has its name."""
    mode = info.external_attr >> 16
    if again:
        return twice()
    if info.flag_bits & 0x1:
        return say("encrypted: pack it without a password")
    if info.compress_type not in _METHODS:
        return say("packed in a way that is not read here: pack it as an ordinary zip")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return a_link() if stat.S_ISLNK(mode) else no_file()
    if info.file_size > max(_RATIO_FROM, info.compress_size * _MOST_RATIO):
        return say("unpacks to more than {ratio} times its size: it was not unpacked", ratio=_MOST_RATIO)
    return ""


def _name(info: zipfile.ZipInfo) -> str:
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
