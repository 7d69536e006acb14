"""Whether what a student typed is a stage of the step's own answer: things may then stand otherwise for a while."""

from __future__ import annotations

from contextlib import suppress

from runner.lab.dockerline import read
from runner.lab.model import DockerCommand, Step
from runner.lab.shellwords import split
from runner.session.touched import named


def on_the_way(step: Step, line: str, image: str) -> bool:
    """Whether the line is one of the step's commands that change something, makes nothing, and is not the last of them.

    What then looks wrong (a container that is stopped, and is to be started by the next command) is as it is to be.
    """
    changing = [words for each in step.do if isinstance(each, DockerCommand) and (words := _words(each.line, image))]
    with suppress(ValueError):
        words = split(line)
        return words in changing[:-1] and not any(each.made for each in read(words).names)
    return False


def is_a_look(step: Step, line: str, code: int) -> bool:
    """Whether the line looks at what the step is about: it names one of its things, and ends as the answer does.

    Where the answer holds a command that must fail (a ping that nobody answers), a look is one that failed.
    """
    fails = any(isinstance(each, DockerCommand) and each.fails is not None for each in step.do)
    return (code != 0) is fails and any(name in line for name in named(step) or {""})


def _words(line: str, image: str) -> list[str]:
    """The words of a command that changes something, as typed; none where it only looks."""
    words = [image.removesuffix(":latest") if word == "IMG" else word for word in split(line)]
    return words if read(words).verb.changes else []
