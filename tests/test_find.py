"""Which engine is taken: as the docker command would take it, and never one that does not answer."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.engine import find
from runner.engine.find import Address, addresses, choose
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, NotHere, UsageError
from tests.strangers import PONG, http, says, stranger


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, without any word about Docker in the environment."""
    for name in [name for name in os.environ if name.startswith("DOCKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path


def write_context(home: Path, name: str, endpoint: dict[str, object], *, current: bool = True) -> Path:
    """A docker context as `docker context create` writes it; its folder for certificates."""
    folder = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker/contexts/meta" / folder / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    if current:
        (home / ".docker/config.json").write_text(json.dumps({"currentContext": name}))
    return home / ".docker/contexts/tls" / folder / "docker"


def found() -> list[Address]:
    return list(addresses(os.environ))


def test_docker_host_goes_before_every_context(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_context(home, "far", {"Host": "tcp://192.0.2.1:2375"})
    monkeypatch.setenv("DOCKER_CONTEXT", "far")
    monkeypatch.setenv("DOCKER_HOST", "unix:///one.sock")
    assert [(each.url, each.said_by) for each in found()] == [("unix:///one.sock", "DOCKER_HOST")]


def test_the_current_context_goes_before_the_usual_sockets(home: Path) -> None:
    write_context(home, "desktop", {"Host": f"unix://{home}/desktop.sock", "SkipTLSVerify": False})
    (home / "docker.sock").touch()
    assert [(each.url, each.said_by) for each in found()] == [(f"unix://{home}/desktop.sock", "docker context desktop")]


def test_docker_context_goes_before_the_current_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_context(home, "one", {"Host": "unix:///one.sock"})
    write_context(home, "two", {"Host": "unix:///two.sock"}, current=False)
    monkeypatch.setenv("DOCKER_CONTEXT", "two")
    assert [each.url for each in found()] == ["unix:///two.sock"]


def test_a_context_brings_its_certificates(home: Path) -> None:
    certs = write_context(home, "far", {"Host": "tcp://192.0.2.1:2376", "SkipTLSVerify": True})
    certs.mkdir(parents=True)
    assert found() == [Address("tcp://192.0.2.1:2376", "docker context far", certs, verify=False)]


def test_tls_of_the_environment_is_for_tcp_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2376")
    assert found()[0].certs == home / ".docker"
    monkeypatch.setenv("DOCKER_HOST", "unix:///one.sock")
    assert found()[0].certs is None


def test_the_sockets_of_rootless_and_desktop_engines_are_known(home: Path) -> None:
    expected = []
    for name in ("docker.sock", ".docker/run/docker.sock", ".docker/desktop/docker.sock"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()
        expected.append(f"unix://{home / name}")
    assert [each.url for each in found() if str(home) in each.url] == expected


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"currentContext": 7}'])
def test_a_broken_configuration_of_docker_is_passed_over(home: Path, broken: str) -> None:
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text(broken)
    assert all(each.said_by == "its usual socket" for each in found())


def test_a_context_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    with pytest.raises(EngineFailed, match="there is no docker context gone") as failed:
        found()
    assert "docker context ls" in failed.value.hint


@pytest.mark.parametrize("endpoint", [{}, {"Host": 7}, {"Host": "nonsense"}, {"Host": ""}])
def test_a_context_that_names_no_engine_is_said(home: Path, endpoint: dict[str, object]) -> None:
    write_context(home, "odd", endpoint)
    with pytest.raises(EngineFailed, match="docker context odd names no engine"):
        found()


def test_an_engine_that_answers_is_taken(testbed: Testbed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", testbed.server().url)
    for engine in ("auto", "external", testbed.server().url):
        taken = choose(engine)
        assert taken is not None
        assert (taken.kind, taken.server().url) == ("external", testbed.server().url)
        assert taken.version == testbed.version
        taken.server().docker.close()


def test_private_ones_go_first_where_they_are_preferred(testbed: Testbed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", testbed.server().url)
    assert find.why_not_private() == ""
    assert choose("auto", prefer_private=True) is None
    assert choose("private") is None


def test_one_that_does_not_answer_is_passed_over_with_a_word(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    monkeypatch.setenv("DOCKER_HOST", f"unix://{home}/nobody.sock")
    assert choose("auto", tell=heard.append) is None
    assert len(heard) == 1
    assert "there is no such socket" in heard[0]
    assert "DOCKER_HOST" in heard[0]


def test_what_is_no_engine_is_not_taken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = home / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{at}")
    with stranger(at, http(b"<html>", kind="text/html")), pytest.raises(EngineFailed, match="no Docker Engine"):
        choose("external")


def test_an_engine_that_was_named_is_taken_or_refused_but_never_replaced(home: Path) -> None:
    at = home / "one.sock"
    with pytest.raises(EngineFailed, match=r"one\.sock"):
        choose(f"unix://{at}")
    with stranger(at, says(PONG)):
        taken = choose(f"unix://{at}")
        assert taken is not None
        assert taken.environ["DOCKER_HOST"] == f"unix://{at}"


@pytest.mark.parametrize("word", ["", "auot", "/var/run/docker.sock", "unix://", "http://x", "fd://3", "tcp://"])
def test_a_word_that_names_no_engine_is_a_usage_error_that_lists_the_right_ones(word: str) -> None:
    with pytest.raises(UsageError, match="names no engine") as failed:
        choose(word)
    assert "unix:///path/to/docker.sock" in failed.value.hint


def test_without_root_there_is_one_clear_error(as_nobody: Callable[[], None]) -> None:
    as_nobody()
    with pytest.raises(NotHere, match="private engines need root"):
        choose("private")
    assert "root" in find.why_not_private()
