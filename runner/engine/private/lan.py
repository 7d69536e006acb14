"""The LAN that servers plug into: a switch, and a router that is what an engine's containers find outside."""

from __future__ import annotations

import subprocess
import time
from ipaddress import IPv4Interface
from pathlib import Path

from checks.words import say
from runner.engine import faults
from runner.engine.private import holders
from runner.engine.private.holders import Ties
from runner.engine.testbed import Lan
from runner.errors import EngineFailed

ROUTER = IPv4Interface("192.168.0.1/24")
START_SECONDS = 10.0


def server_address(number: int) -> IPv4Interface:
    """The address of the LAN's server 1, 2, …: 192.168.0.11, .12, …"""
    return IPv4Interface((ROUTER.network.network_address + 10 + number, ROUTER.network.prefixlen))


def start_lan(
    folder: Path, ties: Ties, *, lasting: bool, users: str | None = None
) -> tuple[Lan, subprocess.Popen[bytes]]:
    """A LAN with nothing plugged in yet. `EngineFailed` if the kernel refuses it.

    `users` is the path of the user namespace that it is to belong to, if not to ours.
    """
    inside = (*(("nsenter", f"--user={users}") if users else ()), "unshare", "--net")
    log = folder / "lan.log"
    with log.open("wb") as writer:
        values = {"ROUTER": ROUTER, "LASTING": "yes" if lasting else ""}
        process = holders.spawn("lan", values, ties, out=subprocess.PIPE, log=writer.fileno(), inside=inside)
    assert process.stdout is not None  # a pipe was asked for
    with process.stdout as stream:
        answer = faults.read_line(stream, time.monotonic() + START_SECONDS)
    if answer != "ready":
        raise EngineFailed(say("the LAN did not start: {log}", log=holders.log_tail(log)), hint="vethlab doctor")
    return Lan(process.pid, ROUTER), process
