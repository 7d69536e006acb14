"""Reads the steps of a lab."""

from __future__ import annotations

import re

from checks.words import say
from runner.lab import dockerline, values
from runner.lab.calls import checks
from runner.lab.commands import commands
from runner.lab.model import Command, DockerCommand, Mistake, Step
from runner.lab.nodes import Listing, Node
from runner.lab.problems import shown
from runner.lab.questions import question
from runner.lab.reading import Fields, Reading, fields
from runner.lab.shellwords import split

_KEYS = ("id", "title", "text", "do", "check", "ask", "hints", "mistakes", "points", "looks", "matters")
_MISTAKE_KEYS = ("do", "then", "says", "text")
IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def steps(reading: Reading, node: Node | None) -> tuple[Step, ...]:
    """All steps, in order; ids are unique."""
    found = [_step(reading, each) for each in values.items(reading, node, "steps")]
    read = [each for each in found if each is not None]
    lines: dict[str, int] = {}
    for each in read:
        if each.id and each.id in lines:
            text = say("a step {id} is here already, in line {line}", id=each.id, line=lines[each.id])
            reading.problems.add(each.location.line, text)
        lines.setdefault(each.id, each.location.line)
    return tuple(read)


def _step(reading: Reading, node: Node) -> Step | None:
    found = fields(reading, node, say("a step"), _KEYS)
    if found is None:
        return None
    step = Step(
        id=identifier(reading, found.need("id"), "id"),
        title=values.line(reading, found.need("title"), "title"),
        text=values.text(reading, found.need("text"), "text"),
        location=reading.at(node),
        do=commands(reading, found.get("do"), "do"),
        checks=checks(reading, found.get("check")),
        ask=question(reading, found.get("ask")),
        hints=values.texts(reading, found.get("hints"), "hints", say("a hint")),
        mistakes=_mistakes(reading, found.get("mistakes")),
        points=values.number(reading, found.get("points"), "points", least=0, most=1000) if "points" in found else 1,
        looks=values.flag(reading, found.get("looks"), "looks"),
        matters=values.line(reading, found.get("matters"), "matters"),
    )
    _judged(reading, found, step)
    return step


def identifier(reading: Reading, node: Node | None, what: str) -> str:
    """A word of small letters, digits and hyphens: it is typed on command lines and is a file's name."""
    word = values.line(reading, node, what)
    if node is not None and word and not is_identifier(word):
        wanted = say("small letters, digits and hyphens, such as first-run")
        reading.wrong(node, say("{what} must be {wanted}, not {word}", what=what, wanted=wanted, word=shown(word)))
    return word


def is_identifier(word: str) -> bool:
    return len(word) <= 40 and IDENTIFIER.fullmatch(word) is not None


def _judged(reading: Reading, found: Fields, step: Step) -> None:
    """A step can be judged, can fail, and changes nothing where it says so."""
    name = step.id or say("without an id")
    if found.lacks("check", "ask"):
        reading.wrong(found.node, say("the step {name} has neither check nor ask: nothing to judge", name=shown(name)))
    elif found.lacks("ask") and _only_facts(found.get("check"), step):
        reading.wrong(found.node, say("all checks of the step {name} are facts: it could not fail", name=shown(name)))
    if step.looks:
        for command in filter(_changes, step.do):
            text = say("this changes something, yet the step {name} says looks: true", name=shown(name))
            reading.problems.add(command.location.line, text)


def _only_facts(node: Node | None, step: Step) -> bool:
    """Whether every check is a fact; a check that could not be read may well be none."""
    written = len(node.items) if isinstance(node, Listing) else 1
    return bool(step.checks) and len(step.checks) == written and all(each.fact for each in step.checks)


def _changes(command: Command) -> bool:
    """Whether the command leaves something changed behind, as far as its words tell."""
    if not isinstance(command, DockerCommand) or command.fails:
        return False
    try:
        line = dockerline.read(split(command.line))
    except (ValueError, LookupError):
        return False  # told already
    return line.verb.changes and not line.throwaway


def _mistakes(reading: Reading, node: Node | None) -> tuple[Mistake, ...]:
    found = [_mistake(reading, each) for each in values.items(reading, node, "mistakes")]
    return tuple(each for each in found if each is not None)


def _mistake(reading: Reading, node: Node) -> Mistake | None:
    found = fields(reading, node, say("a mistake"), _MISTAKE_KEYS)
    if found is None:
        return None
    if "do" in found and "then" in found:
        reading.wrong(node, say("a mistake has do (instead of the step's own) or then (after it), not both"))
    elif found.lacks("do", "then"):
        reading.wrong(node, say("a mistake needs do (instead of the step's own) or then (after it)"))
    return Mistake(
        says=values.line(reading, found.need("says"), "says"),
        location=reading.at(node),
        do=commands(reading, found.get("do"), "do"),
        then=commands(reading, found.get("then"), "then"),
        text=values.text(reading, found.get("text"), say("the text of a mistake")),
    )
