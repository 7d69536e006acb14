"""Answers about the student's own engine: what another engine cannot prove, held against all that is known of it."""

from __future__ import annotations

import re
from dataclasses import replace

from checks import TRUTHS
from checks.answers import plausible
from checks.finding import CheckEnded, Finding
from checks.words import say
from runner.grading.model import GivenAnswer
from runner.lab.model import Step
from runner.session.events import Judged, StepJudged, Verdict
from runner.session.judge import Looker


def claimed(looker: Looker, step: Step, judged: StepJudged, given: GivenAnswer) -> StepJudged | None:
    """The look as it stands once the claim is weighed; None where the answer is nothing that could be claimed.

    A claim needs the rest of the step green, a truth that differs from engine to engine, an answer that could be one,
    and, where the file holds what was seen at the time, that it says the same. With that the look passes; an answer
    that its own file speaks against is red for that reason.
    """
    if not _only_the_answer_is_red(judged) or step.ask is None or step.ask.truth is None:
        return None
    call = step.ask.truth
    try:
        answer = TRUTHS[call.name](looker.probe(call.on), call.arguments)
    except CheckEnded:
        return None
    value = None if answer.everywhere else plausible(answer, given.text)
    if value is None:
        return None
    against = _against(given, value)
    return _with_answer(judged, _refuted(answer.meaning, against) if against else _taken(answer.meaning))


def _only_the_answer_is_red(judged: StepJudged) -> bool:
    left = [(each.check, each.verdict) for each in judged.judged if not each.fact and each.verdict is not Verdict.PASS]
    return left == [("ask", Verdict.NOT_YET)]


def _against(given: GivenAnswer, value: str) -> str:
    """What in the file speaks against the claim; "" where nothing does. A script holds nothing."""
    if given.claimed_pass is None:
        return ""
    if not given.claimed_pass:
        return say("the file says that this answer was not right on the student's own engine either")
    if not any(re.search(rf"(?<![\w.]){re.escape(value)}(?![\w]|\.\d)", line.casefold()) for line in given.evidence):
        return say("what the file holds as seen on the student's own engine does not have this answer in it")
    return ""


def _taken(meaning: str) -> Finding:
    return Finding(
        ok=True,
        expected=meaning,
        observed=say("claimed: only the student's own engine could prove it"),
    )


def _refuted(meaning: str, why: str) -> Finding:
    return Finding(ok=False, expected=meaning, observed=say("a claim that its own file speaks against"), why=why)


def _with_answer(judged: StepJudged, finding: Finding) -> StepJudged:
    """The look with this finding in the place of the answer's."""
    verdict = Verdict.PASS if finding.ok else Verdict.NOT_YET
    outcomes = tuple(_swapped(each, verdict, finding) for each in judged.judged)
    return replace(judged, verdict=verdict, judged=outcomes)


def _swapped(judged: Judged, verdict: Verdict, finding: Finding) -> Judged:
    if judged.check != "ask":
        return judged
    kept = replace(finding, observed=f"{judged.finding.observed}; {finding.observed}", look=judged.finding.look)
    return replace(judged, verdict=verdict, finding=kept, misconception="")
