"""The environment of the commands that vethlab runs itself."""

from __future__ import annotations

import os

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def plain_environ(**extra: str) -> dict[str, str]:
    """This process's environment without the user's DOCKER_* variables, with the system's tools on its PATH."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    return {**kept, "PATH": tool_path(), **extra}


def tool_path() -> str:
    """PATH with the folders that hold `ip` and `dockerd`, which an ordinary user's lacks."""
    here = os.environ.get("PATH", "").split(":")
    return ":".join([*filter(None, here), *(folder for folder in SYSTEM_PATH.split(":") if folder not in here)])
