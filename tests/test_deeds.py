"""Requests done through the API: the same as the docker command does, and nothing besides."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from runner.docker_requests.grammar import read
from runner.docker_requests.model import Asked, CreateNetwork, Exec, Listen, MakeContainer, RemoveContainers
from runner.engine.deeds import Done, ReplayLimits, perform
from runner.engine.private.opening import private
from runner.engine.testbed import Testbed
from tests.conftest import cli

LINES = """
docker network create --driver bridge net_one
docker network create net_one
docker network create --driver=bridge --subnet=172.72.0.0/16 --ip-range=172.72.0.0/24 --gateway=172.72.0.1 net_two
docker network create --ip-range 172.99.0.0/24 net_bad
docker network create --subnet 172.99.0.0/24 --gateway 172.98.0.1 net_bad
docker network create -d macvlan --subnet 192.168.0.0/24 --ip-range 192.168.0.64/28 -o parent=eth0 net_lan
docker network create --internal net_inner
docker run -itd --name alpha --net net_one --net-alias shared --network-alias other --hostname wonder IMG
docker run -itd --name alpha IMG
docker run -itd --name beta --net bridge --net-alias shared IMG
docker run -itd --name beta --net nowhere IMG
docker start beta
docker rm beta
docker run -d --name beta IMG
docker start beta
docker run -itd --name gamma --net net_two --ip 172.72.0.77 -p 8080:80 --expose 81 IMG
docker run -itd --name delta --net container:alpha -p 80 IMG
docker run -itd --name delta --net container:alpha --hostname x1 IMG
docker run -itd --name delta --net container:alpha IMG
docker run -itd --name plain --ip 172.17.0.50 IMG
docker run -itd --name hosted --net host -p 90:90 IMG
docker run -itd --name alone --net none IMG
docker run -itd --name server --expose 80 IMG
docker run -itd --name client --link server:web IMG
docker run -itd --name lonely --link nobody:web IMG
docker run --rm --name gone IMG cat /etc/resolv.conf
docker create -it --name made --net net_one IMG
docker rename made renamed
docker start renamed
docker network connect --alias second --ip 172.72.0.80 net_two alpha
docker network connect net_two alpha
docker network connect --link gamma:gg net_two renamed
docker network disconnect net_one renamed
docker network disconnect net_one renamed
docker network connect net_one hosted
docker network connect net_one alone
docker rm alpha
docker stop -t 0 delta server nobody
docker kill delta
docker restart -t 0 gamma
docker start server delta
docker kill -s STOP gamma
docker kill -s CONT gamma
docker network rm net_one net_inner nowhere
docker rm -f hosted nobody
docker exec alone ifconfig
docker exec nobody ifconfig
docker stop -t 0 alone
docker exec alone ifconfig
""".strip().splitlines()


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Testbed, Testbed]]:
    """Two fresh engines."""
    with ThreadPoolExecutor() as pool:
        one, other = pool.map(lambda _: private(), range(2))
    with one, other:
        yield one, other


def asked(line: str) -> Any:
    found = read(line)
    assert isinstance(found, Asked), (line, found)
    return found.request


def test_the_api_does_what_the_command_does(two: tuple[Testbed, Testbed]) -> None:
    by_api, by_command = two
    docker = cli(by_command)

    def in_turn() -> list[tuple[str, str]]:
        return [(line, _refusals(docker(line, ok=False))) for line in LINES]

    with ThreadPoolExecutor() as pool:
        typed = pool.submit(in_turn)
        done = [(line, perform(by_api, asked(line))) for line in LINES]
    for (line, ours), (_, theirs) in zip(done, typed.result(), strict=True):
        assert bool(ours.said) == bool(theirs), (line, ours, theirs)
        if "exec" not in line:  # its container is looked at before
            assert set(_plain(ours.said).split("; ")) <= set(_plain(theirs).split("; ")), line
        assert ours.ok is not bool(ours.said)
    assert _state(by_api) == _state(by_command)


def _refusals(output: str) -> str:
    """What the command says when something is refused; "" for what it prints when it goes well."""
    found = re.findall(r"^(?:docker: )?(?:Error response from daemon: |Error: )(.*)$", output, re.MULTILINE)
    own = ("network-scoped", "every ip-range", "no matching")
    found += [
        line.removeprefix("docker: ") for line in output.splitlines() if line.removeprefix("docker: ").startswith(own)
    ]
    return "; ".join(found)


def _plain(said: str) -> str:
    return re.sub(r"[0-9a-f]{64}", "ID", said).strip()


def _state(testbed: Testbed) -> dict[str, Any]:
    """All that a lab's check could tell two engines apart by."""
    docker = testbed.server().docker
    state: dict[str, Any] = {}
    for row in docker.containers():
        found = docker.inspect(str(row["Id"]))
        links = sorted(each.partition(":")[0] + each.rpartition("/")[2] for each in found["HostConfig"]["Links"] or [])
        mode = str(found["HostConfig"]["NetworkMode"])
        state[found["Name"]] = {
            "state": (found["State"]["Status"], found["State"]["ExitCode"]),
            "hostname": "own"
            if found["Id"].startswith(found["Config"]["Hostname"] or "-")
            else found["Config"]["Hostname"],
            "terminal": (found["Config"]["Tty"], found["Config"]["OpenStdin"]),
            "command": found["Config"]["Cmd"],
            "mode": "container" if mode.startswith("container:") else mode,
            "ports": (found["HostConfig"]["PortBindings"], sorted(found["Config"].get("ExposedPorts") or {})),
            "links": links,
            "networks": {
                name: _endpoint(found["Id"], each) for name, each in found["NetworkSettings"]["Networks"].items()
            },
        }
    for network in docker.networks():
        kept = ("Driver", "IPAM", "Internal", "Options")
        state[str(network["Name"])] = {key: network[key] for key in kept}
    return state


def _endpoint(container: str, each: dict[str, Any]) -> tuple[Any, ...]:
    aliases = sorted(alias for alias in each["Aliases"] or [] if alias != container[:12])
    return each["IPAddress"], each["IPAMConfig"] or None, aliases, each["Links"]


def test_containers_of_a_replay_have_limits(two: tuple[Testbed, Testbed]) -> None:
    testbed = two[0]
    assert perform(testbed, MakeContainer(name="bounded", program=Listen(7000, "$(id); `id`"), detach=True)).ok
    host = testbed.server().docker.inspect("bounded")["HostConfig"]
    assert host["Memory"] == host["MemorySwap"] == 64 << 20
    assert (host["PidsLimit"], host["CapDrop"], host["Privileged"]) == (64, ["ALL"], False)
    assert host["CapAdd"] == ["NET_RAW", "NET_BIND_SERVICE"]
    assert (host["SecurityOpt"], host["ReadonlyRootfs"]) == (["no-new-privileges"], True)
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-file": "1", "max-size": "256k"}}
    assert host["RestartPolicy"]["Name"] in ("", "no")
    assert not host["Binds"]
    assert not host["Devices"]
    code, said = testbed.server().docker.exec_run("bounded", ["ping", "-c", "1", "127.0.0.1"])
    assert code == 0, said
    assert _heard(testbed, "bounded", 7000) == "$(id); `id`"


def _heard(testbed: Testbed, container: str, port: int) -> str:
    """What a listener says, once it listens."""
    call = ["sh", "-c", f"until nc -w 1 127.0.0.1 {port} </dev/null; do sleep 0.1; done"]
    return testbed.server().docker.exec_run(container, call, stderr=False)[1].decode().strip()


def test_counts_are_limited(two: tuple[Testbed, Testbed]) -> None:
    testbed = two[0]
    docker = testbed.server().docker
    limits = ReplayLimits(containers=len(docker.containers()) + 1, networks=len(docker.networks()) - 3)
    refused = perform(testbed, CreateNetwork("one_more"), limits=limits)
    assert (refused.ok, refused.changed, refused.limit) == (False, False, refused.said)
    assert f"no more than {limits.networks} networks" in refused.said
    last = MakeContainer(name="last", starts=False)
    assert perform(testbed, last, limits=limits).ok
    refused = perform(testbed, MakeContainer(name="too_much", starts=False), limits=limits)
    assert f"no more than {limits.containers} containers" in refused.limit
    assert perform(testbed, RemoveContainers(("last",)), limits=limits) == Done(True)


def test_a_line_that_takes_too_long_is_ended(two: tuple[Testbed, Testbed]) -> None:
    testbed = two[0]
    found = read("docker run --name slow_one IMG ping -c 20 127.0.0.1")
    assert isinstance(found, Asked)
    began = time.monotonic()
    done = perform(testbed, found.request, limits=ReplayLimits(line_seconds=1.5))
    assert "no more than 2 s a line" in done.limit
    assert time.monotonic() - began < 15
    assert testbed.server().docker.inspect("slow_one")["State"]["Running"] is False


@pytest.mark.parametrize("name", ["a/../b", "../etc", "x?force=1", "é", "", "a b", "-a", "a" * 200])
def test_no_name_leads_to_another_request(two: tuple[Testbed, Testbed], name: str) -> None:
    """The grammar refuses such names; so does what builds the request."""
    for request in (RemoveContainers((name,), force=True), CreateNetwork(name), Exec(name, Listen(1))):
        done = perform(two[0], request)
        assert not done.ok
        assert not done.changed
        assert "is no name" in done.said
