"""A data folder of dockerd that already holds the lab image, made once for each dockerd and image.

A private engine starts with a copy of it, but for the image's layers: those are bound, read-only. A template is a
folder `data` with what is copied (images' descriptions, and overlay2 with its layers empty) and a folder `layers`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from checks.words import say
from runner.engine import image, private, records
from runner.engine.places import cache_dir
from runner.engine.testbed import IMAGE, SYSTEM_PATH
from runner.errors import EngineFailed

FORM = "1"  # another one is another template
CHAPTER_IMAGE = "ubuntu:24.04"  # what the chapter's own commands name


def ready(base: str, progress: Callable[[str], None]) -> Path:
    """The template for the dockerd of the system at `base`; made now, by an engine of its own, if it was not yet."""
    folder = cache_dir() / "templates"
    folder.mkdir(exist_ok=True)
    found = folder / _key(base, image.cached(progress))
    if not found.exists():
        with records.locked(folder / "lock"):
            if not found.exists():
                progress(say("preparing a template for private engines (once)"))
                _make(found, base)
    return found


def _key(base: str, file: Path) -> str:
    """A name for this dockerd and this image, made of what changes when they do: a version costs a process."""
    dockerd = shutil.which("dockerd", path=":".join(f"{base.rstrip('/')}{each}" for each in SYSTEM_PATH.split(":")))
    if dockerd is None:
        raise EngineFailed(say("there is no dockerd in {base}", base=base), hint="vethlab doctor")
    parts = [FORM, os.path.realpath(dockerd)]
    for each in (dockerd, file):
        stat = os.stat(each)
        parts += [str(stat.st_size), str(stat.st_mtime_ns)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _make(target: Path, base: str) -> None:
    for left in target.parent.glob(".making-*"):  # a killed process's; the lock is held
        shutil.rmtree(left, ignore_errors=True)
    draft = target.with_name(f".making-{secrets.token_hex(4)}")
    with private.start(1, lasting=False, base=base, template=None) as testbed:
        docker = testbed.server().docker
        docker.load(image.cached(private.silent))
        docker.tag(IMAGE, CHAPTER_IMAGE)
        docker.close()
        _copy(Path(f"/proc/{testbed.server().pid}/root/data"), draft)
    draft.rename(target)


def _copy(data: Path, draft: Path) -> None:
    """Copy what holds images from an engine that is idle; its other files are its own, and it makes them anew."""
    (draft / "data").mkdir(parents=True)
    if not (data / "overlay2").exists() or not any((data / "overlay2").glob("*/diff")):
        raise EngineFailed(say("this engine keeps its images in a form that is not known here"))
    for folder in ("image", "overlay2"):
        subprocess.run(["cp", "-a", str(data / folder), str(draft / "data")], check=True)
    (draft / "layers").mkdir()
    for each in (draft / "data" / "overlay2").glob("*/diff"):
        each.rename(draft / "layers" / each.parent.name)
        each.mkdir()
