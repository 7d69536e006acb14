"""Networks and ranges: red before, green after, red for every known mistake."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress

import docker as sdk

from checks.probe import Probe
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.judging import Look, green, on_host, red

LAN_SUBNET = "--subnet 192.168.0.0/24 --gateway 192.168.0.1"
CUSTOM = {
    "network": "my_custom_network",
    "driver": "bridge",
    "subnet": "172.72.0.0/16",
    "ip_range": "172.72.0.0/24",
    "gateway": "172.72.0.1",
}


def test_network_exists_turns_green_when_the_network_is_created(docker: Docker, testbed: Testbed) -> None:
    wanted = {"network": "mybridge", "driver": "bridge"}
    assert "no network called mybridge" in red(look(testbed), "network_exists", **wanted)
    docker("docker network create --driver bridge mybribge")
    assert "found mybribge" in red(look(testbed), "network_exists", **wanted)
    docker("docker network create mybridge")
    network_id = docker("docker network inspect -f '{{.Id}}' mybridge")
    assert network_id[:12] in green(look(testbed), "network_exists", **wanted)


def test_network_exists_knows_the_built_in_networks_by_their_own_names(testbed: Testbed) -> None:
    assert "bridge" in green(look(testbed), "network_exists", network="bridge", driver="bridge")
    green(look(testbed), "network_exists", network="none", driver="null")
    assert "null network" in red(look(testbed), "network_exists", network="none", driver="host")


def test_network_exists_names_the_driver_that_was_taken_instead(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create -d macvlan -o parent=eth0 mybridge")
    assert "macvlan" in red(look(testbed), "network_exists", network="mybridge", driver="bridge")
    docker("docker network create my_macvlan")
    why = red(look(testbed), "network_exists", network="my_macvlan", driver="macvlan", parent="eth0")
    assert "my_macvlan is a bridge network" in why


def test_network_exists_names_the_network_that_has_the_range_already(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create --subnet=172.72.128.0/17 in_the_way")
    docker("docker network create --subnet=172.72.0.0/16 my_custom_network", ok=False)
    why = red(look(testbed), "network_exists", **CUSTOM)
    assert "in_the_way has the range 172.72.128.0/17" in why
    docker("docker network rm in_the_way")
    assert "no network called my_custom_network" in red(look(testbed), "network_exists", **CUSTOM)


def test_network_exists_tells_each_range_that_is_not_as_asked(docker: Docker, testbed: Testbed) -> None:
    def judged(options: str) -> str:
        docker(f"docker network create {options} my_custom_network")
        why = red(look(testbed), "network_exists", **CUSTOM)
        docker("docker network rm my_custom_network")
        return why

    assert "create it with --subnet=" in judged("")
    assert "172.73.0.0/16, not 172.72.0.0/16" in judged("--subnet=172.73.0.0/16")
    assert "no ip-range" in judged("--subnet=172.72.0.0/16 --gateway=172.72.0.1")
    assert "172.72.5.0/24, not 172.72.0.0/24" in judged("--subnet=172.72.0.0/16 --ip-range=172.72.5.0/24")
    other_gateway = "--subnet=172.72.0.0/16 --ip-range=172.72.0.0/24 --gateway=172.72.0.9"
    assert "gateway 172.72.0.9, not 172.72.0.1" in judged(other_gateway)


def test_network_exists_takes_the_gateway_that_the_engine_chose_itself(docker: Docker, probe: Look) -> None:
    docker("docker network create --subnet=172.72.0.0/16 --ip-range=172.72.0.0/24 my_custom_network")
    assert "172.72.0.0/24" in green(probe(), "network_exists", **CUSTOM)
    docker("docker network rm my_custom_network")
    ranges = "--subnet=172.72.0.0/16 --ip-range=172.72.0.0/24 --gateway=172.72.0.1"
    docker(f"docker network create -d=bridge {ranges} my_custom_network")
    assert "gateway 172.72.0.1" in green(probe(), "network_exists", **CUSTOM)


def test_network_exists_names_the_macvlan_that_has_the_interface_already(docker: Docker, testbed: Testbed) -> None:
    wanted = {"network": "my_macvlan", "driver": "macvlan", "subnet": "192.168.0.0/24", "parent": "eth0"}
    docker("docker network create -d macvlan --subnet 10.9.0.0/24 -o parent=eth0 first_macvlan")
    assert "first_macvlan already sits on eth0" in red(look(testbed), "network_exists", **wanted)
    docker("docker network create -d macvlan --subnet 192.168.0.0/24 -o parent=docker0 my_macvlan")
    assert "sits on docker0, not on eth0" in red(look(testbed), "network_exists", **wanted)
    docker("docker network rm my_macvlan first_macvlan")
    docker("docker network create -d macvlan --subnet 192.168.0.0/24 -o parent=eth0 my_macvlan")
    assert "parent eth0" in green(look(testbed), "network_exists", **wanted)
    wanted["gateway"] = "192.168.0.1"
    assert "given no gateway" in red(look(testbed), "network_exists", **wanted)


def test_network_exists_tells_a_network_without_the_interface_asked_for(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create mybridge")
    why = red(look(testbed), "network_exists", network="mybridge", driver="bridge", parent="eth0")
    assert "mybridge has no parent" in why


def test_network_exists_does_not_choose_between_two_networks_of_one_name(docker: Docker, testbed: Testbed) -> None:
    wanted = {"network": "mybridge", "driver": "bridge"}
    docker("docker network create mybridge")
    with closing(sdk.APIClient(testbed.server().url)) as client, suppress(sdk.errors.APIError):
        client.create_network("mybridge", driver="bridge", check_duplicate=False)
    if len(docker("docker network ls -q --filter name=mybridge").split()) == 2:
        assert "two networks are called mybridge" in red(look(testbed), "network_exists", **wanted)
    else:  # engines from 25 on refuse the second one, whoever asks
        green(look(testbed), "network_exists", **wanted)


def test_networks_exist_wants_each_with_its_driver(docker: Docker, testbed: Testbed) -> None:
    evidence = green(look(testbed), "networks_exist", drivers={"bridge": "bridge", "host": "host", "none": "null"})
    assert all(name in evidence for name in ("bridge", "host", "none"))
    wanted = {"drivers": {"bridge": "bridge", "mybridge": "bridge"}}
    assert "mybridge" in red(look(testbed), "networks_exist", **wanted)
    docker("docker network create mybridge")
    green(look(testbed), "networks_exist", **wanted)
    assert "mybridge is a bridge network" in red(look(testbed), "networks_exist", drivers={"mybridge": "macvlan"})


def test_subnets_differ_turns_green_when_the_second_network_is_there(docker: Docker, testbed: Testbed) -> None:
    wanted = {"networks": ["bridge", "mybridge"]}
    assert "mybridge" in red(look(testbed), "subnets_differ", **wanted)
    docker("docker network create mybridge")
    subnet = docker("docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' mybridge")
    assert f"mybridge {subnet}" in green(look(testbed), "subnets_differ", **wanted)
    assert "none has no range" in red(look(testbed), "subnets_differ", networks=["bridge", "none"])


def test_subnets_differ_names_two_networks_that_overlap(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create mybridge")
    subnet = docker("docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' mybridge")
    docker("docker swarm init --advertise-addr 127.0.0.1")
    try:  # a swarm's networks are not held against the server's own
        docker(f"docker network create -d overlay --subnet {subnet} my_overlay")
        why = red(look(testbed), "subnets_differ", networks=["mybridge", "my_overlay"])
        assert f"my_overlay has {subnet}, which overlaps with {subnet} of mybridge" in why
    finally:
        docker("docker swarm leave --force")


def test_host_bridge_wants_the_bridge_on_the_host_and_up(docker: Docker, probe: Look, testbed: Testbed) -> None:
    wanted = {"network": "mybridge"}
    assert "mybridge" in red(probe(), "host_bridge", **wanted)
    docker("docker network create mybridge")
    docker("docker run -d -i -t --name c1 --net mybridge IMG")
    bridge = "br-" + docker("docker network inspect -f '{{.Id}}' mybridge")[:12]
    evidence = green(probe(), "host_bridge", **wanted)
    assert bridge in evidence
    assert "veth" in evidence
    on_host(testbed, "ip", "link", "set", bridge, "down")
    assert f"{bridge} of mybridge is down" in red(probe(), "host_bridge", **wanted)
    on_host(testbed, "ip", "link", "del", bridge)
    assert f"{bridge} is gone from the host" in red(probe(), "host_bridge", **wanted)


def test_host_bridge_knows_docker0_and_drivers_without_a_bridge(probe: Look) -> None:
    assert "docker0" in green(probe(), "host_bridge", network="bridge")
    assert "none is a null network" in red(probe(), "host_bridge", network="none")


def test_ranges_apart_turns_green_when_each_server_has_a_range_of_its_own(
    lan_docker: Docker, lan_probe: Callable[..., Probe]
) -> None:
    def create(server: str, options: str) -> None:
        lan_docker("docker network rm my_macvlan", on=server, ok=False)
        lan_docker(f"docker network create -d macvlan {LAN_SUBNET} {options} -o parent=eth0 my_macvlan", on=server)

    wanted = {"network": "my_macvlan", "servers": ["server1", "server2"]}
    assert "on server1: there is no network" in red(lan_probe(), "ranges_apart", **wanted)
    create("server1", "--ip-range 192.168.0.64/28")
    assert "on server2: there is no network" in red(lan_probe(), "ranges_apart", **wanted)
    create("server2", "")
    assert "on server2 my_macvlan has no ip-range" in red(lan_probe(), "ranges_apart", **wanted)
    create("server2", "--ip-range 192.168.0.0/28")
    assert "which holds 192.168.0.1" in red(lan_probe(), "ranges_apart", **wanted)
    create("server2", "--ip-range 192.168.0.64/27")
    assert "server2 hands out from 192.168.0.64/27" in red(lan_probe(), "ranges_apart", **wanted)
    create("server2", "--ip-range 192.168.0.128/28")
    evidence = green(lan_probe(), "ranges_apart", **wanted)
    assert "router 192.168.0.1" in evidence
