"""What the engine's API says of networks and containers, as the facts that checks ask for.

Nothing is taken on trust: an answer that lacks a key or holds another type is `EngineFailed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TypeVar

from checks.probe import Container, Endpoint, Member, Network, Subnet
from checks.words import say
from runner.errors import EngineFailed

_SHORT_ID = 12
_LONG_ID = 64

T = TypeVar("T")
Json = Mapping[str, object]


def network(data: Json, helpers: frozenset[str] = frozenset()) -> Network:
    """A network from GET /networks/ID; `helpers` are the ids of containers that are vethlab's own."""
    ipam = _items(_part(data, "IPAM"), "Config")
    members = (_member(key, each) for key, each in _mappings(_part(data, "Containers")).items())
    return Network(
        id=_text(data, "Id"),
        name=_text(data, "Name"),
        driver=_text(data, "Driver"),
        subnets=tuple(_subnet(each) for each in ipam if ":" not in _text(each, "Subnet", "")),
        options=_texts(_part(data, "Options")),
        internal=_get(data, "Internal", bool) or False,
        created=_time(_text(data, "Created", "")),
        members=tuple(
            each for each in members if _is_container(each.container_id) and each.container_id not in helpers
        ),
    )


def _is_container(key: str) -> bool:
    """Swarm's load balancers and loose endpoints are listed too, as `lb-…` and `ep-…`."""
    return len(key) == _LONG_ID


def _subnet(data: Json) -> Subnet:
    return Subnet(
        subnet=_parsed(IPv4Network, _text(data, "Subnet")),
        ip_range=_parsed(IPv4Network, given) if (given := _text(data, "IPRange", "")) else None,
        gateway=_parsed(IPv4Address, given.partition("/")[0]) if (given := _text(data, "Gateway", "")) else None,
    )


def _member(key: str, data: Json) -> Member:
    address = _text(data, "IPv4Address", "")
    parsed = _parsed(IPv4Interface, address) if address else None
    return Member(key, _text(data, "Name", ""), parsed, _text(data, "MacAddress", "").lower())


def container(data: Json) -> Container:
    """A container from GET /containers/ID/json."""
    state, config, wanted = _part(data, "State"), _part(data, "Config"), _part(data, "HostConfig")
    created = _time(_text(data, "Created"))
    if created is None:
        raise EngineFailed(say("the engine says of {name} no time of creation", name=name_of(data)))
    return Container(
        id=_text(data, "Id"),
        name=name_of(data),
        image=_text(config, "Image", ""),
        state=_text(state, "Status"),
        mode=_text(wanted, "NetworkMode", "default"),
        created=created,
        started=_time(_text(state, "StartedAt", "")),
        finished=_time(_text(state, "FinishedAt", "")),
        exit_code=_get(state, "ExitCode", int) or 0,
        error=_text(state, "Error", ""),
        interactive=bool(_get(config, "OpenStdin", bool) or _get(config, "Tty", bool)),
        hostname=_text(config, "Hostname", ""),
        endpoints=_endpoints(data),
        links=tuple(_link(each) for each in _get(wanted, "Links", list) or ()),
        published=tuple(_part(wanted, "PortBindings")),
    )


def name_of(data: Json) -> str:
    """A container's name, without the slash that the API writes before it."""
    return _text(data, "Name").removeprefix("/")


def pid_of(data: Json) -> int:
    """The container's first process, as the engine's own PID namespace numbers it; 0 where it does not run."""
    return _get(_part(data, "State"), "Pid", int) or 0


def _endpoints(data: Json) -> tuple[Endpoint, ...]:
    name, short_id = name_of(data), _text(data, "Id")[:_SHORT_ID]
    networks = _mappings(_part(_part(data, "NetworkSettings"), "Networks"))
    return tuple(_endpoint(network, each, name, short_id) for network, each in networks.items())


def former_names(renames: Iterable[Json]) -> tuple[str, ...]:
    """The names that a container had, of its renames' events."""
    about = [_part(_part(each, "Actor"), "Attributes") for each in renames]
    return tuple(_text(each, "oldName", "").removeprefix("/") for each in about)


def _endpoint(network: str, data: Json, name: str, short_id: str) -> Endpoint:
    address = _text(data, "IPAddress", "")
    gateway = _text(data, "Gateway", "")
    width = _get(data, "IPPrefixLen", int) or 32
    return Endpoint(
        network=network,
        network_id=_text(data, "NetworkID", ""),
        address=_parsed(IPv4Interface, f"{address}/{width}") if address else None,
        mac=_text(data, "MacAddress", "").lower(),
        gateway=_parsed(IPv4Address, gateway) if gateway else None,
        aliases=tuple(each for each in _given(data, short_id) if each != name),
    )


def _given(data: Json, short_id: str) -> tuple[str, ...]:
    """The aliases that were asked for: behind them the engine adds the short id and the host name (API < 1.45)."""
    names = [each for each in _get(data, "Aliases", list) or () if isinstance(each, str)]
    return tuple(dict.fromkeys(names[: names.index(short_id)] if short_id in names else names))


def _link(text: object) -> str:
    """`/link_server:/link_client/web`, as the API writes it, is `server:web`."""
    server, _, alias = str(text).partition(":")
    return f"{server.strip('/')}:{alias.rpartition('/')[2]}"


def _time(text: str) -> datetime | None:
    """RFC 3339 with up to nine digits of a second (the last three are dropped); year 1 means never."""
    return None if not text or text.startswith("0001-") else _parsed(datetime.fromisoformat, text)


def _get(data: Json, key: str, kind: type[T]) -> T | None:
    """The value, None where the key is absent or null."""
    value = data.get(key)
    if value is None or isinstance(value, kind):
        return value
    raise EngineFailed(say("the engine's answer makes no sense: {key} is {value}", key=key, value=repr(value)[:80]))


def _text(data: Json, key: str, default: str | None = None) -> str:
    value = _get(data, key, str)
    if value is None and default is None:
        raise EngineFailed(say("the engine's answer makes no sense: it lacks {key}", key=key))
    return value if value is not None else default or ""


def _part(data: Json, key: str) -> Json:
    return _get(data, key, dict) or {}


def _items(data: Json, key: str) -> Iterable[Json]:
    return (each for each in _get(data, key, list) or () if isinstance(each, dict))


def _mappings(data: Json) -> Mapping[str, Json]:
    return {key: each for key, each in data.items() if isinstance(each, dict)}


def _texts(data: Json) -> Mapping[str, str]:
    return {key: each for key, each in data.items() if isinstance(each, str)}


def _parsed(parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise EngineFailed(say("the engine's answer makes no sense: {error}", error=error)) from error
