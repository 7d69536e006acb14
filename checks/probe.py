"""What a check may ask of an engine and its kernel: all of it reading, none of it acting.

A probe is one look: it remembers what it has read, so that the checks of one pass see one moment
and nothing is read twice. Make a new one for the next look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Protocol


class Place(Enum):
    """Where a packet can start besides inside a container."""

    HOST = "host"  # the server that the engine runs on
    OUTSIDE = "outside"  # the LAN's router, a machine that is not a server


Source = str | Place  # a container's name, or a place


@dataclass(frozen=True, slots=True)
class Subnet:
    """One IPAM entry of a network."""

    subnet: IPv4Network
    ip_range: IPv4Network | None = None
    gateway: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A container as a network's `Containers` lists it (running ones only)."""

    container_id: str
    container: str
    address: IPv4Interface | None
    mac: str


@dataclass(frozen=True, slots=True)
class Network:
    """A network as the engine describes it."""

    id: str
    name: str
    driver: str
    subnets: tuple[Subnet, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    created: datetime | None = None
    members: tuple[Member, ...] = ()

    @property
    def bridge(self) -> str:
        """The name of the host's bridge of a bridge network: `docker0`, or `br-` and 12 digits of the id.

        Source: moby `drivers/bridge/bridge_linux.go` and the option com.docker.network.bridge.name.
        """
        return self.options.get("com.docker.network.bridge.name") or f"br-{self.id[:12]}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A container's plug in one network, as the engine describes it. A stopped container's has no address."""

    network: str
    network_id: str
    address: IPv4Interface | None
    mac: str
    gateway: IPv4Address | None = None
    aliases: tuple[str, ...] = ()  # as asked for, without the container's own name and short id


@dataclass(frozen=True, slots=True)
class Container:
    """A container as the engine describes it."""

    id: str
    name: str
    image: str
    state: str  # running, created, exited, paused, restarting, dead
    mode: str  # HostConfig.NetworkMode: bridge, default, host, none, container:ID, a network's name
    created: datetime
    started: datetime | None  # the last start
    finished: datetime | None  # the last end; None if it never ended
    exit_code: int = 0
    error: str = ""  # State.Error: why the last start failed
    interactive: bool = True  # it was made with -i or -t, so that a shell has somebody to talk to
    hostname: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    links: tuple[str, ...] = ()  # "server:web"
    published: tuple[str, ...] = ()  # "8080/tcp" as asked for with -p, also where it was discarded

    @property
    def running(self) -> bool:
        return self.state == "running"


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface as the kernel shows it from inside its namespace."""

    name: str
    index: int  # ifindex
    link: int | None  # iflink: the other end's index, for a veth or a macvlan; None where there is none
    mac: str
    addresses: tuple[IPv4Interface, ...]
    up: bool
    master: str | None = None  # the bridge it is a port of
    mtu: int = 0

    @property
    def loopback(self) -> bool:
        return self.name == "lo"


@dataclass(frozen=True, slots=True)
class Route:
    """One IPv4 route. A default route has the network 0.0.0.0/0."""

    to: IPv4Network
    via: IPv4Address | None
    interface: str


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP socket in state LISTEN, from the namespace's own socket table."""

    address: IPv4Address | None  # None: all addresses, or an IPv6 wildcard
    port: int
    owner: str | None  # the container a process of which holds it; None: no container's


@dataclass(frozen=True, slots=True)
class View:
    """What the kernel shows from inside a container, or on the host."""

    namespace: int  # the network namespace's inode: equal numbers are one namespace, while both live
    interfaces: tuple[Interface, ...]
    routes: tuple[Route, ...]
    listeners: tuple[Listener, ...] = ()
    hostname: str = ""
    name_servers: tuple[str, ...] = ()
    hosts: tuple[tuple[str, tuple[str, ...]], ...] = ()  # /etc/hosts: (address, names), in order
    environment: Mapping[str, str] = field(default_factory=dict)  # of the container's first process; {} for the host

    @property
    def addresses(self) -> tuple[IPv4Interface, ...]:
        """Every address of interfaces that are up, loopback aside."""
        return tuple(a for i in self.interfaces if not i.loopback and i.up for a in i.addresses)


@dataclass(frozen=True, slots=True)
class Echo:
    """What became of one ICMP echo request."""

    answered: bool
    reason: str = ""  # "" when answered; else "network-unreachable" (no route), "host-unreachable", "timeout"


@dataclass(frozen=True, slots=True)
class Meeting:
    """What became of a TCP connection from a source to a listener outside."""

    reached: bool
    outside: IPv4Address
    seen_from: IPv4Address | None = None  # the source address that the far end saw


@dataclass(frozen=True, slots=True)
class Port:
    """Where the LAN's switch has learned a MAC."""

    mac: str
    server: str | None  # server1, server2; None: the router's side


class Probe(Protocol):
    """One read-only look at an engine.

    Every method raises `CannotSee` when the engine or kernel cannot be asked, and `Unsupported` when this
    engine can never show it. A name that does not exist raises `BrokenLink` that names its nearest neighbour
    ("found network_conatiner_2"); asking for the inside of a container that does not run does so too.
    """

    @property
    def engine(self) -> str:
        """The engine's version, e.g. `20.10.24`."""
        ...

    def networks(self) -> tuple[Network, ...]: ...

    def network(self, name: str) -> Network:
        """The network of that name; two of one name are a broken link as well."""
        ...

    def containers(self) -> tuple[Container, ...]:
        """All of them, stopped ones too; helpers of vethlab's own are left out."""
        ...

    def container(self, name: str) -> Container: ...

    def former_names(self, container: str) -> tuple[str, ...]:
        """What it was called before it was renamed, the earliest first; the engine remembers its latest 256 events."""
        ...

    def inside(self, container: str) -> View: ...

    def host(self) -> View: ...

    def answers(self, container: str, name: str, times: int) -> tuple[tuple[IPv4Address, ...], ...]:
        """The A records of `name`, asked `times` times of the container's own name server, each in the order sent.

        An empty inner tuple: the server answered that there is no such name.
        """
        ...

    def reverse(self, container: str, address: IPv4Address) -> tuple[str, ...]:
        """The PTR names of an address, from the container's own name server, without the final dot."""
        ...

    def ping(self, source: Source, address: IPv4Address, *, wait: float = 1.0) -> Echo:
        """One echo request (asked again once when it got no answer); `wait` in seconds."""
        ...

    def connects(self, source: Source, address: IPv4Address, port: int) -> bool:
        """Whether a TCP connection was taken up."""
        ...

    def meet_outside(self, container: str) -> Meeting:
        """A TCP connection from the container to a listener on the LAN's router. `Unsupported` without a LAN."""
        ...

    def server(self, name: str) -> Probe:
        """The same look at another server of the LAN: `server1` or `server2`. `Unsupported` without one."""
        ...

    def server_address(self) -> IPv4Address:
        """This server's own address on its LAN; on an external engine that of the default route's interface.

        `Unsupported` where the engine's host has no interface to the outside.
        """
        ...

    def router(self) -> IPv4Address:
        """The LAN's router, 192.168.0.1. `Unsupported` without a LAN."""
        ...

    def switch(self) -> tuple[Port, ...]:
        """What the LAN's switch has learned. `Unsupported` without a LAN."""
        ...
