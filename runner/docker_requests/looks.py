"""Docker commands that show something and change nothing. They are not played."""

from __future__ import annotations

from collections.abc import Sequence

from runner.docker_requests import kinds
from runner.docker_requests.kinds import closed
from runner.docker_requests.model import Look
from runner.docker_requests.unfit import Unfit

_NAMING = closed("inspect logs port top diff stats wait") | {"network inspect"}
_PLAIN = (
    "network ls,ps,info,version,images,events,image ls,image inspect,system df,system info,system events,context ls,"
    "context show,context inspect,volume ls,help"
)
LOOKS = frozenset(_PLAIN.split(",")) | _NAMING
ELSEWHERE = frozenset({"exec", "run", "attach"})  # what is made a look of by `containers.py`
_ONE_NAME = closed("logs port top diff")
_VALUED = closed("-f --format --filter --type -n --last --tail --since --until --node")
_FLAG_F = frozenset({"logs"})  # -f is --follow


def look(command: str, words: Sequence[str]) -> Look:
    """The look; names are those among its plain words that are fit to be some."""
    names = _names(command, words) if command in _NAMING else []
    return Look(command, tuple(names[: 1 if command in _ONE_NAME else kinds.MOST_AT_ONCE]))


def _names(command: str, words: Sequence[str]) -> list[str]:
    found = []
    left = iter(words)
    for word in left:
        if word in _VALUED and not (word == "-f" and command in _FLAG_F):
            next(left, None)
        elif not word.startswith("-") and _fit(word):
            found.append(word)
    return found


def _fit(word: str) -> bool:
    try:
        kinds.name(word)
    except Unfit:
        return False
    return True
