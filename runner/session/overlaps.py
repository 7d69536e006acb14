"""A network of the student's own that has the range which a command is about to ask for: an engine gives none twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network

from checks.words import listed, say
from runner.engine.sdk import Json
from runner.engine.testbed import Testbed
from runner.errors import NameTaken
from runner.lab.dockerline import DockerLine, read
from runner.lab.model import Command, DockerCommand
from runner.lab.shellwords import split


def require_ranges(testbed: Testbed, commands: Sequence[Command]) -> None:
    """NameTaken, before anything is played, where a range that one of the commands asks for is another network's.

    A network that gets its range from the engine needs no such look: it is given one that is free.
    """
    for command in commands:
        if isinstance(command, DockerCommand) and not (command.fails or command.tries):
            _require_ranges(testbed, command.on, read(split(command.line)))


def _require_ranges(testbed: Testbed, on: str | None, line: DockerLine) -> None:
    wanted = _ranges(line.option("subnet"))
    if line.command != "network create" or not wanted:
        return
    docker, made = testbed.server(on).docker, {each.name for each in line.names if each.made}
    for other in docker.networks():
        given = _ranges(str(each.get("Subnet")) for each in (other.get("IPAM") or {}).get("Config") or ())
        taken = next((each for each in given if any(each.overlaps(range) for range in wanted)), None)
        if taken and other["Name"] not in made:
            raise _taken(docker.network(str(other["Id"])), taken, wanted, sorted(made))


def _ranges(texts: Iterable[str]) -> list[IPv4Network]:
    return [IPv4Network(each, strict=False) for each in texts if "/" in each and ":" not in each]


def _taken(other: Json, taken: IPv4Network, wanted: Sequence[IPv4Network], made: Sequence[str]) -> NameTaken:
    name = str(other["Name"])
    what = say(
        "your network {other} has the range {taken}, and the step wants {wanted} for {made}: "
        "an engine gives no range twice",
        other=name,
        taken=taken,
        wanted=listed(wanted),
        made=listed(made),
    )
    users = sorted(str(each.get("Name")) for each in (other.get("Containers") or {}).values())
    remove = f"docker network rm {name}"
    if not users:
        return NameTaken(what, say("nothing was done; if you can do without it: {remove}", remove=remove))
    free = "; ".join(f"docker network disconnect {name} {each}" for each in users)
    return NameTaken(what, say("nothing was done; if you can do without it: {remove}", remove=f"{free}; {remove}"))
