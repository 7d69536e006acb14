"""The class as JUnit XML: a test suite a submission, a test case a step. Build servers read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.words import say
from runner.grading.marks import Batch, Row, shown_points
from runner.grading.model import StepGrade
from runner.plain import clean_text
from runner.screens.grade_feedback import State, evidence, feedback, note_line, problem, reason, remarks, state

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ILLEGAL = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2, without \r


def written(batch: Batch) -> str:
    """The whole as one XML document."""
    from xml.etree.ElementTree import Element, indent, tostring

    root = Element("testsuites", name="vethlab grade")
    for row in batch.rows:
        root.append(_suite(row, batch))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("time", _time(sum(row.grade.seconds for row in batch.rows)))
    indent(root)
    text: str = tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(row: Row, batch: Batch) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    grade = row.grade
    suite = Element("testsuite", name=_legal(grade.file), time=_time(grade.seconds))
    properties = SubElement(suite, "properties")
    for name, value in _properties(row):
        SubElement(properties, "property", name=name, value=_legal(value))
    cases = [_case(grade.lab, step) for step in grade.steps] if not grade.error else [_error(row)]
    suite.extend(cases)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("tests", str(len(cases)))
    said = "\n".join([*map(note_line, grade.notes), *remarks(row)])
    SubElement(suite, "system-out").text = _legal(said or feedback(row, batch))
    return suite


def _properties(row: Row) -> list[tuple[str, str]]:
    grade, marks = row.grade, row.marks
    points = {"points": marks.points, "claimed": marks.claimed, "total": marks.total, "of": marks.of}
    return [
        ("student", grade.student),
        ("lab", grade.lab),
        *((name, shown_points(value)) for name, value in points.items()),
    ]


def _case(lab: str, step: StepGrade) -> Element:
    """A step: what is not yet is a failure, what cannot be judged an error, what this engine cannot show skipped."""
    from xml.etree.ElementTree import Element, SubElement

    case = Element("testcase", classname=_legal(lab), name=_legal(step.step), time=_time(step.judged.seconds))
    how = state(step)
    tag = {State.NOT_YET: "failure", State.CANNOT_JUDGE: "error", State.UNSUPPORTED: "skipped"}.get(how)
    if tag:
        told = SubElement(case, tag, type=how.word, message=_legal(reason(step)))
        told.text = _legal(_findings(step))
    else:
        lines = [say("claimed: a replay cannot prove it")] if how is State.CLAIMED else []
        SubElement(case, "system-out").text = _legal("\n".join([step.title, *lines, *evidence(step)]))
    return case


def _error(row: Row) -> Element:
    """The one case of a file that could not be judged."""
    from xml.etree.ElementTree import Element, SubElement

    case = Element("testcase", classname=_legal(row.grade.lab or "submission"), name="submission", time=_time(0))
    kind = "no-submission" if row.grade.unreadable else State.CANNOT_JUDGE.word
    SubElement(case, "error", type=kind, message=_legal(problem(row.grade)))
    return case


def _findings(step: StepGrade) -> str:
    parts = [step.title]
    for each in step.judged.judged:
        finding = each.finding
        if not finding.ok:
            parts += [f"{each.check}: {finding.why}", finding.expected, finding.observed, finding.look]
    return "\n".join(filter(None, parts))


def _time(seconds: float) -> str:
    return f"{max(seconds, 0):.3f}"


def _legal(text: str) -> str:
    """The text with characters alone that XML can hold."""
    return _ILLEGAL.sub("", clean_text(text))
