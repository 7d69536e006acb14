"""What a student is told about a graded submission: plain text, ready to be sent. Reports share its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from checks.words import noted, say
from runner.grading.marks import Batch, Marks, Row, StepMarks, shown_points
from runner.grading.model import Grade, Note, StepGrade
from runner.plain import clean_text, one_line
from runner.screens.report import told_once
from runner.session.events import Judged, Verdict

_LONGEST_NAME = 80


class State(Enum):
    """How a step ended, as reports show it: its machine word, a mark, words for people."""

    PROVED = ("proved", "✔", noted("passed"))
    CLAIMED = ("claimed", "◇", noted("claimed"))
    NOT_YET = ("not-yet", "✘", noted("not yet"))
    CANNOT_JUDGE = ("cannot-judge", "?", noted("cannot judge"))
    UNSUPPORTED = ("unsupported", "–", noted("not supported here"))  # noqa: RUF001  # a dash that is seen

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def mark(self) -> str:
        return self.value[1]

    @property
    def label(self) -> str:
        return say(self.value[2])


def state(step: StepGrade) -> State:
    """How the step ended."""
    if step.verdict is Verdict.PASS:
        return State.CLAIMED if step.proof == "claimed" else State.PROVED
    return {
        Verdict.NOT_YET: State.NOT_YET,
        Verdict.CANNOT_JUDGE: State.CANNOT_JUDGE,
        Verdict.UNSUPPORTED: State.UNSUPPORTED,
    }[step.verdict]


def red(step: StepGrade) -> tuple[Judged, ...]:
    """The findings that kept the step from passing: each reason once, and the mistake behind several with the first."""
    counted = [each for each in step.judged.judged if not each.fact and each.verdict is not Verdict.PASS]
    once: list[Judged] = []
    for each in told_once(counted):
        said = any(each.misconception == other.misconception for other in once)
        once.append(replace(each, misconception="") if said else each)
    return tuple(once)


def reason(step: StepGrade) -> str:
    """Why the step did not pass, in one line; "" where it did."""
    return next((one_line(each.finding.why) for each in red(step)), "")


def evidence(step: StepGrade) -> tuple[str, ...]:
    """What was seen where the step passed, a line each, without repetitions."""
    lines: dict[str, None] = {}
    for each in told_once(step.judged.judged):
        if each.verdict is Verdict.PASS:
            lines |= dict.fromkeys(one_line(line) for line in each.finding.evidence or (each.finding.observed,))
    return tuple(line for line in lines if line)


def who(grade: Grade) -> str:
    """The student's name; the file's where none is known."""
    return one_line(grade.student, _LONGEST_NAME) or one_line(grade.file, _LONGEST_NAME)


def which(grade: Grade, batch: Batch) -> str:
    """The name of what was handed in, where the student has handed in the same lab more than once; else ""."""
    if not grade.student:
        return ""
    twins = sum(each.grade.student == grade.student and each.grade.lab == grade.lab for each in batch.rows)
    return one_line(own_name(grade, batch), _LONGEST_NAME) if twins > 1 else ""


def problem(grade: Grade) -> str:
    """Why there are no points at all; "" where there may be some."""
    if not grade.error:
        return ""
    why = one_line(grade.error)
    if grade.unreadable:
        return say("This file is no submission: {why}", why=why)
    return say("This could not be judged, which says nothing about the work that was handed in: {why}", why=why)


def score(row: Row) -> str:
    """The points in words: what counts first, and what was only claimed beside it."""
    marks = row.marks
    text = say("{points} of {of} points", points=shown_points(marks.points), of=shown_points(marks.of))
    if not marks.claimed:
        return text
    claimed, total = shown_points(marks.claimed), shown_points(marks.total)
    if marks.total == marks.points:
        return text + say(", and {claimed} claimed, which a replay cannot prove", claimed=claimed)
    return text + say(", and {claimed} claimed: {total} count", claimed=claimed, total=total)


def note_line(note: Note) -> str:
    """A note on a line, with the line's number where it has one."""
    text = one_line(note.text)
    return say("line {line}: {told}", line=note.line, told=text) if note.line else text


def remarks(row: Row) -> tuple[str, ...]:
    """What a person should know about the submission: the file's facts, the policy's, the limit that ended it."""
    grade = row.grade
    ended = (say("the replay was ended by a limit: {limit}", limit=one_line(grade.limit)),) if grade.limit else ()
    return (*map(one_line, grade.remarks), *ended, *map(one_line, row.marks.remarks))


def feedback(row: Row, batch: Batch) -> str:
    """One student's feedback, to be sent as it is. It names no other student."""
    return "\n".join(_lines(row, batch)) + "\n"


def own_name(grade: Grade, batch: Batch) -> str:
    """What the student calls the file: its name, with as many of its folders as tell it from the student's others."""
    parts = grade.file.split("/")
    files = [each.grade.file.split("/") for each in batch.rows if each.grade.student == grade.student]
    for count in range(1, len(parts)):
        if sum(each[-count:] == parts[-count:] for each in files) <= 1:  # its own
            return "/".join(parts[-count:])
    return grade.file


def _lines(row: Row, batch: Batch) -> Iterator[str]:
    grade = row.grade
    lab = batch.labs.get(grade.lab)
    if lab:
        yield f"{lab.title} ({lab.name})"
    file = one_line(own_name(grade, batch))
    yield f"{one_line(grade.student)} · {file}" if grade.student else file
    if grade.error:
        yield ""
        yield problem(grade)
        return
    yield score(row)
    yield ""
    refused = [each for each in grade.notes if each.kind == "refused"]
    if refused:
        yield say("Lines that were not played; a step that needs one of them did not pass for that:")
        yield from (f"  {note_line(each)}" for each in refused)
        yield ""
    worth = {each.step: each for each in row.marks.steps}
    for step in grade.steps:
        yield from _step(step, worth.get(step.step))
    yield from _listed(
        say("About lines of the file:"), [note_line(each) for each in grade.notes if each not in refused]
    )
    yield from _listed(say("Remarks:"), remarks(row))


def _step(step: StepGrade, marks: StepMarks | None) -> Iterator[str]:
    how = state(step)
    points = f" ({step_points(marks)})" if marks else ""
    yield f"{how.mark} {step.step}: {one_line(step.title)}{points}"
    yield from (f"    {line}" for line in [*about(step, marks), *(part for each in red(step) for part in found(each))])


def about(step: StepGrade, marks: StepMarks | None) -> Iterator[str]:
    """What is said of a step beside its findings: where it passed, that it is claimed, that help was taken."""
    if step.verdict is Verdict.PASS and step.proof == "claimed":
        yield say("an answer about the engine that the lab was done on: right in form, but a replay cannot prove it")
    if step.verdict is Verdict.CANNOT_JUDGE:
        yield say("this says nothing about the work that was handed in")
    if marks and marks.why:
        yield from marks.why
    elif step.assisted:
        yield say("done with help")


def out_of(marks: Marks | StepMarks) -> str:
    """The proved points beside what they could have been: `7 of 11`."""
    return say("{points} of {of}", points=shown_points(marks.points), of=shown_points(marks.of))


def step_points(marks: StepMarks) -> str:
    """A step's points: `1 of 1`, or `claimed 1 of 1`."""
    if marks.claimed:
        return say("claimed {points} of {of}", points=shown_points(marks.claimed), of=shown_points(marks.of))
    return out_of(marks)


def found(judged: Judged) -> Iterator[str]:
    """One reason in lines: why, what was expected and observed, where to look, the mistake behind it."""
    finding = judged.finding
    where = f" ({judged.server})" if judged.server else ""
    yield f"{one_line(finding.why, 600)}{where}"
    for name, value in ((say("expected"), finding.expected), (say("observed"), finding.observed)):
        first, *more = value_lines(value) or [""]
        yield from [f"  {name}: {first}", *(f"    {line}" for line in more)] if first else []
    if finding.look:
        yield f"  {say('look')}: {one_line(finding.look, 600)}"
    if judged.misconception:
        yield from (f"  {line.strip()}" for line in clean_text(judged.misconception).splitlines() if line.strip())


def value_lines(value: str) -> list[str]:
    """What was expected or observed: mostly one line; of a question with choices each choice is one."""
    return [one_line(line, 600) for line in clean_text(value).splitlines() if line.strip()]


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield heading
        yield from (f"  {line}" for line in lines)
