"""`vethlab grade`, end to end: classes, attacks, interrupts, a cluster; the command line and real engines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runner.errors import NotKept, SetupFailed, UsageError
from runner.grading import workers
from runner.grading.cluster import by_cluster, make_ready, own_code
from runner.grading.marks import Batch
from runner.grading.model import Grade, Line, Submission
from runner.grading.worker import hello
from runner.grading.workers import Seat
from runner.lab.loader import find_lab, load
from runner.release import own_version
from runner.screens.report_files import ReportFile, checked
from tests import class_scripts as scripts
from tests.classes import Member, differences, hand_in, member, the_class
from tests.test_signals import traces
from tests.vethlab import ROOT, Ended, Vethlab, until

SCHEMA = json.loads((ROOT / "runner/screens/grade.schema.json").read_text(encoding="utf-8"))
FEW = (scripts.NONE, scripts.HOST_WRONG, scripts.CONTAINER_PARTIAL)


def document(ended: Ended) -> dict[str, Any]:
    """Stdout as the one JSON document that it must be."""
    found: dict[str, Any] = json.loads(ended.out)
    Draft202012Validator(SCHEMA).validate(found)
    return found


def timeless(found: Any) -> Any:
    """The document without what is measured."""
    if isinstance(found, dict):
        return {key: timeless(value) for key, value in found.items() if key != "seconds"}
    return [timeless(each) for each in found] if isinstance(found, list) else found


@pytest.fixture
def few(tmp_path: Path) -> list[Member]:
    """Three who hand in, in the folder `few`."""
    members = [member(number, f"student {number}", work) for number, work in enumerate(FEW)]
    (tmp_path / "few").mkdir()
    hand_in(members, tmp_path / "few")
    return members


def workers_of(pid: int) -> list[int]:
    """The grading processes that a process started."""
    children = Path(f"/proc/{pid}/task")
    found = [int(child) for task in children.glob("*/children") for child in task.read_text().split()]
    return [child for child in found if b"runner.grading.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]


def engines_of(pids: list[int]) -> set[str]:
    """The names of the engines that these processes own."""
    from tests.test_signals import engines_of

    return {name for pid in pids for name in engines_of(pid)}


# --- grades


def test_every_grade_of_a_class_of_twelve_is_the_expected_one(vethlab: Vethlab, tmp_path: Path) -> None:
    members = list(the_class(12))
    folder = tmp_path / "class"
    folder.mkdir()
    hand_in(members, folder)
    reports = {word: tmp_path / word for word in ("csv", "junit", "html")}

    options = [word for name, file in reports.items() for word in (f"--{name}", str(file))]
    ended = vethlab("grade", str(folder), "--json", *options, within=200)

    assert ended.code == 2, ended.err  # one is a picture
    assert differences(members, document(ended)) == []
    assert [line.split()[0] for line in ended.err.splitlines()] == [f"{n}/12" for n in range(1, 13)]
    for file in reports.values():
        text = file.read_text()
        assert [each.student for each in members if each.student not in text and not each.unreadable] == []
    assert not list((vethlab.state / "vethlab/grading").iterdir())
    assert not list(tmp_path.glob(".*"))


def test_one_job_a_killed_and_resumed_run_and_a_cluster_give_the_same(
    vethlab: Vethlab, tmp_path: Path, few: list[Member]
) -> None:
    words = ["grade", str(tmp_path / "few"), "--json"]
    undisturbed = vethlab(*words, "--jobs", "1")
    kept = killed_half_way(vethlab, [*words, "--jobs", "2"])
    resumed = vethlab(*words, "--jobs", "2", "--resume")
    with cluster(tmp_path) as (address, _):
        spread = vethlab(*words, "--scheduler", address)

    assert (undisturbed.code, resumed.code, spread.code) == (0, 0, 0), resumed.err + spread.err
    assert differences(few, document(undisturbed)) == []
    assert timeless(document(resumed)) == timeless(document(undisturbed))
    assert timeless(document(spread)) == timeless(document(undisturbed))
    seconds = {row["digest"]: row["labs"][0]["seconds"] for row in document(resumed)["submissions"]}
    assert kept
    assert {digest: seconds[digest] for digest in kept} == kept  # taken as they were, not graded once more
    assert not list((vethlab.state / "vethlab/grading").iterdir())


def killed_half_way(vethlab: Vethlab, words: list[str]) -> dict[str, float]:
    """After a SIGKILL of the grader: what the ledger has, by digest the seconds; half a line stands at its end."""
    process = under_way(vethlab, words, until_done=1)
    pids = workers_of(process.pid)
    engines = engines_of(pids)
    process.kill()
    process.communicate(timeout=30)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "no grading process is left")
    assert not traces(engines)
    (ledger,) = (vethlab.state / "vethlab/grading").iterdir()
    rows = [json.loads(line) for line in ledger.read_bytes().splitlines()]
    with ledger.open("ab") as file:
        file.write(b'{"submission": "half a li')
    return {row["submission"]: row["grade"]["labs"][0]["seconds"] for row in rows}


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers of a dask.distributed cluster on this machine: its address, their processes."""
    file = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(folder)}
    where = ["--scheduler-file", str(file), "--no-dashboard"]
    with ExitStack() as stack, (folder / "dask.log").open("wb") as log:
        worker = ["worker", "--nthreads=1", "--no-nanny"]
        processes = []
        for words in (["scheduler", "--host", "127.0.0.1", "--port", "0"], worker, worker):
            process = subprocess.Popen([*dask, *words, *where], cwd=folder, env=environ, stdout=log, stderr=log)
            stack.enter_context(process)
            stack.callback(process.terminate)
            processes.append(process)
            until(file.exists, "the scheduler is there", 90)
        log_file = folder / "dask.log"
        until(lambda: log_file.read_text().count("Register worker") >= 2, "two workers are there", 90)
        yield json.loads(file.read_text())["address"], processes


def test_an_interrupt_leaves_nothing_on_a_cluster_and_a_scheduler_that_dies_is_told_in_one_line(
    vethlab: Vethlab, tmp_path: Path, few: list[Member]
) -> None:
    words = ["grade", str(tmp_path / "few"), "--json"]
    with cluster(tmp_path) as (address, (scheduler, *dask_workers)):
        words += ["--scheduler", address]

        def graders() -> list[int]:
            return [pid for each in dask_workers for pid in workers_of(each.pid)]

        process = vethlab.start(*words)
        until(lambda: engines_of(graders()), "an engine is there", 60)
        pids, engines = graders(), engines_of(graders())
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130, err
        assert "Traceback" not in err
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "no grading process is left", 15)
        assert not traces(engines)

        process = vethlab.start(*words, "--resume")
        until(lambda: engines_of(graders()), "an engine is there", 60)
        scheduler.kill()
        out, err = process.communicate(timeout=60)

    assert process.returncode == 3
    assert json.loads(out)["error"]["what"] == "the cluster's scheduler is gone"
    *_, what, hint = err.splitlines()
    assert (what, "--resume" in hint) == ("vethlab: the cluster's scheduler is gone", True)
    assert "Exception ignored" not in err
    rest = vethlab(*words[:3], "--resume")
    assert rest.code == 0, rest.err
    assert differences(few, document(rest)) == []


# --- interrupts


def under_way(vethlab: Vethlab, words: list[str], until_done: int) -> subprocess.Popen[str]:
    """The command, once it has told that so many are done."""
    process = vethlab.start(*words)
    assert process.stderr is not None
    lines: list[str] = []
    while sum("/" in line[:8] for line in lines) < until_done:
        lines.append(process.stderr.readline())
        assert lines[-1], lines
    return process


def test_an_interrupt_keeps_what_is_done_and_says_so(vethlab: Vethlab, tmp_path: Path, few: list[Member]) -> None:
    process = under_way(vethlab, ["grade", str(tmp_path / "few"), "--json", "--jobs", "1"], until_done=1)
    pids = workers_of(process.pid)
    engines = engines_of(pids)
    second = vethlab("grade", str(tmp_path / "few"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert second.code == 2, "two runs of one batch would mix"
    assert "another vethlab is grading the same files now" in second.err
    assert process.returncode == 130, err
    assert "of 3 are done and kept; the same command with --resume goes on from there" in err
    assert "Traceback" not in err
    assert json.loads(out)["error"]["what"] == "interrupted"
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not traces(engines)
    (ledger,) = (vethlab.state / "vethlab/grading").iterdir()
    assert ledger.read_bytes().count(b"\n") >= 1


# --- grading processes


FIRST = hello({"none": load(find_lab("none"))}, "en")


@pytest.fixture
def seat() -> Iterator[Seat]:
    made = Seat(FIRST)
    yield made
    made.end()


def submission(work: scripts.Work) -> Submission:
    lines = [line for line in work.text.splitlines() if line.startswith("docker ")]
    return Submission("a.sh", "a", work.lab, "0" * 64, tuple(Line(n, text) for n, text in enumerate(lines, start=1)))


PING = Line(9, "docker run --rm IMG ping -c 20 127.0.0.1")


def graded_while(seat: Seat, act: Callable[[], object], what: Submission | None = None) -> Grade:
    """What comes of a long submission while something is done to the process that grades it."""
    found: list[Grade] = []
    thread = threading.Thread(target=lambda: found.append(seat.grade(what or submission(scripts.NONE))))
    thread.start()
    act()
    thread.join(100)
    return found[0]


def busy(seat: Seat) -> int:
    """The pid of the process in the seat, once it has an engine."""
    until(lambda: seat.pid() and engines_of([seat.pid() or 0]), "an engine is there")
    return seat.pid() or 0


def test_a_grading_process_that_dies_costs_one_more_try(seat: Seat) -> None:
    grade = graded_while(seat, lambda: os.kill(busy(seat), signal.SIGKILL))

    assert grade.error == ""
    assert [step.verdict.value for step in grade.steps] == ["pass", "pass", "not-yet"]


def test_one_that_dies_twice_could_not_be_judged(seat: Seat) -> None:
    killed: list[int] = []

    def kill_twice() -> None:
        for _ in range(2):
            until(lambda: seat.pid() not in (None, *killed), "another process")
            killed.append(busy(seat))
            os.kill(killed[-1], signal.SIGKILL)

    grade = graded_while(seat, kill_twice)

    assert grade.error == "the process that graded it ended twice (signal 9)"
    assert not engines_of(killed)
    assert not grade.steps
    assert not grade.unreadable


def test_a_grading_process_is_replaced_when_it_has_done_enough(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = replace(submission(scripts.NONE), lines=())
    seat.grade(nothing)
    first = seat.pid()
    monkeypatch.setattr(workers, "MEMORY", 1)
    grade = seat.grade(nothing)

    assert grade.error == ""
    assert seat.pid() != first
    assert not Path(f"/proc/{first}").exists()


def test_a_submission_over_its_time_is_ended_with_its_engines(seat: Seat) -> None:
    endless = replace(submission(scripts.NONE), lines=(*submission(scripts.NONE).lines[:1], *[PING] * 100))
    seat.seconds = 8
    pids: list[int] = []
    grade = graded_while(seat, lambda: pids.append(busy(seat)), endless)

    assert grade.error == "it took more than 8 s, the limit of one submission"
    assert not Path(f"/proc/{pids[0]}").exists()
    assert not engines_of(pids)


# --- the command line


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["few/grades.csv"], "it is, or lies in, what is to be graded"),
        (["link.csv"], "it is, or lies in, what is to be graded"),
        (["no/grades.csv"], "there is no folder"),
        (["/dev/null"], "it is no plain file"),
        (["a", "few/../a"], "names the same file"),
    ],
)
@pytest.mark.usefixtures("few")
def test_a_report_that_could_not_be_written_is_told_before(tmp_path: Path, files: list[str], says: str) -> None:
    (tmp_path / "link.csv").symlink_to("few/00 none.sh")
    with pytest.raises(UsageError, match=says):
        checked([ReportFile("--csv", tmp_path / file, str) for file in files], [tmp_path / "few"])


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "grades.csv"
    file.write_text("of last year")
    file.chmod(0o640)
    ReportFile("--csv", file, lambda _: "grades").write(Batch(()))

    assert file.read_text() == "grades"
    assert file.stat().st_mode & 0o777 == 0o640
    with pytest.raises(NotKept, match="cannot write"):
        ReportFile("--csv", tmp_path / "gone" / "grades.csv", lambda _: "grades").write(Batch(()))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["grades.csv"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere.sh"], "there is no file nowhere.sh"),
        (["few", "--lab", "brigde"], "no lab is called brigde; did you mean bridge?"),
        (["few", "--jobs", "0"], "argument --jobs: a number from 1 to 256"),
        (["few", "--engine", "external"], "submissions are replayed on private engines alone"),
        (["few/00 none.sh", "--csv", "few/00 none.sh"], "it is, or lies in, what is to be graded"),
        (["few", "--policy", "few/00 none.sh"], "a policy for grading is no good"),
    ],
)
@pytest.mark.usefixtures("few")
def test_a_slip_of_the_instructors_is_told_before_anything_is_done(
    vethlab: Vethlab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.sh")}
    ended = vethlab("grade", "--json", *words)

    assert ended.code == 2, ended.err
    assert says in ended.err
    assert says in document(ended)["error"]["what"]
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.sh")} == before


def test_a_scheduler_that_does_not_answer_is_told(vethlab: Vethlab, tmp_path: Path, few: list[Member]) -> None:
    began = time.monotonic()
    ended = vethlab("grade", str(tmp_path / "few"), "--scheduler", "tcp://127.0.0.1:9", "--json")

    assert ended.code == 3
    assert ended.err.splitlines()[0] == "vethlab: no scheduler answers at tcp://127.0.0.1:9"
    assert len(ended.err.splitlines()) == 2
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nowhere", "nowhere is no scheduler's address"),
        ("", " is no scheduler's address"),
        ("tls://127.0.0.1:9", "tls://127.0.0.1:9 wants certificates, and none are configured here"),
    ],
)
def test_a_wrong_address_of_a_scheduler_is_one_line_and_what_to_try(
    vethlab: Vethlab, tmp_path: Path, few: list[Member], address: str, says: str
) -> None:
    ended = vethlab("grade", str(tmp_path / "few"), "--scheduler", address)

    assert (ended.code, len(ended.err.splitlines())) == (2, 2), ended.err
    assert ended.err.splitlines()[0] == f"vethlab: {says}"


def test_a_worker_of_another_version_or_with_other_code_is_told() -> None:
    assert make_ready("0.0.9", own_code()).startswith("it has vethlab ")
    assert make_ready(own_version(), "0") == "the code of its vethlab is not the same as here"
    assert make_ready(own_version(), own_code()) == ""


def test_without_dask_distributed_the_way_to_get_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SetupFailed, match=r"--scheduler needs dask\.distributed") as told:
        next(by_cluster("tcp://127.0.0.1:9", FIRST, iter(())))
    assert told.value.hint == "pip install 'vethlab[cluster]'"
