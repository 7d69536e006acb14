"""How the tests of the checks ask one: by its name in lab files, wanting red or green."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from checks import CHECKS
from checks.finding import Finding
from checks.probe import Probe
from runner.engine.testbed import Testbed

Look = Callable[[], Probe]  # the fixture `probe`


def judge(probe: Probe, check: str, **arguments: object) -> Finding:
    """What the check finds."""
    return CHECKS[check](probe, arguments)


def red(probe: Probe, check: str, **arguments: object) -> str:
    """The check's `why`; it must not be ok, and must say what was wanted, what was seen and how to look."""
    finding = judge(probe, check, **arguments)
    assert not finding.ok, finding
    assert all((finding.expected, finding.observed, finding.look)), finding
    return finding.why


def green(probe: Probe, check: str, **arguments: object) -> str:
    """The check's evidence; it must be ok, and have some."""
    finding = judge(probe, check, **arguments)
    assert finding.ok, finding.why
    assert all((finding.expected, finding.observed, finding.evidence)), finding
    assert not finding.why, finding
    return "\n".join(finding.evidence)


def on_host(testbed: Testbed, *command: str, server: str | None = None) -> str:
    """A command in the network namespace of the server: what breaks its own side."""
    pid = str(testbed.server(server).pid)
    done = subprocess.run(
        ["nsenter", "-t", pid, "-n", *command], capture_output=True, text=True, timeout=10, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
