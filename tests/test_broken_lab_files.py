"""Broken and hostile lab files: every problem is told with its line, all of one file at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.lab.loader import LabProblems, load
from runner.lab.problems import MOST_PROBLEMS
from tests.labfile import GOOD, changed, problems, written

BROKEN: list[tuple[str, str | bytes, list[str]]] = [
    ("empty", "", ["1: the file is empty"]),
    ("blank", "\n \n", ["1: the file is empty"]),
    ("comments", "# one\n# two\n", ["1: the file holds nothing but comments"]),
    ("list", "- a\n- b\n", ["1: a lab file is keys with values"]),
    ("text", "hello\n", ["1: a lab file is keys with values"]),
    ("binary", bytes(range(256)), ["2: a binary file, not text"]),
    ("latin-1", "lab: x\ntitle: caf\xe9\n".encode("latin-1"), ["2: not UTF-8 text (byte 0xe9)"]),
    ("utf-16", GOOD.encode("utf-16"), ["1: UTF-16 text: save it as UTF-8"]),
    ("nul", GOOD.replace("First", "Fi\0rst"), ["10: a control character is in the text: \\x00"]),
    ("escape", GOOD.replace("First", "\x1b[31m"), ["10: a control character is in the text: \\x1b"]),
    ("quoted escape", GOOD.replace("First", '"\\e[31m"'), ["10: a control character is in the text: \\x1b"]),
    ("bidi", GOOD.replace("First", "\u202eFirst"), ["10: a control character is in the text: \\u202e"]),
    ("tabs", GOOD.replace("    title", "\ttitle"), ["10: a tab", "25: a tab", "35: a tab"]),
    ("quote", GOOD.replace("title: First", 'title: "First'), ["10: a quote is opened here and never closed"]),
    ("brace", GOOD.replace("{inside: box, type: ifconfig}", "{inside: box"), ["16: what { opens is not closed"]),
    ("bracket", GOOD.replace("[mynet]", "[mynet"), ["6: what [ opens is not closed"]),
    ("indentation", GOOD.replace("    text: Words.\n    do", "   text: Words.\n    do"), ["36: this line does not"]),
    ("colon", GOOD.replace("title: First", "title: First: this"), ["10: a second ': ' in one line"]),
    ("no colon", GOOD.replace("title: First", "title First"), ["11: a key without its ': '"]),
    ("at", GOOD.replace("title: First", "title: @first"), ["10: a text may not begin with @"]),
    ("star", GOOD.replace("title: First", "title: *bold* words"), ["10: a text that begins with * or &"]),
    ("two documents", GOOD + "---\n" + GOOD, ["41: a second document begins here (---)"]),
    ("deep", "lab: " + "[" * 100_000, ["1: nested too deep"]),
    ("deep tables", "\n".join(" " * depth + "lab:" for depth in range(500)), ["25: nested too deep"]),
    ("too big", "# " + "x" * 1024 * 1024, ["1: larger than 1 MiB"]),
    ("too many nodes", "lab: [" + "a, " * 20_000 + "]", ["1: too much for a lab file: reading stopped here"]),
    ("long line", GOOD.replace("network create mynet", "network " + "x" * 5000), ["14: a command is longer than 4000"]),
    ("escape in quotes", GOOD.replace("title: First", 'title: "a\\s"'), ["10: inside double quotes a \\ must be"]),
    ("endless expression", GOOD.replace("(.*)$", "x{1,99999999999}"), ["32: find is no regular expression"]),
    ("deep expression", GOOD.replace("(.*)$", "(" * 1900 + ")" * 1900), ["32: find is no regular expression"]),
    ("tag", GOOD.replace("First", "!!str First"), ["10: !!str: lab files have no tags"]),
    ("anchor", GOOD.replace("First", "&x First"), ["10: &x: lab files have no anchors"]),
    ("loop", GOOD.replace("[mynet]", "&x [*x]"), ["6: &x: lab files have no", "6: *x: lab files have no"]),
    ("merge", GOOD + "<<: {title: x}\n", ["41: a lab has no key <<"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_file_is_told_by_line(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    found = problems(written(tmp_path, text))
    for problem in expected:
        assert any(each.startswith(problem) for each in found), found


def test_a_tag_never_calls_python(tmp_path: Path) -> None:
    mark = tmp_path / "called"
    path = changed(tmp_path, ("First", f"!!python/object/apply:os.mkdir ['{mark}']"))
    assert problems(path) == [
        "10: !!python/object/apply:os.mkdir: lab files have no tags; put a text that begins with ! in quotes"
    ]
    assert not mark.exists()


def test_an_alias_bomb_is_refused_without_growing(tmp_path: Path) -> None:
    names = "abcdefghijklmnopqrst"
    lines = [f"{a}: &{a} [{', '.join([f'*{b}'] * 9)}]" for a, b in zip(names[1:], names, strict=False)]
    found = problems(written(tmp_path, "a: &a [x, x]\n" + "\n".join(lines)))
    assert "2: *a: lab files have no aliases; write it out, or put a text that begins with * in quotes" in found


def test_problems_before_a_broken_line_are_told_with_it(tmp_path: Path) -> None:
    path = changed(tmp_path, ("title: A", "titel: A"), ("driver:", "drivr:"), ("id: three", 'id: "three'))
    found = problems(path)
    assert [each.partition(":")[0] for each in found] == ["2", "18", "34"]
    assert found[2].endswith("a quote is opened here and never closed")


def test_many_problems_are_told_at_once(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ("title: A", "titel: A"),
        ("minutes: 5", "minutes: five"),
        ("id: two", "id: one"),
        ("driver:", "drivr:"),
        ("hints: [a nudge]", "hints: ['']"),
        ("right: 2", "right: 9"),
    )
    assert [each.partition(":")[0] for each in problems(path)] == ["2", "3", "18", "20", "24", "39"]


def test_a_hostile_number_of_problems_ends_early(tmp_path: Path) -> None:
    found = problems(written(tmp_path, "".join(f"k{number}: 1\n" for number in range(3_000))))
    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1].endswith("too many problems: reading stopped here")


def test_what_is_no_file_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.yaml")
    assert problems(tmp_path) == ["1: a folder, not a lab file"]
    assert problems(tmp_path / "missing.yaml") == ["1: cannot be read: No such file or directory"]
    assert problems(tmp_path / "fifo.yaml") == ["1: not an ordinary file"]
    assert problems(Path("/dev/zero")) == ["1: not an ordinary file"]


def test_a_file_name_with_control_characters_is_never_printed_raw(tmp_path: Path) -> None:
    path = tmp_path / "na\x1b[31mme\n.yaml"
    path.write_text("nonsense: 1\n")
    with pytest.raises(LabProblems) as caught:
        load(path)
    assert "na\\x1b[31mme\\n.yaml:1: a lab has no key nonsense" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path: Path) -> None:
    lab = load(written(tmp_path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()))
    assert lab.step("one").text == "Words."


def test_the_pure_python_parser_tells_the_same(tmp_path: Path) -> None:
    without = "import sys, yaml; del yaml.CSafeLoader; from runner.cli import main; sys.exit(main(sys.argv[1:]))"
    for name, text, _ in BROKEN:
        (tmp_path / f"{name}.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "good.yaml").write_text(GOOD)
    files = sorted(str(path) for path in tmp_path.iterdir())
    ended = subprocess.run(
        [sys.executable, "-c", without, "lint", *files], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout) == (2, "good: good, 3 steps\n")
    for name, _, expected in BROKEN:
        for problem in expected:
            assert f"{tmp_path}/{name}.yaml:{problem}" in ended.stderr
