"""`watch`: what it tells after changes of a real engine, as JSON, in lines, and as a checklist on a terminal."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import termios
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from checks.finding import Finding
from checks.words import speak
from runner.lab.loader import find_lab, load
from runner.screens.checklist import Checklist
from runner.session.events import Judged, StepJudged, Verdict
from runner.session.watch import Moved
from tests.conftest import Docker as Cli
from tests.labfile import GOOD
from tests.student import Student, folded
from tests.vethlab import Vethlab, until

SECONDS = 30.0
BRIDGE = [step.id for step in load(find_lab("bridge")).steps]


class Lines:
    """The lines of `watch … --json`, as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._rows: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._rows.put(json.loads(line))

    def next(self) -> dict[str, str]:
        return self._rows.get(timeout=SECONDS)

    def until(self, **wanted: str) -> dict[str, str]:
        """The next line with these values."""
        while True:
            row = self.next()
            if all(row[key] == value for key, value in wanted.items()):
                return row

    def first(self, count: int) -> dict[str, str]:
        """The verdicts of the next `count` lines, by step."""
        return {row["step"]: row["verdict"] for row in (self.next() for _ in range(count))}


@contextmanager
def watching(vethlab: Vethlab, *words: str) -> Iterator[Lines]:
    process = vethlab.start(*words, "--json")
    try:
        yield Lines(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 130
        assert process.stderr
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream
            stream.close()


def keep(vethlab: Vethlab, lab: str, **states: str) -> None:
    """Progress as it is kept."""
    (vethlab.state / "vethlab").mkdir(exist_ok=True)
    (vethlab.state / "vethlab/progress.json").write_text(json.dumps({"labs": {lab: states}}), encoding="utf-8")


def kept(vethlab: Vethlab, lab: str) -> Mapping[str, str]:
    labs = json.loads(vethlab("list", "--json").out)["labs"]
    return {step["id"]: step["state"] for each in labs if each["lab"] == lab for step in each["steps"]}


def test_each_change_of_a_verdict_is_one_line(vethlab: Vethlab, url: str, docker: Cli) -> None:
    with watching(vethlab, "--engine", url, "watch", "bridge") as lines:
        assert lines.first(len(BRIDGE)) == dict.fromkeys(BRIDGE, "not-yet")
        docker("docker network create mybridge")
        assert lines.next() == {"lab": "bridge", "step": "create", "verdict": "pass", "why": ""}
        docker("docker network rm mybridge")
        row = lines.until(step="create")
        assert row["verdict"] == "not-yet"
        assert "no network called mybridge" in row["why"]
        states = kept(vethlab, "bridge")
    assert states["create"] == "passed"  # the pass is not taken away
    assert states["list-networks"] == "todo"  # it asks something


def test_an_answer_given_elsewhere_is_seen_and_a_question_that_passed_holds(
    vethlab: Vethlab, url: str, docker: Cli
) -> None:
    with watching(vethlab, "--engine", url, "watch", "bridge") as lines:
        lines.first(len(BRIDGE))
        answer = ("--step", "list-networks", "--answer", "null")
        assert vethlab("--engine", url, "check", "bridge", *answer).code == 0
        assert lines.next() == {"lab": "bridge", "step": "list-networks", "verdict": "pass", "why": ""}


def test_what_begins_to_listen_in_a_container_is_seen_although_it_makes_no_event(
    vethlab: Vethlab, url: str, docker: Cli
) -> None:
    docker("docker run -i -t -d --name network_host --net host IMG")
    keep(vethlab, "host", run="passed", **{"no-veth": "passed"})
    with watching(vethlab, "--engine", url, "watch", "host") as lines:
        assert lines.until(step="port")["verdict"] == "not-yet"
        docker("docker exec -d network_host sh -c 'while true; do echo hello | nc -l -p 8080; done'")
        assert lines.until(step="port")["verdict"] == "pass"
        until(lambda: kept(vethlab, "host")["port"] == "passed", "its pass is kept")


def test_an_engine_that_goes_away_is_waited_for(apart: Vethlab) -> None:
    assert apart("engine", "start").code == 0
    with watching(apart, "--engine", "private", "watch", "none") as lines:
        assert set(lines.first(3).values()) == {"not-yet"}
        assert apart("engine", "stop").code == 0
        assert lines.first(3) == dict.fromkeys(("run", "unreachable", "refuse"), "cannot-judge")
        assert apart("engine", "start").code == 0
        assert lines.first(3) == dict.fromkeys(("run", "unreachable", "refuse"), "not-yet")


def test_without_an_engine_it_says_so_and_ends(vethlab: Vethlab) -> None:
    for more in ([], ["--json"]):
        ended = vethlab("--engine", "unix:///nowhere.sock", "watch", "bridge", *more)
        assert (ended.code, ended.out) == (3, "")
        assert "there is no such socket" in ended.err


def test_without_a_terminal_it_writes_plain_lines(vethlab: Vethlab, url: str, docker: Cli) -> None:
    process = vethlab.start("--engine", url, "watch", "bridge")
    try:
        assert process.stdout
        head = [process.stdout.readline() for _ in range(len(BRIDGE) + 1)]
        assert head[0].startswith("bridge: external ")
        assert "  create            not yet: there is no network called mybridge\n" in head
        docker("docker network create mybridge")
        assert process.stdout.readline() == "  create            holds\n"
        process.send_signal(signal.SIGINT)
        out, _err = process.communicate(timeout=SECONDS)
        assert process.returncode == 130
        assert "\x1b" not in "".join(head) + out
    finally:
        process.kill()
        process.communicate()


# --- on a terminal


@pytest.mark.parametrize(("end", "code"), [("q", 1), ("\x03", 130), (signal.SIGTERM, 130)])
def test_the_checklist_is_shown_and_the_terminal_given_back(
    vethlab: Vethlab, url: str, docker: Cli, end: str | signal.Signals, code: int
) -> None:
    keep(vethlab, "bridge", **dict.fromkeys(BRIDGE[:5], "passed"))
    with Student(vethlab, "--engine", url, "watch", "bridge") as student:
        terminal = os.dup(student.child.fileno())
        before = termios.tcgetattr(terminal)
        student.until(lambda: "create: there is no network called mybridge" in student.said, "the finding")
        assert not student.child.getecho()
        docker("docker network create mybridge")
        student.until(lambda: any("✔ ● create" in line for line in student.lines()), "the pass")
        student.child.setwinsize(16, 40)
        student.screen.resize(16, 40)
        student.until(lambda: any("more" in line for line in student.lines()), "a smaller one")
        if isinstance(end, str):
            student.sends(end)
        else:
            student.child.kill(end)
        assert student.ends() == code
        assert termios.tcgetattr(terminal) == before
        os.close(terminal)
        assert student.raw.rindex("\x1b[?25h") > student.raw.rindex("\x1b[?25l")
        assert student.raw.rindex("\x1b[?1049l") > student.raw.rindex("\x1b[?1049h")
        assert ("bridge: 6 of 11 steps have passed" in student.said) is (end == "q")


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"LC_ALL": "C"}])
def test_simple_terminals_are_no_trouble(vethlab: Vethlab, url: str, docker: Cli, environ: Mapping[str, str]) -> None:
    with Student(vethlab, "--engine", url, "watch", "bridge", environ=environ) as student:
        student.until(
            lambda: "A bridge of your own" in student.said or "no network called" in student.said, "a picture"
        )
        student.sends("\x03" if "TERM" in environ else "q")
        assert student.ends() == (130 if "TERM" in environ else 1)
        if "TERM" in environ:
            assert "\x1b" not in student.raw
        if "NO_COLOR" in environ:
            assert "\x1b[3" not in student.raw


# --- the picture alone


def judged(lab: str, step: str, verdict: Verdict, why: str = "") -> StepJudged:
    finding = Finding(
        ok=verdict is Verdict.PASS, expected="a long thing " * 9, observed="none", why=why, look="docker ps " * 12
    )
    return StepJudged(lab, step, step, verdict, 0.0, (Judged("attached", verdict, finding),))


def test_passed_and_holding_are_told_apart() -> None:
    lab = load(find_lab("bridge"))
    checklist = Checklist(lab)
    done = dict.fromkeys(("create", "disconnect", "connect"), "passed")
    states = {**dict.fromkeys(BRIDGE, "todo"), **done, "run": "assisted", "outside": "skipped"}
    checklist.hear(Moved(lab.steps[0], states))
    for step in BRIDGE:
        checklist.hear(judged("bridge", step, Verdict.PASS if step == "run" else Verdict.NOT_YET, "it is not there"))
    rows = [line.plain for line in checklist.lines(80, 24)]
    marks = {
        step: next(row[2:5] for row in rows if f" {step} " in row) for step in ("create", "run", "outside", "veth")
    }
    assert marks == {"create": "✔ ○", "run": "✔ ●", "outside": "– ○", "veth": "  ○"}  # noqa: RUF001
    undone = [row for row in rows if "undone" in row]
    assert ["create" in row for row in undone] == [True, False, False]  # `connect` ended what `disconnect` had made
    assert "connect" in undone[1]
    assert undone[2] == rows[-1] or undone[2] == rows[-2]  # what the marks mean
    assert rows[0].startswith("Bridge networks")
    assert "4/11" in rows[0]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("size", [(80, 24), (40, 12), (40, 24), (20, 6), (200, 50)])
def test_it_fits_whatever_the_terminal(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    one = GOOD[GOOD.index("  - id: one") : GOOD.index("  - id: two")]
    more = "".join(one.replace("id: one", f"id: step-{number}") for number in range(40))
    path = tmp_path / "good.yaml"
    path.write_text(GOOD + more, encoding="utf-8")
    lab = load(path)
    checklist = Checklist(lab)
    checklist.hear(Moved(lab.steps[20], {}))
    checklist.hear(judged("good", lab.steps[20].id, Verdict.NOT_YET, "the container is not on the network " * 5))
    speak(language)
    try:
        lines = checklist.lines(*size)
    finally:
        speak("en")
    assert len(lines) == size[1]
    assert max(line.cell_len for line in lines) <= size[0]
    assert any(lab.steps[20].id in line.plain for line in lines)


def test_words_stay_in_a_terminal_without_its_marks() -> None:
    lab = load(find_lab("bridge"))
    checklist = Checklist(lab, letters=False)
    checklist.hear(Moved(lab.steps[5], dict.fromkeys(BRIDGE[:5], "passed")))
    for step in BRIDGE:
        checklist.hear(judged("bridge", step, Verdict.PASS if step in BRIDGE[:5] else Verdict.NOT_YET, "none"))
    text = folded("\n".join(line.plain for line in checklist.lines(80, 24)))
    assert text.isascii()
    assert "> o create" in text
    assert "+ * list-networks" in text
