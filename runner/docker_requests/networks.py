"""`docker network …` lines that change something, as requests."""

from __future__ import annotations

from collections.abc import Sequence

from checks.words import say
from runner.docker_requests import kinds, options
from runner.docker_requests.model import Connect, CreateNetwork, Disconnect, RemoveNetworks
from runner.docker_requests.options import Given, Options
from runner.docker_requests.unfit import Unfit, not_a_dash, shown

DRIVERS = ("bridge", "macvlan", "overlay")

_CREATE = Options(
    flags=options.spellings("internal attachable"),
    values=options.spellings("d/driver o/opt subnet ip-range gateway"),
)
_CONNECT = Options(values=options.spellings("alias ip link"))
_DISCONNECT = Options(flags=options.spellings("f/force"))
_REMOVE = Options(flags=options.spellings("f/force"))


def create(words: Sequence[str], notes: list[str]) -> CreateNetwork:
    given = options.read("docker network create", words, _CREATE)
    name = kinds.name(exactly(given.words, 1, "docker network create NAME")[0])
    driver = kinds.one_of(given.last("driver") or "bridge", DRIVERS)
    parent = _parent(given)
    if parent and driver != "macvlan":
        notes.append(say("parent={name} means nothing to the driver {driver}", name=parent, driver=driver))
        parent = None
    return CreateNetwork(
        name,
        driver,
        subnet=_once(given, "subnet", kinds.subnet),
        ip_range=_once(given, "ip-range", kinds.subnet),
        gateway=_once(given, "gateway", kinds.address),
        parent=parent,
        internal=given.has("internal"),
        attachable=given.has("attachable"),
    )


def _once(given: Given, option: str, kind: kinds.Kind) -> str | None:
    """The value of an option that docker takes once for each address family, of which there is one here."""
    values = given.all(option)
    if len(values) > 1:
        raise Unfit(say("`--{option}` is given more than once", option=option))
    return kind(values[0]) if values else None


def _parent(given: Given) -> str | None:
    """The interface of `-o parent=eth0`, the one driver option that is let through."""
    parent = None
    for value in given.all("opt"):
        key, _, text = value.partition("=")
        if key == "parent":
            parent = kinds.interface(text)
        elif value != "macvlan_mode=bridge":  # the mode that a macvlan has anyhow
            raise Unfit(say("`-o {word}` is refused: the one driver option of the labs is parent=INTERFACE",
                            word=shown(key)))  # fmt: skip
    return parent


def connect(words: Sequence[str], _notes: list[str]) -> Connect:
    given = options.read("docker network connect", words, _CONNECT)
    network, container = exactly(given.words, 2, "docker network connect NETWORK CONTAINER")
    ip = given.last("ip")
    return Connect(
        kinds.name(network),
        kinds.name(container),
        aliases=kinds.names(given.all("alias")),
        ip=kinds.address(ip) if ip else None,
        links=kinds.few(tuple(map(kinds.link, given.all("link")))),
    )


def disconnect(words: Sequence[str], _notes: list[str]) -> Disconnect:
    given = options.read("docker network disconnect", words, _DISCONNECT)
    network, container = exactly(given.words, 2, "docker network disconnect NETWORK CONTAINER")
    return Disconnect(kinds.name(network), kinds.name(container), given.has("force"))


def remove(words: Sequence[str], _notes: list[str]) -> RemoveNetworks:
    given = options.read("docker network rm", words, _REMOVE)
    return RemoveNetworks(kinds.names(at_least_one(given.words, "docker network rm NAME")))


def exactly(words: list[str], count: int, shape: str) -> list[str]:
    """`words`, where they are as many as the command takes; `shape` is how it is written."""
    if len(words) != count:
        for word in words:
            not_a_dash(word)
        odd = words[count:]
        wanted = say("the line wants the shape `{shape}`", shape=shape)
        raise Unfit(say("`{word}` is too much: {wanted}", word=shown(odd[0]), wanted=wanted) if odd else wanted)
    return words


def at_least_one(words: list[str], shape: str) -> list[str]:
    return words or exactly(words, 1, shape)
