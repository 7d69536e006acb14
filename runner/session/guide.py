"""Leads a student through a lab: looks after each command, says what changed, and goes on only when it was seen.

It prints nothing: it returns tellings. The engine is looked at as it is; the command line tells only whether one has
done something, and of typing errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checks.words import say
from runner.engine.testbed import Testbed
from runner.lab.model import Lab, Step
from runner.session import progress, tellings
from runner.session.events import CommandPlayed, StepJudged, Verdict
from runner.session.judge import judge_step
from runner.session.lasting import Lasting
from runner.session.misspelt import WORDS
from runner.session.pathway import is_a_look, on_the_way
from runner.session.recording import Recording
from runner.session.slips import lost_word, slip
from runner.session.solve import solve
from runner.session.standing import Standing, first_of, stands, whys, work
from runner.session.tellings import Telling
from runner.session.touched import named

_LOOKING = re.compile(r"\s*(sudo\s+)?(docker|onhost|vethlab)\b")
_DOCKER = re.compile(r"\s*(sudo\s+)?docker\b")
_ARRIVING = (
    0.06  # seconds for a command's events to be read: they are sent before it returns, but a busy machine is late
)
_SETTLES = re.compile(r"\bexec\b.*\s-\w*d|\brun\b.*\bnc\b")  # what it starts is ready a moment after docker returned
_SETTLING = 0.15  # seconds


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that the student ran: as typed (cut off where it is very long), and what it returned."""

    line: str
    code: int


@dataclass
class Guide:
    """One student's way through one lab. `step` is the one worked on; None when all are done."""

    lab: Lab
    testbed: Testbed
    step: Step | None
    changed: Callable[[float], bool] = field(default=lambda _seconds: True)  # whether the engine changed meanwhile
    recording: Recording = field(default_factory=Recording)
    _judged: StepJudged | None = None  # as it was told last
    _standing: Standing | None = None
    _last: Step | None = None  # the one passed last
    _next_waits: bool = False  # Enter shows the next step
    _seen: bool = False  # something was run since the step was shown
    _lasting: Lasting = field(init=False)

    def __post_init__(self) -> None:
        self._lasting = Lasting(self.lab, self.testbed)

    # --- where one is

    @property
    def where(self) -> str:
        """For the prompt: `bridge 3/11`."""
        if self.step is None:
            return f"{self.lab.name} \N{CHECK MARK}"
        return f"{self.lab.name} {self._number(self.step)}/{len(self.lab.steps)}"

    def shown(self) -> list[Telling]:
        """The current step's text, and a first look that says only what the student must know."""
        self._next_waits, self._seen = False, False
        if self.step is None:
            return [self._done()]
        judged, standing = self._look(self.step)
        self._judged, self._standing = judged, standing
        return [tellings.StepShown(self.step, self._number(self.step), len(self.lab.steps)), *self._on_arrival(judged)]

    def _on_arrival(self, judged: StepJudged) -> Iterator[Telling]:
        assert self.step
        match self._standing:
            case (Standing.HOLDS | Standing.OPEN | Standing.RED) as standing if self._passed_before(self.step):
                yield tellings.PassedBefore(self.step, standing is not Standing.RED, self._to_do())
            case Standing.HOLDS:
                yield tellings.HoldsAlready(self.step)
            case Standing.BLIND | Standing.UNSUPPORTED:
                yield from self._unseen(judged)

    def _passed_before(self, step: Step) -> bool:
        return progress.states(self.lab.name).get(step.id) in progress.DONE

    def _to_do(self) -> int | None:
        """The number of the first step that is not done."""
        step = progress.current(self.lab)
        return self._number(step) if step else None

    def _number(self, step: Step) -> int:
        return self.lab.steps.index(step) + 1

    def _done(self) -> Telling:
        kept = progress.states(self.lab.name)
        return tellings.LabDone(self.lab, tuple(kept.get(step.id, "todo") for step in self.lab.steps))

    # --- after each command

    def prompted(self, ran: Ran | None) -> list[Telling]:
        """What there is to tell before the next prompt; `ran` is None where nothing was run."""
        changed = self.changed(_ARRIVING if ran and _DOCKER.match(ran.line) else 0)
        if ran and changed:
            self.recording.unseen(ran.line)
        return [*self._prompted(ran, changed), *self.recording.remarks()]

    def record(self, ran: Ran) -> None:
        """Keeps a command in the journal: at once, however long the look after it takes."""
        self.recording.typed(ran.line, ran.code)

    def _prompted(self, ran: Ran | None, changed: bool) -> list[Telling]:
        if ran and ran.line.partition(" ")[0] in WORDS:
            if not changed:
                return []  # it has been answered already
            ran = None
        word = lost_word(ran.line, ran.code) if ran else ""
        lost: list[Telling] = [tellings.Slip(word)] if word else []
        if self._next_waits:
            return [*lost, *self.shown()]
        if self.step is None:
            return lost
        self._seen = self._seen or bool(ran and _looked(self.step, ran))
        before, (judged, standing) = self._standing, self._settled(ran)
        told, self._judged, self._standing = self._judged, judged, standing
        found = [*self._slips(ran)]
        if standing is Standing.HOLDS:
            return [*found, *(self._passed(judged) if self._seen or before is not Standing.HOLDS else [])]
        if ran and not ran.code and standing is Standing.RED and on_the_way(self.step, ran.line, self.testbed.image):
            return [tellings.OnTheWay(first_of(judged, Verdict.NOT_YET) or judged.judged[0])]
        news = self._news(None if found else ran, changed, told, judged)
        if before is Standing.BLIND and standing is not Standing.BLIND:
            found.append(tellings.SeesAgain())
        if news or before is not standing:
            found += self._told(judged, standing, before)
        return [*found, *self._undone(judged, changed)]

    def _settled(self, ran: Ran | None) -> tuple[StepJudged, Standing]:
        """A look; a second one where what the command started may need a moment."""
        assert self.step
        judged, standing = self._look(self.step)
        if standing is Standing.RED and ran and _SETTLES.search(ran.line):
            self.changed(_SETTLING)
            return self._look(self.step)
        return judged, standing

    def _news(self, ran: Ran | None, changed: bool, told: StepJudged | None, judged: StepJudged) -> bool:
        """Whether what is still missing is worth a line now: it is another thing, or what was done brought nothing."""
        if ran and ran.code and _DOCKER.match(ran.line):
            return True
        return bool(ran and changed) or told is None or whys(told) != whys(judged)

    def _slips(self, ran: Ran | None) -> Iterator[Telling]:
        """The typing error behind a command that failed."""
        if ran is None or not ran.code:
            return
        names = sorted(frozenset().union(*(named(step) for step in self.lab.steps)))
        if found := slip(ran.line, names, ran.code):
            yield tellings.Slip(found)

    def _told(self, judged: StepJudged, standing: Standing, before: Standing | None) -> Iterator[Telling]:
        assert self.step
        match standing:
            case Standing.OPEN:
                if before is not Standing.OPEN and work(judged):
                    yield tellings.QuestionOpen(self.step, judged)
            case Standing.RED:
                yield self._not_yet(judged)
            case _ if before is not standing:
                yield from self._unseen(judged)

    def _not_yet(self, judged: StepJudged, *, whole: bool = False) -> Telling:
        assert self.step
        first = first_of(judged, Verdict.NOT_YET) or judged.judged[0]
        return tellings.NotYet(self.step, first, whole)

    def _unseen(self, judged: StepJudged) -> Iterator[Telling]:
        wanted = Verdict.UNSUPPORTED if judged.verdict is Verdict.UNSUPPORTED else Verdict.CANNOT_JUDGE
        first = first_of(judged, wanted) or judged.judged[0]
        yield tellings.Unseen(first, unsupported=wanted is Verdict.UNSUPPORTED)

    def _passed(self, judged: StepJudged) -> list[Telling]:
        """Records the pass; the next step comes with the next Enter."""
        assert self.step
        passed = self.step
        state = progress.passed(self.lab.name, passed.id)
        self._lasting.held.add(passed.id)
        self.step = self._last_then_next(passed)
        told: list[Telling] = [tellings.Passed(passed, judged, self.step, assisted=state == "assisted")]
        return told if self.step else [*told, self._done()]

    def _last_then_next(self, done: Step) -> Step | None:
        """The step to go on with: the first after `done` that is to do, else the first of all."""
        self._last = done
        kept = progress.states(self.lab.name)
        place = self.lab.steps.index(done)
        order = [*self.lab.steps[place + 1 :], *self.lab.steps[:place]]
        following = next((step for step in order if kept.get(step.id, "todo") == "todo"), None)
        self._next_waits = following is not None
        return following

    def _undone(self, judged: StepJudged, changed: bool) -> Iterator[Telling]:
        """Earlier steps that held and hold no more."""
        if changed and self.step and judged.verdict is not Verdict.CANNOT_JUDGE:
            for step, why in self._lasting.undone(self.step, {*whys(judged)}):
                yield tellings.Undone(step, why)

    # --- looking

    def _look(self, step: Step) -> tuple[StepJudged, Standing]:
        kept = progress.kept(self.lab.name).get(step.id, progress.TODO)
        judged = judge_step(self.testbed, self.lab, step, answer=kept.answer)
        return judged, stands(judged)

    # --- the words

    def word(self, word: str, rest: str) -> list[Telling]:
        """What one of the student's words does and tells."""
        return [*self._worded(word, rest), *self.recording.remarks()]

    def _worded(self, word: str, rest: str) -> list[Telling]:
        if word in ("why", "step"):
            return self._why() if word == "why" else self._step(rest)
        if self._next_waits:
            return self._shown_instead()
        if self.step is None:
            return [self._done()]
        return self._word(self.step, word, rest)

    def _shown_instead(self) -> list[Telling]:
        """The next step in the place of what was asked for: that was about a step that is passed."""
        assert self._last
        number = self._number(self._last)
        what = say("{step} is done already, so this is the next one; `step {number}` goes back to it",
                   step=self._last.id, number=number)  # fmt: skip
        return [tellings.Remark(what), *self.shown()]

    def _word(self, step: Step, word: str, rest: str) -> list[Telling]:
        does: dict[str, Callable[[], list[Telling]]] = {
            "check": lambda: self._check(step),
            "hint": lambda: self._hint(step),
            "answer": lambda: self._answer(step, rest),
            "solution": lambda: self._solution(step),
            "solve": lambda: list(self._solve(step)),
            "skip": lambda: self._skip(step),
        }
        return does[word]()

    def _check(self, step: Step) -> list[Telling]:
        if self._standing is Standing.BLIND:
            self.changed(0)  # tries to follow the engine again
        judged, standing = self._look(step)
        self._judged, self._standing = judged, standing
        match standing:
            case Standing.HOLDS:
                return self._passed(judged)
            case Standing.OPEN:
                return [tellings.QuestionOpen(step, judged)]
            case Standing.RED:
                return [self._not_yet(judged, whole=True)]
        return list(self._unseen(judged))

    def _hint(self, step: Step) -> list[Telling]:
        self.recording.helped(step, "hint")
        return [tellings.Hint(step, progress.hinted(self.lab.name, step.id))]

    def _why(self) -> list[Telling]:
        """What is behind the last finding; after a pass, why it matters."""
        if self.step and not self._next_waits and self._judged:
            match self._standing:
                case Standing.RED:
                    return [self._not_yet(self._judged, whole=True)]
                case Standing.BLIND | Standing.UNSUPPORTED:
                    return list(self._unseen(self._judged))
        about = self._last
        if self.step and not self._next_waits and self._passed_before(self.step):
            about = self.step
        if about and about.matters:
            return [tellings.Matters(about)]
        return [tellings.Remark(say("nothing is wrong so far: do what the step says; `step` shows it again"))]

    def _step(self, rest: str) -> list[Telling]:
        """The text again, or another step to work on."""
        if rest:
            found = next((each for each in self.lab.steps if rest in (each.id, str(self._number(each)))), None)
            if found is None:
                ids = " ".join(each.id for each in self.lab.steps)
                return [tellings.Remark(say("no step is called so; the steps: {ids}", ids=ids), 2)]
            self.step = found
        return self.shown()

    def _answer(self, step: Step, text: str) -> list[Telling]:
        if step.ask is None:
            return [tellings.Remark(say("this step asks nothing"), 2)]
        if not text.strip():
            return [tellings.Remark(say("type the answer behind the word: answer TEXT"), 2)]
        progress.answered(self.lab.name, step.id, text)
        judged, standing = self._look(step)
        self.recording.answered(judged)
        self._judged, self._standing = judged, standing
        if standing is Standing.HOLDS:
            return self._passed(judged)
        asked = next((each for each in judged.judged if each.check == "ask"), None)
        if asked is None or asked.verdict is not Verdict.NOT_YET:
            missing = list(self._told(judged, standing, None))
            right = tellings.Remark(say("the answer is right"))
            return [right, *missing] if asked and asked.verdict is Verdict.PASS else missing
        kept = say("the step was passed before, and stays so")
        return [tellings.NotYet(step, asked), *([tellings.Remark(kept)] if self._passed_before(step) else [])]

    def _solve(self, step: Step) -> Iterator[Telling]:
        """Plays the model answer; what it printed is shown, and the step counts as assisted."""
        self.recording.helped(step, "solve")
        for each in solve(self.testbed, self.lab, step):
            if isinstance(each, CommandPlayed):
                self.recording.played(each)
                yield tellings.Output(each.line, each.output)
            elif each.answer is not None:
                self.recording.answered(each)
                yield tellings.Output(f"answer {each.answer}", "")
        yield from self._check(step)

    def _solution(self, step: Step) -> list[Telling]:
        self.recording.helped(step, "solution")
        progress.assist(self.lab.name, step.id)
        return [tellings.Solution(step)]

    def _skip(self, step: Step) -> list[Telling]:
        self.recording.helped(step, "skip")
        progress.skipped(self.lab.name, step.id)
        self.step = self._last_then_next(step)
        if self.step is None:
            return [tellings.Skipped(step, None), self._done()]
        return [tellings.Skipped(step, self.step), *self.shown()]


def _looked(step: Step, ran: Ran) -> bool:
    """Whether the student has looked for themselves."""
    return bool(_LOOKING.match(ran.line)) and is_a_look(step, ran.line, ran.code)


def code_of(told: list[Telling]) -> int:
    """What a word returns to the shell: as `check` does, by the worst that it told."""
    codes = [0]
    for each in told:
        match each:
            case tellings.NotYet() | tellings.QuestionOpen():
                codes.append(1)
            case tellings.Unseen():
                codes.append(4 if each.unsupported else 3)
            case tellings.Remark():
                codes.append(each.code)
    return max(codes)
