"""Each step judged alone on an engine as it was found: other right ways pass, wrong ones do not.

The image is bare busybox, other containers stand beside, and lines are such as a student might type instead of the
model answer. `red` tells what the first `why` must name.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from checks.probe import View
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed, external
from runner.lab.loader import find_lab, load
from runner.session.answers import automatic_answer
from runner.session.events import StepJudged, Verdict
from runner.session.judge import judge_step
from tests.conftest import Docker
from tests.images import bare

LOOP = "sh -c 'while true; do echo hello | nc -l -p 8080; done'"
NET = "docker network create mybridge"
FIRST = "docker run -itd --name bridge_first BARE"
SECOND = "docker run -itd --name bridge_second BARE"
MINE = "docker run -itd --name mynetwork_container --network mybridge BARE"
ALIASED = [
    f"docker run -itd --name network_alias_container{n} --network=mybridge --network-alias alicek106 BARE"
    for n in (1, 2, 3)
]
ASKER = "docker run -itd --name network_alias_ping --network mybridge BARE"
OWNER = "docker container run -d -it --name network_container_1 BARE"
GUEST = "docker run -itd --name network_container_2 --network container:network_container_1 BARE"


@dataclass(frozen=True)
class Case:
    """What was done for a step, from an empty engine; `red` is what `why` names, empty for a right way."""

    step: str
    lines: list[str]
    red: str = ""


RIGHT = [
    Case("bridge/list-networks", []),
    Case("bridge/default-bridge", []),
    Case(
        "bridge/first-containers", ["docker create -it --name bridge_first BARE", SECOND, "docker start bridge_first"]
    ),
    Case(
        "bridge/first-containers",
        [
            "docker run -itd --name other BARE",
            NET,
            "docker run -itd --name bridge_first --network mybridge BARE",
            "docker network connect bridge bridge_first",
            "docker network disconnect mybridge bridge_first",
            SECOND,
        ],
    ),
    Case("bridge/veth", [FIRST]),
    Case(
        "bridge/restart",
        [
            FIRST,
            SECOND,
            "docker kill bridge_second bridge_first",
            "docker start bridge_second",
            "docker start bridge_first",
        ],
    ),
    Case("bridge/create", ["docker network create --subnet 10.99.0.0/24 --gateway 10.99.0.7 mybridge"]),
    Case(
        "bridge/run",
        [
            NET,
            "docker run -itd --name mynetwork_container BARE",
            "docker network connect mybridge mynetwork_container",
            "docker network disconnect bridge mynetwork_container",
        ],
    ),
    Case(
        "bridge/run",
        [
            "docker network create --subnet 10.99.0.0/24 mybridge",
            "docker container create -it --name mynetwork_container --net=mybridge --ip 10.99.0.77 BARE",
            "docker container start mynetwork_container",
        ],
    ),
    Case("bridge/run", ["docker network create --internal mybridge", MINE]),
    Case("bridge/outside", [NET, MINE]),
    Case("bridge/disconnect", [NET, MINE, "docker network disconnect mybridge mynetwork_container"]),
    Case(
        "bridge/connect",
        [
            NET,
            MINE,
            "docker network disconnect -f mybridge mynetwork_container",
            "docker network connect --alias x mybridge mynetwork_container",
        ],
    ),
    Case(
        "bridge/custom",
        [
            "docker network create --gateway 172.72.0.1 --ip-range=172.72.0.0/24 "
            "--subnet 172.72.0.0/16 my_custom_network",
            "docker run -itd --name custom_container BARE",
            "docker network connect my_custom_network custom_container",
            "docker network disconnect bridge custom_container",
        ],
    ),
    Case("host/run", ["docker run -itd --network=host --name network_host BARE"]),
    Case("host/no-veth", ["docker run -itd --name other BARE", "docker run -itd --net host --name network_host BARE"]),
    Case("host/port", [f"docker run -d --net host --name network_host BARE {LOOP}"]),
    Case("host/refuse", ["docker run -itd --network host --name network_host BARE"]),
    Case("none/run", ["docker create -it --network none --name network_none BARE", "docker start network_none"]),
    Case("none/unreachable", ["docker run -itd --network none --name network_none BARE"]),
    Case("none/refuse", ["docker run -itd --net none --name network_none BARE"]),
    Case("container/first", [OWNER]),
    Case("container/second", [OWNER, GUEST]),
    Case("container/same", [OWNER, GUEST]),
    Case("container/localhost", [OWNER, GUEST, f"docker exec -d network_container_1 {LOOP}"]),
    Case("container/refuse", [OWNER, GUEST]),
    Case(
        "container/owner-stops",
        [
            OWNER,
            GUEST,
            "docker kill network_container_1",
            "docker start network_container_1",
            "docker kill network_container_2",
            "docker start network_container_2",
        ],
    ),
    Case("net-alias/network", ["docker network create --attachable -d bridge mybridge"]),
    Case(
        "net-alias/three",
        [
            NET,
            *ALIASED[:2],
            "docker run -itd --name network_alias_container3 BARE",
            "docker network connect --alias alicek106 --alias more mybridge network_alias_container3",
            "docker network disconnect bridge network_alias_container3",
        ],
    ),
    Case("net-alias/addresses", [NET, *reversed(ALIASED)]),
    Case("net-alias/round-robin", [NET, ASKER, *ALIASED]),
    Case(
        "net-alias/follows",
        [
            NET,
            *ALIASED[:2],
            "docker run -itd --name stranger --network mybridge BARE",
            "docker run -itd --name network_alias_contaner4 --network mybridge --network-alias alicek106 BARE",
            "docker rename network_alias_contaner4 network_alias_container4",
            ASKER,
        ],
    ),
    Case(
        "net-alias/follows",
        [
            NET,
            *ALIASED,
            ASKER,
            ALIASED[2].replace("container3", "container4"),
            "docker kill network_alias_container3",
        ],
    ),
    Case("net-alias/default-bridge", [NET, ASKER]),
    Case(
        "net-alias/link",
        [
            "docker run -itd --name link_server --expose 80 BARE",
            "docker run -itd --name link_client --link link_server:web BARE",
            "docker kill link_server",
            "docker run -itd --name link_taker BARE",
            "docker start link_server",
        ],
    ),
]

WRONG = [
    Case("bridge/first-containers", [FIRST, SECOND, "docker kill bridge_second"], "bridge_second"),
    Case("bridge/first-containers", [FIRST, SECOND, "docker pause bridge_first"], "bridge_first is paused"),
    Case("bridge/first-containers", [FIRST, "docker create -it --name bridge_second BARE"], "bridge_second"),
    Case("bridge/first-containers", [FIRST, "docker run -itd --name bridge_secnod BARE"], "bridge_secnod"),
    Case("bridge/veth", ["docker run -itd --name bridge_first --net none BARE"], "bridge_first"),
    Case("bridge/restart", [FIRST, SECOND], "bridge_first"),
    Case(
        "bridge/restart",
        [FIRST, SECOND, "docker restart -t 0 bridge_second", "docker restart -t 0 bridge_first"],
        "both",
    ),
    Case("bridge/create", ["docker network create mybridge2"], "mybridge2"),
    Case("bridge/create", ["docker network create -d macvlan -o parent=eth0 mybridge"], "macvlan"),
    Case(
        "bridge/run",
        [NET, "docker network create mybridge_", "docker run -itd --name mynetwork_container --net mybridge_ BARE"],
        "mybridge_",
    ),
    Case("bridge/run", [NET, MINE, "docker network connect bridge mynetwork_container"], "bridge"),
    Case(
        "bridge/run",
        [
            NET,
            "docker run -d --name mynetwork_container --net mybridge BARE sleep 0",
            "docker wait mynetwork_container",
        ],
        "mynetwork_container",
    ),
    Case("bridge/outside", [NET, "docker run -itd --name mynetwork_container --net none BARE"], "mynetwork_container"),
    Case("bridge/disconnect", [NET, MINE], "mynetwork_container"),
    Case("bridge/disconnect", [NET, "docker run -itd --net none --name mynetwork_container BARE"], "none"),
    Case(
        "bridge/connect", [NET, MINE, "docker network disconnect mybridge mynetwork_container"], "mynetwork_container"
    ),
    Case(
        "bridge/custom",
        [
            "docker network create --subnet 172.72.0.0/16 --gateway 172.72.0.1 my_custom_network",
            "docker run -itd --name custom_container --net my_custom_network BARE",
        ],
        "ip-range",
    ),
    Case("host/run", ["docker run -itd --name network_host BARE"], "network_host"),
    Case(
        "host/port",
        [
            "docker run -itd --net host --name network_host BARE",
            f"docker run -d --net host --name squatter BARE {LOOP}",
        ],
        "squatter",
    ),
    Case("host/port", [f"docker run -d -p 8080:8080 --name network_host BARE {LOOP}"], "network_host"),
    Case(
        "none/run",
        [
            NET,
            "docker run -itd --net none --name network_none BARE",
            "docker network disconnect none network_none",
            "docker network connect mybridge network_none",
        ],
        "mybridge",
    ),
    Case("none/unreachable", ["docker run -itd --name network_none BARE"], "network_none"),
    Case(
        "container/second",
        [
            OWNER,
            "docker run -itd --name other BARE",
            "docker run -itd --name network_container_2 --net container:other BARE",
        ],
        "other",
    ),
    Case(
        "container/second",
        [OWNER, "docker run -itd --name network_conatiner_2 --net container:network_container_1 BARE"],
        "network_conatiner_2",
    ),
    Case("container/same", [f"docker run -itd --net host --name network_container_{n} BARE" for n in (1, 2)], "host"),
    Case("container/localhost", [OWNER, GUEST, f"docker exec -d network_container_2 {LOOP}"], "network_container_2"),
    Case("container/owner-stops", [OWNER, GUEST], "network_container_1"),
    Case("container/owner-stops", [OWNER, GUEST, "docker restart -t 0 network_container_1"], "network_container_2"),
    Case(
        "net-alias/three",
        [NET, *ALIASED[:2], "docker run -itd --name network_alias_container3 --net mybridge BARE"],
        "network_alias_container3",
    ),
    Case("net-alias/three", [NET, *ALIASED[:2], ALIASED[2].replace("alicek106", "alicek016")], "alicek016"),
    Case(
        "net-alias/round-robin",
        [NET, ASKER, *ALIASED, ALIASED[0].replace("container1", "container4")],
        "network_alias_container4",
    ),
    Case(
        "net-alias/round-robin",
        [NET, ASKER, *ALIASED, "docker kill network_alias_container2"],
        "network_alias_container2",
    ),
    Case("net-alias/follows", [NET, ASKER, *ALIASED], "network_alias_container4"),
    Case(
        "net-alias/follows",
        [NET, *ALIASED, ASKER, "docker rename network_alias_container3 network_alias_container4"],
        "network_alias_container4 is network_alias_container3 with another name",
    ),
    Case(
        "net-alias/three",
        [NET, ALIASED[0].replace("alicek106", "alicek016"), "docker run -itd --name network_alias_container2 BARE"],
        "container1 has the aliases alicek016 on mybridge, not alicek106; network_alias_container2 is on bridge",
    ),
    Case(
        "net-alias/link", ["docker run -itd --name link_server BARE", "docker run -itd --name link_client BARE"], "link"
    ),
]


@pytest.fixture(scope="module")
def image(testbed: Testbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    name = bare(testbed, tmp_path_factory.mktemp("bare"), "busybox:bare")
    yield name
    subprocess.run(["docker", "rmi", name], env=testbed.environ, capture_output=True, timeout=60, check=True)


def judged(testbed: Testbed, docker: Docker, image: str, case: Case) -> StepJudged:
    """The step's verdict on the engine as one that was found, not started: its LAN is all that is known of it."""
    for line in case.lines:
        docker(line.replace("BARE", image))
    if LOOP in "".join(case.lines):
        await_listener(testbed)
    lab_name, step_id = case.step.split("/")
    lab = load(find_lab(lab_name))
    step = lab.step(step_id)
    found = replace(external(testbed.server().url), lan=testbed.lan, servers=testbed.servers, environ=testbed.environ)
    return judge_step(found, lab, step, answer=automatic_answer(found, lab, step))


def await_listener(testbed: Testbed) -> None:
    """`docker exec -d` is back before `nc` listens."""
    deadline = time.monotonic() + 10
    while not any(each.port == 8080 for view in views(testbed) for each in view.listeners):
        assert time.monotonic() < deadline, "nobody listens"
        time.sleep(0.02)


def views(testbed: Testbed) -> Iterator[View]:
    probe = look(testbed)
    yield probe.host()
    yield from (probe.inside(each.name) for each in probe.containers() if each.running)


def name(case: Case) -> str:
    return f"{case.step}-{case.red or 'passes'}"


@pytest.mark.parametrize("case", RIGHT, ids=name)
def test_another_right_way_passes(testbed: Testbed, docker: Docker, image: str, case: Case) -> None:
    result = judged(testbed, docker, image, case)
    assert result.verdict is Verdict.PASS, [each.finding.why for each in result.judged]
    assert any(each.finding.evidence for each in result.judged), "a pass without evidence"


@pytest.mark.parametrize("case", WRONG, ids=name)
def test_a_wrong_way_is_not_yet_and_its_object_is_named(
    testbed: Testbed, docker: Docker, image: str, case: Case
) -> None:
    result = judged(testbed, docker, image, case)
    assert result.verdict is Verdict.NOT_YET, result
    whys = [each.finding.why for each in result.judged if not each.finding.ok and not each.fact]
    assert any(case.red in why for why in whys), whys


def test_every_step_of_the_labs_with_one_server_is_tried_another_way() -> None:
    steps = {f"{lab}/{step.id}" for lab in ("bridge", "host", "none", "container", "net-alias")
             for step in load(find_lab(lab)).steps}  # fmt: skip
    assert {case.step for case in RIGHT} == steps
