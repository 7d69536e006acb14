"""The LAN: macvlan containers as machines on it, and bridge containers hidden behind their servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from checks.probe import Probe
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.judging import Look, green, judge, on_host, red

RUN = "docker run -i -t -d"
LAN = "--subnet 192.168.0.0/24 --gateway 192.168.0.1"
FIRST, SECOND = "--ip-range 192.168.0.64/28", "--ip-range 192.168.0.128/28"
HOMES = {"m1": "server1", "m3": "server1", "m2": "server2"}
ALL = {"containers": HOMES, "network": "wire"}


def wired(docker: Docker, first: str = FIRST, second: str = SECOND) -> None:
    """The macvlan network on both servers."""
    docker(f"docker network create -d macvlan {LAN} {first} -o parent=eth0 wire", on="server1")
    docker(f"docker network create -d macvlan {LAN} {second} -o parent=eth0 wire", on="server2")


def run(docker: Docker, name: str, options: str = "--net wire", on: str | None = None) -> None:
    docker(f"{RUN} --name {name} {options} IMG", on=on or HOMES[name])


def address_of(docker: Docker, name: str, network: str = "wire", on: str | None = None) -> str:
    form = f"{{{{.NetworkSettings.Networks.{network}.IPAddress}}}}"
    return docker(f"docker inspect -f '{form}' {name}", on=on or HOMES[name])


# --- the story as the lab tells it


def test_macvlan_containers_are_machines_on_the_lan(lan_docker: Docker, lan_probe: Look) -> None:
    assert "no network called wire" in red(lan_probe(), "macvlan_run", **ALL)
    wired(lan_docker)
    run(lan_docker, "m1")
    run(lan_docker, "m3")
    for check in ("macvlan_run", "talks"):
        assert "on server2: there is no container called m2" in red(lan_probe(), check, **ALL)
    run(lan_docker, "m2")
    evidence = green(lan_probe(), "macvlan_run", **ALL)
    for name, server in HOMES.items():
        mac = lan_docker(f"docker exec {name} cat /sys/class/net/eth0/address", on=server)
        assert f"{address_of(lan_docker, name)} {name}, MAC {mac}, at the port of {server}" in evidence
    evidence = green(lan_probe(), "talks", **ALL)
    for name in HOMES:
        assert f"the router was called by {address_of(lan_docker, name)}, {name} itself" in evidence
    assert f"m1 pinged m2, {address_of(lan_docker, 'm2')}" in evidence
    assert "m1 pinged server2" in evidence
    assert "m1 pinged server1" not in evidence
    own = lan_probe().server_address()
    assert f"ping {own}, server1 itself: no answer" in green(lan_probe(), "own_host_silent", container="m1")
    lan_docker("docker stop -t 0 m1", on="server1")
    for check in ("macvlan_run", "talks"):
        assert "on server1: m1 was stopped" in red(lan_probe(), check, **ALL)
    assert "m1 was stopped" in red(lan_probe(), "own_host_silent", container="m1")


def test_bridge_containers_are_hidden_though_both_may_have_one_address(
    lan_docker: Docker, lan_probe: Callable[..., Probe]
) -> None:
    assert "no container called m1" in red(lan_probe(), "hidden", container="m1")
    run(lan_docker, "m1", "")
    assert "no container called m2" in red(lan_probe("server2"), "hidden", container="m2")
    run(lan_docker, "m2", "")
    for name, server in (("m1", "server1"), ("m2", "server2")):
        address = address_of(lan_docker, name, "bridge")
        evidence = green(lan_probe(server), "hidden", container=name)
        assert f"{address} {name} answers {server}, its own server" in evidence
        assert f"the router reaches {server}, but not {address}" in evidence
        assert f"{address} lies behind its own docker0" in evidence


# --- mistakes


def test_an_address_that_the_other_server_has_no_network_for_is_pinged_from_there(
    lan_docker: Docker, lan: Testbed
) -> None:
    lan_docker("docker network create --subnet 10.77.0.0/24 far", on="server1")
    run(lan_docker, "m1", "--net far")
    evidence = green(look(lan, "server1"), "hidden", container="m1")
    assert f"server2 reaches the router, but not {address_of(lan_docker, 'm1', 'far')}" in evidence
    on_host(lan, "ip", "route", "add", "10.77.0.0/24", "via", str(lan.server("server1").address), server="server2")
    on_host(lan, "iptables", "-I", "FORWARD", "-j", "ACCEPT", server="server1")
    try:
        assert "server2 reaches m1" in red(look(lan, "server1"), "hidden", container="m1")
    finally:
        on_host(lan, "ip", "route", "del", "10.77.0.0/24", server="server2")
        on_host(lan, "iptables", "-D", "FORWARD", "-j", "ACCEPT", server="server1")


def test_who_is_not_on_a_bridge_is_not_hidden_and_who_is_gets_an_answer_from_its_server(
    lan_docker: Docker, lan: Testbed
) -> None:
    wired(lan_docker)
    for options, hidden, silent in (
        ("--net host", "host's own network", "host's own network"),
        ("--net none", "m1 is on none, not on a bridge", "m1 is on none, not on a macvlan network"),
        ("", "", "m1 is on bridge, not on a macvlan network"),
        ("--net wire", "that is the LAN itself", ""),
    ):
        run(lan_docker, "m1", options)
        for check, why in (("hidden", hidden), ("own_host_silent", silent)):
            if why:
                assert why in red(look(lan, "server1"), check, container="m1")
            else:
                green(look(lan, "server1"), check, container="m1")
        lan_docker("docker rm -f m1", on="server1")


def test_a_container_on_the_other_server_is_found_there(lan_docker: Docker, lan: Testbed) -> None:
    wired(lan_docker)
    for name in HOMES:
        run(lan_docker, name, on="server1")
    for check in ("macvlan_run", "talks"):
        assert "m2 is on server1, not on server2" in red(look(lan), check, **ALL)
    assert "m2 is on server1, not on server2" in red(look(lan, "server2"), "own_host_silent", container="m2")
    assert "m2 is on server1, not on server2" in red(look(lan, "server2"), "hidden", container="m2")


def test_one_range_on_both_servers_gives_one_address_and_the_mac_jumps(lan_docker: Docker, lan: Testbed) -> None:
    wired(lan_docker, second=FIRST)
    for name in HOMES:
        run(lan_docker, name)
    same = look(lan).server("server1").inside("m1").interfaces[-1].mac
    assert "m1 on server1 and m2 on server2 both have" in red(look(lan), "macvlan_run", **ALL)
    assert "the same range" in red(look(lan), "talks", **ALL)
    observed = judge(look(lan), "macvlan_run", **ALL).observed
    assert f"the MAC {same} at server1, then at server2: it jumps" in observed


def test_without_a_range_an_address_may_be_anybodys(lan_docker: Docker, lan: Testbed) -> None:
    wired(lan_docker, first="")
    for name in HOMES:
        run(lan_docker, name)
    assert "wire on server1 has no --ip-range" in red(look(lan), "macvlan_run", **ALL)
    lan_docker("docker rm -f m1", on="server1")
    run(lan_docker, "m1", f"--net wire --ip {lan.server('server2').address}")
    assert "that of server2" in red(look(lan), "macvlan_run", **ALL)
    lan_docker("docker rm -f m1", on="server1")
    run(lan_docker, "m1", "--net wire --ip 192.168.0.200")
    assert "no --ip-range" in red(look(lan), "macvlan_run", **ALL)


def test_an_address_beside_its_range_and_a_mac_that_is_there_twice_are_named(lan_docker: Docker, lan: Testbed) -> None:
    wired(lan_docker)
    run(lan_docker, "m3")
    run(lan_docker, "m1", "--net wire --ip 192.168.0.200")
    run(lan_docker, "m2")
    assert "m1 has 192.168.0.200, outside the range 192.168.0.64/28" in red(look(lan), "macvlan_run", **ALL)
    lan_docker("docker rm -f m1", on="server1")
    mac = lan_docker("docker exec m2 cat /sys/class/net/eth0/address", on="server2")
    run(lan_docker, "m1", "--net wire --cap-add NET_ADMIN")
    for change in ("down", f"address {mac}", "up"):
        lan_docker(f"docker exec m1 ip link set eth0 {change}", on="server1")
    assert "m1 and m2 have one MAC" in red(look(lan), "macvlan_run", **ALL)


@pytest.mark.parametrize("driver", ["bridge", "macvlan"])
def test_a_network_with_the_lans_numbers_is_not_the_lan(lan_docker: Docker, lan: Testbed, driver: str) -> None:
    """A bridge, or a macvlan on an interface that leads nowhere."""
    wired(lan_docker)
    lan_docker("docker network rm wire", on="server1")
    if driver == "bridge":
        lan_docker("docker network create --subnet 192.168.7.0/24 wire", on="server1")
    else:
        lan_docker("docker network create other", on="server1")
        parent = "br-" + lan_docker("docker network inspect -f '{{.Id}}' other", on="server1")[:12]
        lan_docker(f"docker network create -d macvlan {LAN} {FIRST} -o parent={parent} wire", on="server1")
    for name in HOMES:
        run(lan_docker, name)
    why = (
        "wire is a bridge network, not a macvlan one"
        if driver == "bridge"
        else "must be the interface that leads to the LAN"
    )
    assert why in red(look(lan), "macvlan_run", **ALL)
    talk = "wire is a bridge network" if driver == "bridge" else "on server1: m"
    assert talk in red(look(lan), "talks", **ALL)


def test_a_server_that_answers_its_own_container_is_told_so(lan_docker: Docker, lan: Testbed) -> None:
    wired(lan_docker)
    run(lan_docker, "m1")
    on_host(lan, "ip", "link", "add", "shim", "link", "eth0", "type", "macvlan", "mode", "bridge", server="server1")
    try:
        on_host(lan, "ip", "link", "set", "shim", "up", server="server1")
        on_host(lan, "ip", "route", "add", "192.168.0.64/28", "dev", "shim", server="server1")
        assert "server1 answers m1" in red(look(lan, "server1"), "own_host_silent", container="m1")
    finally:
        on_host(lan, "ip", "link", "del", "shim", server="server1")
