"""Options of a command line, as docker's own parser (spf13/pflag) reads them, from a closed list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checks.words import say
from runner.docker_requests import refusals
from runner.docker_requests.unfit import Unfit, shown

_TRUE = ("1", "t", "T", "true", "TRUE", "True")  # Go, strconv.ParseBool
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


@dataclass(frozen=True, slots=True)
class Options:
    """The options that a command has here. Each maps its spellings, without dashes, to one name.

    `ends`: options end at the first plain word (`docker run`, `docker exec`). `program`: they are not docker's but
    those of a program in a container.
    """

    flags: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    ends: bool = False
    program: bool = False


@dataclass(slots=True)
class Given:
    """What stands in a line: options by their name, and the plain words."""

    flags: dict[str, bool] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def has(self, name: str) -> bool:
        return self.flags.get(name, False)

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def last(self, name: str) -> str | None:
        """The value that counts where an option is given more than once: docker's is the last."""
        return self.all(name)[-1] if self.all(name) else None


def spellings(text: str) -> dict[str, str]:
    """`"d/detach i/interactive"`: every spelling, mapped to the last of its group."""
    groups = [group.split("/") for group in text.split()]
    return {spelling: group[-1] for group in groups for spelling in group}


def read(command: str, words: Sequence[str], options: Options) -> Given:
    """Takes the options out of `words`. Raises `Unfit` at the first that is not on the list."""
    return _Reader(command, words, options).read()


class _Reader:
    """One line being read."""

    def __init__(self, command: str, words: Sequence[str], options: Options) -> None:
        self.command = command
        self.options = options
        self.words = words
        self.place = 0
        self.given = Given()

    def read(self) -> Given:
        while (word := self._next()) is not None:
            if word == "--":
                break
            if word.startswith("--"):
                self._long(word[2:])
            elif word.startswith("-") and word != "-":
                self._short(word[1:])
            else:
                self.given.words.append(word)
                if self.options.ends:
                    break
        self.given.words += self.words[self.place :]
        return self.given

    def _next(self) -> str | None:
        word = self.words[self.place] if self.place < len(self.words) else None
        self.place += 1
        return word

    def _long(self, text: str) -> None:
        name, equals, value = text.partition("=")
        if len(name) > 1 and name in self.options.flags:
            self._flag(name, value if equals else "true")
        elif len(name) > 1 and name in self.options.values:
            self._value(name, value if equals else self._next())
        else:
            raise self._unknown(name)

    def _short(self, letters: str) -> None:
        """`-itd`, `-p80:80`, `-p=80:80`, `-t=false`."""
        for place, letter in enumerate(letters):
            after = letters[place + 1 :]
            if letter in self.options.values:
                self._value(letter, after.removeprefix("=") if after else self._next())
                return
            if letter not in self.options.flags:
                raise self._unknown(letter, letters)
            if after.startswith("="):
                self._flag(letter, after[1:])
                return
            self._flag(letter, "true")

    def _flag(self, name: str, value: str) -> None:
        if value not in _TRUE + _FALSE:
            raise Unfit(say("`{option}` takes true or false, not `{word}`",
                            option=refusals.dashed(name), word=shown(value)))  # fmt: skip
        self.given.flags[self.options.flags[name]] = value in _TRUE

    def _value(self, name: str, value: str | None) -> None:
        if not value:
            raise Unfit(say("`{option}` has no value", option=refusals.dashed(name)))
        self.given.values.setdefault(self.options.values[name], []).append(value)

    def _unknown(self, name: str, letters: str = "") -> Unfit:
        if self.options.program:
            return Unfit(say("`{option}` of {program} is not played",
                             option=refusals.dashed(name), program=self.command))  # fmt: skip
        known = [*self.options.flags, *self.options.values]
        if len(letters) > 1 and letters in known:
            return Unfit(say("`{word}` has one dash: write {other}", word="-" + letters, other="--" + letters))
        return Unfit(refusals.option(self.command, name, known))
