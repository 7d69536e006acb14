"""Signals before vethlab listens: it has not done anything yet, and ends with 130 and one line all the same."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.vethlab import ROOT, until

MOMENTS = 4  # for each signal, in the first tenth of a second of Python's
LONGEST = 0.1


@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_python_starts_ends_with_130_and_no_trace(number: signal.Signals, moment: int) -> None:
    words = ["./vethlab", "--engine", "unix:///nowhere/docker.sock", "check", "none", "--json"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(words, cwd=ROOT, stdout=pipe, stderr=pipe, text=True)
    python = f"{ROOT}/.venv/bin/python\0-I\0-m\0runner".encode()
    command = Path(f"/proc/{process.pid}/cmdline")
    until(lambda: process.poll() is not None or command.read_bytes().startswith(python), "Python starts")
    moment_comes = time.monotonic() + random.random() * LONGEST * moment / MOMENTS
    while time.monotonic() < moment_comes and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)

    assert process.returncode in (130, 3), err  # 3: it was done already
    assert json.loads(out)["verdict"] == "cannot-judge"
    assert len(err.splitlines()) <= 2, err
