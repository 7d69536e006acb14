"""A docker command line read: which containers and networks it makes, and which it only names."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from runner.lab.docker_grammar import Verb, verb


@dataclass(frozen=True, slots=True)
class Named:
    """A name in a command line. `kind` is container, network or object (either)."""

    kind: str
    name: str
    made: bool = False


@dataclass(slots=True)
class DockerLine:
    """What a command line holds."""

    command: str  # `run`, `network create`, …
    verb: Verb
    options: list[tuple[str, str]] = field(default_factory=list)  # without dashes; a flag's value is ''
    names: list[Named] = field(default_factory=list)
    image: str | None = None

    def option(self, *names: str) -> list[str]:
        return [value for name, value in self.options if name in names]

    def has(self, *names: str) -> bool:
        return any(value != "false" for value in self.option(*names))

    @property
    def makes(self) -> str | None:
        """The name of the container that it makes."""
        return next((each.name for each in self.names if each.made and each.kind == "container"), None)

    @property
    def throwaway(self) -> bool:
        """A container that is gone when the command ends."""
        return self.has("rm") and not self.has("d", "detach")

    @property
    def opens(self) -> str | None:
        """The container whose terminal it opens, to be typed into."""
        first = next((each.name for each in self.names if each.kind == "container"), None)
        terminal = self.has("i", "interactive") and self.has("t", "tty") and not self.has("d", "detach")
        if self.command == "run":
            return self.makes if terminal else None
        if self.command == "start":
            return first if self.has("a", "attach") and self.has("i", "interactive") else None
        return first if self.command == "attach" else None


def read(words: list[str]) -> DockerLine:
    """The line, of which `words` begins with `docker`. Raises `UnknownCommand`."""
    name, grammar, rest = verb(words[1:])
    line = DockerLine(name, grammar)
    plain = _options(line, rest)
    _place(line, plain)
    if name in ("run", "create"):
        _made(line)
    for network in line.option("config-from"):
        line.names.append(Named("network", network))
    return line


def _options(line: DockerLine, words: list[str]) -> list[str]:
    """Takes the options out; the plain words. For run and exec, options end at the first plain word."""
    plain: list[str] = []
    ends = "rest" in line.verb.places[1:]
    left = iter(words)
    for word in left:
        if word == "--" or not word.startswith("-") or word == "-":
            plain.append(word)
            if ends:
                return plain + list(left)
        elif word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            given = value if equals else "" if name in line.verb.flags else next(left, "")
            line.options.append((name, given))
        else:
            _short(line, word[1:], left)
    return plain


def _short(line: DockerLine, letters: str, left: Iterator[str]) -> None:
    """`-itd`, `-p80:80`, `-o parent=eth0`."""
    for place, letter in enumerate(letters):
        if letter in line.verb.flags:
            line.options.append((letter, ""))
            continue
        value = letters[place + 1 :].removeprefix("=") or next(left, "")
        line.options.append((letter, value))
        return


def _place(line: DockerLine, plain: list[str]) -> None:
    """Names the plain words as the grammar says."""
    for kind, word in zip(_kinds(line.verb.places), plain, strict=False):
        match kind:
            case "image":
                line.image = word
            case "new-container" | "new-network":
                line.names.append(Named(kind.removeprefix("new-"), word, made=True))
            case "container" | "network" | "object":
                line.names.append(Named(kind, word))


def _kinds(places: tuple[str, ...]) -> Iterator[str]:
    """What the plain words are, one after the other, without end."""
    last = "rest"
    for place in places:
        if place == "…":
            break
        last = place
        yield place
    yield from itertools.repeat(last if "…" in places else "rest")


def _made(line: DockerLine) -> None:
    line.names += [Named("container", name, made=True) for name in line.option("name")]
    for value in line.option("net", "network"):
        line.names += _network(value)
    line.names += [Named("container", value.partition(":")[0]) for value in line.option("link", "volumes-from")]


def _network(value: str) -> list[Named]:
    """`mybridge`, `container:NAME`, `name=mybridge,alias=web`."""
    mode, colon, owner = value.partition(":")
    if mode == "container" and colon:
        return [Named("container", owner)]
    if "=" in value:
        pairs = [each.partition("=") for each in value.split(",")]
        return [Named("network", right) for left, _, right in pairs if left == "name"]
    return [Named("network", value)]
