"""The JSON document of `grade --json`; its schema is grade.schema.json beside this file."""

from __future__ import annotations

import json
from typing import Any

from runner.grading.marks import Batch, Row, StepMarks, number
from runner.grading.model import StepGrade
from runner.plain import clean_text, one_line
from runner.screens.grade_feedback import remarks
from runner.screens.result import finding_row


def written(batch: Batch) -> str:
    """All of the batch as one line of JSON. Two replays give the same, `seconds` aside."""
    rows = [_submission(row) for row in batch.rows]
    return json.dumps(
        {"submissions": rows, "similar": [list(map(clean_text, group)) for group in batch.similar]}, ensure_ascii=False
    )


def error_document(what: str, hint: str) -> str:
    """The document of a `grade` that came to nothing."""
    error = {"what": clean_text(what), "hint": clean_text(hint)}
    return json.dumps({"submissions": [], "similar": [], "error": error}, ensure_ascii=False)


def _submission(row: Row) -> dict[str, Any]:
    grade, marks = row.grade, row.marks
    return {
        "file": clean_text(grade.file),
        "student": one_line(grade.student),
        "points": number(marks.points),
        "claimed": number(marks.claimed),
        "total": number(marks.total),
        "of": number(marks.of),
        "error": clean_text(grade.error),
        "unreadable": grade.unreadable,
        "digest": grade.digest,
        "handed_in": one_line(grade.handed_in),
        "labs": [_lab(row)] if grade.lab else [],
    }


def _lab(row: Row) -> dict[str, Any]:
    grade = row.grade
    worth = {each.step: each for each in row.marks.steps}
    return {
        "lab": grade.lab,
        "version": one_line(grade.version),
        "engine": {"kind": "private", "version": clean_text(grade.engine)},
        "verdict": grade.verdict.value,
        "seconds": round(grade.seconds, 3),
        "steps": [_step(step, worth.get(step.step)) for step in grade.steps],
        "notes": [{"line": each.line, "kind": each.kind, "text": clean_text(each.text)} for each in grade.notes],
        "remarks": list(remarks(row)),
    }


def _step(step: StepGrade, marks: StepMarks | None) -> dict[str, Any]:
    judged = step.judged.judged
    return {
        "id": step.step,
        "title": clean_text(step.title),
        "verdict": step.verdict.value,
        "seconds": round(step.judged.seconds, 3),
        "misconception": clean_text(next((each.misconception for each in judged if each.misconception), "")),
        "findings": [finding_row(each) for each in judged],
        "points": number(marks.points) if marks else 0,
        "claimed": number(marks.claimed) if marks else 0,
        "of": number(marks.of) if marks else 0,
        "policy": list(marks.why) if marks else [],
        "proof": step.proof,
        "assisted": step.assisted,
        "line": step.line,
    }
