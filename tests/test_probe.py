"""The Probe, on a real engine: both ways to see give the same facts."""

from __future__ import annotations

import http.client
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from checks.finding import BrokenLink, CannotSee, Unsupported
from checks.probe import Place, Probe, View
from runner.engine.sight import sockets
from runner.engine.sight.probe import Way, look
from runner.engine.sight.shared_kernel import ground
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.images import bare

Look = Callable[[], Probe]
NOWHERE = IPv4Address("203.0.113.9")  # RFC 5737


def same(testbed: Testbed, container: str) -> View:
    """What both ways show inside the container."""
    through_kernel = look(testbed, way="kernel").inside(container)
    assert look(testbed, way="exec").inside(container) == through_kernel
    return through_kernel


def within(testbed: Testbed, container: str, *command: str) -> None:
    """A command of the host's in the container's network namespace: what a student may do inside."""
    pid = testbed.server().docker.inspect(container)["State"]["Pid"]
    place = f"--net=/proc/{testbed.server().pid}/root/proc/{pid}/ns/net"
    subprocess.run(["nsenter", place, *command], check=True, timeout=10)


def post(testbed: Testbed, path: str, body: str) -> int:
    """The status that the engine answers to a request that the docker CLI would not make."""
    with socket.socket(socket.AF_UNIX) as engine:
        engine.settimeout(10)
        engine.connect(testbed.server().url.removeprefix("unix://"))
        asked = http.client.HTTPConnection("engine")
        asked.sock = engine
        asked.request("POST", path, body, {"Content-Type": "application/json", "Connection": "close"})
        return asked.getresponse().status


def test_both_ways_show_the_same_inside_containers_of_every_mode(testbed: Testbed, docker: Docker) -> None:
    docker("docker network create apart")
    docker("docker run -itd --name on_bridge IMG")
    docker("docker run -itd --name on_own --net apart -e GREETING='two words' IMG")
    docker("docker run -itd --name on_host --net host IMG")
    docker("docker run -itd --name on_none --net none IMG")
    docker("docker run -itd --name joined --net container:on_own IMG")
    on_bridge, on_own, on_host, on_none, joined = (
        same(testbed, name) for name in ("on_bridge", "on_own", "on_host", "on_none", "joined")
    )
    assert [each.name for each in on_none.interfaces] == ["lo"]
    assert on_none.routes == ()
    assert replace(joined, environment=on_own.environment) == on_own
    assert on_own.name_servers == ("127.0.0.11",)
    assert on_own.environment["GREETING"] == "two words"
    assert len({each.namespace for each in (on_bridge, on_own, on_host, on_none)}) == 4
    assert look(testbed).host().namespace == on_host.namespace
    assert on_host.interfaces == look(testbed).host().interfaces


def test_both_ways_see_through_another_user_and_a_shared_pid_namespace(testbed: Testbed, docker: Docker) -> None:
    docker("docker run -itd --name plain -u 1234 -e A=1 IMG")
    docker("docker run -itd --name peeping --pid host -e B=2 IMG")
    docker("docker exec -d plain nc -lk 8080")
    docker("docker exec -d peeping nc -lk 8081")
    for name, port in (("plain", 8080), ("peeping", 8081)):
        _until(lambda name=name: look(testbed, way="kernel").inside(name).listeners)  # type: ignore[misc]
        assert [(each.port, each.owner) for each in same(testbed, name).listeners] == [(port, name)]


def test_both_ways_show_the_same_host(testbed: Testbed, docker: Docker) -> None:
    docker("docker run -itd --name first IMG")
    host = look(testbed, way="kernel").host()
    assert look(testbed, way="exec").host() == host
    cable = next(each for each in look(testbed).inside("first").interfaces if not each.loopback)
    end = next(each for each in host.interfaces if each.index == cable.link)
    assert (end.link, end.master) == (cable.index, "docker0")


def test_an_interface_that_comes_back_is_seen_with_its_new_index(testbed: Testbed, docker: Docker) -> None:
    docker("docker network create apart")
    docker("docker run -itd --name mover --net apart IMG")
    before = same(testbed, "mover")
    docker("docker network disconnect apart mover")
    assert [each.name for each in same(testbed, "mover").interfaces] == ["lo"]
    docker("docker network connect apart mover")
    after = same(testbed, "mover")
    assert [each.ip for each in after.addresses] == [each.ip for each in before.addresses]
    assert after.interfaces[1].link != before.interfaces[1].link


def test_a_flushed_address_and_an_interface_that_is_down_are_seen(testbed: Testbed, docker: Docker) -> None:
    docker("docker run -itd --name flushed IMG")
    docker("docker run -itd --name down IMG")
    within(testbed, "flushed", "ip", "addr", "flush", "dev", "eth0")
    within(testbed, "down", "ip", "link", "set", "eth0", "down")
    flushed, down = same(testbed, "flushed"), same(testbed, "down")
    assert flushed.interfaces[1].up
    assert flushed.interfaces[1].addresses == ()
    assert not down.interfaces[1].up
    assert down.interfaces[1].addresses
    assert down.addresses == ()
    assert look(testbed).container("flushed").endpoints[0].address is not None


def test_an_image_that_is_bare_busybox_is_seen_by_its_own_tools(
    testbed: Testbed, docker: Docker, probe: Look, tmp_path: Path
) -> None:
    image = bare(testbed, tmp_path, "bare/busybox:latest")
    docker("docker network create apart")
    docker(f"docker run -d --name small --net apart --net-alias tiny {image}")
    same(replace(testbed, image="no/such:image"), "small")
    address = probe().inside("small").addresses[0].ip
    assert probe().answers("small", "tiny", 2) == ((address,), (address,))
    assert probe().reverse("small", address) == ("small.apart",)
    assert probe().ping("small", address).answered
    assert probe().ping("small", NOWHERE, wait=0.2).answered is False


def test_an_image_without_any_tool_is_seen_by_a_helper(
    testbed: Testbed, docker: Docker, probe: Look, tmp_path: Path
) -> None:
    image = bare(testbed, tmp_path, "bare/nothing:latest", ["sleep"])
    docker("docker network create apart")
    docker(f"docker run -d --name empty -e SOME=thing --net apart --net-alias void {image}")
    assert same(testbed, "empty").environment["SOME"] == "thing"
    address = probe().inside("empty").addresses[0].ip
    assert probe().answers("empty", "void", 1) == ((address,),)
    assert probe().ping("empty", address).answered
    assert [each.name for each in probe().containers()] == ["empty"]
    assert [each.container for each in probe().network("apart").members] == ["empty"]
    with pytest.raises(CannotSee) as without:
        look(replace(testbed, image="no/such:image"), way="exec").inside("empty")
    assert without.value.hint == "vethlab image build"


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        (["docker create --name idle IMG"], "idle was created but never started"),
        (["docker run --name idle IMG true"], "idle ended with its shell"),
        (["docker run -itd --name idle IMG", "docker pause idle"], "idle is paused"),
    ],
)
def test_what_does_not_run_is_a_broken_link(docker: Docker, probe: Look, commands: list[str], says: str) -> None:
    for each in commands:
        docker(each)
    for ask in (
        lambda: probe().inside("idle"),
        lambda: probe().ping("idle", NOWHERE),
        lambda: probe().answers("idle", "x", 1),
    ):
        with pytest.raises(BrokenLink, match=says) as broken:
            ask()
        assert broken.value.finding.look == "docker ps -a --filter name=idle"


def test_the_owner_of_a_listener_is_the_container_that_holds_it(testbed: Testbed, docker: Docker, probe: Look) -> None:
    docker("docker run -itd --name talker --net host IMG")
    docker("docker run -itd --name bystander --net host IMG")
    docker("docker run -itd --name first IMG")
    docker("docker run -itd --name second --net container:first IMG")
    docker("docker exec -d talker nc -lk 8080")
    docker("docker exec -d first nc -lk 8081")
    server = Path("/proc", str(testbed.server().pid), "ns/net")
    with sockets.listener(server, IPv4Address("127.0.0.1")) as somebody:
        theirs = somebody.getsockname()[1]
        _until(lambda: {8080} <= {each.port for each in look(testbed, way="kernel").host().listeners})
        _until(lambda: {8081} <= {each.port for each in look(testbed, way="kernel").inside("first").listeners})
        for view in (probe().host(), probe().inside("bystander"), probe().inside("talker")):
            owners = {each.port: each.owner for each in view.listeners}
            assert (owners[8080], owners[theirs]) == ("talker", None)
        for name in ("first", "second"):
            assert [(each.port, each.owner) for each in probe().inside(name).listeners] == [(8081, "first")]
    assert probe().connects("second", IPv4Address("127.0.0.1"), 8081)
    assert not probe().connects("second", IPv4Address("127.0.0.1"), 8080)
    assert probe().connects(Place.HOST, probe().inside("first").addresses[0].ip, 8081)


def test_an_alias_is_answered_with_every_address_in_many_orders(docker: Docker, probe: Look) -> None:
    docker("docker network create apart")
    for number in (1, 2, 3):
        docker(f"docker run -itd --name member{number} --net apart --net-alias crowd IMG")
    look = probe()
    addresses = {look.inside(f"member{number}").addresses[0].ip: f"member{number}" for number in (1, 2, 3)}
    answers = look.answers("member1", "crowd", 60)
    assert len(answers) == 60
    assert all(set(each) == set(addresses) for each in answers)
    assert Counter(each[0] for each in answers).keys() == addresses.keys()
    assert all(look.reverse("member1", each) == (f"{name}.apart",) for each, name in addresses.items())


def test_an_unknown_name_is_an_empty_answer_and_a_deaf_server_none(docker: Docker, probe: Look) -> None:
    docker("docker network create apart")
    docker("docker run -itd --name asker --net apart IMG")
    docker("docker run -itd --name outsider IMG")
    assert probe().answers("asker", "nobody", 3) == ((), (), ())
    with pytest.raises(CannotSee, match="does not answer outsider"):
        probe().answers("outsider", "asker", 3)


def test_pings_say_why_they_were_not_answered(docker: Docker, probe: Look) -> None:
    docker("docker run -itd --name pinger IMG")
    docker("docker run -itd --name alone --net none IMG")
    look = probe()
    own = look.inside("pinger").addresses[0].ip
    assert look.ping("pinger", IPv4Address("172.17.0.1")).answered
    assert look.ping(Place.HOST, own).answered
    assert look.ping("pinger", look.router()).answered
    assert look.ping("alone", IPv4Address("127.0.0.1")).answered
    assert look.ping("alone", own).reason == "network-unreachable"
    assert look.ping(Place.OUTSIDE, own).reason == "network-unreachable"
    assert not look.ping("pinger", NOWHERE).answered


def test_the_outside_sees_the_servers_address(testbed: Testbed, docker: Docker, probe: Look) -> None:
    docker("docker run -itd --name caller IMG")
    meeting = probe().meet_outside("caller")
    assert meeting.reached
    assert (meeting.outside, meeting.seen_from) == (probe().router(), probe().server_address())
    docker("docker run -itd --name cut --net none IMG")
    assert not probe().meet_outside("cut").reached
    elsewhere = look(replace(testbed, lan=None, servers=(replace(testbed.server(), address=None),)))
    assert elsewhere.server_address() == testbed.server().address
    for ask in (elsewhere.router, elsewhere.switch, lambda: elsewhere.meet_outside("caller")):
        with pytest.raises(Unsupported):
            ask()


def test_a_misspelt_name_is_found_and_another_thing_is_not_taken_for_one(docker: Docker, probe: Look) -> None:
    docker("docker network create mybirdge")
    docker("docker run -itd --name network_conatiner_2 --net none IMG")
    with pytest.raises(BrokenLink, match="found network_conatiner_2"):
        probe().container("network_container_2")
    with pytest.raises(BrokenLink, match=r"no container called network_conatiner_1$"):
        probe().container("network_conatiner_1")
    with pytest.raises(BrokenLink, match="found mybirdge"):
        probe().network("mybridge")
    docker("docker network rm mybirdge")
    with pytest.raises(BrokenLink, match=r"no network called mybridge$"):
        probe().network("mybridge")


def test_an_id_is_not_a_name(docker: Docker, probe: Look) -> None:
    number = docker("docker run -itd --name named --net none IMG")
    with pytest.raises(BrokenLink):
        probe().container(number[:12])
    with pytest.raises(BrokenLink):
        probe().network(probe().network("bridge").id)


def test_what_the_engine_says_of_a_container_is_read_whole(docker: Docker, probe: Look) -> None:
    docker("docker network create --subnet 172.72.0.0/16 --ip-range 172.72.0.0/24 --gateway 172.72.0.1 ranged")
    docker("docker run -itd --name whole --net ranged --net-alias one --net-alias two -p 8080:80 -h box IMG")
    docker("docker kill whole")
    docker("docker start whole")
    network, found = probe().network("ranged"), probe().container("whole")
    (plug,) = found.endpoints
    assert network.subnets[0].ip_range == IPv4Network("172.72.0.0/24")
    assert network.members[0].address == plug.address
    assert (plug.network_id, sorted(plug.aliases)) == (network.id, ["one", "two"])
    assert (found.mode, found.published, found.hostname, found.running) == ("ranged", ("80/tcp",), "box", True)
    assert found.started
    assert found.finished
    assert found.created < found.finished < found.started
    assert probe().inside("whole").hostname == "box"


def test_two_networks_of_one_name_are_a_broken_link(testbed: Testbed, docker: Docker, probe: Look) -> None:
    """Engines before 25 allow them; later ones refuse the second."""
    docker("docker network create twin")
    if post(testbed, "/networks/create", '{"Name":"twin","CheckDuplicate":false}') != 201:
        assert probe().network("twin").name == "twin"
        return
    with pytest.raises(BrokenLink, match="two networks are called twin"):
        probe().network("twin")


def test_each_server_of_a_lan_is_seen_and_the_switch_learns_them(
    lan_docker: Docker, lan_probe: Callable[..., Probe]
) -> None:
    for number in (1, 2):
        lan_docker(f"docker run -itd --name nat_{number} IMG", on=f"server{number}")
    first = lan_probe("server1")
    second = first.server("server2")
    assert second.server("server1") is first
    assert (first.containers()[0].name, second.containers()[0].name) == ("nat_1", "nat_2")
    assert first.ping("nat_1", second.server_address()).answered
    assert first.meet_outside("nat_1").seen_from == first.server_address()
    assert second.ping(Place.HOST, first.router()).answered
    own = {name: first.server(name).host().interfaces for name in ("server1", "server2")}
    macs = {name: next(each.mac for each in own[name] if each.name == "eth0") for name in own}
    learned = {each.mac: each.server for each in first.switch()}
    assert {mac: learned[mac] for mac in macs.values()} == {mac: name for name, mac in macs.items()}
    with pytest.raises(Unsupported):
        first.server("server3")


def test_a_process_that_is_not_proven_to_be_the_containers_is_not_believed(testbed: Testbed, docker: Docker) -> None:
    for name in ("one", "other"):
        docker(f"docker run -itd --name {name} --net none IMG")
    one, other = (testbed.server().docker.inspect(name) for name in ("one", "other"))
    shared = ground(testbed.server().url)
    assert shared
    assert shared.process(str(one["Id"]), one["State"]["Pid"])
    assert shared.process(str(one["Id"]), other["State"]["Pid"]) is None
    assert shared.process(str(one["Id"]), 0) is None
    assert ground("tcp://127.0.0.1:2375") is None


def test_a_failing_engine_is_cannot_see(testbed: Testbed, sight: Way) -> None:
    gone = replace(testbed, servers=(replace(testbed.server(), url="unix:///nowhere/docker.sock", pid=None),))
    probe = look(gone, way=sight)
    asks = (probe.networks, lambda: probe.container("x"), lambda: probe.inside("x"), probe.host, lambda: probe.engine)
    for ask in asks:
        with pytest.raises(CannotSee):
            ask()


def _until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
