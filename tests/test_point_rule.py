"""When a step has its points, as tables of colours; what is the same in every replay; grades as JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from checks.finding import Finding
from runner.grading import wire
from runner.grading.model import GivenAnswer, Grade, Line, Note, StepGrade, Submission
from runner.grading.rule import Colour, Grants
from runner.grading.steady import steady, steady_text
from runner.session.events import Judged, StepJudged, Verdict

COLOURS = {"r": Colour.RED, "g": Colour.GREEN, "?": Colour.BLIND}


def granted(*rows: str) -> dict[int, int]:
    """Each row is a step: `do` or `look`, then its colour at each moment. At which moment each has its points."""
    kinds, colours = zip(*(row.split() for row in rows), strict=True)
    grants = Grants([kind == "do" for kind in kinds])
    for moment in zip(*colours, strict=True):
        grants.see({step: COLOURS[seen] for step, seen in enumerate(moment) if step not in grants.granted})
    return grants.granted


@pytest.mark.parametrize(
    ("rows", "points"),
    [
        (["do rrg"], {0: 2}),
        (["do ggg"], {}),
        (["do grg"], {0: 2}),
        (["do r?g"], {0: 2}),
        (["do ??g"], {}),
        (["look ggg"], {0: 0}),
        (["look rrg"], {0: 2}),
        (["look r??"], {}),
    ],
)
def test_a_step_needs_to_be_seen_red_unless_it_only_looks(rows: list[str], points: dict[int, int]) -> None:
    assert granted(*rows) == points


def test_what_an_earlier_step_makes_green_as_well_is_no_points() -> None:
    run, disconnect, connect = "do rgg", "do rrr", "do rgg"
    assert granted(run, disconnect, connect) == {0: 1}


def test_each_step_turned_by_its_own_line_has_its_points() -> None:
    run, disconnect, connect = "do rgrg", "do rrgr", "do rgrg"
    assert granted(run, disconnect, connect) == {0: 1, 1: 2, 2: 3}


def test_a_disconnect_that_comes_late_still_counts() -> None:
    run, disconnect, connect = "do rggrg", "do rrrgr", "do rggrg"
    assert granted(run, disconnect, connect) == {0: 1, 1: 3, 2: 4}


def test_one_line_may_bring_two_steps() -> None:
    three, spreads = "do rrg", "do rrg"
    assert granted(three, spreads) == {0: 2, 1: 2}
    assert granted("do rr?g", "do rr?g") == {0: 3, 1: 3}


def test_one_line_brings_no_second_step_that_was_green_before() -> None:
    assert granted("do rrrg", "do rggg") == {0: 3, 1: 1}
    assert granted("do rrg", "do ggg") == {0: 2}


def test_steps_may_be_done_out_of_order() -> None:
    first, second, third = "do rrgg", "do rrrg", "do rggg"
    assert granted(first, second, third) == {2: 1, 0: 2, 1: 3}


def test_a_step_left_out_does_not_cost_the_next() -> None:
    first, left_out, third = "do rggg", "do rrrr", "do rrrg"
    assert granted(first, left_out, third) == {0: 1, 2: 3}


def test_a_later_step_has_to_be_seen_red_after_the_earlier_one_was_granted() -> None:
    left_out, first, second = "do rrrr", "do rrgg", "do rrgg"
    assert granted(left_out, first, second) == {1: 2}


def test_looking_steps_neither_wait_nor_are_waited_for() -> None:
    assert granted("do rrg", "look rgg", "do rrg") == {1: 1, 0: 2, 2: 2}


# --- texts


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("veth3f1c2ab of bridge_first is plugged into br-3fd01a7be2c4", "veth… of bridge_first is plugged into br-…"),
        ("eth0 172.17.0.2/16 02:42:ac:11:00:02 ifindex 12 iflink 13 up", "eth0 172.17.0.2/16 … ifindex … iflink … up"),
        ("host and a: network namespace 4026532411", "host and a: network namespace …"),
        ("runs since 2026-11-24T12:00:01.123456789Z", "runs since …"),
        (f"in use by {'3f' * 32}", "in use by …"),
        ("a removed container (3fd01a7be2c4)", "a removed container (…)"),
        ("container1 has 172.18.0.4, port 8080, 3 of 4, alicek106, deadbeefcafe", None),
        ("eth0@if12: up", "eth0@if…: up"),
    ],
)
def test_texts_are_the_same_in_every_replay(text: str, same: str | None) -> None:
    assert steady_text(text) == (text if same is None else same)


def test_what_the_student_wrote_stays_as_it_is() -> None:
    assert steady_text("you answered “veth3f1c2ab”, it is veth0000001", "veth3f1c2ab") == (
        "you answered “veth3f1c2ab”, it is veth…"
    )


def test_counts_of_a_check_that_asks_by_lot_are_left_out() -> None:
    line = "172.18.0.2 network_alias_container1 came first 21 times of 60"
    found = Judged("alias_spreads", Verdict.PASS, Finding(True, "x", "x", evidence=(line,)))
    seen = steady(StepJudged("net-alias", "follows", "", Verdict.PASS, 1.5, (found,)))
    assert seen.judged[0].finding.evidence == ("172.18.0.2 network_alias_container1 came first … times of …",)
    assert seen.seconds == 0


# --- as JSON


def test_grades_and_submissions_come_back_from_json_as_they_were() -> None:
    finding = Finding(False, "expected", "observed", "why", "docker ps", ("a", "b"))
    judged = Judged("attached", Verdict.NOT_YET, finding, fact=True, server="server2", misconception="a mistake")
    seen = StepJudged("bridge", "run", "A container", Verdict.NOT_YET, 0.0, (judged,), "an\x1banswer")
    step = StepGrade("run", "A container", Verdict.NOT_YET, "", seen, points=3, assisted=True)
    cable = replace(seen, step="veth", title="A cable", verdict=Verdict.PASS)
    other = StepGrade("veth", "A cable", Verdict.PASS, "claimed", cable, line=4)
    grade = Grade(
        "a.json", "Ana", "bridge", "00", (step, other), (Note(2, "refused", "no"),), ("a remark",), limit="lines",
        engine="20.10", version="12", handed_in="2026-11-24", seconds=2.5,
    )  # fmt: skip
    for each in (grade, Grade("b", "", "", "", error="no text", unreadable=True), replace(grade, steps=())):
        back = wire.grade_in(json.loads(json.dumps(wire.grade_out(each))))
        assert back == each
        assert back.seconds == (each.seconds if each.lab else 0)
    given = GivenAnswer("veth", "veth1", 3, True, ("seen",))
    submission = Submission(
        "a", "Ana", "bridge", "00", (Line(1, "docker ps"),), (given, GivenAnswer("x", "", 0)), frozenset({"run"}),
        "12", "0.1", "2026-11-24", ("a remark",),
    )  # fmt: skip
    assert wire.submission_in(json.loads(json.dumps(wire.submission_out(submission)))) == submission


def test_a_graded_lab_has_the_shape_of_a_checked_one() -> None:
    out = wire.grade_out(Grade("a", "Ana", "bridge", "00", error="the engine died"))
    assert out["error"] == "the engine died"
    assert [(each["lab"], each["verdict"], each["steps"]) for each in out["labs"]] == [("bridge", "cannot-judge", [])]
