"""Commands that need root, as this user would type them here."""

from __future__ import annotations

import os
import sys

from checks.words import say


def as_root(command: str) -> str:
    """The command, with sudo where it needs it."""
    return command if os.geteuid() == 0 else f"sudo {command}"


def start_docker() -> str:
    """What starts this system's Docker Engine."""
    if not sys.platform.startswith("linux"):
        return say("start Docker Desktop")
    systemd = os.path.isdir("/run/systemd/system")
    return as_root("systemctl start docker" if systemd else "service docker start")
