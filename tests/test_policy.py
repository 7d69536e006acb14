"""The instructor's policy: read and linted like a lab, and points that come out exact."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from checks.finding import Finding
from runner.cli import main
from runner.grading.marks import Marks, marked, number, shown_points
from runner.grading.model import Grade, StepGrade
from runner.grading.policy import Late, Policy, PolicyProblems, is_policy, load, schema
from runner.lab.loader import find_lab, lab_names
from runner.lab.loader import load as load_lab
from runner.lab.new import scaffold
from runner.session.events import Judged, StepJudged, Verdict

GOOD = """
weights:
  bridge: {veth: 2, create: 2.5}
  none: {run: 0}
assisted: 0.5
claimed: 0
versions: [0123abcd, ffff0000ffff]
late: {after: 2026-03-01T23:59:00+09:00, counts: 0.25}
"""


def told(folder: Path, text: str) -> list[str]:
    """What is wrong with the policy, as `line: text`."""
    path = folder / "policy.yaml"
    path.write_text(text)
    with pytest.raises(PolicyProblems) as caught:
        load(path)
    return [f"{each.location.line}: {each.text}" for each in caught.value.problems]


def written(folder: Path, text: str) -> Policy:
    path = folder / "policy.yaml"
    path.write_text(text)
    return load(path)


# --- the file


def test_a_policy_says_what_it_says(tmp_path: Path) -> None:
    assert written(tmp_path, GOOD) == Policy(
        weights={"bridge": {"veth": Fraction(2), "create": Fraction(5, 2)}, "none": {"run": Fraction(0)}},
        assisted=Fraction(1, 2),
        claimed=Fraction(0),
        versions=("0123abcd", "ffff0000ffff"),
        late=Late(datetime(2026, 3, 1, 14, 59, tzinfo=UTC), Fraction(1, 4)),
    )


def test_what_is_left_out_takes_nothing_away_and_lets_no_claim_count(tmp_path: Path) -> None:
    policy = written(tmp_path, "assisted: 1\n")
    assert policy == Policy()
    assert (policy.assisted, policy.claimed, policy.versions, policy.late) == (1, 0, (), None)


def test_every_problem_is_told_at_once_with_its_line_and_what_was_meant(tmp_path: Path) -> None:
    text = """\
weights:
  brigde: {veth: 2}
  bridge:
    vet: 2
    create: -1
    run: "3"
    outside: lots
  none: [1, 2]
assistet: 0.5
claimed: 1.5
versions: [xyz, 0123abcd, 0123abcd]
late: {after: 2026-03-01 23:59, count: 0.5}
"""
    assert told(tmp_path, text) == [
        "2: no lab is called brigde; did you mean bridge?",
        "4: the lab bridge has no step vet; did you mean veth?",
        "5: create must be points from 0 to 1000, as 2 or 2.5, not -1",
        '6: run must be points from 0 to 1000, as 2 or 2.5, not "3"',
        "7: outside must be points from 0 to 1000, as 2 or 2.5, not lots",
        "8: weights of none must be keys with values (key: value), not a list",
        "9: a policy has no key assistet; did you mean assisted?",
        "10: claimed must be a part from 0 to 1, as 0.5, not 1.5",
        "11: 0123abcd is twice in versions",
        "11: xyz is no version of a lab: 8 to 64 of the digits 0-9 a-f",
        "12: 2026-03-01 23:59 names no time zone: write it as 2026-03-01T23:59:00+00:00",
        "12: late has no key count; did you mean counts?",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("# nothing\n", "nothing but comments"),
        ("- a\n", "not a list"),
        ("late: {after: soon, counts: 0}\n", "soon is no time"),
        ("late: {counts: 0.5}\n", "late needs after"),
        ("late: {after: 2026-03-01T00:00:00Z}\n", "late needs counts"),
        ("late: never\n", "must be keys with values"),
        ("weights: 3\n", "must be keys with values"),
        ("assisted: half\n", "a part from 0 to 1"),
        ("assisted: 1e-3\n", "a part from 0 to 1"),
        ("assisted: .inf\n", "a part from 0 to 1"),
        ("assisted:\n", "not nothing"),
        ("versions: []\n", "empty list"),
        ("assisted: 1\nassisted: 0\n", "here twice"),
        ("weights: {bridge: {run: 1, run: 2}}\n", "here twice"),
        ("assisted: !!python/object/apply:os.system [ls]\n", "no tags"),
        ("weights: &a {bridge: {run: 1}}\n", "no anchors"),
        ("weights: {bridge: {run: 1}\n", "not closed"),
        ("claimed: 99999999999999999999999999999999\n", "a part from 0 to 1"),
        ("weights: {../../etc/passwd: {run: 1}}\n", "no lab is called"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, says: str) -> None:
    assert any(says in each for each in told(tmp_path, text)), told(tmp_path, text)


def test_a_policy_may_weigh_the_steps_of_a_lab_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(scaffold("mine"))
    step = load_lab(tmp_path / "mine.yaml").steps[0].id
    assert written(tmp_path, f"weights: {{mine: {{{step}: 4}}}}\n").weights == {"mine": {step: Fraction(4)}}
    (tmp_path / "mine.yaml").write_text("lab: mine\n")
    assert "lint it first" in told(tmp_path, "weights: {mine: {a: 4}}\n")[0]


def test_a_policy_is_told_from_a_lab_by_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(GOOD)
    assert is_policy(path)
    assert not any(is_policy(find_lab(name)) for name in lab_names())
    assert not is_policy(tmp_path / "nowhere.yaml")


def test_lint_takes_a_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD)
    bad.write_text("assisted: 2\nlate: x\n")
    assert main(["lint", str(good)]) == 0
    assert "weights of 3 steps" in capsys.readouterr().out
    assert main(["lint", str(good), str(bad)]) == 2
    assert "bad.yaml:1: assisted must be a part" in capsys.readouterr().err


def test_the_schema_allows_what_is_good_and_refuses_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "policy"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == schema()
    jsonschema.Draft202012Validator.check_schema(printed)
    check = jsonschema.Draft202012Validator(printed)
    good: Any = yaml.load(GOOD.replace("2026-03-01T23:59:00+09:00", '"2026-03-01T23:59:00+09:00"'), yaml.SafeLoader)
    check.validate(good)
    for bad in ({}, {"assisted": 2}, {"late": {"after": "2026"}}, {"versions": ["x"]}, {"lab": "bridge"}, []):
        assert not check.is_valid(bad), bad


# --- points

LAB = load_lab(find_lab("bridge"))


def graded(proofs: dict[str, str], *, assisted: tuple[str, ...] = (), **about: Any) -> Grade:
    """A grade in which the steps of `proofs` passed so, and no other."""
    steps = []
    for step in LAB.steps:
        verdict = Verdict.PASS if step.id in proofs else Verdict.NOT_YET
        finding = Finding(
            ok=verdict is Verdict.PASS, expected="", observed="", why="" if verdict is Verdict.PASS else "no"
        )
        look = StepJudged(LAB.name, step.id, step.title, verdict, 0, (Judged("x", verdict, finding),))
        proof = proofs.get(step.id, "")
        steps.append(StepGrade(step.id, step.title, verdict, proof, look, step.points, step.id in assisted))
    return Grade("a.sh", "Anna", LAB.name, "", tuple(steps), **about)


PROOFS = {"list-networks": "proved", "veth": "claimed", "create": "proved", "run": "proved"}


def sums(marks: Marks) -> tuple[str, str, str, str]:
    points, claimed, total, of = map(shown_points, (marks.points, marks.claimed, marks.total, marks.of))
    return points, claimed, total, of


def test_without_a_policy_points_are_the_labs_and_claimed_ones_stand_beside() -> None:
    assert sums(marked(graded(PROOFS), LAB, Policy())) == ("3", "1", "3", "11")


def test_claimed_points_count_as_far_as_the_policy_says_and_never_become_proved() -> None:
    assert sums(marked(graded(PROOFS), LAB, Policy(claimed=Fraction(1)))) == ("3", "1", "4", "11")
    assert sums(marked(graded(PROOFS), LAB, Policy(claimed=Fraction("0.1")))) == ("3", "1", "3.1", "11")


def test_weights_help_and_lateness_are_multiplied_exactly() -> None:
    late = Late(datetime(2026, 3, 1, tzinfo=UTC), Fraction("0.7"))
    policy = Policy({"bridge": {"create": Fraction("0.1"), "run": Fraction(0)}}, assisted=Fraction("0.3"), late=late)
    grade = graded(PROOFS, assisted=("create",), handed_in="2026-03-01T00:00:01+00:00")
    marks = marked(grade, LAB, policy)
    assert sums(marks) == ("0.721", "0.7", "0.721", "9.1")
    assert marks.points == Fraction("0.7") + Fraction("0.1") * Fraction("0.3") * Fraction("0.7")
    assert marks.remarks == ("late, by the time that the file names (2026-03-01T00:00:01+00:00): counts 0.7",)
    assert [each.why for each in marks.steps if each.why] == [("done with help: counts 0.3",)]


@pytest.mark.parametrize(
    ("handed_in", "points"),
    [
        ("2026-03-01T08:59:59+09:00", "3"),
        ("2026-03-01T00:00:00Z", "3"),
        ("2026-03-01T09:00:01+09:00", "0"),
        ("2026-03-02", "0"),
        ("", "3"),
        ("yesterday", "3"),
        ("9999-12-31T23:59:59-23:00", "0"),
        ("0001-01-01T00:00:00+23:00", "3"),
    ],
)
def test_late_is_told_by_the_moment_that_the_file_names(handed_in: str, points: str) -> None:
    policy = Policy(late=Late(datetime(2026, 3, 1, tzinfo=UTC), Fraction(0)))
    assert sums(marked(graded(PROOFS, handed_in=handed_in), LAB, policy))[0] == points


def test_a_version_that_is_not_allowed_counts_nothing_and_says_so() -> None:
    policy = Policy(versions=("0123abcd",))
    assert sums(marked(graded(PROOFS, version="0123abcdef"), LAB, policy))[0] == "3"
    assert sums(marked(graded(PROOFS, version=""), LAB, policy))[0] == "3", "a script names none"
    refused = marked(graded(PROOFS, version="ffff" * 16), LAB, policy)
    assert sums(refused) == ("0", "0", "0", "11")
    assert "ffffffffffff of the lab, which the policy does not allow" in refused.remarks[0]


def test_what_could_not_be_judged_has_no_points_of_all() -> None:
    failed = Grade("a.sh", "Anna", LAB.name, "", error="the engine ended")
    assert sums(marked(failed, LAB, Policy())) == ("0", "0", "0", "11")
    assert marked(Grade("a.png", "", "", "", error="a picture", unreadable=True), None, Policy()) == Marks()


def test_ten_tenths_are_one() -> None:
    tenth = Policy({"bridge": {step.id: Fraction("0.1") for step in LAB.steps}})
    marks = marked(graded(dict.fromkeys([step.id for step in LAB.steps[:10]], "proved")), LAB, tenth)
    assert (marks.points, shown_points(marks.points), number(marks.points)) == (1, "1", 1)


@pytest.mark.parametrize(
    ("points", "text"),
    [("0", "0"), ("7", "7"), ("1/3", "0.333"), ("2/3", "0.667"), ("5/2", "2.5"), ("1000", "1000"), ("0.0004", "0"),
     ("99999999/1000", "99999.999")],
)  # fmt: skip
def test_points_are_written_without_noise(points: str, text: str) -> None:
    assert shown_points(Fraction(points)) == text
    assert Fraction(str(number(Fraction(points)))) == Fraction(text)
