"""The command line as tests use it: a real process, its exit code, its stdout and its stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
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
        self._environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("DOCKER_", "XDG_", "LC_", "LANG"))
        }
        self._environ |= {"XDG_STATE_HOME": str(state), "PYTHONPATH": str(ROOT), **environ}

    def __call__(self, *words: str, within: float = 100) -> Ended:
        """The command run to its end, which must come `within` seconds."""
        done = subprocess.run(
            self.argv(words),
            env=self._environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **more: Any) -> subprocess.Popen[str]:
        """The command under way."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(self.argv(words), env=self._environ, text=True, **{**pipes, **more})

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
