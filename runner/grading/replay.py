"""A submission replayed on a fresh engine, line by line, and graded by what is seen there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from checks.finding import CheckEnded
from checks.words import listed, noted, say
from runner.docker_requests import grammar
from runner.docker_requests.model import Asked, Refused, Request, Skipped
from runner.engine.deeds import REPLAY, Done, ReplayLimits, perform
from runner.engine.private.confinement import limits_hit
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, VethlabError
from runner.grading.looks import Looks
from runner.grading.model import GivenAnswer, Grade, Line, Note, Submission
from runner.grading.steady import steady_text
from runner.grading.ungraded import about, blank
from runner.lab.model import Command, DockerCommand, Lab
from runner.plain import one_line
from runner.session.events import Judged
from runner.session.play import play_commands

Opener = Callable[[Lab], Testbed]

_LIMITED = {"memory": noted("memory"), "processes": noted("processes"), "disk": noted("disk")}
_LISTENING = 3.0  # seconds that a program gets at most until it listens, on a computer that has much to do
_PAUSE = 0.02


def grade(submission: Submission, lab: Lab, open_testbed: Opener, *, limits: ReplayLimits = REPLAY) -> Grade:
    """What comes of the submission on a fresh engine. What is in it is never an error; a failing engine is one."""
    began = time.monotonic()
    empty = blank(submission)
    try:
        with open_testbed(lab) as testbed:
            replay = _Replay(submission, lab, testbed, limits, began + limits.submission_seconds)
            found = _graded(empty, replay, testbed)
    except VethlabError as error:
        found = replace(empty, error=one_line(steady_text(error.what)))
    return replace(about(found, submission), seconds=time.monotonic() - began)


def _graded(empty: Grade, replay: _Replay, testbed: Testbed) -> Grade:
    """The grade at the end of the replay, or why there is none, with the limit of the engine that it ran into."""
    try:
        replay.play()
        found = replace(empty, steps=tuple(replay.looks.ended()), engine=testbed.version)
    except VethlabError as error:
        found = replace(empty, error=one_line(steady_text(error.what)))
    hit = limits_hit(testbed)
    named = listed(say(_LIMITED[each]) for each in hit)
    limit = say("the engine ran into its limit of {limits}", limits=named) if hit else replay.limit
    told = say("{limit}: {why}", limit=limit, why=found.error) if limit and found.error else found.error
    notes = sorted([*replay.submission.notes, *replay.notes], key=lambda note: note.line)
    return replace(found, notes=tuple(notes), limit=limit, error=told)


@dataclass
class _Replay:
    """One replay under way."""

    submission: Submission
    lab: Lab
    testbed: Testbed
    limits: ReplayLimits
    ends: float
    notes: list[Note] = field(default_factory=list)
    limit: str = ""
    looks: Looks = field(init=False)

    def __post_init__(self) -> None:
        answers = _last_answers(self.submission.answers)
        self.looks = Looks(self.lab, self.testbed, answers, self.submission.assisted)
        known = {step.id for step in self.lab.steps}
        for each in answers.values():
            if each.step not in known:
                text = say(
                    "the lab {lab} has no step {step}: its answer is left out", lab=self.lab.name, step=each.step
                )
                self._note(each.after, "skipped", text)

    def play(self) -> None:
        """The set-up, then line after line, with a look after each that changed something.

        Once every step is proved the lines that are left (mostly a tidying up) are read, but not played.
        """
        for command in self.lab.setup:
            self._set_up(command)
        self.looks.look(0)
        number = 0
        for line in self._allowed():
            request, on = self._read(line)
            if request is not None and not self.looks.complete and self._perform(line, request, on):
                number = line.number
                self.looks.look(number)
        self.looks.look_again(number)

    def _allowed(self) -> Iterable[Line]:
        """The lines, as many as the limits let through."""
        for number, line in enumerate(self.submission.lines):
            if number >= self.limits.lines:
                self._end(line, say("no more than {count} lines are played", count=self.limits.lines))
                return
            if time.monotonic() >= self.ends:
                seconds = round(self.limits.submission_seconds)
                self._end(line, say("no more than {seconds} s a submission", seconds=seconds))
                return
            yield line

    def _end(self, line: Line, why: str) -> None:
        self.limit = why
        self._note(line.number, "limit", say("{limit}: from here on nothing is played", limit=why))

    def _read(self, line: Line) -> tuple[Request | None, str | None]:
        """What the line asks for, if it asks for anything; what is to be told of it is noted."""
        match grammar.read(line.text, [each.name for each in self.testbed.servers]):
            case Asked() as asked:
                if asked.note:
                    self._note(line.number, "note", asked.note)
                return asked.request, asked.on
            case Skipped() as skipped:
                self._note(line.number, "skipped", skipped.note)
            case Refused() as refused:
                self._note(line.number, "refused", refused.why)
        return None, None

    def _perform(self, line: Line, request: Request, on: str | None) -> bool:
        """Plays it; whether anything may be another than before."""
        done = perform(self.testbed, request, on, limits=self.limits)
        if not done.ok:
            self._note(line.number, "limit" if done.limit else "failed", done.said)
        _await_listeners(self.testbed, on, done.listens)
        return done.changed

    def _note(self, line: int, kind: str, text: str) -> None:
        self.notes.append(Note(line, kind, one_line(steady_text(text, self._own(line)))))

    def _own(self, number: int) -> str:
        """The words of a line, which are the student's own and stay as they are."""
        return next((each.text for each in self.submission.lines if each.number == number), "")

    def _set_up(self, command: Command) -> None:
        """One command of the lab's own. One that the grammar does not know is the author's, and is played as it is."""
        done = self._set_up_by_request(command) or self._set_up_as_written(command)
        if not done.ok:
            raise EngineFailed(say("the set-up failed: {why}", why=done.said))

    def _set_up_by_request(self, command: Command) -> Done | None:
        if not isinstance(command, DockerCommand) or command.fails is not None or command.tries:
            return None
        read = grammar.read(command.line, [each.name for each in self.testbed.servers])
        return perform(self.testbed, read.request, command.on, limits=self.limits) if isinstance(read, Asked) else None

    def _set_up_as_written(self, command: Command) -> Done:
        played = play_commands(self.testbed, self.lab, "", [command])
        said = [each.finding.why for each in played if isinstance(each, Judged) and not each.finding.ok]
        return Done(not said, listed(said))


def _last_answers(answers: Sequence[GivenAnswer]) -> dict[str, GivenAnswer]:
    """The answer that a student stayed with, by step: who gives all choices one after the other has given the last."""
    return {each.step: each for each in answers}


def _await_listeners(testbed: Testbed, on: str | None, listens: Iterable[tuple[str, int]]) -> None:
    """Until what was started listens: nc needs a moment, and a look before it would be another one each time."""
    end = time.monotonic() + _LISTENING
    for container, port in listens:
        while time.monotonic() < end and not _listens(testbed, on, container, port):
            time.sleep(_PAUSE)


def _listens(testbed: Testbed, on: str | None, container: str, port: int) -> bool:
    """Whether it listens, or, which is the same for the one who waits, will not."""
    try:
        return any(each.port == port for each in look(testbed, on).inside(container).listeners)
    except CheckEnded:
        return True
