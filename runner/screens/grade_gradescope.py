"""One student's work as Gradescope's results.json (gradescope-autograders.readthedocs.io/en/latest/specs)."""

from __future__ import annotations

import json
from typing import Any

from checks.words import listed, say
from runner.errors import UsageError
from runner.grading.marks import NONE, Batch, Row, StepMarks, number
from runner.grading.model import StepGrade
from runner.plain import one_line
from runner.screens.grade_feedback import State, about, evidence, found, note_line, problem, red, remarks, score, state


def written(batch: Batch) -> str:
    """The results of one student: one submission, or one of each of several labs, as Gradescope hands them over.

    Raises UsageError where the files are of several students: Gradescope grades each alone.
    """
    labs = [row.grade.lab for row in batch.rows if row.grade.lab]
    if len(set(labs)) < len(labs):
        twice = next(lab for lab in labs if labs.count(lab) > 1)
        raise UsageError(
            say("results.json is of one student, and here are several submissions of {lab}", lab=twice),
            say("Gradescope grades each student alone; for a class take --csv, --json or --html"),
        )
    return json.dumps(_results(batch), ensure_ascii=False, indent=2)


def _results(batch: Batch) -> dict[str, Any]:
    several = len(batch.labs) > 1
    return {
        "score": number(sum((row.marks.total for row in batch.rows), NONE)),
        "output": "\n\n".join(_output(row) for row in batch.rows) or say("no submission was found"),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [test for row in batch.rows for test in _tests(row, several=several)],
    }


def _output(row: Row) -> str:
    """What is said of the whole submission."""
    grade = row.grade
    lines = [one_line(grade.file), problem(grade) or score(row)]
    lines += [note_line(each) for each in grade.notes]
    return "\n".join([*lines, *remarks(row)])


def _tests(row: Row, *, several: bool) -> list[dict[str, Any]]:
    worth = {each.step: each for each in row.marks.steps}
    return [
        _test(row.grade.lab if several else "", step, worth[step.step])
        for step in row.grade.steps
        if step.step in worth
    ]


def _test(lab: str, step: StepGrade, marks: StepMarks) -> dict[str, Any]:
    """A step. A claimed one is passed, with as many points as the policy lets count."""
    how = state(step)
    return {
        "name": f"{lab}: {step.step}: {one_line(step.title)}" if lab else f"{step.step}: {one_line(step.title)}",
        "name_format": "text",
        "score": number(marks.total),
        "max_score": number(marks.of),
        "status": "passed" if how in (State.PROVED, State.CLAIMED) else "failed",
        "output": _told(step, marks),
        "output_format": "text",
        "visibility": "visible",
        "tags": [how.word, *(["assisted"] if step.assisted else [])],
    }


def _told(step: StepGrade, marks: StepMarks) -> str:
    lines = [*about(step, marks), *(line for each in red(step) for line in found(each))]
    return "\n".join(lines or evidence(step)) or listed([])
