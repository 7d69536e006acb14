"""A data folder of dockerd that already holds the lab image, made once for each dockerd and image.

A private engine starts with a copy of it, but for the image's layers: those are bound, read-only. A template is a
folder `data` with what is copied (images' descriptions, and overlay2 with its layers empty) and a folder `layers`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from checks.words import say
from runner.engine import records
from runner.engine.environ import SYSTEM_PATH
from runner.engine.lab_image import image
from runner.engine.places import cache_dir
from runner.engine.private import started
from runner.engine.private.cgroups import FIRST_USER
from runner.engine.private.started import Template
from runner.engine.testbed import IMAGE
from runner.errors import EngineFailed

FORM = "1"  # another one is another template
CHAPTER_IMAGE = "ubuntu:24.04"  # what the chapter's own commands name


@contextmanager
def held(base: str, progress: Callable[[str], None], *, confined: bool = False) -> Iterator[Template]:
    """The template for the dockerd of the system at `base`; made now, by an engine of its own, if it was not yet.

    `confined`: with files that belong to root of confined servers.
    """
    folder = cache_dir() / "templates"
    folder.mkdir(exist_ok=True)
    dockerd = _dockerd(base)
    wanted = folder / _key(dockerd, image.cached(progress))
    with records.locked(folder / "lock"):
        if not wanted.exists():
            progress(say("preparing a template for private engines (once)"))
            _make(wanted, base, dockerd)
            _prune(wanted, dockerd)
        if confined and not (wanted / "confined").exists():
            _give_away(wanted)
        lock = os.open(wanted, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_SH)
    try:
        yield Template(wanted / "confined" if confined else wanted, lock)
    finally:
        os.close(lock)


def _prune(newest: Path, dockerd: str) -> None:
    """Remove the templates of the same dockerd's earlier versions and images, and of ones that are gone, if unused."""
    for each in newest.parent.glob("*/dockerd"):
        its = each.read_text(encoding="utf-8")
        if each.parent != newest and (its == dockerd or not Path(its).exists()):
            with records.taken(each.parent) as free:
                if free:
                    shutil.rmtree(each.parent, ignore_errors=True)


def _dockerd(base: str) -> str:
    """The dockerd of a system, by its path here: the same program is another one in another system."""
    folders = [f"{base.rstrip('/')}{folder}" for folder in SYSTEM_PATH.split(":")]
    found = shutil.which("dockerd", path=":".join(folders))
    if found is None:
        raise EngineFailed(say("there is no dockerd in {base}", base=base), hint="vethlab doctor")
    return found


def _key(dockerd: str, file: Path) -> str:
    """A name for this dockerd and this image, made of what changes when they do: a version costs a process."""
    parts = [FORM, dockerd]
    for each in (dockerd, file):
        stat = os.stat(each)
        parts += [str(stat.st_size), str(stat.st_mtime_ns)]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _make(target: Path, base: str, dockerd: str) -> None:
    for left in target.parent.glob(".making-*"):  # a killed process's; the lock is held
        shutil.rmtree(left, ignore_errors=True)
    draft = target.with_name(f".making-{secrets.token_hex(4)}")
    with started.start(1, lasting=False, base=base, template=None) as testbed:
        docker = testbed.server().docker
        docker.load(image.cached(lambda _line: None))
        docker.tag(IMAGE, CHAPTER_IMAGE)
        docker.close()
        _copy(Path(f"/proc/{testbed.server().pid}/root/data"), draft)
    (draft / "dockerd").write_text(dockerd, encoding="utf-8")
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


def _give_away(template: Path) -> None:
    """Make its copy for confined servers, and let them come as far as that."""
    draft = template / "confined.draft"
    shutil.rmtree(draft, ignore_errors=True)  # a killed process's; the lock is held
    draft.mkdir(mode=0o755)
    for folder in ("data", "layers"):
        subprocess.run(["cp", "-a", str(template / folder), str(draft)], check=True)
    for each in (draft, *draft.rglob("*")):
        _shift(each)
    for each in (template.parent, template):
        each.chmod(0o755)
    draft.rename(template / "confined")


def _shift(path: Path) -> None:
    """Give it to the user that a confined server sees as the one it belongs to now."""
    was = path.lstat()
    os.lchown(path, was.st_uid + FIRST_USER, was.st_gid + FIRST_USER)
    if not path.is_symlink():
        path.chmod(was.st_mode & 0o7777)  # a change of owner takes the set-user-ID bit
