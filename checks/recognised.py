"""What a wrong answer is in truth: a thing of this engine's by its name, id or MAC, or something of another kind."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from checks.registry import Answer
from checks.words import say

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_KOREAN = tuple(
    "영,공 하나,한,일 둘,두,이 셋,세,삼 넷,네,사 다섯,오 여섯,육 일곱,칠 여덟,팔 아홉,구 열,십".replace(
        ",", "|"
    ).split()
)
_COUNTED = r"(?: ?(?:개|쌍|가닥))?(?:입니다|이에요|예요|요)?"  # what may follow a number in Korean
_MAC = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}")
_ID = re.compile(r"(?=.*\d)[0-9a-f]{12}|[0-9a-f]{64}")
_ADDRESS = re.compile(r"(?:[a-z]+ )?(\d+\.\d+\.\d+\.\d+)(?:/\d+)?(?::\d+)?")


def in_words(text: str) -> int | None:
    """The number from 0 to 10 that a text in small letters says in English or Korean; None where it says none."""
    in_english = enumerate(rf"(?:just |only )?{word}(?: (?:veth|cable|interface|pair)s?)?" for word in _WORDS)
    in_korean = enumerate(f"(?:{words}){_COUNTED}" for words in _KOREAN)
    return next((number for number, said in [*in_english, *in_korean] if re.fullmatch(said, text)), None)


def recognised(text: str, answer: Answer) -> str:
    """What `text`, in small letters, is; "" where that is not known, and where it says nothing besides."""
    return answer.known.get(text) or _in_range(text, answer) or _of_shape(text, answer.kind)


def recognised_alien(text: str, answer: Answer) -> str:
    """The same of what is not of the kind that was asked for, and which kind that is."""
    thing = recognised(text, answer)
    return say("{thing}, and {asked}", thing=thing, asked=_asked(answer.kind)) if thing else ""


def _in_range(text: str, answer: Answer) -> str:
    found = _ADDRESS.fullmatch(text)
    try:
        address = IPv4Address(found[1] if found else text)
    except AddressValueError:
        return ""
    return next((what for network, what in answer.ranges.items() if address in network), "")


def _of_shape(text: str, kind: str) -> str:  # noqa: PLR0911  # one line a shape
    if _MAC.fullmatch(text):
        return say("that is a MAC address")
    if kind != "address" and _ADDRESS.fullmatch(text):
        return say("that is an IPv4 address")
    if _is_ipv6(text):
        return say("that is an IPv6 address")
    if kind == "address" and re.fullmatch(r"\d{1,3}\.\d{1,3}(\.\d{1,3})?", text):
        return say("that is a part of an address")
    if kind == "interface" and re.fullmatch(r"(?:if)?\d+", text):
        return say("that is the number of an interface (its ifindex), by which the two ends know each other")
    if kind != "number" and re.fullmatch(r"[-+]?\d+", text):
        return say("that is a plain number")
    if kind == "number" and re.fullmatch(r"-\d+", text):
        return say("nothing is there fewer than 0 times")
    return say("that looks like an id") if _ID.fullmatch(text) else ""


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text.partition("/")[0])
    except AddressValueError:
        return False
    return True


def _asked(kind: str) -> str:
    return {
        "address": say("an IPv4 address is asked for: four numbers with dots between them"),
        "interface": say("the name of an interface of the host is asked for"),
        "number": say("a number is asked for"),
        "mac": say("a MAC address is asked for"),
    }[kind]
