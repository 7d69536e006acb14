"""Names: the alias that spreads over its containers, and the link that follows its server."""

from __future__ import annotations

import re

import pytest

from checks.dns import FEWEST, questions
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.judging import Look, green, judge, red

RUN = "docker run -i -t -d"
ON = "--net mybridge --net-alias alicek106"
SPREADS = {"alias": "alicek106", "containers": ["c1", "c2", "c3"], "network": "mybridge", "asker": "ping"}
FOLLOWS = {"client": "link_client", "server": "link_server", "alias": "web", "taker": "link_taker"}
ENV = "env -u WEB_NAME -u WEB_PORT -u WEB_PORT_80_TCP -u WEB_PORT_80_TCP_ADDR sh"  # as engines from 29 on leave it


def three(docker: Docker) -> None:
    """Three containers with the alias, and one to ask from."""
    docker("docker network create mybridge")
    for name in ("c1", "c2", "c3"):
        docker(f"{RUN} --name {name} {ON} IMG")
    docker(f"{RUN} --name ping --net mybridge IMG")


def again(docker: Docker, name: str, options: str) -> None:
    docker(f"docker rm -f {name}")
    docker(f"{RUN} --name {name} {options} IMG")


# --- alias_spreads


def test_missing_an_address_by_chance_is_less_likely_than_one_in_a_thousand_million() -> None:
    for count in (2, 3, 4, 10, 50):
        times = questions(count)
        assert count * (1 - 1 / count) ** times < 1e-9
        assert times == FEWEST or count * (1 - 1 / count) ** (times - 1) >= 1e-9
    assert questions(1) == questions(3) == FEWEST == 60


def test_an_alias_spreads_over_its_three_containers(docker: Docker, probe: Look) -> None:
    assert "no network called mybridge" in red(probe(), "alias_spreads", **SPREADS)
    three(docker)
    evidence = green(probe(), "alias_spreads", **SPREADS)
    firsts = re.findall(r"^(\S+) (c[123]) came first (\d+) times of (\d+)$", evidence, re.M)
    assert [name for _, name, _, _ in firsts] == ["c1", "c2", "c3"]
    assert sum(int(count) for *_, count, _ in firsts) == int(firsts[0][3]) >= 60
    for address, name, count, _ in firsts:
        assert int(count) > 0
        assert address == docker(f"docker inspect -f '{{{{.NetworkSettings.Networks.mybridge.IPAddress}}}}' {name}")
        assert f"{address} is called {name}.mybridge" in evidence
    assert "shuffled, not in turn" in evidence


def test_an_alias_spreads_also_over_one_container_and_asked_from_one_that_shares_a_network(
    docker: Docker, testbed: Testbed
) -> None:
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 {ON} IMG")
    docker(f"{RUN} --name guest --net container:c1 IMG")
    wanted = {**SPREADS, "containers": ["c1"], "asker": "guest"}
    assert "c1 came first 60 times of 60" in green(look(testbed), "alias_spreads", **wanted)
    docker(f"{RUN} --name c2 IMG")
    docker("docker network connect --alias alicek106 mybridge c2")
    green(look(testbed), "alias_spreads", **{**wanted, "containers": ["c1", "c2"]})


def test_an_alias_that_is_missing_misspelt_elsewhere_or_a_host_name_is_told_so(
    docker: Docker, testbed: Testbed
) -> None:
    def why(options: str) -> str:
        again(docker, "c3", options)
        return red(look(testbed), "alias_spreads", **SPREADS)

    three(docker)
    docker("docker network create other")
    assert "c3 has no alias on mybridge" in why("--net mybridge")
    assert "c3 has the aliases alicek160 on mybridge, not alicek106" in why("--net mybridge --net-alias alicek160")
    assert "c3 is on other, not on mybridge" in why("--net other --net-alias alicek106")
    assert "alicek106 is the host name of c3" in why("--net mybridge --hostname alicek106")
    again(docker, "c3", ON)
    green(look(testbed), "alias_spreads", **SPREADS)
    docker("docker network disconnect mybridge c3")
    docker("docker network connect mybridge c3")
    assert "lost by disconnect and connect" in red(look(testbed), "alias_spreads", **SPREADS)


def test_a_fourth_container_on_the_alias_and_a_stopped_one_are_named(docker: Docker, testbed: Testbed) -> None:
    three(docker)
    docker(f"{RUN} --name c4 {ON} IMG")
    assert "c4 answers to alicek106 as well" in red(look(testbed), "alias_spreads", **SPREADS)
    docker("docker rm -f c4")
    docker("docker stop -t 0 c2")
    assert "c2 was stopped" in red(look(testbed), "alias_spreads", **SPREADS)
    docker("docker start c2")
    green(look(testbed), "alias_spreads", **SPREADS)


def test_a_name_that_follows_is_proven_by_its_reverse_name_for_the_address_may_be_the_old_one(
    docker: Docker, testbed: Testbed
) -> None:
    three(docker)
    wanted = {**SPREADS, "containers": ["c1", "c2", "c4"]}
    old = docker("docker inspect -f '{{.NetworkSettings.Networks.mybridge.IPAddress}}' c3")
    docker(f"{RUN} --name c4 {ON} IMG")
    assert "c3 answers to alicek106 as well" in red(look(testbed), "alias_spreads", **wanted)
    docker("docker rm -f c3 c4")
    docker(f"{RUN} --name c4 --net mybridge IMG")
    assert "c4 has no alias" in red(look(testbed), "alias_spreads", **wanted)
    again(docker, "c4", ON)
    assert f"{old} is called c4.mybridge" in green(look(testbed), "alias_spreads", **wanted)
    assert "no container called c3" in red(look(testbed), "alias_spreads", **SPREADS)


def test_who_cannot_ask_the_dns_of_the_network_is_told_why(docker: Docker, testbed: Testbed) -> None:
    def why(options: str) -> str:
        again(docker, "ping", options)
        return red(look(testbed), "alias_spreads", **SPREADS)

    three(docker)
    docker("docker network create other")
    assert "ping is on the default bridge" in why("")
    assert "ping is on the host network" in why("--net host")
    assert "no way to any name server" in why("--net none")
    assert "ping is on other, not on mybridge" in why("--net other")
    again(docker, "ping", "--net mybridge")
    docker("docker exec ping sh -c 'echo nameserver 192.168.0.1 > /etc/resolv.conf'")
    assert "its /etc/resolv.conf was changed" in red(look(testbed), "alias_spreads", **SPREADS)
    docker("docker rm -f ping")
    assert "no container called ping" in red(look(testbed), "alias_spreads", **SPREADS)


# --- link_follows


def linked(
    docker: Docker, *, server: str = "--expose 80", client: str = "--link link_server:web", last: str = ""
) -> None:
    docker(f"{RUN} --name link_server {server} IMG")
    docker(f"{RUN} --name link_client {client} IMG {last}")


def moved(docker: Docker) -> None:
    """The server comes back with another address."""
    docker("docker stop -t 0 link_server")
    docker(f"{RUN} --name link_taker IMG")
    docker("docker start link_server")


def test_a_link_follows_its_server_to_another_address(docker: Docker, probe: Look) -> None:
    assert "no container called link_server" in red(probe(), "link_follows", **FOLLOWS)
    linked(docker)
    old = docker("docker inspect -f '{{.NetworkSettings.IPAddress}}' link_server")
    assert "has not been stopped and started since" in red(probe(), "link_follows", **FOLLOWS)
    docker("docker stop -t 0 link_server")
    assert "link_server was stopped" in red(probe(), "link_follows", **FOLLOWS)
    docker(f"{RUN} --name link_taker IMG")
    docker("docker start link_server")
    new = docker("docker inspect -f '{{.NetworkSettings.IPAddress}}' link_server")
    finding = judge(probe(), "link_follows", **FOLLOWS)
    assert finding.ok, finding.why
    assert f"web is {new}" in finding.observed
    assert f"the environment of link_client still holds {old}" in finding.evidence


def test_where_the_engine_makes_no_variables_the_taker_and_the_times_are_the_proof(docker: Docker, probe: Look) -> None:
    linked(docker, last=ENV)
    docker("docker restart -t 0 link_server")
    assert "no container called link_taker" in red(probe(), "link_follows", **FOLLOWS)
    docker(f"{RUN} --name link_taker IMG")
    assert "link_taker has to start while link_server is down" in red(probe(), "link_follows", **FOLLOWS)
    docker("docker rm -f link_taker")
    moved(docker)
    assert "link_taker started while link_server was down" in green(probe(), "link_follows", **FOLLOWS)


@pytest.mark.parametrize("order", ["alone", "later"])
def test_a_server_that_took_its_old_address_again_is_told_so(docker: Docker, testbed: Testbed, order: str) -> None:
    linked(docker)
    docker("docker restart -t 0 link_server")
    if order == "later":
        docker(f"{RUN} --name link_taker IMG")
    assert "link_server found its old address free" in red(look(testbed), "link_follows", **FOLLOWS)


def test_a_link_on_a_user_defined_network_is_another_thing(docker: Docker, testbed: Testbed) -> None:
    docker("docker network create mybridge")
    linked(docker, server="--expose 80 --net mybridge", client="--link link_server:web --net mybridge")
    moved(docker)
    assert "link_server is on mybridge, not on the default bridge" in red(look(testbed), "link_follows", **FOLLOWS)
    again(docker, "link_server", "--net host")
    assert "link_server runs in the host's own network" in red(look(testbed), "link_follows", **FOLLOWS)


def test_without_an_exposed_port_nothing_remembers(docker: Docker, testbed: Testbed) -> None:
    linked(docker, server="")
    moved(docker)
    assert "without --expose" in red(look(testbed), "link_follows", **FOLLOWS)


def test_a_link_that_is_missing_or_goes_elsewhere_is_told_so(docker: Docker, testbed: Testbed) -> None:
    def why(client: str) -> str:
        again(docker, "link_client", client)
        return red(look(testbed), "link_follows", **FOLLOWS)

    linked(docker, client="")
    docker(f"{RUN} --name other --expose 80 IMG")
    assert "was run without --link link_server:web" in red(look(testbed), "link_follows", **FOLLOWS)
    assert "by another name: its link is link_server:wbe" in why("--link link_server:wbe")
    assert "is linked to another container: other:web" in why("--link other:web")


def test_a_server_that_was_made_again_is_a_stranger(docker: Docker, testbed: Testbed) -> None:
    linked(docker)
    docker("docker rm -f link_server")
    docker(f"{RUN} --name link_taker IMG")
    docker(f"{RUN} --name link_server --expose 80 IMG")
    assert "a link is bound to the container, not to its name" in red(look(testbed), "link_follows", **FOLLOWS)


def test_a_hosts_file_that_says_something_else_is_not_believed(docker: Docker, testbed: Testbed) -> None:
    linked(docker)
    moved(docker)
    docker("docker exec link_client sh -c 'echo 10.9.8.7 web > /etc/hosts'")
    assert "has 10.9.8.7 for web" in red(look(testbed), "link_follows", **FOLLOWS)
