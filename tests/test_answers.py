"""Questions: answers in any form, wrong ones told what they are, the right one never given away."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from checks import TRUTHS
from checks.answers import LONGEST, judge_answer, judge_choice
from checks.finding import BrokenLink, Finding
from checks.registry import Answer
from runner.engine.sight.probe import look
from runner.engine.testbed import Testbed
from tests.conftest import Docker
from tests.judging import Look, on_host

RUN = "docker run -i -t -d"
GATEWAY = Answer(("172.17.0.1",), "address", "the gateway of bridge", {"172.17.0.0": "that is the subnet"}, "look here")
VETH = Answer(("veth12ab",), "text", "the host's end of the cable", {"docker0": "that is a bridge"})
COUNT = Answer(("1",), "number", "the number of cables", {"2": "that is the number of containers"})
MAC = Answer(("02:42:ac:11:00:02",), "mac", "the MAC of c1")
CHOICES = ["It is stopped.", "It has no namespace of its own.", "1450"]


def right(answer: Answer, given: str) -> None:
    finding = judge_answer(answer, given)
    assert finding.ok, finding
    assert given.strip()[:5] in finding.observed
    assert finding.evidence


def wrong(answer: Answer, given: str) -> str:
    """The `why`. Nothing in the finding may give the right answer away, unless it was in what was given."""
    finding = judge_answer(answer, given)
    assert not finding.ok, finding
    told = " ".join((finding.expected, finding.observed, finding.why, *finding.evidence))
    assert all(each not in told for each in answer.accepted if each not in given and len(each) > 1), told
    return finding.why


# --- forms


@pytest.mark.parametrize(
    "given",
    [
        "172.17.0.1", " 172.17.0.1\n", "172.17.0.1/16", '"172.17.0.1"', "`172.17.0.1`", "172.17.0.1.", "“172.17.0.1”",
        '"Gateway": "172.17.0.1"', "    inet 172.17.0.1/16 scope global docker0", "it is 172.17.0.1", "172.17.0.1:",
    ],
)  # fmt: skip
def test_an_address_is_right_in_any_form(given: str) -> None:
    right(GATEWAY, given)


@pytest.mark.parametrize("given", ["veth12ab", "VETH12AB", "veth12ab@if5", "`veth12ab@if5:`", "7: veth12ab@if6:"])
def test_an_interface_is_right_with_or_without_its_other_end(given: str) -> None:
    right(VETH, given)


@pytest.mark.parametrize("given", ["1", "1 ", "01", "one", "One.", "just 1", "1개", "+1"])
def test_a_number_is_right_as_digits_or_as_a_word(given: str) -> None:
    right(COUNT, given)


@pytest.mark.parametrize(
    "given", ["02:42:ac:11:00:02", "02:42:AC:11:00:02", "02-42-ac-11-00-02", "ether 02:42:ac:11:00:02"]
)
def test_a_mac_is_right_in_either_case(given: str) -> None:
    right(MAC, given)


def test_a_wrong_answer_is_told_what_it_is_and_never_what_is_right() -> None:
    assert wrong(GATEWAY, "172.17.0.0/16") == "“172.17.0.0/16” is not the gateway of bridge: that is the subnet"
    assert "that is a bridge" in wrong(VETH, "docker0")
    assert "that is the number of containers" in wrong(COUNT, "2")
    assert wrong(GATEWAY, "172.17.0.9") == "“172.17.0.9” is not the gateway of bridge"
    assert judge_answer(GATEWAY, "172.17.0.9").look == "look here"


def test_what_is_of_another_kind_than_asked_for_is_told_so() -> None:
    assert "no IPv4 address" in wrong(GATEWAY, "docker0")
    assert "no IPv4 address" in wrong(GATEWAY, "172.17.0.256")
    assert "no IPv4 address" in wrong(GATEWAY, "172.17.0.1.5")
    assert "no whole number" in wrong(COUNT, "none")
    assert "no whole number" in wrong(COUNT, "1.5")
    assert "no MAC address" in wrong(MAC, "c1")
    assert "that is an IPv4 address, and a MAC address is asked for" in wrong(MAC, "172.17.0.1")


MORE = replace(
    GATEWAY,
    known={"c1": "that is the name of a container", "532079ca9a1b": "that is the id of bridge"},
    ranges={IPv4Network("172.17.0.0/16"): "it lies in the subnet"},
    unknown="nobody has it",
)


@pytest.mark.parametrize(("given", "reason"), [
    ("172.17.0", "part of an address"), ("8080", "plain number"), ("fe80::1/64", "IPv6 address"),
    ("02:42:ac:11:00:02", "MAC address"), ("C1", "name of a container"), ("532079ca9a1b", "id of bridge"),
    ("0123456789ab", "looks like an id"), ("172.17.0.77:80", "lies in the subnet"), ("10.9.8.7", "nobody has it"),
])  # fmt: skip
def test_a_wrong_answer_of_any_kind_is_told_what_it_is(given: str, reason: str) -> None:
    assert f"“{given}” is not the gateway of bridge: " in wrong(MORE, given)
    assert reason in wrong(MORE, given)


@pytest.mark.parametrize(("given", "reason"), [
    ("12", "number of an interface"), ("if7", "number of an interface"), ("172.17.0.2", "an IPv4 address, and"),
    ("5: docker0: <BROADCAST,UP> mtu 1500", "that is a bridge"), ("veth9", "none called so"),
])  # fmt: skip
def test_what_is_no_interface_of_the_host_is_told_so(given: str, reason: str) -> None:
    assert reason in wrong(replace(VETH, kind="interface", unknown="none called so"), given)
    right(replace(VETH, kind="interface"), "7: veth12ab@if6: <BROADCAST,UP> mtu 1500 master docker0")


@pytest.mark.parametrize("given", ["하나", "한 개", "1개입니다", "only one", "one veth"])
def test_a_number_may_be_said_in_words_of_both_languages(given: str) -> None:
    right(COUNT, given)
    assert "number of containers" in wrong(COUNT, "두 개")
    assert judge_choice(CHOICES, 2, "", "둘").ok
    assert "fewer than 0" in wrong(COUNT, "-1")


def test_a_list_of_guesses_is_no_answer() -> None:
    assert "more than one answer" in wrong(GATEWAY, "172.17.0.1 172.17.0.2")
    assert "more than one answer" in wrong(COUNT, "0 1 2")
    wrong(VETH, "veth12ab veth34cd")
    right(GATEWAY, "172.17.0.1, 172.17.0.1")


@pytest.mark.parametrize("given", ["", "  \n", "\x00\x1b"])
def test_no_answer_is_not_answered_yet(given: str) -> None:
    for finding in (judge_answer(GATEWAY, given), judge_choice(CHOICES, 2, "", given)):
        assert not finding.ok
        assert finding.why == "not answered yet"


def test_an_answer_is_repeated_without_control_characters_and_not_at_length() -> None:
    for given in ("\x1b[2J\x07no\r\nway", "a" * 100_000, "{boom} %s {0}", "9" * 50_000, "\u202ereversed"):
        for finding in (judge_answer(GATEWAY, given), judge_answer(COUNT, given), judge_choice(CHOICES, 2, "", given)):
            assert not finding.ok
            assert finding.observed.isprintable()
            assert finding.why.isprintable()
            assert len(finding.observed) < LONGEST + 40


# --- choices


@pytest.mark.parametrize(
    "given", ["2", " 2. ", "2)", "It has no namespace of its own.", "it has no namespace of its own"]
)
def test_a_choice_is_right_by_number_or_by_text_and_then_told_why(given: str) -> None:
    finding = judge_choice(CHOICES, 2, "because it shares the host's", given)
    assert finding.ok, finding
    assert finding.evidence == ("because it shares the host's",)


@pytest.mark.parametrize(("given", "why"), [
    ("1", "not “It is stopped.”"), ("it is stopped", "not “It is stopped.”"), ("1450", "not “1450”"),
    ("4", "none of them"), ("0", "none of them"), ("-2", "none of them"), ("2 3", "none of them"),
])  # fmt: skip
def test_a_wrong_choice_is_not_told_why(given: str, why: str) -> None:
    finding = judge_choice(CHOICES, 2, "because it shares the host's", given)
    assert not finding.ok
    assert why in finding.why
    assert "because" not in "".join((finding.expected, finding.observed, finding.why, *finding.evidence))


# --- truths


def asked(probe_of: Look, truth: str, given: str, **arguments: object) -> Finding:
    return judge_answer(TRUTHS[truth](probe_of(), arguments), given)


def said(probe_of: Look, truth: str, given: str, **arguments: object) -> str:
    """Why it is wrong, without a word about what is right."""
    return wrong(TRUTHS[truth](probe_of(), arguments), given)


def broken(probe_of: Look, truth: str, **arguments: object) -> str:
    """Why there is no truth to ask for yet."""
    with pytest.raises(BrokenLink) as found:
        TRUTHS[truth](probe_of(), arguments)
    return found.value.finding.why


def test_the_driver_of_none_is_null(probe: Look) -> None:
    assert asked(probe, "driver", '"null"', network="none").ok
    assert asked(probe, "driver", "Bridge", network="bridge").ok
    assert "that is the network's own name" in said(probe, "driver", "none", network="none")
    assert "that is the driver of bridge" in said(probe, "driver", "bridge", network="none")
    assert "not a driver" in said(probe, "driver", "container", network="none")
    for given in ("local", "overlay", "널", "3"):
        assert ": " in said(probe, "driver", given, network="none")


def test_the_gateway_is_told_from_addresses_near_it(docker: Docker, testbed: Testbed, probe: Look) -> None:
    docker(f"{RUN} --name c1 IMG")
    address = docker("docker inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' c1")
    gateway = on_host(testbed, "ip", "-o", "-4", "addr", "show", "docker0").split()[3]
    server = on_host(testbed, "ip", "-o", "-4", "addr", "show", "eth0").split()[3]
    subnet = docker("docker network inspect -f '{{(index .IPAM.Config 0).Subnet}}' bridge")
    assert asked(probe, "gateway", gateway, network="bridge").ok
    assert "that is the address of c1" in said(probe, "gateway", address, network="bridge")
    assert "that is the address of eth0 on the host" in said(probe, "gateway", server, network="bridge")
    assert "that is the subnet of bridge" in said(probe, "gateway", subnet, network="bridge")
    docker("docker network create mybridge")
    for given in ("c1", docker("docker ps -q"), "172.17.0.99", "10.1.2.3", "eth0"):
        assert ": " in said(probe, "gateway", given, network="bridge")
    assert "that is the gateway of bridge" in said(probe, "gateway", gateway, network="mybridge")
    docker("docker network create --internal inner")
    inner = docker("docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' inner")
    assert asked(probe, "gateway", inner, network="inner").ok


def test_the_cable_of_a_container_is_the_host_interface_that_its_own_one_names(
    docker: Docker, testbed: Testbed, probe: Look
) -> None:
    def cable_of(name: str) -> str:
        number = docker(f"docker exec {name} cat /sys/class/net/eth0/iflink")
        lines = on_host(testbed, "ip", "-o", "link").splitlines()
        return next(line for line in lines if line.startswith(f"{number}:")).split()[1]

    docker(f"{RUN} --name c1 IMG")
    docker(f"{RUN} --name c2 IMG")
    assert asked(probe, "host_veth", cable_of("c1"), container="c1").ok
    assert "that is the cable of c2" in said(probe, "host_veth", cable_of("c2"), container="c1")
    assert "that is a bridge" in said(probe, "host_veth", "docker0", container="c1")
    assert "the other end is asked for" in said(probe, "host_veth", "eth0", container="c1")
    docker("docker run -i -t -d --net none --name c3 IMG")
    assert "c3 hangs on no veth" in broken(probe, "host_veth", container="c3")


def test_the_address_of_the_host_is_the_servers_own_seen_from_a_container_that_shares_it(
    docker: Docker, testbed: Testbed, probe: Look
) -> None:
    docker(f"{RUN} --name c1 --net host IMG")
    docker(f"{RUN} --name c2 IMG")
    own = on_host(testbed, "ip", "-o", "-4", "addr", "show", "eth0").split()[3]
    bridge = on_host(testbed, "ip", "-o", "-4", "addr", "show", "docker0").split()[3]
    assert asked(probe, "host_address", own, container="c1").ok
    assert "loopback" in said(probe, "host_address", "127.0.0.1", container="c1")
    assert "that is the gateway of bridge" in said(probe, "host_address", bridge, container="c1")
    assert "without --net host" in broken(probe, "host_address", container="c2")


def test_two_containers_in_one_namespace_have_one_cable(docker: Docker, probe: Look) -> None:
    docker(f"{RUN} --name c1 IMG")
    docker(f"{RUN} --name c2 --net container:c1 IMG")
    both = {"containers": ["c1", "c2"]}
    assert asked(probe, "veth_count", "1", **both).ok
    assert "number of containers" in said(probe, "veth_count", "2", **both)
    assert "a cable of its own" in said(probe, "veth_count", "0", **both)
    docker(f"{RUN} --name c3 IMG")
    assert asked(probe, "veth_count", "two", containers=["c1", "c2", "c3"]).ok
    assert "that is the number of containers" in said(probe, "veth_count", "3", containers=["c1", "c2", "c3"])


def test_the_address_of_a_container_is_told_from_those_of_others(docker: Docker, probe: Look) -> None:
    docker("docker network create mybridge")
    addresses = {}
    for name in ("c1", "c2"):
        docker(f"{RUN} --name {name} --net mybridge IMG")
        addresses[name] = docker(f"docker inspect -f '{{{{.NetworkSettings.Networks.mybridge.IPAddress}}}}' {name}")
    wanted = {"container": "c1", "network": "mybridge"}
    assert asked(probe, "address", addresses["c1"], **wanted).ok
    assert "that is the address of c2" in said(probe, "address", addresses["c2"], **wanted)
    gateway = docker("docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' mybridge")
    assert "that is the gateway of mybridge" in said(probe, "address", gateway, **wanted)
    docker("docker stop -t 0 c1")
    assert "c1 was stopped" in broken(probe, "address", **wanted)


def test_the_name_server_is_the_one_in_resolv_conf(docker: Docker, probe: Look) -> None:
    docker("docker network create mybridge")
    docker(f"{RUN} --name c1 --net mybridge IMG")
    docker(f"{RUN} --name c2 IMG")
    hosts = docker("docker exec c2 cat /etc/resolv.conf").split("nameserver ")[1].split()[0]
    assert asked(probe, "name_server", "nameserver 127.0.0.11", container="c1").ok
    assert asked(probe, "name_server", hosts, container="c2").ok
    assert "that is the container itself" in said(probe, "name_server", "127.0.0.1", container="c1")
    assert "that is the name server of the host" in said(probe, "name_server", hosts, container="c1")


def test_the_address_of_a_server_is_told_from_the_rest_of_the_lan(lan: Testbed, lan_probe: Look) -> None:
    own = {name: str(lan.server(name).address) for name in ("server1", "server2")}
    assert asked(lan_probe, "server_address", own["server2"] + "/24", server="server2").ok
    assert "that is server1" in said(lan_probe, "server_address", own["server1"], server="server2")
    assert "that is the router" in said(lan_probe, "server_address", str(look(lan).router()), server="server2")
    docker0 = on_host(lan, "ip", "-o", "-4", "addr", "show", "docker0", server="server2").split()[3]
    assert "that is the gateway of bridge" in said(lan_probe, "server_address", docker0, server="server2")
