"""The author's proof of a lab: every step red before its `do`, green after it, every mistake caught, nothing left.

A check that cannot fail is a bug, and so is a mistake that no check catches. The proof plays the lab on private
engines of its own, once on an empty engine, once whole and twice over, and up to each mistake: on an engine that is
again as it was before the mistake before it, or on a new one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from checks.words import english, listed, say
from runner.engine.baseline import Baseline, Thing, holdings
from runner.engine.testbed import Testbed
from runner.lab.model import Command, Lab, Location, Mistake, Step, TypedCommand
from runner.session.answers import automatic_answer
from runner.session.events import Judged, StepJudged, Verdict
from runner.session.judge import judge_step
from runner.session.play import play_commands
from runner.session.rewind import Engine

OpenTestbed = Callable[[], Testbed]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim about a lab and whether it held; `why` is empty when it did. `location` is the line it is about."""

    lab: str
    step: str | None
    claim: str
    location: Location
    why: str = ""

    @property
    def ok(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class _Proof:
    """What the parallel parts of one proof share.

    `red` holds the counted checks seen red: (step id, place in it). `idle` are engines that can be used again; their
    stages are the lab's set-up and its steps.
    """

    lab: Lab
    open_testbed: OpenTestbed
    red: set[tuple[str, int]] = field(default_factory=set)
    idle: list[Engine] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def engine(self, stage: int) -> Iterator[Engine]:
        """An engine that is not past the stage: of the idle ones the furthest, or a new one.

        It is idle again afterwards, unless no way leads back or something was raised: then it ends.
        """
        with ExitStack() as ends:
            engine = self._idle(stage)
            if engine is None:
                engine = Engine(self.open_testbed())
                ends.callback(engine.testbed.close)
                engine.reached()
            else:
                ends.callback(engine.testbed.close)
            yield engine
            if engine.stage >= 0:
                ends.pop_all()
                self.idle.append(engine)

    def _idle(self, stage: int) -> Engine | None:
        with self.lock:
            fit = [each for each in self.idle if each.stage <= stage]
            if not fit:
                return None
            engine = max(fit, key=lambda each: each.stage)
            self.idle.remove(engine)
            return engine

    def judge(self, testbed: Testbed, step: Step, answer: str | None) -> StepJudged:
        """The step's verdict now; remembers which of its counted checks are red."""
        judged = judge_step(testbed, self.lab, step, answer=answer)
        with self.lock:
            self.red.update(
                (step.id, place) for place, each in enumerate(_counted(judged)) if each.verdict is Verdict.NOT_YET
            )
        return judged

    def claim(self, step: Step, claim: str, why: str, location: Location | None = None) -> Claim:
        return Claim(self.lab.name, step.id, claim, location or step.location, why)


def prove(lab: Lab, open_testbed: OpenTestbed, *, jobs: int = 4) -> Iterator[Claim]:
    """All claims about `lab`, as they are settled, `jobs` engines side by side.

    `open_testbed` starts a fresh testbed with the lab's number of servers. Raises `EngineFailed` when an engine fails.
    """
    proof = _Proof(lab, open_testbed)
    pool = ThreadPoolExecutor(jobs)
    try:
        parts = [pool.submit(list, _whole(proof)), pool.submit(list, _empty(proof))]
        parts += [pool.submit(list, _mistakes(proof, step)) for step in lab.steps if step.mistakes]
        for part in as_completed(parts):
            yield from part.result()
        yield from _never_red(proof)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for engine in proof.idle:
            engine.testbed.close()


def _empty(proof: _Proof) -> Iterator[Claim]:
    """On an engine where nothing was done no step passes."""
    with proof.engine(0) as engine:
        for step in proof.lab.steps:
            yield proof.claim(step, say("red on an empty engine"), _not_red(proof.judge(engine.testbed, step, None)))
        engine.rewind(())


def _whole(proof: _Proof) -> Iterator[Claim]:
    """The lab played twice on one engine: red, green, nothing left; and the second time the same."""
    lab, top = proof.lab, Location(str(proof.lab.path), 1)
    with proof.open_testbed() as testbed:
        before = _ids(testbed)
        verdicts: list[dict[str, Verdict]] = [{}, {}]
        for each in verdicts:
            yield from _played(proof, testbed, each)
            left = [thing for thing in holdings(testbed) if thing.id not in before]
            why = say("after the reset there is still {things}", things=listed(left)) if left else ""
            yield Claim(lab.name, None, say("as before after the reset"), top, why)
        changed = [step for step in verdicts[0] if verdicts[0][step] is not verdicts[1].get(step)]
        why = say("another verdict the second time: {steps}", steps=listed(changed)) if changed else ""
        yield Claim(lab.name, None, say("the same a second time"), top, why)


def _played(proof: _Proof, testbed: Testbed, verdicts: dict[str, Verdict]) -> Iterator[Claim]:
    """The lab played whole under a baseline that is cleared at the end; fills in the verdicts after each `do`."""
    baseline = Baseline.open(testbed, proof.lab)
    try:
        seen = _ids(testbed)
        _run(testbed, proof.lab, proof.lab.setup)
        for step in proof.lab.steps:
            yield from _step(proof, testbed, step, verdicts)
            strange = [each for each in holdings(testbed) if each.id not in seen and not _used(proof.lab, each)]
            seen |= {each.id for each in strange}
            why = say("it made {things}, which `uses` does not name", things=listed(strange)) if strange else ""
            yield proof.claim(step, say("makes only what the lab uses"), why)
    finally:
        baseline.clear(testbed)


def _step(proof: _Proof, testbed: Testbed, step: Step, verdicts: dict[str, Verdict]) -> Iterator[Claim]:
    """Red before its `do` (a step that only looks is seen red elsewhere), green after it, red with wrong answers."""
    if not step.looks:
        yield proof.claim(step, say("red before it is done"), _not_red(proof.judge(testbed, step, None)))
    failed = _run(testbed, proof.lab, step.do)
    yield proof.claim(step, say("its commands do what they say"), failed)
    for answer in _wrong_answers(step):
        claim = say("red unanswered") if answer is None else say("red with the answer {answer}", answer=answer)
        yield proof.claim(step, claim, _not_red(proof.judge(testbed, step, answer)))
    after = proof.judge(testbed, step, automatic_answer(testbed, proof.lab, step))
    verdicts[step.id] = after.verdict
    yield proof.claim(step, say("green after the model answer"), _not_green(after))


def _mistakes(proof: _Proof, step: Step) -> Iterator[Claim]:
    """With each mistake made, the step is red, and a counted check's `why` holds what the mistake says."""
    for mistake in sorted(step.mistakes, key=lambda each: bool(each.then)):  # `then` last: on from the answer
        why = _not_caught(*_mistaken(proof, step, mistake), mistake)
        yield proof.claim(step, say("catches the mistake “{says}”", says=mistake.says), why, mistake.location)


def _mistaken(proof: _Proof, step: Step, mistake: Mistake) -> tuple[str, StepJudged]:
    """Why the mistake could not be made, or "", and how the step is judged with it."""
    lab = proof.lab
    stages = [lab.setup, *(each.do for each in lab.steps[: lab.steps.index(step)])]
    commands = mistake.do or mistake.then
    if mistake.then and isinstance(mistake.then[0], TypedCommand):  # into a terminal that the step's `do` left open
        commands = (*step.do, *mistake.then)
    elif mistake.then:
        stages.append(step.do)
    with proof.engine(len(stages)) as engine:
        failed = ""
        for each in stages[engine.stage :]:
            failed = failed or _run(engine.testbed, lab, each)
            engine.reached(each)
        failed = failed or _run(engine.testbed, lab, commands)
        judged = proof.judge(engine.testbed, step, automatic_answer(engine.testbed, lab, step))
        engine.rewind(commands)
    return failed, judged


def _never_red(proof: _Proof) -> Iterator[Claim]:
    """Every counted check was red somewhere: before the `do`, on the empty engine, or after a mistake."""
    for step in proof.lab.steps:
        counted = [call for call in step.checks if not call.fact]
        for place, call in enumerate(counted):
            red = (step.id, place) in proof.red
            why = "" if red else say("{check} cannot fail here: it was green before the work was done and after every "
                                     "mistake; if it is always so, mark it `fact: true`", check=call.name)  # fmt: skip
            yield proof.claim(step, say("{check} can fail", check=call.name), why, call.location)


def _run(testbed: Testbed, lab: Lab, commands: Sequence[Command]) -> str:
    """Plays the commands; why one of them did not do what the lab file says, or ""."""
    shown = [each for each in play_commands(testbed, lab, "", commands) if isinstance(each, Judged)]
    return next((each.finding.why for each in shown if not each.finding.ok), "")


def _counted(judged: StepJudged) -> list[Judged]:
    return [each for each in judged.judged if not each.fact]


def _wrong_answers(step: Step) -> list[str | None]:
    if step.ask is None:
        return []
    wrong = [str(number) for number in range(1, len(step.ask.choices) + 1) if number != step.ask.right]
    return [None, *(wrong or ["0"])]


def _not_red(judged: StepJudged) -> str:
    """Why the verdict is not the plain not-yet it should be, or ""."""
    if judged.verdict is Verdict.NOT_YET:
        return ""
    if judged.verdict is Verdict.PASS:
        return say("it passes: no check of it can tell that nothing was done")
    return _said(judged)


def _not_green(judged: StepJudged) -> str:
    return "" if judged.verdict is Verdict.PASS else _said(judged)


def _not_caught(failed: str, judged: StepJudged, mistake: Mistake) -> str:
    if failed:
        return failed
    if judged.verdict is Verdict.PASS:
        return say("the step passes all the same")
    whys = [str(english(each.finding.why)) for each in _counted(judged) if not each.finding.ok]
    if judged.verdict is Verdict.NOT_YET and any(mistake.says.casefold() in why.casefold() for why in whys):
        return ""
    return say("no finding says “{says}”; what is said: {said}", says=mistake.says, said=_said(judged))


def _said(judged: StepJudged) -> str:
    whys = [each.finding.why for each in _counted(judged) if each.verdict is not Verdict.PASS]
    return say("{verdict}: {whys}", verdict=judged.verdict.value, whys="; ".join(whys))


def _ids(testbed: Testbed) -> set[str]:
    return {thing.id for thing in holdings(testbed)}


def _used(lab: Lab, thing: Thing) -> bool:
    return thing.helper or thing.name in (lab.uses.containers if thing.kind == "container" else lab.uses.networks)
