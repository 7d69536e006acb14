"""What tools, kernels and engines print, read as facts; and what they should not have printed."""

from __future__ import annotations

import os
import random
import struct
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

import pytest

from checks import not_found
from checks.probe import Echo, Route
from runner.engine.sight import container_files, dns, inspected, iproute, procfs, tool_output
from runner.engine.sight.tool_output import Section
from runner.errors import EngineFailed

IPROUTE2 = r"""
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
3: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN mode DEFAULT group default \    link/ether 02:42:7D:1f:42:8a brd ff:ff:ff:ff:ff:ff
6: vethd95e36d@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master docker0 state UP mode DEFAULT group default \    link/ether 92:8d:0d:84:e6:47 brd ff:ff:ff:ff:ff:ff link-netnsid 0
7: eth0.5@docker0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\    link/ether 02:42:7d:1f:42:8b brd ff:ff:ff:ff:ff:ff
9: tun0: <POINTOPOINT,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UNKNOWN mode DEFAULT group default qlen 500\    link/none
1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
3: docker0    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0\       valid_lft forever preferred_lft forever
3: docker0    inet 10.9.0.1/24 scope global secondary docker0\       valid_lft forever preferred_lft forever
9: tun0    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0\       valid_lft forever preferred_lft forever
default via 192.168.0.1 dev tun0 proto dhcp metric 100
default proto static metric 200 \	nexthop via 10.0.0.1 dev docker0 weight 1 \	nexthop via 10.0.0.2 dev tun0 weight 1
172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1 linkdown
10.8.0.1 dev tun0 proto kernel scope link src 10.8.0.2
172.20.0.0/16 via inet6 fe80::1 dev tun0
unreachable 10.255.0.0/16 metric 5
blackhole 10.254.0.0/16
"""  # noqa: E501

BUSYBOX = r"""
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
5: eth0@if6: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue \    link/ether 02:42:ac:12:00:02 brd ff:ff:ff:ff:ff:ff
1: lo    inet 127.0.0.1/8 scope host lo\       valid_lft forever preferred_lft forever
5: eth0    inet 172.18.0.2/16 brd 172.18.255.255 scope global eth0\       valid_lft forever preferred_lft forever
default via 172.18.0.1 dev eth0 
172.18.0.0/16 dev eth0 scope link  src 172.18.0.2 
"""  # noqa: E501, W291


def test_iproute2s_lines_are_read_as_interfaces_and_routes() -> None:
    seen = iproute.stack(IPROUTE2)
    by_name = {each.name: each for each in seen.interfaces}
    assert list(by_name) == ["lo", "docker0", "vethd95e36d", "eth0.5", "tun0"]
    assert [each.link for each in seen.interfaces] == [None, None, 5, 3, None]
    assert [each.up for each in seen.interfaces] == [True, True, True, False, True]
    assert (by_name["vethd95e36d"].master, by_name["vethd95e36d"].mtu) == ("docker0", 1450)
    assert by_name["docker0"].mac == "02:42:7d:1f:42:8a"
    assert [str(each) for each in by_name["docker0"].addresses] == ["172.17.0.1/16", "10.9.0.1/24"]
    assert by_name["tun0"].addresses == (IPv4Interface("10.8.0.2/32"),)
    assert [str(each.to) for each in seen.routes] == [
        *["0.0.0.0/0"] * 3,
        "172.17.0.0/16",
        "10.8.0.1/32",
        "172.20.0.0/16",
    ]
    assert [each.interface for each in seen.routes[:3]] == ["tun0", "docker0", "tun0"]
    assert iproute.default_route(seen.routes) == Route(IPv4Network("0.0.0.0/0"), IPv4Address("192.168.0.1"), "tun0")


def test_busyboxs_lines_are_read_alike() -> None:
    seen = iproute.stack(BUSYBOX)
    assert [(each.name, each.index, each.link, each.up) for each in seen.interfaces] == [
        ("lo", 1, None, True),
        ("eth0", 5, 6, True),
    ]
    assert seen.interfaces[1].addresses == (IPv4Interface("172.18.0.2/16"),)
    assert [str(each.via) for each in seen.routes] == ["172.18.0.1", "None"]


@pytest.mark.parametrize("text", ["", "garbage", "1: lo", "2: x: <UP> mtu\n2: x inet nonsense/99\n999.1.1.1 dev x\n"])
def test_nonsense_in_place_of_ips_lines_is_passed_over(text: str) -> None:
    seen = iproute.stack(text)
    assert (seen.routes, [each.addresses for each in seen.interfaces if each.addresses]) == ((), [])


def test_the_switchs_own_entries_are_told_from_learned_ones() -> None:
    text = (
        "33:33:00:00:00:01 dev switch self permanent\n"
        "e2:fd:39:d4:a4:7d dev server1 master switch \n"
        "6a:7b:6b:fb:10:b4 dev server2 vlan 1 master switch permanent\n"
    )
    assert iproute.learned(text) == (("e2:fd:39:d4:a4:7d", "server1"),)


def test_listeners_are_read_from_the_kernels_tables() -> None:
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    rest = "00000000:00000000 00:00000000 00000000     0        0"
    tcp = (
        f"   0: 0B00007F:A181 00000000:0000 0A {rest} 94813 1 0000 100 0 0 10 0\n"
        f"   1: 0100007F:1F90 0100007F:C350 01 {rest} 1 1 0000 100 0 0 10 0\n"
        f"   2: 00000000:1F90 00000000:0000 0A {rest} 7 1 0000 100 0 0 10 0\n"
    )
    tcp6 = (
        f"   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A {rest} 8 1 0\n"
        f"   1: 0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 0A {rest} 9 1 0\n"
        f"   2: 00000000000000000000000001000000:0052 00000000000000000000000000000000:0000 0A {rest} 10 1 0\n"
        "   3: cut off"
    )
    assert [(str(each.address), each.port, each.inode) for each in procfs.listening(head + tcp, head + tcp6)] == [
        ("127.0.0.11", 0xA181, 94813),
        ("None", 8080, 7),
        ("None", 80, 8),
        ("127.0.0.1", 81, 9),
    ]


def test_small_files_are_read() -> None:
    assert procfs.name_servers("# nameserver 9.9.9.9\nnameserver 127.0.0.11\n nameserver\t::1\noptions ndots:0\n") == (
        "127.0.0.11",
        "::1",
    )
    assert procfs.hosts("127.0.0.1\tlocalhost # here\n\n172.17.0.2 web link_server\nlonely\n") == (
        ("127.0.0.1", ("localhost",)),
        ("172.17.0.2", ("web", "link_server")),
    )
    assert procfs.environment("A=1\0B=x=y\nz\0NOTHING\0=C\0") == {"A": "1", "B": "x=y\nz"}
    assert procfs.sockets("lrwx 1 0 0 64 Nov 24 3 -> socket:[42]\nlrwx 4 -> /tmp/socket:[43]\n") == {42}


# --- tools in containers

NSLOOKUP = "Server:\t\t127.0.0.11\nAddress:\t127.0.0.11{sign}53\n\nNon-authoritative answer:\n{answer}\n"
DIG = (
    "\n; <<>> DiG 9.18.49 <<>> +time=1\n;; ->>HEADER<<- opcode: QUERY, status: {status}, id: 39832\n"
    "\n;; QUESTION SECTION:\n;al.\t\t\t\tIN\tA\n\n{answer}\n;; SERVER: 127.0.0.11#53(127.0.0.11) (UDP)\n"
)
TWO = (IPv4Address("172.18.0.3"), IPv4Address("172.18.0.2"))


@pytest.mark.parametrize(
    ("text", "status", "means"),
    [
        (
            NSLOOKUP.format(sign=":", answer="Name:\tal\nAddress: 172.18.0.3\nName:\tal\nAddress: 172.18.0.2\n"),
            0,
            dns.Reply(0, TWO),
        ),
        (
            NSLOOKUP.format(sign="#", answer="Name:\tal\nAddress: 172.18.0.3\nName:\tal\nAddress: 172.18.0.2\n"),
            0,
            dns.Reply(0, TWO),
        ),
        (
            NSLOOKUP.format(sign="#", answer="2.0.18.172.in-addr.arpa\tname = ca.net.\n\nAuthoritative …"),
            0,
            dns.Reply(0, (), ("ca.net",)),
        ),
        (
            NSLOOKUP.format(sign=":", answer="2.0.18.172.in-addr.arpa\tname = ca.net"),
            0,
            dns.Reply(0, (), ("ca.net",)),
        ),
        (NSLOOKUP.format(sign="#", answer="** server can't find nope: NXDOMAIN"), 1, dns.Reply(dns.NOT_THERE)),
        (NSLOOKUP.format(sign="#", answer="** server can't find nope: SERVFAIL"), 1, dns.Reply(2)),
        (NSLOOKUP.format(sign="#", answer="*** Can't find al.: No answer"), 0, dns.Reply(0)),
        (
            DIG.format(status="NOERROR", answer="al.\t\t600\tIN\tA\t172.18.0.3\nal.\t\t600\tIN\tA\t172.18.0.2\n"),
            0,
            dns.Reply(0, TWO),
        ),
        (
            DIG.format(status="NOERROR", answer="2.0.18.172.in-addr.arpa. 600\tIN\tPTR\tca.net.\n"),
            0,
            dns.Reply(0, (), ("ca.net",)),
        ),
        (DIG.format(status="NXDOMAIN", answer=""), 0, dns.Reply(dns.NOT_THERE)),
        (DIG.format(status="NOERROR", answer=""), 0, dns.Reply(0)),
        ("nslookup: unrecognized option: type=a\nBusyBox v1.20\n", 1, None),
        ("", 0, None),
    ],
)
def test_nslookups_and_digs_answers_are_read(text: str, status: int, means: dns.Reply | None) -> None:
    assert tool_output.reply(Section(text, status)) == means


@pytest.mark.parametrize(
    "text",
    [
        ";; connection timed out; no servers could be reached\n",
        ";; communications error to 10.0.0.1#53: timed out\n;; no servers could be reached\n",
        ";; communications error to 127.0.0.12#53: connection refused\n;; no servers could be reached\n",
    ],
)
def test_silence_of_a_name_server_is_told_from_an_answer(text: str) -> None:
    assert tool_output.silent(Section(text, 1))


@pytest.mark.parametrize(
    ("text", "status", "means"),
    [
        ("1 packets transmitted, 1 received", 0, Echo(True)),
        ("ping: connect: Network is unreachable", 2, Echo(False, "network-unreachable")),
        ("ping: sendto: Network is unreachable", 1, Echo(False, "network-unreachable")),
        (
            "From 172.18.0.2 icmp_seq=1 Destination Host Unreachable\n100% packet loss",
            1,
            Echo(False, "host-unreachable"),
        ),
        ("1 packets transmitted, 0 packets received, 100% packet loss", 1, Echo(False, "timeout")),
        ("sh: ping: not found", 127, None),
        ("ping: permission denied (are you root?)", 1, None),
    ],
)
def test_what_ping_says_is_understood_or_not_believed(text: str, status: int, means: Echo | None) -> None:
    assert tool_output.echo(Section(text, status)) == means


@pytest.mark.parametrize(
    ("text", "status", "means"),
    [
        ("Connection to 172.18.0.1 80 port [tcp/http] succeeded!", 0, True),
        ("nc: connect to 172.18.0.1 port 81 (tcp) failed: Connection refused", 1, False),
        ("nc: can't connect to remote host (172.18.0.1): Connection refused", 1, False),
        ("nc: timed out", 1, False),
        ("sh: nc: not found", 127, None),
        ("", 1, None),
    ],
)
def test_what_nc_says_is_understood_or_not_believed(text: str, status: int, means: bool | None) -> None:
    assert tool_output.connected(Section(text, status)) is means


def test_only_sections_that_came_whole_are_read() -> None:
    output = b"1: lo\n\nMARK link 0\nboo\xff\n\nMARK route 2\nhalf of\nMARK addr"
    assert tool_output.whole(tool_output.sections(output, "MARK")) == {"link": "1: lo\n"}
    assert tool_output.sections(output, "OTHER") == []


# --- DNS


def answer(asked: dns.Question, records: bytes, count: int, flags: int = 0x8180) -> bytes:
    return struct.pack("!6H", asked.number, flags, 1, count, 0, 0) + asked.packed()[12:] + records


def record(kind: int, data: bytes, name: bytes = b"\xc0\x0c") -> bytes:
    return name + struct.pack("!2HIH", kind, 1, 600, len(data)) + data


def test_records_are_read_in_the_order_sent() -> None:
    asked = dns.Question.new("Crowd", dns.A)
    records = record(5, b"\x01x\x00") + record(dns.A, bytes([10, 0, 0, 2])) + record(dns.A, bytes([10, 0, 0, 1]))
    assert [str(each) for each in dns.reply(answer(asked, records, 3), asked).addresses] == ["10.0.0.2", "10.0.0.1"]
    pointer = dns.Question.new("2.0.0.10.in-addr.arpa", dns.PTR)
    pointed = record(dns.PTR, b"\x02ca\xc0\x12")  # …and on at `10.in-addr.arpa` of the question
    assert dns.reply(answer(pointer, pointed, 1), pointer).names == ("ca.10.in-addr.arpa",)
    assert dns.reply(answer(asked, b"", 0, 0x8183), asked) == dns.Reply(dns.NOT_THERE)


def test_an_answer_to_another_question_is_refused() -> None:
    asked = dns.Question.new("crowd", dns.A)
    for other in (
        dns.Question(asked.number ^ 1, "crowd", dns.A),
        dns.Question(asked.number, "cloud", dns.A),
        dns.Question(asked.number, "crowd", dns.PTR),
    ):
        with pytest.raises(dns.Malformed):
            dns.reply(answer(other, b"", 0), asked)
    with pytest.raises(dns.Malformed):
        dns.reply(asked.packed(), asked)


def test_malformed_answers_end_in_one_error() -> None:
    asked = dns.Question.new("crowd", dns.A)
    whole = answer(asked, record(dns.A, bytes(4)), 1)
    loop = answer(asked, record(dns.A, bytes(4), struct.pack("!H", 0xC000 | len(whole) - 16)), 1)
    wrong_size = answer(asked, record(dns.A, bytes(5)), 1)
    for data in (b"", loop, wrong_size, answer(asked, b"", 9), *(whole[:size] for size in range(len(whole)))):
        with pytest.raises(dns.Malformed):
            dns.reply(data, asked)
    chance = random.Random(7)
    for _ in range(2000):
        spoilt = bytearray(whole)
        for _ in range(3):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        try:
            dns.reply(bytes(spoilt), asked)
        except dns.Malformed:
            continue


def test_names_that_no_question_can_hold_are_known_before_asking() -> None:
    assert all(map(dns.sendable, ("web", "web.", "a-b_c.net", "x" * 63)))
    assert not any(map(dns.sendable, ("", ".", "a..b", "x" * 64, "-x", "two words", "한글", "a\nb", "a." * 140)))


# --- the engine's answers

CONTAINER = {
    "Id": "c" * 64,
    "Name": "/web",
    "Created": "2026-11-24T06:33:49.05502772Z",
    "State": {"Status": "exited", "StartedAt": "2026-11-24T15:33:49+09:00", "FinishedAt": "0001-01-01T00:00:00Z"},
    "Config": None,
    "HostConfig": {"Links": ["/link_server:/link_client/web"], "PortBindings": None},
    "NetworkSettings": {"Networks": {"net": {"Aliases": ["one", "c" * 12, "box"], "IPAddress": ""}}},
}


def test_times_aliases_and_links_are_read() -> None:
    found = inspected.container(CONTAINER)
    assert found.created == datetime(2026, 11, 24, 6, 33, 49, 55027, UTC)
    assert found.started == datetime(2026, 11, 24, 6, 33, 49, tzinfo=UTC)
    assert found.finished is None
    assert found.links == ("link_server:web",)
    assert (found.endpoints[0].aliases, found.endpoints[0].address) == (("one",), None)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"Id": None},
        {"Created": "yesterday"},
        {"Created": "0001-01-01T00:00:00Z"},
        {"State": []},
        {"State": {}},
        {"State": {"Status": 7}},
        {"NetworkSettings": {"Networks": {"net": {"IPAddress": "300.1.1.1"}}}},
        {"NetworkSettings": {"Networks": "none"}},
    ],
)
def test_an_answer_about_a_container_that_makes_no_sense_is_the_engines_failure(spoilt: dict[str, object]) -> None:
    with pytest.raises(EngineFailed, match=r"makes no sense|no time"):
        inspected.container({**CONTAINER, **spoilt})


def test_a_network_is_read_without_what_is_no_container_and_without_helpers() -> None:
    members = {"a" * 64: {"Name": "a", "IPv4Address": "10.1.0.2/16", "MacAddress": "02:42:0A:01:00:02"}}
    others = {"b" * 64: {"Name": "helper"}, "lb-net": {"Name": "net-endpoint"}}
    config = [{"Subnet": "fd00::/64"}, {"Subnet": "10.1.0.0/16", "IPRange": "", "Gateway": "10.1.0.1/16"}]
    data = {"Id": "n" * 64, "Name": "net", "Driver": "bridge", "Options": None, "IPAM": {"Config": config}}
    found = inspected.network({**data, "Containers": members | others}, frozenset({"b" * 64}))
    assert [(each.container, each.mac) for each in found.members] == [("a", "02:42:0a:01:00:02")]
    assert [(str(each.subnet), each.ip_range, str(each.gateway)) for each in found.subnets] == [
        ("10.1.0.0/16", None, "10.1.0.1")
    ]
    assert found.bridge == "br-" + "n" * 12
    for key in ("Id", "Name", "Driver"):
        with pytest.raises(EngineFailed):
            inspected.network({each: value for each, value in data.items() if each != key})


@pytest.mark.parametrize(
    ("name", "names", "found"),
    [
        ("network_container_2", ["network_conatiner_2", "network_container_1"], "network_conatiner_2"),
        ("network_container_2", ["network_container_1"], None),
        ("network_container_2", ["network_container2"], "network_container2"),
        ("bridge_first", ["bridge_second"], None),
        ("network_host", ["network_none"], None),
        ("mybridge", ["MyBridge"], "MyBridge"),
        ("mybridge", ["mybribge"], "mybribge"),
        ("link_taker", ["link_server", "link_client"], None),
        ("mybridge", [], None),
    ],
)
def test_near_names_are_misspellings_and_not_siblings(name: str, names: list[str], found: str | None) -> None:
    assert not_found.near(name, names) == found


# --- files of a container, read from outside


def test_a_containers_links_lead_to_files_of_its_own(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "inner").write_text("inner")
    (tmp_path / "inner").write_text("the host's")
    (root / "etc/plain").write_text("plain")
    (root / "etc/absolute").symlink_to("/inner")
    (root / "etc/upwards").symlink_to("../../../../../inner")
    (root / "etc/out").symlink_to(tmp_path / "inner")
    (root / "etc/magic").symlink_to("/proc/self/root/etc/passwd")
    assert [
        container_files.read(root, f"etc/{name}") for name in ("plain", "absolute", "upwards", "out", "none", "magic")
    ] == [*("plain", "inner", "inner", "", "", "")]


def test_without_openat2_no_link_is_followed_at_all(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/hosts").write_text("hosts")
    (tmp_path / "etc/link").symlink_to("hosts")
    (tmp_path / "other").symlink_to("etc")
    folder = os.open(tmp_path, os.O_PATH)
    try:
        with open(container_files._stepped(folder, "etc/hosts")) as file:
            assert file.read() == "hosts"
        for name in ("etc/link", "other/hosts"):
            with pytest.raises(OSError, match=r"link|directory"):
                container_files._stepped(folder, name)
    finally:
        os.close(folder)


def test_what_is_no_small_ordinary_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_bytes(b"x" * ((1 << 20) + 1))
    for name in ("pipe", "folder", "large"):
        with pytest.raises(OSError, match=r"ordinary|large"):
            container_files.read(tmp_path, name)
