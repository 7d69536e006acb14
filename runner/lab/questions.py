"""Reads the `ask` of a step: a question with a truth computed live, or with choices."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.words import say
from runner.lab import values
from runner.lab.calls import truth
from runner.lab.commands import command, server
from runner.lab.model import AnswerCommand, DockerCommand, HostCommand, Question
from runner.lab.nodes import Node, Scalar, Table
from runner.lab.problems import shown
from runner.lab.reading import Fields, Reading, fields

_KEYS = ("text", "truth", "on", "answer", "choices", "right", "because")
_ANSWER_KEYS = ("run", "host", "on", "find", "count")
_VALUE = re.compile(r"\{(\d+)\}")
_FEWEST_CHOICES = 3


def question(reading: Reading, node: Node | None) -> Question | None:
    """The question of a step; None where there is none."""
    found = fields(reading, node, "ask", _KEYS)
    if found is None:
        return None
    text = values.text(reading, found.need("text"), say("the text of ask"))
    if "truth" in found and "choices" in found:
        reading.wrong(found.node, say("ask has a truth or choices, not both"))
    elif found.lacks("truth", "choices"):
        reading.wrong(found.node, say("ask needs a truth (computed from the engine) or choices (with right)"))
    if "choices" in found:
        return _with_choices(reading, found, text)
    return _with_truth(reading, found, text)


def _with_truth(reading: Reading, found: Fields, text: str) -> Question:
    on = server(reading, found)
    for key in ("right", "because"):
        if key in found:
            reading.problems.add(found.line(key), say("{key} goes with choices, not with a truth", key=key))
    answer = _answer(reading, found.need("answer")) if "truth" in found else ()
    return Question(text, reading.at(found.node), truth=truth(reading, found.get("truth"), on), answer=answer)


def _with_choices(reading: Reading, found: Fields, text: str) -> Question:
    for key in ("answer", "on"):
        if key in found:
            reading.problems.add(found.line(key), say("{key} goes with a truth, not with choices", key=key))
    node = found.get("choices")
    choices = values.texts(reading, node, "choices", say("a choice"))
    if node is not None and 0 < len(choices) < _FEWEST_CHOICES:
        reading.wrong(node, say("at least {count} choices, or the answer is easily guessed", count=_FEWEST_CHOICES))
    if node is not None and len(set(choices)) < len(choices):
        reading.wrong(node, say("two choices are the same"))
    right = values.number(reading, found.need("right"), "right", least=1, most=max(len(choices), 1))
    because = values.text(reading, found.need("because"), "because")
    return Question(text, reading.at(found.node), choices=choices, right=right, because=because)


def _answer(reading: Reading, node: Node | None) -> tuple[AnswerCommand, ...]:
    found = enumerate(values.items(reading, node, "answer", one=True))
    read = [_answer_command(reading, each, earlier) for earlier, each in found]
    return tuple(each for each in read if each is not None)


def _answer_command(reading: Reading, node: Node, earlier: int) -> AnswerCommand | None:
    """One command of an answer; `earlier` is how many values there are before it."""
    found = fields(reading, node, "answer", _ANSWER_KEYS) if not isinstance(node, Scalar) else None
    if found is None and not isinstance(node, Scalar):
        return None
    plain = command(reading, _command_part(node))
    if not isinstance(plain, DockerCommand | HostCommand):
        return None
    _references(reading, node, plain.line, earlier)
    find, count = (_pattern(reading, found, key, earlier) if found else None for key in ("find", "count"))
    if find is not None and count is not None:
        reading.wrong(node, say("an answer has find or count, not both"))
    return AnswerCommand(plain, find=find, count=count)


def _command_part(node: Node) -> Node:
    """An answer without `find` and `count`, and without what `fields` complained about: a command."""
    if not isinstance(node, Table):
        return node
    return Table(node.line, tuple(_parts(node)), node.complete)


def _parts(node: Table) -> Iterator[tuple[Node, Node]]:
    seen = set()
    for key, value in node.entries:
        if isinstance(key, Scalar) and key.text in ("run", "host", "on") and key.text not in seen:
            seen.add(key.text)
            yield key, value


def _pattern(reading: Reading, found: Fields, key: str, earlier: int) -> str | None:
    """A regular expression that holds, with `{1}` for the values before it."""
    node = found.get(key)
    if node is None:
        return None
    pattern = values.line(reading, node, key)
    _references(reading, node, pattern, earlier)
    try:
        re.compile(_VALUE.sub("x", pattern), re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        reading.wrong(node, say("{key} is no regular expression: {reason}", key=key, reason=shown(str(error))))
    return pattern or None


def _references(reading: Reading, node: Node, text: str, earlier: int) -> None:
    for number in _VALUE.findall(text):
        if not 1 <= int(number) <= earlier:
            wrong = say(
                "{{{number}}} stands for the value of the answer's command {number}, not before this", number=number
            )
            reading.wrong(node, wrong)
