"""The same docker commands as a lab's model answers, as a plain bash script without checks.

    python -m bench.bash_script bridge host > labs.sh

What is typed into a container's terminal becomes a `docker exec`, and `docker run -i -t` gets a `-d`: bash has no
terminal to type into. Commands that answer a question are in it, for vethlab plays those as well; looks at the host,
which cost a millisecond, are not. At its end each lab removes what it made.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator

from runner.lab.loader import find_lab, load
from runner.lab.model import Command, DockerCommand, Lab, TypedCommand

IMAGE = "vethlab/node:latest"


def script(lab: Lab) -> Iterator[str]:
    """The lines of the script of one lab."""
    yield f"# {lab.name}"
    for command in lab.setup:
        yield from _line(command, {})
    for step in lab.steps:
        values: dict[str, str] = {}
        for command in step.do:
            yield from _line(command, values)
        for answer in step.ask.answer if step.ask else ():
            yield from _line(answer.command, values)
    yield from _clearing(lab)


def _line(command: Command, values: dict[str, str]) -> Iterator[str]:
    if isinstance(command, DockerCommand):
        words = [IMAGE if word == "IMG" else word for word in shlex.split(command.line)[1:]]
        if words[0] == "run" and {"-d", "--detach"}.isdisjoint(words):
            words.insert(1, "-d")
        end = " || true" if command.fails else ""
        yield f"docker {_context(command.on)}{shlex.join(words)} >/dev/null 2>&1{end}"
    elif isinstance(command, TypedCommand):
        yield f"docker {_context(command.on)}exec {command.inside} sh -c {shlex.quote(command.line)} >/dev/null"


def _clearing(lab: Lab) -> Iterator[str]:
    for server in ("server1", "server2") if lab.servers == 2 else (None,):
        yield f"docker {_context(server)}rm -f {shlex.join(lab.uses.containers)} >/dev/null 2>&1"
        if lab.uses.networks:
            yield f"docker {_context(server)}network rm {shlex.join(lab.uses.networks)} >/dev/null 2>&1"
    yield "true"


def _context(server: str | None) -> str:
    return f"--context {server} " if server else ""


if __name__ == "__main__":
    print("\n".join(line for name in sys.argv[1:] for line in script(load(find_lab(name)))))
