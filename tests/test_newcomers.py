"""A newcomer's way through every lab, typed into a real terminal, wrong turns and all: see tests/newcomers/*.txt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.student import Student, folded
from tests.vethlab import Vethlab

FOLDER = Path(__file__).parent / "newcomers"


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


def play(student: Student, lab: str) -> None:
    for turn in script(lab):
        match turn.mark:
            case "^":
                said = student.detaches()
            case "%":
                said = student.types_inside(turn.line)
            case _:
                said = student.types(turn.line) if turn.line != "quit" else _quit(student)
        for each in turn.said:
            assert folded(each) in folded(said), f"{lab}.txt:{turn.number}: no {each!r} in\n{said}"


def _quit(student: Student) -> str:
    student.sends("quit\r")
    assert student.ends() == 0, student.transcript()
    return student.said


@pytest.mark.parametrize("lab", sorted(path.stem for path in FOLDER.glob("*.txt")))
def test_a_newcomer_goes_through_the_lab(apart: Vethlab, lab: str) -> None:
    with Student(apart, "start", lab, "--engine", "private") as student:
        student.prompted()
        play(student, lab)
