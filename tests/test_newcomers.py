"""A newcomer's way through every lab, typed into a real terminal, wrong turns and all: see tests/newcomers/*.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.student import Student, folded
from tests.vethlab import Vethlab

FOLDER = Path(__file__).parent / "newcomers"
LABS = sorted(path.stem for path in FOLDER.glob("*.txt"))


@dataclass
class Turn:
    """A line of the script: the mark, what is typed, and what must be said to it."""

    mark: str
    line: str
    number: int
    said: list[str] = field(default_factory=list)


def script(lab: str) -> Iterator[Turn]:
    turn = None
    for number, text in enumerate((FOLDER / f"{lab}.txt").read_text(encoding="utf-8").splitlines(), start=1):
        mark, line = text[:1], text[2:]
        if mark == ">":
            assert turn
            turn.said.append(line)
        elif mark in ("$", "%", "^"):
            if turn:
                yield turn
            turn = Turn(mark, line, number)
    assert turn
    yield turn


def played(student: Student, lab: str) -> Iterator[tuple[Turn, str]]:
    """Every turn of the script with what was said to it."""
    yield Turn("$", "", 0), student.prompted()
    for turn in script(lab):
        match turn.mark:
            case "^":
                yield turn, student.detaches()
            case "%":
                yield turn, student.types_inside(turn.line)
            case _:
                yield turn, student.types(turn.line) if turn.line != "quit" else _quit(student)


def words(text: str) -> str:
    """Text as one line, without the backticks that stand in plain texts where others are bold."""
    return folded(text).replace("`", "")


def _quit(student: Student) -> str:
    student.sends("quit\r")
    assert student.ends() == 0, student.transcript()
    return student.said


@pytest.mark.parametrize("lab", LABS)
def test_a_newcomer_goes_through_the_lab(apart: Vethlab, lab: str) -> None:
    with Student(apart, "start", lab, "--engine", "private") as student:
        for turn, said in played(student, lab):
            for each in turn.said:
                assert words(each) in words(said), f"{lab}.txt:{turn.number}: no {each!r} in\n{said}"


@pytest.mark.parametrize("lab", LABS)
def test_a_newcomer_who_reads_korean_meets_no_english(apart: Vethlab, lab: str) -> None:
    korean = {"LANG": "ko_KR.UTF-8", "PYTHONUTF8": "1"}  # the locale itself need not be installed
    with Student(apart, "start", lab, "--engine", "private", size=(50, 200), environ=korean) as student:
        for turn, said in played(student, lab):
            for step in (each for each in turn.said if each.startswith("✔ ")):
                assert step in said, f"{lab}.txt:{turn.number}: no {step!r} in\n{said}"
            left = [line for line in ours(said) if ENGLISH.search(line)]
            assert not left, f"{lab}.txt:{turn.number}: {left}\n{said}"


# Four words in a row that are no command, option, name or number.
ENGLISH = re.compile(r"(?<![\w/.-])[A-Za-z][a-z']+(?: [a-z][a-z']*){3,}(?![\w/.-])")


def ours(said: str) -> Iterator[str]:
    """The lines that vethlab said, without the commands in them: from its first mark or rule on."""
    lines = iter(said.splitlines())
    for line in lines:
        if re.match(r"[✔✘○·!?★] |–|.* ──", line):  # noqa: RUF001
            yield _prose(line)
            break
    yield from (_prose(line) for line in lines if not line.startswith("    "))


def _prose(line: str) -> str:
    """A line without what stands in it as it is typed or was printed by docker."""
    return re.sub(
        r"`[^`]*`|“[^”]*”|\([^()]*\)|(살펴보기|해 보기): .*|쓸 수 있습니다: .*|(docker|onhost) [^가-힣]*", "", line
    )
