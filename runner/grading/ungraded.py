"""Grades of what came to none: a file that could not be read, a submission that could not be judged."""

from __future__ import annotations

from dataclasses import replace

from runner.grading.model import Grade, Submission, Unreadable
from runner.session.events import Verdict


def unread(file: Unreadable) -> Grade:
    """The row of a file that is no submission."""
    return Grade(file.file, file.student, "", "", error=file.why, unreadable=True)


def blank(submission: Submission) -> Grade:
    """The row of a submission before anything has come of it."""
    return about(Grade(submission.file, submission.student, submission.lab, submission.digest), submission)


def failed(submission: Submission, why: str) -> Grade:
    """The row of a submission that could not be judged, which is nobody's points and nobody's fault."""
    return replace(blank(submission), error=why)


def about(grade: Grade, submission: Submission) -> Grade:
    """The grade with what the file alone says as it is now: the same bytes may have come under another name."""
    return replace(
        grade,
        file=submission.file,
        student=submission.student,
        remarks=submission.remarks,
        version=submission.version,
        handed_in=submission.handed_in,
    )


def judged(grade: Grade) -> bool:
    """Whether it was judged to the end: grading it again would tell nothing new."""
    return not grade.error and all(each.verdict is not Verdict.CANNOT_JUDGE for each in grade.steps)
