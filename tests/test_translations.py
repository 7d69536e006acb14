"""Labs in another language: what a translation file gives, lacks and must not hold, and how a student meets it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from checks.answers import judge_choice
from runner.lab.lint import lint
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import Lab, Step
from runner.lab.problems import LabProblems, Problems
from runner.lab.schema import translation_schema
from runner.lab.source import read
from runner.lab.translation import beside, lacking, languages, translated
from runner.plain import cells
from tests.test_lint import as_an_editor_reads
from tests.vethlab import ROOT, Vethlab

LAB = """\
lab: good
title: A good lab
summary: What it is about.
minutes: 5
uses: {networks: [mynet]}
steps:
  - id: one
    title: First
    text: |
      Words, and the image `IMG`.
    matters: It does.
    do: docker network create mynet
    check:
      - network_exists: {network: mynet, driver: bridge}
    hints: [a nudge, the shape]
    mistakes:
      - {do: docker network create -d macvlan mynet, says: macvlan, text: Another driver.}
      - {do: docker network ls, says: mynet}
      - {then: docker network rm mynet, says: no network, text: Gone again.}
  - id: two
    title: Second
    text: Words.
    ask: {text: Why so, choices: [one way, another, neither], right: 2, because: it is so}
    hints: [a nudge]
"""
KOREAN = """\
lab: good
title: 좋은 실습
summary: 무엇을 다루는지.
steps:
  one:
    title: 첫째
    text: |
      글과 이미지 `IMG`.
    matters: 중요합니다.
    hints: [귀띔, 모양]
    mistakes: [다른 드라이버입니다., 다시 없어졌습니다.]
  two:
    title: 둘째
    text: 글.
    ask: 왜 그럴까요
    choices: [이렇게, 다르게, 둘 다 아님]
    because: 그렇습니다
    hints: [귀띔]
"""


def files(folder: Path, korean: str | None = KOREAN, own: str = LAB) -> Path:
    """The lab, with its translation beside it."""
    (folder / "ko").mkdir()
    (folder / "good.yaml").write_text(own)
    if korean is not None:
        (folder / "ko" / "good.yaml").write_text(korean)
    return folder / "good.yaml"


def changed(*changes: tuple[str, str]) -> str:
    text = KOREAN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def told(folder: Path, korean: str) -> list[str]:
    """What is wrong with the translation, as `line: text`: the same whoever reads it."""
    path = files(folder, korean)
    lab = load(path)
    found = []
    for reads in (lambda: translated(lab, "ko"), lambda: lacking(lab, "ko"), lambda: lint(path)):
        with pytest.raises(LabProblems) as caught:
            reads()
        found.append([f"{each.location.line}: {each.text}" for each in caught.value.problems])
        assert {Path(each.location.file) for each in caught.value.problems} == {beside(path, "ko")}
    assert found[0] == found[1] == found[2]
    return found[0]


def missing(path: Path) -> list[str]:
    return [f"{each.location.line}: {each.text}" for each in lacking(load(path), "ko")]


def at(folder: Path) -> Vethlab:
    """vethlab as it is called in that folder."""
    return Vethlab(folder / "home", ["env", "-C", str(folder)], LC_ALL="C.UTF-8", COLUMNS="80")


# what it gives


def test_every_text_is_put_in_its_place_and_all_else_stays(tmp_path: Path) -> None:
    own = load(files(tmp_path))
    lab = translated(own, "ko")
    one, two = lab.steps

    assert (lab.title, lab.summary, lab.name, lab.uses, lab.path) == (
        "좋은 실습", "무엇을 다루는지.", "good", own.uses, own.path,
    )  # fmt: skip
    assert (one.title, one.text, one.matters) == ("첫째", "글과 이미지 `IMG`.", "중요합니다.")
    assert one.hints == ("귀띔", "모양")
    assert [each.text for each in one.mistakes] == ["다른 드라이버입니다.", "", "다시 없어졌습니다."]
    assert [each.says for each in one.mistakes] == ["macvlan", "mynet", "no network"]
    assert (one.do, one.checks) == (own.steps[0].do, own.steps[0].checks)
    assert two.ask
    assert (two.ask.text, two.ask.choices, two.ask.right) == ("왜 그럴까요", ("이렇게", "다르게", "둘 다 아님"), 2)
    assert two.ask.because == "그렇습니다"
    assert lacking(own, "ko") == ()


def test_what_is_not_translated_is_shown_as_the_lab_has_it(tmp_path: Path) -> None:
    own = load(files(tmp_path, "lab: good\nsteps:\n  one:\n    title: 첫째\n"))
    lab = translated(own, "ko")

    assert (lab.title, lab.steps[0].title, lab.steps[0].text) == (own.title, "첫째", own.steps[0].text)
    assert lab.steps[0].hints == own.steps[0].hints
    assert lab.steps[1] == own.steps[1]


def test_without_a_file_the_lab_stays_as_it_is(tmp_path: Path) -> None:
    own = load(files(tmp_path, None))

    assert translated(own, "ko") is own
    assert translated(own, "en") is own
    assert languages(own.path) == []


@pytest.mark.parametrize("given", ["2", "다르게", "“다르게”.", "another", "ANOTHER"])
def test_a_choice_is_right_by_number_and_by_its_text_in_both_languages(tmp_path: Path, given: str) -> None:
    ask = translated(load(files(tmp_path)), "ko").step("two").ask
    assert ask
    assert ask.right
    assert judge_choice(ask.choices, ask.right, ask.because, given, also=ask.also).ok


@pytest.mark.parametrize(("given", "why"), [("neither", "둘 다 아님"), ("이렇게", "이렇게"), ("4", "1 to 3")])
def test_a_wrong_choice_is_wrong_in_both_languages(tmp_path: Path, given: str, why: str) -> None:
    ask = translated(load(files(tmp_path)), "ko").step("two").ask
    assert ask
    assert ask.right
    finding = judge_choice(ask.choices, ask.right, ask.because, given, also=ask.also)
    assert not finding.ok
    assert why in finding.why


def test_a_student_may_answer_in_either_language(tmp_path: Path, url: str) -> None:
    own = load(find_lab("none"))
    for lab in (own, translated(own, "ko")):
        ask = lab.step("refuse").ask
        assert ask
        assert ask.right
        check = ["--lang", "ko", "--engine", url, "check", "none", "--step", "refuse", "--json", "--answer"]
        (judged,) = at(tmp_path)(*check, ask.choices[ask.right - 1]).document()["labs"]
        assert [each["ok"] for each in judged["steps"][0]["findings"] if each["check"] == "ask"] == [True]


# what it lacks, and has too much


def test_what_is_lacking_is_told_with_its_place(tmp_path: Path) -> None:
    path = files(tmp_path, "lab: good\ntitle: 좋은 실습\nsteps:\n  one:\n    title: 첫째\n    text: 글.\n")

    assert missing(path) == [
        "1: the lab: no summary yet",
        "4: the step one: no matters yet",
        "4: the step one: no hints yet",
        "4: the step one: no mistakes yet",
        "3: the step two has no translation yet",
    ]


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("title: 좋은", "titel: 좋은", "2: a translation has no key titel; did you mean title?"),
    ("  one:", "  oen:", "5: the lab good has no step oen; did you mean one?"),
    ("    hints: [귀띔, 모양]", "    hint: [귀띔, 모양]", "10: the step one has no key hint; did you mean hints?"),
    ("[귀띔, 모양]", "[귀띔]", "10: hints: here are 1, in the lab 2"),
    ("[귀띔, 모양]", "귀띔", "10: hints must be a list, not a text"),
    ("[귀띔, 모양]", "[귀띔, '']", "10: a text of hints is empty"),
    ("[다른 드라이버입니다., 다시 없어졌습니다.]", "[하나, 둘, 셋]", "11: mistakes: here are 3, in the lab 2"),
    ("[이렇게, 다르게, 둘 다 아님]", "[이렇게, 다르게]", "16: choices: here are 2, in the lab 3"),
    ("[이렇게, 다르게, 둘 다 아님]", "[이렇게, 이렇게, 둘]", "16: two choices are the same"),
    ("    title: 둘째", "    matters: 그렇습니다", "13: the step two has no matters to translate"),
    ("    title: 첫째", "    ask: 왜", "6: the step one has no ask to translate"),
    ("    title: 첫째", "    title: [첫째]", "6: title must be a text, not a list; a text that begins with [ or"),
    ("    title: 첫째", "    title:", "6: title is empty"),
    ("    title: 첫째", "    title: 첫째\n    title: 하나", "7: title is here twice, first in line 6"),
    ("lab: good", "lab: best", "1: this stands beside the lab good, and says lab: best"),
    ("lab: good\n", "", "1: a translation needs lab"),
    ("  two:\n", "  two: x\n  three:\n", "12: the step two must be keys with values (key: value), not a text"),
    ("    text: 글.", "    text: *글", "14: a text that begins with * or & must be in quotes"),
    ("    text: 글.", "    text: '글.", "14: a quote is opened here and never closed"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = told(tmp_path, changed((old, new)))
    assert [each for each in found if each.startswith(problem)], found


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    assert told(
        tmp_path, changed(("title: 좋은", "titel: 좋은"), ("[귀띔, 모양]", "[귀띔]"), ("  two:", "  tow:"))
    ) == [
        "2: a translation has no key titel; did you mean title?",
        "10: hints: here are 1, in the lab 2",
        "12: the lab good has no step tow; did you mean two?",
    ]


@pytest.mark.parametrize(("korean", "problem"), [
    ("", "1: the file is empty"),
    ("- one\n", "1: a translation is keys with values (lab: …, title: …, steps: …), by step id"),
    ("lab: good\nsteps:\n  - id: one\n", "3: steps must be keys here, by step id (one: …), not a list"),
    ("lab: good\nsteps: x\n", "2: steps must be keys with values (key: value), not a text"),
])  # fmt: skip
def test_a_file_of_another_form_is_told_so(tmp_path: Path, korean: str, problem: str) -> None:
    assert told(tmp_path, korean) == [problem]


# lint and schema


def test_lint_tells_what_a_translation_lacks_and_does_not_fail(tmp_path: Path) -> None:
    files(tmp_path, changed(("    matters: 중요합니다.\n", ""), ("summary: 무엇을 다루는지.\n", "")))
    lines = [
        "ko/good.yaml:1: the lab: no summary yet", "ko/good.yaml:4: the step one: no matters yet",
        "good in ko: 15 of 17 texts are translated",
    ]  # fmt: skip

    whole, alone = (at(tmp_path)("lint", file) for file in ("good.yaml", "ko/good.yaml"))
    within = at(tmp_path / "ko")("lint", "good.yaml")

    assert (whole.code, whole.err, whole.out.splitlines()) == (0, "", ["good: good, 2 steps", *lines])
    assert (alone.code, alone.err, alone.out.splitlines()) == (0, "", lines)
    assert within.out == alone.out.replace("ko/good.yaml", "good.yaml")


def test_lint_fails_where_a_translation_has_too_much(tmp_path: Path) -> None:
    files(tmp_path, changed(("  two:", "  tow:")))

    for file in ("good.yaml", "ko/good.yaml"):
        ended = at(tmp_path)("lint", file)
        assert (ended.code, ended.out) == (2, "")
        assert "ko/good.yaml:12: the lab good has no step tow; did you mean two?" in ended.err


def test_a_translation_without_its_lab_is_told_so(tmp_path: Path) -> None:
    files(tmp_path).unlink()
    ended = at(tmp_path)("lint", "ko/good.yaml")

    assert ended.code == 2
    assert "ko/good.yaml:1: this would translate good.yaml, which is not there" in ended.err


def test_a_lab_may_stand_in_a_folder_called_ko(tmp_path: Path) -> None:
    files(tmp_path, LAB).unlink()
    ended = at(tmp_path)("lint", "ko/good.yaml")

    assert (ended.code, ended.out) == (0, "good: good, 2 steps\n")


def test_a_student_is_told_of_a_broken_translation(tmp_path: Path) -> None:
    path = files(tmp_path, changed(("  two:", "  tow:")))
    vethlab = at(tmp_path)

    assert vethlab("--lang", "ko", "hint", str(path)).code == 2
    assert vethlab("hint", str(path)).code == 0


def test_the_schema_of_translations_is_printed_and_met(tmp_path: Path) -> None:
    printed = json.loads(at(tmp_path)("schema", "translation").out)
    validator = jsonschema.Draft202012Validator(printed)
    path = files(tmp_path)

    def violations(file: Path) -> list[str]:
        node = read(file, Problems(str(file)))
        assert node
        return [error.message for error in validator.iter_errors(as_an_editor_reads(node))]

    assert printed == translation_schema()
    assert {str(file): violations(file) for file in (beside(path, "ko"), *(ROOT / "labs/ko").glob("*.yaml"))} == {
        str(file): [] for file in (beside(path, "ko"), *(ROOT / "labs/ko").glob("*.yaml"))
    }
    beside(path, "ko").write_text(changed(("hints:", "hnts:")))
    assert violations(beside(path, "ko")) != []


# the labs that come with vethlab


def texts(step: Step) -> list[str]:
    ask = [step.ask.text, step.ask.because, *step.ask.choices] if step.ask else []
    return [step.title, step.text, step.matters, *ask, *step.hints, *(each.text for each in step.mistakes)]


@pytest.fixture(params=lab_names())
def shipped(request: pytest.FixtureRequest) -> Lab:
    return load(find_lab(request.param))


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_step_says_why_it_matters_in_one_line(shipped: Lab, language: str) -> None:
    steps = translated(shipped, language).steps
    assert [step.id for step in steps if not step.matters or re.search(r"[*\n]", step.matters)] == []


def test_every_text_is_there_in_korean(shipped: Lab) -> None:
    assert lacking(shipped, "ko") == ()
    korean = translated(shipped, "ko")
    every = [korean.title, korean.summary, *(text for step in korean.steps for text in texts(step) if text)]
    assert [text for text in every if not re.search("[가-힣]", text)] == []


def test_the_commands_are_the_same_in_both_languages(shipped: Lab) -> None:
    for own, korean in zip(shipped.steps, translated(shipped, "ko").steps, strict=True):
        for one, other in zip(texts(own), texts(korean), strict=True):
            assert typed(one) == typed(other), f"{shipped.name} {own.id}"


def typed(text: str) -> list[str]:
    """What stands between backticks, in whatever order the language puts it."""
    blocks = re.findall(r"```.*?```", text, re.DOTALL)
    spans = re.findall(r"`[^`]+`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return sorted([*blocks, *(" ".join(each.split()) for each in spans)])


def test_the_list_is_korean_and_its_columns_stay_in_line(tmp_path: Path) -> None:
    ended = at(tmp_path)("--lang", "ko", "list")
    rows = [line for line in ended.out.splitlines() if re.search(r"\d/\d+$", line)]
    titles = [translated(load(find_lab(name)), "ko").title for name in lab_names()]

    assert len(rows) == len(titles)
    assert len({cells(row) for row in rows}) == 1
    assert len({cells(row.partition(title)[0]) for row, title in zip(rows, titles, strict=True)}) == 1
    assert len({cells(row.partition("분")[0]) for row in rows}) == 1
    assert max(map(cells, ended.out.splitlines())) <= 80


def test_json_has_the_titles_in_the_language_and_the_ids_as_ever(tmp_path: Path) -> None:
    english, korean = (json.loads(at(tmp_path)("--lang", each, "list", "--json").out)["labs"] for each in ("en", "ko"))

    assert english[0]["title"] == "Bridge networks"
    assert korean[0]["title"] == "브리지 네트워크"
    assert [{**lab, "title": ""} for lab in english] == [{**lab, "title": ""} for lab in korean]
