"""Follows a lab on a student's engine: judges its steps after each change, and tells what became different."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace

from runner.engine import baseline_files
from runner.engine.changes import Changes
from runner.engine.sight.topology import Topology, survey
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, NotHere, NotKept
from runner.lab.model import Lab, Step
from runner.session import progress
from runner.session.events import LabOpened, Progressed, StepJudged, Verdict
from runner.session.judge import Looker, judge_step, unjudged
from runner.session.progress import DONE, TODO, Kept

_AGAIN = 2.0  # seconds between looks while the current step is red: what starts to listen makes no event
_SETTLING = 0.4  # seconds after a change in which what it started becomes ready
_GLANCE = 0.5  # seconds between looks at what is kept: another terminal may have answered or passed
_COMING = 0.5  # seconds between looks for an engine that is gone


@dataclass(frozen=True, slots=True)
class Moved:
    """What is kept of the steps, and with it the one to work on (None when all are done)."""

    current: Step | None
    states: dict[str, str]


@dataclass(frozen=True, slots=True)
class Mapped:
    """The engines as they are, after a look at every step."""

    topology: Topology


Watched = LabOpened | Moved | StepJudged | Progressed | Mapped


@dataclass
class Watch:
    """One lab, followed. `find` gives the engine, and gives it again after it was gone. `maps`: the map is told too."""

    lab: Lab
    find: Callable[[], Testbed]
    maps: bool = False
    _over: threading.Event = field(default_factory=threading.Event)
    _changes: Changes | None = None
    _kept: dict[str, Kept] | None = None
    _told: dict[str, tuple[Verdict, str]] = field(default_factory=dict)
    _looked: dict[str, float] = field(default_factory=dict)  # when a step was judged last
    _unkept: str = ""  # what was said of progress that could not be kept

    def events(self) -> Iterator[Watched]:
        """What there is to tell, until `stop`. A verdict is told when it, or its reason, is another than before.

        Raises what `find` raises when there is no engine at first; one that goes away later is waited for.
        """
        testbed: Testbed | None = self.find()
        yield from self._move()
        while not self._over.is_set():
            try:
                testbed = testbed or self.find()
                yield from self._followed(testbed)
            except (EngineFailed, NotHere) as gone:
                yield from self._blind(gone)
                self._over.wait(_COMING)
            if testbed:
                _let_go(testbed)
            testbed = None

    def stop(self) -> None:
        """Ends `events`, from any thread."""
        self._over.set()
        if self._changes:
            self._changes.close()

    @property
    def complete(self) -> bool:
        """Whether every step has passed."""
        return all(self._state(step) in DONE for step in self.lab.steps)

    # --- an engine that answers

    def _followed(self, testbed: Testbed) -> Iterator[Watched]:
        with Changes(testbed) as self._changes:
            yield LabOpened(self.lab.name, self.lab.title, testbed.kind, testbed.version)
            yield from self._look_at_all(testbed)
            due, settling = time.monotonic() + _SETTLING, True
            while not self._over.is_set():
                came = self._changes.wait(max(0.0, min(due - time.monotonic(), _GLANCE)))
                if came or self._kept_anew():
                    yield from self._look_at_all(testbed)
                    due, settling = time.monotonic() + _SETTLING, True
                elif time.monotonic() >= due:
                    moved = self._current is not None and (yield from self._look(testbed, [self._current]))
                    if moved or settling:
                        yield from self._look_at_all(testbed)
                    due, settling = time.monotonic() + _AGAIN, False

    def _look_at_all(self, testbed: Testbed) -> Iterator[Watched]:
        """Judges every step, the current one first; anew from there where something changes meanwhile."""
        anew = True
        while anew and not self._over.is_set():
            others = [step for step in self.lab.steps if step is not self._current]
            others.sort(key=lambda step: self._looked.get(step.id, 0.0))  # those first that were not come to
            anew = yield from self._look(testbed, [self._current, *others] if self._current else others)
        if self.maps and not self._over.is_set():
            yield Mapped(survey(testbed))

    def _look(self, testbed: Testbed, steps: list[Step]) -> Generator[Watched, None, bool]:
        """Judges these steps in one pass; whether something changed meanwhile, so that it must be done again.

        Raises EngineFailed when an engine is gone.
        """
        assert self._changes
        yield from self._move()
        looker, only_current = Looker(testbed), len(steps) == 1
        while steps and not self._over.is_set():
            step = steps.pop(0)
            judged = self._judged(looker, step)
            if looker.gone:
                raise looker.gone
            self._looked[step.id] = time.monotonic()
            turned = self._told.get(step.id, (None, ""))[0] is Verdict.NOT_YET
            yield from self._tell(judged)
            if self._counts(step, judged, turned) and (yield from self._recorded(step)):
                yield from self._move()
                if only_current:
                    return True
                if self._current in steps:
                    steps.remove(self._current)
                    steps.insert(0, self._current)
            if steps and self._changes.wait(0):
                return True
        return False

    def _judged(self, looker: Looker, step: Step) -> StepJudged:
        """The step as it is now. Of one that has passed the question is left out: its right answer changes in time."""
        kept = self._kept_of(step)
        if step.ask is None or kept.state not in DONE:
            return judge_step(looker.testbed, self.lab, step, answer=kept.answer, looker=looker)
        judged = judge_step(looker.testbed, self.lab, replace(step, ask=None), looker=looker)
        nothing_counts = all(each.fact for each in judged.judged)
        return replace(judged, verdict=Verdict.PASS) if nothing_counts and not looker.gone else judged

    def _tell(self, judged: StepJudged) -> Iterator[StepJudged]:
        said = (judged.verdict, why(judged))
        if self._told.get(judged.step) != said:
            self._told[judged.step] = said
            yield judged

    # --- an engine that is gone

    def _blind(self, gone: EngineFailed | NotHere) -> Iterator[StepJudged]:
        """Every step as one that cannot be judged, for the reason that was seen first."""
        for step in self.lab.steps:
            if self._told.get(step.id, (None, ""))[0] is not Verdict.CANNOT_JUDGE:
                yield from self._tell(unjudged(self.lab, step, Verdict.CANNOT_JUDGE, gone.what, gone.hint))

    # --- progress

    @property
    def _current(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.lab.steps if self._state(step) == "todo"), None)

    def _state(self, step: Step) -> str:
        return self._kept_of(step).state

    def _kept_of(self, step: Step) -> Kept:
        return (self._kept or {}).get(step.id, TODO)

    def _kept_anew(self) -> bool:
        return progress.kept(self.lab.name) != self._kept

    def _move(self) -> Iterator[Moved]:
        """Reads what is kept, and tells it where it is another than before."""
        kept = progress.kept(self.lab.name)
        if kept != self._kept:
            self._kept = kept
            yield Moved(self._current, {step.id: self._state(step) for step in self.lab.steps})

    def _counts(self, step: Step, judged: StepJudged, turned: bool) -> bool:
        """Whether it is to be kept that the step passed: the current one, or one that `turned` before our eyes.

        A step that only looks may hold before anybody looked, and a session shows its steps one by one: where one is
        open it is the session that knows of what comes later, and of looking.
        """
        if judged.verdict is not Verdict.PASS or step.ask or self._state(step) in DONE:
            return False
        if baseline_files.open_for(self.lab.name):
            return step is self._current and not step.looks
        return step is self._current or (turned and not step.looks)

    def _recorded(self, step: Step) -> Generator[Progressed, None, bool]:
        """Keeps that the step passed; whether it could."""
        try:
            progress.passed(self.lab.name, step.id)
        except NotKept as failed:
            if failed.what != self._unkept:
                self._unkept = failed.what
                yield Progressed(self.lab.name, failed.what)
            return False
        return True


def why(judged: StepJudged) -> str:
    """The reason of a verdict that is no pass: that of the first finding which made it; "" for a pass."""
    if judged.verdict is Verdict.PASS:
        return ""
    made = (each for each in judged.judged if not each.fact and each.verdict is judged.verdict)
    return next((each.finding.why for each in made), "")


def _let_go(testbed: Testbed) -> None:
    for server in testbed.servers:
        server.docker.close()
