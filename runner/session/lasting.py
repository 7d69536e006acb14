"""What earlier steps made and is to last: told when it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from runner.engine.testbed import Testbed
from runner.lab.model import Lab, Step
from runner.session import progress
from runner.session.events import Verdict
from runner.session.judge import Looker, judge_step
from runner.session.standing import whys
from runner.session.touched import about, touched


@dataclass
class Lasting:
    """Which earlier steps held when they were looked at last."""

    lab: Lab
    testbed: Testbed
    held: set[str] = field(default_factory=set)  # their ids

    def undone(self, current: Step, told: set[str]) -> Iterator[tuple[Step, str]]:
        """Steps that held and hold no more, each with its reason; none whose reason is in `told`, in English."""
        looker = Looker(self.testbed)
        for step in self._steps(current):
            now = judge_step(self.testbed, self.lab, replace(step, ask=None), looker=looker)
            if now.verdict is Verdict.PASS:
                self.held.add(step.id)
            elif now.verdict is Verdict.NOT_YET and step.id in self.held:
                self.held.discard(step.id)
                why = next(each.finding.why for each in now.judged if each.verdict is Verdict.NOT_YET and not each.fact)
                if not told & {*whys(now)}:
                    told |= {*whys(now)}
                    yield step, why

    def _steps(self, current: Step) -> Iterator[Step]:
        """Steps that were passed, the last one first, and that no later one, done or current, was to change again."""
        states = progress.states(self.lab.name)
        later = touched(current)
        for step in reversed(self.lab.steps):
            if step is current or states.get(step.id) not in progress.DONE:
                continue
            if step.checks and not step.looks and not about(step) & later:
                yield step
            later |= touched(step)
