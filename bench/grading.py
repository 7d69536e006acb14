"""What grading costs beside bash, and how much memory a class needs.

    .venv/bin/python -m bench.grading [--submissions 12] [--rounds 3] [--memory 300]

Submissions of the net-alias lab, all alike: vethlab grades them with its default of `--jobs`; bash plays the same
docker commands, without a check, on a fresh private engine each, one after the other. Both in turn, in one run. With
`--memory N` instead: N submissions of all labs, and what the grader, its workers and the engines hold meanwhile.
Needs root.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.costs import VETHLAB, bash_lines, shown, timed
from runner.docker_requests.continued import logical_lines
from runner.engine.private.opening import private
from tests.class_scripts import NET_ALIAS
from tests.classes import hand_in, the_class

BOUND = 0.75


def main() -> None:
    parser = argparse.ArgumentParser(description="what grading costs beside bash, and how much memory it needs")
    parser.add_argument("--submissions", type=int, default=12, help="how many are graded at once")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are timed, in turn")
    parser.add_argument("--memory", type=int, metavar="N", help="show the memory that N submissions need")
    parser.add_argument("--jobs", help="as vethlab grade")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.memory:
            memory(arguments.memory, Path(folder), arguments.jobs)
        else:
            cost(arguments.submissions, arguments.rounds, Path(folder), arguments.jobs)


# --- time


def cost(count: int, rounds: int, folder: Path, jobs: str | None) -> None:
    """Both in turn, once uncounted with few; prints the medians and the median of the ratios."""
    for number in range(count):
        (folder / f"{number:03}.sh").write_text(f"# lab: net-alias\n# student: {number}\n{NET_ALIAS.text}")
    pairs = [(timed(lambda: grade(folder, jobs)), timed(lambda: replay(count))) for _ in range(rounds)]
    mine, yours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(left / right for left, right in pairs)
    print(f"{count} net-alias submissions: vethlab grade {shown(mine)}, bash {shown(yours)}, "
          f"ratio {ratio:.2f} (≤ {BOUND}); a submission {shown(mine / count)}, {shown(yours / count)}")  # fmt: skip


def grade(folder: Path, jobs: str | None) -> None:
    done = subprocess.run(argv(folder, jobs), capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])


def replay(count: int) -> None:
    """The commands in bash, on an engine for each submission."""
    lines = [in_bash(line) for _, line in logical_lines(NET_ALIAS.text) if line.startswith("docker ")]
    for _ in range(count):
        with private() as testbed:
            bash_lines([*lines, "true"], testbed.environ)


def in_bash(line: str) -> str:
    """Bash has no terminal to type into, so a `run` is detached; what the engine refuses is refused here as well."""
    if line.startswith("docker run ") and " -d " not in line:
        line = line.replace("docker run ", "docker run -d ", 1)
    return f"{line} >/dev/null 2>&1"


def argv(folder: Path, jobs: str | None) -> list[str]:
    return [VETHLAB, "grade", str(folder), "--json", *(["--jobs", jobs] if jobs else [])]


# --- memory


@dataclass(frozen=True)
class Sample:
    """MiB held at one moment, when `done` submissions were done; the engines' with what runs on them."""

    done: int
    grader: float
    workers: float
    engines: float
    processes: int


def memory(count: int, folder: Path, jobs: str | None) -> None:
    """A line for each tenth: the most that was held in it."""
    hand_in(list(the_class(count)), folder)
    samples = list(watched(argv(folder, jobs)))
    print(f"{'done':>6}{'grader':>10}{'workers':>10}{'engines':>10}{'processes':>11}   (MiB, the most in each tenth)")
    for tenth in range(10):
        inside = [each for each in samples if tenth * count <= each.done * 10 < (tenth + 1) * count]
        if inside:
            most = [max(getattr(each, name) for each in inside) for name in ("grader", "workers", "engines")]
            print(f"{inside[-1].done:>6}{most[0]:>10.0f}{most[1]:>10.0f}{most[2]:>10.0f}"
                  f"{max(each.processes for each in inside):>11}")  # fmt: skip


def watched(command: list[str]) -> Iterator[Sample]:
    """Samples while a `grade` runs; `done` is counted in its lines on stderr."""
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err)
        while process.poll() is None:
            time.sleep(1)
            err.seek(0)
            yield sample(process.pid, sum(b"/" in line.split(b" ")[0] or b"/" in line[:8] for line in err))
        print(f"exit code {process.returncode}", file=sys.stderr)


def sample(grader: int, done: int) -> Sample:
    """What the process and all below it hold now."""
    tree = processes()
    below: list[int] = [grader]
    for pid in below:
        below.extend(child for child, (parent, *_) in tree.items() if parent == pid)
    held = {"grader": 0.0, "workers": 0.0, "engines": 0.0}
    for pid in below:
        _, resident, line = tree.get(pid, (0, 0.0, ""))
        held["workers" if "runner.grading.worker" in line else "grader" if pid == grader else "engines"] += resident
    return Sample(done, **held, processes=len(below))


def processes() -> dict[int, tuple[int, float, str]]:
    """By pid: the parent's, resident MiB, the command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            line = (folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        found[int(folder.name)] = (int(fields[1]), int(fields[21]) * 4096 / (1 << 20), line)
    return found


if __name__ == "__main__":
    main()
