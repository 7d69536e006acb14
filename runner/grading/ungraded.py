"""Grades of what came to none: a file that could not be read, a submission that could not be judged."""

from __future__ import annotations

from dataclasses import replace

from checks.words import say
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
        remarks=(*submission.remarks, *_elsewhere(grade, submission)),
        version=submission.version,
        handed_in=submission.handed_in,
    )


def _elsewhere(grade: Grade, submission: Submission) -> tuple[str, ...]:
    """That the work is of another lab, where it is and nothing of it counts here."""
    if not submission.other_lab or any(each.proof for each in grade.steps) or not grade.steps:
        return ()
    return (say("nothing here is of the lab {lab}; the names are those of {other}",
                lab=submission.lab, other=submission.other_lab),)  # fmt: skip


def judged(grade: Grade) -> bool:
    """Whether it was judged to the end: grading it again would tell nothing new."""
    return not grade.error and all(each.verdict is not Verdict.CANNOT_JUDGE for each in grade.steps)
