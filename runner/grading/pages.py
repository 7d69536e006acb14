"""A web page that was handed in, as the lines that a reader sees: an online text as Moodle exports it, or a saved page.

Of the page nothing stays but its text: no tag, no attribute, no script, no style, and no entity but letters. It is read
once from left to right, whatever stands in it (html.parser takes a time that grows with the square on some pages that
are made for that, CVE-2025-6069, in versions of Python that are still in use).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise

from runner.docker_requests.kinds import closed

_BEGINS = (
    "<!doctype html",
    "<html",
    "<head",
    "<body",
    "<p>",
    "<p ",
    "<div",
    "<br",
    "<span",
    "<pre",
    "<ol",
    "<ul",
    "<meta",
)
_ENDINGS = (".html", ".htm")
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,30})")
_UNREAD = closed("script style title template noscript iframe object svg math xml")
_BREAKS = closed(
    "address article aside blockquote br caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul"
)
_CELLS = closed("td th")
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{8,}")  # no letter has it, and Python's int is slow, or raises
_BLANKS = re.compile(r"[ \t\r\f\u00a0]+")  # a blank that does not break is but a blank of the page's
_TYPED_SO = re.compile(r"[ \t\r]{0,20}(?:(?:sudo[ \t]+)?docker[ \t]|#)")


def is_page(text: str, file: str) -> bool:
    """Whether a text is a web page, by how it begins, or by what its file is called and that it holds a tag."""
    begin = text[:200].lstrip("\ufeff \t\r\n").lower()
    return begin.startswith(_BEGINS) or (file.lower().endswith(_ENDINGS) and _TAG.search(text) is not None)


def is_empty_online_text(file: str, data: bytes) -> bool:
    """Whether it is the page that Moodle exports of whoever has handed in files alone, where both were possible."""
    return "_assignsubmission_onlinetext_" in file and not lines(data.decode("utf-8", "replace")).strip("\ufeff \n")


def lines(page: str) -> str:
    """The page's text, a line where a reader sees one; none is empty."""
    parts: list[str] = []
    kept = 0  # how many <pre> are open: there lines stand as they are
    for tag, closes, text in _pieces(page):
        parts.append(text if kept else _flowed(text))
        if tag in _BREAKS:
            parts.append("\n")
        elif tag in _CELLS:
            parts.append(" ")
        if tag == "pre":
            kept = max(0, kept - 1) if closes else kept + 1
    plain = html.unescape(_LONG_NUMBER.sub("", "".join(parts)))
    rows = (_BLANKS.sub(" ", row).strip(" ") for row in plain.split("\n"))
    return "\n".join(row for row in rows if row) + "\n"


def _flowed(text: str) -> str:
    """Where the source breaks a line a reader sees a blank; but a command that begins there was typed on its own."""
    rows = text.split("\n")
    joined = (
        ("\n" if _TYPED_SO.match(row) or before.rstrip(" \t\r").endswith("\\") else " ") + row
        for before, row in pairwise(rows)
    )
    return rows[0] + "".join(joined)


def _pieces(page: str) -> Iterator[tuple[str, bool, str]]:
    """The text up to each tag, with the tag's name in small letters and whether it closes; last the rest, with ""."""
    place = 0
    text: list[str] = []
    lower = page.lower() if page.isascii() else re.sub("[A-Z]+", lambda found: found[0].lower(), page)
    while (begin := page.find("<", place)) >= 0:
        text.append(page[place:begin])
        found = _TAG.match(page, begin)
        if found:
            name, closes = found[1].lower(), page[begin + 1] == "/"
            place = _after_tag(page, found.end())
            if name in _UNREAD and not closes:
                place = _after(lower, f"</{name}", place)
                place = _after(page, ">", place)
            yield name, closes, "".join(text)
            text.clear()
        elif page.startswith("<!--", begin):
            place = _after(page, "-->", begin + 4)
        elif page[begin + 1 : begin + 2] in ("!", "?", "/"):
            place = _after(page, ">", begin)
        else:
            text.append("<")
            place = begin + 1
    yield "", False, "".join([*text, page[place:]])


def _after(page: str, end: str, place: int) -> int:
    """Behind the next `end`, or at the page's end: what is not closed has no text behind it."""
    found = page.find(end, place)
    return len(page) if found < 0 else found + len(end)


def _after_tag(page: str, place: int) -> int:
    """Behind the tag whose name ends at `place`; a `>` in quotes does not end it."""
    while place < len(page) and page[place] != ">":
        quote = page[place] if page[place] in "\"'" and page[place - 1] in "= \t\n" else ""
        place = _after(page, quote, place + 1) if quote else place + 1
    return min(place + 1, len(page))
