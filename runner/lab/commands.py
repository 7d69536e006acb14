"""Reads the commands of a lab file: `docker …`, and the forms `run`, `fails`, `tries`, `inside`, `host`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checks.words import listed, say
from runner.lab import dockerline, shellwords, values
from runner.lab.docker_grammar import UnknownCommand
from runner.lab.dockerline import DockerLine
from runner.lab.model import Command, DockerCommand, HostCommand, TypedCommand
from runner.lab.nodes import Node, Scalar, Unreadable
from runner.lab.problems import shown
from runner.lab.reading import Fields, Reading, fields
from runner.lab.suggestions import did_you_mean

_FORMS = {
    "run": ("run", "on"),
    "fails": ("fails", "with", "on"),
    "tries": ("tries", "on"),
    "inside": ("inside", "type", "on"),
    "host": ("host", "on"),
}
_KEYS = ("run", "fails", "with", "tries", "inside", "type", "host", "on")
_CHANGING = {"add", "del", "delete", "set", "change", "replace", "flush", "append"}
_DASHES = "\N{EN DASH}\N{EM DASH}"


def commands(reading: Reading, node: Node | None, what: str) -> tuple[Command, ...]:
    """A list of commands, or one alone. Terminals that are typed into must have been opened in the same list."""
    read = [(each, command(reading, each)) for each in values.items(reading, node, what, one=True)]
    opened: set[tuple[str | None, str]] = set()
    for each, found in read:
        if isinstance(found, DockerCommand):
            opened |= {(found.on, name) for name in _opens(found)}
        elif isinstance(found, TypedCommand) and found.inside and (found.on, found.inside) not in opened:
            _unopened(reading, each, found)
    return tuple(found for _, found in read if found is not None)


def _opens(command: DockerCommand) -> list[str]:
    try:
        opened = dockerline.read(shellwords.split(command.line)).opens
    except (ValueError, LookupError):
        return []
    return [opened] if opened else []


def _unopened(reading: Reading, node: Node, command: TypedCommand) -> None:
    text = say(
        "nothing before this opens a terminal of {container}: run it with -i -t and without -d, or docker attach it",
        container=shown(command.inside),
    )
    reading.wrong(node, text)


def command(reading: Reading, node: Node) -> Command | None:
    """One command, in whichever form."""
    if isinstance(node, Unreadable):
        return None
    if isinstance(node, Scalar):
        return DockerCommand(docker_line(reading, node, values.line(reading, node, say("a command"))), reading.at(node))
    found = fields(reading, node, say("a command"), _KEYS)
    form = found and form_of(reading, found, _FORMS)
    return _READERS[form](reading, found) if found and form else None


def form_of(reading: Reading, found: Fields, forms: dict[str, tuple[str, ...]]) -> str | None:
    """Which of the forms it is; noted where it is none, more than one, or has a key of another."""
    heads = [form for form in forms if form in found]
    if len(heads) != 1:
        text = say("a command has exactly one of the keys {forms}", forms=listed(forms))
        if heads or found.lacks(*_KEYS):
            reading.wrong(found.node, text if not heads else text + say(", not {heads}", heads=listed(heads)))
        return None
    for key in set(_KEYS) - set(forms[heads[0]]):
        if key in found:
            reading.problems.add(found.line(key), say("{key} does not go with {form}", key=key, form=heads[0]))
    return heads[0]


def server(reading: Reading, found: Fields) -> str | None:
    """The `on` of a command or a check."""
    node = found.get("on")
    return server_name(reading, node) if node is not None else None


def server_name(reading: Reading, node: Node) -> str:
    """The name of one of the lab's servers."""
    name = values.line(reading, node, "on")
    if name and len(reading.servers) == 1:
        reading.wrong(node, say("on is for labs with servers: 2; this lab has one server"))
    elif name and name not in reading.servers:
        text = say("no server is called {name}", name=shown(name))
        reading.wrong(node, text + did_you_mean(name, reading.servers))
    return name


def _run(reading: Reading, found: Fields) -> DockerCommand:
    node = found.need("run") or found.node
    line = docker_line(reading, node, values.line(reading, node, "run"))
    return DockerCommand(line, reading.at(found.node), on=server(reading, found))


def _fails(reading: Reading, found: Fields) -> DockerCommand:
    node = found.need("fails") or found.node
    line = docker_line(reading, node, values.line(reading, node, "fails"), fails=True)
    refusal = values.line(reading, found.need("with"), "with")
    return DockerCommand(line, reading.at(found.node), on=server(reading, found), fails=refusal)


def _tries(reading: Reading, found: Fields) -> DockerCommand:
    node = found.need("tries") or found.node
    line = docker_line(reading, node, values.line(reading, node, "tries"))
    return DockerCommand(line, reading.at(found.node), on=server(reading, found), tries=True)


def _inside(reading: Reading, found: Fields) -> TypedCommand:
    node = found.need("inside") or found.node
    container = values.line(reading, node, "inside")
    reading.named(node, "container", container)
    line = values.line(reading, found.need("type"), "type")
    return TypedCommand(container, line, reading.at(found.node), on=server(reading, found))


def _host(reading: Reading, found: Fields) -> HostCommand:
    node = found.need("host") or found.node
    line = values.line(reading, node, "host")
    first, *rest = _split(reading, node, line) or [""]
    if first == "docker":
        reading.wrong(node, say("a docker command is written with run: instead of host:"))
    elif first in ("ip", "bridge") and _CHANGING & set(rest):
        reading.wrong(node, say("a host command only looks; this one changes the host"))
    return HostCommand(line, reading.at(found.node), on=server(reading, found))


_READERS: Mapping[str, Callable[[Reading, Fields], Command]] = {
    "run": _run,
    "fails": _fails,
    "tries": _tries,
    "inside": _inside,
    "host": _host,
}


def _split(reading: Reading, node: Node, line: str) -> list[str] | None:
    try:
        return shellwords.split(line)
    except ValueError as error:
        reading.wrong(node, str(error))
        return None


def docker_line(reading: Reading, node: Node, line: str, *, fails: bool = False) -> str:
    """`line`, with what is wrong with it noted. A line that is to be refused may be wrong in itself."""
    split = _split(reading, node, line) if line else None
    if not split:
        return line
    if split[0] != "docker":
        text = say("a command here begins with docker, not {word}", word=shown(split[0]))
        reading.wrong(node, text + say("; to look at the host, write {{host: …}}; in a container, docker exec"))
    elif any(word.startswith("-") for word in split[1:2]):
        reading.wrong(
            node, say("no option before docker's command; for a server, write {{on: server2, run: docker …}}")
        )
    elif not fails and any(word[0] in _DASHES for word in split if word):
        reading.wrong(node, say("a long dash ({dashes}) where docker wants - or --", dashes=" ".join(_DASHES)))
    elif not fails and any(word.startswith((" ", "\n")) for word in split):
        reading.wrong(node, say("a \\ before a blank: write the whole command in one line, without \\"))
    else:
        _read(reading, node, split, fails=fails)
    return line


def _read(reading: Reading, node: Node, split: list[str], *, fails: bool) -> None:
    try:
        found = dockerline.read(split)
    except UnknownCommand as error:
        if not fails:
            text = say("docker has no command {word}", word=shown(error.word))
            reading.wrong(node, text + did_you_mean(error.word, error.known))
        return
    if found.command == "prune":
        reading.wrong(node, say("prune removes things that are not the lab's: remove by name"))
    _names(reading, node, found, fails=fails)


def _names(reading: Reading, node: Node, found: DockerLine, *, fails: bool) -> None:
    """Every name is in `uses`; what only stands in a line that is to be refused may be anything."""
    for each in found.names:
        if (each.made or not fails) and "{" not in each.name:
            reading.named(node, each.kind, each.name)
    if found.command in ("run", "create") and not fails and not found.makes and not found.throwaway:
        reading.wrong(node, say("a container without --name cannot be found again: name it, or run it with --rm"))
