"""The named mistake of a step that is behind a finding."""

from __future__ import annotations

from checks.words import english
from runner.lab.model import Step
from runner.session.events import Judged


def misconception(step: Step, judged: Judged) -> str:
    """What the lab says about the mistake whose words the finding's reason holds; "" where none is named."""
    why = str(english(judged.finding.why)).casefold()
    return next((each.text for each in step.mistakes if each.text and each.says.casefold() in why), "")
