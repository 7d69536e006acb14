"""A command line as words, as a shell would split it, and no more than that: lab files' commands never see a shell."""

from __future__ import annotations

import re
import shlex

from checks.words import say

_OPERATORS = frozenset("|;&<>")
_SHELLS_OWN = re.compile(r"[|;&<>$`]")
_QUOTING = re.compile(r"['\"\\]")


def split(line: str) -> list[str]:
    """The words of `line`. ValueError, in words for the author, where a shell would do more than split it."""
    if "\n" in line:
        raise ValueError(say("more than one line: write each command as an item of its own, without \\ at the end"))
    operator = _operator(line) if _SHELLS_OWN.search(line) else None
    if operator:
        text = say(
            "{operator} is for a shell, and no shell reads this line: quote it or leave it out", operator=operator
        )
        raise ValueError(text)
    if not _QUOTING.search(line):
        return line.split()  # the same and much faster, and nearly every line is so
    try:
        return shlex.split(line)
    except ValueError as error:
        raise ValueError(trouble(error)) from error


def trouble(error: ValueError) -> str:
    """What `shlex` complains about, in words for people."""
    return say("a quote is not closed") if "quotation" in str(error) else say("a \\ at the end of the line")


def _operator(line: str) -> str | None:
    """What only a shell understands, outside of quotes where quotes would protect it."""
    quote = ""
    skip = False
    for place, letter in enumerate(line):
        if skip:
            skip = False
        elif letter == "\\" and quote != "'":
            skip = True
        elif letter == quote:
            quote = ""
        elif quote == "'":
            continue
        elif not quote and letter in "'\"":
            quote = letter
        elif not quote and letter in _OPERATORS:
            return letter
        elif _expands(line, place):
            return _expands(line, place)
    return None


def _expands(line: str, place: int) -> str | None:
    """`$(`, `$NAME` or a backtick at that place."""
    after = line[place + 1 : place + 2]
    if line[place] == "$" and (after.isalpha() or after in ("(", "{", "_")):
        return "$" + after
    return "`" if line[place] == "`" else None
