"""Reach: the gateway, the outside, what is out of reach, and who listens on a port."""

from __future__ import annotations

import pytest

from checks.finding import CannotSee
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.judging import Look, green, judge, on_host, red
from tests.vethlab import until

RUN = "docker run -i -t -d"
LOOP = "sh -c 'while true; do echo hello | nc -l -p 8080; done'"
GATEWAY = {"container": "c1", "network": "mybridge"}
NONE = {"container": "c1", "address": "192.168.0.1"}
AT_HOST = {"container": "c1", "port": 8080, "at": "host"}
BESIDE = {**AT_HOST, "at": "c2"}


def again(docker: Docker, name: str, options: str, command: str = "") -> None:
    docker(f"docker rm -f {name}", ok=False)
    docker(f"{RUN} --name {name} {options} IMG {command}")


def listening(docker: Docker, name: str, port: int = 8080) -> None:
    """Until something listens there: a process in the background takes a moment."""
    until(lambda: f":{port} " in docker(f"docker exec {name} netstat -ltn"), f"a listener on {port} in {name}")


# --- reaches_gateway


def test_a_container_reaches_the_gateway_of_its_network(docker: Docker, probe: Look) -> None:
    assert "no network called mybridge" in red(probe(), "reaches_gateway", **GATEWAY)
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 IMG")
    assert "c1 is on bridge, not on mybridge" in red(probe(), "reaches_gateway", **GATEWAY)
    again(docker, "c1", "--net mybridge")
    gateway = docker("docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' mybridge")
    assert f"pinged {gateway}" in green(probe(), "reaches_gateway", **GATEWAY)


def test_the_gateway_of_an_internal_network_and_of_docker0_are_reached_as_well(docker: Docker, probe: Look) -> None:
    docker("docker network create --internal inner")
    docker(f"{RUN} --name c1 --net inner IMG")
    docker(f"{RUN} --name c2 IMG")
    green(probe(), "reaches_gateway", container="c1", network="inner")
    green(probe(), "reaches_gateway", container="c2", network="bridge")


def test_a_gateway_that_keeps_silent_is_told_from_one_without_a_route(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create -o com.docker.network.bridge.name=br-test mybridge")
    docker(f"{RUN} --cap-add NET_ADMIN --name c1 --net mybridge IMG")
    on_host(testbed, "ip", "link", "set", "br-test", "down")
    assert "does not answer c1" in red(look(testbed), "reaches_gateway", **GATEWAY)
    on_host(testbed, "ip", "link", "set", "br-test", "up")
    docker("docker exec c1 ip route flush table main")
    assert "c1 has no route to the gateway of mybridge" in red(look(testbed), "reaches_gateway", **GATEWAY)


def test_silence_is_not_believed_where_ping_itself_fails(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create mybridge")
    docker(f"{RUN} --cap-add NET_ADMIN --name c1 --net mybridge IMG")
    docker("docker exec c1 ip link set lo down")
    docker("docker exec c1 ip route flush table main")
    with pytest.raises(CannotSee, match=r"a ping from c1 to .* must be answered"):
        judge(look(testbed), "reaches_gateway", **GATEWAY)


# --- reaches_outside


def test_the_outside_is_reached_under_the_servers_address_and_not_the_other_way_round(
    docker: Docker, probe: Look
) -> None:
    assert "no container called c1" in red(probe(), "reaches_outside", container="c1")
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --net mybridge IMG")
    address = docker("docker inspect -f '{{.NetworkSettings.Networks.mybridge.IPAddress}}' c1")
    server = probe().server_address()
    finding = judge(probe(), "reaches_outside", container="c1")
    assert finding.ok, finding.why
    assert f"saw {server}, the server, not c1" in finding.observed
    assert f"the outside reaches {server}, but not {address}" in "\n".join(finding.evidence)
    docker("docker stop -t 0 c1")
    assert "c1 was stopped" in red(probe(), "reaches_outside", container="c1")


def test_who_has_no_way_out_or_no_nat_is_told_why(docker: Docker, testbed: Testbed) -> None:
    def why(options: str) -> str:
        again(docker, "c1", options)
        return red(look(testbed), "reaches_outside", container="c1")

    docker("docker network create --internal inner")
    docker("docker network create -o com.docker.network.bridge.enable_ip_masquerade=false plain")
    docker("docker network create -d macvlan --subnet 192.168.0.0/24 --ip-range 192.168.0.64/28 -o parent=eth0 wire")
    assert "there is no NAT to see" in why("--net host")
    assert "c1 is on no network" in why("--net none")
    assert "made with --internal" in why("--net inner")
    assert "goes out under its own address" in why("--net wire")
    assert "does no NAT" in why("--net plain") or "no further" in why("--net plain")


def test_a_container_that_shares_anothers_network_gets_out_by_it(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name owner IMG")
    docker(f"{RUN} --name c1 --net container:owner IMG")
    green(look(testbed), "reaches_outside", container="c1")


def test_without_a_route_nothing_gets_out_and_with_one_the_outside_gets_in(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --cap-add NET_ADMIN --name c1 IMG")
    docker("docker exec c1 ip route del default")
    assert "no default route" in red(look(testbed), "reaches_outside", container="c1")


# --- unreachable


def test_on_none_the_network_is_unreachable_though_ping_works(docker: Docker, probe: Look) -> None:
    assert "no container called c1" in red(probe(), "unreachable", **NONE)
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --net none IMG")
    evidence = green(probe(), "unreachable", **NONE)
    assert "ping 192.168.0.1: network is unreachable" in evidence
    assert "ping 127.0.0.1: answered" in evidence
    docker("docker network disconnect none c1")
    docker("docker network connect mybridge c1")
    assert "c1 is on mybridge, and that is a way out" in red(probe(), "unreachable", **NONE)


def test_who_is_not_on_none_is_not_taken_for_it(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create --internal inner")
    for options, why in (
        ("", "c1 is on bridge"), ("--net host", "host's own network"), ("--net inner", "c1 is on inner"),
    ):  # fmt: skip
        again(docker, "c1", options)
        assert why in red(look(testbed), "unreachable", **NONE)
    docker("docker stop -t 0 c1")
    assert "c1 was stopped" in red(look(testbed), "unreachable", **NONE)


def test_a_route_that_leads_nowhere_is_silence_and_not_unreachable(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name c1 --net none --cap-add NET_ADMIN IMG")
    assert "c1 reaches 127.0.0.2" in red(look(testbed), "unreachable", container="c1", address="127.0.0.2")
    docker("docker exec c1 ip route add 192.168.0.0/24 dev lo")
    assert "c1 has a route to 192.168.0.1" in red(look(testbed), "unreachable", **NONE)


# --- listens


def test_a_listener_in_a_container_on_the_host_network_answers_at_the_host(docker: Docker, probe: Look) -> None:
    assert "no container called c1" in red(probe(), "listens", **AT_HOST)
    docker(f"{RUN} --name c1 --net host IMG")
    assert "no process of c1 listens on port 8080" in red(probe(), "listens", **AT_HOST)
    docker(f"docker exec -d c1 {LOOP}")
    listening(docker, "c1")
    assert "8080 LISTEN, a process of c1" in green(probe(), "listens", **AT_HOST)
    listening(docker, "c1")
    green(probe(), "listens", **AT_HOST)
    listening(docker, "c1")
    assert "c1 listens on 8080, not on 8081" in red(probe(), "listens", **AT_HOST | {"port": 8081})


def test_the_table_is_read_before_the_call_that_ends_a_plain_listener(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name c1 --net host IMG")
    docker("docker exec -d c1 nc -l -p 8080")
    listening(docker, "c1")
    green(look(testbed), "listens", **AT_HOST)
    until(lambda: not judge(look(testbed), "listens", **AT_HOST).ok, "the end of nc")
    assert "a plain nc -l ends after one caller" in red(look(testbed), "listens", **AT_HOST)


def test_a_port_that_another_holds_or_that_is_only_published_is_told_so(docker: Docker, probe: Look) -> None:
    docker(f"{RUN} --name c1 --net host -p 8080:8080 IMG")
    assert "-p 8080 is discarded with the host's network" in red(probe(), "listens", **AT_HOST)
    docker(f"{RUN} --name c2 --net host IMG {LOOP}")
    listening(docker, "c2")
    assert "held by a process of c2, not of c1" in red(probe(), "listens", **AT_HOST)
    again(docker, "c2", "-p 8080:8080")
    assert "held by a process that is in no container" in red(probe(), "listens", **AT_HOST)


def test_a_listener_in_another_namespace_is_not_one_of_the_host(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name c1 IMG {LOOP}")
    listening(docker, "c1")
    assert "c1 is on bridge, not in the host's: its ports are its own" in red(look(testbed), "listens", **AT_HOST)
    docker(f"{RUN} --name c2 IMG")
    assert "c2 has another network" in red(look(testbed), "listens", **BESIDE)


def test_a_listener_is_reached_by_the_loopback_that_two_containers_share(docker: Docker, probe: Look) -> None:
    docker(f"{RUN} --name c1 IMG")
    assert "no container called c2" in red(probe(), "listens", **BESIDE)
    docker(f"{RUN} --name c2 --net container:c1 IMG")
    assert "no process of c1 listens" in red(probe(), "listens", **BESIDE)
    docker(f"docker exec -d c2 {LOOP}")
    listening(docker, "c2")
    assert "held by a process of c2, not of c1" in red(probe(), "listens", **BESIDE)
    again(docker, "c2", "--net container:c1")
    docker(f"docker exec -d c1 {LOOP.replace('nc -l', 'nc -s 127.0.0.1 -l')}")
    listening(docker, "c1")
    assert "127.0.0.1:8080 LISTEN, a process of c1" in green(probe(), "listens", **BESIDE)


def test_a_listener_that_takes_no_call_is_not_enough(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name c1 --cap-add NET_ADMIN IMG {LOOP}")
    docker(f"{RUN} --name c2 --net container:c1 IMG")
    listening(docker, "c1")
    docker("docker exec c1 ip link set lo down")
    assert "takes no call at 127.0.0.1" in red(look(testbed), "listens", **BESIDE)
