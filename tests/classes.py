"""A class that hands in: files of honest, partial, wrong and hostile students, with the outcome of each by hand.

    python -m tests.classes 60 [--jobs N] [--keep FOLDER]

grades a class of 60 (or any number) by the command line and compares every step. It ends in 1 if one differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from checks.finding import Finding
from runner.docker_requests.continued import logical_lines
from runner.lab.loader import find_lab, load
from runner.session.events import Judged, StepJudged, Verdict
from runner.session.journal import Journal
from runner.session.submission import handed_in
from tests import class_scripts as scripts
from tests.class_scripts import Work

ROOT = Path(__file__).resolve().parents[1]
UNREADABLE = "unreadable"
POINTS = {"P": "proved", "C": "claimed", "-": ""}


@dataclass(frozen=True)
class Member:
    """One who hands in: the file's name, its bytes, and what must come of it."""

    file: str
    student: str
    work: Work
    data: bytes

    @property
    def unreadable(self) -> bool:
        return self.work.kind == UNREADABLE


TWELVE: tuple[Work, ...] = (
    scripts.BRIDGE,
    scripts.BRIDGE_OTHER_WAY,
    scripts.BRIDGE_NEVER_UNPLUGGED,
    scripts.HOST,
    scripts.HOST_WRONG,
    scripts.HOSTILE,
    scripts.CONTAINER,
    scripts.NET_ALIAS,
    scripts.NET_ALIAS_MISSPELT,
    scripts.MACVLAN,
    scripts.MACVLAN_ONE_SERVER,
    replace(scripts.EMPTY, kind=UNREADABLE),
)
MORE: tuple[Work, ...] = (
    scripts.BRIDGE_WRONG_ORDER,
    scripts.HOST_OTHER_WAY,
    scripts.NONE,
    scripts.NONE_WRONG,
    scripts.CONTAINER_PARTIAL,
    scripts.NET_ALIAS_OTHER_WAY,
    scripts.EMPTY,
)
NAMES = ("Anna", "Ben", "김민준", "Dora", "이서연", "Ümit", "Gita", "Hugo", "Iris", "Jan", "Kim", "Lea")


def the_class(size: int) -> Iterator[Member]:
    """The members of a class: the class of 12, then all kinds in turn, differently told."""
    works = (*TWELVE, *(work for _, work in zip(range(max(0, size - 12)), cycle((*MORE, *TWELVE)), strict=False)))
    for number, work in enumerate(works[:size]):
        student = f"{NAMES[number % len(NAMES)]} {number + 1}"
        yield member(number, student, work)


def member(number: int, student: str, work: Work) -> Member:
    if work.kind == UNREADABLE:
        return Member(f"{number:02} photo.sh", student, work, b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    if in_session(number, work):
        return Member(f"{number:02} {work.lab}.json", student, work, journal(work, student).encode())
    told = TELLINGS[(number // 12) % len(TELLINGS)](work.text)
    text = f"# lab: {work.lab}\n# student: {student}\n{told}"
    return Member(f"{number:02} {work.lab}.sh", student, work, text.encode())


def in_session(number: int, work: Work) -> bool:
    """Whether this member worked in a session, and hands in its journal."""
    return number % 3 == 1 and work.kind in ("honest", "another way")


def journal(work: Work, student: str) -> str:
    """What `submit` writes for a student who did the same in a session: every answer given was taken there."""
    lab = load(find_lab(work.lab))
    with tempfile.TemporaryDirectory() as state, _environ(XDG_STATE_HOME=state):
        kept = Journal(lab)
        kept.begin("private", "20.10.24")
        for _, line in logical_lines(work.text.replace("# answer ", "answer ")):
            if line.startswith("answer "):
                step, _, text = line.removeprefix("answer ").partition(": ")
                kept.answer(_taken(work.lab, step, text))
            elif line.startswith(("docker ", "sudo docker ")):
                kept.command(line, 0)
        return handed_in(lab, student).text


def _taken(lab: str, step: str, text: str) -> StepJudged:
    """An answer that the student's own vethlab took."""
    finding = Finding(True, expected=text, observed=text, evidence=(f"the engine says {text}",))
    judged = (Judged("ask", Verdict.PASS, finding),)
    return StepJudged(lab, step, step, Verdict.PASS, 0.0, judged, answer=text)


@contextmanager
def _environ(**values: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _as_sudo(text: str) -> str:
    return text.replace("\ndocker ", "\nsudo docker ")


def _from_windows(text: str) -> str:
    return text.replace("\n", "\r\n")


def _with_blanks(text: str) -> str:
    return text.replace("\ndocker ", "\n\n   docker  ").replace(" --name ", "\t--name ")


def _as_containers(text: str) -> str:
    for word in ("run", "exec", "stop", "start", "rm"):
        text = text.replace(f"docker {word} ", f"docker container {word} ")
    return text


TELLINGS: tuple[Callable[[str], str], ...] = (str, _as_sudo, _from_windows, _with_blanks, _as_containers)


def hand_in(members: list[Member], folder: Path) -> None:
    """Writes the files."""
    for each in members:
        (folder / each.file).write_bytes(each.data)


def differences(members: list[Member], document: dict[str, Any]) -> list[str]:
    """What is not as it was worked out by hand; a sentence each."""
    rows = {Path(row["file"]).name: row for row in document["submissions"]}
    found = [f"{name} is in no class" for name in rows.keys() - {each.file for each in members}]
    for each in members:
        row = rows.get(each.file)
        found += [f"{each.file}: not graded"] if row is None else _differences(each, row)
    return found


def _differences(member: Member, row: dict[str, Any]) -> Iterator[str]:
    if member.unreadable:
        if not row["error"] or row["labs"]:
            yield f"{member.file}: it should be no submission, and is {row}"
        return
    if row["error"]:
        yield f"{member.file}: {row['error']}"
        return
    if row["student"] != member.student:
        yield f"{member.file}: of {row['student']}, not of {member.student}"
    (lab,) = row["labs"]
    outcome = "".join(_letter(step) for step in lab["steps"])
    if outcome != member.work.outcome:
        whys = [(s["id"], [f["why"] for f in s["findings"] if not f["ok"]]) for s in lab["steps"] if _letter(s) == "-"]
        yield f"{member.file}: {member.work.kind} {lab['lab']} is {outcome}, not {member.work.outcome}: {whys}"
    if row["points"] != member.work.outcome.count("P"):
        yield f"{member.file}: {row['points']} points, not {member.work.outcome.count('P')}"
    if row["of"] != len(member.work.outcome):
        yield f"{member.file}: of {row['of']}, not {len(member.work.outcome)}"


def _letter(step: dict[str, Any]) -> str:
    return {"proved": "P", "claimed": "C"}[step["proof"]] if step["verdict"] == "pass" else "-"


def main() -> int:
    parser = argparse.ArgumentParser(description="grade a made class and compare")
    parser.add_argument("size", type=int, nargs="?", default=60)
    parser.add_argument("--jobs")
    parser.add_argument("--keep", type=Path, help="a folder for the files and the document")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = arguments.keep or Path(folder)
        members = list(the_class(arguments.size))
        (place / "class").mkdir(parents=True, exist_ok=True)
        hand_in(members, place / "class")
        began = time.monotonic()
        argv = [sys.executable, "-m", "runner", "grade", str(place / "class"), "--json", "--yes"]
        argv += ["--jobs", arguments.jobs] if arguments.jobs else []
        done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, check=False)
        (place / "grades.json").write_bytes(done.stdout)
        wrong = differences(members, json.loads(done.stdout))
        print(*wrong, sep="\n")
        print(f"{len(members)} graded in {time.monotonic() - began:.0f} s, {len(wrong)} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
