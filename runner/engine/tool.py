"""iproute2's `ip` and `bridge`, run in a network namespace."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from checks.finding import CannotSee
from checks.words import say
from runner.engine import netns
from runner.engine.testbed import tool_path

_WAIT = 5.0  # seconds for what takes 2 ms


def output(namespace: Path, *command: str, given: bytes = b"") -> str:
    """What the command prints when it is given `given`. Raises CannotSee where it is missing or fails."""
    path = shutil.which(command[0], path=tool_path())
    if path is None:
        raise CannotSee(say("{tool} is not installed here", tool=command[0]), say("vethlab doctor"))
    run = [path, *command[1:]]
    try:
        done = netns.entered(
            namespace,
            lambda: subprocess.run(
                run, input=given, capture_output=True, timeout=_WAIT, check=True, env={"LC_ALL": "C"}
            ),
        )
    except subprocess.SubprocessError as error:
        raise CannotSee(say("{tool} failed: {error}", tool=command[0], error=error), say("vethlab doctor")) from error
    return done.stdout.decode(errors="replace")
