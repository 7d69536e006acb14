"""How long after a docker command the verdict is there, beside one `docker exec`, in one run.

    .venv/bin/python -m bench.latency [--changes 60]

A change turns a step of the bridge lab green or red on a private engine, in turn: `create` by making and removing the
network, `connect` by plugging and unplugging a container. The clock starts when the docker command has ended (its
process is gone) and stops when the verdict is seen. Before each change a `docker exec … true` is timed. Needs root.

Two ways: a line of `watch --json`, and what `start` prints under the command in the student's shell. There a step
passes once, so a misspelt network comes and goes, and the finding is told each time.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pexpect

from runner.engine.private.opening import private
from runner.engine.testbed import Testbed

LAB = "bridge"
LONGEST = 20.0  # seconds for a verdict that never comes
BOUNDS = {50: 0.100, 95: 0.250}  # seconds, by percentile
FIRST = ("list-networks", "default-bridge", "first-containers", "veth", "restart")


@dataclass(frozen=True)
class Change:
    """A docker command, and the verdict that it leads to."""

    line: str
    step: str
    verdict: str


# A verdict seen: waits until the step's verdict is this one, and returns the time (perf_counter) when it was seen.
Seen = Callable[[str, str], float]

NETWORK = (
    Change("docker network create mybridge", "create", "pass"),
    Change("docker network rm mybridge", "create", "not-yet"),
)
CABLE = (
    Change("docker network disconnect mybridge mynetwork_container", "connect", "not-yet"),
    Change("docker network connect mybridge mynetwork_container", "connect", "pass"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="from a docker command's end to its verdict")
    parser.add_argument("--changes", type=int, default=60, help="how many changes are timed, half of them of each kind")
    half = parser.parse_args().changes // 2
    with private() as testbed, tempfile.TemporaryDirectory() as state:
        docker(testbed, "docker run -i -t -d --name bench_exec vethlab/node")
        tell("start, network", *in_shell(testbed, Path(state), half))
        for way, kind, changes in (("watch --json", "network", NETWORK), ("watch --json", "cable", CABLE)):
            prepare(testbed, changes)
            with watching(testbed, Path(state)) as seen:
                tell(f"{way}, {kind}", *timed(testbed, changes, half, seen))


def prepare(testbed: Testbed, changes: tuple[Change, ...]) -> None:
    """Where a cable is to be pulled, what it hangs on."""
    if changes is CABLE:
        docker(testbed, "docker network create mybridge")
        docker(testbed, "docker run -i -t -d --name mynetwork_container --net mybridge vethlab/node")


def timed(testbed: Testbed, changes: tuple[Change, ...], count: int, seen: Seen) -> tuple[list[float], list[float]]:
    """Seconds from the end of each command to its verdict, and of one `docker exec` before each; two are uncounted."""
    delays, execs = [], []
    for number in range(count + 2):
        change = changes[number % len(changes)]
        began = time.perf_counter()
        docker(testbed, "docker exec bench_exec true")
        execs.append(time.perf_counter() - began)
        docker(testbed, change.line)
        ended = time.perf_counter()
        delays.append(max(seen(change.step, change.verdict) - ended, 0.0))
    return delays[2:], execs[2:]


SHELL = (
    ("docker network create mybribge", "found mybribge"),
    ("docker network rm mybribge", "there is no network called mybridge\r"),
)


def in_shell(testbed: Testbed, state: Path, count: int) -> tuple[list[float], list[float]]:
    """The same from the student's shell: from the mark that follows the command to the finding on the screen."""
    argv = ["-m", "runner.cli", "start", LAB, "--engine", testbed.server().url, "--step", "create", "--student", "Anna"]
    surroundings = {**environ(state), "HOME": str(state), "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "xterm"}
    child = pexpect.spawn(
        sys.executable, argv, env=surroundings, encoding="utf-8", timeout=LONGEST, dimensions=(24, 200)
    )
    child.delaybeforesend = None
    delays, execs = [], []
    child.expect("bridge 6/11")
    for number in range(count + 2):
        line, finding = SHELL[number % len(SHELL)]
        began = time.perf_counter()
        docker(testbed, "docker exec bench_exec true")
        execs.append(time.perf_counter() - began)
        child.sendline(f"{line} >/dev/null; echo en''ded")
        child.expect_exact("ended\r\n")
        ended = time.perf_counter()
        child.expect_exact(finding)
        delays.append(time.perf_counter() - ended)
        child.expect("bridge 6/11")
    child.sendline("vethlab reset bridge --yes; quit")
    child.expect(pexpect.EOF)
    child.close()
    return delays[2:], execs[2:]


def docker(testbed: Testbed, line: str) -> None:
    subprocess.run(line.split(), env=testbed.environ, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def watching(testbed: Testbed, state: Path) -> Iterator[Seen]:
    """`vethlab watch LAB --json` beside it; the verdict is seen when its line has been read."""
    argv = [sys.executable, "-m", "runner.cli", "--engine", testbed.server().url, "watch", LAB, "--json"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, env=environ(state), stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        lines: queue.SimpleQueue[tuple[float, Mapping[str, str]]] = queue.SimpleQueue()
        threading.Thread(target=read, args=(process, lines), daemon=True).start()

        def seen(step: str, verdict: str) -> float:
            while True:
                at, row = lines.get(timeout=LONGEST)
                if (row["step"], row["verdict"]) == (step, verdict):
                    return at

        lines.get(timeout=LONGEST)  # it looks
        try:
            yield seen
        finally:
            process.terminate()


def read(process: subprocess.Popen[str], lines: queue.SimpleQueue[tuple[float, Mapping[str, str]]]) -> None:
    assert process.stdout
    for line in process.stdout:
        lines.put((time.perf_counter(), json.loads(line)))


def environ(state: Path) -> dict[str, str]:
    """A student who has done what comes before, so that the step is not the first."""
    progress = {"labs": {LAB: dict.fromkeys(FIRST, "passed")}}
    (state / "vethlab").mkdir(exist_ok=True)
    (state / "vethlab/progress.json").write_text(json.dumps(progress), encoding="utf-8")
    return {**os.environ, "XDG_STATE_HOME": str(state)}


def tell(what: str, delays: list[float], execs: list[float]) -> None:
    ours = {each: percentile(delays, each) for each in BOUNDS}
    one = statistics.median(execs)
    figures = "  ".join(f"p{each} {ms(ours[each])} (≤ {ms(bound)})" for each, bound in BOUNDS.items())
    print(f"{what:<24} {len(delays)} changes  {figures}  docker exec {ms(one)}  ratio {ours[50] / one:.2f}", flush=True)


def percentile(values: list[float], which: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
