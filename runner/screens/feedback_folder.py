"""A folder with one text for each student, ready to be sent. What else is in it is left alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.words import say
from runner.errors import NotKept, UsageError
from runner.grading.marks import Batch
from runner.plain import one_line
from runner.screens.grade_feedback import feedback_files
from runner.screens.report_files import led_astray, replaced


@dataclass(frozen=True)
class FeedbackFolder:
    """Where the texts go: a folder that is there, or that is made."""

    path: Path

    def write(self, batch: Batch) -> None:
        """Puts every text in the folder, each whole. NotKept where that cannot be."""
        try:
            self.path.mkdir(exist_ok=True)
            for name, text in feedback_files(batch):
                replaced(self.path / name, text)
        except OSError as error:
            what = say("cannot write {file}: {reason}", file=one_line(self.path), reason=error.strerror)
            raise NotKept(
                what, say("make room or name another file, and give the same command with --resume")
            ) from error


def feedback_folder(path: Path, inputs: Sequence[Path]) -> FeedbackFolder:
    """The folder, with its links followed. UsageError for one that cannot be, or that is among what is graded."""
    folder = path.resolve()
    if why := led_astray(path) or _unfit(folder, inputs):
        raise UsageError(
            say("{option}: {why}", option=f"--feedback {one_line(path)}", why=why), say("name another folder")
        )
    return FeedbackFolder(folder)


def _unfit(folder: Path, inputs: Sequence[Path]) -> str:
    if any(folder == each.resolve() or each.resolve() in folder.parents for each in inputs):
        return say("it is, or lies in, what is to be graded")
    if os.path.lexists(folder) and not folder.is_dir():
        return say("it is no folder")
    if not folder.parent.is_dir():
        return say("there is no folder {folder}", folder=one_line(folder.parent))
    if not os.access(folder if folder.is_dir() else folder.parent, os.W_OK):
        return say("nothing can be written to {folder}", folder=one_line(folder))
    return ""
