"""What reports are written from a graded class: by hand-made grades, every text in some of them meant to do harm."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.finding import Finding
from runner.cli import main
from runner.errors import UsageError
from runner.grading.filenames import owner
from runner.grading.marks import Batch, Marks, Row
from runner.grading.model import Note
from runner.grading.policy import Policy
from runner.screens import (
    grade_csv,
    grade_feedback,
    grade_gradescope,
    grade_html,
    grade_json,
    grade_junit,
    grade_table,
)
from runner.screens.feedback_folder import feedback_files, feedback_folder
from runner.screens.grade_live import told
from runner.screens.markup import Html, coded, element, joined
from runner.session.events import Judged, Verdict
from tests.made_batches import HOSTILE, batch, hostile

SCHEMA = json.loads((Path(grade_json.__file__).parent / "grade.schema.json").read_text(encoding="utf-8"))
CLASSES = ("twelve", "sixty", "one", "none", "hostile")
WRITERS = (grade_csv, grade_html, grade_json, grade_junit, grade_table)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def made(name: str) -> Batch:
    match name:
        case "twelve":
            return batch(12)
        case "sixty":
            return batch(60, ("bridge", "net-alias", "macvlan", "host"), policy=Policy(claimed=Fraction("0.5")))
        case "one":
            return batch(1)
        case "none":
            return Batch(())
    return hostile()


@pytest.fixture(params=CLASSES)
def name(request: pytest.FixtureRequest) -> str:
    """A class's name."""
    return str(request.param)


@pytest.fixture
def graded(name: str) -> Batch:
    return made(name)


def test_no_report_holds_control_characters(graded: Batch) -> None:
    for writer in WRITERS:
        text = writer.written(graded)
        assert not _CONTROLS.search(text), writer.__name__
        text.encode()


def test_the_same_batch_is_written_the_same() -> None:
    for writer in WRITERS:
        assert writer.written(batch(12)) == writer.written(batch(12))


# --- JSON


def test_the_json_document_keeps_to_its_schema(graded: Batch) -> None:
    text = grade_json.written(graded)
    assert "\n" not in text
    document = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert [each["file"] for each in document["submissions"]] == [
        grade_feedback.clean_text(row.grade.file) for row in graded.rows
    ]


def test_the_schema_is_printed_and_its_keys_are_the_documented_ones(capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert main(["schema", "grade"]) == 0
    assert json.loads(capsys.readouterr().out) == SCHEMA
    (submission,) = json.loads(grade_json.written(batch(1)))["submissions"]
    assert {"file", "student", "points", "of", "error", "labs"} <= set(submission)
    assert {"lab", "engine", "verdict", "seconds", "steps"} <= set(submission["labs"][0])


def test_points_in_the_document_add_up_and_claimed_ones_are_apart() -> None:
    for submission in json.loads(grade_json.written(made("sixty")))["submissions"]:
        steps = [step for lab in submission["labs"] for step in lab["steps"]]
        assert submission["points"] == sum(step["points"] for step in steps if step["proof"] == "proved")
        assert submission["claimed"] == sum(step["claimed"] for step in steps if step["proof"] == "claimed")
        assert submission["total"] == submission["points"] + submission["claimed"] / 2


# --- CSV


def rows_of(graded: Batch) -> list[dict[str, str]]:
    text = grade_csv.written(graded)
    assert text.startswith("\ufeff"), "Excel takes it for UTF-8"
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def test_the_table_has_a_row_a_submission_and_a_column_a_step() -> None:
    graded = made("sixty")
    rows = rows_of(graded)
    assert len(rows) == 60
    for name, lab in graded.labs.items():
        assert all(f"{name}: {step.id}" in rows[0] for step in lab.steps)
    assert {"list-networks", "custom"} <= set(rows_of(batch(12))[0]), "with one lab the step's name is enough"
    assert rows[3]["points"] == "", "a file that is no submission has no 0"
    assert rows[0]["same_as"] == rows[2]["file"]
    assert [row["student"] for row in rows[:4]] == ["Anna Lee", "Ben Ode", "Chloé Dubois", "김서연"]


def test_no_cell_is_one_that_a_spreadsheet_runs(graded: Batch) -> None:
    """By OWASP's page on CSV injection: a cell may not begin with = + - @, tab or carriage return, behind blanks and
    quotes neither; nor may what a program takes for a cell that parts them by semicolons."""
    signs = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    for line in csv.reader(io.StringIO(grade_csv.written(graded).removeprefix("\ufeff"), newline="")):
        for cell in line:
            for part in cell.split(";"):
                assert not part.lstrip("\"' \u3000").startswith(signs) or part.startswith("'"), cell
            assert "\n" not in cell
            assert "\r" not in cell


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A", "\t=1", " =1", '"=1', "'=1", "\uff1d1", " \"' =1", "=1;=2"])
def test_what_would_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert grade_csv.cell(text).startswith("'")
    assert grade_csv.cell(text).lstrip("'") == " ".join(text.split()).replace(";=", ";'=").lstrip("'")


def test_ordinary_text_is_left_alone() -> None:
    for text in ["Anna Lee", "7.5", "a - b", "김서연", "user@example", "docker run -it; docker ps", ""]:
        assert grade_csv.cell(text) == text


# --- JUnit XML

_JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), ["testsuite"]),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"name", "tests", "failures", "errors"},
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "properties": (set(), set(), ["property"]),
    "property": ({"name", "value"}, {"name", "value"}, []),
    "testcase": ({"name", "time", "classname"}, {"name"}, ["skipped", "error", "failure", "system-out", "system-err"]),
    "failure": ({"type", "message"}, set(), []),
    "error": ({"type", "message"}, set(), []),
    "skipped": ({"type", "message"}, set(), []),
    "system-out": (set(), set(), []),
}
_TIME = re.compile(r"\d+\.\d{3}")


def test_the_junit_file_is_as_build_servers_want_it(graded: Batch) -> None:
    """Read by a real parser and held against junit-10.xsd of the Jenkins xUnit plugin, as pytest ships it in
    testing/example_scripts: elements and where they stand, attributes allowed and required, times as it has them."""
    root = ET.fromstring(grade_junit.written(graded).encode())
    for parent in root.iter():
        allowed, required, children = _JUNIT[parent.tag]
        assert set(parent.keys()) <= allowed, parent.tag
        assert required <= set(parent.keys()), parent.tag
        assert {child.tag for child in parent} <= set(children), parent.tag
        assert "time" not in parent.attrib or _TIME.fullmatch(parent.attrib["time"])
    assert len(root) == len(graded.rows)


def test_junit_counts_are_those_of_its_cases(graded: Batch) -> None:
    root = ET.fromstring(grade_junit.written(graded).encode())
    totals: Counter[str] = Counter()
    for suite in root:
        cases = suite.findall("testcase")
        for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[count]) == sum(case.find(tag) is not None for case in cases)
            totals[count] += int(suite.attrib[count])
        assert int(suite.attrib["tests"]) == len(cases) > 0
        totals["tests"] += len(cases)
    assert {name: int(root.attrib[name]) for name in ("tests", "failures", "errors")} == {
        name: totals[name] for name in ("tests", "failures", "errors")
    }


def test_a_step_is_a_case_and_its_verdict_the_kind_of_its_end() -> None:
    graded = made("sixty")
    root = ET.fromstring(grade_junit.written(graded).encode())
    tags = {"not-yet": "failure", "cannot-judge": "error", "unsupported": "skipped"}
    for row, suite in zip(graded.rows, root, strict=True):
        cases = {case.attrib["name"]: case for case in suite.findall("testcase")}
        if row.grade.error:
            assert cases["submission"].find("error") is not None
            continue
        for step in row.grade.steps:
            found = [child.tag for child in cases[step.step] if child.tag != "system-out"]
            assert found == ([tags[step.verdict.value]] if step.verdict.value in tags else [])


# --- Gradescope

_VISIBLE = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
_FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
GRADESCOPE: dict[str, Any] = {
    "type": "object",
    "required": ["score", "tests"],
    "additionalProperties": False,
    "properties": {
        "score": {"type": "number"},
        "execution_time": {"type": "number"},
        "output": {"type": "string"},
        "output_format": _FORMAT,
        "test_output_format": _FORMAT,
        "test_name_format": _FORMAT,
        "visibility": _VISIBLE,
        "stdout_visibility": _VISIBLE,
        "extra_data": {"type": "object"},
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["score", "max_score", "name"],
                "additionalProperties": False,
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string", "minLength": 1},
                    "name_format": _FORMAT,
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "output_format": _FORMAT,
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": _VISIBLE,
                    "extra_data": {"type": "object"},
                },
            },
        },
    },
}


def alone(graded: Batch, place: int) -> Batch:
    row = graded.rows[place]
    labs = {name: lab for name, lab in graded.labs.items() if name == row.grade.lab}
    return Batch((row,), (), labs)


@pytest.mark.parametrize("of", ["twelve", "hostile"])
def test_gradescope_gets_what_its_documentation_asks_for(of: str) -> None:
    """The schema is written from Gradescope's own page, "Autograder Specifications", sections Output format, Test case
    status, Output string formatting and Controlling test case visibility
    (gradescope-autograders.readthedocs.io/en/latest/specs, source: gradescope/autograder_samples, docs/specs.md)."""
    graded = made(of)
    check = jsonschema.Draft202012Validator(GRADESCOPE)
    for place in range(len(graded.rows)):
        text = grade_gradescope.written(alone(graded, place))
        results = json.loads(text)
        check.validate(results)
        assert not _CONTROLS.search(text)
        assert results["stdout_visibility"] == "hidden"
        assert abs(results["score"] - sum(test["score"] for test in results["tests"])) < 1e-6
        assert all(0 <= test["score"] <= test["max_score"] for test in results["tests"])
        if graded.rows[place].grade.error:
            assert grade_feedback.one_line(graded.rows[place].grade.error) in results["output"]


def test_several_labs_of_one_student_are_one_result_and_several_students_none() -> None:
    graded = batch(3, ("bridge", "host", "none"))
    results = json.loads(grade_gradescope.written(graded))
    assert results["tests"][0]["name"].startswith("bridge: list-networks: ")
    assert len(results["tests"]) == sum(len(lab.steps) for lab in graded.labs.values())
    with pytest.raises(UsageError, match="of one student") as caught:
        grade_gradescope.written(batch(12))
    assert "--csv" in caught.value.hint


def test_an_empty_folder_still_gives_gradescope_an_answer() -> None:
    results = json.loads(grade_gradescope.written(Batch(())))
    assert (results["score"], results["tests"]) == (0, [])
    assert results["output"]


# --- HTML


class Page(HTMLParser):
    """The page as a browser would read it: its elements, and the text between them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "elements are nested as they should be"

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@cache
def html(of: str) -> str:
    return grade_html.written(made(of))


@cache
def page_of(of: str) -> Page:
    return Page(html(of))


_TAGS = re.compile(
    "html|head|meta|title|style|body|header|main|footer|section|article|h[1-4]|a|p|d[ltd]|div|span|small|b|bdi|code|pre|"
    "[uo]l|li|table|caption|thead|tbody|t[rhd]|details|summary|svg|rect|text"
)
_ATTRIBUTES = re.compile(
    "class|id|href|lang|charset|http-equiv|content|name|title|role|tabindex|scope|colspan|dir|aria-(label|labelledby|hidden)|"
    "viewbox|preserveaspectratio|x|y|width|height|rx"
)


def test_nothing_of_a_submission_becomes_part_of_the_page_but_text(name: str) -> None:
    page = page_of(name)
    assert page.open == []
    for tag, attributes in page.elements:
        assert _TAGS.fullmatch(tag), "no script, image, frame, form or link"
        assert all(map(_ATTRIBUTES.fullmatch, attributes)), "no handler, no style"
    for link in page.all("a"):
        assert re.fullmatch(r"#[a-z]+\d*", link["href"] or ""), "every link leads to a place on the page"


def test_the_page_fetches_nothing_and_lets_nothing_run(name: str) -> None:
    text = html(name)
    metas = {meta.get("http-equiv"): meta["content"] for meta in page_of(name).all("meta") if "content" in meta}
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert metas["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "//" not in style[1]


def test_hostile_texts_are_on_the_page_as_they_are() -> None:
    said = "".join(page_of("hostile").text)
    for text in HOSTILE:
        for part in re.split(r"[\x00-\x1f\u202e\ufffe\ud800]+|31m|0m|\[", text):
            assert " ".join(part.split()) in " ".join(said.split())


def test_every_place_that_a_link_leads_to_is_there_once(name: str) -> None:
    page = page_of(name)
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert set(ids.values()) <= {1}
    assert {(link["href"] or "")[1:] for link in page.all("a")} <= set(ids)
    assert sum((name or "").startswith("s") and (name or "")[1:].isdigit() for name in ids) == len(made(name).rows)


def test_the_page_can_be_read_without_seeing_it(name: str) -> None:
    """Headings come in order, table cells have their headings, pictures and marks have words."""
    page = page_of(name)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-4]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.all("html")[0]["lang"] == "en"
    assert all("scope" in cell for cell in page.all("th"))
    for tag, attributes in page.elements:
        if attributes.get("role") == "img":
            assert attributes.get("aria-label"), tag
        if tag == "svg":
            assert attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"
        if "tabindex" in attributes and tag == "div":
            assert attributes.get("role") == "region"
            assert attributes.get("aria-label")


def test_the_page_says_which_steps_failed_most_and_why_how_often() -> None:
    graded = made("sixty")
    said = " ".join(" ".join(page_of("sixty").text).split())
    steps = [each for row in graded.rows if row.grade.lab == "bridge" for each in row.grade.steps]
    missed = Counter(each.step for each in steps if each.verdict.value == "not-yet")
    step, count = missed.most_common(1)[0]
    assert f"{step} ({count} of {sum(each.step == step for each in steps)})" in said
    reasons = Counter(grade_feedback.reason(each) for each in steps if each.step == "restart" and not each.proof)
    for why, times in reasons.items():
        assert f"{times} × {why}" in said  # noqa: RUF001  # times


def test_a_page_for_sixty_stays_small() -> None:
    assert len(html("sixty")) < 1_000_000


def test_the_styles_colours_can_be_read() -> None:
    """WCAG 2.1, 1.4.3: text has a contrast of 4.5 or more on what it stands on, light and dark."""
    from runner.screens.grade_style import STYLE

    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", STYLE.partition("@media")[0]))
    dark = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", STYLE.split("@media")[1]))
    assert set(light) == set(dark)
    pairs = [(ink, back) for ink in ("ink", "soft", "accent") for back in ("back", "card")]
    pairs += [(each, f"{each}-back") for each in ("proved", "claimed", "not-yet", "cannot-judge", "unsupported")]
    for colours in (light, dark):
        for ink, back in [*pairs, ("ink", "code"), ("accent", "tint")]:
            assert contrast(colours[ink], colours[back]) >= 4.5, (ink, back)


def contrast(one: str, other: str) -> float:
    lights = sorted((_light(one), _light(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_markup_escapes_what_is_not_markup_already() -> None:
    assert element("p", "<b>", Html("<b>"), class_='"x') == '<p class="&quot;x">&lt;b&gt;<b></p>'
    assert joined("a & b", None, element("br")) == "a &amp; b<br>"
    assert coded("run `ip <x>` now") == "run <code>ip &lt;x&gt;</code> now"
    assert coded("one ` alone") == "one ` alone"


# --- feedback, and the terminal


def test_feedback_names_every_step_its_points_and_why_and_no_other_student(graded: Batch) -> None:
    others = {row.grade.student for row in graded.rows if row.grade.student}
    for row in graded.rows:
        said = grade_feedback.feedback(row, graded)
        if row.grade.error:
            assert grade_feedback.one_line(row.grade.error)[:20] in said
            continue
        for step in row.grade.steps:
            assert f" {step.step}: " in said
            assert grade_feedback.reason(step) in said
        if graded.labs.keys() != {"none"}:  # the hostile ones share their texts
            assert not [name for name in others - {row.grade.student} if f"{name} ·" in said]


def test_feedback_begins_with_the_lines_that_were_not_played_for_steps_lack_what_they_would_have_made() -> None:
    made = batch(1)
    (row,) = made.rows
    refused, failed = Note(3, "refused", "`--privileged` is refused"), Note(5, "failed", "No such container: x")
    said = grade_feedback.feedback(replace(row, grade=replace(row.grade, notes=(failed, refused))), made)
    assert said.index("line 3: `--privileged`") < said.index(f" {row.grade.steps[0].step}: ") < said.index("line 5: No")
    assert said.count("line 3:") == 1


def test_the_choices_of_a_question_stand_one_a_line_wherever_a_student_reads_them() -> None:
    made = batch(1)
    (row,) = made.rows
    asked = Finding(ok=False, expected="an answer to: why?\n1. so\n2. or so\n3. thus", observed="no answer", why="none")
    step = row.grade.steps[0]
    look = replace(step.judged, judged=(Judged("ask", Verdict.NOT_YET, asked),))
    open_ = replace(step, verdict=Verdict.NOT_YET, proof="", judged=look)
    made = replace(made, rows=(replace(row, grade=replace(row.grade, steps=(open_, *row.grade.steps[1:]))),))

    lines = [line.strip() for line in grade_feedback.feedback(made.rows[0], made).splitlines()]
    assert lines[lines.index("expected: an answer to: why?") :][1:4] == ["1. so", "2. or so", "3. thus"]
    told = json.loads(grade_gradescope.written(made))["tests"][0]["output"].splitlines()
    assert [line.strip() for line in told][1:5] == ["expected: an answer to: why?", "1. so", "2. or so", "3. thus"]
    assert all(f"<dd><bdi>{each}</bdi></dd>" in grade_html.written(made) for each in ("1. so", "2. or so", "3. thus"))


def test_a_line_of_the_bar_begins_with_whose_it_is_and_its_points_and_ends_with_the_file() -> None:
    (row,) = batch(1).rows
    line = told(row)
    assert line.startswith(f"{row.grade.student}: {row.grade.lab}: ")
    assert line.endswith(f"({row.grade.file})")


def test_feedback_files_have_plain_names_of_their_own(graded: Batch) -> None:
    names = [name for name, _ in feedback_files(graded)]
    assert len({name.lower() for name in names}) == len(names) == len(graded.rows)
    for name in names:
        assert re.fullmatch(r"([\w][\w. -]*_\d+_assignsubmission_file_/)?[\w][\w.-]*\.txt", name), name
        assert len(name) < 110


def test_a_text_for_nobody_known_is_named_after_the_file_and_not_after_the_folders_above() -> None:
    grade = replace(batch(1).rows[0].grade, file="/srv/courses/net/photo.sh", student="", lab="")
    assert [name for name, _ in feedback_files(Batch((Row(grade, Marks()),)))] == ["photo.sh.txt"]


def test_no_text_takes_anothers_place_and_none_is_called_like_a_device() -> None:
    made = batch(1).rows[0]
    long = "x" * 40
    said = [("a-x-3", f"1/{long}"), ("a", f"2/{long}"), ("a", f"2/{long}."), ("Aux", "3/y"), ("con.a", "4/z")]
    said += [("김", "5/k"), (unicodedata.normalize("NFD", "김"), "6/k")]
    rows = [replace(made, grade=replace(made.grade, file=file, student=who, lab="")) for who, file in said]
    names = [name for name, _ in feedback_files(Batch(tuple(rows)))]
    assert len({unicodedata.normalize("NFC", name).casefold() for name in names}) == len(said)
    assert not [name for name in names if name.lower().startswith(("aux.", "con."))]
    clash = [("a-x-3", "1/q"), ("a", "2/x"), ("a", "2/x ")]
    rows = [replace(made, grade=replace(made.grade, file=file, student=who, lab="")) for who, file in clash]
    assert len({name for name, _ in feedback_files(Batch(tuple(rows)))}) == 3


def test_the_mistake_behind_two_reasons_of_a_step_is_told_once() -> None:
    made = batch(1)
    bad = Finding(ok=False, expected="a", observed="b", why="no ip-range")
    two = tuple(
        Judged(check, Verdict.NOT_YET, replace(bad, why=why), misconception="It works, but.")
        for check, why in (("subnet", "no ip-range"), ("inside", "none inside"))
    )
    step = replace(made.rows[0].grade.steps[0], verdict=Verdict.NOT_YET, proof="")
    step = replace(step, judged=replace(step.judged, judged=two))
    made = replace(made, rows=(replace(made.rows[0], grade=replace(made.rows[0].grade, steps=(step,))),))
    said = grade_feedback.feedback(made.rows[0], made)
    assert (said.count("It works, but."), said.count("no ip-range"), said.count("none inside")) == (1, 1, 1)


def test_the_page_leads_to_its_parts() -> None:
    assert [link["href"] for link in page_of("twelve").all("a")][1:4] == ["#look", "#class", "#students"]
    assert [link["href"] for link in page_of("one").all("a")][1:3] == ["#class", "#students"]


def test_two_texts_of_one_student_say_of_which_file_each_is() -> None:
    made = batch(1)
    files = {
        "class.zip/ana/bridge.sh": "Ana-bridge-bridge.sh.txt",
        "class.zip/ana/bridge-final.sh": "Ana-bridge-bridge-final.sh.txt",
        "class.zip/ben/v1/b.sh": "Ben-bridge-v1-b.sh.txt",
        "class.zip/ben/v2/b.sh": "Ben-bridge-v2-b.sh.txt",
        "class.zip/cem/b.sh": "Cem-bridge.txt",
    }
    names = ("Ana", "Ana", "Ben", "Ben", "Cem")
    rows = tuple(
        replace(made.rows[0], grade=replace(made.rows[0].grade, file=file, student=student))
        for file, student in zip(files, names, strict=True)
    )
    texts = dict(feedback_files(replace(made, rows=rows)))
    assert list(texts) == list(files.values())
    heads = [text.splitlines()[1] for text in texts.values()]
    assert heads == ["Ana · bridge.sh", "Ana · bridge-final.sh", "Ben · v1/b.sh", "Ben · v2/b.sh", "Cem · b.sh"]


def test_two_hand_ins_of_one_student_are_told_apart_in_the_table_and_on_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    made = batch(2)
    rows = [replace(made.rows[0], grade=replace(made.rows[0].grade, file=f"ana/{each}", student="Ana"))
            for each in ("bridge.sh", "final.sh")]  # fmt: skip
    made = replace(made, rows=(*rows, made.rows[1]), similar=())
    table = grade_table.written(made)
    assert [line.split("  ")[1] for line in table.splitlines()[1:4]] == ["Ana, bridge.sh", "Ana, final.sh", "Ben Ode"]
    page = grade_html.written(made)
    assert all(f"<small><bdi>bridge · {each}</bdi></small>" in page for each in ("bridge.sh", "final.sh"))


@pytest.mark.parametrize(
    ("file", "folder"),
    [
        ("m.zip/Anna Lee_12345_assignsubmission_file_/bridge.sh", "Anna Lee_12345"),
        ("m.zip/Anna Lee_12345_assignsubmission_file/sub/bridge.sh", "Anna Lee_12345"),
        ("Anna Lee_12345_assignsubmission_file_bridge.sh", "Anna Lee_12345"),
        ("m/Participant_12345_assignsubmission_file_/bridge.sh", "Participant_12345"),
        ("m/20231234 김서연_12345_assignsubmission_file_/bridge.sh", "20231234 김서연_12345"),
    ],
)
def test_of_a_moodle_download_the_folder_can_be_zipped_and_uploaded_as_it_is(file: str, folder: str) -> None:
    """As importziplib.php reads a path: its first part with four pieces between underscores, of which the second is
    the participant's number, the third and fourth the plugin that wrote it."""
    made = batch(1)
    grade = replace(made.rows[0].grade, file=file, student=owner(file))
    ((name, _),) = feedback_files(replace(made, rows=(replace(made.rows[0], grade=grade),)))
    assert name == f"{folder}_assignsubmission_file_/feedback-bridge.txt"
    assert name.split("/")[0].split("_", 4)[1:4] == ["12345", "assignsubmission", "file"]


def test_a_folder_of_feedback_holds_a_text_for_each_and_keeps_what_else_is_there(tmp_path: Path) -> None:
    graded = batch(12)
    graded = replace(graded, rows=tuple(_elsewhere(row) for row in graded.rows[:3]) + graded.rows[3:])
    folder = feedback_folder(tmp_path / "texts", [tmp_path / "class.zip"])
    folder.write(graded)
    (tmp_path / "texts/mine.txt").write_text("mine")
    folder.write(graded)
    texts = [each for each in (tmp_path / "texts").rglob("*") if each.is_file()]
    files = {str(each.relative_to(tmp_path / "texts")): each.read_text(encoding="utf-8") for each in texts}
    assert files.pop("mine.txt") == "mine"
    assert files == dict(feedback_files(graded))
    assert "9 of 11 points, and 2 claimed" in files["Ben-Ode-bridge.txt"]


def _elsewhere(row: Row) -> Row:
    """Handed in without a platform."""
    return replace(row, grade=replace(row.grade, file=f"class/{row.grade.student}.sh"))


def test_a_folder_for_feedback_that_is_no_good_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "class").mkdir()
    for wrong, says in (("file", "no folder"), ("none/texts", "there is no folder"), ("class/texts", "lies in")):
        with pytest.raises(UsageError, match=says):
            feedback_folder(tmp_path / wrong, [tmp_path / "class"])


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_table_fits_the_terminal(graded: Batch, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(width))
    text = grade_table.written(graded)
    assert "\x1b" not in text, "no terminal, no colours"
    long = [line for line in text.splitlines() if cell_len(line) > width]
    assert long == []


def test_the_table_names_everybody_and_what_asks_for_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    graded = batch(12)
    text = grade_table.written(graded)
    for row in graded.rows:
        assert (row.grade.student or row.grade.file) in text
    assert "11 submissions, median 82 % of the points, 1 no submission, 1 could not be" in text
    assert "The same commands and answers, times aside: Anna Lee, Chloé Dubois" in text
    assert "did not pass" in text


def test_one_submission_alone_is_told_as_its_student_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    graded = batch(1)
    assert grade_table.written(graded) == grade_feedback.feedback(graded.rows[0], graded).rstrip("\n")
