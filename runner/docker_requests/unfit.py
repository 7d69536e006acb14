"""What a text is told that the grammar does not let through."""

from __future__ import annotations

from runner.plain import one_line


class Unfit(ValueError):
    """A text that is not of the kind that is wanted; `why` is the sentence for the student."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def shown(word: str) -> str:
    """A word as it is quoted in a sentence: short, and safe to print."""
    return one_line(word[:200], 40)
