"""The lines of a script, those joined that a shell would join."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_QUOTED = 12  # lines that one quote may span
_LONGEST_QUOTED = 4000
# A comment, a quoted part, a protected letter, or anything else: once through, whatever the line holds.
_CLOSED = re.compile(r"(?:^|(?<=[ \t\n]))#[^\n]*|'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|[^'\"\\#]+|#", re.DOTALL)


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Every command line of `text` with the number of its first line, from 1; comments and blank lines left out.

    A `\\` as the very last character joins the next line, and so does a quote that is closed some lines further on.
    """
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    place = 0
    while place < len(lines):
        begin = place
        line, place = _joined(lines, place)
        if not line.strip(" \t") or line.lstrip(" \t").startswith("#"):
            continue
        closed = _closed(lines, line, place)
        if closed:
            line, place = closed
        yield begin + 1, line


def _joined(lines: list[str], place: int) -> tuple[str, int]:
    """The line at `place` with those that a `\\` joins to it, and where the next begins. A comment joins nothing."""
    parts: list[str] = []
    if lines[place].lstrip(" \t").startswith("#"):
        return lines[place], place + 1
    while place < len(lines) and _continues(lines[place]):
        parts.append(lines[place][:-1])
        place += 1
    if place < len(lines):
        parts.append(lines[place])
    return "".join(parts), place + 1


def _continues(line: str) -> bool:
    return line.endswith("\\") and (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _closed(lines: list[str], line: str, place: int) -> tuple[str, int] | None:
    """A line whose quote is open, joined with those up to the one that closes it; None where it is not so.

    A forgotten quote must not swallow the rest of a script: it ends at the next docker command.
    """
    if not is_open(line):
        return None
    whole = line
    for _ in range(MOST_QUOTED):
        if place >= len(lines) or lines[place].lstrip(" \t").startswith(("docker ", "sudo docker ")):
            return None
        more, place = _joined(lines, place)
        whole = f"{whole}\n{more}"
        if not is_open(whole):
            return (whole, place) if len(whole) <= _LONGEST_QUOTED else None
    return None


def is_open(line: str) -> bool:
    """Whether a quote in it is not closed. What is longer than any command is not looked at."""
    if len(line) > _LONGEST_QUOTED or not ("'" in line or '"' in line):
        return False
    place = 0
    while found := _CLOSED.match(line, place):
        place = found.end()
    return place < len(line) and line[place] in "'\""
