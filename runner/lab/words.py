"""A command line as words, as a shell would split it, and no more than that: lab files' commands never see a shell."""

from __future__ import annotations

import shlex

from checks.words import say

_OPERATORS = {"|": "|", ";": ";", "&": "&", "<": "<", ">": ">"}


def split(line: str) -> list[str]:
    """The words of `line`. ValueError, in words for the author, where a shell would do more than split it."""
    operator = _operator(line)
    if operator:
        raise ValueError(
            say("{operator} is for a shell, and no shell reads this line: quote it or leave it out", operator=operator)
        )
    if "\n" in line:
        raise ValueError(say("more than one line: write each command as an item of its own, without \\ at the end"))
    try:
        return shlex.split(line)
    except ValueError as error:
        unclosed = "quotation" in str(error)
        raise ValueError(say("a quote is not closed") if unclosed else say("a \\ at the end of the line")) from error


def _operator(line: str) -> str | None:
    """What only a shell understands, outside of quotes where quotes would protect it."""
    quote = ""
    skip = False
    for place, letter in enumerate(line):
        if skip:
            skip = False
        elif letter == "\\" and quote != "'":
            skip = True
        elif quote:
            quote = "" if letter == quote else quote
            if quote != "'" and _expands(line, place):
                return _expands(line, place)
        elif letter in "'\"":
            quote = letter
        elif letter in _OPERATORS or _expands(line, place):
            return _OPERATORS.get(letter) or _expands(line, place)
    return None


def _expands(line: str, place: int) -> str | None:
    """`$(`, `$NAME` or a backtick at that place."""
    after = line[place + 1 : place + 2]
    if line[place] == "$" and (after.isalpha() or after in ("(", "{", "_")):
        return "$" + after
    return "`" if line[place] == "`" else None
