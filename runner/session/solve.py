"""A step done for the student: its model answer played where they work, and judged. Kept as done with help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runner.engine.baseline import holdings
from runner.engine.testbed import Testbed
from runner.lab.dockerline import read
from runner.lab.model import Command, DockerCommand, HostCommand, Lab, Step, TypedCommand
from runner.lab.shellwords import split
from runner.session import progress
from runner.session.answers import automatic_answer
from runner.session.events import CommandPlayed, Judged, StepJudged, Verdict
from runner.session.judge import judge_step
from runner.session.overlaps import require_ranges
from runner.session.play import play_commands


def solve(testbed: Testbed, lab: Lab, step: Step) -> Iterator[CommandPlayed | StepJudged]:
    """Plays what is not there yet, answers the question, and ends with the verdict.

    What counts is how things stand at the end: a command that fails because the student had done its work already is
    no fault. Raises EngineFailed, NotKept; NameTaken, with nothing done, where a range that it needs is not free.
    """
    commands = _looks(step) if _holds(testbed, lab, step) else _undone(testbed, step)
    require_ranges(testbed, commands)
    progress.assist(lab.name, step.id)
    seen: list[Judged] = []
    for each in play_commands(testbed, lab, step.id, commands):
        if isinstance(each, CommandPlayed):
            yield each
        elif each.check == "refused":
            seen.append(each)
    answer = automatic_answer(testbed, lab, step)
    judged = judge_step(testbed, lab, step, answer=answer, played=seen)
    if answer is not None:
        progress.answered(lab.name, step.id, answer)
    if judged.verdict is Verdict.PASS:
        progress.passed(lab.name, step.id)
    yield judged


def _holds(testbed: Testbed, lab: Lab, step: Step) -> bool:
    """Whether the step's work is done: all but the question."""
    counted = any(not call.fact for call in step.checks)
    return counted and judge_step(testbed, lab, replace(step, ask=None)).verdict is Verdict.PASS


def _looks(step: Step) -> list[Command]:
    """The step's commands that change nothing, because they only look, or because they are refused."""
    return [command for command in step.do if _only_looks(command)]


def _only_looks(command: Command) -> bool:
    if not isinstance(command, DockerCommand):
        return isinstance(command, HostCommand)
    line = read(split(command.line))
    return command.fails is not None or not (line.verb.changes or line.has("d", "detach"))


def _undone(testbed: Testbed, step: Step) -> list[Command]:
    """The step's commands, without those that make what is there already, and what would be typed into it."""
    first = testbed.servers[0].name
    there = {(each.server, each.kind, each.name) for each in holdings(testbed)}
    left: list[Command] = []
    shut: set[tuple[str, str]] = set()  # containers whose terminal is not opened
    for command in step.do:
        on = command.on or first
        if isinstance(command, TypedCommand) and (on, command.inside) in shut:
            continue
        if isinstance(command, DockerCommand) and not command.fails:
            names = read(split(command.line)).names
            made = {(on, each.kind, each.name) for each in names if each.made}
            if made & there:
                shut |= {(on, name) for _, kind, name in made if kind == "container"}
                continue
            if read(split(command.line)).command in ("rm", "network rm"):
                there -= {(on, each.kind, each.name) for each in names}
        left.append(command)
    return left
