"""A lab played on a testbed: the model answer step by step, each step judged. A generator of events; prints nothing."""

from __future__ import annotations

import shlex
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from checks.finding import Finding
from checks.words import say
from runner.engine.baseline import Baseline
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, VethlabError
from runner.interrupt import undisturbed
from runner.lab.dockerline import read
from runner.lab.model import Command, DockerCommand, Lab, Step, TypedCommand
from runner.session.answers import automatic_answer
from runner.session.commands import Hands, Played, alive
from runner.session.events import (
    CommandPlayed,
    Event,
    Judged,
    LabClosed,
    LabOpened,
    StepBegan,
    StepJudged,
    Verdict,
    worst,
)
from runner.session.judge import judge_step, unjudged

CLEAN_UP = "clean-up"  # the id of the step that tells of what could not be removed


def play(lab: Lab, testbed: Testbed, *, keep: bool = False) -> Generator[Event, None, None]:
    """Plays the lab and yields what happens, from LabOpened to LabClosed.

    On an external engine a baseline is open meanwhile; at the end, and also when the generator is closed or broken
    off, what the lab made is removed by it. With `keep` all of it stays, for `reset`. An engine that dies ends the
    play: the steps that are left are `cannot-judge`. Raises NameTaken before anything is touched, and EngineFailed if
    the engine cannot even be asked what it holds.
    """
    began = time.monotonic()
    version = testbed.version
    baseline = Baseline.open(testbed, lab) if testbed.kind == "external" else None
    playing = _Play(lab, testbed, baseline.reused if baseline else frozenset())
    verdicts: list[Verdict] = []
    try:
        yield LabOpened(lab.name, lab.title, testbed.kind, version)
        for event in playing.events():
            if isinstance(event, StepJudged):
                verdicts.append(event.verdict)
            yield event
    finally:
        left = _closed(baseline, testbed, keep=keep, gone=playing.gone)
    if left:
        verdicts.append(left.verdict)
        yield StepJudged(lab.name, CLEAN_UP, say("taking away what was made"), left.verdict, 0.0, (left,))
    yield LabClosed(lab.name, worst(verdicts), time.monotonic() - began)


def unplayed(lab: Lab, engine: str, error: VethlabError, version: str = "") -> Iterator[Event]:
    """The events of a lab that could not be begun: every step stands there with the reason."""
    verdict = Verdict.UNSUPPORTED if error.exit_code == Verdict.UNSUPPORTED.exit_code else Verdict.CANNOT_JUDGE
    yield LabOpened(lab.name, lab.title, engine, version)
    for step in lab.steps:
        yield unjudged(lab, step, verdict, error.what, error.hint)
    yield LabClosed(lab.name, verdict, 0.0)


def play_commands(
    testbed: Testbed, lab: Lab, step: str, commands: Sequence[Command], reused: frozenset[str] = frozenset()
) -> Iterator[CommandPlayed | Judged]:
    """Plays commands one after the other: each as played, followed by what it shows, if it shows something.

    What is judged here is only what cannot be seen afterwards: a refusal that must come, and a command that must
    succeed and did not. A command that makes one of the `reused` networks is left out, for it is there. Raises
    EngineFailed.
    """
    with Hands(testbed) as hands:
        for command in commands:
            if reused and _makes(command) & reused:
                continue
            played = hands.play(command)
            yield CommandPlayed(lab.name, step, played.line, played.output, played.exit_code, played.seconds)
            seen = _seen(testbed, command, played)
            if seen:
                yield seen
        hands.let_go()


@dataclass
class _Play:
    """One play under way. `gone` becomes true when the engine stopped answering."""

    lab: Lab
    testbed: Testbed
    reused: frozenset[str]
    gone: bool = False
    left: list[Step] = field(default_factory=list)

    def events(self) -> Iterator[Event]:
        self.left = list(self.lab.steps)
        try:
            failed = yield from self._setup()
            if failed:
                yield from self._unjudged(say("the set-up failed: {why}", why=failed.why), failed.look)
            while self.left:
                yield from self._step(self.left[0])
        except EngineFailed as error:
            self.gone = True
            yield from self._unjudged(error.what, error.hint)

    def _unjudged(self, why: str, hint: str) -> Iterator[Event]:
        while self.left:
            yield unjudged(self.lab, self.left.pop(0), Verdict.CANNOT_JUDGE, why, hint)

    def _setup(self) -> Generator[Event, None, Finding | None]:
        """Plays the set-up; the finding of the first command that failed."""
        for each in play_commands(self.testbed, self.lab, "", self.lab.setup, self.reused):
            if isinstance(each, Judged):
                return each.finding
            yield each
        return None

    def _step(self, step: Step) -> Iterator[Event]:
        began = time.monotonic()
        yield StepBegan(self.lab.name, step.id, step.title)
        seen: list[Judged] = []
        for each in play_commands(self.testbed, self.lab, step.id, step.do, self.reused):
            if isinstance(each, Judged):
                seen.append(each)
            else:
                yield each
        answer = automatic_answer(self.testbed, self.lab, step)
        judged = judge_step(self.testbed, self.lab, step, answer=answer, played=seen, began=began)
        self.left.pop(0)
        yield judged
        if judged.verdict is Verdict.CANNOT_JUDGE:
            alive(self.testbed)


def _makes(command: Command) -> frozenset[str]:
    """The networks that a docker command makes."""
    if not isinstance(command, DockerCommand):
        return frozenset()
    names = read(shlex.split(command.line)).names
    return frozenset(each.name for each in names if each.made and each.kind == "network")


def _seen(testbed: Testbed, command: Command, played: Played) -> Judged | None:
    """What a command's own end shows. Raises EngineFailed where it failed because its engine is gone."""
    if isinstance(command, TypedCommand):
        return None
    if played.exit_code:
        alive(testbed, command.on)
    if isinstance(command, DockerCommand) and command.fails is not None:
        return _refusal(command.fails, played, command.on)
    if isinstance(command, DockerCommand) and command.tries:
        return None
    return _failure(played, command.on) if played.exit_code else None


def _refusal(words: str, played: Played, on: str | None) -> Judged:
    """Whether the engine refused, and in the words that were expected."""
    said = _last_line(played.output)
    expected = say("`{line}` is refused: … {words} …", line=played.line, words=words)
    if not played.exit_code:
        why = say("the engine did not refuse `{line}`", line=played.line)
        return Judged("refused", Verdict.NOT_YET, Finding(False, expected, say("it was accepted"), why), server=on)
    if words.lower() not in played.output.lower():
        why = say("`{line}` was refused for another reason: {said}", line=played.line, said=said)
        return Judged("refused", Verdict.NOT_YET, Finding(False, expected, said, why), server=on)
    return Judged("refused", Verdict.PASS, Finding(True, expected, said, evidence=(said,)), server=on)


def _failure(played: Played, on: str | None) -> Judged:
    said = _last_line(played.output)
    why = say("`{line}` failed: {said}", line=played.line, said=said)
    expected = say("`{line}` succeeds", line=played.line)
    observed = say("exit code {code}", code=played.exit_code)
    return Judged("do", Verdict.NOT_YET, Finding(False, expected, observed, why), server=on)


def _last_line(output: str) -> str:
    """The line that says what was wrong: the CLI's `See 'docker run --help'.` is not it."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("See '", "Run 'docker"))]
    return (telling or lines or [say("(no output)")])[-1]


def _closed(baseline: Baseline | None, testbed: Testbed, *, keep: bool, gone: bool) -> Judged | None:
    """Cleans up; what could not be removed, as a finding. Not cut short by signals."""
    if baseline is None:
        return None
    with undisturbed():
        if keep:
            baseline.keep()
            return None
        if gone:
            return _uncleared(baseline.lab, say("the engine did not answer"))
        try:
            left = baseline.clear(testbed)
        except EngineFailed as error:
            return _uncleared(baseline.lab, error.what)
    return _uncleared(baseline.lab, left[0]) if left else None


def _uncleared(lab: str, why: str) -> Judged:
    finding = Finding(
        ok=False,
        expected=say("nothing of the lab is left"),
        observed=say("something may be left"),
        why=why,
        look=say("vethlab reset {lab}", lab=lab),
    )
    return Judged(CLEAN_UP, Verdict.CANNOT_JUDGE, finding)
