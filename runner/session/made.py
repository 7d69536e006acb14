"""What a journal's commands have made and not removed again, as far as their fields tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from runner.docker_requests.fields import from_fields
from runner.docker_requests.model import (
    CreateNetwork,
    MakeContainer,
    RemoveContainers,
    RemoveNetworks,
    Rename,
    Request,
)

Place = tuple[str | None, str, str]  # server or None, `container` or `network`, name


def left_by(entries: Iterable[Mapping[str, Any]]) -> list[Place]:
    """What should be there: containers first, in the order in which they were made. A command that failed made none."""
    there: dict[Place, None] = {}
    for entry in entries:
        if entry.get("entry") != "command" or not entry.get("request"):
            continue
        with suppress(ValueError):
            request, on = from_fields(entry["request"]), entry.get("on")
            for kind, name in _removed(request):
                there.pop((on, kind, name), None)
            if not entry.get("code") or isinstance(request, MakeContainer):
                there |= {(on, kind, name): None for kind, name in _made(request)}
    return sorted(there, key=lambda place: place[1])


def _made(request: Request) -> list[tuple[str, str]]:
    match request:
        case CreateNetwork():
            return [("network", request.name)]
        case MakeContainer(name=str(name)):
            return [("container", name)]
        case Rename():
            return [("container", request.name)]
    return []


def _removed(request: Request) -> list[tuple[str, str]]:
    match request:
        case RemoveNetworks():
            return [("network", name) for name in request.names]
        case RemoveContainers():
            return [("container", name) for name in request.containers]
        case Rename():
            return [("container", request.container)]
    return []
