"""Near misses: which known word somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable

from checks.words import listed, say

_LONGEST = 40
_FEW = 12


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word nearest to `word`, or None where none is near: about one slip for every three letters."""
    if len(word) > _LONGEST:
        return None
    most = max(1, len(word) // 3)
    slips = [(_slips(_plain(word), _plain(each)), each) for each in known if abs(len(each) - len(word)) <= most]
    best = min(slips, default=None)
    return best[1] if best and best[0] <= most else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or else `; there are: a, b, c` where these are few, or nothing."""
    words = list(known)
    nearest = near(word, words)
    if nearest is not None:
        return say("; did you mean {word}?", word=nearest)
    return say("; there are: {words}", words=listed(words)) if 0 < len(words) <= _FEW else ""


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")


def _slips(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, row, last = row, [i], before
        for j, wanted in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], last[j - 2] + 1)
    return row[-1]
