"""Requests as JSON and back. What comes back is as strictly checked as a line is by the grammar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, cast, get_args

from checks.words import listed, say
from runner.docker_requests import containers, kinds, networks, programs
from runner.docker_requests.looks import ELSEWHERE, LOOKS
from runner.docker_requests.model import (
    Call,
    ChangeState,
    Connect,
    CreateNetwork,
    Disconnect,
    Exec,
    Listen,
    Look,
    LookProgram,
    MakeContainer,
    Ping,
    Program,
    RemoveContainers,
    RemoveNetworks,
    Rename,
    Request,
    Shell,
)
from runner.docker_requests.unfit import Unfit, shown
from runner.lab.suggestions import did_you_mean

_Check = Callable[[object], object]
_Made = TypeVar("_Made")


def as_fields(request: Request) -> dict[str, object]:
    """The request as JSON-able fields: `kind`, and every field that is not as it would be by itself."""
    return _out(request)


def from_fields(found: object) -> Request:
    """The request that the fields say. ValueError, with a sentence, where the grammar would not have made it."""
    return cast(Request, _made(found, _REQUESTS))


def _out(value: Request | Program) -> dict[str, object]:
    given: dict[str, object] = {"kind": _KINDS[type(value)]}
    for each in fields(value):
        content = getattr(value, each.name)
        if each.default is MISSING or content != each.default:
            given[each.name] = _plain(content)
    return given


def _plain(content: object) -> object:
    if isinstance(content, tuple):
        return [_plain(each) for each in content]
    return _out(content) if isinstance(content, get_args(Program)) else content


def _made(found: object, known: Mapping[str, type]) -> object:
    """An object of one of the `known` kinds."""
    if not isinstance(found, dict):
        raise Unfit(say("a request is an object with a `kind`"))
    kind = found.get("kind")
    if not isinstance(kind, str) or kind not in known:
        raise Unfit(say("`kind` is one of {words}", words=listed(known)))
    made = known[kind]
    checks = _FIELDS[made]
    for key in found:
        if key != "kind" and key not in checks:
            word = key[:200] if isinstance(key, str) else type(key).__name__
            raise Unfit(say("`{kind}` has no field `{word}`", kind=kind, word=shown(word)) + did_you_mean(word, checks))
    values = {each.name: _value(found, each, checks[each.name]) for each in fields(made) if each.name in found}
    _complete(kind, made, values)
    request = made(**values)
    _agree(request)
    return request


def _value(found: Mapping[str, object], each: Field[Any], check: _Check) -> object:
    content = found[each.name]
    if content is None and each.default is None:
        return None
    try:
        return check(content)
    except Unfit as odd:
        raise Unfit(say("{field}: {why}", field=each.name, why=odd.why)) from None


def _complete(kind: str, made: type, values: Mapping[str, object]) -> None:
    for each in fields(made):
        if each.default is MISSING and each.name not in values:
            raise Unfit(say("`{kind}` lacks the field `{word}`", kind=kind, word=each.name))


def _agree(request: object) -> None:
    """Raises `Unfit` where two fields of the request do not go together."""
    odd = ""
    match request:
        case CreateNetwork(driver=driver, parent=str()) if driver != "macvlan":
            odd = say("only a macvlan has a parent")
        case ChangeState(verb=verb, signal=signal) if verb != "kill" and signal != "KILL":
            odd = say("only kill takes a signal")
        case ChangeState(verb=verb, seconds=int()) if verb not in ("stop", "restart"):
            odd = say("only stop and restart take seconds")
        case MakeContainer(starts=False, detach=True):
            odd = say("what is not started is not detached either")
        case Look(command=command, names=names) if names and command not in _NAMING:
            odd = say("`{command}` looks at nothing by name", command=command)
        case LookProgram(name=name, arguments=arguments) if programs.read([name, *arguments]) != request:
            odd = say("`{word}` is no program that looks", word=shown(name))
    if odd:
        raise Unfit(odd)


# --- fields, each of its kind


def _text(kind: Callable[[str], _Made]) -> Callable[[object], _Made]:
    def check(content: object) -> _Made:
        if not isinstance(content, str):
            raise Unfit(say("a text belongs here"))
        return kind(content)

    return check


def _exactly(kind: Callable[[str], str]) -> _Check:
    """A text that is already written as the grammar writes it."""

    def check(content: str) -> str:
        if kind(content) != content:
            raise Unfit(say("`{word}` is written otherwise: {other}", word=shown(content), other=kind(content)))
        return content

    return _text(check)


def _one_of(*known: str) -> _Check:
    return _text(lambda content: kinds.one_of(content, known))


def _flag(content: object) -> bool:
    if not isinstance(content, bool):
        raise Unfit(say("true or false belongs here"))
    return content


def _count(least: int, most: int) -> _Check:
    def check(content: object) -> int:
        if not isinstance(content, int) or isinstance(content, bool) or not least <= content <= most:
            raise Unfit(say("a whole number from {least} to {most} belongs here", least=least, most=most))
        return content

    return check


def _list(check: _Check, least: int = 0, most: int = kinds.MOST_AT_ONCE) -> Callable[[object], tuple[object, ...]]:
    def read(content: object) -> tuple[object, ...]:
        if not isinstance(content, (list, tuple)) or not least <= len(content) <= most:
            raise Unfit(say("a list of {least} to {most} belongs here", least=least, most=most))
        return tuple(check(each) for each in content)

    return read


def _pair(first: _Check, second: _Check) -> _Check:
    both = _list(lambda content: content, 2, 2)

    def read(content: object) -> tuple[object, object]:
        one, other = both(content)
        return first(one), second(other)

    return read


def _program(content: object) -> object:
    return _made(content, _PROGRAMS)


def _argument(text: str) -> str:
    """A word of a program; `_agree` reads all of them together."""
    return kinds.spoken(text)


_NAME, _ADDRESS, _SUBNET = _exactly(kinds.name), _exactly(kinds.address), _exactly(kinds.subnet)
_NAMES, _PORT = _list(_NAME), _count(1, 65535)
_SOME = _list(_NAME, least=1)
_LINKS = _list(_pair(_NAME, _NAME))
_WAIT = _count(1, programs.LONGEST_WAIT)
_NAMING = ("inspect", "network inspect", "logs", "port", "top", "diff", "stats", "wait", "exec", "attach")

_FIELDS: Mapping[type, Mapping[str, _Check]] = {
    CreateNetwork: {
        "name": _NAME,
        "driver": _one_of(*networks.DRIVERS),
        "subnet": _SUBNET,
        "ip_range": _SUBNET,
        "gateway": _ADDRESS,
        "parent": _exactly(kinds.interface),
        "internal": _flag,
        "attachable": _flag,
    },
    RemoveNetworks: {"names": _SOME},
    Connect: {"network": _NAME, "container": _NAME, "aliases": _NAMES, "ip": _ADDRESS, "links": _LINKS},
    Disconnect: {"network": _NAME, "container": _NAME, "force": _flag},
    MakeContainer: {
        "name": _NAME,
        "network": _exactly(kinds.network),
        "aliases": _NAMES,
        "links": _LINKS,
        "expose": _list(_PORT),
        "publish": _list(_pair(_count(0, 65535), _PORT)),
        "hostname": _NAME,
        "ip": _ADDRESS,
        "interactive": _flag,
        "tty": _flag,
        "detach": _flag,
        "remove": _flag,
        "program": _program,
        "starts": _flag,
    },
    ChangeState: {
        "verb": _one_of("start", "stop", "restart", "kill"),
        "containers": _SOME,
        "seconds": _count(0, containers.LONGEST_STOP),
        "signal": _one_of(*containers.SIGNALS),
    },
    RemoveContainers: {"containers": _SOME, "force": _flag},
    Rename: {"container": _NAME, "name": _NAME},
    Exec: {"container": _NAME, "program": _program, "detach": _flag},
    Look: {"command": _one_of(*sorted(LOOKS | ELSEWHERE)), "names": _NAMES},
    LookProgram: {
        "name": _one_of("ifconfig", "ip", "nslookup", "hostname", "cat"),
        "arguments": _list(_text(_argument)),
    },
    Ping: {"host": _exactly(kinds.host), "count": _count(1, programs.MOST_PACKETS), "wait": _WAIT},
    Call: {"host": _exactly(kinds.host), "port": _PORT, "wait": _WAIT},
    Listen: {"port": _PORT, "text": _exactly(kinds.spoken), "loops": _flag},
    Shell: {},
}
_KINDS = {
    CreateNetwork: "create_network",
    RemoveNetworks: "remove_networks",
    Connect: "connect",
    Disconnect: "disconnect",
    MakeContainer: "make_container",
    ChangeState: "change_state",
    RemoveContainers: "remove_containers",
    Rename: "rename",
    Exec: "exec",
    Look: "look",
    LookProgram: "look_program",
    Ping: "ping",
    Call: "call",
    Listen: "listen",
    Shell: "shell",
}
_PROGRAMS = {_KINDS[each]: each for each in get_args(Program)}
_REQUESTS = {_KINDS[each]: each for each in get_args(Request)}
