"""What a file is, by its first bytes: an archive to open, something that is plainly no submission, or else a text."""

from __future__ import annotations

from checks.words import noted, say

_TAR_AT = 257
_ARCHIVES = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
_FOREIGN = {
    b"%PDF": noted("a PDF document"),
    b"\x89PNG": noted("a picture (PNG)"),
    b"\xff\xd8\xff": noted("a picture (JPEG)"),
    b"GIF8": noted("a picture (GIF)"),
    b"\xd0\xcf\x11\xe0": noted("an old Office document, or one of Hangul"),
    b"{\\rtf": noted("an RTF document"),
    b"\x7fELF": noted("a program"),
    b"MZ\x90\x00": noted("a program"),
    b"7z\xbc\xaf": noted("a 7-Zip archive: pack it as zip or tar"),
    b"Rar!": noted("a RAR archive: pack it as zip or tar"),
    b"\x28\xb5\x2f\xfd": noted("a zstd archive: pack it as zip or tar.gz"),
    b"\x00\x00\x00\x0cjP": noted("a picture (JPEG)"),
    b"SQLite format": noted("a data base"),
}
_DOCUMENTS = (b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf")  # what holds text, though none that is read here


def archive_kind(head: bytes) -> str | None:
    """zip, gz, bz2, xz or tar; None where it is none of these."""
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "tar"
    return next((kind for magic, kind in _ARCHIVES.items() if head.startswith(magic)), None)


def foreign(head: bytes) -> str:
    """What the file is, as a sentence, where it is plainly no submission; else ""."""
    what = next((what for magic, what in _FOREIGN.items() if head.startswith(magic)), None)
    if head[4:8] == b"ftyp":
        what = noted("a picture or a film")
    if not what:
        return ""
    if head.startswith(_DOCUMENTS):
        return say("{kind}: save it as plain text (.txt), with the commands one a line", kind=say(what))
    return say("{kind}; hand in a plain text, or the file that vethlab submit wrote", kind=say(what))
