"""Which engine to use: the one that was named, one that is here already, or a private one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.words import noted, say
from runner.engine.rooted import start_docker
from runner.engine.testbed import Testbed, external
from runner.errors import EngineFailed, NotHere, UsageError
from runner.plain import one_line

_CAP_NET_ADMIN, _CAP_SYS_ADMIN = 12, 21  # linux/capability.h
_URL = re.compile(r"(unix://.+|(tcp|ssh)://[^/\s]+.*)")


@dataclass(frozen=True)
class Address:
    """Where an engine may be, and what says so. `certs` and `verify` are for TLS."""

    url: str
    said_by: str  # "DOCKER_HOST", "the docker context desktop-linux", "its usual socket"
    certs: Path | None = None
    verify: bool = True


def choose(
    engine: str, *, prefer_private: bool = False, tell: Callable[[str], None] = lambda _: None
) -> Testbed | None:
    """The external engine to use, which has just answered, or None: start private ones.

    `engine` is auto, external, private or a URL. With auto an engine that answers goes first; with `prefer_private`
    private ones do wherever they can be. `tell` hears why an engine was passed over. Raises UsageError (no such
    choice), EngineFailed (none answers), NotHere (private ones cannot be).
    """
    if engine == "private":
        if why := why_not_private():
            raise NotHere(why, _without_private())
        return None
    if engine not in {"auto", "external"}:
        return answering(named(engine))
    if engine == "auto" and prefer_private and not why_not_private():
        return None
    found = _first(tell if engine == "auto" else lambda _: None)
    if isinstance(found, Testbed):
        return found
    if engine == "external" or why_not_private():
        raise found
    return None


def named(url: str) -> Address:
    """The address that a person gave. UsageError where it is none."""
    if not _URL.fullmatch(url):
        hint = say("auto, external, private, unix:///path/to/docker.sock, tcp://host:port or ssh://user@host")
        raise UsageError(say("{url} names no engine", url=one_line(url)), hint)
    certs, verify = _tls(os.environ, url)
    return Address(url, say("--engine"), certs, verify)


def answering(address: Address) -> Testbed:
    """That engine as a testbed, once it has answered. Raises EngineFailed."""
    testbed = external(address.url, address.certs, address.verify)
    testbed.server().docker.version()
    return testbed


def addresses(environ: Mapping[str, str] = os.environ) -> Iterator[Address]:
    """Where an engine may be, as the docker command looks: DOCKER_HOST, else the context, else the usual sockets.

    Source: docker/cli `cli/command/cli.go`, resolveContextName. Raises EngineFailed for a context that is broken.
    """
    if host := environ.get("DOCKER_HOST"):
        yield Address(host, "DOCKER_HOST", *_tls(environ, host))
        return
    config = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    context = environ.get("DOCKER_CONTEXT") or _current_context(config)
    if context and context != "default":
        yield _context(config, context)
        return
    for socket in _sockets(environ):
        if os.path.exists(socket):
            yield Address(f"unix://{socket}", say("its usual socket"))


def usual_url() -> str:
    """Where the docker command itself looks: DOCKER_HOST, its context, the system's socket. "" where that is broken."""
    try:
        return next((each.url for each in addresses()), "")
    except EngineFailed:
        return ""


def why_not_private() -> str:
    """What keeps this machine and user from starting engines of their own; "" when nothing does."""
    if not sys.platform.startswith("linux"):
        return say("private engines need Linux")
    if os.geteuid() != 0:
        return say("private engines need root")
    effective = re.search(r"^CapEff:\t([0-9a-f]+)$", Path("/proc/self/status").read_text(), re.MULTILINE)
    held = int(effective[1], 16) if effective else 0
    if all(held >> bit & 1 for bit in (_CAP_NET_ADMIN, _CAP_SYS_ADMIN)):
        return ""
    return say("private engines need CAP_SYS_ADMIN and CAP_NET_ADMIN, as on a machine of its own")


def with_private(command: str) -> str:
    """How `command` could have private engines where it cannot have them now; "" where nothing helps."""
    if not sys.platform.startswith("linux"):
        return ""
    if os.geteuid() != 0:
        return say("sudo {command}", command=command)
    return say("the same outside this container, or in one that was started with --privileged")


def _without_private() -> str:
    if sys.platform.startswith("linux") and os.geteuid() == 0:
        return say("use an engine that is there: `--engine external`")
    return say("run it on Linux with sudo; or use an engine that is there: `--engine external`")


def _first(tell: Callable[[str], None]) -> Testbed | EngineFailed:
    """The first engine that answers, else what to say about there being none."""
    failures = []
    try:
        for address in addresses():
            try:
                return answering(address)
            except EngineFailed as failed:
                failures.append(EngineFailed(say("{what} ({by})", what=failed.what, by=address.said_by), failed.hint))
    except EngineFailed as failed:
        failures.append(failed)
    for each in failures:
        tell(each.what)
    return failures[0] if failures else EngineFailed(say("no Docker Engine was found"), _own_or_private())


def _own_or_private() -> str:
    """What to try where no engine is found."""
    start = start_docker()
    if not sys.platform.startswith("linux"):
        return start
    if not why_not_private():
        return say("start Docker (`{start}`), or take a private one: `--engine private`", start=start)
    if os.geteuid() != 0:
        return say("start Docker (`{start}`), or run vethlab with sudo: it starts its own", start=start)
    return say("start Docker (`{start}`), or set DOCKER_HOST to where one answers", start=start)


def _sockets(environ: Mapping[str, str]) -> Iterator[str]:
    """The system's, a rootless engine's, Docker Desktop's on macOS and on Linux."""
    yield "/var/run/docker.sock"
    yield f"{environ.get('XDG_RUNTIME_DIR') or f'/run/user/{os.getuid()}'}/docker.sock"
    yield str(Path.home() / ".docker/run/docker.sock")
    yield str(Path.home() / ".docker/desktop/docker.sock")


def _current_context(config: Path) -> str:
    """The name in the docker command's configuration; "" where there is none or the file is no good, as docker does."""
    try:
        name = _json(config / "config.json").get("currentContext")
    except EngineFailed:
        return ""
    return name if isinstance(name, str) else ""


def _context(config: Path, name: str) -> Address:
    """The docker endpoint of a context. Its folders bear the name's SHA-256: docker/cli `cli/context/store`."""
    folder = hashlib.sha256(name.encode()).hexdigest()
    meta = _json(config / "contexts" / "meta" / folder / "meta.json", say("docker context {name}", name=one_line(name)))
    endpoint = (meta.get("Endpoints") or {}).get("docker") or {}
    host = endpoint.get("Host")
    if not isinstance(host, str) or not _URL.fullmatch(host):
        raise EngineFailed(say("the docker context {name} names no engine", name=one_line(name)), say(_CONTEXTS))
    tls = config / "contexts" / "tls" / folder / "docker"
    certs = tls if tls.is_dir() else None
    return Address(host, say("docker context {name}", name=one_line(name)), certs, not endpoint.get("SkipTLSVerify"))


_CONTEXTS = noted("look at `docker context ls`, or give `--engine`")


def _json(file: Path, what: str = "") -> dict[str, Any]:
    try:
        read = json.loads(file.read_text())
        if not isinstance(read, dict):
            raise ValueError(say("no object"))
    except FileNotFoundError as error:
        raise EngineFailed(say("there is no {what}", what=what), say(_CONTEXTS)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise EngineFailed(say("{what} is broken: {why}", what=what, why=one_line(error)), say(_CONTEXTS)) from error
    return read


def _tls(environ: Mapping[str, str], url: str) -> tuple[Path | None, bool]:
    """The folder of certificates and whether to verify, as the docker command takes them for a tcp:// URL."""
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not url.startswith("tcp://") or not (verify or environ.get("DOCKER_TLS")):
        return None, True
    return Path(environ.get("DOCKER_CERT_PATH") or Path.home() / ".docker"), verify
