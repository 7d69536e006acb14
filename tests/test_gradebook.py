"""What goes into a grade book: by what a student is found there, and the files that Moodle and Canvas take."""

from __future__ import annotations

import csv
import io
import time
import unicodedata
from dataclasses import replace

import pytest

from runner.errors import UsageError
from runner.grading import reading
from runner.grading.gradebook import Identity, identity
from runner.grading.marks import Batch, Row
from runner.grading.model import Grade, Submission
from runner.lab.loader import find_lab, load
from runner.lab.model import Lab
from runner.screens import grade_canvas, grade_csv, grade_moodle
from tests.made_batches import batch, hostile

MOODLE = "m.zip/{}_{}_assignsubmission_file_/{}"


@pytest.mark.parametrize(
    ("file", "student", "known"),
    [
        ("class/a.sh", "Anna Lee <anna.lee@uni.example>", Identity(email="anna.lee@uni.example")),
        ("class/a.sh", "Anna Lee 20231234", Identity("20231234")),
        ("class/a.sh", "김서연 2023-12345 (seo@uni.example)", Identity("2023-12345", "seo@uni.example")),
        ("class/a.sh", "s1234567", Identity("s1234567")),
        ("class/20231234_bridge.sh", "Anna Lee", Identity("20231234")),
        ("class/20231234/bridge.sh", "20231234", Identity("20231234")),
        ("class/anna@uni.example.sh", "Anna", Identity(email="anna@uni.example")),
        (MOODLE.format("Anna Lee", 12345, "bridge.sh"), "Anna Lee", Identity(moodle="12345")),
        (MOODLE.format("20231234 김서연", 987, "bridge.sh"), "김서연", Identity("20231234", moodle="987")),
        (MOODLE.format("Participant", 12345, "bridge.sh"), "Participant 12345", Identity(moodle="12345")),
        ("leeanna_LATE_4711_99887_bridge.sh", "leeanna", Identity(canvas="4711")),
        ("c.zip/leeanna_4711_99887_bridge.sh", "Anna Lee 20231234", Identity("20231234", canvas="4711")),
        # What is behind Canvas's numbers the student chose.
        ("a_4711_99887_b_2_assignsubmission_file_x.sh", "a", Identity(canvas="4711")),
        ("lab 1_anna1_attempt_2026-03-01-10-00-00_bridge.sh", "Anna", Identity("anna1")),
        ("submission_12345678/bridge.sh", "submission_12345678", Identity()),
        ("class/a.sh", "Anna 11111 and Ben 22222", Identity()),  # whose of the two it is nobody knows
        ("class 2026-11-30/bridge 3.sh", "Anna 3", Identity()),
        ("class/2026-11-30.sh", "", Identity()),
    ],
)
def test_who_it_is_for_a_grade_book_is_told_by_the_platform_or_by_the_file(
    file: str, student: str, known: Identity
) -> None:
    assert identity(Grade(file, student, "bridge", "")) == known


def test_no_name_takes_long_to_look_at() -> None:
    began = time.monotonic()
    for each in ("1" * 5000 + "x", "1-" * 2500 + "x", "a." * 2500, "a@" + "b." * 2500, "x" * 5000):
        identity(Grade(each, each, "bridge", ""))
    assert time.monotonic() - began < 2


def test_an_e_mail_beside_the_name_is_no_other_name_than_the_platforms() -> None:
    text = b"# student: Anna Berg <a.berg@uni.example>\ndocker ps\n"
    found = reading.read(text, "Anna Berg_1_assignsubmission_file_/a.sh", lab="none", labs={"none": none()})
    assert isinstance(found, Submission)
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("platform", "said", "another"),
    [
        ("Anna-Lee O'Neil", "Ben Kim", True),
        ("Anna-Lee O'Neil", "O'Neil, Anna-Lee", False),
        (unicodedata.normalize("NFD", "김서연"), "김서연", False),  # as macOS spells it
        ("Participant", "Ben Kim", False),
    ],
)
def test_a_name_that_is_not_the_platforms_is_told_however_it_is_spelt(platform: str, said: str, another: bool) -> None:
    text = f"# student: {said}\ndocker ps\n".encode()
    found = reading.read(text, f"{platform}_1_assignsubmission_file_/a.sh", lab="none", labs={"none": none()})
    assert isinstance(found, Submission)
    assert [f"by {said}, and the platform" in each for each in found.remarks] == [True] * another


def none() -> Lab:
    return load(find_lab("none"))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def renamed(made: Batch, files: list[tuple[str, str]]) -> Batch:
    """The same grades by other files, with other students; a row that had none keeps that."""
    rows = [
        replace(row, grade=replace(row.grade, file=file, student=student))
        for row, (file, student) in zip(made.rows, files, strict=True)
    ]
    return replace(made, rows=tuple(rows), similar=())


def test_the_table_ends_with_what_a_grade_book_matches_by_and_its_other_columns_stand_where_they_stood() -> None:
    made = batch(12)
    header = grade_csv.written(made).removeprefix("\ufeff").splitlines()[0].split(",")
    steps = [step.id for step in made.labs["bridge"].steps]
    first = ["file", "student", "lab", "points", "claimed", "total", "of", "handed_in", "error", "remarks", "same_as"]
    assert header == [*first, *steps, "why", "student_id", "email", "moodle_participant", "canvas_id"]
    assert [row["moodle_participant"] for row in rows_of(grade_csv.written(made))][:3] == ["12000", "12001", "12002"]


def test_a_moodle_assignment_gets_the_worksheet_that_it_asks_for() -> None:
    """importgradeslib.php: the columns Identifier, Grade and Last modified (grade), in the site's English names; the
    number behind "Participant " is the participant's; an empty grade, or a date that is none, changes nothing."""
    made = batch(12)
    rows = rows_of(grade_moodle.written(made))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(rows[0])
    graded = [row for row in made.rows if not row.grade.error]
    assert [row["Identifier"] for row in rows] == [f"Participant {identity(row.grade).moodle}" for row in graded]
    assert [float(row["Grade"]) for row in rows] == [float(row.marks.total) for row in graded]
    assert all(0 <= float(row["Grade"]) <= float(row["Maximum Grade"]) for row in rows)
    assert {row["Last modified (grade)"] for row in rows} == {""}


def test_of_two_hand_ins_of_a_lab_the_better_one_is_in_the_grade_book_and_labs_of_one_assignment_add_up() -> None:
    made = batch(4, ("bridge", "bridge", "host", "host"), seed=3)
    files = [(MOODLE.format("Anna", 1, f"{place}.sh"), "Anna") for place in range(3)]
    made = renamed(made, [*files, (MOODLE.format("Ben", 2, "host.sh"), "Ben")])
    first, second, third, fourth = (row.marks.total for row in made.rows)
    made = replace(made, rows=(replace(made.rows[0], grade=replace(made.rows[0].grade, student="Zoe")), *made.rows[1:]))
    anna, ben = rows_of(grade_moodle.written(made))
    assert anna["Full name"] == "Anna", "as Moodle knows the participant, whatever the file says"
    assert float(anna["Grade"]) == float(max(first, second) + third)
    assert (ben["Identifier"], float(ben["Grade"])) == ("Participant 2", float(fourth))


def test_a_moodle_worksheet_of_files_that_are_not_moodles_is_refused_before_anything_is_graded() -> None:
    with pytest.raises(UsageError, match="no file is named as Moodle names them"):
        grade_moodle.written(renamed(batch(2), [("a.sh", "Anna"), ("b.sh", "Ben")]))


def test_canvas_gets_its_columns_in_its_order_and_nothing_that_it_takes_for_another_assignment() -> None:
    """gradebook_importer.rb, header?: Student, ID, SIS User ID, SIS Login ID, Section, then an assignment a column."""
    made = renamed(
        batch(3, ("bridge", "host", "bridge")),
        [("anna_4711_1_b.sh", "Anna"), ("anna_4711_2_h.sh", "Anna"), ("ben.sh", "Ben 20231234 <ben@uni.example>")],
    )
    lines = list(csv.reader(io.StringIO(grade_canvas.written(made), newline=""), strict=True))
    titles = [lab.title for lab in made.labs.values()]
    assert lines[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
    assert lines[1] == ["Points Possible", "", "", "", "", "11", "4"]
    totals = [grade_csv.shown_points(row.marks.total) for row in made.rows]
    assert lines[2] == ["Anna", "4711", "", "", "", totals[0], totals[1]]
    assert lines[3] == ["Ben 20231234 <ben@uni.example>", "", "20231234", "ben@uni.example", "", totals[2], ""]


def test_no_student_says_what_canvas_takes_for_the_worth_of_an_assignment() -> None:
    """gradebook_importer.rb: a row whose first cell holds the words sets the points of the assignments."""
    made = renamed(batch(1), [("anna_4711_1_b.sh", "my Points  possible!")])
    cells = [row[0] for row in csv.reader(io.StringIO(grade_canvas.written(made), newline=""))]
    assert cells[1:] == ["Points Possible", "my points-possible!"]


def test_who_has_no_grade_is_in_no_grade_book() -> None:
    made = batch(12)
    without = {row.grade.student for row in made.rows if row.grade.error}
    assert len(without) == 2
    assert without.isdisjoint(row["Student"] for row in rows_of(grade_canvas.written(made)))
    assert without.isdisjoint(row["Full name"] for row in rows_of(grade_moodle.written(made)))


def test_grade_books_run_no_formula() -> None:
    for row in csv.reader(io.StringIO(grade_canvas.written(hostile()), newline="")):
        assert not [cell for cell in row if cell.lstrip("\"' ").startswith(("=", "+", "-", "@")) and cell[0] != "'"]


def test_a_row_is_one_students_even_where_names_are_the_same() -> None:
    made = batch(2)
    twins: tuple[Row, ...] = renamed(
        made, [(MOODLE.format("Kim", 1, "b.sh"), "Kim"), (MOODLE.format("Kim", 2, "b.sh"), "Kim")]
    ).rows
    assert len(rows_of(grade_moodle.written(replace(made, rows=twins)))) == 2
