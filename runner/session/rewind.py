"""An engine on which a lab was played part of the way, and the way back after a mistake: what came since is removed.

To play a lab up to one of its later steps takes seconds, to remove what one mistake made a tenth of a second. The
engine is taken for what it was before only where it says so itself: every container and network that was there is
there, it tells the same of each, and no command was run inside one of those containers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runner.engine.baseline import holdings
from runner.engine.sdk import Gone, Json
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from runner.lab.dockerline import read
from runner.lab.model import Command, DockerCommand, TypedCommand
from runner.session.commands import split

_Key = tuple[str, str, str]  # server, kind, id
_Visit = tuple[str | None, str]  # server, where one is named, and container


@dataclass(frozen=True)
class _Stage:
    """What the engine told of every container and network; `visited` are those that something was run inside since."""

    things: dict[_Key, Json]
    visited: set[_Visit] = field(default_factory=set)


@dataclass
class Engine:
    """A testbed and the stages that a lab went through on it, each of them a way back."""

    testbed: Testbed
    _stages: list[_Stage] = field(default_factory=list)

    @property
    def stage(self) -> int:
        """The number of the stage that it is at, from 0; -1 before the first one and when no way leads back."""
        return len(self._stages) - 1

    def reached(self, commands: Sequence[Command] = ()) -> None:
        """As it is now, `commands` after the stage before, it is at the next stage. Raises EngineFailed."""
        self._visit(commands)
        self._stages.append(_Stage(_things(self.testbed)))

    def rewind(self, commands: Sequence[Command]) -> None:
        """Goes back over `commands`, played since the last stage, to the latest stage that can be had again.

        Where there is none, `stage` is -1: the engine is of no more use. Raises EngineFailed.
        """
        self._visit(commands)
        now = _things(self.testbed)
        while self._stages and not _intact(self._stages[-1], now):
            self._stages.pop()
        if self._stages:
            wanted = self._stages[-1].things
            if not self._removed(now.keys() - wanted.keys()) or _things(self.testbed) != wanted:
                self._stages.clear()

    def _visit(self, commands: Sequence[Command]) -> None:
        visits = {visit for command in commands for visit in _visits(command)}
        for stage in self._stages:
            stage.visited.update(visits)

    def _removed(self, keys: set[_Key]) -> bool:
        try:
            for server, kind, id_ in sorted(keys, key=lambda key: key[1]):  # containers first
                docker = self.testbed.server(server).docker
                docker.remove_container(id_) if kind == "container" else docker.remove_network(id_)
        except EngineFailed:  # it does not let go
            return False
        return True


def _things(testbed: Testbed) -> dict[_Key, Json]:
    found = {}
    for each in holdings(testbed):
        docker = testbed.server(each.server).docker
        try:
            told = docker.inspect(each.id) if each.kind == "container" else docker.network(each.id)
        except Gone:  # since the list
            continue
        found[each.server, each.kind, each.id] = told
    return found


def _intact(stage: _Stage, now: dict[_Key, Json]) -> bool:
    """Whether its containers are there unchanged and its networks are there: what hangs on those may still go."""
    for key, told in stage.things.items():
        server, kind, _ = key
        if kind == "container":
            name = str(told["Name"]).removeprefix("/")
            if now.get(key) != told or {(None, name), (server, name)} & stage.visited:
                return False
        elif key not in now:
            return False
    return True


def _visits(command: Command) -> Iterator[_Visit]:
    """The containers that the command does something inside, which no inspection of them shows."""
    if isinstance(command, TypedCommand):
        yield command.on, command.inside
    elif isinstance(command, DockerCommand):
        words = split(command.line)
        line = read(words)
        if line.command in ("exec", "attach"):
            yield from ((command.on, each.name) for each in line.names)
        elif line.command == "cp":
            yield from ((command.on, word.partition(":")[0]) for word in words)
