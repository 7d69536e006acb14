"""What vethlab costs beside the same docker commands in plain bash, side by side in one run.

    .venv/bin/python -m bench.costs [--rounds 3]

Prints one line a promise: vethlab's median, the baseline's median, the ratio and its bound. Needs root, as private
engines do. The baseline of the last lines is what they stand beside: python's own start, one `docker exec`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.bash_script import script
from runner.engine.private.opening import private
from runner.engine.testbed import Testbed
from runner.lab.loader import find_lab, load

ROOT = Path(__file__).resolve().parent.parent
VETHLAB = str(ROOT / "vethlab")
ONE_SERVER = ("bridge", "host", "none", "container", "net-alias")
ALL = (*ONE_SERVER, "macvlan")


def main() -> None:
    parser = argparse.ArgumentParser(description="vethlab's costs beside bash")
    parser.add_argument("--rounds", type=int, default=3, help="how often each pair is timed, in turn")
    rounds = parser.parse_args().rounds
    print(f"{'':44}{'vethlab':>10}{'baseline':>10}{'ratio':>8}   bound")
    five_labs(rounds)
    six_labs(rounds)
    small_things(rounds)


def five_labs(rounds: int) -> None:
    """Five labs, one after the other on one engine that is there already."""
    with private() as testbed:
        url = testbed.server().url

        def ours() -> None:
            run([VETHLAB, "--engine", url, "run", *ONE_SERVER, "--json"], testbed.environ, {0, 4})

        pair("five labs on one engine / bash", rounds, ours, lambda: bash(ONE_SERVER, testbed), "1.10")


def six_labs(rounds: int) -> None:
    """All labs, an engine each: side by side in one `run`, one after the other in bash; engine starts counted."""

    def theirs() -> None:
        for name in ALL:
            with private(load(find_lab(name)).servers) as testbed:
                bash([name], testbed)

    pair("run --all / six labs in bash, an engine each", rounds, lambda: run([VETHLAB, "run", "--all", "--json"]),
         theirs, "0.70")  # fmt: skip


def small_things(rounds: int) -> None:
    """Whole processes, in ms."""
    many = rounds * 5
    with private() as testbed:
        url, environ = testbed.server().url, testbed.environ
        bash_lines(["docker network create --driver bridge mybridge", *aliased()], environ)

        def check(lab: str, step: str) -> Callable[[], None]:
            return lambda: run([VETHLAB, "--engine", url, "check", lab, "--step", step, "--json"], environ, {0, 1})

        exec_one = ["docker", "exec", "network_alias_ping", "true"]
        pair("check bridge/create / one docker exec", many, check("bridge", "create"), lambda: run(exec_one, environ),
             "≤ 350 ms")  # fmt: skip
        pair("check net-alias/round-robin / one docker exec", many, check("net-alias", "round-robin"),
             lambda: run(exec_one, environ), "≤ 350 ms")  # fmt: skip
    python = [sys.executable, "-c", "import argparse"]
    pair("--help / python with argparse", many, lambda: run([VETHLAB, "--help"]), lambda: run(python), "≤ 150 ms")
    pair("a private engine, ready with its image / true", many, lambda: private().close(), lambda: run(["true"]),
         "≤ 1 s, with its end")  # fmt: skip


def aliased() -> list[str]:
    names = ["network_alias_container1", "network_alias_container2", "network_alias_container3"]
    lines = [f"docker run -i -t -d --name {name} --net mybridge --net-alias alicek106 vethlab/node" for name in names]
    return [*lines, "docker run -i -t -d --name network_alias_ping --net mybridge vethlab/node"]


def pair(what: str, rounds: int, ours: Callable[[], object], theirs: Callable[[], object], bound: str) -> None:
    """Both in turn, once uncounted; prints the medians and the median of the ratios, pair by pair."""
    pairs = [(timed(ours), timed(theirs)) for _ in range(rounds + 1)][1:]
    mine, yours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(left / right for left, right in pairs)
    print(f"{what:<44}{shown(mine):>10}{shown(yours):>10}{ratio:>8.2f}   {bound}", flush=True)


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 2 else f"{seconds:.1f} s"


def bash(labs: tuple[str, ...] | list[str], testbed: Testbed) -> None:
    bash_lines([line for name in labs for line in script(load(find_lab(name)))], testbed.environ)


def bash_lines(lines: list[str], environ: Mapping[str, str]) -> None:
    subprocess.run(["bash"], input="\n".join(lines), text=True, env=environ, check=True, stdout=subprocess.DEVNULL)


def run(argv: list[str], environ: Mapping[str, str] | None = None, good: set[int] | None = None) -> None:
    done = subprocess.run(argv, env=environ, capture_output=True, check=False)
    assert done.returncode in (good or {0}), (argv, done.returncode, done.stdout[-2000:], done.stderr[-2000:])


if __name__ == "__main__":
    main()
