"""The session's shell is an ordinary bash: what a student does in one works here, and nothing of theirs is lost."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.student import PROMPT, Student, folded
from tests.vethlab import Vethlab, until

OWN = "PS1='$ '\nalias hi='echo hello there'\nPROMPT_COMMAND='mine=$?'\nHISTFILE=~/history\n"


@pytest.fixture
def student(apart: Vethlab) -> Iterator[Student]:
    with Student(apart, "start", "bridge", "--engine", "private", bashrc=OWN) as sits:
        sits.prompted()
        yield sits


def passes_the_first_step(student: Student) -> None:
    assert "✔ list-networks" in student.types("answer null")


def test_the_shell_is_the_students_own(student: Student) -> None:
    assert "hello there" in student.types("hi")
    student.types("false")
    assert "1 1" in student.types("echo $? $mine")
    student.types("(exit 7)")
    assert "7" in student.types("echo $?").split()
    student.types("echo needle-in-history")
    student.sends("\x12needle-in")  # ctrl-r
    student.until(lambda: any("`needle-in': echo needle-in-history" in line for line in student.lines()), "it")
    student.sends("\r")
    assert "needle-in-history" in student.prompted()
    student.sends("docker network l\t")
    student.sends("\x15")  # ctrl-u
    student.types("history | tail -3")


def test_ctrl_c_and_jobs_work(student: Student) -> None:
    student.sends("sleep 1000\r")
    until_runs(student, "sleep")
    student.sends("\x03")
    student.prompted()
    assert "130" in student.types("echo $?")
    student.sends("sleep 1000\r")
    until_runs(student, "sleep")
    student.sends("\x1a")
    assert "Stopped" in student.prompted()
    student.sends("fg\r")
    until_runs(student, "sleep")
    student.sends("\x03")
    student.prompted()
    student.types("sleep 1000 &")
    assert "Running" in student.types("jobs")
    student.types("kill %1; wait")


def until_runs(student: Student, program: str) -> None:
    """Waits until the terminal's foreground is that program."""

    def runs() -> bool:
        group = os.tcgetpgrp(student.child.child_fd)
        return Path(f"/proc/{group}/comm").read_text(encoding="utf-8").strip() == program

    student.until(runs, f"{program} runs")


def test_full_screen_programs_have_the_terminal_to_themselves(student: Student) -> None:
    student.sends("seq 1 500 | less\r")
    student.until(lambda: student.lines()[0] == "1" and student.lines()[-1].startswith(":"), "less")
    student.child.setwinsize(30, 100)
    student.screen.resize(30, 100)
    student.until(lambda: student.lines()[28] == "29", "less on the larger screen")
    student.sends("q")
    student.prompted()
    assert "30 100" in student.types("stty size")


def test_ten_megabytes_of_output_come_through(student: Student) -> None:
    student.types("yes 0123456789012345678901234567890123456789012345678 | head -c 10000000 > ~/much")
    student.looks = False
    said = student.types("cat ~/much")
    assert said.count("0123456789012345678901234567890123456789012345678\n") == 10_000_000 // 50


def test_a_container_is_entered_and_left_running(student: Student) -> None:
    student.types_inside("docker run -it --name mine vethlab/node")
    assert "eth0" in student.types_inside("ifconfig")
    student.detaches()
    assert "running" in student.types("docker inspect -f '{{.State.Status}}' mine")


def test_what_the_student_sets_does_not_silence_vethlab(student: Student) -> None:
    student.sends("PS1='me> '; PROMPT_COMMAND='echo before'\r")
    student.until(lambda: student.said.endswith("me> "), "the own prompt")
    student.sends("docker run -itd --name bridge_first vethlab/node\r")
    student.until(lambda: student.said.endswith("me> "), "the own prompt")
    student.sends("answer null\r")
    student.until(lambda: student.said.endswith("me> "), "the own prompt")
    assert "✔ list-networks" in student.said
    student.sends("\r")
    student.until(lambda: "step 2 of 11" in student.said and student.said.endswith("me> "), "the next step")
    student.sends("set -u; set -o noclobber; IFS=:; set -x\r")
    student.until(lambda: student.said.endswith("me> "), "the own prompt")
    student.sends("COLUMNS=many; docker network inspect bridge >/dev/null; hint\r")
    student.until(lambda: student.said.endswith("me> "), "the own prompt")
    assert "hint 1 of 3" in student.said


def test_an_odd_shell_hears_nothing_of_the_hook_and_is_told_once_where_it_was_taken_away(student: Student) -> None:
    for odd in (
        "readonly IFS answer line ran",
        "trap 'echo trapped' ERR; set -E",
        "trap - ERR; enable -n builtin printf",
    ):
        student.types(odd)
        assert folded(student.types("true")) == "true (bridge 1/11) $"
    student.types("enable builtin printf")
    assert "that is the driver of host\n  look: docker network ls\n" in student.types("answer host")
    assert "did you mean hint" in student.types("hnit")
    assert "127" in student.types("(exit 127); echo $?")
    student.types("unset PROMPT_COMMAND")
    assert "not asked any more" not in student.types("docker network ls")
    assert "this brings it back: PROMPT_COMMAND[100]=_vethlab_prompt" in folded(student.types("docker network ls"))
    assert "not asked any more" not in student.types("docker network ls")
    student.types("PROMPT_COMMAND[100]=_vethlab_prompt")
    assert "begins with a long dash" in folded(student.types("docker network rm —it"))


def test_a_line_that_the_history_leaves_out_is_not_taken_for_the_one_before(apart: Vethlab) -> None:
    bashrc = "PS1='$ '\nHISTCONTROL=ignoreboth\n"
    with Student(apart, "start", "bridge", "--engine", "private", "--step", "create", bashrc=bashrc) as student:
        student.prompted()
        assert "begins with a long dash" in folded(student.types("docker network rm —it"))
        assert "long dash" not in folded(student.types("    false"))
        assert "✔ create" in student.types("    docker network create mybridge")


def test_one_may_go_back_to_a_passed_question_and_is_told_what_it_is(student: Student) -> None:
    passes_the_first_step(student)
    said = folded(student.types("answer host"))
    assert "list-networks is done already, so this is the next one; step 1 goes back to it" in said
    assert "step 2 of 11" in said
    said = folded(student.types("step 1"))
    assert "You have passed this step already, and it holds. answer tries its question again. step 2 goes on" in said
    assert "this list comes first" in folded(student.types("why"))
    assert "passed before, and stays so" in student.types("answer host")
    assert "✔ list-networks" in student.types("answer null")


def test_set_e_ends_the_shell_as_it_does_everywhere(student: Student) -> None:
    student.types("set -e")
    assert "○" in student.types("docker network create mybridge; answer host")
    student.sends("false\r")
    assert student.ends() == 1
    assert "0 of 11 steps are done" in folded(student.said)


def test_a_student_without_a_start_up_file(apart: Vethlab) -> None:
    with Student(apart, "start", "bridge", "--engine", "private", bashrc="") as student:
        student.until(lambda: bool(student.last_line.endswith("# ")), "bash's own prompt")
        student.sends("answer null\r")
        student.until(lambda: "✔ list-networks" in student.said, "the pass")


def states(vethlab: Vethlab) -> list[str]:
    (lab,) = [each for each in json.loads(vethlab("list", "--json").out)["labs"] if each["lab"] == "bridge"]
    return [step["state"] for step in lab["steps"]]


def bash_of(student: Student) -> int:
    """The pid of the session's bash: the terminal's foreground, at a prompt."""
    return os.tcgetpgrp(student.child.child_fd)


def test_killed_vethlab_and_killed_bash_lose_nothing(apart: Vethlab) -> None:
    with Student(apart, "start", "bridge", "--engine", "private") as student:
        student.prompted()
        passes_the_first_step(student)
        os.kill(bash_of(student), signal.SIGKILL)
        assert student.ends() == 1
        assert "1 of 11 steps are done" in folded(student.said)
    with Student(apart, "start", "bridge") as student:
        assert "step 2 of 11" in student.prompted()
        bash = bash_of(student)
        os.kill(student.child.pid or 0, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{bash}").exists(), "bash is hung up")
    assert states(apart)[:2] == ["passed", "todo"]


def test_a_terminal_that_closes_ends_the_session_and_keeps_progress(apart: Vethlab) -> None:
    with Student(apart, "start", "bridge", "--engine", "private") as student:
        student.prompted()
        passes_the_first_step(student)
        student.child.close(force=False)
        until(lambda: not student.child.isalive(), "vethlab ends")
    assert states(apart)[0] == "passed"


def test_a_killed_engine_is_told_and_its_state_brought_back(apart: Vethlab) -> None:
    with Student(apart, "start", "bridge", "--engine", "private") as student:
        student.prompted()
        passes_the_first_step(student)
        student.types("")
        student.types("skip")
        student.types("docker run -itd --name bridge_first vethlab/node")
        assert "✔ first-containers" in student.types("docker run -itd --name bridge_second vethlab/node")
        for dockerd in engines(apart):
            os.kill(dockerd, signal.SIGKILL)
        assert "cannot judge" in student.types("docker ps")
        assert "This says nothing about your work" in folded(student.types("check"))
        student.sends("quit\r")
        student.ends()
    with Student(apart, "start", "bridge", "--yes") as student:
        said = folded(student.prompted())
        assert "step 4 of 11" in said
        assert "docker run -i -t -d --name bridge_first vethlab/node" in said
        assert "bridge_second" in student.types("docker ps")


def test_a_reset_leaves_the_session_its_engine(apart: Vethlab) -> None:
    with Student(apart, "start", "bridge", "--engine", "private", "--step", "create") as student:
        student.prompted()
        assert "✔ create" in student.types("docker network create mybridge")
        assert apart("reset", "bridge", "--yes").code == 0
        assert "gone" in student.types("docker network inspect mybridge >/dev/null 2>&1 || echo g''one")
        student.types("docker network create mybridge")
        student.sends("quit\r")
        assert student.ends() == 1
        assert "mybridge" in apart("reset", "bridge", "--yes").out
        assert "No private engine runs" in apart("engine", "status").out


def engines(apart: Vethlab) -> list[int]:
    """The pids of the dockerds whose sockets lie in the run folder of `apart`."""
    holder = apart.argv([])[1].split("/")[2]
    records = Path(f"/proc/{holder}/root/run/vethlab").glob("*/record.json")
    cgroups = [f"vethlab-{file.parent.name}-" for file in records]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"dockerd") and any(each.encode() in b" ".join(words) for each in cgroups):
            found.append(int(process.name))
    return found


def test_two_sessions_of_one_student_lose_no_progress(apart: Vethlab) -> None:
    with (
        Student(apart, "start", "bridge", "--engine", "private") as one,
        Student(apart, "start", "none", "--engine", "private") as other,
    ):
        one.prompted()
        other.prompted()
        passes_the_first_step(one)
        assert "✔ run" in other.types("docker run -itd --name network_none --net none vethlab/node")
        one.types("")
        one.types("skip")
    assert states(apart)[:2] == ["passed", "skipped"]
    (none,) = [each for each in json.loads(apart("list", "--json").out)["labs"] if each["lab"] == "none"]
    assert none["steps"][0]["state"] == "passed"


def test_start_needs_a_terminal_and_is_not_begun_twice(apart: Vethlab, student: Student) -> None:
    ended = apart("start", "bridge")
    assert (ended.code, ended.out) == (2, "")
    assert "there is none" in ended.err
    assert "you are in a session already: bridge" in student.types("vethlab start bridge")
    assert PROMPT.search(student.types("vethlab list | head -3"))
