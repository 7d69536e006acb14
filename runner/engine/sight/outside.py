"""The outside of a private engine: the LAN's router, and what its switch has learned."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import TypeVar

from checks.finding import CannotSee, Unsupported
from checks.probe import Echo, Meeting, Port
from checks.words import say
from runner.engine.sight import iproute, sockets
from runner.engine.testbed import Lan

T = TypeVar("T")


class Outside:
    """The LAN. Every method raises `Unsupported` where there is none, `CannotSee` where it is shut to us."""

    def __init__(self, lan: Lan | None) -> None:
        self._lan = lan

    @property
    def lan(self) -> Lan:
        if self._lan is None:
            raise Unsupported(
                say("this engine has no outside that vethlab can look from"),
                say("a private engine has one: --engine private"),
            )
        return self._lan

    def _namespace(self) -> Path:
        return Path("/proc", str(self.lan.pid), "ns/net")

    def ping(self, address: IPv4Address, wait: float) -> Echo:
        return self._seen(lambda: sockets.ping(self._namespace(), address, wait))

    def connects(self, address: IPv4Address, port: int) -> bool:
        return self._seen(lambda: sockets.connects(self._namespace(), address, port))

    def meet(self, connects: Callable[[IPv4Address, int], bool]) -> Meeting:
        """A listener on the router, to which `connects` connects."""
        router = self.lan.router.ip
        with self._seen(lambda: sockets.listener(self._namespace(), router)) as listener:
            if not connects(router, listener.getsockname()[1]):
                return Meeting(False, router)
            accepted, (seen_from, _) = self._seen(listener.accept)
            accepted.close()
            return Meeting(True, router, IPv4Address(seen_from))

    def switch(self) -> tuple[Port, ...]:
        """Its forwarding table; a port is named like the server at its other end, the switch's own is the router's."""
        bridge = self.lan.bridge
        text = self._seen(lambda: iproute.run(self._namespace(), "bridge", "fdb", "show", "br", bridge))
        return tuple(Port(mac, None if port == bridge else port) for mac, port in iproute.learned(text))

    def _seen(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except OSError as error:
            raise CannotSee(
                say("cannot look from the router: {reason}", reason=error), say("vethlab doctor")
            ) from error
