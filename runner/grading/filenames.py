"""Names of submissions: shown safely, never doubled, and whose they are by the ways of learning platforms."""

from __future__ import annotations

import re

from runner.lab.loader import lab_names
from runner.lab.problems import shown

_LONGEST = 240
_CLUTTER = frozenset({"__macosx", "thumbs.db", "desktop.ini", "submission_metadata.yml"})  # systems' and platforms' own
_DRIVE = re.compile(r"[A-Za-z]:")
_ARCHIVE = re.compile(r"\.(zip|tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
_AGAIN = re.compile(r"(-\d+| ?\(\d+\))$")  # as browsers and platforms number a second one of the same name

# Moodle, mod/assign/locallib.php: fullname_id_plugin_area, as a folder's name or before the file's own.
_MOODLE = re.compile(r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_[a-z]+(_|$)")
# Canvas, lib/content_zipper.rb: sortable name without blanks, LATE where it was, user, attachment, the file's own name.
_CANVAS = re.compile(r"(?P<name>[^\W\d_][^/_]*?)(_LATE)?_(?P<number>\d+)_\d+_.+")
# Brightspace: "123-456 - Name - Mar 1, 2026 1159 PM", a folder. Blackboard: assignment_user_attempt_time_file.
_BRIGHTSPACE = re.compile(r"\d+-\d+ - (?P<name>.+?) - .+")
_BLACKBOARD = re.compile(r".+?_(?P<name>[^_]+)_attempt_\d{4}(-\d\d){5}(_.*|\.\w+)")
_GRADESCOPE = re.compile(r"submission_\d+")
_NO_NAMES = frozenset(
    {"submission", "submissions", "script", "commands", "answer", "answers", "solution", "lab", "onlinetext"}
)


def owner(file: str) -> str:
    """Whose a file is, by its name and folders; "" where they tell nothing.

    The outermost name that a platform gave is believed: what is further inside the student chose.
    """
    return named_by_platform(file) or _by_file([part for part in file.split("/") if part])


def named_by_platform(file: str) -> str:
    """Whose a file is, where a learning platform has put a name to it; else ""."""
    return next(filter(None, map(_by_platform, file.split("/"))), "")


def platform_id(file: str) -> tuple[str, str]:
    """By what the platform itself knows its owner: ("moodle", the number of a participant of that assignment),
    ("canvas", a user's id), ("blackboard", a user's name); ("", "") where no such name is in it."""
    part = next(filter(_by_platform, file.split("/")), "")
    for platform, found in (
        ("canvas", _CANVAS.fullmatch(part)),
        ("moodle", _MOODLE.match(part)),
        ("blackboard", _BLACKBOARD.fullmatch(part)),
    ):
        if found:
            return platform, found["name" if platform == "blackboard" else "number"]
    return "", ""


def _by_platform(part: str) -> str:
    found = _MOODLE.match(part)
    if found and not _CANVAS.fullmatch(part):  # on Canvas what is behind the numbers the student chose
        name = found["name"].replace("_", " ").strip()
        return f"{name} {found['number']}" if name == "Participant" else name
    for pattern in (_CANVAS, _BRIGHTSPACE, _BLACKBOARD):
        if found := pattern.fullmatch(part):
            return found["name"].strip()
    stem = _ARCHIVE.sub("", part)
    return stem if _GRADESCOPE.fullmatch(stem) else ""


def _by_file(parts: list[str]) -> str:
    """The file's own name, or its folder's where the file is called like a lab or like any submission."""
    stems = [_AGAIN.sub("", _ARCHIVE.sub("", part)) for part in parts]
    if not stems:
        return ""
    name = _AGAIN.sub("", stems[-1].rpartition(".")[0] or stems[-1])
    if name.lower() not in _NO_NAMES and name not in lab_names():
        return name
    return stems[-2] if len(stems) > 1 and stems[-2] not in (".", "..") else ""


def is_clutter(name: str) -> bool:
    """Whether a name in a folder or an archive is what systems and platforms leave there, or hidden."""
    parts = [part for part in name.replace("\\", "/").split("/") if part]
    return any(part.lower() in _CLUTTER or (part.startswith(".") and part.strip(".")) for part in parts)


def outside(name: str) -> bool:
    """Whether a name in an archive leads out of it."""
    parts = name.replace("\\", "/").split("/")
    return not parts[0] or ".." in parts or _DRIVE.match(name) is not None


def placed(folder: str, name: str) -> str:
    """The name of something within a folder or an archive."""
    return "/".join(
        [folder.rstrip("/"), *(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))]
    )


class Names:
    """Gives every file a name that is safe to print, not endless, and its own."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """The name, numbered where it was given before."""
        safe = _short(shown(name, most=70_000))
        while safe in self._given:
            self._given[safe] += 1
            safe = f"{safe} ({self._given[safe]})"
        self._given[safe] = 1
        return safe


def _short(name: str) -> str:
    if len(name) <= _LONGEST:
        return name
    half = _LONGEST // 2
    return f"{name[:half]}…{name[-half:]}"
