"""How a step stands, as a student has to know it."""

from __future__ import annotations

from enum import Enum, auto

from checks.words import english
from runner.session.events import Judged, StepJudged, Verdict


class Standing(Enum):
    """A verdict, with not-yet told apart: something is to be done, or only the question is left."""

    HOLDS = auto()
    OPEN = auto()
    RED = auto()
    BLIND = auto()
    UNSUPPORTED = auto()


def stands(judged: StepJudged) -> Standing:
    """How the step stands."""
    match judged.verdict:
        case Verdict.PASS:
            return Standing.HOLDS
        case Verdict.CANNOT_JUDGE:
            return Standing.BLIND
        case Verdict.UNSUPPORTED:
            return Standing.UNSUPPORTED
    red = [each for each in judged.judged if not each.fact and each.verdict is Verdict.NOT_YET]
    unanswered = judged.answer is None and all(each.check == "ask" for each in red)
    return Standing.OPEN if unanswered else Standing.RED


def first_of(judged: StepJudged, verdict: Verdict) -> Judged | None:
    """The first finding that counts and has this verdict."""
    return next((each for each in judged.judged if not each.fact and each.verdict is verdict), None)


def work(judged: StepJudged) -> list[Judged]:
    """The checks that count, besides the question."""
    return [each for each in judged.judged if not each.fact and each.check != "ask"]


def whys(judged: StepJudged) -> tuple[str, ...]:
    """The reasons of what is not a pass, in English: what two looks are compared by."""
    red = (each for each in judged.judged if not each.fact and each.verdict is not Verdict.PASS)
    return tuple(str(english(each.finding.why)) for each in red)
