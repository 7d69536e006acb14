"""A plain script that was handed in: docker commands one a line, and comments that say what it is about.

    # lab: bridge
    # student: Anna
    docker network create mybridge
    # answer veth: vethb7bb29c

The lines are not read here: the grammar reads each when it is played. An answer stands where it was given; of several
to one step the last counts.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from checks.words import say
from runner.docker_requests.continued import logical_lines
from runner.grading.model import GivenAnswer, Line, Submission
from runner.grading.submitter import NoSubmission, Source, unknown_step
from runner.lab.model import Lab
from runner.lab.suggestions import near
from runner.plain import one_line
from runner.session.journal import LONGEST_ANSWER
from runner.session.submission import MOST_ENTRIES

_SAYS = re.compile(r"[ \t]*#+[ \t]*(lab|student)[ \t]*:(.*)", re.IGNORECASE)
_ANSWERS = re.compile(r"[ \t]*#+[ \t]*([^\W\d]+)[ \t]+([\w.-]{1,100})[ \t]*:(.*)")
_MOST_REMARKS = 10


def from_script(text: str, source: Source) -> Submission:
    """The submission that a script is. Raises NoSubmission."""
    comments = list(_comments(text))
    said, remarks = _said(comments)
    student = source.student(said.get("student", ""), remarks)
    try:
        lab = source.lab_of(said.get("lab") or None)
        lines = _lines(text)
    except NoSubmission as problem:
        raise NoSubmission(problem.why, student) from problem
    answers = _Answers(lab, lines)
    for number, comment in comments:
        answers.take(number, comment)
    if not lines and not answers.given:
        raise NoSubmission(say("it holds no command and no answer"), student)
    remarks += answers.remarks[:_MOST_REMARKS]
    return Submission(
        file=source.file, student=student, lab=lab.name, digest=source.digest, lines=lines,
        answers=tuple(answers.given.values()), remarks=tuple(remarks),
    )  # fmt: skip


def _lines(text: str) -> tuple[Line, ...]:
    found: list[Line] = []
    for number, line in logical_lines(text):
        if number == 1 and line.startswith("#!"):
            continue
        found.append(Line(number, line))
        if len(found) > MOST_ENTRIES:
            raise NoSubmission(say("it holds more than {most} lines", most=MOST_ENTRIES))
    return tuple(found)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.lstrip(" \t").startswith("#"):
            yield number, line.rstrip("\r")


def _said(comments: list[tuple[int, str]]) -> tuple[dict[str, str], list[str]]:
    """What the comments say of lab and student, the first of each; and remarks on those that say something else."""
    said: dict[str, str] = {}
    remarks: list[str] = []
    for number, comment in comments:
        found = _SAYS.fullmatch(comment)
        if not found:
            continue
        key, value = found[1].lower(), found[2].strip()
        if said.setdefault(key, value) != value and len(remarks) < _MOST_REMARKS:
            remarks.append(say("line {number}: {key} is said a second time; the first counts", number=number, key=key))
    return said, remarks


@dataclass
class _Answers:
    """The answers among the comments, the last to each step."""

    lab: Lab
    lines: tuple[Line, ...]
    given: dict[str, GivenAnswer] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def take(self, number: int, comment: str) -> None:
        found = _ANSWERS.fullmatch(comment)
        if not found or len(self.remarks) > _MOST_REMARKS:
            return  # a file with so many slips in it is not written by a student
        word, named, text = found[1].lower(), found[2], found[3].strip()[:LONGEST_ANSWER]
        step = next((each.id for each in self.lab.steps if each.id.casefold() == named.casefold()), None)
        if word != "answer":
            if step and near(word, ["answer"]):
                self._remark(number, say("{word} is not read; did you mean answer?", word=one_line(word, 40)))
        elif step is None:
            self._remark(number, unknown_step(named, self.lab))
        elif not text:
            self._remark(number, say("there is no answer behind the colon"))
        else:
            self._give(number, step, text)

    def _give(self, number: int, step: str, text: str) -> None:
        if self.lab.step(step).ask is None:
            self._remark(number, say("{step} asks nothing", step=step))
            return
        if step in self.given and self.given[step].text != text:
            self._remark(number, say("{step} is answered a second time; the last counts", step=step))
        before = bisect_left(self.lines, number, key=lambda line: line.number)
        after = self.lines[before - 1].number if before else 0
        self.given[step] = GivenAnswer(step, text, after)

    def _remark(self, number: int, what: str) -> None:
        self.remarks.append(say("line {number}: {what}", number=number, what=what))
