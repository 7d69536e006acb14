"""Judging what a student answered: forgiving in form, strict in content, and silent about the right answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address

from checks.finding import Finding
from checks.recognised import in_words, recognised, recognised_alien
from checks.registry import Answer
from checks.words import say

LONGEST = 60  # characters of an answer that are repeated to the student
_WRAPPING = " \t\n'\"`‘’“”.,;:()[]<>"  # noqa: RUF001  # quotes of all sorts may come with a copied answer
_INTERFACE = re.compile(r"^(?:\d+: )?([\w.-]+)(?:@\w+)?(?::|: <.*)?$")  # as `ip link` prints one: "5: veth12@if4:"
_ADDRESS = re.compile(r"(?<![\w.])\d+\.\d+\.\d+\.\d+(?![\w]|\.\d)")
_MAC = re.compile(r"(?i)(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?!\.?\d)")
_VETH = re.compile(r"veth[0-9a-f]{1,11}")  # as Docker names the host's end of a cable
_SHAPES = {"address": _ADDRESS, "mac": _MAC, "number": _NUMBER}


class _Unreadable(Exception):
    """The answer is not of the kind that was asked for; `why` says so."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def judge_answer(answer: Answer, given: str) -> Finding:
    """Whether `given` is right. A wrong one is told what it is instead, if that is known, never what is right."""
    shown = _shown(given)
    if not shown:
        return _unanswered(answer.meaning, answer.look)
    try:
        value = _normal(given, answer.kind)
    except _Unreadable as problem:
        other = recognised_alien(_normal(given, "text"), answer)
        why = _reason(answer.meaning, shown, other) if other else problem.why
        return _wrong(answer.meaning, shown, why, answer.look)
    if value in {_normal(each, answer.kind) for each in answer.accepted}:
        return _right(answer.meaning, shown, say("{meaning}: {value}", meaning=answer.meaning, value=value))
    reasons = {_normal(wrong, answer.kind): reason for wrong, reason in answer.others.items()}
    alien = recognised_alien if answer.kind == "interface" else recognised
    reason = reasons.get(value) or alien(value, answer) or answer.unknown
    return _wrong(answer.meaning, shown, _reason(answer.meaning, shown, reason), answer.look)


def plausible(answer: Answer, given: str) -> str | None:
    """One spelling of what was given, where it could be right on another engine; None where it could not.

    It is of the form that was asked for, and not known to be another thing's.
    """
    try:
        value = _normal(given, answer.kind)
        if value in {_normal(wrong, answer.kind) for wrong in answer.others}:
            return None
    except _Unreadable:
        return None
    if answer.kind == "address":
        return value if _of_one_host(IPv4Address(value)) else None
    if answer.kind == "interface":
        return value if _VETH.fullmatch(value) else None
    return value or None


def _of_one_host(address: IPv4Address) -> bool:
    apart = address.is_loopback or address.is_multicast or address.is_unspecified or address.is_reserved
    return not apart


def judge_choice(choices: Sequence[str], right: int, because: str, given: str, *, also: Sequence[str] = ()) -> Finding:
    """Whether `given`, the number (from 1) or text of a choice, is the choice `right`; `because` is told only then.

    `also` are the same choices in the lab's own language.
    """
    expected = say("one of the {count} choices", count=len(choices))
    shown = _shown(given)
    if not shown:
        return _unanswered(expected)
    number = _chosen((*choices, *also), given, len(choices))
    if number is None:
        why = say("“{given}” is none of them: answer with a number from 1 to {count}", given=shown, count=len(choices))
        return _wrong(expected, shown, why)
    if number == right:
        return _right(expected, shown, because or choices[right - 1])
    why = say("it is not “{choice}”: look once more at what happened", choice=choices[number - 1])
    return _wrong(say("another of the {count} choices", count=len(choices)), shown, why)


def _unanswered(expected: str, look: str = "") -> Finding:
    return Finding(False, expected, observed=say("no answer"), why=say("not answered yet"), look=look)


def _wrong(expected: str, shown: str, why: str, look: str = "") -> Finding:
    return Finding(False, expected, observed=say("you answered “{given}”", given=shown), why=why, look=look)


def _right(expected: str, shown: str, fact: str) -> Finding:
    return Finding(True, expected, observed=say("you answered “{given}”", given=shown), evidence=(fact,))


def _reason(meaning: str, shown: str, reason: str) -> str:
    if reason:
        return say("“{given}” is not {meaning}: {reason}", given=shown, meaning=meaning, reason=reason)
    return say("“{given}” is not {meaning}", given=shown, meaning=meaning)


def _shown(given: str) -> str:
    """The answer as it can be repeated: no control characters (they could drive a terminal), not endless."""
    plain = "".join(each if each.isprintable() else " " for each in given[: LONGEST * 20])
    words = " ".join(plain.split())
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"


def _normal(given: str, kind: str) -> str:
    """One spelling for all right spellings of an answer. Raises `_Unreadable`."""
    text = " ".join(given[: LONGEST * 20].split()).strip(_WRAPPING)
    if kind in _SHAPES:
        return _only(text.casefold(), kind)
    interface = _INTERFACE.match(text)
    return (interface.group(1) if interface else text).casefold()


def _only(text: str, kind: str) -> str:
    """The one value of this kind in a text: a whole line may have been pasted, a list of guesses may not."""
    if kind == "number" and (number := in_words(text)) is not None:
        return str(number)
    found = {_value(each, kind) for each in _SHAPES[kind].findall(text)}
    if len(found) > 1:
        raise _Unreadable(say("that is more than one answer: give one"))
    if not found:
        raise _Unreadable(_not_one(kind))
    return found.pop()


def _value(text: str, kind: str) -> str:
    if kind == "number":
        return str(int(text))
    if kind == "mac":
        return text.replace("-", ":")
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        raise _Unreadable(_not_one(kind)) from None


def _not_one(kind: str) -> str:
    return {
        "address": say("that is no IPv4 address: four numbers from 0 to 255 with dots between them are asked for"),
        "mac": say("that is no MAC address: six pairs of hexadecimal digits with colons between them are asked for"),
        "number": say("that is no whole number, and a number is asked for"),
    }[kind]


def _chosen(texts: Sequence[str], given: str, count: int) -> int | None:
    """The number of the choice meant, from 1; `texts` are the `count` choices, perhaps once more in another language.

    The text goes first: a choice may itself be a number.
    """
    text = _normal(given, "text")
    for place, choice in enumerate(texts):
        if _normal(choice, "text") == text:
            return place % count + 1
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else in_words(text) or 0
    return number if 1 <= number <= count else None
