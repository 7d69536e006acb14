"""What commands leave on the engines, worked out from the lines alone: networks, containers, what hangs on what.

Lines that must be refused, or may be, count as if they had not been there, and so do looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from runner.lab.dockerline import DockerLine, read
from runner.lab.model import Command, DockerCommand, TypedCommand
from runner.lab.shellwords import split

BUILT_IN = ("bridge", "host", "none", "default")
_ENDS = ("exit", "logout")  # typed into a container's first shell
_PORTS = re.compile(r"\bnc\b.*?-\w*p?\s*(\d{2,5})\b")


@dataclass(slots=True)
class Made:
    """A container: the line that made it, and what later lines did to it.

    `networks` are those that it hangs on, each with the line of the connect, None where the first line did it; `cut`
    are the lines that took it off one. `joins` is the container whose namespace it shares. `serves` are the
    processes that later lines started in it.
    """

    by: DockerCommand
    joins: str | None
    networks: dict[str, DockerCommand | None]
    words: frozenset[str]  # that others may know it by: its name, aliases
    runs: bool = True
    cut: dict[str, DockerCommand] = field(default_factory=dict)
    serves: list[DockerCommand] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What is on one server, in the order of its making."""

    networks: dict[str, DockerCommand] = field(default_factory=dict)
    containers: dict[str, Made] = field(default_factory=dict)


def outcome(commands: Iterable[Command], first: str) -> dict[str, Outcome]:
    """What the commands leave, by server; `first` is the one that they speak to when they name none."""
    found: dict[str, Outcome] = {}
    for command in commands:
        on = found.setdefault(command.on or first, Outcome())
        match command:
            case TypedCommand() if command.line.strip() in _ENDS and command.inside in on.containers:
                _ended(on, command.inside, runs=False)
            case DockerCommand(fails=None, tries=False):
                _apply(on, command, read(split(command.line)))
    return found


def _apply(on: Outcome, command: DockerCommand, line: DockerLine) -> None:
    containers = [each.name for each in line.names if each.kind == "container" and not each.made]
    networks = [each.name for each in line.names if each.kind == "network"]
    match line.command:
        case "run" | "create":
            _make(on, command, line)
        case "stop" | "kill" | "start" | "restart":
            for name in containers:
                _ended(on, name, runs=line.command in ("start", "restart"))
        case "exec" if line.has("d", "detach") and containers[0] in on.containers:
            on.containers[containers[0]].serves.append(command)
        case "network create":
            on.networks[networks[0]] = command
        case "network rm":
            for name in networks:
                on.networks.pop(name, None)
        case "network connect" | "network disconnect":
            _plug(on, command, networks[0], containers[0], connect=line.command == "network connect")
        case "rm" | "rename":  # nothing is known of one by a name that no `run` gave it
            for name in containers:
                on.containers.pop(name, None)


def _make(on: Outcome, command: DockerCommand, line: DockerLine) -> None:
    name = line.makes
    if name is None or line.has("rm"):
        return
    modes = line.option("net", "network") or ["bridge"]
    joins = next((each.partition(":")[2] for each in modes if each.startswith("container:")), None)
    named = first_networks(line)
    aliases = [value.rpartition(":")[2] for value in line.option("net-alias", "network-alias", "link")]
    on.containers.pop(name, None)
    on.containers[name] = Made(
        command,
        joins,
        dict.fromkeys(named),
        frozenset([name, *aliases]),
        runs=line.command == "run" and (line.has("d", "detach") or line.opens is not None),
    )


def _ended(on: Outcome, name: str, *, runs: bool) -> None:
    """It was stopped, or stopped and started (`runs`): what later lines had started in it is gone."""
    if made := on.containers.get(name):
        made.runs = runs
        made.serves.clear()


def _plug(on: Outcome, command: DockerCommand, network: str, container: str, *, connect: bool) -> None:
    made = on.containers.get(container)
    if made is None:
        return
    if not connect:
        made.networks.pop(network, None)
        made.cut[network] = command
        return
    made.cut.pop(network, None)
    made.networks[network] = command


def first_networks(line: DockerLine) -> list[str]:
    """The networks that a `docker run` puts its container on: the default one where it names none."""
    joins = any(each.startswith("container:") for each in line.option("net", "network"))
    return [each.name for each in line.names if each.kind == "network"] or ([] if joins else ["bridge"])


def ports(command: DockerCommand) -> set[str]:
    """The ports that a detached `nc` listens on."""
    return set(_PORTS.findall(command.line))
