"""JSON from strangers: what Python's reader would let through, and a submission never holds, is refused."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from checks.words import say

_DEEPEST = 16
_LONGEST_NUMBER = 18  # digits
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?')


class NotStrict(ValueError):
    """Why it is not read, as a sentence."""


def parsed(text: str) -> Any:
    """The value. Raises NotStrict: no JSON, a key twice, NaN, a fraction, a number or nesting beyond all reason."""
    if _depth(text) > _DEEPEST:
        raise NotStrict(say("it is nested too deeply"))
    try:
        return json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_no_number, parse_int=_number
        )
    except json.JSONDecodeError as error:
        where = say("line {line}, column {column}", line=error.lineno, column=error.colno)
        raise NotStrict(say("it is damaged JSON: {where}", where=where)) from error


def _depth(text: str) -> int:
    """How deep brackets stand in each other, outside of strings."""
    depth = deepest = 0
    for letter in re.sub(r"[^\[\]{}]", "", _STRING.sub("", text)):
        depth += 1 if letter in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict(say("a key stands twice in one object"))
    return found


def _number(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        _no_number(text)
    return int(text)


def _no_number(_text: str) -> NoReturn:
    raise NotStrict(say("it holds a number that no submission holds"))
