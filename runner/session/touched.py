"""Which containers a step is about: those that its model answer changes."""

from __future__ import annotations

import shlex

from runner.lab.dockerline import read
from runner.lab.model import DockerCommand, Step


def touched(step: Step) -> frozenset[str]:
    """The names of the containers that the step's commands make, start, stop, connect, remove …"""
    lines = [read(shlex.split(each.line)) for each in step.do if isinstance(each, DockerCommand)]
    return frozenset(
        named.name for line in lines if line.verb.changes for named in line.names if named.kind == "container"
    )
