"""Each student on the page of grades: every step with what was seen, notes on lines, and the feedback to send."""

from __future__ import annotations

from collections.abc import Iterator

from checks.words import say
from runner.grading.marks import Batch, Row, StepMarks, shown_points
from runner.grading.model import StepGrade
from runner.plain import clean_text, one_line
from runner.screens.grade_feedback import (
    State,
    about,
    evidence,
    feedback,
    note_line,
    out_of,
    problem,
    red,
    remarks,
    state,
    step_points,
    value_lines,
    who,
)
from runner.screens.grade_overview import mark, places
from runner.screens.markup import Html, coded, element, joined
from runner.session.events import Judged


def students(batch: Batch) -> Html:
    """A section a submission."""
    numbers = places(batch)
    sections = [_student(row, number, batch, numbers) for number, row in enumerate(batch.rows, start=1)]
    return element("section", element("h2", say("Students")), *sections, id="students")


def _student(row: Row, number: int, batch: Batch, numbers: dict[str, int]) -> Html:
    grade = row.grade
    worth = {each.step: each for each in row.marks.steps}
    steps = [_step(each, worth.get(each.step)) for each in grade.steps] if not grade.error else []
    return element(
        "article",
        element("div", element("h3", element("bdi", who(grade)), id=f"h{number}"), _points(row), class_="top"),
        element("p", element("bdi", grade.file), _times(row), class_="soft small"),
        element("p", problem(grade), class_="why") if grade.error else None,
        element("ol", *steps, class_="steps") if steps else None,
        *_beside(row, batch, numbers),
        _send(row, batch),
        element("p", element("a", say("Back to the class"), href="#class"), class_="back"),
        class_="card student",
        id=f"s{number}",
        aria_labelledby=f"h{number}",
    )


def _points(row: Row) -> Html | None:
    marks = row.marks
    if row.grade.error:
        return None
    tags = []
    if marks.claimed:
        words = say("{points} claimed", points=shown_points(marks.claimed))
        tags.append(element("span", words, class_="claimed tag"))
    if marks.total != marks.points:
        tags.append(element("span", say("{points} count", points=shown_points(marks.total)), class_="plain tag"))
    return element("p", out_of(marks), *(joined(" ", tag) for tag in tags), class_="points")


def _times(row: Row) -> Html | None:
    handed_in = one_line(row.grade.handed_in, 40)
    return joined(" · ", say("handed in, as the file says: {time}", time=handed_in)) if handed_in else None


# --- a step


def _step(step: StepGrade, marks: StepMarks | None) -> Html:
    how = state(step)
    name = joined(element("code", step.step), " ", element("b", element("bdi", step.title)))
    tags = [element("span", how.label, class_=f"{how.word} tag")] if how is not State.PROVED else []
    tags += [element("span", say("with help"), class_="plain tag")] if step.assisted else []
    return element(
        "li",
        mark(how, how.label),
        element("span", name, *(joined(" ", tag) for tag in tags)),
        element("span", step_points(marks) if marks else "", class_="worth"),
        element("div", *_more(step, marks), class_="more"),
        class_="step",
    )


def _more(step: StepGrade, marks: StepMarks | None) -> Iterator[Html]:
    yield from (element("p", line, class_="soft why") for line in about(step, marks))
    yield from (_found(each) for each in red(step))
    seen = evidence(step)
    if seen:
        lines = [element("li", element("bdi", line)) for line in seen]
        yield element("details", element("summary", say("What was seen")), element("ul", *lines))


def _found(judged: Judged) -> Html:
    """One reason: why, what was expected and seen, where to look, the mistake behind it."""
    finding = judged.finding
    values = [(say("expected"), finding.expected), (say("observed"), finding.observed)]
    pairs = [joined(element("dt", name), *_values(value)) for name, value in values if value]
    if finding.look:
        pairs.append(joined(element("dt", say("look")), element("dd", element("code", finding.look))))
    behind = [element("p", coded(part)) for part in clean_text(judged.misconception).split("\n\n") if part.strip()]
    where = f" ({judged.server})" if judged.server else ""
    return element(
        "div",
        element("p", element("bdi", coded(finding.why)), where, class_="why"),
        element("dl", *pairs) if pairs else None,
        *behind,
        class_="found",
    )


def _values(value: str) -> Iterator[Html]:
    """A line each: of a question with choices each choice is one."""
    yield from (element("dd", element("bdi", line)) for line in value_lines(value))


# --- beside the steps


def _beside(row: Row, batch: Batch, numbers: dict[str, int]) -> Iterator[Html]:
    """Notes on lines, remarks, and who handed in the same."""
    yield from _list(
        say("About lines of the file"), [element("bdi", coded(note_line(each))) for each in row.grade.notes]
    )
    yield from _list(say("Remarks"), [element("bdi", coded(each)) for each in remarks(row)])
    same = [file for group in batch.similar if row.grade.file in group for file in group if file != row.grade.file]
    links = [_link(batch.rows[numbers[file] - 1], numbers[file]) for file in same if file in numbers]
    yield from _list(say("The same commands and answers, times aside"), links)


def _link(row: Row, number: int) -> Html:
    return element("a", element("bdi", who(row.grade)), href=f"#s{number}", title=row.grade.file)


def _list(heading: str, items: list[Html]) -> Iterator[Html]:
    if items:
        yield element("h4", heading)
        yield element("ul", *(element("li", each) for each in items), class_="notes")


def _send(row: Row, batch: Batch) -> Html:
    """The feedback as text: one click marks all of it."""
    return element(
        "details",
        element("summary", say("Feedback to send")),
        element("p", say("One click marks all of it, to be copied. It names no other student."), class_="soft"),
        element("pre", feedback(row, batch), tabindex="0", dir="auto"),
        class_="send",
    )
