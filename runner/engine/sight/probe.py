"""The Probe: one read-only look at an engine and its kernel, each thing read once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address
from typing import Literal, ParamSpec, TypeVar

from checks import not_found
from checks.chain import running
from checks.finding import CannotSee, Unsupported
from checks.probe import Container, Echo, Interface, Meeting, Network, Place, Port, Route, Source, View
from checks.words import say
from runner.engine.docker import HELPER, Gone, Json
from runner.engine.sight import dns, inspected, iproute
from runner.engine.sight.eyes import Sight, Target
from runner.engine.sight.outside import Outside
from runner.engine.sight.procfs import DOCKERS_OWN_DNS
from runner.engine.sight.shared_kernel import ground
from runner.engine.testbed import Server, Testbed
from runner.errors import EngineFailed

Way = Literal["auto", "kernel", "exec"]  # to see: kernel.py or execs.py

P = ParamSpec("P")
T = TypeVar("T")


def look(testbed: Testbed, on: str | None = None, way: Way = "auto") -> Probe:
    """A fresh look at one server, the first by default; its checks may ask for the others, seen in the same pass."""
    probes: dict[str, Probe] = {}
    for each in testbed.servers:
        probes[each.name] = Probe(each, testbed, way, probes)
    return probes[testbed.server(on).name]


def _border(method: Callable[P, T]) -> Callable[P, T]:
    """The engine's failures as the one kind that checks know."""

    @functools.wraps(method)
    def outer(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except EngineFailed as error:
            raise CannotSee(error.what, error.hint) from error

    return outer


class Probe:
    """`checks.probe.Probe` for one server. It asks nothing before it is asked, and nothing twice."""

    def __init__(self, server: Server, bed: Testbed, way: Way, probes: Mapping[str, Probe]) -> None:
        self._server, self._bed, self._way, self._probes = server, bed, way, probes
        self._outside = Outside(bed.lan)
        self._known: dict[object, object] = {}

    def _once(self, key: object, read: Callable[[], T]) -> T:
        if key not in self._known:
            self._known[key] = read()
        return self._known[key]  # type: ignore[return-value]  # what `read` gave under this key

    @property
    @_border
    def engine(self) -> str:
        return self._once("engine", self._server.docker.version)

    # networks

    def _network_list(self) -> list[Json]:
        return self._once("networks", self._server.docker.networks)

    @_border
    def networks(self) -> tuple[Network, ...]:
        found = (self._network(str(each["Id"])) for each in self._network_list())
        return tuple(each for each in found if each)

    @_border
    def network(self, name: str) -> Network:
        ids = [str(each["Id"]) for each in self._network_list() if each["Name"] == name]
        found = [network for each in ids if (network := self._network(each))]
        if len(found) > 1:
            raise not_found.ambiguous(name, found)
        if not found:
            raise not_found.no_network(name, (str(each["Name"]) for each in self._network_list()))
        return found[0]

    def _network(self, network_id: str) -> Network | None:
        """None where it was removed a moment ago."""
        return self._once(("network", network_id), lambda: self._read_network(network_id))

    def _read_network(self, network_id: str) -> Network | None:
        try:
            data = self._server.docker.network(network_id)
        except Gone:
            return None
        helpers = [str(each["Id"]) for each in self._rows() if _is_helper(each)] if data.get("Containers") else []
        return inspected.network(data, frozenset(helpers))

    # containers

    def _rows(self) -> list[Json]:
        """The list of containers, which tells names, ids and labels."""
        return self._once("containers", self._server.docker.containers)

    def _names(self) -> dict[str, Json]:
        """Container names and rows, helpers left out. (A link adds names with a second slash: `/client/web`.)"""
        rows = [each for each in self._rows() if not _is_helper(each)]
        return {name: each for each in rows for name in _names(each)}

    @_border
    def containers(self) -> tuple[Container, ...]:
        found = (self._container(str(each["Id"])) for each in self._rows() if not _is_helper(each))
        return tuple(each for each in found if each)

    @_border
    def container(self, name: str) -> Container:
        row = self._names().get(name)
        found = self._container(str(row["Id"])) if row else None
        if found is None:
            raise not_found.no_container(name, self._names().keys() - {name})
        return found

    @_border
    def former_names(self, container: str) -> tuple[str, ...]:
        found = self.container(container).id
        return self._once(("former names", found), lambda: inspected.former_names(self._server.docker.renames(found)))

    def _container(self, container_id: str) -> Container | None:
        """None where it was removed a moment ago."""
        data = self._inspected(container_id)
        return self._once(("seen", container_id), lambda: inspected.container(data)) if data else None

    def _inspected(self, container_id: str) -> Json | None:
        """None where it was removed a moment ago."""
        return self._once(("container", container_id), lambda: self._read_container(container_id))

    def _read_container(self, container_id: str) -> Json | None:
        try:
            return self._server.docker.inspect(container_id)
        except Gone:
            return None

    # inside

    def _target(self, name: str) -> Target:
        found = running(self, name)
        return Target(found.id, found.name, inspected.pid_of(self._inspected(found.id) or {}), found.mode)

    def _running(self) -> tuple[Target, ...]:
        return tuple(self._target(each.name) for each in self.containers() if each.running)

    def _sight(self) -> Sight:
        return self._once("sight", lambda: _chosen(self._server, self._bed.image, self._way, self._running))

    @_border
    def inside(self, container: str) -> View:
        target = self._target(container)
        return self._once(("inside", target.id), lambda: self._sight().look(target))

    @_border
    def host(self) -> View:
        return self._once("host", lambda: self._sight().look_host())

    # names

    @_border
    def answers(self, container: str, name: str, times: int) -> tuple[tuple[IPv4Address, ...], ...]:
        replies = self._ask(container, name, dns.A, times)
        return tuple(each.addresses for each in replies)

    @_border
    def reverse(self, container: str, address: IPv4Address) -> tuple[str, ...]:
        return self._ask(container, address.reverse_pointer, dns.PTR, 1)[0].names

    def _ask(self, container: str, name: str, kind: int, times: int) -> Sequence[dns.Reply]:
        """The replies; those without records where the server is well and does not know the name.

        Docker's own name server passes on what it does not know; where nobody takes it, it keeps silent or says that it
        failed, by version. So silence counts as "not known" only where it answers for what it must know.
        """
        if not dns.sendable(name):
            return [dns.Reply(dns.NOT_THERE)] * times
        target, server = self._target(container), self._name_server(container)
        good = _good(self._sight().ask(target, server, name, kind, times))
        if len(good) == times:
            return good
        if not self._knows_itself(target, server):
            raise CannotSee(
                say("the name server {server} does not answer {container}", server=server, container=container),
                say("docker exec {container} cat /etc/resolv.conf", container=container),
            )
        good = _good(self._sight().ask(target, server, name, kind, times))
        return good if len(good) == times else [dns.Reply(dns.NOT_THERE)] * times

    def _knows_itself(self, target: Target, server: IPv4Address) -> bool:
        reply = self._sight().ask(target, server, target.name, dns.A, 1)[0]
        return server == DOCKERS_OWN_DNS and reply is not None and bool(reply.addresses)

    def _name_server(self, container: str) -> IPv4Address:
        try:
            return IPv4Address(self.inside(container).name_servers[0])
        except (IndexError, ValueError) as error:
            raise CannotSee(say("{container} has no name server to ask", container=container)) from error

    # reach

    def _start(self, source: Source) -> Target | None:
        return None if isinstance(source, Place) else self._target(source)

    @_border
    def ping(self, source: Source, address: IPv4Address, *, wait: float = 1.0) -> Echo:
        if source is Place.OUTSIDE:
            return self._outside.ping(address, wait)
        return self._sight().ping(self._start(source), address, wait)

    @_border
    def connects(self, source: Source, address: IPv4Address, port: int) -> bool:
        if source is Place.OUTSIDE:
            return self._outside.connects(address, port)
        return self._sight().connects(self._start(source), address, port)

    @_border
    def meet_outside(self, container: str) -> Meeting:
        target = self._target(container)
        return self._outside.meet(lambda address, port: self._sight().connects(target, address, port))

    # the LAN

    def server(self, name: str) -> Probe:
        if self._bed.lan is None or name not in self._probes:
            raise Unsupported(
                say("there is no {server} beside this engine", server=name),
                say("a lab with `servers: 2` on private engines has it: --engine private"),
            )
        return self._probes[name]

    @_border
    def server_address(self) -> IPv4Address:
        if self._server.address:
            return self._server.address
        for interface in self._outer(iproute.default_route(self.host().routes)):
            for each in interface.addresses:
                return each.ip
        raise Unsupported(
            say("the engine's host has no interface to the outside, and so no address of its own"),
            say("a private engine has one: --engine private"),
        )

    def _outer(self, route: Route | None) -> list[Interface]:
        """The host's interfaces to the outside: the default route's; without a route all but Docker's bridges."""
        host = self.host().interfaces
        if route:
            return [each for each in host if each.name == route.interface]
        bridges = {each.bridge for each in self.networks()} | {"docker_gwbridge"}
        return [each for each in host if each.up and not each.loopback and each.name not in bridges]

    def router(self) -> IPv4Address:
        return self._outside.lan.router.ip

    @_border
    def switch(self) -> tuple[Port, ...]:
        return self._outside.switch()


def _chosen(server: Server, image: str, way: Way, running: Callable[[], Iterable[Target]]) -> Sight:
    """Through the kernel where it is proven to be the engine's own, else through the engine."""
    from runner.engine.sight.execs import Execs  # only one of the two is needed
    from runner.engine.sight.kernel import Kernel

    shared = None if way == "exec" else ground(server.url, server.pid)
    if shared is None and way == "kernel":
        raise CannotSee(say("the engine at {url} shares no kernel with us, or we are not root", url=server.url))
    return Kernel(shared, running) if shared else Execs(server.docker, image, running)


def _good(replies: Sequence[dns.Reply | None]) -> list[dns.Reply]:
    """Those that say something of the name: other codes speak of the server's own trouble."""
    return [each for each in replies if each and each.code in (0, dns.NOT_THERE)]


def _is_helper(row: Json) -> bool:
    labels = row.get("Labels")
    return isinstance(labels, dict) and HELPER in labels


def _names(row: Json) -> list[str]:
    given = row.get("Names")
    names = [each.removeprefix("/") for each in given if isinstance(each, str)] if isinstance(given, list) else []
    return [each for each in names if "/" not in each]
