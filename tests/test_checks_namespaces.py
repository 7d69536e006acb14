"""Namespaces and cables: red before, green after, red for every known mistake, through both ways to see."""

from __future__ import annotations

from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.judging import Look, green, on_host, red

RUN = "docker run -i -t -d"


# --- veth_pair


def test_veth_pair_turns_green_with_the_network_and_names_both_ends(docker: Docker, probe: Look) -> None:
    wanted = {"container": "c1", "network": "mybridge"}
    docker("docker network create mybridge")
    assert "no container called c1" in red(probe(), "veth_pair", **wanted)
    docker(f"{RUN} --name c1 IMG")
    assert "c1 is on bridge, not on mybridge" in red(probe(), "veth_pair", **wanted)
    assert "master docker0" in green(probe(), "veth_pair", container="c1", network="bridge")
    docker("docker network connect mybridge c1")
    bridge = "br-" + docker("docker network inspect -f '{{.Id}}' mybridge")[:12]
    iflink = docker("docker exec c1 cat /sys/class/net/eth1/iflink")
    evidence = green(probe(), "veth_pair", **wanted)
    assert f"master {bridge}" in evidence
    assert f"ifindex {iflink}" in evidence
    docker("docker kill c1")
    assert "c1 was stopped" in red(probe(), "veth_pair", **wanted)


def test_veth_pair_turns_red_when_the_host_end_is_unplugged_or_down(
    docker: Docker, probe: Look, testbed: Testbed
) -> None:
    wanted = {"container": "c1", "network": "mybridge"}
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --net mybridge IMG")
    iflink = docker("docker exec c1 cat /sys/class/net/eth0/iflink")
    lines = on_host(testbed, "ip", "-o", "link").splitlines()
    veth = next(line.split()[1].partition("@")[0] for line in lines if line.startswith(f"{iflink}: "))
    on_host(testbed, "ip", "link", "set", veth, "nomaster")
    assert f"{veth}, the host's end of the cable of c1, is not plugged" in red(probe(), "veth_pair", **wanted)
    on_host(testbed, "ip", "link", "set", veth, "master", "docker0")
    assert f"{veth}, the host's end of the cable of c1, is not plugged" in red(probe(), "veth_pair", **wanted)
    bridge = "br-" + docker("docker network inspect -f '{{.Id}}' mybridge")[:12]
    on_host(testbed, "ip", "link", "set", veth, "master", bridge)
    on_host(testbed, "ip", "link", "set", veth, "down")
    assert f"{veth}, the host's end of the cable of c1, is down" in red(probe(), "veth_pair", **wanted)
    on_host(testbed, "ip", "link", "set", veth, "up")
    assert veth in green(probe(), "veth_pair", **wanted)


def test_veth_pair_knows_that_a_macvlan_has_no_cable(docker: Docker, testbed: Testbed) -> None:
    docker(
        "docker network create -d macvlan --subnet 192.168.0.0/24 --ip-range 192.168.0.64/28 -o parent=eth0 my_macvlan"
    )
    docker(f"{RUN} --name c1 --net my_macvlan IMG")
    assert "my_macvlan is a macvlan network" in red(look(testbed), "veth_pair", container="c1", network="my_macvlan")


def test_veth_pair_names_a_cable_that_was_moved_away_from_the_host(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name c1 IMG")
    docker(f"{RUN} --name c2 --net none IMG")
    iflink = docker("docker exec c1 cat /sys/class/net/eth0/iflink")
    lines = on_host(testbed, "ip", "-o", "link").splitlines()
    veth = next(line.split()[1].partition("@")[0] for line in lines if line.startswith(f"{iflink}: "))
    pid = docker("docker inspect -f '{{.State.Pid}}' c2")
    into = f"/proc/{testbed.server().pid}/root/proc/{pid}/ns/net"
    on_host(testbed, "ip", "link", "set", veth, "netns", into)
    why = red(look(testbed), "veth_pair", container="c1", network="bridge")
    assert "eth0 in c1 has no other end on the host" in why


# --- shares_host and no_veth


def test_shares_host_wants_the_namespace_of_the_host_itself(docker: Docker, probe: Look) -> None:
    wanted = {"container": "network_host"}
    assert "no container called network_host" in red(probe(), "shares_host", **wanted)
    docker(f"{RUN} --name network_host --net host -p 8080:8080 IMG")
    evidence = green(probe(), "shares_host", **wanted)
    assert "-p 8080/tcp, which was discarded" in evidence
    assert "docker0" in evidence
    assert "network namespace" in green(probe(), "no_veth", **wanted)
    docker("docker kill network_host")
    assert "network_host was stopped" in red(probe(), "shares_host", **wanted)
    assert "network_host was stopped" in red(probe(), "no_veth", **wanted)


def test_shares_host_tells_which_network_the_container_has_instead(docker: Docker, testbed: Testbed) -> None:
    def judged(options: str) -> str:
        docker(f"{RUN} --name network_host {options} IMG")
        why = red(look(testbed), "shares_host", container="network_host")
        assert why == red(look(testbed), "no_veth", container="network_host")
        docker("docker rm -f network_host")
        return why

    docker(f"{RUN} --name on_host --net host IMG")
    docker(f"{RUN} --name plain IMG")
    assert "a cable to bridge (its eth0)" in judged("")
    assert "--net none" in judged("--net none")
    assert "in the network of plain" in judged("--net container:plain")
    assert "in the network of on_host" in judged("--net container:on_host")


def test_no_veth_counts_the_cables_of_the_others(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name network_host --net host IMG")
    assert "cables to other containers: 0" in green(look(testbed), "no_veth", container="network_host")
    docker(f"{RUN} --name plain IMG")
    assert "cables to other containers: 1" in green(look(testbed), "no_veth", container="network_host")


# --- only_loopback


def test_only_loopback_wants_lo_alone_and_a_namespace_of_its_own(docker: Docker, probe: Look) -> None:
    wanted = {"container": "network_none"}
    assert "no container called network_none" in red(probe(), "only_loopback", **wanted)
    docker(f"{RUN} --cap-add NET_ADMIN --name network_none --net none IMG")
    assert "lo" in green(probe(), "only_loopback", **wanted)
    docker("docker exec network_none ip route add 10.9.0.0/24 dev lo")
    assert "a route to 10.9.0.0/24" in red(probe(), "only_loopback", **wanted)
    docker("docker exec network_none ip link add extra0 type bridge")
    docker("docker exec network_none ip link set extra0 up")
    assert "extra0 is in network_none besides lo" in red(probe(), "only_loopback", **wanted)


def test_only_loopback_follows_the_container_off_none_and_back(docker: Docker, testbed: Testbed) -> None:
    wanted = {"container": "network_none"}
    docker("docker network create mybridge")
    docker(f"{RUN} --name network_none --net none IMG")
    docker("docker network disconnect none network_none")
    assert "not even none" in red(look(testbed), "only_loopback", **wanted)
    docker("docker network connect mybridge network_none")
    assert "was moved to mybridge" in red(look(testbed), "only_loopback", **wanted)
    docker("docker network disconnect mybridge network_none")
    docker("docker network connect none network_none")
    green(look(testbed), "only_loopback", **wanted)
    docker("docker kill network_none")
    assert "network_none was stopped" in red(look(testbed), "only_loopback", **wanted)


def test_only_loopback_tells_which_network_the_container_has_instead(docker: Docker, testbed: Testbed) -> None:
    def judged(options: str) -> str:
        docker(f"{RUN} --name network_none {options} IMG")
        why = red(look(testbed), "only_loopback", container="network_none")
        docker("docker rm -f network_none")
        return why

    docker(f"{RUN} --name other --net none IMG")
    assert "network_none is on bridge, not on none" in judged("")
    assert "--net host" in judged("--net host")
    assert "uses the network of other" in judged("--net container:other")


# --- joins and same_namespace


JOINS = {"container": "network_container_2", "owner": "network_container_1"}
SAME = {"containers": ["network_container_1", "network_container_2"]}


def test_joins_and_same_namespace_turn_green_when_the_second_joins_the_first(docker: Docker, probe: Look) -> None:
    assert "no container called network_container_1" in red(probe(), "joins", **JOINS)
    docker(f"{RUN} --name network_container_1 IMG")
    docker(f"{RUN} --name network_conatiner_2 --net container:network_container_1 IMG")
    assert "found network_conatiner_2" in red(probe(), "joins", **JOINS)
    assert "found network_conatiner_2" in red(probe(), "same_namespace", **SAME)
    docker("docker rename network_conatiner_2 network_container_2")
    facts = docker(
        "docker inspect -f '{{.NetworkSettings.IPAddress}} {{.NetworkSettings.MacAddress}}' network_container_1"
    )
    assert all(fact in green(probe(), "joins", **JOINS) for fact in facts.split())
    assert all(fact in green(probe(), "same_namespace", **SAME) for fact in facts.split())


def test_joins_tells_what_was_joined_instead(docker: Docker, testbed: Testbed) -> None:
    def judged(options: str) -> str:
        docker(f"{RUN} --name network_container_2 {options} IMG")
        why = red(look(testbed), "joins", **JOINS)
        docker("docker rm -f network_container_2")
        return why

    docker(f"{RUN} --name other IMG")
    docker(f"{RUN} --name network_container_1 IMG")
    assert "network_container_2 is on bridge with a network of its own" in judged("")
    assert "network_container_2 joined other, not network_container_1" in judged("--net container:other")
    assert "joined the host (--net host)" in judged("--net host")
    docker("docker rm -f network_container_1")
    docker(f"{RUN} --name network_container_1 --net host IMG")
    assert "both run in the host's own network" in judged("--net host")


def test_joins_tells_that_it_is_the_other_way_round(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name network_container_2 IMG")
    docker(f"{RUN} --name network_container_1 --net container:network_container_2 IMG")
    assert "it is the other way round" in red(look(testbed), "joins", **JOINS)
    green(look(testbed), "same_namespace", **SAME)


def test_joins_follows_the_owner_through_its_end(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name network_container_1 IMG")
    docker(f"{RUN} --name network_container_2 --net container:network_container_1 IMG")
    docker("docker network disconnect bridge network_container_1")
    assert "network_container_1 has no address itself" in red(look(testbed), "joins", **JOINS)
    docker("docker network connect bridge network_container_1")
    green(look(testbed), "joins", **JOINS)
    docker("docker kill network_container_1")
    assert "network_container_1 was stopped" in red(look(testbed), "joins", **JOINS)
    docker("docker start network_container_1")
    assert "network_container_2 still stands in" in red(look(testbed), "joins", **JOINS)
    assert "differ in their network namespaces" in red(look(testbed), "same_namespace", **SAME)
    docker("docker rm -f network_container_1")
    docker(f"{RUN} --name network_container_1 IMG")
    assert "bound to the id of a container that is gone" in red(look(testbed), "joins", **JOINS)


def test_same_namespace_does_not_take_two_containers_on_the_host(docker: Docker, probe: Look) -> None:
    docker(f"{RUN} --name network_container_1 --net host IMG")
    docker(f"{RUN} --name network_container_2 --net host IMG")
    assert "network_container_1 is in the host's own network" in red(probe(), "same_namespace", **SAME)


def test_same_namespace_wants_one_host_name_and_one_resolv_conf_as_well(docker: Docker, probe: Look) -> None:
    docker(f"{RUN} --name network_container_1 IMG")
    docker(f"{RUN} --name network_container_2 --net container:network_container_1 --uts host IMG")
    assert "differ in their host names" in red(probe(), "same_namespace", **SAME)
    docker("docker rm -f network_container_2")
    file = "--volume /etc/passwd:/etc/resolv.conf:ro"
    docker(f"{RUN} --name network_container_2 --net container:network_container_1 {file} IMG")
    assert "differ in their name servers" in red(probe(), "same_namespace", **SAME)
    docker("docker rm -f network_container_2")
    docker(f"{RUN} --name network_container_2 --net container:network_container_1 IMG")
    green(probe(), "same_namespace", **SAME)
