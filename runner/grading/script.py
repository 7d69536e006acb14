"""A plain script that was handed in: docker commands one a line, and comments that say what it is about.

    # lab: bridge
    # student: Anna
    docker network create mybridge
    # answer veth: vethb7bb29c

The lines are read here as they were typed (`typeset.py`), without what was copied along (`outputs.py`); what they ask
for the grammar says when each is played. An answer stands where it was given; of several
to one step the last counts.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from checks.words import say
from runner.docker_requests.continued import logical_lines
from runner.grading import typeset
from runner.grading.elsewhere import other_lab
from runner.grading.model import GivenAnswer, Line, Note, Submission
from runner.grading.outputs import Outputs
from runner.grading.submitter import NoSubmission, Source, unknown_step
from runner.grading.typeset import Typed
from runner.lab.model import Lab
from runner.lab.suggestions import near
from runner.plain import one_line
from runner.session.journal import LONGEST_ANSWER
from runner.session.submission import MOST_ENTRIES

_SAYS = re.compile(r"[ \t]*#+[ \t]*(lab|student)[ \t]*:(.*)", re.IGNORECASE)
_ANSWERS = re.compile(r"[ \t]*#+[ \t]*([^\W\d]+)[ \t]+([\w.-]{1,100})[ \t]*:(.*)")
_MOST_REMARKS = 10
_MOST_LINES = 20_000  # with all that was copied from a terminal


def from_script(text: str, source: Source) -> Submission:
    """The submission that a script is. Raises NoSubmission."""
    text = typeset.line_broken(text)
    if text.count("\n") > _MOST_LINES:
        raise NoSubmission(say("it holds more than {most} lines", most=_MOST_LINES), source.student("", []))
    typed = typeset.lines(text)
    comments = list(_comments(typed))
    said, remarks = _said(comments)
    student = source.student(said.get("student", ""), remarks)
    try:
        lab = source.lab_of(said.get("lab") or None)
        lines, notes = _lines(typed)
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
        answers=tuple(answers.given.values()), remarks=tuple(remarks), notes=notes,
        other_lab=other_lab(lines, lab, source.labs) if not answers.given else "",
    )  # fmt: skip


def _lines(typed: Sequence[Typed]) -> tuple[tuple[Line, ...], tuple[Note, ...]]:
    """The commands, and the notes on what was read as something else than it is written."""
    outputs = Outputs()
    printed = [number for number, each in enumerate(typed, start=1) if _printed(outputs, typed, number - 1)]
    out = frozenset(printed)
    texts = ["" if number in out else each.text for number, each in enumerate(typed, start=1)]
    found: list[Line] = []
    for number, line in logical_lines("\n".join(texts)):
        if number == 1 and line.startswith("#!"):
            continue
        found.append(Line(number, line))
        if len(found) > MOST_ENTRIES:
            raise NoSubmission(say("it holds more than {most} lines", most=MOST_ENTRIES))
    prompted = [number for number, each in enumerate(typed, start=1) if each.prompted and number not in out]
    return tuple(found), (*_left_out(prompted, printed), *_notes(typed, found))


def _printed(outputs: Outputs, typed: Sequence[Typed], place: int) -> bool:
    """Whether a line is a command's output; never one that goes on with the command before it."""
    return outputs.printed(typed[place].text) and not (place and typed[place - 1].text.endswith("\\"))


def _left_out(prompted: list[int], printed: list[int]) -> Iterator[Note]:
    """One note for all prompts that were copied along, and one for all that was printed."""
    if len(prompted) == 1:
        yield Note(
            prompted[0], "note", say("what stood before the command, a prompt or the mark of a list, is left out")
        )
    elif prompted:
        yield Note(0, "note", say("prompts or marks of a list before {count} lines are left out", count=len(prompted)))
    if len(printed) == 1:
        yield Note(printed[0], "skipped", say("it looks like a command's output, and was left out"))
    elif printed:
        text = say("{count} lines look like output of commands, and were left out", count=len(printed))
        yield Note(0, "skipped", text)


def _notes(typed: Sequence[Typed], lines: Sequence[Line]) -> Iterator[Note]:
    """What was read otherwise in the lines with a docker command, each once for the whole command."""
    begins = [*(each.number - 1 for each in lines), len(typed)]
    for line, (begin, end) in zip(lines, pairwise(begins), strict=True):
        said = dict.fromkeys(note for each in typed[begin:end] for note in each.notes)
        if said and "docker" in line.text:
            yield Note(line.number, "note", "; ".join(said))


def _comments(typed: Sequence[Typed]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(typed, start=1):
        if line.text.lstrip(" \t").startswith("#"):
            yield number, line.text


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
