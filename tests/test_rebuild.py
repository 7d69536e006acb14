"""What a step needs is known from the model answers, found missing on a real engine, and brought back."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.engine.testbed import Testbed
from runner.lab.loader import find_lab, load
from runner.lab.model import Lab, Step
from runner.session.answers import automatic_answer
from runner.session.events import Judged, Verdict
from runner.session.judge import judge_step
from runner.session.play import play_commands
from runner.session.rebuild import lost, restore
from tests.conftest import Docker

SERVES = "docker exec -d box sh -c 'while true; do echo hello | nc -l -p 8080; done'"
LISTENER = f"""\
lab: listener
title: A listener
minutes: 5
uses: {{networks: [mynet], containers: [box, late]}}
steps:
  - id: serve
    title: Serve
    text: Words.
    do:
      - docker run -i -t -d --name box IMG
      - docker network create mynet
      - docker network connect --alias web mynet box
      - docker network disconnect bridge box
      - {SERVES}
    check: [{{attached: {{containers: [box], network: mynet}}}}]
    hints: [a nudge]
  - id: ask
    title: Ask
    text: Words.
    do: [docker exec box ss -ltn]
    check: [{{listens: {{container: box, port: 8080}}}}]
    hints: [a nudge]
  - id: end
    title: End
    text: Words.
    do: [docker run -i -t -d --name late --net mynet IMG]
    check: [{{attached: {{containers: [late], network: mynet}}}}]
    hints: [a nudge]
"""


def at(name: str, step: str) -> tuple[Lab, Step]:
    lab = load(find_lab(name))
    return lab, lab.step(step)


def lines(testbed: Testbed, lab: Lab, step: Step) -> list[str]:
    return [each.line for each in lost(testbed, lab, step)]


def turns_green(testbed: Testbed, lab: Lab, step: Step) -> None:
    """What was lost is brought back, nothing is missing then, and the step's model answer turns it green."""
    list(restore(testbed, lab, step))
    assert lines(testbed, lab, step) == []
    played = [each for each in play_commands(testbed, lab, step.id, step.do) if isinstance(each, Judged)]
    judged = judge_step(testbed, lab, step, answer=automatic_answer(testbed, lab, step), played=played)
    assert judged.verdict is Verdict.PASS, judged.judged


@pytest.mark.parametrize(
    ("lab", "step", "count"),
    [
        ("bridge", "connect", 3),
        ("host", "port", 2),
        ("none", "refuse", 2),
        ("container", "owner-stops", 2),
        ("net-alias", "follows", 5),
    ],
)
@pytest.mark.usefixtures("docker")
def test_on_an_empty_engine_a_step_gets_all_that_it_needs(testbed: Testbed, lab: str, step: str, count: int) -> None:
    assert len(lines(testbed, *at(lab, step))) == count
    turns_green(testbed, *at(lab, step))


@pytest.mark.usefixtures("lan_docker")
def test_on_two_servers_each_gets_its_own(lan: Testbed) -> None:
    assert [each.on for each in lost(lan, *at("macvlan", "talk"))] == ["server1"] * 3 + ["server2"] * 2
    turns_green(lan, *at("macvlan", "talk"))


def test_containers_that_were_stopped_are_started_owners_first(testbed: Testbed, docker: Docker) -> None:
    lab, step = at("container", "same")
    list(restore(testbed, lab, step))
    docker("docker stop -t 0 network_container_1 network_container_2")

    assert lines(testbed, lab, step) == ["docker start network_container_1", "docker start network_container_2"]
    turns_green(testbed, lab, step)


def test_a_container_bound_to_one_that_was_lost_is_made_anew(testbed: Testbed, docker: Docker) -> None:
    lab, step = at("container", "same")
    list(restore(testbed, lab, step))
    docker("docker rm -f network_container_1")

    assert [line.split()[1:3] for line in lines(testbed, lab, step)] == [["run", "-i"], ["rm", "-f"], ["run", "-i"]]
    turns_green(testbed, lab, step)


def test_what_the_student_did_for_the_step_itself_is_not_lost(testbed: Testbed, docker: Docker) -> None:
    bridge, disconnect = at("bridge", "disconnect")
    list(restore(testbed, bridge, disconnect))
    docker("docker network disconnect mybridge mynetwork_container")
    assert lines(testbed, bridge, disconnect) == []
    outside = bridge.step("outside")
    assert lines(testbed, bridge, outside) == ["docker network connect mybridge mynetwork_container"]

    container, owner_stops = at("container", "owner-stops")
    list(restore(testbed, container, owner_stops))
    docker("docker stop -t 0 network_container_1")
    assert lines(testbed, container, owner_stops) == []


def test_a_listener_counts_where_a_later_step_asks_for_it(testbed: Testbed, docker: Docker, tmp_path: Path) -> None:
    file = tmp_path / "listener.yaml"
    file.write_text(LISTENER, encoding="utf-8")
    lab = load(file)
    made = [
        "docker network create mynet",
        *(each.line for each in lab.steps[0].do if "network create" not in each.line),
    ]

    assert lines(testbed, lab, lab.step("ask")) == made
    assert lines(testbed, lab, lab.step("end")) == ["docker network create mynet"]
    list(restore(testbed, lab, lab.step("ask")))
    docker("docker restart -t 0 box")
    docker("docker stop -t 0 box")
    assert lines(testbed, lab, lab.step("ask")) == ["docker start box", SERVES]
