"""Answers found by the commands that a student would use: in a run they and the live truth check each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from runner.engine.testbed import Testbed
from runner.lab.model import AnswerCommand, Lab, Step
from runner.session.commands import Hands

_VALUE = re.compile(r"\{(\d)\}")


def automatic_answer(testbed: Testbed, _lab: Lab, step: Step) -> str | None:
    """The answer to the step's question: from its commands' output, or the right choice; None where none is found.

    Raises EngineFailed.
    """
    if step.ask is None:
        return None
    if step.ask.right is not None:
        return str(step.ask.right)
    values: list[str] = []
    with Hands(testbed) as hands:
        for each in step.ask.answer:
            value = _value(hands, each, values)
            if value is None:
                return None
            values.append(value)
    return values[-1] if values else None


def _value(hands: Hands, each: AnswerCommand, values: Sequence[str]) -> str | None:
    """What one command tells: the first group of `find`, the number of lines with `count`, or all it prints."""
    output = hands.play(replace(each.command, line=_filled(each.command.line, values))).output
    if each.count is not None:
        pattern = re.compile(_filled(each.count, [re.escape(value) for value in values]))
        return str(sum(bool(pattern.search(line)) for line in output.splitlines()))
    if each.find is None:
        return output.strip()
    found = re.search(_filled(each.find, [re.escape(value) for value in values]), output, re.MULTILINE)
    return found and (found.group(1) if found.re.groups else found.group())


def _filled(text: str, values: Sequence[str]) -> str:
    """`{1}` as the first value, and so on; a number that no value has stays as it is (`[0-9]{3}` is no value)."""

    def value(match: re.Match[str]) -> str:
        number = int(match.group(1))
        return values[number - 1] if 0 < number <= len(values) else match.group()

    return _VALUE.sub(value, text)
