"""The bodies of API requests, made from typed fields alone, with the limits that hold for every replayed container."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from checks.words import say
from runner.docker_requests.model import (
    Call,
    Connect,
    CreateNetwork,
    Listen,
    LookProgram,
    MakeContainer,
    Ping,
    Program,
    Shell,
)
from runner.engine.sdk import Json

ENDS = "vethlab.ends"  # label of a container whose program ends by itself
LISTENS = "vethlab.listens"  # label of a container whose program listens: the port
PLAIN_MODES = ("default", "bridge", "host", "none")

# NET_RAW: ping. NET_BIND_SERVICE: nc on a port such as 80 in the host's network.
_CAPABILITIES = ["NET_RAW", "NET_BIND_SERVICE"]
# Its text and port are arguments. A port that is taken must not become a loop without a pause.
_LISTENER = 'while true; do printf "%s" "$2" | nc -l -p "$1" || sleep 0.2; done'
_LISTENER_ONCE = 'printf "%s" "$2" | nc -l -p "$1"'
_PACKETS = 20
_WAIT = 5  # seconds


class NotAsked(Exception):
    """What the docker CLI itself refuses, before an engine hears of it; in its words."""


@dataclass(frozen=True)
class ReplayLimits:
    """What one submission may use. Bytes and seconds; `lines` and `submission_seconds` are the whole replay's."""

    containers: int = 24  # at a time, on each server
    networks: int = 16  # the same, besides the engine's own
    lines: int = 400
    line_seconds: float = 30.0
    submission_seconds: float = 300.0
    memory: int = 64 << 20  # of a container
    processes: int = 64  # of a container
    files: int = 256  # open ones, of a process
    log: str = "256k"  # of a container: its output, as Docker writes a size


REPLAY = ReplayLimits()


def user_defined(mode: str) -> bool:
    """Whether a network mode names a network of the student's."""
    return mode not in PLAIN_MODES and not mode.startswith("container:")


def argv(program: Program | None) -> list[str] | None:
    """The program as an argument list; None for the image's own shell."""
    match program:
        case None | Shell():
            return None
        case LookProgram():
            return [program.name, *program.arguments]
        case Ping():
            count, wait = min(max(program.count, 1), _PACKETS), min(max(program.wait, 1), _WAIT)
            return ["ping", "-c", str(count), "-W", str(wait), program.host]
        case Call():
            wait = min(max(program.wait, 1), _WAIT)
            return ["timeout", str(2 * wait), "nc", "-w", str(wait), program.host, str(program.port)]
        case Listen():
            text = f"{program.text}\n" if program.text else ""
            return ["sh", "-c", _LISTENER if program.loops else _LISTENER_ONCE, "sh", str(program.port), text]


def ends_by_itself(asked: MakeContainer) -> bool:
    """Whether the container's program comes to its end without being stopped: a shell does without -i and -t."""
    if isinstance(asked.program, Listen):
        return False
    if asked.program is None or isinstance(asked.program, Shell):
        return not (asked.interactive or asked.tty)
    return True


def container(image: str, asked: MakeContainer, limits: ReplayLimits) -> Json:
    """The arguments of `create_container`. Raises NotAsked."""
    if asked.aliases and not user_defined(asked.network):
        raise NotAsked(say("network-scoped aliases are only supported for user-defined networks"))
    labels = {ENDS: "1"} if ends_by_itself(asked) else {}
    if isinstance(asked.program, Listen):
        labels[LISTENS] = str(asked.program.port)
    ports = [inside for _, inside in asked.publish]
    return {
        "image": image,
        "name": asked.name,
        "command": argv(asked.program),
        "hostname": asked.hostname,
        "stdin_open": asked.interactive,
        "tty": asked.tty,
        "detach": True,  # nobody is attached, so the standard input stays open when nobody leaves
        "ports": sorted({*asked.expose, *ports}),
        "labels": labels,
        "host_config": _host(asked, limits),
        "networking_config": _networking(asked),
        "use_config_proxy": False,
    }


def _host(asked: MakeContainer, limits: ReplayLimits) -> Json:
    """Made by hand: the SDK would refuse some of what engines take (a port published in the host's network)."""
    ports = {f"{inside}/tcp": [{"HostIp": "", "HostPort": str(outside or "")}] for outside, inside in asked.publish}
    return {
        "NetworkMode": asked.network,
        "Links": [f"{name}:{alias}" for name, alias in asked.links],
        "PortBindings": ports,
        "AutoRemove": asked.remove,
        "Memory": limits.memory,
        "MemorySwap": limits.memory,
        "PidsLimit": limits.processes,
        "Ulimits": [{"Name": "nofile", "Soft": limits.files, "Hard": limits.files}],
        "SecurityOpt": ["no-new-privileges"],
        "CapDrop": ["ALL"],
        "CapAdd": _CAPABILITIES,
        "ReadonlyRootfs": True,
        "LogConfig": {"Type": "json-file", "Config": {"max-size": limits.log, "max-file": "1"}},
    }


def _networking(asked: MakeContainer) -> Json | None:
    """As the CLI: only where a network is told more than its name."""
    links = asked.links if user_defined(asked.network) else ()
    if not (asked.aliases or asked.ip or links):
        return None
    plan: Json = {"Aliases": [*asked.aliases] or None, "Links": [f"{name}:{alias}" for name, alias in links] or None}
    plan["IPAMConfig"] = {"IPv4Address": asked.ip} if asked.ip else None
    return {"EndpointsConfig": {asked.network: plan}}


def connection(asked: Connect) -> Json:
    """The arguments of `connect_container_to_network`."""
    return {
        "container": asked.container,
        "net_id": asked.network,
        "aliases": [*asked.aliases] or None,
        "ipv4_address": asked.ip,
        "links": [*asked.links] or None,
    }


def network(asked: CreateNetwork) -> Json:
    """The arguments of `create_network`. Raises NotAsked."""
    return {
        "name": asked.name,
        "driver": asked.driver,
        "options": {"parent": asked.parent} if asked.parent else None,
        "ipam": _ipam(asked),
        "check_duplicate": True,
        "internal": asked.internal,
        "attachable": asked.attachable or None,
    }


def _ipam(asked: CreateNetwork) -> Json:
    """The address plan, with what the CLI demands of one (docker/cli, createIPAMConfig)."""
    if asked.subnet is None:
        if asked.ip_range or asked.gateway:
            raise NotAsked(say("every ip-range or gateway must have a corresponding subnet"))
        return {"Driver": "default", "Options": {}, "Config": []}
    subnet = IPv4Network(asked.subnet, strict=False)
    if asked.ip_range and not _within(asked.ip_range, subnet):
        raise NotAsked(say("no matching subnet for range {range}", range=asked.ip_range))
    if asked.gateway and not _within(asked.gateway, subnet):
        raise NotAsked(say("no matching subnet for gateway {gateway}", gateway=asked.gateway))
    plan = {"Subnet": asked.subnet, "IPRange": asked.ip_range, "Gateway": asked.gateway}
    return {"Driver": "default", "Options": {}, "Config": [{key: value for key, value in plan.items() if value}]}


def _within(address: str, subnet: IPv4Network) -> bool:
    return IPv4Network(address, strict=False).network_address in subnet
