"""The model answer's commands on a testbed: docker lines, lines typed into a terminal, looks at the host."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from checks.words import say
from runner.engine.sdk import HELPER
from runner.engine.sight.shared_kernel import ground
from runner.engine.testbed import Testbed
from runner.errors import UsageError
from runner.lab.dockerline import read
from runner.lab.model import Command, DockerCommand, HostCommand, TypedCommand
from runner.lab.shellwords import trouble
from runner.session.process import finish
from runner.session.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Played:
    """One command as it was played. `exit_code` is None for a typed line, and for a terminal that is still open."""

    line: str
    output: str
    exit_code: int | None
    seconds: float


class Hands:
    """What types the commands. It holds terminals open between a `docker run -i -t` and the lines typed into it.

    Leaving the `with` closes them all. Every method raises EngineFailed when the engine does not answer.
    """

    def __init__(self, testbed: Testbed) -> None:
        self._testbed = testbed
        self._terminals: dict[str, Terminal] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for terminal in self._terminals.values():
            terminal.close()

    def play(self, command: Command) -> Played:
        """Plays one command to its end, or to the prompt of the terminal that it opens."""
        began = time.monotonic()
        if not isinstance(command, TypedCommand):
            self.let_go()
        line, output, exit_code = self._play(command)
        return Played(line, output, exit_code, time.monotonic() - began)

    def let_go(self) -> None:
        """Detaches from every terminal that is held open."""
        while self._terminals:
            self._terminals.popitem()[1].leave()

    def _play(self, command: Command) -> tuple[str, str, int | None]:
        match command:
            case TypedCommand():
                return command.line, self._type(command), None
            case HostCommand():
                argv = host_words(command, self._testbed)
                code, output = finish(argv, self._testbed.environ, lambda: alive(self._testbed, command.on))
                return _shown("onhost", command.on, command.line), output, code
            case DockerCommand():
                output, exit_code = self._docker(command)
                return _shown("", command.on, command.line), output, exit_code

    def _docker(self, command: DockerCommand) -> tuple[str, int | None]:
        words = docker_words(command.line, self._testbed, command.on)
        container = read(split(command.line)).opens
        if container is None:
            code, output = finish(words, self._testbed.environ, lambda: alive(self._testbed, command.on))
            return output, code
        terminal = Terminal(words, self._testbed.environ, lambda: alive(self._testbed, command.on))
        self._terminals[container] = terminal
        terminal.open()
        return terminal.greeting, terminal.exit_code

    def _type(self, command: TypedCommand) -> str:
        terminal = self._terminals.get(command.inside)
        if terminal is None:
            return say("(no terminal of {container} is open)", container=command.inside)
        return terminal.type(command.line)


def docker_words(line: str, testbed: Testbed, on: str | None = None) -> list[str]:
    """The words of `docker …`, with the lab image in the place of IMG, pointed at the server `on`."""
    words = [testbed.image if word == "IMG" else word for word in split(line)]
    if words[0] != "docker":
        raise UsageError(say("not a docker command: {line}", line=line))
    return ["docker", "--context", on, *words[1:]] if on else words


def split(line: str) -> list[str]:
    """A line as words, by the shell's rules of quoting and nothing else of the shell's. Raises UsageError."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(say("cannot be read: {line}: {reason}", line=line, reason=trouble(error))) from error
    if not words:
        raise UsageError(say("an empty command"))
    return words


def alive(testbed: Testbed, on: str | None = None) -> None:
    """Returns when the engine answers. Raises EngineFailed when it does not, within seconds."""
    testbed.server(on).docker.ping()


def host_words(command: HostCommand, testbed: Testbed) -> list[str]:
    """An argument list that runs a looking command in the network namespace of the server's host."""
    return [*host_argv(testbed, command.on), *split(command.line)]


def host_argv(testbed: Testbed, on: str | None) -> list[str]:
    """What stands before a command to run it on the server's host."""
    server = testbed.server(on)
    seen = ground(server.url, server.pid)
    if seen:
        return ["nsenter", f"--net={seen.engine / 'ns/net'}", "--"]
    host = ("--net", "host", "--userns", "host")  # an engine with userns-remap refuses the one without the other
    return ["docker", *_on(on), "run", "--rm", "--label", f"{HELPER}=1", *host, testbed.image]


def _on(server: str | None) -> Sequence[str]:
    return ["--context", server] if server else []


def _shown(word: str, on: str | None, line: str) -> str:
    """The line as a student would type it."""
    if word:
        return " ".join(each for each in (word, on, line) if each)
    return line.replace("docker ", f"docker --context {on} ", 1) if on else line
