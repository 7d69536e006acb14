"""Submissions replayed on fresh engines: what earns a step its points, what does not, and what the student is told."""

# ruff: noqa: RUF001

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from runner.engine.deeds import ReplayLimits
from runner.engine.private.confinement import open_confined
from runner.engine.private.limits import Limits
from runner.engine.private.opening import private
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from runner.grading import wire
from runner.grading.model import GivenAnswer, Grade, Line, StepGrade, Submission
from runner.grading.reading import read
from runner.grading.replay import grade
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import Command, DockerCommand, HostCommand, Lab
from runner.session.events import Verdict
from tests.conftest import Docker, cli

LABS = {name: load(find_lab(name)) for name in lab_names()}
ANSWERS = {
    "bridge": {"list-networks": "null", "default-bridge": "172.17.0.1", "veth": "veth3f1c2ab"},
    "container": {"same": "1", "refuse": "1"},
    "host": {"no-veth": "192.168.0.11", "refuse": "2"},
    "macvlan": {"lan": "192.168.0.12"},
    "net-alias": {"addresses": "172.18.0.4", "default-bridge": "127.0.0.11"},
    "none": {"refuse": "3"},
}
RUN = "docker run -itd --name"


def submission(lab: str, lines: Iterable[str], answers: Iterable[GivenAnswer] = ()) -> Submission:
    numbered = tuple(Line(number, text) for number, text in enumerate(lines, 1))
    return Submission(f"{lab}.sh", "Ana", lab, "00", numbered, tuple(answers), frozenset({"first"}))


def answered(after: int = 0, **answers: str) -> list[GivenAnswer]:
    return [GivenAnswer(step.replace("_", "-"), text, after) for step, text in answers.items()]


def replayed(handed_in: Submission, limits: ReplayLimits | None = None) -> Grade:
    return grade(handed_in, LABS[handed_in.lab], confined, limits=limits or ReplayLimits())


def confined(lab: Lab) -> Testbed:
    return open_confined(lab.servers)


def all_of(*handed_in: Submission) -> list[Grade]:
    """Their grades, each on an engine of its own, some at a time."""
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(replayed, handed_in))
    assert [each.error for each in found] == [""] * len(found)
    assert [wire.grade_in(wire.grade_out(each)) for each in found] == found
    return found


def letters(found: Grade) -> str:
    """`P` proved, `C` claimed, `-` not yet, `?` cannot judge; in the lab's order."""
    return "".join(map(_letter, found.steps))


def _letter(step: StepGrade) -> str:
    if step.verdict is Verdict.PASS:
        return {"proved": "P", "claimed": "C"}[step.proof]
    assert (step.proof, step.line) == ("", None)
    return {Verdict.NOT_YET: "-", Verdict.CANNOT_JUDGE: "?", Verdict.UNSUPPORTED: "u"}[step.verdict]


def step(found: Grade, name: str) -> StepGrade:
    return next(each for each in found.steps if each.step == name)


def why(found: Grade, name: str) -> str:
    """What is told about a step without points."""
    return "\n".join(each.finding.why for each in step(found, name).judged.judged if not each.fact)


def told(found: Grade) -> dict[int, tuple[str, str]]:
    return {each.line: (each.kind, each.text) for each in found.notes}


def model_answer(lab: Lab) -> Iterator[str]:
    for command in (command for step in lab.steps for command in step.do):
        yield _typed(command)


def _typed(command: Command) -> str:
    if isinstance(command, DockerCommand) and command.on:
        return command.line.replace("docker ", f"docker --context {command.on} ", 1)
    return f"onhost {command.line}" if isinstance(command, HostCommand) else command.line


def test_the_model_answer_of_every_lab_has_all_points_and_the_same_texts_twice() -> None:
    handed_in = [
        submission(name, model_answer(lab), answered(400, **ANSWERS[name])) for name, lab in sorted(LABS.items())
    ]
    found = all_of(*handed_in, handed_in[2])
    assert {each.lab: letters(each) for each in found} == {
        "bridge": "PPPCPPPPPPP",
        "container": "PPPPPP",
        "host": "PPPP",
        "macvlan": "PPPPP",
        "net-alias": "PPPPPPP",
        "none": "PPP",
    }
    container, host = found[1:3]
    assert found[-1] == host
    assert [each.step for each in container.steps if each.assisted] == ["first"]
    assert told(container)[8][0] == "failed"
    assert "cannot be connected" in told(container)[8][1]
    assert container.engine


def test_a_step_counts_when_it_was_undone_and_done() -> None:
    never_unplugged = ["docker network create mybridge", f"{RUN} mynetwork_container --net mybridge IMG"]
    plugged = [f"docker network {verb} mybridge mynetwork_container" for verb in ("disconnect", "connect")]
    late = [*never_unplugged, *plugged]
    one, other = all_of(submission("bridge", never_unplugged), submission("bridge", late))
    assert letters(one) == "-----PPP---"
    assert "it was so already by what was done for another step" in why(one, "connect")
    assert "Pull the plug" in why(one, "connect")
    assert "a line `# answer list-networks: …`" in why(one, "list-networks")
    assert letters(other) == "-----PPPPP-"
    assert [step(other, each).line for each in ("create", "run", "outside", "disconnect", "connect")] == [1, 2, 2, 3, 4]


def test_the_order_of_what_does_not_build_on_another_is_free() -> None:
    alias = "--net mybridge --net-alias alicek106 IMG"
    lines = [
        "docker network create mybridge",
        f"{RUN} network_alias_ping --net mybridge IMG",
        *(f"{RUN} network_alias_container{number} {alias}" for number in (1, 2, 3)),
        "docker rm -f network_alias_container1 network_alias_container2 network_alias_container3 network_alias_ping",
        "docker network rm mybridge",
    ]
    answers = answered(99, addresses="172.18.0.5", default_bridge="127.0.0.11")
    (found,) = all_of(submission("net-alias", lines, answers))
    assert letters(found) == "PPPP-P-"
    assert step(found, "three").line == step(found, "round-robin").line == 5


def test_a_line_that_is_not_played_costs_its_own_step_alone() -> None:
    lines = [
        "docker run -itd --privileged --name network_host --net host IMG",
        "docker run -itd --name network_host --net host IMG",
        "docker network connect mybridge network_host",
        "docker exec network_hots ifconfig",
        "docker exec -d network_host nc -lk -p 8080",
        "ifconfig",
        "docker rm -f all_is_done_so_this_is_not_played",
    ]
    (found,) = all_of(submission("host", lines, answered(**ANSWERS["host"], nowhere="x")))
    assert letters(found) == "PPPP"
    assert step(found, "run").line == 2
    notes = told(found)
    assert {line: kind for line, (kind, _) in notes.items()} == {
        0: "skipped",
        1: "refused",
        3: "failed",
        4: "failed",
        6: "skipped",
    }
    assert "privileged" in notes[1][1]
    assert "No such container: network_hots" in notes[4][1]


def test_a_messy_script_is_played_as_it_was_meant_and_work_of_another_lab_is_told() -> None:
    script = "Docker run –itd —name network_none –-net none ‘IMG’\nnetwork_none\nnameserver 127.0.0.11\n"
    messy = [read(script.encode("utf-16"), "ana.txt", lab=lab, labs=LABS) for lab in ("none", "bridge")]
    none, bridge = all_of(*(each for each in messy if isinstance(each, Submission)))
    assert letters(none)[0] == "P"
    assert [(note.line, note.kind) for note in none.notes] == [(1, "note"), (2, "refused"), (3, "skipped")]
    assert none.remarks == ()
    assert bridge.remarks == ("nothing here is of the lab bridge; the names are those of none",)


def test_a_shell_that_nobody_talks_to_has_ended_when_it_is_looked_at() -> None:
    """And what is told of a step is what came nearest to it, not that all was tidied up in the end."""
    first = "docker run -itd --name network_none IMG"
    lines = [
        "docker rm -f network_none",
        "docker run -d --name network_none --net none IMG",
        "docker start network_none",
    ]
    (found,) = all_of(submission("none", [first, *lines, lines[0]], answered(**ANSWERS["none"])))
    assert letters(found) == "---"
    assert "network_none ended with its shell" in why(found, "run")
    assert not found.notes, found.notes


@pytest.fixture
def begun(testbed: Testbed, docker: Docker) -> Testbed:
    """An engine on which the first container runs; it stays when a replay ends."""
    docker("docker run -itd --name bridge_first IMG")
    return replace(testbed, end=lambda: None)


SEEN = "the host's end of the cable of bridge_first: "


CLAIMS: list[tuple[list[GivenAnswer], str, str]] = [
    ([GivenAnswer("veth", "veth3f1c2ab", 1)], "--C", ""),
    ([GivenAnswer("veth", "veth3f1c2ab", 1, True, (f"{SEEN}veth3f1c2ab",))], "--C", ""),
    ([GivenAnswer("veth", "veth3f1c2ab", 1, True, (f"{SEEN}veth3f1c2a",))], "---", "does not have this answer"),
    ([GivenAnswer("veth", "veth3f1c2ab", 1, False)], "---", "was not right on the student's own engine"),
    ([GivenAnswer("veth", "docker0", 1)], "---", "that is a bridge"),
    ([GivenAnswer("veth", "I do not know", 1)], "---", "is not the host's end"),
    (answered(list_networks="bridge", default_bridge="10.9.8.1"), "-C-", "that is the driver of bridge"),
    (answered(list_networks="NULL.", default_bridge="127.0.0.1"), "P--", "the loopback address"),
    (answered(list_networks="host, null", default_bridge="172.17.0.1/16"), "-P-", "is not the driver of none"),
    (answered(list_networks="x") + answered(list_networks="null", default_bridge="172.17.0.2"), "P--", ""),
    (answered(list_networks="null") + answered(list_networks="x", default_bridge="239.1.1.1"), "---", ""),
]


def test_answers_are_proved_or_claimed_or_wrong(begun: Testbed) -> None:
    """Of the driver, the gateway and the veth; the last one given counts. A step without points says why."""
    for answers, outcome, reason in CLAIMS:
        found = grade(submission("bridge", [], answers), LABS["bridge"], lambda _: begun)
        assert letters(found)[:2] + letters(found)[3] == outcome, answers
        asked = ("list-networks", "default-bridge", "veth")
        assert reason in "\n".join(why(found, each) for each in asked), answers
        assert step(found, answers[-1].step).judged.answer == answers[-1].text
        for each in found.steps:
            reasons = [one.finding.why for one in each.judged.judged if one.verdict is Verdict.NOT_YET and not one.fact]
            assert bool(reasons) is (each.verdict is not Verdict.PASS)
            assert all(reasons)


def test_limits_end_a_replay_and_say_so() -> None:
    lines = ["docker network create mybridge", "docker network create another", "docker network create third"]
    found = replayed(submission("bridge", lines), ReplayLimits(lines=2, networks=1))
    assert found.limit == "no more than 2 lines are played"
    assert told(found)[2] == ("limit", "no more than 1 networks at a time")
    assert told(found)[3] == ("limit", "no more than 2 lines are played: from here on nothing is played")
    assert letters(found) == "-----P-----"


def test_the_error_of_a_submission_that_could_not_be_judged_names_the_limit_that_its_engine_ran_into() -> None:
    """A student reads the error alone, and is to know why what works at home ended here."""

    def filled(lab: Lab) -> Testbed:
        testbed = private(confined=Limits(memory=384 << 20, processes=300, disk=64 << 20))
        cli(testbed)("docker run --name bomb IMG tail /dev/zero", ok=False)
        return testbed

    lab = LABS["none"]
    fails = replace(lab, setup=(HostCommand("ls /nowhere", lab.steps[0].location),))
    found = grade(submission("none", ["docker network ls"]), fails, filled)
    assert found.limit == "the engine ran into its limit of memory"
    assert found.error.startswith("the engine ran into its limit of memory: the set-up failed: ")


def test_an_engine_that_fails_is_nobodys_fault() -> None:
    opened: list[Testbed] = []

    def dies(lab: Lab) -> Testbed:
        opened.append(confined(lab))
        opened[0].close()
        return opened[0]

    def never(_: Lab) -> Testbed:
        raise EngineFailed("no engine today")

    handed_in = submission("none", ["docker network ls"])
    for opener, reason in ((dies, "cannot reach the engine"), (never, "no engine today")):
        found = grade(handed_in, LABS["none"], opener)
        assert reason in found.error
        assert (found.steps, found.student, found.unreadable) == ((), "Ana", False)
