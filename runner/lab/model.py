"""A lab as data: what `labs/NAME.yaml` says, checked and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A line of a lab file; prints as `labs/bridge.yaml:14`. Lines count from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class DockerCommand:
    """`docker run …`, one line as a student types it, `IMG` for the lab image; never given to a shell.

    `fails` holds words of the refusal where the engine must refuse it; None where it must succeed. With `tries` it may
    do either, for kernels and engines differ.
    """

    line: str
    location: Location
    on: str | None = None  # server1, server2
    fails: str | None = None
    tries: bool = False


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """A line typed into the terminal of a container that a `docker run -i -t` or `docker attach` before it opened."""

    inside: str
    line: str
    location: Location
    on: str | None = None


@dataclass(frozen=True, slots=True)
class HostCommand:
    """A looking command on the host that the engine runs on (`onhost ip link`); split into words, no shell."""

    line: str
    location: Location
    on: str | None = None


Command = DockerCommand | TypedCommand | HostCommand


@dataclass(frozen=True, slots=True)
class CheckCall:
    """A check of `checks/`, with its arguments already validated against the function's annotations."""

    name: str
    arguments: Mapping[str, object]
    location: Location
    on: str | None = None
    fact: bool = False  # always so: shown as evidence, not counted


@dataclass(frozen=True, slots=True)
class TruthCall:
    """A truth of `checks/answers.py`, with validated arguments."""

    name: str
    arguments: Mapping[str, object]
    location: Location
    on: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerCommand:
    """One of the commands whose output gives the answer in an automatic run.

    `find` is a regular expression (MULTILINE): its first group, or else the whole match, is the value; `count` is
    one whose matching lines are counted; with neither, the stripped output is the value. `{1}`, `{2}` in the line,
    in `find` and in `count` stand for the values of the commands before it. The last value is the answer.
    """

    command: DockerCommand | HostCommand
    find: str | None = None
    count: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the student must find out: `truth`, computed live, or `choices`, of which number `right` (from 1) is so."""

    text: str
    location: Location
    truth: TruthCall | None = None
    choices: tuple[str, ...] = ()
    right: int | None = None
    because: str = ""  # why the right choice is right; told after a pass, never before
    answer: tuple[AnswerCommand, ...] = ()
    also: tuple[str, ...] = ()  # the choices in the lab's own language, where it is shown in another


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong turn worth naming. `prove` plays it and wants a finding whose `why` holds `says` (any case).

    `do` is played in the place of the step's own `do`; `then` after it. `text` tells a student what is behind it.
    """

    says: str
    location: Location
    do: tuple[Command, ...] = ()
    then: tuple[Command, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with an id."""

    id: str
    title: str
    text: str
    location: Location
    do: tuple[Command, ...] = ()
    checks: tuple[CheckCall, ...] = ()
    ask: Question | None = None
    hints: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    points: int = 1
    looks: bool = False  # changes nothing
    matters: str = ""  # told after a pass: why what was seen matters


@dataclass(frozen=True, slots=True)
class Uses:
    """All that the lab may make on each server, and so all that a reset may remove."""

    networks: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Lab:
    """One lab file. `steps` are in order and their ids unique."""

    name: str
    title: str
    minutes: int
    uses: Uses
    steps: tuple[Step, ...]
    path: Path
    summary: str = ""  # one sentence for `list`
    servers: int = 1
    setup: tuple[Command, ...] = ()

    @property
    def server_names(self) -> tuple[str, ...]:
        return server_names(self.servers)

    def step(self, step_id: str) -> Step:
        """The step of that id. KeyError if there is none."""
        return next((each for each in self.steps if each.id == step_id), None) or _missing(step_id)


def server_names(count: int) -> tuple[str, ...]:
    """What so many servers are called: server1, server2."""
    return tuple(f"server{number}" for number in range(1, count + 1))


def _missing(step_id: str) -> Step:
    raise KeyError(step_id)
