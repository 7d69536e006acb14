"""Word documents and Moodle's pages as students hand them in, made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, *, before: str = "", names: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """A document whose body is that XML; `before` stands before its root element, `names` are more files in it."""
    root = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    xml = f'<?xml version="1.0" encoding="UTF-8"?>{before}{root}'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", xml)
        for name, data in names:
            archive.writestr(name, data)
    return held.getvalue()


def paragraphs(text: str) -> str:
    """Each line as a paragraph of two runs, as Word breaks them where it likes."""
    return "".join(f"<w:p>{_run(line[:7])}{_run(line[7:])}</w:p>" for line in text.splitlines())


def _run(text: str) -> str:
    return f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def online_text(body: str) -> bytes:
    """As Moodle exports it (mod/assign/submission/onlinetext/locallib.php, get_files)."""
    return f'<!DOCTYPE html><html><head><meta charset="UTF-8"></head><body>{body}</body></html>'.encode()
