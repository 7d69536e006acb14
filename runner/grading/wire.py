"""Submissions and grades as JSON and back, nothing lost: between processes, in the ledger, in `grade --json`.

What is read here was written by vethlab itself; what students hand in is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.finding import Finding
from runner.grading.model import GivenAnswer, Grade, Line, Note, StepGrade, Submission
from runner.session.events import Judged, StepJudged, Verdict

Json = dict[str, Any]


def submission_out(submission: Submission) -> Json:
    """As a JSON object."""
    return {
        "file": submission.file,
        "student": submission.student,
        "lab": submission.lab,
        "digest": submission.digest,
        "lines": [[each.number, each.text] for each in submission.lines],
        "answers": [_answer_out(each) for each in submission.answers],
        "assisted": sorted(submission.assisted),
        "version": submission.version,
        "vethlab": submission.vethlab,
        "handed_in": submission.handed_in,
        "remarks": list(submission.remarks),
        "notes": [_note_out(each) for each in submission.notes],
        "other_lab": submission.other_lab,
    }


def submission_in(found: Mapping[str, Any]) -> Submission:
    """From what `submission_out` made. Raises LookupError or TypeError for anything else."""
    return Submission(
        found["file"],
        found["student"],
        found["lab"],
        found["digest"],
        lines=tuple(Line(number, text) for number, text in found["lines"]),
        answers=tuple(_answer_in(each) for each in found["answers"]),
        assisted=frozenset(found["assisted"]),
        version=found["version"],
        vethlab=found["vethlab"],
        handed_in=found["handed_in"],
        remarks=tuple(found["remarks"]),
        notes=tuple(map(_note_in, found["notes"])),
        other_lab=found["other_lab"],
    )


def _answer_out(given: GivenAnswer) -> Json:
    return {
        "step": given.step,
        "text": given.text,
        "after": given.after,
        "claimed_pass": given.claimed_pass,
        "evidence": list(given.evidence),
    }


def _answer_in(found: Mapping[str, Any]) -> GivenAnswer:
    return GivenAnswer(**{**found, "evidence": tuple(found["evidence"])})


def _note_out(note: Note) -> Json:
    return {"line": note.line, "kind": note.kind, "text": note.text}


def _note_in(found: Mapping[str, Any]) -> Note:
    return Note(found["line"], found["kind"], found["text"])


def grade_out(grade: Grade) -> Json:
    """As a JSON object: one of `grade --json`'s submissions, still without points."""
    return {
        "file": grade.file,
        "student": grade.student,
        "error": grade.error,
        "unreadable": grade.unreadable,
        "limit": grade.limit,
        "digest": grade.digest,
        "version": grade.version,
        "handed_in": grade.handed_in,
        "remarks": list(grade.remarks),
        "notes": [_note_out(each) for each in grade.notes],
        "labs": [_lab_out(grade)] if grade.lab else [],
    }


def _lab_out(grade: Grade) -> Json:
    return {
        "lab": grade.lab,
        "engine": {"kind": "private", "version": grade.engine},
        "verdict": grade.verdict.value,
        "seconds": round(grade.seconds, 3),
        "steps": [_step_out(each) for each in grade.steps],
    }


def grade_in(found: Mapping[str, Any]) -> Grade:
    """From what `grade_out` made, with or without points in it. Raises LookupError or TypeError for anything else."""
    lab: Mapping[str, Any] = next(iter(found["labs"]), {})
    return Grade(
        found["file"],
        found["student"],
        lab.get("lab", ""),
        found["digest"],
        steps=tuple(_step_in(each, lab["lab"]) for each in lab.get("steps", ())),
        notes=tuple(map(_note_in, found["notes"])),
        remarks=tuple(found["remarks"]),
        error=found["error"],
        unreadable=found["unreadable"],
        limit=found["limit"],
        engine=lab["engine"]["version"] if lab else "",
        version=found["version"],
        handed_in=found["handed_in"],
        seconds=lab.get("seconds", 0.0),
    )


def _step_out(step: StepGrade) -> Json:
    return {
        "id": step.step,
        "title": step.title,
        "verdict": step.verdict.value,
        "proof": step.proof,
        "points": step.points,
        "assisted": step.assisted,
        "line": step.line,
        "answer": step.judged.answer,
        "seen": step.judged.verdict.value,
        "seconds": step.judged.seconds,
        "findings": [_outcome_out(each) for each in step.judged.judged],
    }


def _step_in(found: Mapping[str, Any], lab: str) -> StepGrade:
    judged = StepJudged(
        lab,
        found["id"],
        found["title"],
        Verdict(found["seen"]),
        found["seconds"],
        _outcomes_in(found["findings"]),
        found["answer"],
    )
    return StepGrade(
        found["id"],
        found["title"],
        Verdict(found["verdict"]),
        found["proof"],
        judged,
        points=found["points"],
        assisted=found["assisted"],
        line=found["line"],
    )


def _outcome_out(judged: Judged) -> Json:
    finding = judged.finding
    return {
        "check": judged.check,
        "verdict": judged.verdict.value,
        "fact": judged.fact,
        "server": judged.server,
        "ok": finding.ok,
        "expected": finding.expected,
        "observed": finding.observed,
        "why": finding.why,
        "look": finding.look,
        "evidence": list(finding.evidence),
        "misconception": judged.misconception,
    }


def _outcomes_in(found: Sequence[Mapping[str, Any]]) -> tuple[Judged, ...]:
    return tuple(
        Judged(
            each["check"],
            Verdict(each["verdict"]),
            Finding(
                each["ok"],
                expected=each["expected"],
                observed=each["observed"],
                why=each["why"],
                look=each["look"],
                evidence=tuple(each["evidence"]),
            ),
            fact=each["fact"],
            server=each["server"],
            misconception=each["misconception"],
        )
        for each in found
    )
