"""Whatever an engine does to us is one clear line, in time; and never a traceback, a pass or a verdict."""

from __future__ import annotations

import importlib
import pkgutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import docker as sdk
import pytest
import requests.exceptions
import urllib3.exceptions

from runner.engine.docker import Docker, Gone
from runner.engine.sdk import failures
from runner.errors import EngineFailed
from tests.strangers import PONG, Answer, drips, floods, http, in_json, says, silent, stranger

CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
OPEN = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
HTML = b"<html><body><h1>It works!</h1></body></html>"

NO_ENGINE: dict[str, Answer] = {
    "nothing": says(b""),
    "an ssh server": says(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "binary": says(bytes(range(256)) * 16),
    "a web page": http(HTML, kind="text/html"),
    "a web page not found": http(HTML, "404 Not Found", "text/html"),
    "a broken web server": http(HTML, "500 Internal Server Error", "text/html"),
    "a redirect to itself": http(b"", "301 Moved Permanently", Location="http+docker://localhost/_ping"),
    "a redirect elsewhere": http(b"", "302 Found", Location="http://127.0.0.1:9/"),
    "an API version that is none": http(b"OK", Api_Version="../../x"),
    "an API version of old": http(b"OK", Api_Version="1.12"),
    "half a status line": says(b"HTTP/1.1 2"),
    "half a head": says(b"HTTP/1.1 200 OK\r\nApi-Ver"),
    "a head that drips": drips(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a head without an end": floods(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536),
}

NO_ANSWER: dict[str, Answer] = {
    "nothing": says(b""),
    "no JSON": http(HTML),
    "an empty body": http(b""),
    "half a JSON": http(b'[{"Id": "0123", "Na'),
    "less than announced": says(OPEN.replace(b"\r\n\r\n", b"\r\nContent-Length: 500\r\n\r\n") + b"[]"),
    "an object for a list": in_json({"message": "hello"}),
    "a number": in_json(7),
    "null": in_json(None),
    "a list of numbers": in_json([1, 2]),
    "a list of null": in_json([None]),
    "objects without names": in_json([{"Id": "0123"}]),
    "names that are numbers": in_json([{"Id": 1, "Name": 2, "Driver": 3}]),
    "a list in a list": http(b"[" * 100_000 + b"]" * 100_000),
    "not UTF-8": http(b'[{"Id": "\xff\xfe"}]'),
    "bad gzip": http(b"abcdefgh", Content_Encoding="gzip"),
    "bad chunks": says(CHUNKED + b"zz\r\n[]\r\n"),
    "half a chunk": says(CHUNKED + b"ff\r\n["),
    "an error page": http(HTML, "500 Internal Server Error", "text/html"),
    "an error without words": in_json({}, "500 Internal Server Error"),
    "an error that is a list": in_json([], "400 Bad Request"),
    "a page that is not found": http(HTML, "404 Not Found", "text/html"),
    "a body that drips": drips(OPEN, b" "),
    "a body without an end": floods(OPEN, b" " * 65536),
    "chunks without an end": floods(CHUNKED, b"4\r\n    \r\n" * 4096),
}


@pytest.fixture
def at(tmp_path: Path) -> Path:
    return tmp_path / "docker.sock"


@pytest.fixture
def engine(at: Path) -> Iterator[Docker]:
    """What is taken for an engine, with little patience."""
    asked = Docker(f"unix://{at}", limit=2.0)
    yield asked
    asked.close()


def one_clear_line(failed: EngineFailed) -> bool:
    return bool(failed.what) and failed.what.isprintable() and failed.exit_code == 3 and failed.__cause__ is not None


@pytest.mark.parametrize("ping", NO_ENGINE.values(), ids=NO_ENGINE)
def test_what_is_no_engine_is_an_engine_that_failed(at: Path, engine: Docker, ping: Answer) -> None:
    with stranger(at, ping), pytest.raises(EngineFailed) as failed:
        engine.version()
    assert one_clear_line(failed.value), failed.value.what


@pytest.mark.parametrize("other", NO_ANSWER.values(), ids=NO_ANSWER)
def test_an_answer_without_sense_is_an_engine_that_failed(at: Path, engine: Docker, other: Answer) -> None:
    with stranger(at, says(PONG), other), pytest.raises(EngineFailed) as failed:
        engine.networks()
    assert one_clear_line(failed.value), failed.value.what


CALLS: dict[str, Callable[[Docker], object]] = {
    "networks": lambda docker: docker.networks(),
    "network": lambda docker: docker.network("bridge"),
    "containers": lambda docker: docker.containers(),
    "inspect": lambda docker: docker.inspect("web"),
    "exec_run": lambda docker: docker.exec_run("web", ["true"]),
    "run_helper": lambda docker: docker.run_helper("image", ["true"]),
    "image_id": lambda docker: docker.image_id("image"),
    "info": lambda docker: docker.info(),
    "events": lambda docker: next(iter(docker.events())),
    "save": lambda docker: docker.save("image", Path(docker.url.removeprefix("unix://")).with_name("image.tar")),
    "load": lambda docker: docker.load(Path(__file__)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    "other",
    [http(HTML), in_json([7]), in_json({}, "500 Error"), says(b"")],
    ids=["a page", "a number", "an error", "nothing"],
)
def test_every_question_bears_an_answer_without_sense(
    at: Path, engine: Docker, call: Callable[[Docker], object], other: Answer
) -> None:
    with stranger(at, says(PONG), other), pytest.raises(EngineFailed) as failed:
        call(engine)
    assert failed.value.what.isprintable()


def test_what_the_engine_says_is_told_without_its_control_characters(at: Path, engine: Docker) -> None:
    bad = in_json({"message": "no\x1b[2J\x1b]0;title\x07 space\r\nleft \u202eon device\x00"}, "500 Error")
    with stranger(at, says(PONG), bad), pytest.raises(EngineFailed, match="no space left on device"):
        engine.containers()


def test_an_engine_that_does_not_answer_is_asked_only_once(at: Path, engine: Docker) -> None:
    over = threading.Event()
    with stranger(at, says(PONG), silent(over)) as server:
        for call in (engine.networks, engine.containers, engine.version, engine.info):
            with pytest.raises(EngineFailed, match="did not answer in time"):
                call()
        assert server.asked == 2  # the ping and the networks
        over.set()


def test_a_missing_object_is_gone_and_no_failed_engine(at: Path, engine: Docker) -> None:
    with stranger(at, says(PONG), in_json({"message": "No such container: web"}, "404 Not Found")):
        with pytest.raises(Gone, match="No such container: web"):
            engine.inspect("web")
        assert engine.image_id("image") is None
        engine.remove_container("web")


def test_no_socket_no_listener_and_no_right_are_told_apart(
    at: Path, engine: Docker, as_nobody: Callable[[], None]
) -> None:
    with pytest.raises(EngineFailed, match="there is no such socket"):
        engine.version()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(at))
    with pytest.raises(EngineFailed, match="nothing listens there"):
        engine.version()
    listener.listen()
    at.chmod(0)
    as_nobody()
    with pytest.raises(EngineFailed, match="may not use that socket") as failed:
        engine.version()
    listener.close()
    assert "usermod -aG docker" in failed.value.hint


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:9", "tcp://127.0.0.1", "tcp://", "unix://", "ftp://x", "http://[::1"])
def test_a_url_that_leads_nowhere_is_an_engine_that_failed(url: str) -> None:
    with pytest.raises(EngineFailed) as failed:
        Docker(url, limit=1.0).version()
    assert one_clear_line(failed.value)


def test_ssh_says_what_it_needs() -> None:
    with pytest.raises(EngineFailed, match="paramiko") as failed:
        Docker("ssh://student@192.0.2.1").version()
    assert "pip install 'docker[ssh]'" in failed.value.hint


def exceptions(package: str) -> set[type[Exception]]:
    """Every exception that the package's modules define."""
    root = importlib.import_module(package)
    names = [name for _, name, _ in pkgutil.walk_packages(root.__path__, f"{package}.")]
    modules = [importlib.import_module(name) for name in names if not ELSEWHERE & set(name.split("."))]
    found = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    ours = {each for each in found if issubclass(each, Exception) and each.__module__.partition(".")[0] == package}
    return {each for each in ours if not issubclass(each, Warning)}


# These need paramiko, pyOpenSSL, PySocks, h2, a browser or Windows, and are not in use here.
ELSEWHERE = {"sshconn", "npipeconn", "npipesocket", "pyopenssl", "socks", "http2", "emscripten"}


@pytest.mark.parametrize(
    ("package", "one"),
    [
        ("docker", sdk.errors.StreamParseError),
        ("requests", requests.exceptions.Timeout),
        ("urllib3", urllib3.exceptions.ProtocolError),
    ],
)
def test_no_exception_of_the_sdk_or_its_layers_is_left_unmapped(package: str, one: type[Exception]) -> None:
    known = exceptions(package)
    assert one in known
    assert {each for each in known if not issubclass(each, failures())} == set()
