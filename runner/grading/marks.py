"""Points: what the lab gives for each step after the instructor's policy. Exact; proved and claimed never mix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction

from checks.words import say
from runner.grading.model import Grade, StepGrade
from runner.grading.policy import Policy
from runner.lab.model import Lab, Step
from runner.session.events import Verdict

NONE = Fraction(0)
_DIGITS = 3  # behind the point, on screens and in files


@dataclass(frozen=True, slots=True)
class StepMarks:
    """One step: `points` were proved on the replay, `claimed` only the file says; one of them is always 0.

    `total` is what counts of them, `of` what the step is worth, `why` are the policy's reasons for less than that.
    """

    step: str
    title: str
    points: Fraction
    claimed: Fraction
    total: Fraction
    of: Fraction
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """A submission's points. `total` is what counts: `points`, and of `claimed` as much as the policy lets count."""

    points: Fraction = NONE
    claimed: Fraction = NONE
    total: Fraction = NONE
    of: Fraction = NONE
    steps: tuple[StepMarks, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One submission of a batch."""

    grade: Grade
    marks: Marks


@dataclass(frozen=True, slots=True)
class Batch:
    """All that reports are written from. `rows` are in the order of the input; `labs` those that were graded, by name.

    `similar` are groups of files whose commands and answers are the same, times aside.
    """

    rows: tuple[Row, ...]
    similar: tuple[tuple[str, ...], ...] = ()
    labs: Mapping[str, Lab] = field(default_factory=dict)


def marked(grade: Grade, lab: Lab | None, policy: Policy) -> Marks:
    """The points of a grade. None for a file that is no submission of any lab: no points, of none."""
    if lab is None:
        return Marks()
    factor, remarks = _whole(grade, policy)
    graded = {each.step: each for each in grade.steps}
    steps = tuple(_step(step, graded.get(step.id), lab.name, policy, factor) for step in lab.steps)
    points = sum((each.points for each in steps), NONE)
    claimed = sum((each.claimed for each in steps), NONE)
    total = sum((each.total for each in steps), NONE)
    return Marks(points, claimed, total, sum((each.of for each in steps), NONE), steps, remarks)


def shown_points(points: Fraction) -> str:
    """Points as people write them: 7, 7.5, 0.333; never an exponent, never the noise of binary numbers."""
    thousandths = round(points * 10**_DIGITS)
    whole, rest = divmod(abs(thousandths), 10**_DIGITS)
    decimals = f"{rest:0{_DIGITS}}".rstrip("0")
    return ("-" if thousandths < 0 else "") + str(whole) + (f".{decimals}" if decimals else "")


def number(points: Fraction) -> int | float:
    """Points as JSON has them: the number that `shown_points` writes."""
    text = shown_points(points)
    return float(text) if "." in text else int(text)


def _step(step: Step, grade: StepGrade | None, lab: str, policy: Policy, factor: Fraction) -> StepMarks:
    of = policy.weights.get(lab, {}).get(step.id, Fraction(step.points))
    title = grade.title if grade else step.title
    if grade is None or grade.verdict is not Verdict.PASS:
        return StepMarks(step.id, title, NONE, NONE, NONE, of)
    worth, why = of * factor, []
    if grade.assisted and policy.assisted != 1:
        worth *= policy.assisted
        why.append(say("done with help: counts {part}", part=shown_points(policy.assisted)))
    if grade.proof == "claimed":
        return StepMarks(step.id, title, NONE, worth, worth * policy.claimed, of, tuple(why))
    return StepMarks(step.id, title, worth, NONE, worth, of, tuple(why))


def _whole(grade: Grade, policy: Policy) -> tuple[Fraction, tuple[str, ...]]:
    """What all points of the submission are multiplied by, and why."""
    parts = [*_version(grade, policy), *_late(grade, policy)]
    factor = Fraction(1)
    for part, _ in parts:
        factor *= part
    return factor, tuple(remark for _, remark in parts)


def _version(grade: Grade, policy: Policy) -> Iterator[tuple[Fraction, str]]:
    """A script names no version: it is judged by the lab as it is here."""
    if grade.version and policy.versions and not any(grade.version.startswith(each) for each in policy.versions):
        yield (
            NONE,
            say("made with version {version} of the lab, which the policy does not allow", version=grade.version[:12]),
        )


def _late(grade: Grade, policy: Policy) -> Iterator[tuple[Fraction, str]]:
    if policy.late is None:
        return
    claimed = moment(grade.handed_in)
    if claimed is None:
        yield Fraction(1), say("the file names no time: it was not looked at whether it is late")
    elif claimed > policy.late.after:
        part, late = shown_points(policy.late.counts), grade.handed_in[:40]
        yield (
            policy.late.counts,
            say("late, by the time that the file names ({time}): counts {part}", time=late, part=part),
        )


def moment(text: str) -> datetime | None:
    """The moment that an ISO 8601 text names (UTC where it names no zone); None where it names none."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
