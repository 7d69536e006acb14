"""The session's screens on every kind of terminal: no colours, no letters, no room; readable all the same."""

from __future__ import annotations

import re

import pytest

from tests.student import Student, folded
from tests.vethlab import Vethlab

COLOUR = re.compile(r"\x1b\[[0-9;]*[1-9][0-9;]*m")
WAYS = {
    "no colour": {"NO_COLOR": "1"},
    "dumb": {"TERM": "dumb"},
    "C locale": {"LC_ALL": "C", "LANG": "C"},
}


def some_turns(student: Student) -> str:
    student.prompted()
    for line in ("answer bridge", "why", "hint", "answer null", "", "map", "solution", "step"):
        student.types(line)
    return student.transcript()


@pytest.mark.parametrize("way", WAYS)
def test_plain_terminals_get_plain_text(apart: Vethlab, way: str) -> None:
    with Student(apart, "start", "bridge", "--engine", "private", environ=WAYS[way]) as student:
        seen = folded(some_turns(student))
        assert "that is the driver of bridge" in seen
        assert "step 2 of 11" in seen
        assert "docker0" in seen
        if way != "C locale":
            assert COLOUR.search(student.raw) is None
        if way == "dumb":
            assert "\x1b" not in student.raw
        if way == "C locale":
            assert student.raw.isascii()


def test_a_narrow_terminal_shows_whole_words(apart: Vethlab) -> None:
    with Student(apart, "start", "bridge", "--engine", "private", size=(24, 40)) as student:
        seen = some_turns(student)
        assert "Three networks are always there" in folded(seen)
        assert "✔ list-networks · What is there already" in seen


def test_colours_are_the_terminals_own(apart: Vethlab) -> None:
    """Legible on dark and on light: no colour is given by its components, and no ground is painted."""
    with Student(apart, "start", "bridge", "--engine", "private") as student:
        some_turns(student)
        codes = {code for found in re.findall(r"\x1b\[([0-9;]+)m", student.raw) for code in found.split(";")}
        assert codes & {"1", "31", "32", "33", "36"}
        assert not codes & {"38", "48", *map(str, range(40, 48)), "30", "37", "90", "97"}
