"""What the docker command line looks like, as far as lab files need it: which words are names of objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """One docker command. `flags` are its options without a value, long and short; every other option takes one.

    `places` says what its plain words are: container, network, object (either), image,
    new-network, new-container; `…` repeats the one before, `rest` is not looked at.
    """

    places: tuple[str, ...] = ("rest",)
    flags: frozenset[str] = frozenset()
    changes: bool = False


def _verb(places: str, flags: str = "", *, changes: bool = False) -> Verb:
    return Verb(tuple(places.split()), frozenset(flags.split()), changes)


_RUN_FLAGS = (
    "d detach i interactive t tty rm init privileged P publish-all read-only no-healthcheck oom-kill-disable sig-proxy "
    "disable-content-trust q quiet use-api-socket help"
)

_CONTAINER: Mapping[str, Verb] = {
    "run": _verb("image rest", _RUN_FLAGS, changes=True),
    "create": _verb("image rest", _RUN_FLAGS, changes=True),
    "exec": _verb("container rest", "d detach i interactive t tty privileged"),
    "start": _verb("container …", "a attach i interactive", changes=True),
    "stop": _verb("container …", changes=True),
    "restart": _verb("container …", changes=True),
    "kill": _verb("container …", changes=True),
    "rm": _verb("container …", "f force l link v volumes", changes=True),
    "pause": _verb("container …", changes=True),
    "unpause": _verb("container …", changes=True),
    "rename": _verb("container new-container", changes=True),
    "update": _verb("container …", changes=True),
    "attach": _verb("container", "no-stdin sig-proxy"),
    "wait": _verb("container …"),
    "logs": _verb("container", "f follow details t timestamps"),
    "top": _verb("container rest"),
    "port": _verb("container rest"),
    "diff": _verb("container"),
    "stats": _verb("container …", "a all no-stream no-trunc"),
    "inspect": _verb("container …", "s size"),
    "ls": _verb("rest"),
    "cp": _verb("rest", changes=True),
    "commit": _verb("container rest", "p pause"),
    "export": _verb("container"),
}

_NETWORK: Mapping[str, Verb] = {
    "create": _verb("new-network", "attachable ingress internal ipv4 ipv6 config-only", changes=True),
    "connect": _verb("network container", changes=True),
    "disconnect": _verb("network container", "f force", changes=True),
    "rm": _verb("network …", "f force", changes=True),
    "inspect": _verb("network …", "v verbose"),
    "ls": _verb("rest"),
}

_ALIASES = {"remove": "rm", "list": "ls", "ps": "ls"}

PRUNES = frozenset({"prune"})
_OTHERS = (
    "ps images info version inspect events search image system volume context plugin swarm node service stack compose",
    "buildx builder build tag save load import pull push history rmi login logout container network",
)
KNOWN = (*_CONTAINER, *" ".join(_OTHERS).split())
_INSPECT = _verb("object …", "s size")


class UnknownCommand(LookupError):
    """Docker has no such command. `known` are those that it has in its place."""

    def __init__(self, word: str, known: Iterable[str]) -> None:
        super().__init__(word)
        self.word = word
        self.known = tuple(known)


def verb(words: list[str]) -> tuple[str, Verb, list[str]]:
    """The command that `words` (without `docker`) begin with, e.g. `network create`, its grammar, and the other words.

    Raises `UnknownCommand`.
    """
    first, *rest = words or [""]
    if first in ("container", "network") and rest:
        table = _CONTAINER if first == "container" else _NETWORK
        second = _ALIASES.get(rest[0], rest[0])
        if second in PRUNES:
            return "prune", Verb(), rest[1:]
        if second not in table:
            raise UnknownCommand(f"{first} {rest[0]}", (f"{first} {each}" for each in table))
        return (second if first == "container" else f"network {second}"), table[second], rest[1:]
    if first == "inspect":
        return "inspect", _INSPECT, rest
    if first in _CONTAINER and first != "ls":
        return first, _CONTAINER[first], rest
    if first not in KNOWN:
        raise UnknownCommand(first, KNOWN)
    return ("prune" if rest[:1] == ["prune"] else first), Verb(), rest
