"""hint, solution, solve and onhost: help in steps, kept as help."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import Docker
from tests.vethlab import SCHEMA, Vethlab


def test_hints_come_one_by_one_and_then_all_with_the_way_on(vethlab: Vethlab) -> None:
    told = [vethlab("hint", "bridge", "--step", "run").out for _ in range(4)]

    assert ["hint 1 of 3" in each for each in told] == [True, False, False, True]
    assert "hint 2 of 3" in told[1]
    assert "vethlab/node" in told[2]
    assert "solution bridge --step run" in told[3]


@pytest.mark.parametrize(
    ("lab", "step", "lines"),
    [
        (
            "bridge",
            "run",
            ["docker run -i -t --name mynetwork_container --net mybridge vethlab/node", "inside mynetwork"],
        ),
        ("macvlan", "lan", ["docker --context server2 run -i -t -d --name nat_2 vethlab/node", "onhost server2 ip -o"]),
        ("host", "refuse", ["must fail: “… cannot be connected …”", "2. network_host has no network", "--answer 2"]),
        ("bridge", "veth", ["iflink", "--answer TEXT"]),
    ],
)
def test_a_solution_is_what_a_student_types(vethlab: Vethlab, lab: str, step: str, lines: list[str]) -> None:
    told = vethlab("solution", lab, "--step", step)

    assert told.code == 0
    assert [line for line in lines if line not in told.out] == []
    assert "IMG" not in told.out


def test_a_pass_after_the_solution_is_one_with_help(vethlab: Vethlab, docker: Docker, url: str) -> None:
    vethlab("solution", "bridge", "--step", "create")
    docker("docker network create mybridge")
    vethlab("--engine", url, "check", "bridge", "--step", "create")

    assert '{"id": "create", "state": "assisted"}' in vethlab("list", "--json").out
    listed = vethlab("list").out
    assert "1/11" in listed
    assert "at list-networks" in listed
    assert "1 with help" in listed


@pytest.mark.usefixtures("docker")
def test_solve_asks_before_it_makes_what_is_lacking_and_reset_takes_all_away(vethlab: Vethlab, url: str) -> None:
    solve = ["--engine", url, "solve", "container", "--step", "same"]
    refused = vethlab(*solve)
    assert refused.code == 2
    assert "docker run -i -t -d --name network_container_2" in refused.out
    assert "$ docker" not in refused.out

    solved = vethlab(*solve, "--yes")
    assert solved.code == 0, solved.err
    assert "$ docker exec network_container_1 ifconfig" in solved.out
    assert "inet 127.0.0.1" in solved.out
    assert "the answer: 1" in solved.out
    assert '{"id": "same", "state": "assisted"}' in vethlab("list", "--json").out

    reset = vethlab("--engine", url, "reset", "container", "--yes")
    assert "network mybridge" in reset.out
    assert "start container --again" in reset.out


@pytest.mark.usefixtures("docker")
def test_solve_types_into_the_terminal_and_runs_nothing_twice(vethlab: Vethlab, url: str) -> None:
    solve = ["--engine", url, "solve", "none", "--step", "run"]
    first, again = vethlab(*solve), vethlab(*solve)

    assert (first.code, again.code) == (0, 0)
    assert "$ ifconfig" in first.out
    assert "127.0.0.1" in first.out
    assert "$" not in again.out
    vethlab("--engine", url, "reset", "none", "--yes")


def test_solve_names_the_network_that_has_its_range_and_does_nothing(
    vethlab: Vethlab, docker: Docker, url: str
) -> None:
    docker("docker network create --subnet 172.72.128.0/17 mine")
    docker("docker run -i -t -d --name box --net mine IMG")
    solve = ["--engine", url, "solve", "bridge", "--step", "custom", "--yes"]
    blocked = vethlab(*solve)
    assert blocked.code == 3
    assert "your network mine has the range 172.72.128.0/17, and the step wants 172.72.0.0/16" in blocked.err
    assert "docker network disconnect mine box; docker network rm mine" in blocked.err
    assert "my_custom_network" not in docker("docker network ls")
    assert "custom_container" not in docker("docker ps -a")
    assert '{"id": "custom", "state": "todo"}' in vethlab("list", "--json").out
    docker("docker network disconnect mine box")
    docker("docker network rm mine")
    assert vethlab(*solve).code == 0
    vethlab("--engine", url, "reset", "bridge", "--yes")


def test_the_mistake_behind_a_finding_is_told_under_it(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker network create mybridge")
    docker("docker run -i -t -d --name mynetwork_container IMG")
    check = ["--engine", url, "check", "bridge", "--step", "run"]

    assert "Two bridges are" in vethlab(*check).out
    (step,) = vethlab(*check, "--json").document()["labs"][0]["steps"]
    assert step["misconception"].startswith("Without `--net`")
    del step["misconception"]  # documents of before are still valid
    Draft202012Validator(SCHEMA["$defs"]["step"] | {"$defs": SCHEMA["$defs"]}).validate(step)


def test_onhost_is_the_hosts_view_with_the_commands_own_exit_code(vethlab: Vethlab, url: str) -> None:
    assert "docker0" in vethlab("--engine", url, "onhost", "ip", "-br", "addr").out
    assert vethlab("--engine", url, "onhost", "sh", "-c", "exit 7").code == 7
    assert vethlab("--engine", url, "onhost").code == 2
