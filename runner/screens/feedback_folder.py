"""A folder with one text for each submission, ready to be sent. What else is in it is left alone.

Of a Moodle download each text lies in a folder that is named as the download's own: zipped, that is what Moodle's
upload of feedback files takes (mod/assign/feedback/file/importziplib.php: name_number_plugintype_plugin, any path).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.words import say
from runner.errors import NotKept, UsageError
from runner.grading.filenames import owner
from runner.grading.gradebook import identity
from runner.grading.marks import Batch, Row
from runner.plain import one_line
from runner.screens.grade_feedback import feedback, own_name, who
from runner.screens.report_files import led_astray, replaced

_LONGEST = 30  # letters of a part of a name; of a student's or a file's, twice as many
_DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])(\.|$)", re.IGNORECASE)
_MOST_BYTES = 200  # of a name, which may have an ending


@dataclass(frozen=True)
class FeedbackFolder:
    """Where the texts go: a folder that is there, or that is made."""

    path: Path

    def write(self, batch: Batch) -> None:
        """Puts every text in the folder, each whole. NotKept where that cannot be."""
        try:
            self.path.mkdir(exist_ok=True)
            for name, text in feedback_files(batch):
                self._write(self.path / name, text)
        except OSError as error:
            what = say("cannot write {file}: {reason}", file=one_line(self.path), reason=error.strerror)
            raise NotKept(
                what, say("make room or name another file, and give the same command with --resume")
            ) from error

    def _write(self, file: Path, text: str) -> None:
        if file.parent != self.path:
            if why := led_astray(file.parent):
                raise NotKept(why, say("name another folder"))
            file.parent.mkdir(exist_ok=True)
        replaced(file, text)


def feedback_files(batch: Batch) -> Iterator[tuple[str, str]]:
    """The feedback of each as (path in the folder, text). Names are plain, and each is there once.

    Where a student has two for one lab, the name of what was handed in is part of each.
    """
    folders = [_folder(row) for row in batch.rows]
    names = [_name(row, folder, batch) for row, folder in zip(batch.rows, folders, strict=True)]
    count = Counter((folder, name.casefold()) for folder, name in zip(folders, names, strict=True))
    given: set[str] = set()
    for number, (row, folder, name) in enumerate(zip(batch.rows, folders, names, strict=True), start=1):
        twin = count[folder, name.casefold()] > 1
        own = _of(name, own_name(row.grade, batch)) if twin else name
        path = folder + (own or name or str(number))
        while path.casefold() in given:
            path = f"{path}-{number}"
        given.add(path.casefold())
        yield f"{path}.txt", feedback(row, batch)


def _folder(row: Row) -> str:
    """The folder of a text, with its slash; "" where the submission did not come from Moodle."""
    participant = identity(row.grade).moodle
    if not participant:
        return ""
    name = re.sub(r"[^\w.-]+|_+", " ", owner(row.grade.file).removesuffix(participant)).strip(".- ")[:_LONGEST]
    return f"{name if name and _nameable(name) else 'Participant'}_{participant}_assignsubmission_file_/"


def _name(row: Row, folder: str, batch: Batch) -> str:
    """The text's name without its ending; "" where the student's name cannot be a file's."""
    whose = who(row.grade) if row.grade.student else own_name(row.grade, batch)
    return _of("feedback" if folder else whose, row.grade.lab)


def _of(name: str, of: str) -> str:
    """`Anna-Lee-bridge`; "" where no file can be called so."""
    parts = [_plain(name)[: 2 * _LONGEST], _plain(of)[-_LONGEST:]]
    words = "-".join(filter(None, parts)).strip(".-_")
    return words if words and _nameable(words) else ""


def _plain(words: str) -> str:
    return re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFC", words)).strip(".-_")


def _nameable(name: str) -> bool:
    """Whether a file can be called so: not every system's locale has every letter, and 255 bytes are the most.

    Some names are devices of Windows's, whatever ending they have.
    """
    if _DEVICE.match(name):
        return False
    try:
        return len(os.fsencode(name)) < _MOST_BYTES
    except UnicodeEncodeError:
        return False


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
