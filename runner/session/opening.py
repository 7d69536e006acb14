"""A lab opened for a student, and closed at its end: the baseline, the set-up, what was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checks.words import say
from runner.engine import baseline_files, records
from runner.engine.baseline import Baseline
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from runner.interrupt import undisturbed
from runner.lab.model import Command, Lab, Step
from runner.session import progress
from runner.session.events import Event, Judged
from runner.session.play import play_commands
from runner.session.rebuild import lost, restore


@dataclass(frozen=True)
class Opened:
    """A lab that a student works on. `fresh`: it was opened just now, not gone on with."""

    lab: Lab
    testbed: Testbed
    baseline: Baseline
    fresh: bool

    def count_done(self) -> int:
        """How many of its steps are passed, with help or without."""
        kept = progress.states(self.lab.name)
        return sum(kept.get(step.id) in progress.DONE for step in self.lab.steps)

    def set_up(self) -> Iterator[Event]:
        """Plays the lab's set-up where it was opened just now. Raises EngineFailed where it fails."""
        if not self.fresh:
            return
        for each in play_commands(self.testbed, self.lab, "", self.lab.setup, self.baseline.reused):
            if isinstance(each, Judged):
                raise EngineFailed(
                    say("the set-up failed: {why}", why=each.finding.why), f"vethlab reset {self.lab.name}"
                )
            yield each

    def lacks(self, step: Step) -> tuple[Command, ...]:
        """What would bring back what the step needs and the engine has no more; nothing on what was opened just now."""
        return lost(self.testbed, self.lab, step)

    def bring_back(self, step: Step) -> Iterator[Event]:
        """Plays that."""
        yield from restore(self.testbed, self.lab, step)

    def close(self) -> list[str]:
        """Takes away what the lab made, and the engine where it was started for labs and no other is open on it.

        Why something stays, a line each.
        """
        with undisturbed():
            problems = self.baseline.clear(self.testbed)
            if not problems:
                end_unused(self.testbed)
        return problems


def opened(testbed: Testbed, lab: Lab) -> Opened:
    """The student's lab on that engine, opened now or gone on with. Raises NameTaken, EngineFailed."""
    baseline, fresh = Baseline.of_session(testbed, lab)
    return Opened(lab, testbed, baseline, fresh)


def end_unused(testbed: Testbed) -> None:
    """Ends engines that were started for labs, once no lab is open on them."""
    record = records.read(testbed.name) if testbed.name else None
    if record is None or not records.lives_for_labs(record).exists():
        return
    if not any(entry.engine == f"private-{testbed.name}" for entry in baseline_files.entries()):
        testbed.close()


def forget_lost_engines() -> None:
    """Closes the baselines of private engines that are gone: with them went all that they held."""
    running = {f"private-{record.name}" for record in records.lasting()}
    for entry in baseline_files.entries():
        if entry.session and entry.engine.startswith("private-") and entry.engine not in running:
            baseline_files.closed(entry)
