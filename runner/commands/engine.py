"""`vethlab engine start|stop|status|env`: private engines that stay until they are stopped."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from checks.words import say
from runner.called import as_called
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.engine.records import Record

_ELSEWHERE = ("DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "engine", run, say("Private engines that stay: start, stop, status, env."))
    parser.add_argument("what", choices=("start", "stop", "status", "env"))
    parser.add_argument("lab", nargs="?", metavar="LAB", help=say("start, env: one engine, or the LAN that LAB needs"))


def run(arguments: argparse.Namespace) -> int:
    from runner.engine.private.sweep import sweep
    from runner.errors import UsageError

    if arguments.lab and arguments.what in ("stop", "status"):
        raise UsageError(say("engine {what} takes no LAB: it is for all", what=arguments.what))
    sweep()
    work = {"start": _start, "stop": _stop, "status": _status, "env": _env}[arguments.what]
    return work(arguments)


def _servers(arguments: argparse.Namespace) -> int:
    from runner.lab.loader import find_lab, load

    return load(find_lab(arguments.lab)).servers if arguments.lab else 1


def _start(arguments: argparse.Namespace) -> int:
    from runner.commands.engines import attached, installed, lasting
    from runner.engine import records
    from runner.engine.find import choose
    from runner.engine.install import PRIVATE
    from runner.engine.private.opening import private
    from runner.screens.waiting import waiting

    choose("private")
    servers = _servers(arguments)
    record = lasting(servers)
    running = attached(record) if record else None
    if record and running:
        records.lives_for_labs(record).unlink(missing_ok=True)  # from now on it stays until it is stopped
        print(say("It runs already: {version}", version=running.version))
    else:
        installed(arguments, PRIVATE)
        with waiting() as progress:
            started = private(servers, lasting=True, progress=progress)
        print(say("Started: {version}", version=started.version))
    word = " ".join(filter(None, ["vethlab engine env", arguments.lab]))
    print(as_called(say("It runs until: vethlab engine stop")))
    print(as_called(say('Point the docker command of this shell at it: eval "$({word})"', word=word)))
    return 0


def _stop(_arguments: argparse.Namespace) -> int:
    from runner.engine import baseline_files, records
    from runner.engine.private.started import Ours

    running = records.lasting()
    for record in running:
        Ours(record, None).end()
        baseline_files.forget_engine(f"private-{record.name}")
    print(say("Stopped: {count}", count=len(running)) if running else say("No private engine runs."))
    if any(str(record.folder / "config") == os.environ.get("DOCKER_CONFIG") for record in running):
        print(say("The docker command of this shell still points there: unset DOCKER_CONFIG DOCKER_CONTEXT"))
    return 0


def _status(_arguments: argparse.Namespace) -> int:
    from runner.engine import baseline_files, records
    from runner.session.forsaken import end_forsaken

    end_forsaken()
    running = records.lasting()
    for record in running:
        print(_described(record))
    if not running:
        print(as_called(say("No private engine runs. Start one: vethlab engine start")))
    for entry in baseline_files.entries():
        state = (
            say("being played")
            if entry.alive and not entry.kept
            else say("left open: vethlab reset {lab}", lab=entry.lab)
        )
        print(say("lab {lab} on {url}: {state}", lab=entry.lab, url=entry.url, state=state))
    return 0


def _described(record: Record) -> str:
    """One line about engines that stay. Raises EngineFailed where they do not answer."""
    from runner.engine.private.started import attach

    testbed = attach(record)
    urls = "  ".join(f"{server.name} {server.url}" for server in testbed.servers)
    return say("private engine {version}: {urls}", version=testbed.version, urls=urls)


def _env(arguments: argparse.Namespace) -> int:
    import shlex

    from runner.commands.engines import lasting
    from runner.engine.private.started import attach
    from runner.errors import EngineFailed

    record = lasting(_servers(arguments))
    if record is None:
        start = " ".join(filter(None, ["vethlab engine start", arguments.lab]))
        raise EngineFailed(say("no private engine runs"), start)
    config = attach(record).environ["DOCKER_CONFIG"]
    print(f"export DOCKER_CONFIG={shlex.quote(config)}")
    print(
        "export DOCKER_CONTEXT=server1"
    )  # without it, docker falls back on the machine's own engine once this is gone
    print(f"unset {' '.join(_ELSEWHERE)}")
    return 0
