"""Which docker commands a line holds that a student typed: `docker rm a; docker run …` are two.

What is no docker command is not kept, and neither is a line whose commands may have run more or less than once (loops,
conditions): only what stands in it plainly.
"""

from __future__ import annotations

import re
import shlex

from runner.docker_requests.unfit import Unfit
from runner.docker_requests.words import Word, words

_DOCKER = re.compile(r"\s*(sudo\s+)?docker(?!\s+login\b)(\s|$)")  # a login may hold a password
_KEYWORDS = (
    "for",
    "while",
    "until",
    "if",
    "case",
    "select",
    "function",
    "{",
    "[[",
    "!",
    "time",
    "coproc",
    "do",
    "then",
)

Typed = tuple[str, int | None]  # a command, and what it returned, None where that is not known


def is_docker(line: str) -> bool:
    """Whether a line begins as one that is recorded."""
    return _DOCKER.match(line) is not None


def docker_commands(line: str, code: int | None) -> list[Typed]:
    """The docker commands of a line, in order; `code` is what the whole returned.

    A line that begins with docker and cannot be taken apart is kept as it stands.
    """
    whole = [(line, code)] if is_docker(line) else []
    if "docker" not in line or not (";" in line or "&&" in line):
        return whole
    try:
        found = words(line)
    except Unfit:
        return whole
    joins = [word.text for word in found if word.is_operator(";", "&&")]
    parts = _parts(found)
    if not joins or any(map(_is_odd, parts)) or ("&&" in joins and code != 0):
        return whole
    before = 0 if set(joins) == {"&&"} else None
    codes = [*[before] * (len(parts) - 1), code]
    typed = [(_spelled(part), each) for part, each in zip(parts, codes, strict=True) if part]
    return [(text, each) for text, each in typed if is_docker(text)]


def _parts(found: list[Word]) -> list[list[Word]]:
    parts: list[list[Word]] = [[]]
    for word in found:
        if word.is_operator(";", "&&"):
            parts.append([])
        else:
            parts[-1].append(word)
    return parts if parts[-1] else parts[:-1]  # `docker ps;`


def _is_odd(part: list[Word]) -> bool:
    """Whether it is more than words, and a `|` between them."""
    if not part or part[0].is_plainly(*_KEYWORDS):
        return True
    return any(word.expands or (word.operator and word.text != "|") for word in part)


def _spelled(part: list[Word]) -> str:
    return " ".join(word.text if word.operator else shlex.quote(word.text) for word in part)
