"""Reports in files: looked at before the work begins, written whole or not at all at its end."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from checks.words import say
from runner.errors import NotKept, UsageError
from runner.grading.marks import Batch
from runner.plain import one_line

Writer = Callable[[Batch], str]


@dataclass(frozen=True)
class ReportFile:
    """A file that a report is to be written to. `option` is how it was asked for."""

    option: str
    path: Path
    writer: Writer

    def write(self, batch: Batch) -> None:
        """Puts the whole report in the file's place. NotKept where that cannot be; what was there is there still."""
        text = self.writer(batch)
        try:
            replaced(self.path, text)
        except OSError as error:
            what = say("cannot write {file}: {reason}", file=one_line(self.path), reason=error.strerror)
            raise NotKept(
                what, say("make room or name another file, and give the same command with --resume")
            ) from error


def checked(files: Iterable[ReportFile], inputs: Sequence[Path]) -> list[ReportFile]:
    """The files, with their links followed. UsageError for one that could not be written, or that is an input."""
    done: list[ReportFile] = []
    for each in files:
        path = each.path.resolve()
        named = f"{each.option} {one_line(each.path)}"
        if why := led_astray(each.path) or _unfit(path, inputs):
            raise UsageError(say("{option}: {why}", option=named, why=why), say("name another file"))
        twin = next((one for one in done if one.path == path), None)
        if twin:
            raise UsageError(say("{option}: {other} names the same file", option=named, other=twin.option))
        done.append(ReportFile(each.option, path, each.writer))
    return done


def _unfit(path: Path, inputs: Sequence[Path]) -> str:
    if any(path == each.resolve() or each.resolve() in path.parents for each in inputs):
        return say("it is, or lies in, what is to be graded")
    if path.exists() and not path.is_file():
        return say("it is no plain file")
    if not path.parent.is_dir():
        return say("there is no folder {folder}", folder=one_line(path.parent))
    if not os.access(path.parent, os.W_OK):
        return say("nothing can be written to {folder}", folder=one_line(path.parent))
    return ""


def led_astray(path: Path) -> str:
    """Why the links on a path are not to be followed; "" where they may be.

    In a folder where everybody may write (/tmp) somebody else's link could lead root anywhere; Linux itself follows
    none there where fs.protected_symlinks is set (proc_sys_fs(5)), but a link that is read is not followed by it.
    """
    for each in (path.absolute(), *path.absolute().parents):
        if each.is_symlink() and _strangers(each):
            return say("{link} is a link that somebody else put there", link=one_line(each))
    return ""


def _strangers(link: Path) -> bool:
    folder = link.parent.stat()
    open_to_all = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
    return bool(open_to_all) and link.lstat().st_uid not in (os.geteuid(), folder.st_uid)


def replaced(path: Path, text: str) -> None:
    """Writes a file anew beside the old one, and puts it in its place. Raises OSError; no half of it stays."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:20]}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
            os.fchmod(file.fileno(), _mode(path))
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _mode(path: Path) -> int:
    """The mode of the file that is there, if it is our own: nobody else says who may read or write what we write."""
    try:
        there = path.stat()
    except OSError:
        return 0o666 & ~_umask()
    return there.st_mode & 0o777 if there.st_uid == os.geteuid() else 0o666 & ~_umask()


def _umask() -> int:
    """The process's; asking for it means setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
