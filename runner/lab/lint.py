"""More than loading asks of a lab file: what a good author would not leave so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from checks.words import say
from runner.lab import dockerline
from runner.lab.loader import load
from runner.lab.model import Command, DockerCommand, HostCommand, Lab, Location, Step, TypedCommand
from runner.lab.problems import LabProblems, Problem, shown
from runner.lab.shellwords import split
from runner.lab.translation import languages, translation

_IMAGES = ("IMG", "vethlab/node", "vethlab/node:latest", "ubuntu:24.04")
_SHORTEST_SAYS = 3


def lint(path: Path) -> Lab:
    """The lab of a file in which nothing is wrong, nor in its translations. Raises `LabProblems` with all that is."""
    lab = load(path)
    found = [*_naming(lab), *_unused(lab), *_translations(lab)]
    for step in lab.steps:
        found += _step(step)
    for command in _commands(lab):
        found += _image(command)
    if found:
        raise LabProblems(found)
    return lab


def _naming(lab: Lab) -> Iterator[Problem]:
    """`vethlab start NAME` looks for a file of that name."""
    if lab.path.stem != lab.name:
        text = say("the lab {name} must be in a file {name}.yaml", name=lab.name)
        yield Problem(Location(lab.steps[0].location.file, 1), text)


def _translations(lab: Lab) -> Iterator[Problem]:
    """What is too much or broken in them; what they lack is no problem."""
    for language in languages(lab.path):
        try:
            translation(lab, language)
        except LabProblems as problems:
            yield from problems.problems


def _unused(lab: Lab) -> Iterator[Problem]:
    """What the lab never makes must not be in `uses`: reset would be allowed to remove it."""
    mentioned = " ".join(_line(command) for command in _commands(lab))
    for name in (*lab.uses.networks, *lab.uses.containers):
        whole = rf"(?<![\w.-]){re.escape(name)}(?![\w.-])"  # the characters of Docker's names: c1 is not in c10
        if lab.uses.location and not re.search(whole, mentioned):
            text = say("{name} is in uses, yet no command of the lab names it", name=name)
            yield Problem(lab.uses.location, text)


def _step(step: Step) -> Iterator[Problem]:
    if not step.hints:
        yield Problem(step.location, say("the step {name} has no hints", name=step.id))
    if step.checks and not (step.do or step.ask or step.looks):
        text = say(
            "the step {name} has checks, but no do that makes them pass, and does not say looks: true", name=step.id
        )
        yield Problem(step.location, text)
    for mistake in step.mistakes:
        if len(mistake.says) < _SHORTEST_SAYS:
            text = say("says: {says} is so short that nearly any finding holds it", says=shown(mistake.says))
            yield Problem(mistake.location, text)


def _image(command: Command) -> Iterator[Problem]:
    """A private engine has one image and no way out to fetch another."""
    if not isinstance(command, DockerCommand) or command.fails:
        return
    image = dockerline.read(split(command.line)).image
    if image is not None and image not in _IMAGES:
        text = say("the image {image} is not on a private engine: write IMG, the lab image", image=shown(image))
        yield Problem(command.location, text)


def _commands(lab: Lab) -> Iterator[Command]:
    """Every command of the lab: of its set-up, its steps, their mistakes, the answers to their questions."""
    yield from lab.setup
    for step in lab.steps:
        yield from step.do
        yield from (answer.command for answer in (step.ask.answer if step.ask else ()))
        for mistake in step.mistakes:
            yield from (*mistake.do, *mistake.then)


def _line(command: Command) -> str:
    match command:
        case TypedCommand():
            return f"{command.inside} {command.line}"
        case DockerCommand() | HostCommand():
            return command.line
