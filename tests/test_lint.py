"""`vethlab lint`, `new` and `schema`, as processes and as functions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from runner.lab.lint import lint
from runner.lab.loader import find_lab, lab_names
from runner.lab.new import scaffold
from runner.lab.nodes import Listing, Node, Scalar, Table
from runner.lab.problems import LabProblems, Problems
from runner.lab.schema import lab_schema
from runner.lab.source import read
from runner.lab.suggestions import near

ROOT = Path(__file__).parents[1]


def vethlab(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from runner.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=30
    )


def linted(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """What lint says of the scaffold after the changes, as `line: text`."""
    text = scaffold("fresh")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "fresh.yaml"
    path.write_text(text)
    with pytest.raises(LabProblems) as caught:
        lint(path)
    return [f"{each.location.line}: {each.text}" for each in caught.value.problems]


def line_of(part: str) -> int:
    return scaffold("fresh").partition(part)[0].count("\n") + 1


def as_an_editor_reads(node: Node) -> Any:
    """The tree as YAML 1.2 sees it: what a schema in an editor is held against."""
    match node:
        case Table(entries=entries):
            return {key.text: as_an_editor_reads(value) for key, value in entries if isinstance(key, Scalar)}
        case Listing(items=items):
            return [as_an_editor_reads(item) for item in items]
        case Scalar(text=text, plain=True):
            plain = {"true": True, "false": False, "null": None}
            return plain[text] if text in plain else int(text) if re.fullmatch(r"-?\d+", text) else text
        case Scalar(text=text):
            return text
    raise AssertionError(node)


def violations(path: Path) -> list[str]:
    problems = Problems(str(path))
    node = read(path, problems)
    problems.end()
    assert node is not None
    validator = jsonschema.Draft202012Validator(lab_schema())
    return [error.message for error in validator.iter_errors(as_an_editor_reads(node))]


def test_all_labs_of_the_chapter_are_good(tmp_path: Path) -> None:
    ended = vethlab("lint", *lab_names(), folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[0] == "bridge: good, 11 steps"


def test_every_broken_file_is_told_in_one_run_with_exit_2(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("- a list\n")
    (tmp_path / "two.yaml").write_text("lab: two\ntitel: Two\nminutes: none\nsteps: []\n")
    (tmp_path / "three.yaml").write_bytes(b"\x00\xff")
    (tmp_path / "four.yaml").write_text(scaffold("four"))
    ended = vethlab("lint", "one.yaml", "two.yaml", "three.yaml", "four.yaml", "five.yaml", folder=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == "four: good, 3 steps\n"
    assert ended.stderr.splitlines() == [
        "vethlab: 6 problems in lab files:",
        "five.yaml:1: cannot be read: No such file or directory",
        "one.yaml:1: a lab file is keys with values (lab: …, title: …, steps: …), not a list or a text",
        "three.yaml:1: a binary file, not text",
        "two.yaml:2: a lab has no key titel; did you mean title?",
        "two.yaml:3: minutes must be a whole number, not none",
        "two.yaml:4: steps is an empty list; leave the key out or fill it",
    ]


def test_the_lab_is_called_as_its_file(tmp_path: Path) -> None:
    assert linted(tmp_path, ("lab: fresh", "lab: stale")) == ["1: the lab stale must be in a file stale.yaml"]


def test_a_step_has_hints(tmp_path: Path) -> None:
    hints = scaffold("fresh")[scaffold("fresh").rindex("    hints:") :]
    assert linted(tmp_path, (hints, "")) == [f"{line_of('  - id: gateway')}: the step gateway has no hints"]


@pytest.mark.parametrize("name", ["mine", "fresh_bo"])
def test_what_no_command_names_must_not_be_in_uses(tmp_path: Path, name: str) -> None:
    found = linted(tmp_path, ("[fresh_box]", f"[fresh_box, {name}]"))
    assert found == [f"{line_of('  networks:')}: {name} is in uses, yet no command of the lab names it"]


def test_only_the_lab_image_can_be_run(tmp_path: Path) -> None:
    found = linted(tmp_path, ("--net fresh_net IMG\n", "--net fresh_net nginx\n"))
    line = line_of("--net fresh_net IMG\n")
    assert found == [f"{line}: the image nginx is not on a private engine: write IMG, the lab image"]


def test_checks_need_something_that_makes_them_pass(tmp_path: Path) -> None:
    found = linted(tmp_path, ("    do:\n      - docker run -i -t -d --name fresh_box --net fresh_net IMG\n", ""))
    line = line_of("  - id: run")
    assert found == [f"{line}: the step run has checks, but no do that makes them pass, and does not say looks: true"]


def test_a_mistake_is_told_by_more_than_a_letter(tmp_path: Path) -> None:
    found = linted(tmp_path, ("says: fresh_net", "says: e"))
    assert found == [f"{line_of('      - do: docker run')}: says: e is so short that nearly any finding holds it"]


def test_a_new_lab_is_good_as_it_stands(tmp_path: Path) -> None:
    ended = vethlab("new", "my-net", folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert vethlab("lint", "my-net.yaml", folder=tmp_path).stdout == "my-net: good, 3 steps\n"
    assert violations(tmp_path / "my-net.yaml") == []


def test_a_new_lab_is_never_written_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    ended = vethlab("new", "mine", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "mine.yaml is there already, and was left as it is" in ended.stderr
    assert (tmp_path / "mine.yaml").read_text() == "mine"


def test_a_new_lab_has_a_name_that_can_be_typed(tmp_path: Path) -> None:
    for name in ("Mine", "../up", "", "a b", "x\x1b[31m"):
        ended = vethlab("new", name, folder=tmp_path)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "\x1b" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_new_lab_goes_to_stdout_on_request(tmp_path: Path) -> None:
    assert vethlab("new", "mine", "-o", "-", folder=tmp_path).stdout == scaffold("mine")


def test_the_shipped_schema_is_the_one_of_the_checks(tmp_path: Path) -> None:
    shipped = json.loads((ROOT / "runner" / "lab" / "lab.schema.json").read_text())
    assert shipped == lab_schema(), "vethlab schema > runner/lab/lab.schema.json"
    assert json.loads(vethlab("schema", folder=tmp_path).stdout) == shipped
    jsonschema.Draft202012Validator.check_schema(shipped)


def test_the_schema_of_results_is_printed(tmp_path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(vethlab("schema", "result", folder=tmp_path).stdout))


def test_the_labs_of_the_chapter_meet_the_schema() -> None:
    for name in lab_names():
        assert violations(find_lab(name)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A", "titel: A"),
        ("network_exists:", "network_exist:"),
        ("driver: bridge", "drivr: bridge"),
        ("      - docker network create", "      - network create"),
        ("containers: [fresh_box],", "containers: [],"),
        ("minutes: 10", "minutes: ten"),
        ("says: fresh_net", "then: docker ps"),
        ("truth: {gateway: {network: fresh_net}}", "choices: [a, b, c]"),
    ],
)
def test_the_schema_shows_slips_in_an_editor(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "fresh.yaml"
    path.write_text(scaffold("fresh").replace(old, new, 1))
    assert violations(path) != []


def test_near_misses_are_found_and_far_ones_are_not() -> None:
    known = ["attached", "detached", "network_exists", "networks_exist", "do"]
    assert near("atached", known) == "attached"
    assert near("dettached", known) == "detached"
    assert near("network-exists", known) == "network_exists"
    assert near("od", known) == "do"
    assert near("frobnicate", known) is None
    assert near("x" * 100_000, known) is None
