"""A word of the session's that bash did not find: misspelt, in Hangul, or typed inside a container.

The shell is left alone for this: it has said "command not found" in its own words, and returned 127.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

from checks.words import say
from runner.plain import one_line

NOT_FOUND = 127  # bash(1), EXIT STATUS; docker returns it as well, for what its container returned
WORDS = ("check", "hint", "why", "answer", "solution", "solve", "skip", "map", "step", "quit", "onhost")
_PROGRAMS = ("docker", "vethlab")
_NEAR = 0.7  # of difflib's ratio
_TERMINAL = re.compile(r"\s*(sudo\s+)?docker\s(.*\s)?(run|exec|attach|start)\s.*(-\w*[it]|--tty|--interactive)")
_ATTACHED = re.compile(r"\s*(sudo\s+)?docker\s(.*\s)?attach\s")

# The keys of a Korean keyboard (two sets) behind Unicode's jamo: first, vowel, last, and as they stand alone.
_VOWELS = "k o i O j p u P h hk ho hl y n nj np nl b m ml l"
_KEYS = {
    0x1100: "r R s e E f a q Q t T d w W c z x v g",
    0x1161: _VOWELS,
    0x11A8: "r R rt s sw sg e f fr fa fq ft fx fv fg a q qt t T d w c z x v g",
    0x3131: f"r R rt s sw sg e E f fr fa fq ft fx fv fg a q Q qt t T d w W c z x v g {_VOWELS}",
}


def misspelt(words: Sequence[str], code: int) -> str:
    """What a command that was not found was most likely meant to be; "" where nothing is near."""
    if code != NOT_FOUND or not words or words[0] in (*WORDS, *_PROGRAMS):
        return ""
    meant = _meant(words[0])
    if not meant:
        return ""
    given = one_line(words[0], 40)
    if meant in _PROGRAMS:
        return say("`{given}`: did you mean `{meant}`?", given=given, meant=meant)
    return say("`{given}`: did you mean `{meant}`, a word of vethlab's?", given=given, meant=meant)


def ended_inside(line: str, code: int) -> str:
    """What to say of a container's terminal that ended because of a command that was not found; "" of another."""
    if code != NOT_FOUND or not (_TERMINAL.match(line) or _ATTACHED.match(line)):
        return ""
    return say(
        "127 means that a command was not found in the container. The words of vethlab (check, hint, answer …) are "
        "known here, at this prompt, not inside containers"
    )


def _meant(word: str) -> str:
    """The word of ours, or the program, that is nearest."""
    for typed in (word.casefold(), _latin(word).casefold()):
        if typed in (*WORDS, *_PROGRAMS):
            return typed
        turned = next((each for each in WORDS if sorted(each) == sorted(typed)), "")  # `mpa`
        if found := turned or next(iter(get_close_matches(typed, [*WORDS, *_PROGRAMS], n=1, cutoff=_NEAR)), ""):
            return found
    return ""


def _latin(text: str) -> str:
    """The Latin keys under a text that was typed with the Korean keyboard still on: `ㅗㅑㅜㅅ` is hint."""
    return "".join(map(_keys, unicodedata.normalize("NFD", text)))


def _keys(letter: str) -> str:
    for first, row in _KEYS.items():
        place, keys = ord(letter) - first, row.split()
        if 0 <= place < len(keys):
            return keys[place]
    return letter
