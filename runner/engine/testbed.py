"""What labs are played on: one or two servers, each with an engine, found or started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from checks.words import say
from runner.engine.environ import plain_environ
from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.engine.docker import Docker

IMAGE = "vethlab/node:latest"


@dataclass(frozen=True)
class Lan:
    """The switch and router that servers plug into: the network namespace of the process `pid`.

    The switch is a bridge named `bridge`; the port of `server1` in it is named `server1`.
    """

    pid: int
    router: IPv4Interface
    bridge: str = "switch"


@dataclass(frozen=True)
class Server:
    """One host with an engine. `pid` is its dockerd as seen from here, `address` its own on the LAN; None if external.

    `certs`: see Docker.
    """

    name: str
    url: str
    pid: int | None = None
    address: IPv4Address | None = None
    certs: Path | None = None
    verify: bool = True

    @cached_property
    def docker(self) -> Docker:
        """The engine's API; it connects when it is first asked."""
        from runner.engine.docker import Docker  # the SDK takes its time to import

        return Docker(self.url, certs=self.certs, verify=self.verify)


def _nothing() -> None:
    """An external engine is not ours to end."""


@dataclass(frozen=True)
class Testbed:
    """Servers to play a lab on. `environ` is for the docker CLI: with it, plain `docker` speaks to the first server.

    `close` ends what was started for it (an external engine stays as it is); leaving a `with` closes.
    """

    __test__ = False  # not one of pytest's

    kind: Literal["private", "external"]
    servers: tuple[Server, ...]
    environ: Mapping[str, str]
    lan: Lan | None = None
    image: str = IMAGE
    name: str = ""  # of its record in run_dir(); "" for an external one
    end: Callable[[], None] = field(default=_nothing, repr=False, compare=False)

    def server(self, on: str | None = None) -> Server:
        """The server of that name, the first one by default. `UsageError` if there is none."""
        found = next((each for each in self.servers if on in (None, each.name)), None)
        if found is None:
            raise UsageError(say("there is no {server} here", server=on), hint=say("a lab with `servers: 2` has two"))
        return found

    @cached_property
    def version(self) -> str:
        """The first engine's version, e.g. `20.10.24`."""
        return self.server().docker.version()

    def close(self) -> None:
        """End the private engines, wait until they are gone and leave nothing behind. A second time does nothing."""
        self.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def external(url: str, certs: Path | None = None, verify: bool = True) -> Testbed:
    """The engine at `url` as a testbed of one server. It is not asked anything yet. `certs`: for TLS, see Docker."""
    from runner.engine.places import run_dir

    config = run_dir() / "plain"  # of the user's own settings, detachKeys would break what labs type
    config.mkdir(mode=0o700, exist_ok=True)
    tls = {"DOCKER_CERT_PATH": str(certs), "DOCKER_TLS_VERIFY" if verify else "DOCKER_TLS": "1"} if certs else {}
    environ = plain_environ(DOCKER_HOST=url, DOCKER_CONFIG=str(config), **tls)
    return Testbed("external", (Server("server1", url, certs=certs, verify=verify),), environ)
