"""`vethlab submit`: one file, made without an engine, never over another's."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runner.commands.student import given
from runner.errors import UsageError
from runner.grading.model import Submission
from runner.grading.reading import read
from runner.lab.loader import find_lab, lab_names, load
from runner.session import progress
from runner.session.handing_in import default_name, written
from runner.session.journal import Journal
from runner.session.student_name import keep, kept, tidied, told, trouble
from runner.session.submission import handed_in
from tests.vethlab import ROOT, Ended, Vethlab

SCHEMA = json.loads((ROOT / "runner/session/submission.schema.json").read_text(encoding="utf-8"))
LABS = {name: load(find_lab(name)) for name in lab_names()}


@pytest.fixture
def worked(vethlab: Vethlab, monkeypatch: pytest.MonkeyPatch) -> Vethlab:
    """A student who has done a little of bridge, and was given no name."""
    monkeypatch.setenv("XDG_STATE_HOME", str(vethlab.state))
    monkeypatch.setenv("PATH", "/nowhere")  # no engine, no docker
    journal = Journal(LABS["bridge"])
    journal.begin("private", "20.10.24")
    journal.command("docker network create mybridge", 0)
    journal.command("docker run -v /:/host vethlab/node", 125)
    progress.passed("bridge", "create")
    return vethlab


def submits(vethlab: Vethlab, folder: Path, *words: str, before: Sequence[str] = ()) -> Ended:
    """The command, run in that folder."""
    folder.mkdir(exist_ok=True)
    argv = [*before, *vethlab.argv(["submit", *words])]
    done = subprocess.run(argv, env=vethlab.environ, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60, check=False)  # fmt: skip
    assert "Traceback" not in done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def document(file: Path) -> dict[str, Any]:
    """What was written, valid by the schema and read back as a grader does, without a remark."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator(SCHEMA).validate(found)
    back = read(file.read_bytes(), file.name, lab=None, labs=LABS)
    assert isinstance(back, Submission)
    assert back.remarks == ()
    assert back.student == found["student"]
    return found


def test_it_says_what_is_in_the_file_and_what_is_missing(worked: Vethlab, tmp_path: Path) -> None:
    done = submits(worked, tmp_path / "here", "bridge", "--student", "Änna  O'Neill / 김")
    assert (done.code, done.err) == (0, "")
    file = tmp_path / "here" / "bridge-Änna-O-Neill-김.json"
    assert done.out.startswith(f"Written: {file.name}\n")
    words = " ".join(done.out.split())
    assert "From Änna O'Neill / 김; commands: 2, answers: 0." in words
    assert "Passed here: 1 of 11 steps. Not yet: list-networks," in words
    assert "These cannot be played again: 3: docker run -v /:/host vethlab/node" in words
    assert "Nothing was sent" in words
    found = document(file)
    assert [each["entry"] for each in found["entries"]] == ["session", "command", "command"]
    assert list((tmp_path / "here").iterdir()) == [file]


def test_the_name_is_kept_for_the_next_time(worked: Vethlab, tmp_path: Path) -> None:
    submits(worked, tmp_path / "here", "bridge", "--student", "Anna")
    again = submits(worked, tmp_path / "here", "bridge")
    assert "It takes the place of the one that you made at 2" in again.out
    assert document(tmp_path / "here" / "bridge-Anna.json")["student"] == "Anna"


def test_without_a_name_it_is_written_and_says_so(worked: Vethlab, tmp_path: Path) -> None:
    done = submits(worked, tmp_path / "here", "bridge")
    assert done.code == 0
    assert "--student NAME" in done.out
    assert document(tmp_path / "here" / "bridge.json")["student"] == ""


@pytest.mark.parametrize(
    "content",
    [b"my own notes", b"", b'{"format": 1, "lab": "bridge", "student": "Bert"}', b'{"format": 1, "lab": "none"}',
     b"[" * 100_000, b"\xff\xfe", b'"x"', b" " * (1 << 20) + b"{}"],
)  # fmt: skip
def test_what_is_not_the_students_own_earlier_one_is_not_written_over(
    worked: Vethlab, tmp_path: Path, content: bytes
) -> None:
    assert worked
    file = tmp_path / "mine.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="is there already, and is not what you handed in before"):
        written(handed_in(LABS["bridge"], "Anna"), file)
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    ("where", "why"),
    [(".", "no file of this kind"), ("/dev/null", "no file of this kind"), ("link", "no file of this kind"),
     ("nowhere/x.json", "No such file"), ("work/x.json", "Not a directory"), ("x" * 300, "too long"),
     ("a\0b", "null byte")],
)  # fmt: skip
def test_where_nothing_can_be_written_it_says_why(
    worked: Vethlab, tmp_path: Path, where: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert worked
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "link").symlink_to("elsewhere")
    (folder / "work").touch()
    monkeypatch.chdir(folder)
    with pytest.raises(UsageError, match=why) as told:
        written(handed_in(LABS["bridge"], "Anna"), Path(where))
    assert "-o FILE" in told.value.hint
    assert sorted(each.name for each in folder.iterdir()) == ["link", "work"]


def test_a_path_that_is_none_ends_in_a_sentence(worked: Vethlab, tmp_path: Path) -> None:
    done = submits(worked, tmp_path / "here", "bridge", "-o", "nowhere/x.json")
    assert (done.code, done.out) == (2, "")
    assert "cannot write nowhere/x.json: No such file or directory" in done.err


def test_a_full_disk_is_told_and_the_earlier_file_stays(worked: Vethlab, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = f'mount -t tmpfs -o size=8k tmpfs "{folder}" && cd "{folder}" && echo old >old'
    small = f'{mount} && "$@"; code=$?; ls -A; exit $code'
    before = ["unshare", "--mount", "--propagation", "private", "sh", "-c", small, "sh"]
    journal = Journal(LABS["bridge"])
    for number in range(30):
        journal.assist(f"step{number}", "hint")
    done = submits(worked, folder, "bridge", "--student", "Anna", before=before)
    assert done.code == 3
    assert "No space left on device" in done.err
    assert done.out == "old\n"


@pytest.mark.parametrize("name", ["A" * 101, "Anna\x07", "Anna\nBert", "\x1b[31mAnna", "Anna\u202egnp", "Anna\u2028"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--student: a name h"):
        given(name)


def test_where_nothing_was_done_there_is_nothing_to_hand_in(vethlab: Vethlab, tmp_path: Path) -> None:
    done = submits(vethlab, tmp_path / "here", "bridge")
    assert done.code == 2
    assert "there is nothing of bridge to hand in" in done.err
    assert "vethlab start bridge" in done.err
    assert submits(vethlab, tmp_path / "here", "brige").code == 2


def test_answers_given_without_a_session_are_in_it_and_what_lacks_is_said(
    vethlab: Vethlab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(vethlab.state))
    progress.answered("bridge", "veth", "veth1a\udcff")
    progress.assist("bridge", "run")
    done = submits(vethlab, tmp_path / "here", "bridge", "--student", "Anna")
    words = " ".join(done.out.split())
    assert "commands: 0, answers: 1" in words
    assert "With help: run." in words
    assert "No command is in it: only what is typed in `vethlab start` is recorded." in words
    assert "no evidence was kept" in words
    answer, helped = document(tmp_path / "here" / "bridge-Anna.json")["entries"]
    assert (helped["step"], helped["kind"]) == ("run", "solution")
    assert (answer["step"], answer["text"], answer["verdict"], answer["after"]) == ("veth", "veth1a?", None, 0)


def test_a_damaged_journal_is_handed_in_as_far_as_it_goes(worked: Vethlab, tmp_path: Path) -> None:
    file = worked.state / "vethlab/journals/bridge.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], "\x00nonsense", lines[2], '{"n": 4']), encoding="utf-8")
    done = submits(worked, tmp_path / "here", "bridge", "-o", "x.json")
    assert done.code == 0
    assert "1 lines of the journal were damaged" in done.out
    back = read((tmp_path / "here/x.json").read_bytes(), "x.json", lab=None, labs=LABS)
    assert isinstance(back, Submission)
    assert any("chain" in each for each in back.remarks)


def test_a_journal_beyond_all_reason_is_told_before_anything_is_written(worked: Vethlab, tmp_path: Path) -> None:
    entry = json.dumps({"n": 1, "at": "2026-03-01T10:15:09Z", "entry": "command", "line": "docker ps"})
    (worked.state / "vethlab/journals/bridge.jsonl").write_text(f"{entry}\n" * 2001, encoding="utf-8")
    done = submits(worked, tmp_path / "here", "bridge")
    assert done.code == 2
    assert "2001 entries" in done.err
    assert "--again" in done.err
    assert list((tmp_path / "here").iterdir()) == []


def test_a_journal_that_somebody_edited_by_hand_ends_in_no_trace(worked: Vethlab, tmp_path: Path) -> None:
    strange = [{"entry": "command"}, {"entry": "answer"}, {"entry": "assist"}, {"n": "x", "entry": ["command"]}, {},
               {"n": 1, "entry": "command", "line": 7, "request": None, "why": {}},
               {"n": 1, "entry": "command", "line": ""},
               {"n": 1, "entry": "assist", "step": [], "kind": {}}, {"n": 1, "entry": {}}]  # fmt: skip
    file = worked.state / "vethlab/journals/bridge.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in strange), encoding="utf-8")
    assert submits(worked, tmp_path / "here", "bridge", "-o", "x.json").code == 0
    assert isinstance(read((tmp_path / "here/x.json").read_bytes(), "x.json", lab=None, labs=LABS), Submission)


def test_the_schema_of_submissions_is_printed(vethlab: Vethlab) -> None:
    printed = json.loads(vethlab("schema", "submission").out)
    Draft202012Validator.check_schema(printed)
    assert printed == SCHEMA


@pytest.mark.parametrize(
    ("student", "name"),
    [("Anna", "bridge-Anna.json"), ("", "bridge.json"), ("../../etc/passwd", "bridge-etc-passwd.json"),
     ("...", "bridge.json"), ("김 민준", "bridge-김-민준.json"), ("a/b\\c:d*?", "bridge-a-b-c-d.json"),
     ("김" * 100, f"bridge-{'김' * 33}.json"), ("-o", "bridge-o.json")],
)  # fmt: skip
def test_the_files_name_is_safe(student: str, name: str) -> None:
    assert default_name("bridge", student) == name


@pytest.mark.parametrize(
    "name",
    [
        "Anna",
        "김민준",
        "Zoë O'Neill-Žižek",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "अन\u094dन\u200dा",
        "x" * 100,
        "",
    ],
)
def test_names_of_every_language_are_names(name: str) -> None:
    assert trouble(tidied(name)) == ""


def test_a_name_is_kept_and_a_damaged_one_is_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert (told(), kept()) == (False, None)
    keep(None)
    assert (told(), kept()) == (True, None)
    keep("")
    assert kept() == ""
    keep("Zoë")
    assert kept() == "Zoë"
    for damage in ("", "[]", '{"student": "\\u001b"}', '{"student": 7}', "[" * 100_000):
        (tmp_path / "vethlab/student.json").write_text(damage)
        assert kept() is None
    assert os.listdir(tmp_path / "vethlab") == ["student.json"]


def test_what_is_handed_in_twice_differs_only_in_its_time(worked: Vethlab) -> None:
    assert worked
    first, second = (dict(handed_in(LABS["bridge"], "Anna").document) for _ in "ab")
    assert first["entries"] == second["entries"]
