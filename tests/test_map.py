"""The map of now, as text and as SVG: each edge against the kernel's own numbers, read without `topology`."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from runner.engine.sight.topology import Site, Topology, survey
from runner.engine.testbed import Testbed
from runner.plain import cells
from runner.screens.map_svg import picture
from runner.screens.map_text import draw
from tests.conftest import Docker
from tests.judging import on_host
from tests.vethlab import Vethlab

SVG = "{http://www.w3.org/2000/svg}"
# `├─ veth3f1c2ab ───┼──┤ eth0  172.17.0.2/16  02:42:ac:11:00:02 │`, and the same of a macvlan in double lines.
CABLE = re.compile(r"[├└╠╚][─═][─═┼╪╫╬]* (\S+) [─═]+[┼╪][─═]+[┤╡] (\S+) +(\S+) +([0-9a-f:]{17})")
TITLE = re.compile(r"[│┼]  [┌├]─ (\S+) .*[┐┤]$")
MATE = re.compile(r"[│┼]  │ \+ (\S+)")
EMPTY = re.compile(r"[│┼]  │ lo +127\.0\.0\.1/8 +no cable")


@dataclass(frozen=True, order=True)
class Edge:
    """An interface of a container, and what it ends in on the host: a port of a bridge, or a macvlan's parent."""

    container: str
    near: str
    address: str
    mac: str
    far: str
    bridge: str


# --- what the kernel says, by other ways than the map's


def true_edges(testbed: Testbed, docker: Docker, names: list[str], server: str | None = None) -> list[Edge]:
    host = json.loads(on_host(testbed, "ip", "-j", "link", server=server))
    ends = {each["ifindex"]: each for each in host}
    return sorted(edge for name in names for edge in _true_edges(docker, name, ends, server))


def _true_edges(docker: Docker, name: str, ends: dict[int, dict[str, object]], server: str | None) -> Iterator[Edge]:
    script = "for i in $(ls /sys/class/net); do cd /sys/class/net/$i; echo $i $(cat ifindex iflink address); done"
    addresses = docker(f"docker exec {name} ip -o -4 addr", on=server)
    for near, index, link, mac in (
        row.split() for row in docker(f"docker exec {name} sh -c '{script}'", on=server).splitlines()
    ):
        if near == "lo":
            continue
        far = ends[int(link)]
        address = re.search(rf"\b{near}\s+inet (\S+)", addresses)
        assert address
        if "master" in far:
            assert far["link_index"] == int(index), far
        yield Edge(name, near, address[1], mac, str(far["ifname"]), str(far.get("master", "")))


# --- what the pictures say


def text_edges(topology: Topology, bridges: dict[str, str]) -> list[Edge]:
    """The cables drawn; `bridges` tells which bridge a port is of, for the text has it by its trunk."""
    text = draw(topology, 100, ascii_only=False).plain
    names: list[str] = []
    found = []
    for line in text.splitlines():
        if title := TITLE.search(line):
            names = [title[1]]
        elif mate := MATE.search(line):
            names.append(mate[1])
        elif cable := CABLE.search(line):
            far, near, address, mac = cable.groups()
            parent = "eth0" if far == "macvlan" else far
            found += [Edge(name, near, address, mac, parent, bridges.get(far, "")) for name in names]
    return sorted(found)


def svg_edges(topology: Topology, server: str = "server1") -> list[Edge]:
    groups = [each for each in svg_groups(topology, "cable") if each["data-server"] == server]
    return sorted(
        Edge(
            name,
            each["data-interface"],
            each["data-addresses"],
            each["data-mac"],
            each["data-far"],
            each["data-bridge"],
        )
        for each in groups
        for name in each["data-containers"].split()
    )


def svg_groups(topology: Topology, kind: str) -> list[dict[str, str]]:
    root = Xml.fromstring(picture(topology))
    return [each.attrib for each in root.iter(f"{SVG}g") if each.get("class") == kind]


def compare(testbed: Testbed, docker: Docker, names: list[str]) -> Topology:
    """Both forms against the kernel, which both ways to see must show alike."""
    topology = survey(testbed)
    assert survey(testbed, "exec") == topology
    true = true_edges(testbed, docker, names)
    assert true
    assert svg_edges(topology) == true
    assert text_edges(topology, {edge.far: edge.bridge for edge in true}) == true
    return topology


def trunks(topology: Topology) -> dict[str, str]:
    """For each port, the network at whose trunk the text has it; right where no trunk runs beside another."""
    found, network = {}, ""
    for line in draw(topology, 100, ascii_only=False).plain.splitlines():
        head, cable = re.search(r"● (\S+)", line), CABLE.search(line)
        network = head[1] if head else network
        if cable:
            found[cable[1]] = network
    return found


def test_every_cable_is_the_kernels_before_and_after_connect_in_every_mode(testbed: Testbed, docker: Docker) -> None:
    docker("docker network create mybridge")
    docker("docker run -itd --name one IMG")
    docker("docker run -itd --name two --net container:one IMG")
    docker("docker run -itd --name three --net mybridge IMG")
    docker("docker run -itd --name on_host --net host IMG")
    docker("docker run -itd --name on_none --net none IMG")
    docker("docker create --name never IMG")
    before = compare(testbed, docker, ["one", "two", "three"])
    bridges = {edge.far: edge.bridge for edge in svg_edges(before)}
    assert {port: network == "bridge" for port, network in trunks(before).items()} == {
        port: bridge == "docker0" for port, bridge in bridges.items()
    }

    docker("docker network connect mybridge one")
    after = compare(testbed, docker, ["one", "two", "three"])
    assert len(svg_edges(after)) == len(svg_edges(before)) + 2  # eth1, for both that live there

    docker("docker network disconnect bridge one")
    compare(testbed, docker, ["one", "two", "three"])
    _stand_where_they_live(docker, after)


def _stand_where_they_live(docker: Docker, topology: Topology) -> None:
    """Namespaces by number, the host's guests inside it, the one without a network alone, the stopped one apart."""
    inode = {
        name: docker(f"docker exec {name} readlink /proc/self/ns/net")[5:-1]
        for name in ("one", "two", "three", "on_host", "on_none")
    }
    rooms = {each["data-containers"]: each["data-number"] for each in svg_groups(topology, "namespace")}
    assert rooms == {"one two": inode["one"], "three": inode["three"], "on_none": inode["on_none"]}
    assert inode["one"] == inode["two"]
    (host,) = svg_groups(topology, "host")
    assert host["data-namespace"] == inode["on_host"]
    where = {each["data-name"]: each["data-where"] for each in svg_groups(topology, "container")}
    assert where == {"on_host": "host", "never": "stopped"}
    text = draw(topology, 80, ascii_only=False).plain
    assert re.search(r"│ │ on_host +│ │", text)
    assert re.search(rf"on_none ─ none .*\n.*{EMPTY.pattern}", text)
    assert "○ never · created · bridge" in text


def test_macvlan_containers_hang_on_the_wire_of_eth0(lan: Testbed, lan_docker: Docker) -> None:
    for server, ip_range in (("server1", "192.168.0.64/28"), ("server2", "192.168.0.128/28")):
        given = f"--subnet 192.168.0.0/24 --ip-range {ip_range} --gateway 192.168.0.1 -o parent=eth0"
        lan_docker(f"docker network create -d macvlan {given} wire", on=server)
        lan_docker(f"docker run -itd --name on_wire_{server} --net wire IMG", on=server)
        lan_docker(f"docker run -itd --name nat_{server} IMG", on=server)
    topology = survey(lan)
    true = [
        edge
        for server in ("server1", "server2")
        for edge in true_edges(lan, lan_docker, [f"on_wire_{server}", f"nat_{server}"], server)
    ]
    assert [edge.far for edge in true if edge.container.startswith("on_wire")] == ["eth0", "eth0"]
    assert sorted(svg_edges(topology) + svg_edges(topology, "server2")) == sorted(true)
    assert text_edges(topology, {edge.far: edge.bridge for edge in true}) == sorted(true)
    _the_lan_is_drawn(lan, topology)


def _the_lan_is_drawn(lan: Testbed, topology: Topology) -> None:
    """The router with the switch, whose ports are the other ends of the servers' eth0."""
    assert lan.lan
    switch = ports_of(lan.lan.pid)
    uplinks = svg_groups(topology, "uplink")
    assert [each["data-server"] for each in uplinks] == ["server1", "server2"]
    for each in uplinks:
        (eth0,) = json.loads(
            on_host(lan, "ip", "-j", "link", "show", each["data-interface"], server=each["data-server"])
        )
        port = switch[each["data-port"]]
        assert (port["ifindex"], port["link_index"]) == (eth0["link_index"], eth0["ifindex"])
        assert (int(each["data-ifindex"]), int(each["data-port-ifindex"])) == (eth0["ifindex"], port["ifindex"])
    (router,) = svg_groups(topology, "router")
    assert (router["data-address"], router["data-mac"]) == ("192.168.0.1/24", switch["switch"]["address"])
    lines = draw(topology, 80, ascii_only=False).plain.splitlines()
    assert re.search(r"router +192\.168\.0\.1/24", lines[0])
    assert [line[:6] for line in lines if "● eth0" in line] == [" ╠═╡ ●", " ╚═╡ ●"]


def ports_of(pid: int) -> dict[str, dict[str, Any]]:
    """The interfaces of the switch's namespace."""
    argv = ["nsenter", "-t", str(pid), "-n", "ip", "-j", "link"]
    found = json.loads(subprocess.run(argv, capture_output=True, timeout=10, check=True).stdout)
    return {each["ifname"]: each for each in found}


def test_twelve_containers_are_readable_at_every_width_and_in_ascii(testbed: Testbed, docker: Docker) -> None:
    docker("docker network create my_custom_network")
    for number in range(12):
        docker(f"docker run -itd --name network_container_{number} --net my_custom_network IMG")
    docker("docker network connect bridge network_container_5")
    topology = survey(testbed)
    edges = svg_edges(topology)
    assert len(edges) == 13
    for width, plain in itertools.product((80, 60, 40, 24, 200), (False, True)):
        text = draw(topology, width, ascii_only=plain).plain
        assert max(map(cells, text.splitlines())) <= width
        assert text.isascii() == plain
        if width >= 40:
            wanted = [word for each in edges for word in (each.container, each.far, each.address, each.mac)]
            assert [word for word in wanted if word not in text] == []
    rows = [line for line in draw(topology, 80, ascii_only=False).plain.splitlines() if CABLE.search(line)]
    assert len(rows) == 13
    assert len({re.search(r"[0-9a-f:]{17} ", row).start() for row in rows}) == 1  # type: ignore[union-attr]
    assert _overlaps(topology) == []


def _overlaps(topology: Topology) -> list[str]:
    """Namespaces of the SVG whose boxes touch another one's."""
    root = Xml.fromstring(picture(topology))
    groups = [each for each in root.iter(f"{SVG}g") if each.get("class") == "namespace"]
    boxes = []
    for each in groups:
        frame = each.find(f"{SVG}rect")
        assert frame is not None
        x, y, width, height = (float(frame.attrib[name]) for name in ("x", "y", "width", "height"))
        boxes.append((each.attrib["data-containers"], x, y, x + width, y + height))
    return [
        f"{one[0]} and {other[0]}"
        for one, other in itertools.combinations(boxes, 2)
        if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
    ]


def test_what_cannot_be_seen_is_said_and_stops_nothing(testbed: Testbed, docker: Docker) -> None:
    docker("docker run -itd --name open IMG")
    docker("docker run -itd --name shut IMG")
    docker("docker pause shut")
    try:
        topology = survey(testbed)
        blind = survey(replace(testbed, image="no/such:image"), "exec")
    finally:
        docker("docker unpause shut")
    assert [each.container for each in svg_edges(topology)] == ["open"]
    text = draw(topology, 80, ascii_only=False).plain
    assert re.search(r"shut ─ paused", text)
    assert "the engine says: bridge 172.17.0.3/16" in text
    assert re.search(r"├┄ veth\S+ ┄+┼┄+ \? not seen|└┄ veth\S+ ┄+┼┄+ \? not seen", text)

    on_host(testbed, "ip", "link", "set", svg_edges(topology)[0].far, "nomaster")
    pulled = survey(testbed)
    assert [each.bridge for each in svg_edges(pulled) if each.container == "open"] == [""]
    assert "is in no bridge" in draw(pulled, 80, ascii_only=False).plain

    (cable,) = svg_groups(blind, "cable")
    assert (cable["data-kind"], cable["data-far"], cable["data-bridge"]) == ("unseen", "", "")
    assert blind.sites[0].unseen
    for width in (80, 40):
        assert "no image" in " ".join(draw(blind, width, ascii_only=False).plain.split())


@pytest.mark.parametrize(
    "name", ["</text><script>", "a&b \"q' ]]>", "\x1b[31mred\x07\u202e\ufffe", "네트워크" * 20, "[bold]x"]
)
def test_hostile_names_break_neither_form(testbed: Testbed, docker: Docker, name: str) -> None:
    docker("docker create --name plain IMG")
    topology = renamed(survey(testbed), name)
    text = draw(topology, 80).plain
    assert max(map(cells, text.splitlines())) <= 80
    assert "\x1b" not in text
    root = Xml.fromstring(picture(topology))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "title", "g", "rect", "text", "path"}
    assert not [key for each in root.iter() for key in each.attrib if key.startswith("on") or "href" in key]


def renamed(topology: Topology, name: str) -> Topology:
    """The same with another name for each thing that is named from outside."""

    def site(each: Site) -> Site:
        segments = [
            replace(segment, networks=tuple(replace(network, name=name) for network in segment.networks))
            for segment in each.segments
        ]
        stopped = tuple(replace(container, name=name) for container in each.stopped)
        return replace(each, segments=tuple(segments), stopped=stopped, guests=stopped)

    return replace(topology, sites=tuple(site(each) for each in topology.sites))


def test_map_prints_the_picture_and_writes_the_svg(vethlab: Vethlab, url: str, docker: Docker, tmp_path: Path) -> None:
    docker("docker run -itd --name drawn IMG")
    shown = vethlab("--engine", url, "map")
    assert shown.code == 0
    assert re.search(r"┌─ drawn ─", shown.out)
    assert "\x1b" not in shown.out
    written = vethlab("--engine", url, "map", "--svg", str(tmp_path / "now.svg"))
    assert written.code == 0
    assert "now.svg" in written.out
    assert 'data-containers="drawn"' in (tmp_path / "now.svg").read_text(encoding="utf-8")
    plain = Vethlab(tmp_path, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", COLUMNS="40")("--engine", url, "map")
    assert plain.code == 0
    assert plain.out.isascii()
    assert "+- drawn" in plain.out
    assert "?" not in plain.out


def test_an_svg_that_cannot_be_written_leaves_what_was_there(vethlab: Vethlab, url: str, tmp_path: Path) -> None:
    (tmp_path / "folder.svg").mkdir()
    for file in (tmp_path / "folder.svg", tmp_path / "none" / "x.svg", Path("/dev/full")):
        ended = vethlab("--engine", url, "map", "--svg", str(file))
        assert ended.code == 2
        assert "cannot be written" in ended.err
    assert [each.name for each in tmp_path.iterdir() if "svg" in each.name] == ["folder.svg"]
    assert vethlab("--engine", "unix:///nowhere/docker.sock", "map").code == 3
    assert vethlab("--engine", url, "map", "brige").code == 2
