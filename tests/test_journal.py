"""The journal: written as a student works, whole at every moment, and nothing else in it than was said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from checks.finding import Finding
from runner.errors import NotKept
from runner.lab.loader import find_lab, load
from runner.session import journal as journals
from runner.session import progress
from runner.session.chain import entry_hash
from runner.session.events import CommandPlayed, Judged, StepJudged, Verdict
from runner.session.journal import LONGEST_LINE, Journal
from runner.session.recording import Recording, beside
from runner.session.tellings import Remark
from runner.session.typed import docker_commands
from tests.student import Student, folded
from tests.vethlab import ROOT, Vethlab

SCHEMA = json.loads((ROOT / "runner/session/submission.schema.json").read_text(encoding="utf-8"))
ENTRY = Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": "#/$defs/entry"})
BRIDGE = load(find_lab("bridge"))


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    begun = Journal(BRIDGE)
    begun.begin("private", "20.10.24")
    return begun


def whole(journal: Journal) -> list[dict[str, Any]]:
    """The entries, each laid out as the schema says, numbered and chained."""
    entries, damaged = journal.entries()
    assert damaged == 0
    previous = ""
    for number, entry in enumerate(entries, start=1):
        ENTRY.validate(entry)
        assert entry["n"] == number
        assert entry["hash"] == entry_hash(previous, entry)
        previous = entry["hash"]
    return entries


def judged(answer: str, verdict: Verdict, *evidence: str) -> StepJudged:
    finding = Finding(verdict is Verdict.PASS, "x", "y", "" if verdict is Verdict.PASS else "no", evidence=evidence)
    return StepJudged("bridge", "veth", "t", verdict, 0.0, (Judged("ask", verdict, finding),), answer)


def test_each_kind_of_entry_is_as_the_schema_says(journal: Journal) -> None:
    journal.command("docker network create \\\n  mybridge", 0)
    journal.command("docker run --privileged x", 125)
    journal.answer(judged("veth12", Verdict.PASS, "the veth: veth12"))
    journal.answer(judged("null", Verdict.NOT_YET))
    journal.assist("run", "solution")
    journal.played(CommandPlayed("bridge", "run", "docker run -itd --name x vethlab/node", "", 0, 0.1))
    journal.played(CommandPlayed("bridge", "run", "ifconfig", "", None, 0.1))
    _session, made, refused, right, wrong, help_, played = whole(journal)
    assert (made["line"], made["code"], made["request"]["name"]) == ("docker network create   mybridge", 0, "mybridge")
    assert refused["request"] is None
    assert "privileged" in refused["why"]
    assert (right["verdict"], right["evidence"], right["after"]) == ("pass", ["the veth: veth12"], 3)
    assert wrong["verdict"] == "not-yet"
    assert (help_["step"], help_["kind"]) == ("run", "solution")
    assert played["by"] == "vethlab"
    assert journal.file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("docker ps", True), ("  docker ps", True), ("sudo docker ps", True), ("docker", True),
        ("docker-compose up", False),
        ("ls", False), ("export PASSWORD=docker", False), ("echo docker ps", False), ("vim docker", False), ("", False),
        ("mysql -p docker", False), ("docker  login -p secret", False), ("dockerd", False),
    ],
)  # fmt: skip
def test_only_docker_commands_are_kept(journal: Journal, line: str, kept: bool) -> None:
    Recording(journal).typed(line, 0)
    assert len(whole(journal)) == 1 + kept


@pytest.mark.parametrize(
    ("line", "code", "kept"),
    [
        (
            "docker rm a; docker run -itd --name 'a b' IMG",
            0,
            [("docker rm a", None), ("docker run -itd --name 'a b' IMG", 0)],
        ),
        ("docker rm a && docker ps|grep x;", 0, [("docker rm a", None), ("docker ps | grep x", 0)]),
        ("docker rm a && docker ps", 0, [("docker rm a", 0), ("docker ps", 0)]),
        ("docker rm a && docker ps", 1, [("docker rm a && docker ps", 1)]),
        ("cd lab && docker ps && echo $SECRET", 0, []),
        ("cd lab && docker ps && echo secret", 0, [("docker ps", 0)]),
        ("docker ps; answer null", 1, [("docker ps", None)]),
        ("docker ps --filter 'a;b'", 0, [("docker ps --filter 'a;b'", 0)]),
        ("docker ps || docker info; docker ps", 0, [("docker ps || docker info; docker ps", 0)]),
        ("while true; do docker ps; sleep 1; docker ps; done", 0, []),
        ("if docker ps; then docker info; fi", 0, []),
        ("docker login -p secret; docker ps", 0, [("docker ps", 0)]),
        ("echo 'docker ps; docker ps", 0, []),
        ("(cd x; docker ps)", 0, []),
        ("docker ps;;", 0, [("docker ps;;", 0)]),
    ],
)
def test_several_commands_of_a_line_are_several(line: str, code: int, kept: list[tuple[str, int | None]]) -> None:
    assert docker_commands(line, code) == kept


def test_a_line_that_changed_the_engine_and_is_not_kept_is_said_once(journal: Journal) -> None:
    recording = Recording(journal)
    for line in ("ls", "docker ps", "for i in 1 2; do docker run x; done", "", "docker-compose up"):
        recording.unseen(line)
    (told,) = recording.remarks()
    assert isinstance(told, Remark)
    assert "only lines that begin with `docker`" in told.text
    assert recording.remarks() == []


def test_a_line_that_was_cut_off_is_kept_without_fields(journal: Journal) -> None:
    journal.command("docker network create " + "x" * 5000, 0)
    assert len(whole(journal)[1]["line"]) == LONGEST_LINE
    assert whole(journal)[1]["request"] is None


def test_strange_letters_do_no_harm(journal: Journal) -> None:
    journal.command("docker ps \udcff\x1b[31m\n\u2028", 0)
    journal.answer(judged("\udcff" * 5000, Verdict.NOT_YET))
    assert len(whole(journal)) == 3


def test_a_torn_line_at_the_end_is_dropped(journal: Journal) -> None:
    journal.command("docker ps", 0)
    with journal.file.open("ab") as stream:
        stream.write(b'{"n": 3, "at": "2026')
    assert len(whole(journal)) == 2
    journal.command("docker info", 0)
    assert [each.get("line") for each in whole(journal)] == [None, "docker ps", "docker info"]


def test_damage_within_is_counted_and_the_rest_is_kept(journal: Journal) -> None:
    journal.command("docker ps", 0)
    journal.file.write_bytes(journal.file.read_bytes() + b"\xff\xfe nonsense\n[]\n" + b"[" * 9999 + b"\n")
    journal.command("docker info", 0)
    entries, damaged = journal.entries()
    assert ([each.get("line") for each in entries], damaged) == ([None, "docker ps", "docker info"], 3)


WRITER = """
import sys
from runner.lab.loader import find_lab, load
from runner.session.journal import Journal
journal = Journal(load(find_lab("bridge")))
for number in range(30):
    journal.assist(f"{sys.argv[1]}-{number}", "hint")
"""


def test_two_sessions_write_one_chain(journal: Journal) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, name], env=environ) for name in "ab"]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    steps = [each["step"] for each in whole(journal)[1:]]
    assert [each for each in steps if each[0] == "a"] == [f"a-{number}" for number in range(30)]
    assert len(steps) == 60


KILLED = """
import os
from runner.lab.loader import find_lab, load
from runner.session.journal import Journal
journal = Journal(load(find_lab("bridge")))
for number in range(10_000):
    journal.assist(f"s{number}", "hint")
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_whole_entries(journal: Journal) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", KILLED], env=environ, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        said = next(line for line in writer.stdout if int(line) > 20)
        writer.send_signal(signal.SIGKILL)
    assert len(whole(journal)) > int(said) + 1
    journal.command("docker ps", 0)
    whole(journal)


FULL = """
import resource, signal, sys
from runner.lab.loader import find_lab, load
from runner.session.journal import Journal
from runner.session.recording import Recording
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(load(find_lab("bridge")))
size = journal.file.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
recording = Recording(journal)
for _ in range(3):
    recording.typed("docker network create mybridge", 0)
    print([each.text for each in recording.remarks()])
"""


def test_a_full_disk_is_said_once_and_leaves_the_journal_whole(journal: Journal) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", FULL], env=environ, capture_output=True, text=True, check=True)
    first, *others = done.stdout.splitlines()
    assert "not recorded for handing in: the journal could not be kept" in first
    assert "the session goes on" in first
    assert others == ["[]", "[]"]
    assert len(whole(journal)) == 1


def test_what_stands_in_the_way_is_told_and_no_trace(journal: Journal) -> None:
    journal.file.unlink()
    journal.file.mkdir()
    with pytest.raises(NotKept, match="the journal could not be kept: Is a directory"):
        journal.command("docker ps", 0)


def test_what_was_made_is_taken_away_where_the_lab_is_opened_anew(journal: Journal) -> None:
    for line in ("network create mybridge", "run -itd --name a IMG", "run -itd --name b IMG", "rename b c", "rm -f a"):
        journal.command(f"docker {line}", 0)
    journal.command("docker network create failed", 1)
    journal.opened_anew()
    assert [each["line"] for each in whole(journal)[-2:]] == ["docker rm --force c", "docker network rm mybridge"]
    journal.opened_anew()
    assert len(whole(journal)) == 9


def test_a_command_whose_end_nobody_saw_was_run_all_the_same(journal: Journal) -> None:
    recording = Recording(journal)
    recording.begun("docker run -it --name a vethlab/node")
    other = journal.file.with_name("bridge.running.1-999999999")  # pid 1 did not start then
    other.write_text("docker run -it --name b vethlab/node", encoding="utf-8")
    recording.begun("docker ps")
    recording.typed("docker ps", 0)
    assert [each.get("line") for each in whole(journal)] == [None, "docker ps"]
    recording.begun("docker run -it --name c vethlab/node")
    recording.ends()
    assert sorted((each["line"].split()[4], each["code"]) for each in whole(journal)[2:]) == [("b", None), ("c", None)]
    assert list(journal.file.parent.glob("*.running.*")) == []


def test_what_is_brought_back_is_help_only_where_the_student_had_not_done_it(journal: Journal) -> None:
    progress.passed("bridge", "create")
    recording = Recording(journal)
    for line in ("network create --driver bridge mybridge", "run -i -t -d --name bridge_first IMG"):
        recording.restored(CommandPlayed("bridge", "outside", f"docker {line}", "", 0, 0.1))
    assert [(each["entry"], each.get("step"), each.get("kind")) for each in whole(journal)[1:]] == [
        ("command", None, None), ("assist", "first-containers", "restored"), ("command", None, None),
    ]  # fmt: skip


def test_without_a_session_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    beside(BRIDGE).typed("docker ps", 0)
    beside(BRIDGE).removed([])
    assert not (tmp_path / "vethlab" / "journals").exists()
    assert journals.existing(BRIDGE) is None


def test_again_puts_the_journal_aside(journal: Journal) -> None:
    journal.command("docker ps", 0)
    before = journal.file.read_bytes()
    aside = journal.put_aside()
    assert aside
    assert (aside.name, aside.read_bytes(), journal.begun) == ("bridge.1.jsonl", before, False)
    assert journal.put_aside() is None


# --- in sessions


def entries(vethlab: Vethlab, lab: str = "bridge") -> list[dict[str, Any]]:
    text = (vethlab.state / f"vethlab/journals/{lab}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def lines(vethlab: Vethlab) -> list[str]:
    return [each["line"] for each in entries(vethlab) if each["entry"] == "command"]


def unseen(vethlab: Vethlab, word: str) -> bool:
    return word not in (vethlab.state / "vethlab/journals/bridge.jsonl").read_text(encoding="utf-8")


@pytest.mark.usefixtures("docker")
def test_a_session_says_what_it_records_and_records_just_that(vethlab: Vethlab, url: str) -> None:
    with Student(vethlab, "start", "bridge", "--engine", url, asked=True) as student:
        said = folded(student.until(lambda: "Your name" in student.said, "the question"))
        assert "Nothing else that you type is kept" in said
        assert "What leaves it is a file that you make yourself" in said
        student.sends("\x1b[A" * 3 + "\r")  # no name
        assert "control characters" in student.until(lambda: student.said.count("Your name") == 1, "once more")
        student.sends("김민준\r")
        student.prompted()
        student.types("export SECRET=topsecret")
        student.types("answer host")
        student.types("answer null")
        student.types("hint")
        student.types("docker run -itd --name bridge_first \\\r--hostname one vethlab/node")
        assert "only lines that begin with" in folded(student.types("for i in 1; do docker network create more; done"))
        student.types_inside("docker exec -it bridge_first bash")
        student.types_inside("echo secretinside")
        student.child.kill(signal.SIGKILL)
    submitted = vethlab("submit", "bridge", "-o", str(vethlab.state / "it.json"))
    assert submitted.code == 0
    assert "From 김민준; commands: 2, answers: 2." in submitted.out
    assert lines(vethlab) == ["docker run -itd --name bridge_first --hostname one vethlab/node",
                              "docker exec -it bridge_first bash"]  # fmt: skip
    assert [each["code"] for each in entries(vethlab) if each["entry"] == "command"] == [0, None]
    assert [each["text"] for each in entries(vethlab) if each["entry"] == "answer"] == ["host", "null"]
    assert unseen(vethlab, "topsecret")
    assert unseen(vethlab, "secretinside")
    Draft202012Validator(SCHEMA).validate(json.loads((vethlab.state / "it.json").read_text(encoding="utf-8")))


@pytest.mark.usefixtures("docker")
def test_what_vethlab_does_for_the_student_is_in_the_journal_too(vethlab: Vethlab, url: str) -> None:
    with Student(vethlab, "start", "bridge", "--engine", url, "--step", "create", "--yes", asked=True) as student:
        assert "Your name" not in student.prompted()
        student.types("solve")
        student.types("")
        student.types("docker network rm mybridge")
        student.sends("quit\r")
        student.ends()
    assert [each["kind"] for each in entries(vethlab) if each["entry"] == "assist"] == ["solve"]
    assert lines(vethlab) == ["docker network create --driver bridge mybridge", "docker network rm mybridge"]
    with Student(vethlab, "start", "bridge", "--engine", url, "--step", "run", "--yes", asked=True) as student:
        assert "Your name" not in student.prompted()
        student.types("docker network create wrong")
        assert vethlab("--engine", url, "solution", "bridge", "--step", "run").code == 0
        assert vethlab("--engine", url, "reset", "bridge", "--yes").code == 0
        student.sends("quit\r")
        student.ends()
    assert lines(vethlab)[2:] == ["docker network create --driver bridge mybridge", "docker network create wrong",
                                  "docker network rm mybridge"]  # fmt: skip
    assert [each.get("by") == "vethlab" for each in entries(vethlab) if each["entry"] == "command"] == [
        True, False, True, False, True,
    ]  # fmt: skip
    assert [(each["step"], each["kind"]) for each in entries(vethlab) if each["entry"] == "assist"][1:] == [
        ("run", "solution"),
    ]  # fmt: skip
