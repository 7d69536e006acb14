"""The named mistake of a step that is behind a finding."""

from __future__ import annotations

from checks.words import english
from runner.lab.model import Step
from runner.session.events import Judged
from runner.session.touched import named


def misconception(step: Step, judged: Judged) -> str:
    """What the lab says about the mistake whose words the finding's reason holds; "" where none is named.

    A mistake that is told by no more than the name of one of the step's own objects (a command that was refused, and
    so made nothing) says nothing about a reason that holds this name as well.
    """
    why = str(english(judged.finding.why)).casefold()
    names = named(step)
    told = [each for each in step.mistakes if each.text and each.says not in names and each.says.casefold() in why]
    return max(told, key=lambda each: len(each.says)).text if told else ""
