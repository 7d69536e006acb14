"""Network namespaces with the containers that live in them, and the cables that lead out of them.

Truth is the kernel's: a cable's two ends are told by iflink and ifindex, the bridge by the master of the host's end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from checks.probe import Container, Endpoint, Interface, Network, View

Kind = Literal["veth", "macvlan", "ipvlan", "unseen"]
ON_PARENT: tuple[Kind, ...] = ("macvlan", "ipvlan")


@dataclass(frozen=True, slots=True)
class Cable:
    """What leads out of a namespace: `near` is the interface in it.

    `far` is the host's interface that it ends in: the other end of a veth pair, or the parent of a macvlan; None where
    that is not among the host's. `bridge` is the host's bridge that `far` is a port of. `network` is the Docker network
    that `near` is for by its address or MAC; "" where none is.
    """

    near: Interface
    kind: Kind
    far: Interface | None = None
    bridge: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A network namespace, and every container that lives in it; `number` is its inode, 0 where it was not looked into.

    `unseen` is why it was not; then there are no cables, and the containers' endpoints are what the engine says.
    """

    number: int
    containers: tuple[Container, ...]
    cables: tuple[Cable, ...] = ()
    loopback: Interface | None = None
    unseen: str = ""


def rooms_of(
    containers: Sequence[Container],
    views: Mapping[str, tuple[View | None, str]],
    host: View | None,
    networks: Sequence[Network],
) -> tuple[Room, ...]:
    """Containers by namespace, in the order of their age. One that was not looked into is in a room of its own."""
    together: dict[object, list[Container]] = {}
    for each in containers:
        view = views[each.id][0]
        together.setdefault(view.namespace if view else each.id, []).append(each)
    ends = {each.index: each for each in host.interfaces} if host else {}
    return _untangled([_room(mates, *views[mates[0].id], ends, networks) for mates in together.values()], networks)


def _room(
    mates: Sequence[Container],
    view: View | None,
    unseen: str,
    ends: Mapping[int, Interface],
    networks: Sequence[Network],
) -> Room:
    if view is None:
        return Room(0, tuple(mates), unseen=unseen)
    endpoints = [endpoint for mate in mates for endpoint in mate.endpoints]
    cables = (_cable(each, ends, endpoints, networks) for each in view.interfaces if not each.loopback)
    loopback = next((each for each in view.interfaces if each.loopback), None)
    owners_first = sorted(mates, key=lambda each: each.mode.startswith("container:"))
    return Room(view.namespace, tuple(owners_first), tuple(cables), loopback)


def _cable(
    near: Interface, ends: Mapping[int, Interface], endpoints: Sequence[Endpoint], networks: Sequence[Network]
) -> Cable:
    """The interface with its other end. An iflink is an index of another namespace: a veth pair must agree both ways.

    That an interface is a macvlan's is not in its listing: the engine tells the driver, the kernel the parent.
    """
    network = _network_of(near, endpoints, networks)
    name, driver = (network.name, network.driver) if network else ("", "")
    far = ends.get(near.link) if near.link else None
    for kind in ON_PARENT:
        if driver == kind and far:
            return Cable(near, kind, far, network=name)
    if far and far.link == near.index and driver in ("", "bridge"):
        return Cable(near, "veth", far, far.master or "", name)
    return Cable(near, "unseen", network=name)


def _network_of(near: Interface, endpoints: Sequence[Endpoint], networks: Sequence[Network]) -> Network | None:
    """By address, for ipvlan has its parent's MAC; else by MAC."""
    held = {each.ip for each in near.addresses}
    plug = next((each for each in endpoints if each.address and each.address.ip in held), None)
    plug = plug or next((each for each in endpoints if each.mac and each.mac == near.mac), None)
    return next((each for each in networks if plug and each.id == plug.network_id), None)


def _untangled(rooms: Sequence[Room], networks: Sequence[Network]) -> tuple[Room, ...]:
    """A host's end has one other end: of several that claim it by number, the one whose network has that bridge."""
    claims = Counter(each.far.index for room in rooms for each in room.cables if each.kind == "veth" and each.far)
    bridges = {each.name: each.bridge for each in networks}

    def judged(cable: Cable) -> Cable:
        if cable.kind != "veth" or cable.far is None or claims[cable.far.index] == 1:
            return cable
        holds = bool(cable.bridge) and bridges.get(cable.network) == cable.bridge
        return cable if holds else replace(cable, kind="unseen", far=None, bridge="")

    return tuple(replace(room, cables=tuple(judged(each) for each in room.cables)) for room in rooms)


def end_of(cable: Cable) -> tuple[str, str] | None:
    """Kind and name of the segment (see `topology.Segment`) that it ends in; None where it was seen to end in none."""
    if cable.kind in ON_PARENT and cable.far:
        return "wire", cable.far.name
    return ("bridge", cable.bridge) if cable.bridge else None
