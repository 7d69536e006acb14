"""The command line as tests use it: a real process, its exit code, its stdout and its stderr."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.warm import Warm

ROOT = Path(__file__).parents[1]
WARM = Warm()
SCHEMA = json.loads((ROOT / "runner/screens/result.schema.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def document(self) -> dict[str, Any]:
        """Stdout as the one JSON document that it must be, valid by the project's schema."""
        document: dict[str, Any] = json.loads(self.out)
        Draft202012Validator(SCHEMA).validate(document)
        return document

    def verdicts(self) -> dict[str, str]:
        """Verdicts by step id, of the document's only lab."""
        (lab,) = self.document()["labs"]
        return {step["id"]: step["verdict"] for step in lab["steps"]}

    def whys(self) -> str:
        """Every `why` of the document, and its error."""
        document = self.document()
        findings = [f for lab in document["labs"] for step in lab["steps"] for f in step["findings"]]
        return "\n".join([*(finding["why"] for finding in findings), document.get("error", {}).get("what", "")])


class Vethlab:
    """Runs `vethlab …` with a state folder of its own."""

    def __init__(self, state: Path, before: Sequence[str] = (), **environ: str) -> None:
        self.state = state
        self._before = list(before)
        self._plain = not any(name.startswith("PYTHON") or value in ("C", "POSIX") for name, value in environ.items())
        self._environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "XDG_", "LC_", "LANG"))
        }
        self._environ |= {"XDG_STATE_HOME": str(state), "PYTHONPATH": str(ROOT), **environ}

    def __call__(self, *words: str, within: float = 100) -> Ended:
        """The command run to its end, which must come `within` seconds."""
        ended = self._warm(words, within) or self._cold(words, within)
        assert "Traceback" not in ended.err + ended.out, ended.err
        return ended

    def _warm(self, words: Sequence[str], within: float) -> Ended | None:
        """None where the command must be Python's own from the start: for its environment, or what stands before it."""
        if self._before or not self._plain:
            return None
        done = WARM.runs(words, self._environ, within)
        return Ended(*done) if done else None

    def _cold(self, words: Sequence[str], within: float) -> Ended:
        done = subprocess.run(
            self.argv(words),
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **more: Any) -> subprocess.Popen[str]:
        """The command under way; as by `./vethlab`, signals wait until it listens."""
        blocked = ["env", "--block-signal=INT,TERM,HUP"]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen([*blocked, *self.argv(words)], env=self._environ, text=True, **{**pipes, **more})

    def argv(self, words: Sequence[str]) -> list[str]:
        return [*self._before, sys.executable, "-m", "runner.cli", *words]

    @property
    def environ(self) -> dict[str, str]:
        return self._environ


def until(holds: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Waits until something holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)


def stop(pid: int) -> None:
    """SIGSTOP, and a wait until it has taken effect: until then a thread may still answer a request."""
    os.kill(pid, signal.SIGSTOP)
    until(lambda: all(_state(task) == "T" for task in Path(f"/proc/{pid}/task").iterdir()), f"{pid} is stopped")


def _state(task: Path) -> str:
    """A thread's state (proc(5), stat); one that has ended answers as little as a stopped one."""
    try:
        return (task / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "T"
