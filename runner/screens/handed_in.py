"""What is told of a submission that was written: what is in it, and what a grader will miss."""

from __future__ import annotations

from collections.abc import Iterator

from checks.words import listed, say
from runner.lab.model import Lab
from runner.plain import one_line
from runner.session import progress
from runner.session.journal import why_not_played
from runner.session.submission import HandedIn

_MOST = 5  # lines that are named


def contents(submission: HandedIn, lab: Lab) -> Iterator[str]:
    """Sentences, a line each."""
    commands, answers = submission.of("command"), submission.of("answer")
    helped = sorted({str(each["step"]) for each in submission.of("assist") if each["kind"] not in ("hint", "skip")})
    name = submission.document["student"]
    yield say("From {student}; commands: {commands}, answers: {answers}.",
              student=name or say("nobody (it bears no name: --student NAME)"), commands=len(commands),
              answers=len(answers))  # fmt: skip
    if helped:
        yield say("With help: {steps}.", steps=listed(helped))
    yield from _steps(lab)
    yield from _lacks(submission, lab)
    yield say("A grader plays the commands again on a fresh engine: what holds there counts. Nothing was sent: hand "
              "in the file yourself.")  # fmt: skip


def _steps(lab: Lab) -> Iterator[str]:
    states = progress.states(lab.name)
    done = [step.id for step in lab.steps if states.get(step.id) in progress.DONE]
    yield say("Passed here: {done} of {of} steps.", done=len(done), of=len(lab.steps))
    if len(done) < len(lab.steps):
        yield say("Not yet: {steps}.", steps=listed(step.id for step in lab.steps if step.id not in done))


def _lacks(submission: HandedIn, lab: Lab) -> Iterator[str]:
    """What will not be played again, and what cannot be proved."""
    if not submission.of("command"):
        yield say("No command is in it: only what is typed in `vethlab start` is recorded. Steps that do something "
                  "need their commands; a script of them can be handed in as well.")  # fmt: skip
    if any(each.get("verdict") is None for each in submission.of("answer")):
        yield say("For answers that were given outside of a session no evidence was kept.")
    if submission.damaged:
        yield say("{count} lines of the journal were damaged and are not in it.", count=submission.damaged)
    lost = [each for each in submission.of("command") if each.get("request") is None]
    if lost:
        yield say("These cannot be played again:")
    for each in lost[:_MOST]:
        why = why_not_played(str(each["line"]), lab.servers) or each.get("why", "")  # the journal itself is in English
        yield say("  {number}: {line} ({why})", number=each["n"], line=one_line(each["line"], 60),
                  why=one_line(why, 200))  # fmt: skip
    if len(lost) > _MOST:
        yield say("  and {count} more", count=len(lost) - _MOST)
