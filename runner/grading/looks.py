"""All steps of a lab looked at, moment by moment, while a submission is replayed; and how each of them ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from checks.finding import Finding
from checks.words import listed, say
from runner.engine.testbed import Testbed
from runner.grading.claims import claimed
from runner.grading.model import GivenAnswer, StepGrade
from runner.grading.rule import Colour, Grants
from runner.grading.steady import steady
from runner.lab.model import Lab, Step
from runner.session.events import Judged, StepJudged, Verdict
from runner.session.judge import Looker, explained, judge_step
from runner.session.standing import whys

PROVED, CLAIMED = "proved", "claimed"
_AGAIN = (0.05, 0.15, 0.4)  # seconds before a step that could not be seen is looked at again
_COLOURS = {Verdict.PASS: Colour.GREEN, Verdict.NOT_YET: Colour.RED}


@dataclass(frozen=True, slots=True)
class _Look:
    """A step at one moment: as this engine has it, and as it stands with a claim that only the file makes."""

    judged: StepJudged
    claim: StepJudged | None = None


@dataclass(frozen=True, slots=True)
class _Passed:
    """The look at which a step passed, and the line before it."""

    judged: StepJudged
    line: int


@dataclass
class Looks:
    """What was seen so far. `answers` are the student's, by step: they count from the beginning."""

    lab: Lab
    testbed: Testbed
    answers: Mapping[str, GivenAnswer]
    assisted: frozenset[str] = frozenset()
    _grants: Grants = field(init=False)
    _proved: dict[int, _Passed] = field(default_factory=dict)
    _claimed: dict[int, _Passed] = field(default_factory=dict)
    _reasons: dict[int, set[tuple[str, ...]]] = field(default_factory=dict)  # why not, at any moment so far
    _nearest: dict[int, StepJudged] = field(default_factory=dict)
    _last: dict[int, StepJudged] = field(default_factory=dict)
    _blind: frozenset[int] = frozenset()  # steps that could not be seen at the last moment

    def __post_init__(self) -> None:
        self._grants = Grants([step.ask is None and not step.looks for step in self.lab.steps])

    # --- looking

    @property
    def complete(self) -> bool:
        """Whether every step is proved: whatever comes now changes nothing of the grade."""
        return len(self._proved) == len(self.lab.steps)

    def look(self, line: int) -> None:
        """One moment, after the line of that number. Raises EngineFailed when the engine does not answer."""
        seen = self._seen()
        for place, look in seen.items():
            self._last[place] = look.judged
            if look.judged.verdict in _COLOURS and self._nears(place, look.judged):
                self._nearest[place] = look.judged
            if look.claim:
                self._claimed.setdefault(place, _Passed(look.claim, line))
        colours = {place: _COLOURS.get(look.judged.verdict, Colour.BLIND) for place, look in seen.items()}
        for place in self._grants.see(colours):
            self._proved[place] = _Passed(seen[place].judged, line)

    def _nears(self, place: int, judged: StepJudged) -> bool:
        """Whether it is as near to green as any look before: reasons that were met before are a step back."""
        reasons, known = whys(judged), self._reasons.setdefault(place, set())
        nearest = self._nearest.get(place)
        new = reasons not in known
        known.add(reasons)
        if nearest is None or _red(judged) != _red(nearest):
            return nearest is None or _red(judged) < _red(nearest)
        return new or reasons == whys(nearest)

    def look_again(self, line: int) -> None:
        """The end: what could not be seen at the last moment is given its time once more."""
        if any(judged.verdict is Verdict.CANNOT_JUDGE for judged in self._last.values()):
            self._blind = frozenset()
            self.look(line)

    def _seen(self) -> dict[int, _Look]:
        """Every step without points as it is now. What newly cannot be seen is looked at again, a few times."""
        left = [place for place in range(len(self.lab.steps)) if place not in self._proved]
        seen: dict[int, _Look] = {}
        for pause in (0.0, *_AGAIN):
            time.sleep(pause)
            looker = Looker(self.testbed)
            seen |= {place: self._judged(looker, self.lab.steps[place]) for place in left}
            left = [place for place in left if seen[place].judged.verdict is Verdict.CANNOT_JUDGE]
            if not looker.gone and self._blind.issuperset(left):
                break
        if looker.gone:
            raise looker.gone
        self._blind = frozenset(left)
        return seen

    def _judged(self, looker: Looker, step: Step) -> _Look:
        given = self.answers.get(step.id)
        text = given.text if given else None
        judged = judge_step(self.testbed, self.lab, step, answer=text, looker=looker, explain=False)
        if not (text and text.strip()):
            judged = _unanswered(step, judged)
        weighed = claimed(looker, step, judged, given) if given else None
        if weighed is None:
            return _Look(judged)
        return _Look(judged, weighed) if weighed.verdict is Verdict.PASS else _Look(weighed)

    # --- how it ended

    def ended(self) -> Iterator[StepGrade]:
        """How each step ended, in the lab's order."""
        for place, step in enumerate(self.lab.steps):
            passed, proof = self._proved.get(place), PROVED
            if passed is None and place in self._claimed:
                passed, proof = self._claimed[place], CLAIMED
            judged = passed.judged if passed else explained(step, self._missed(place))
            yield StepGrade(
                step.id,
                step.title,
                judged.verdict,
                proof if passed else "",
                steady(judged),
                points=step.points,
                assisted=step.id in self.assisted,
                line=passed.line if passed else None,
            )

    def _missed(self, place: int) -> StepJudged:
        """The look that is told of a step without points: what stays unseen to the end, else what came nearest."""
        last = self._last[place]
        nearest = self._nearest.get(place)
        if last.verdict not in _COLOURS or nearest is None:
            return last
        if nearest.verdict is not Verdict.PASS:
            return nearest
        why = Judged("order", Verdict.NOT_YET, self._too_early(place))
        return replace(nearest, verdict=Verdict.NOT_YET, judged=(why, *nearest.judged))

    def _too_early(self, place: int) -> Finding:
        """Why a step that was seen green has no points: no line of its own made it so."""
        waits = [self.lab.steps[each].title for each in self._grants.waits_for(place)]
        if waits:
            why = say(
                "it was so already by what was done for another step: first comes “{titles}”, then this",
                titles=listed(waits),
            )
        else:
            why = say("it was so from the start, and no line of the submission made it so")
        return Finding(
            ok=False,
            expected=say("a line that makes this step hold, after the steps before it"),
            observed=say("it held before, and no line made it so after them"),
            why=why,
        )


def _unanswered(step: Step, judged: StepJudged) -> StepJudged:
    """How an answer is handed in: the options of `check` are no use to who reads a grade."""
    why = say(
        "no answer to this question was handed in; a script gives it on a line `# answer {step}: …`", step=step.id
    )
    return replace(
        judged,
        judged=tuple(
            replace(each, finding=replace(each.finding, why=why))
            if each.check == "ask" and each.verdict is Verdict.NOT_YET
            else each
            for each in judged.judged
        ),
    )


def _red(judged: StepJudged) -> int:
    """How many of the findings that count are red."""
    return sum(not each.fact and each.verdict is Verdict.NOT_YET for each in judged.judged)
