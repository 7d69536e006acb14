"""Containers on their networks: red before, green after, red for every known mistake, green for every right way."""

from __future__ import annotations

from contextlib import closing

import docker as sdk

from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.judging import Look, green, red

RUN = "docker run -i -t -d"
ON_MYBRIDGE = {"containers": ["c1"], "network": "mybridge"}


# --- attached: the chain, link by link


def test_attached_turns_green_link_by_link(docker: Docker, probe: Look) -> None:
    assert "no network called mybridge" in red(probe(), "attached", **ON_MYBRIDGE)
    docker("docker network create mybridge")
    assert "no container called c1" in red(probe(), "attached", **ON_MYBRIDGE)
    docker(f"{RUN} --name c1 --net mybridge IMG")
    evidence = green(probe(), "attached", **ON_MYBRIDGE)
    facts = docker("docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.MacAddress}}{{end}}' c1")
    assert all(fact in evidence for fact in [*facts.split(), "c1", "iflink"])


def test_attached_wants_every_one_of_the_containers_and_shows_that_their_addresses_differ(
    docker: Docker, testbed: Testbed
) -> None:
    wanted = {"containers": ["bridge_first", "bridge_second"], "network": "bridge"}
    docker(f"{RUN} --name bridge_first IMG")
    docker(f"{RUN} --name brigde_second IMG")
    assert "found brigde_second" in red(look(testbed), "attached", **wanted)
    docker("docker rename brigde_second bridge_second")
    found = green(look(testbed), "attached", **wanted)
    assert all(name in found for name in wanted["containers"])


def test_attached_names_the_network_that_the_container_is_on_instead(docker: Docker, testbed: Testbed) -> None:
    def judged(options: str) -> str:
        docker(f"{RUN} --name c1 {options} IMG")
        why = red(look(testbed), "attached", **ON_MYBRIDGE)
        docker("docker rm -f c1")
        return why

    docker("docker network create mybridge")
    docker("docker network create my_bridge")
    docker(f"{RUN} --name other IMG")
    assert "c1 is on bridge, not on mybridge: a run without --net" in judged("")
    assert "c1 is on my_bridge, not on mybridge: two networks" in judged("--net my_bridge")
    assert "c1 is on none, not on mybridge" in judged("--net none")
    assert "c1 runs in the host's own network" in judged("--net host")
    assert "c1 shares the network of other" in judged("--net container:other")


def test_attached_names_the_second_network_and_takes_it_where_that_is_allowed(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --net mybridge IMG")
    docker("docker network connect bridge c1")
    assert "c1 is on mybridge and on bridge as well" in red(look(testbed), "attached", **ON_MYBRIDGE)
    green(look(testbed), "attached", **ON_MYBRIDGE, only=False)
    docker("docker network disconnect bridge c1")
    green(look(testbed), "attached", **ON_MYBRIDGE)
    docker("docker network disconnect mybridge c1")
    assert "c1 is on no network" in red(look(testbed), "attached", **ON_MYBRIDGE, only=False)


def test_attached_tells_why_a_container_does_not_run(docker: Docker, testbed: Testbed) -> None:
    def why() -> str:
        return red(look(testbed), "attached", **ON_MYBRIDGE)

    docker("docker network create mybridge")
    docker("docker create -i -t --name c1 --net mybridge IMG")
    assert "c1 was created but never started" in why()
    docker("docker start c1")
    docker("docker pause c1")
    assert "c1 is paused" in why()
    docker("docker unpause c1")
    docker("docker kill c1")
    assert "c1 was stopped (exit code 137): docker start c1" in why()
    docker("docker rm c1")
    docker("docker run --name c1 --net mybridge IMG")  # no -i -t: the shell finds its input closed
    assert "c1 ended with its shell (exit code 0)" in why()
    assert "docker rm c1, then run it with -i -t" in why()
    docker("docker rm c1")  # next, a shell whose last word was misspelt
    docker("docker run -t --name c1 --net mybridge IMG sh -c 'exit 127'", ok=False)
    assert "c1 ended with its shell (exit code 127)" in why()
    assert "ctrl-p ctrl-q" in why()


def test_attached_tells_that_a_run_failed_for_want_of_a_network(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --net mybribge IMG", ok=False)
    docker(f"{RUN} --name c1 --net mybridge IMG", ok=False)
    assert "there is no network mybribge" in red(look(testbed), "attached", **ON_MYBRIDGE)


def test_attached_believes_the_kernel_and_not_inspect(docker: Docker, probe: Look) -> None:
    docker("docker network create mybridge")
    docker(f"{RUN} --cap-add NET_ADMIN --name c1 --net mybridge IMG")
    address = docker("docker inspect -f '{{.NetworkSettings.Networks.mybridge.IPAddress}}' c1")
    docker("docker exec c1 ip link set eth0 down")
    assert f"eth0 in c1 is down, so its address {address}" in red(probe(), "attached", **ON_MYBRIDGE)
    docker("docker exec c1 ip link set eth0 up")
    green(probe(), "attached", **ON_MYBRIDGE)
    docker("docker exec c1 ip addr flush dev eth0")
    assert address in docker("docker inspect c1")
    assert f"eth0 in c1 no longer has the address {address}" in red(probe(), "attached", **ON_MYBRIDGE)
    docker("docker exec c1 ip addr add 10.9.9.9/24 dev eth0")
    assert f"eth0 in c1 no longer has the address {address}" in red(probe(), "attached", **ON_MYBRIDGE)
    docker("docker restart -t 0 c1")
    green(probe(), "attached", **ON_MYBRIDGE)


def test_attached_takes_every_right_way(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create --subnet 10.77.0.0/16 mybridge")
    docker("docker container run -itd --name c1 --network mybridge --ip 10.77.3.4 IMG")
    docker("docker create -i -t --name c2 --net mybridge IMG")
    docker("docker start c2")
    docker(f"{RUN} --name c3 IMG")
    docker("docker network connect mybridge c3")
    docker("docker network disconnect bridge c3")
    with closing(sdk.APIClient(testbed.server().url)) as client:
        host = client.create_host_config(network_mode="mybridge")
        client.start(client.create_container(testbed.image, "sleep 600", name="c4", host_config=host))
    green(look(testbed), "attached", containers=["c1", "c2", "c3", "c4"], network="mybridge")


def test_attached_names_two_containers_with_one_address(docker: Docker, probe: Look) -> None:
    docker(f"{RUN} --name c1 IMG")
    docker(f"{RUN} --cap-add NET_ADMIN --name c2 IMG")
    address = docker("docker inspect -f '{{.NetworkSettings.IPAddress}}' c1")
    docker(f"docker exec c2 ip addr add {address}/16 dev eth0")
    why = red(probe(), "attached", containers=["c1", "c2"], network="bridge")
    assert f"c1 and c2 both have {address}" in why


# --- detached


def test_detached_turns_green_when_the_plug_is_pulled(docker: Docker, probe: Look) -> None:
    wanted = {"container": "c1", "network": "mybridge"}
    docker("docker network create mybridge")
    assert "no container called c1" in red(probe(), "detached", **wanted)
    docker(f"{RUN} --cap-add NET_ADMIN --name c1 --net mybridge IMG")
    assert "c1 is still on mybridge" in red(probe(), "detached", **wanted)
    docker("docker network connect bridge c1")
    docker("docker network disconnect mybridge c1")
    assert "c1 is off mybridge, but on bridge" in red(probe(), "detached", **wanted)
    docker("docker network disconnect bridge c1")
    assert "lo" in green(probe(), "detached", **wanted)
    docker("docker exec c1 ip link add extra0 type bridge")
    docker("docker exec c1 ip link set extra0 up")
    assert "extra0 is in c1 besides lo" in red(probe(), "detached", **wanted)


def test_detached_takes_no_container_that_never_had_a_plug(docker: Docker, testbed: Testbed) -> None:
    def judged(options: str) -> str:
        docker(f"{RUN} --name c1 {options} IMG")
        why = red(look(testbed), "detached", container="c1", network="mybridge")
        docker("docker rm -f c1")
        return why

    assert "no network called mybridge" in red(look(testbed), "detached", container="c1", network="mybridge")
    docker("docker network create mybridge")
    docker(f"{RUN} --name other --net none IMG")
    assert "--net none: it never had a plug" in judged("--net none")
    assert "--net host" in judged("--net host")
    assert "uses the network of other" in judged("--net container:other")
    docker(f"{RUN} --name c1 --net mybridge IMG")
    docker("docker kill c1")
    assert "c1 was stopped" in red(look(testbed), "detached", container="c1", network="mybridge")


# --- address_in_range


def test_address_in_range_wants_range_in_subnet_and_address_in_range(docker: Docker, testbed: Testbed) -> None:
    wanted = {"container": "c1", "network": "mynet"}
    docker("docker network create --subnet 172.72.0.0/16 mynet")
    docker(f"{RUN} --name c1 --net mynet IMG")
    assert "mynet has no ip-range" in red(look(testbed), "address_in_range", **wanted)
    docker("docker rm -f c1")
    docker("docker network rm mynet")
    docker("docker network create --subnet 172.72.0.0/16 --ip-range 172.72.8.0/24 mynet")
    assert "no container called c1" in red(look(testbed), "address_in_range", **wanted)
    docker(f"{RUN} --name c1 --net mynet --ip 172.72.9.9 IMG")
    assert "172.72.9.9, outside the ip-range 172.72.8.0/24" in red(look(testbed), "address_in_range", **wanted)
    docker("docker rm -f c1")
    docker(f"{RUN} --name c1 --net mynet IMG")
    assert "172.72.8." in green(look(testbed), "address_in_range", **wanted)


# --- alias_on


def test_alias_on_names_the_one_without_the_alias_and_what_it_has_instead(docker: Docker, testbed: Testbed) -> None:
    wanted = {"containers": ["c1", "c2"], "network": "mybridge", "alias": "alicek106"}

    def judged(options: str) -> str:
        docker(f"{RUN} --name c2 {options} IMG")
        why = red(look(testbed), "alias_on", **wanted)
        docker("docker rm -f c2")
        return why

    docker("docker network create mybridge")
    docker("docker network create other")
    docker(f"{RUN} --name c1 --net mybridge --net-alias alicek106 IMG")
    assert "no container called c2" in red(look(testbed), "alias_on", **wanted)
    assert "c2 has no alias on mybridge" in judged("--net mybridge")
    assert "c2 has the aliases alicek016 on mybridge" in judged("--net mybridge --net-alias alicek016")
    assert "host name of c2 (--hostname)" in judged("--net mybridge --hostname alicek106")
    assert "c2 is on bridge, not on mybridge" in judged("")
    assert "c2 is on other, not on mybridge" in judged("--net other --net-alias alicek106")
    docker(f"{RUN} --name c2 --net other --net-alias alicek106 IMG")
    docker("docker network connect mybridge c2")
    assert "c2 has the alias alicek106 on other, not on mybridge" in red(look(testbed), "alias_on", **wanted)


def test_two_mistakes_are_told_at_once_and_nothing_of_what_is_not_made_yet(docker: Docker, testbed: Testbed) -> None:
    wanted = {"containers": ["c1", "c2", "c3", "c4"], "network": "mybridge", "alias": "alicek106"}
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --net mybridge IMG")
    docker(f"{RUN} --name c2 --net mybridge --net-alias alicek016 IMG")
    why = red(look(testbed), "alias_on", **wanted)
    assert "c1 has no alias on mybridge" in why
    assert "; c2 has the aliases alicek016 on mybridge, not alicek106" in why
    assert "c3" not in why
    docker(f"{RUN} --name bridge_frist IMG")
    why = red(look(testbed), "attached", containers=["c1", "bridge_first", "c9"], network="bridge")
    assert why.startswith("c1 is on mybridge, not on bridge; there is no container called bridge_first; found bridge_f")
    why = red(look(testbed), "attached", containers=["c1", "c2"], network="bridge")
    assert why == "c1 is on mybridge, not on bridge; c2 is on mybridge, not on bridge"


def test_alias_on_turns_red_when_disconnect_and_connect_lose_the_alias(docker: Docker, testbed: Testbed) -> None:
    wanted = {"containers": ["c1"], "network": "mybridge", "alias": "alicek106"}
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --network mybridge --network-alias alicek106 --network-alias more IMG")
    assert "alicek106" in green(look(testbed), "alias_on", **wanted)
    docker("docker network disconnect mybridge c1")
    docker("docker network connect mybridge c1")
    assert "lost by disconnect and connect" in red(look(testbed), "alias_on", **wanted)
    docker("docker network disconnect mybridge c1")
    docker("docker network connect --alias alicek106 mybridge c1")
    green(look(testbed), "alias_on", **wanted)
    docker("docker kill c1")
    assert "c1 was stopped" in red(look(testbed), "alias_on", **wanted)


# --- swapped


SWAPPED = {"first": "bridge_first", "second": "bridge_second"}


def test_swapped_turns_green_only_when_both_were_down_and_started_in_reverse(docker: Docker, testbed: Testbed) -> None:
    def why() -> str:
        return red(look(testbed), "swapped", **SWAPPED)

    docker(f"{RUN} --name bridge_first IMG")
    docker(f"{RUN} --name bridge_second IMG")
    assert "bridge_first has never been stopped" in why()
    docker("docker restart -t 0 bridge_first")
    assert "bridge_second has never been stopped" in why()
    docker("docker restart -t 0 bridge_second")
    assert "each was restarted alone" in why()
    docker("docker restart -t 0 bridge_first")
    assert "each was restarted alone" in why()
    docker("docker kill bridge_first")
    assert "bridge_first was stopped" in why()
    docker("docker kill bridge_second")
    assert "both are down now, as they should be: start bridge_second first" in why()
    docker("docker start bridge_first bridge_second")
    assert "bridge_first was started before bridge_second" in why()
    docker("docker kill bridge_second bridge_first")
    docker("docker start bridge_second bridge_first")
    evidence = green(look(testbed), "swapped", **SWAPPED)
    assert all(name in evidence for name in SWAPPED.values())


def test_swapped_wants_the_first_to_be_made_first_and_the_addresses_to_have_changed_hands(
    docker: Docker, testbed: Testbed
) -> None:
    docker(f"{RUN} --name bridge_second IMG")
    docker(f"{RUN} --name bridge_first IMG")
    assert "bridge_second was made before bridge_first" in red(look(testbed), "swapped", **SWAPPED)
    docker("docker rename bridge_first spare")
    docker("docker rename bridge_second bridge_first")
    docker("docker rename spare bridge_second")
    docker("docker kill bridge_first bridge_second")
    docker(f"{RUN} --name in_between IMG")
    docker("docker start bridge_second")
    docker("docker rm -f in_between")
    docker("docker start bridge_first")
    assert "something else held" in red(look(testbed), "swapped", **SWAPPED)


# --- shared_again


SHARED = {"owner": "network_container_1", "joiner": "network_container_2"}


def test_shared_again_turns_green_when_the_joiner_follows_the_owner(docker: Docker, probe: Look) -> None:
    docker(f"{RUN} --name network_container_1 IMG")
    assert "no container called network_container_2" in red(probe(), "shared_again", **SHARED)
    docker(f"{RUN} --name network_container_2 --net container:network_container_1 IMG")
    assert "network_container_1 has never been stopped" in red(probe(), "shared_again", **SHARED)
    docker("docker kill network_container_1")
    assert "network_container_1 was stopped" in red(probe(), "shared_again", **SHARED)
    docker("docker start network_container_1")
    assert "network_container_2 still stands in the network namespace" in red(probe(), "shared_again", **SHARED)
    docker("docker restart -t 0 network_container_2")
    evidence = green(probe(), "shared_again", **SHARED)
    assert "network_container_1 last ended at" in evidence


def test_shared_again_names_the_owner_when_the_joiner_was_restarted_too_early(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name network_container_1 IMG")
    docker(f"{RUN} --name network_container_2 --net container:network_container_1 IMG")
    docker("docker kill network_container_1")
    docker("docker restart -t 0 network_container_2", ok=False)
    assert "network_container_1 was stopped" in red(look(testbed), "shared_again", **SHARED)
    docker("docker start network_container_1")
    assert "docker start network_container_2" in red(look(testbed), "shared_again", **SHARED)
    docker("docker start network_container_2")
    green(look(testbed), "shared_again", **SHARED)


def test_shared_again_knows_that_a_new_owner_of_the_old_name_is_another(docker: Docker, testbed: Testbed) -> None:
    docker(f"{RUN} --name network_container_1 IMG")
    docker(f"{RUN} --name network_container_2 --net container:network_container_1 IMG")
    docker("docker rm -f network_container_1")
    docker(f"{RUN} --name network_container_1 IMG")
    why = red(look(testbed), "shared_again", **SHARED)
    assert "not to today's network_container_1" in why
