"""Which containers and networks a step is about: those that its model answer names."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from runner.lab.dockerline import DockerLine, read
from runner.lab.model import DockerCommand, Step


def touched(step: Step) -> frozenset[str]:
    """The names of the containers that the step's commands make, start, stop, connect, remove …"""
    changing = (line for line in _lines(step) if line.verb.changes)
    return frozenset(named.name for line in changing for named in line.names if named.kind == "container")


def about(step: Step) -> frozenset[str]:
    """The names in its commands and in what its checks are given."""
    given = [value for call in step.checks for value in call.arguments.values()]
    listed = [each for value in given if isinstance(value, (list, tuple)) for each in value]
    return named(step) | {each for each in [*given, *listed] if isinstance(each, str)}


def named(step: Step) -> frozenset[str]:
    """The names of all containers and networks in the step's commands."""
    return frozenset(each.name for line in _lines(step) for each in line.names)


def _lines(step: Step) -> Iterator[DockerLine]:
    return (read(shlex.split(each.line)) for each in step.do if isinstance(each, DockerCommand))
