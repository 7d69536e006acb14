"""The lab image built on ubuntu:24.04, by an engine that reaches Docker Hub and a mirror."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from checks.words import say
from runner.engine import faults
from runner.engine.environ import tool_path
from runner.engine.testbed import IMAGE

BASE = "ubuntu:24.04"
TEXT = f"""FROM {BASE}
RUN apt-get update \\
 && apt-get install -y --no-install-recommends net-tools iputils-ping iproute2 netcat-openbsd bind9-dnsutils busybox \\
 && rm -rf /var/lib/apt/lists/*
LABEL vethlab.source="a Dockerfile on {BASE}"
CMD ["bash"]
"""
REACHED_SECONDS = 15.0  # until a registry that can be reached has said something
BUILD_SECONDS = 900.0


def build(url: str, progress: Callable[[str], None]) -> bool:
    """Build the lab image on the engine at `url`; whether it worked. Without Docker Hub that is soon known."""
    if shutil.which("docker", path=tool_path()) is None:
        return False
    environ = {**os.environ, "PATH": tool_path(), "DOCKER_HOST": url}
    environ.pop("DOCKER_CONTEXT", None)
    if not _has_base(environ):
        progress(say("asking Docker Hub for {image}", image=BASE))
        if not _pulled(environ):
            return False
    progress(say("building the lab image on {image}", image=BASE))
    return _run(["docker", "build", "--tag", IMAGE, "-"], environ)


def _has_base(environ: Mapping[str, str]) -> bool:
    return _run(["docker", "image", "inspect", BASE], environ)


def _run(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(
            argv, env=environ, input=TEXT.encode(), capture_output=True, timeout=BUILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def _pulled(environ: Mapping[str, str]) -> bool:
    """Pull the base. The registry's first word is awaited a short while, the rest a long one."""
    with subprocess.Popen(
        ["docker", "pull", BASE], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None  # a pipe was asked for
        try:
            if not faults.read_line(process.stdout, time.monotonic() + REACHED_SECONDS):
                return False
            process.communicate(timeout=BUILD_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        finally:
            process.kill()
    return process.returncode == 0
