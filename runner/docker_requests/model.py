"""What a docker command line asks for, as typed fields: all that a submission can ever make an engine do.

The grammar (`grammar.py`) makes these from a line, `fields.py` from JSON; `runner/engine/deeds.py` builds new API
requests from them. Every text in them is of a kind that was checked (a name, an address, a port); none is a
command line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreateNetwork:
    """`driver` is bridge, macvlan or overlay; the addresses are CIDR or plain IPv4; `parent` only with macvlan."""

    name: str
    driver: str = "bridge"
    subnet: str | None = None
    ip_range: str | None = None
    gateway: str | None = None
    parent: str | None = None
    internal: bool = False
    attachable: bool = False


@dataclass(frozen=True, slots=True)
class RemoveNetworks:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Connect:
    """`links` are (container, alias)."""

    network: str
    container: str
    aliases: tuple[str, ...] = ()
    ip: str | None = None
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Disconnect:
    network: str
    container: str
    force: bool = False


# --- programs in containers: looking, and the labs' listeners


@dataclass(frozen=True, slots=True)
class LookProgram:
    """ifconfig, ip, nslookup, hostname, cat: `name` with arguments from a closed list of forms; it only looks."""

    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ping:
    """`count` packets, at most 20; `wait` seconds for each answer, at most 5."""

    host: str
    count: int = 1
    wait: int = 1


@dataclass(frozen=True, slots=True)
class Call:
    """nc to a port: what comes back is not kept. `wait` seconds, at most 5."""

    host: str
    port: int
    wait: int = 1


@dataclass(frozen=True, slots=True)
class Listen:
    """nc on a port, answering each caller with `text`; again and again where `loops`."""

    port: int
    text: str = ""
    loops: bool = True


@dataclass(frozen=True, slots=True)
class Shell:
    """The image's own bash or sh without arguments: it waits at its terminal, or ends at once without one."""


Program = LookProgram | Ping | Call | Listen | Shell


@dataclass(frozen=True, slots=True)
class MakeContainer:
    """`docker run` and `docker create` (`starts` is false). The image is always the lab image.

    `network` is a network's name, bridge, host, none, default or `container:NAME`; `links` are (container, alias),
    `publish` (host port or 0, container port). `remove`: --rm. Without -i the shell of an image ends at once, as it
    does for the student. A run without -d is played as one with it; `detach` says what the line had.
    """

    name: str | None = None
    network: str = "default"
    aliases: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    expose: tuple[int, ...] = ()
    publish: tuple[tuple[int, int], ...] = ()
    hostname: str | None = None
    ip: str | None = None
    interactive: bool = False
    tty: bool = False
    detach: bool = False
    remove: bool = False
    program: Program | None = None
    starts: bool = True


@dataclass(frozen=True, slots=True)
class ChangeState:
    """`verb` is start, stop, restart or kill. `signal` only for kill: KILL, TERM, INT, HUP, STOP or CONT."""

    verb: str
    containers: tuple[str, ...]
    seconds: int | None = None
    signal: str = "KILL"


@dataclass(frozen=True, slots=True)
class RemoveContainers:
    containers: tuple[str, ...]
    force: bool = False


@dataclass(frozen=True, slots=True)
class Rename:
    container: str
    name: str


@dataclass(frozen=True, slots=True)
class Exec:
    container: str
    program: Program
    detach: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A command that shows something of the engine and changes nothing (`inspect`, `network ls`, `ps`, `logs` …).

    It is not played. `names` are what it looks at, as far as they are names.
    """

    command: str
    names: tuple[str, ...] = ()


Request = (
    CreateNetwork
    | RemoveNetworks
    | Connect
    | Disconnect
    | MakeContainer
    | ChangeState
    | RemoveContainers
    | Rename
    | Exec
    | Look
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that is understood. `on` is the server it speaks to, None for the first; `note` what was left out."""

    request: Request
    on: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that is left out and costs nothing (`exit`, a bare `ifconfig`); `note` says why."""

    note: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is not played; `why` names the word and the reason, for the student."""

    why: str


Reading = Asked | Skipped | Refused
