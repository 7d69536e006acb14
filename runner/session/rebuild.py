"""What a step needs from the steps before it, and which commands bring back what the engine does not hold any more.

What should be there is worked out from the model answers; the engine is asked for what is there. Nothing that is there
is taken away or changed, besides a container that is bound to another one that was lost: it is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from checks.words import say
from runner.engine.sdk import Json
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from runner.lab.dockerline import read
from runner.lab.model import Command, DockerCommand, Lab, Location, Step
from runner.lab.outcome import BUILT_IN, Made, Outcome, first_networks, outcome, ports
from runner.lab.shellwords import split
from runner.session.events import CommandPlayed, Judged
from runner.session.overlaps import require_ranges
from runner.session.play import play_commands


def lost(testbed: Testbed, lab: Lab, step: Step) -> tuple[Command, ...]:
    """The commands that bring back what `step`, or one after it, needs and the engine lacks; () when it lacks nothing.

    What is missing only because the step itself was begun (its own commands stop or remove it) is not lost. Raises
    EngineFailed.
    """
    place = lab.steps.index(step)
    before = [*lab.setup, *(command for each in lab.steps[:place] for command in each.do)]
    said = _said(lab.steps[place:])
    found: list[Command] = []
    gaps: set[_Gap] = set()
    for server, wanted in outcome(before, testbed.servers[0].name).items():
        lack = _Lack(step.location, server, lab.servers > 1, _needed(wanted, said), said)
        lack.compare(_Here.of(testbed, server))
        found += lack.commands
        gaps |= lack.gaps
    return () if gaps <= _begun(step, testbed.servers[0].name) else tuple(found)


def restore(testbed: Testbed, lab: Lab, step: Step) -> Iterator[CommandPlayed]:
    """Plays what `lost` names. Raises EngineFailed, also where one of the commands fails, and NameTaken."""
    commands = lost(testbed, lab, step)
    require_ranges(testbed, commands)
    for each in play_commands(testbed, lab, step.id, commands):
        if isinstance(each, Judged):
            what = say("what {step} needs could not be brought back: {why}", step=step.id, why=each.finding.why)
            raise EngineFailed(what, say("begin anew: vethlab start {lab} --again", lab=lab.name))
        yield each


@dataclass(frozen=True)
class _Gap:
    """Something that is not as it should be: `how` is missing, stopped or (of a container) off a network."""

    server: str
    how: str
    name: str


# --- what is needed


def _said(steps: Sequence[Step]) -> str:
    """All that these steps say and do, to look for names in."""
    return repr([(each.title, each.text, each.do, each.checks, each.ask, each.hints) for each in steps])


def _mentions(said: str, word: str) -> bool:
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", said) is not None


def _needed(whole: Outcome, said: str) -> Outcome:
    """What is spoken of, and what that hangs on."""
    names = [name for name, made in whole.containers.items() if any(_mentions(said, word) for word in made.words)]
    for name in names:  # grows while it is walked
        made = whole.containers[name]
        line = read(split(made.by.line))
        upon = [made.joins, *(value.partition(":")[0] for value in line.option("link"))]
        names += [each for each in upon if each in whole.containers and each not in names]
    containers = {name: made for name, made in whole.containers.items() if name in names}
    under = {network for made in containers.values() for network in made.networks}
    networks = {name: by for name, by in whole.networks.items() if name in under or _mentions(said, name)}
    return Outcome(networks, containers)


_UNDOES = {
    "stop": "stopped", "kill": "stopped", "rm": "missing", "network rm": "missing",
    "network disconnect": "off",
}  # fmt: skip


def _begun(step: Step, first: str) -> set[_Gap]:
    """The gaps that the step's own commands make."""
    begun = set()
    for command in step.do:
        if isinstance(command, DockerCommand) and not (command.fails or command.tries):
            line = read(split(command.line))
            if how := _UNDOES.get(line.command):
                names = [each.name for each in line.names if how != "off" or each.kind == "container"]
                begun |= {_Gap(command.on or first, how, name) for name in names}
    return begun


# --- what is there


@dataclass(frozen=True)
class _Here:
    """What one engine holds: names of networks, containers by name."""

    networks: frozenset[str]
    containers: dict[str, Json]

    @classmethod
    def of(cls, testbed: Testbed, server: str) -> _Here:
        docker = testbed.server(server).docker
        containers = {
            str(name).removeprefix("/"): each for each in docker.containers() for name in each.get("Names") or []
        }
        return cls(frozenset(str(each["Name"]) for each in docker.networks()), containers)

    def runs(self, name: str) -> bool:
        return name in self.containers and self.containers[name].get("State") == "running"

    def on(self, name: str) -> set[str]:
        """The networks that a container is on."""
        return {*((self.containers[name].get("NetworkSettings") or {}).get("Networks") or {})}

    def bound_to_nothing(self, name: str) -> bool:
        """Whether the container shares the namespace of one that is not here any more."""
        mode = str((self.containers[name].get("HostConfig") or {}).get("NetworkMode", ""))
        ids = {str(each["Id"]) for each in self.containers.values()}
        return mode.startswith("container:") and mode.partition(":")[2] not in ids


# --- what is missing


@dataclass
class _Lack:
    """What one server lacks: the gaps, and the commands that close them."""

    location: Location
    server: str
    several: bool  # servers
    wanted: Outcome
    said: str
    commands: list[Command] = field(default_factory=list)
    gaps: set[_Gap] = field(default_factory=set)
    _anew: set[str] = field(default_factory=set)  # containers that get a new namespace

    def compare(self, here: _Here) -> None:
        for name, by in self.wanted.networks.items():
            if name not in here.networks:
                self._gap("missing", name)
                self.commands.append(by)
        for name, made in _owners_first(self.wanted.containers):
            if name not in here.containers:
                self._gap("missing", name)
                self._make(name, made)
            elif here.bound_to_nothing(name):
                self._do(f"docker rm -f {name}")
                self._make(name, made)
            else:
                self._mend(name, made, here)

    def _make(self, name: str, made: Made) -> None:
        """The container from its beginning, as later lines left it."""
        line = read(split(made.by.line))
        first = first_networks(line)
        self.commands.append(made.by)
        self.commands += [by for network, by in made.networks.items() if by and network not in first]
        self.commands += [by for network, by in made.cut.items() if network in first and network not in made.networks]
        if not made.runs and line.command == "run":
            self._do(f"docker stop -t 0 {name}")
        self._begin(name, made)

    def _mend(self, name: str, made: Made, here: _Here) -> None:
        """A container that is there: on its networks, and running."""
        for network, by in made.networks.items():
            if network not in BUILT_IN and network not in here.on(name):
                self._gap("off", name)
                self.commands.append(by or self._line(_connect(name, network, made)))
        if made.runs and not here.runs(name):
            self._gap("stopped", name)
            self._do(f"docker start {name}")
            self._begin(name, made)
        elif made.runs and made.joins in self._anew:
            self._do(f"docker restart -t 0 {name}")
            self._begin(name, made)

    def _begin(self, name: str, made: Made) -> None:
        """Its processes are new ones: the listeners in it that a later step asks about are started again."""
        self._anew.add(name)
        for command in made.serves if made.runs else ():
            if any(_mentions(self.said, port) for port in ports(command)):
                self.commands.append(command)

    def _gap(self, how: str, name: str) -> None:
        self.gaps.add(_Gap(self.server, how, name))

    def _line(self, line: str) -> DockerCommand:
        return DockerCommand(line, self.location, on=self.server if self.several else None)

    def _do(self, line: str) -> None:
        self.commands.append(self._line(line))


def _connect(name: str, network: str, made: Made) -> str:
    """The connect that puts it back on the network of its first line, with its aliases."""
    aliases = read(split(made.by.line)).option("net-alias", "network-alias")
    return " ".join(["docker network connect", *(f"--alias {each}" for each in aliases), network, name])


def _owners_first(containers: dict[str, Made]) -> Iterable[tuple[str, Made]]:
    """In the order of their making, but never before the one whose namespace they share."""

    def depth(name: str | None) -> int:
        made = containers.get(name or "")
        return 1 + depth(made.joins) if made else 0

    return sorted(containers.items(), key=lambda each: depth(each[0]))
