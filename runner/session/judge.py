"""One step judged from what is there now: checks, the question, facts. Nothing that goes wrong here ends in a pass."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from checks.finding import BrokenLink, CannotSee, Finding, Unsupported
from checks.probe import Probe
from checks.words import listed, say
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, NotHere
from runner.lab.model import CheckCall, Lab, Question, Step
from runner.session.events import Judged, StepJudged, Verdict, worst
from runner.session.mistakes import misconception

_TURNED = {"docker": "docker --context", "onhost": "onhost"}  # commands that can be turned to another server


@dataclass
class Looker:
    """One pass over a testbed: one probe a server, and the failure that made asking further senseless."""

    testbed: Testbed
    gone: EngineFailed | None = None
    _begun: bool = False
    _probes: dict[str | None, Probe] = field(default_factory=dict)

    def probe(self, on: str | None) -> Probe:
        """The pass's probe of a server. Raises EngineFailed, the same again once an engine is known to be gone."""
        if self.gone:
            raise self.gone
        if on not in self._probes:
            self._probes[on] = look(self.testbed, on)
        return self._probes[on]

    def begin(self) -> None:
        """Asks the engines for a sign of life, once a pass."""
        if not self._begun:
            self._begun = True
            self.sign_of_life()

    def sign_of_life(self) -> None:
        """Asks the engines whether they answer; when one does not, `gone` says so from then on."""
        try:
            for server in self.testbed.servers:
                server.docker.ping()
        except EngineFailed as error:
            self.gone = error


def judge_step(
    testbed: Testbed,
    lab: Lab,
    step: Step,
    *,
    answer: str | None = None,
    played: Sequence[Judged] = (),
    began: float = 0.0,
    looker: Looker | None = None,
    explain: bool = True,
) -> StepJudged:
    """The step's verdict with its findings: what the play itself found, checks as in the file, the question, facts.

    `played` are findings from playing the commands (a refusal seen or missed). `began` is the monotonic time that
    `seconds` counts from, now by default. Every engine is asked for a sign of life first, so that no step is judged
    by a question alone while its engine is dead. Steps that are given one `looker` are judged in one pass. Where the
    engine cannot show it, a command that failed for that very reason does not count. Without `explain` the mistakes
    behind the findings are left out (`explained` adds them): most looks of a replay are read by nobody.
    """
    began = began or time.monotonic()
    looker = looker or Looker(testbed)
    looker.begin()
    judged = [*played, *(_checked(looker, call) for call in step.checks)]
    if step.ask:
        judged.append(_asked(looker, step.ask, answer))
    if any(each.verdict is Verdict.UNSUPPORTED for each in judged):
        judged = [replace(each, fact=each.fact or each.check == "do") for each in judged]
    judged.sort(key=lambda each: each.fact)
    seen = StepJudged(lab.name, step.id, step.title, _verdict(judged), time.monotonic() - began, tuple(judged), answer)
    return explained(step, seen) if explain else seen


def explained(step: Step, seen: StepJudged) -> StepJudged:
    """With the mistakes behind its findings."""
    return replace(seen, judged=tuple(_explained(step, each) for each in seen.judged))


def _explained(step: Step, judged: Judged) -> Judged:
    """With the mistake behind it, where it counts and is red."""
    if judged.fact or judged.verdict is not Verdict.NOT_YET:
        return judged
    return replace(judged, misconception=misconception(step, judged))


def unjudged(lab: Lab, step: Step, verdict: Verdict, why: str, hint: str = "") -> StepJudged:
    """A step that could not be come to: the reason stands as its one finding, so that nothing is silently left out."""
    finding = Finding(ok=False, expected=say("an engine to play it on"), observed=say("none"), why=why, look=hint)
    return StepJudged(lab.name, step.id, step.title, verdict, 0.0, (Judged("engine", verdict, finding),))


def _verdict(judged: Sequence[Judged]) -> Verdict:
    """As the worst that counts; a step in which nothing counts was not judged."""
    counted = [each.verdict for each in judged if not each.fact]
    return worst(counted) if counted else Verdict.CANNOT_JUDGE


def _checked(looker: Looker, call: CheckCall) -> Judged:
    from checks import CHECKS

    def look() -> Finding:
        return CHECKS[call.name](looker.probe(call.on), call.arguments)

    verdict, finding = _settled(looker, call.name, look)
    return Judged(call.name, verdict, _looked_at(call.on, finding), fact=call.fact, server=call.on)


def _looked_at(server: str | None, finding: Finding) -> Finding:
    """The finding with its command on the server that was looked at: plain `docker` speaks to the first."""
    command, _, rest = finding.look.partition(" ")
    if server is None or " --context " in finding.look or command not in _TURNED:
        return finding
    return replace(finding, look=f"{_TURNED[command]} {server} {rest}")


def _asked(looker: Looker, question: Question, answer: str | None) -> Judged:
    on = question.truth.on if question.truth else None
    verdict, finding = _settled(looker, "ask", lambda: _answered(looker, question, answer))
    return Judged("ask", verdict, finding, server=on)


def _answered(looker: Looker, question: Question, given: str | None) -> Finding:
    """The finding about an answer. The truth is computed first: without it, no answer is right or wrong."""
    from checks import TRUTHS
    from checks.answers import judge_answer, judge_choice

    call = question.truth
    probe = looker.probe(call.on if call else None)
    truth = TRUTHS[call.name](probe, call.arguments) if call else None
    if given is None or not given.strip():
        return _unanswered(question)
    if truth is not None:
        return judge_answer(truth, given)
    return judge_choice(question.choices, question.right or 0, question.because, given, also=question.also)


def _unanswered(question: Question) -> Finding:
    choices = [say("{number}. {choice}", number=n, choice=each) for n, each in enumerate(question.choices, start=1)]
    asked = say("an answer to: {question}", question=" ".join(question.text.split()))
    how = say("--answer NUMBER") if choices else say("--answer TEXT")
    return Finding(
        ok=False,
        expected=listed([asked, *choices], "\n"),
        observed=say("no answer"),
        why=say("the question has not been answered yet; look, then answer it with {how}", how=how),
    )


def _settled(looker: Looker, name: str, look: Callable[[], Finding]) -> tuple[Verdict, Finding]:
    """The verdict of one look. Only a finding that is `ok` passes."""
    try:
        finding = look()
        if not isinstance(finding, Finding) or not isinstance(finding.ok, bool):
            raise TypeError("it returned no finding")
    except Exception as error:  # noqa: BLE001  # sorted there; a bug in a check is nobody's pass and no student's fault
        return _sorted(looker, name, error)
    return (Verdict.PASS if finding.ok else Verdict.NOT_YET), finding


def _sorted(looker: Looker, name: str, error: Exception) -> tuple[Verdict, Finding]:
    """What an error in a look means. None means a pass."""
    match error:
        case BrokenLink():
            return Verdict.NOT_YET, error.finding
        case Unsupported():
            return Verdict.UNSUPPORTED, _unseen(name, str(error), error.hint)
        case NotHere():
            return Verdict.UNSUPPORTED, _unseen(name, error.what, error.hint)
        case EngineFailed():
            looker.gone = error
            return Verdict.CANNOT_JUDGE, _unseen(name, error.what, error.hint)
        case CannotSee():
            if not looker.gone:
                looker.sign_of_life()
            return Verdict.CANNOT_JUDGE, _unseen(name, str(error), error.hint)
        case _:
            return Verdict.CANNOT_JUDGE, _bug(name, f"{type(error).__name__}: {error}")


def _unseen(name: str, why: str, hint: str) -> Finding:
    expected = say("{check} can be seen", check=name)
    return Finding(ok=False, expected=expected, observed=say("it cannot"), why=why, look=hint)


def _bug(name: str, error: str) -> Finding:
    why = say("the check {check} failed itself: {error}", check=name, error=" ".join(error.split()))
    return _unseen(name, why, say("this is a bug in vethlab, not in your work"))
