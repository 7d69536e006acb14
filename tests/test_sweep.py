"""What killed processes leave is cleared away by the next one; what lives is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pytest

from runner.engine import records
from runner.engine.places import run_dir
from runner.engine.private import holders
from runner.engine.private.started import attach
from runner.engine.private.sweep import cgroups, sweep
from runner.engine.records import Record
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed
from tests.traces import Host, Traces, ended

ROOT = Path(__file__).parents[1]
OWNER = """
import subprocess, sys
from runner.engine.private.opening import private
testbed = private(servers={servers}, lasting={lasting})
run = ["docker", "run", "-d", "--name", "runs", testbed.image, "sleep", "600"]
subprocess.run(run, env=testbed.environ, check=True, capture_output=True)
print(testbed.name, flush=True)
sys.stdin.read()
"""


def test_nothing_is_left_of_a_killed_owners_engines() -> None:
    before = Host.now()
    with _owner(servers=2) as (owner, record):
        traces = Traces.named(record.name)
        assert traces.processes
        owner.send_signal(signal.SIGKILL)
        owner.wait(10)
    sweep()

    assert traces.left() == []
    assert Host.now() == before


def test_who_comes_while_another_clears_away_waits_until_it_is_done() -> None:
    with _owner() as (owner, record):
        owner.send_signal(signal.SIGKILL)
        owner.wait(10)
        with ThreadPoolExecutor(3) as sweepers:
            there = list(sweepers.map(lambda _: (sweep(), record.folder.exists())[1], range(3)))

    assert there == [False] * 3


def test_engines_end_with_their_owner_before_anything_sweeps() -> None:
    with _owner() as (owner, record):
        traces = Traces.named(record.name)
        owner.send_signal(signal.SIGKILL)
        owner.wait(10)

        assert ended(traces.processes)
    sweep()


def test_stopped_engines_of_a_killed_owner_are_swept_as_well() -> None:
    with _owner() as (owner, record):
        traces = Traces.named(record.name)
        for each in traces.processes:
            os.kill(each.pid, signal.SIGSTOP)
        owner.send_signal(signal.SIGKILL)
        owner.wait(10)
    sweep()

    assert traces.left() == []


def test_engines_that_stay_are_not_swept_when_their_owner_is_killed() -> None:
    with _owner(lasting=True) as (owner, record):
        owner.send_signal(signal.SIGKILL)
        owner.wait(10)
    sweep()
    with attach(record) as testbed:
        traces = Traces.of(testbed)
        assert testbed.server().docker.version()

    assert traces.left() == []


def test_engines_that_stay_are_swept_once_they_have_died() -> None:
    with _owner(lasting=True) as (owner, record):
        traces = Traces.named(record.name)
        owner.send_signal(signal.SIGKILL)
        owner.wait(10)
    holders.kill_holders(record.name)
    assert cgroups(f"vethlab-{record.name}-")
    sweep()

    assert ended(traces.processes)  # a killed process closes its files a moment before it is gone
    assert traces.left() == []


def test_a_living_owners_engine_is_left_alone(testbed: Testbed) -> None:
    sweep()

    assert testbed.name in records.names()
    assert testbed.server().docker.version()


def test_a_folder_without_a_record_is_swept() -> None:
    record, owner = records.create(servers=1, lasting=False)
    (record.folder / "record.json").write_text("")
    os.close(owner)
    sweep()

    assert not record.folder.exists()


def test_a_process_of_another_time_with_the_same_pid_is_not_the_one_recorded() -> None:
    now = records.process(1)

    assert now.alive
    assert not records.Process(1, now.start + 1).alive
    assert not records.Process(2**22, now.start).alive


@contextmanager
def _owner(lasting: bool = False, servers: int = 1) -> Iterator[tuple[subprocess.Popen[str], Record]]:
    """A process that has started servers with a running container, and waits."""
    program = OWNER.format(servers=servers, lasting=lasting)
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        name = cast(IO[str], owner.stdout).readline().strip()
        record = records.read(name)
        assert record is not None
        yield owner, record


def test_a_folder_without_even_a_lock_is_swept() -> None:
    record, owner = records.create(servers=1, lasting=False)
    (record.folder / "owner.lock").unlink()
    os.close(owner)
    sweep()

    assert not record.folder.exists()


def test_a_run_folder_that_another_user_put_there_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    folder = tmp_path / f"vethlab-{os.getuid()}"
    assert run_dir().parent == folder
    assert folder.stat().st_mode & 0o777 == 0o700
    os.chown(folder, 1, 1)
    with pytest.raises(EngineFailed, match="belongs to somebody else"):
        run_dir()
    folder.rename(tmp_path / "elsewhere")
    os.chown(tmp_path / "elsewhere", os.getuid(), 1)
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineFailed, match="belongs to somebody else"):
        run_dir()
