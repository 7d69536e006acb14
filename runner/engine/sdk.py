"""The Docker SDK with limits, and its errors as ours. Nothing else imports the SDK; it is imported late (125 ms)."""

from __future__ import annotations

import http.client
import json
import re
import struct
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from checks.words import say
from runner.engine import faults
from runner.errors import EngineFailed

if TYPE_CHECKING:
    from docker import APIClient
    from docker.tls import TLSConfig
    from requests import Response

    Client = APIClient  # for those who ask through it and import no SDK

Json = dict[str, Any]

HELPER = "vethlab.helper"  # the label of vethlab's own short-lived containers
_LARGEST = 16 << 20  # bytes of one answer
_IMPORTING = threading.Lock()  # two threads that import the SDK's circle of modules may each get half of it
_LONGEST = 1 << 20  # bytes of one command's output, and of one event


class Gone(LookupError):
    """The container, network or image is not there (any more), or, for a command in a container, it does not run."""


class Refused(Exception):
    """The engine answered, and will not do what was asked for: its own words."""


@contextmanager
def translated(what: str, *, absent: Sequence[int] = (404,)) -> Iterator[None]:
    """What the SDK, its HTTP layers and the system raise, as ours, with the cause kept.

    `what` begins the sentence: "cannot list the networks". `absent` are the HTTP statuses that mean `Gone`.
    """
    try:
        yield
    except failures() as error:
        why, hint = faults.reason(error)
        message = say("{what}: {why}", what=what, why=why)
        if _status(error) in absent:
            raise Gone(message) from error
        raise EngineFailed(message, hint) from error


def failures() -> tuple[type[BaseException], ...]:
    """All that a call of the SDK may raise: a test holds this against what its packages define.

    ValueError, LookupError, TypeError, AttributeError: what the SDK does where an answer has the wrong shape.
    """
    with _IMPORTING:
        import requests
        import urllib3
        from docker.credentials.errors import StoreError
        from docker.errors import DockerException, StreamParseError
        from docker.utils.socket import SocketError

    docker = (DockerException, StreamParseError, StoreError, SocketError)
    web = (
        requests.RequestException,
        requests.cookies.CookieConflictError,
        urllib3.exceptions.HTTPError,
        http.client.HTTPException,
    )
    nonsense = (tarfile.TarError, ValueError, LookupError, TypeError, AttributeError, RecursionError, struct.error)
    return (*docker, *web, *nonsense, OSError)


def _status(error: BaseException) -> int | None:
    """The HTTP status, if Docker itself gave it: its errors are JSON, those of a stranger's web server are not."""
    response = getattr(error, "response", None)
    if response is None or not str(response.headers.get("Content-Type", "")).startswith("application/json"):
        return None
    return int(response.status_code)


def refusal(error: BaseException | None) -> str | None:
    """The engine's own words where it refused something, or the SDK in its place; None for any other failure."""
    from docker.errors import APIError, DockerException

    by_sdk = isinstance(error, DockerException) and not isinstance(error, APIError)
    if error is None or not (by_sdk or _status(error)):
        return None
    return faults.reason(error)[0]


def connect(url: str, certs: Path | None, verify: bool, limit: float) -> tuple[APIClient, str]:
    """A client that speaks the engine's own API version, and the engine's version.

    Both come with /_ping (0.5 ms; /version, which the SDK would ask, takes 12 to 17 on 20.10).
    """
    first = _client(url, certs, verify, limit, version=None)
    try:
        response = first.get(f"{first.base_url}/_ping", timeout=limit)
        checked(response)
        api = response.headers.get("Api-Version", "")
        if not re.fullmatch(r"\d{1,3}\.\d{1,3}", api):
            raise ValueError(say("what answers is no Docker Engine"))
        client = _client(url, certs, verify, limit, version=api)
        client.adapters = first.adapters  # the connection is open already
        named = re.match(r"Docker/(\d[^\s()]{0,60})", response.headers.get("Server", ""))
        return client, named[1] if named else texts(client.version(), "Version")["Version"]
    except BaseException:
        first.close()
        raise


def _client(url: str, certs: Path | None, verify: bool, limit: float, version: str | None) -> APIClient:
    import docker
    from docker.constants import DEFAULT_DOCKER_API_VERSION

    tls = _tls(certs, verify) if certs else url.startswith("https://")
    shell = url.startswith("ssh://")  # the ssh program knows the user's keys, agent and configuration
    client = docker.APIClient(
        url, version=version or DEFAULT_DOCKER_API_VERSION, timeout=ceil(limit), tls=tls, use_ssh_client=shell
    )
    client.hooks["response"].append(_read)
    client.max_redirects = 1
    client.trust_env = url.startswith(("tcp://", "http"))  # proxies and netrc are nothing to a socket
    return client


def _tls(certs: Path, verify: bool) -> TLSConfig:
    from docker.tls import TLSConfig

    pair = (certs / "cert.pem", certs / "key.pem")
    mine = (str(pair[0]), str(pair[1])) if all(path.exists() for path in pair) else None
    ca = certs / "ca.pem"
    return TLSConfig(client_cert=mine, ca_cert=str(ca) if ca.exists() else None, verify=verify)


def _read(response: Response, **settings: Any) -> Response:
    """Reads an answer up to a limit, before requests would read it without one."""
    if settings.get("stream") and response.ok:
        return response
    response.raw = BytesIO(_whole(response, _LARGEST))
    response.headers.pop("Content-Encoding", None)
    return response


def _whole(response: Response, limit: int) -> bytes:
    body = bytearray()
    try:
        for piece in response.raw.stream(1 << 16, decode_content=True):
            body += piece
            if len(body) > limit:
                raise ValueError(say("the answer does not end"))
    except BaseException:
        response.close()
        raise
    return bytes(body)


def checked(response: Response) -> None:
    """Raises the SDK's exception for an answer that is an error."""
    import requests
    from docker.errors import create_api_error_from_http_exception

    try:
        response.raise_for_status()
    except requests.HTTPError as error:
        create_api_error_from_http_exception(error)


def texts(value: Any, *keys: str) -> Json:
    """`value`, seen to be a JSON object in which `keys` are texts."""
    if not isinstance(value, dict) or not all(isinstance(value.get(key), str) for key in keys):
        raise ValueError(say("the engine's answer makes no sense"))
    return value


def rows(value: Any, *keys: str) -> list[Json]:
    """`value`, seen to be a JSON list of such objects."""
    if not isinstance(value, list):
        raise ValueError(say("the engine's answer makes no sense"))
    return [texts(each, *keys) for each in value]


def output(client: APIClient, method: str, path: str, seconds: float) -> bytes:
    """What a command wrote, stdout and stderr in their order.

    Without the SDK's `Upgrade`: its reader takes the socket from under the buffer, and what came with the headers
    is lost.
    """
    url = f"{client.base_url}/v{client.api_version}{quote(path, safe='/?=&')}"
    body = {"Detach": False, "Tty": False} if method == "POST" else None
    response = client.request(method, url, json=body, stream=True, timeout=seconds + 1)
    checked(response)
    return b"".join(_frames(_whole(response, _LONGEST)))


def _frames(stream: bytes) -> Iterator[bytes]:
    """The payloads of Docker's multiplexed stream: which (1 byte), zeros (3), length (4), payload (API: attach)."""
    at = 0
    while at < len(stream):
        which, zeros, length = struct.unpack_from(">B3sL", stream, at)
        at += 8 + length
        if which > 2 or zeros != b"\0\0\0" or at > len(stream):
            raise ValueError(say("the engine's answer makes no sense"))
        yield stream[at - length : at]


def past_events(client: APIClient, until: str, **wanted: str) -> list[Json]:
    """What the engine remembers of such events up to a time of its own clock (RFC 3339), the earliest first."""
    seconds = datetime.fromisoformat(until).timestamp()
    filters = json.dumps({key: [value] for key, value in wanted.items()})
    query = {"since": "0", "until": f"{seconds:.6f}", "filters": filters}
    response = client.get(f"{client.base_url}/v{client.api_version}/events", params=query)
    checked(response)
    return rows([json.loads(line) for line in response.content.splitlines()], "Type", "Action")


def image(client: APIClient, name: str) -> Json:
    return texts(client.inspect_image(name), "Id")  # type: ignore[no-untyped-call]


def helper(client: APIClient, name: str, image: str, argv: Sequence[str], **settings: Any) -> None:
    """Creates a container whose output can be read back whatever the engine's log driver is."""
    from docker.types import LogConfig

    users = "host" if settings.get("network_mode") == "host" else None  # else an engine with userns-remap refuses
    host = client.create_host_config(log_config=LogConfig(type="json-file"), userns_mode=users, **settings)
    made = client.create_container(
        image, name=name, entrypoint=list(argv), labels={HELPER: "1"}, host_config=host, use_config_proxy=False
    )
    texts(made, "Id")


def ended(client: APIClient, name: str, seconds: int) -> int:
    """The container's exit code, once it has ended."""
    return int(client.wait(name, seconds)["StatusCode"])


def load(client: APIClient, tar: Path) -> None:
    """Sends an image file; the engine tells of an error in the middle of its progress."""
    with tar.open("rb") as file:
        for line in client.load_image(file):  # type: ignore[no-untyped-call]
            if "error" in texts(line):
                raise ValueError(line["error"])


def save(client: APIClient, name: str, tar: Path) -> None:
    """Writes an image to a file, whole or not at all."""
    part = tar.with_name(tar.name + ".part")
    try:
        with part.open("wb") as file:
            for piece in client.get_image(name):
                file.write(piece)
        with tarfile.open(part) as archive:
            if "manifest.json" not in archive.getnames():
                raise ValueError(say("the engine's answer makes no sense"))
        part.replace(tar)
    finally:
        part.unlink(missing_ok=True)


class Events:
    """What happens on the engine, one dict an event, until `close`. EngineFailed when the engine goes away."""

    def __init__(self, client: APIClient, what: str, filters: Mapping[str, Sequence[str]]) -> None:
        from docker.types import CancellableStream

        self._what, self._closed, self._waiting = what, False, b""
        url = f"{client.base_url}/v{client.api_version}/events"
        response = client.get(url, params={"filters": json.dumps(filters)}, stream=True, timeout=None)
        checked(response)
        self._response = response
        self._stream = CancellableStream(response.iter_content(1 << 16), response)

    def __iter__(self) -> Events:
        return self

    def __next__(self) -> Json:
        if not self._closed:
            try:
                with translated(self._what, absent=()):
                    line = self._line()
                    event = None if line is None else texts(json.loads(line), "Type", "Action")
            except EngineFailed:
                self.close()
                raise
            if event is not None:
                return event
        raise StopIteration

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _line(self) -> bytes | None:
        """The next line, None when we ended it."""
        while b"\n" not in self._waiting:
            piece = next(self._stream, None)
            if self._closed:
                return None
            if piece is None:
                raise ConnectionError(say("the engine went away"))
            self._waiting += piece
            if len(self._waiting) > _LONGEST:
                raise ValueError(say("the engine's answer makes no sense"))
        line, _, self._waiting = self._waiting.partition(b"\n")
        return line

    def close(self) -> None:
        """Ends it; a reader in another thread stops."""
        from docker.errors import DockerException

        self._closed = True
        with translated(self._what, absent=()):
            with suppress(DockerException):  # over ssh a stream cannot be shut down under its reader
                self._stream.close()
            self._response.close()
