"""A Word document (.docx) that was handed in, as its paragraphs: the text alone, as a reader sees it.

It is a zip; of what is in it one part is unpacked, in memory and within bounds, and its XML is read without entities.
ECMA-376 part 1, 11.3.10 (the main document), 17.3.3 (a run's content), 17.13.5 (changes that are tracked).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from checks.words import say
from runner.grading.entries import FAULTS, Bounded, Damaged, TooLarge
from runner.grading.zips import wrong

_PART = "word/document.xml"
MOST_XML = 8 * 1024 * 1024  # a part: a page of text has some 20 KiB, most of it about fonts
_DEEPEST = 100  # elements, one in another
_SPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
)
_LETTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# What was deleted or has moved elsewhere, what a field is made from, and what stands there for readers of other kinds.
_UNSEEN = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "footnotePr"})


def document(file: BinaryIO) -> bytes | None:
    """The text of a .docx in UTF-8, a line a paragraph; None where the file is none. Raises `Damaged`."""
    try:
        with zipfile.ZipFile(Bounded(file)) as archive:
            info = archive.NameToInfo.get(_PART)
            if info is None:
                return None
            if why := wrong(info, again=False):
                raise Damaged(why)
            with archive.open(info) as part:
                xml = part.read(min(MOST_XML, info.file_size) + 1)
    except (*FAULTS, TooLarge):
        return None  # not even a zip, or a damaged one: that is told by who opens it as an archive
    if len(xml) > MOST_XML:
        raise Damaged(_as_text(say("a Word document with too much in it")))
    text = _Reader().text(xml)
    if not text:
        raise Damaged(say("a Word document without any text: pictures are not read, hand in the commands as text"))
    return text.encode()


def _as_text(what: str) -> str:
    return say("{what}: save it as plain text (.txt)", what=what)


class _Unread(Exception):
    """XML that no Word writes."""


@dataclass
class _Reader:
    """One part being read, element by element."""

    _parts: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)  # names of the elements that are open
    _unseen: int = 0  # how many of them are not for a reader

    def text(self, xml: bytes) -> str:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._letters
        try:
            parser.Parse(xml, True)
        except (expat.ExpatError, _Unread, ValueError, LookupError):
            raise Damaged(_as_text(say("a Word document that cannot be read"))) from None
        rows = "".join(self._parts).split("\n")
        return "\n".join(row.rstrip(" \t") for row in rows if row.strip())

    def _refuse(self, *_declared: object) -> None:
        raise _Unread

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST:
            raise _Unread
        local = name.rpartition(" ")[2]
        self._open.append(local if name.startswith(_SPACES) or local == "Fallback" else "")
        self._unseen += self._open[-1] in _UNSEEN
        if not self._unseen:
            self._parts.append(_LETTERS.get(self._open[-1], ""))

    def _end(self, _name: str) -> None:
        local = self._open.pop()
        self._unseen -= local in _UNSEEN
        if local == "p":
            self._parts.append("\n")

    def _letters(self, letters: str) -> None:
        if self._open[-1] == "t" and not self._unseen:
            self._parts.append(letters)
