"""What a text is told that the grammar does not let through."""

from __future__ import annotations

from checks.words import say
from runner.plain import one_line


class Unfit(ValueError):
    """A text that is not of the kind that is wanted; `why` is the sentence for the student."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def shown(word: str) -> str:
    """A word as it is quoted in a sentence: short, and safe to print."""
    return one_line(word[:200], 40)


def not_a_dash(word: str) -> None:
    """Raises `Unfit` for a word that was an option until a text's editor joined its dashes."""
    if word[:1] in ("\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}"):
        name = shown(word.lstrip("\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}-"))
        raise Unfit(say("`{word}` begins with a long dash, as texts have it: docker wants two short ones, `--{name}`",
                        word=shown(word), name=name))  # fmt: skip
