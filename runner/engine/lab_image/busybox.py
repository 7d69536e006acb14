"""The lab image's root from the host's static busybox: a few hundred small tools in one file."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from checks.words import noted, say
from runner.engine.environ import tool_path
from runner.engine.lab_image.archive import Root
from runner.errors import EngineFailed

COMMAND = ("bash",)
SOURCE = noted("static busybox")
BASH = '#!/bin/sh\n# The labs type `bash`; this image has busybox\'s shell.\nexec sh "$@"\n'
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
}


def write_root(tar: Path, scratch: Path, progress: Callable[[str], None]) -> None:
    """Write the root's tar file. `EngineFailed` where the host has no static busybox."""
    found = shutil.which("busybox", path=tool_path())
    if found is None or b"/ld-" in Path(found).read_bytes()[:4096]:  # the loader that a dynamic program asks for
        raise EngineFailed(say("this host has no static busybox"))
    progress(say("making the lab image of busybox"))
    root = Root(tar)
    for each in ("bin", "etc", "root", "dev", "proc", "sys", "run", "usr", "var"):
        root.folder(each)
    root.folder("tmp", 0o1777)
    root.file("bin/busybox", Path(found).read_bytes(), 0o755)
    for applet in _applets(found):
        root.link(f"bin/{applet}", "busybox")
    root.file("bin/bash", BASH.encode(), 0o755)
    for name, text in FILES.items():
        root.file(name, text.encode())
    root.close()


def _applets(busybox: str) -> list[str]:
    done = subprocess.run([busybox, "--list"], capture_output=True, text=True, timeout=10, check=False)
    return [name for name in done.stdout.split() if name not in ("busybox", "bash")]
