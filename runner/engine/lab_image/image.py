"""The lab image: made once, by the first way that works here, and carried in one file."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from checks.words import say
from runner.engine import records
from runner.engine.lab_image import archive, busybox, dockerfile, packages
from runner.engine.places import cache_dir
from runner.engine.testbed import IMAGE
from runner.errors import EngineFailed

if TYPE_CHECKING:
    from runner.engine.docker import Docker

Progress = Callable[[str], None]


def build(docker: Docker | None, progress: Progress) -> str:
    """See to it that an engine has the lab image, or with None that private engines will; what it was made of.

    The first that works: there already, a Dockerfile on ubuntu:24.04, the host's Debian packages, static busybox.
    """
    if docker is None:
        return _made_of(cached(progress))
    if docker.image_id(IMAGE) is not None:
        return say("it was there already")
    if dockerfile.build(docker.url, progress):
        return say("a Dockerfile on ubuntu:24.04")
    _require_kin(docker)
    image = cached(progress)
    progress(say("loading the lab image"))
    docker.load(image)
    return _made_of(image)


def _made_of(image: Path) -> str:
    told = archive.source(image)
    return say(told) if told in (packages.SOURCE, busybox.SOURCE) else told


def _require_kin(docker: Docker) -> None:
    """`EngineFailed` where this machine's programs would not run on the engine's."""
    there, here = docker.info().get("Architecture"), os.uname().machine
    if there != here:
        raise EngineFailed(
            say("the lab image cannot be made here: the engine is on {there}, this is {here}", there=there, here=here),
            hint=say("make it on a machine like that one: vethlab image save FILE, and here: vethlab image load FILE"),
        )


def save(docker: Docker | None, file: Path, progress: Progress) -> None:
    """Write the lab image of an engine, or with None that of private engines, to a file, whole or not at all."""
    if docker is not None:
        return docker.save(IMAGE, file)
    _copy(cached(progress), file)
    return None


def load(docker: Docker | None, file: Path) -> None:
    """Give an engine, or with None private engines to come, the image of a file that `save` wrote."""
    archive.source(file)
    if docker is not None:
        return docker.load(file)
    with records.locked(cache_dir() / "node.lock"):
        _copy(file, cache_dir() / "node.tar")
    return None


def cached(progress: Progress) -> Path:
    """The image file for private engines, made now if it was not yet."""
    image = cache_dir() / "node.tar"
    if not image.exists():
        with records.locked(cache_dir() / "node.lock"):
            if not image.exists():
                _make(image, progress)
    return image


def _make(image: Path, progress: Progress) -> None:
    """The image of the host's packages, else of its busybox. Both reasons are told where neither can be."""
    reasons = []
    for way in (packages, busybox):
        with _scratch() as scratch:
            try:
                way.write_root(scratch / "layer.tar", scratch, progress)
            except EngineFailed as failed:
                reasons.append(failed.what)
                continue
            archive.write_archive(scratch / "layer.tar", scratch / "node.tar", command=way.COMMAND, source=way.SOURCE)
            (scratch / "node.tar").rename(image)
            return
    raise EngineFailed(
        say("the lab image cannot be made here: {reasons}", reasons="; ".join(reasons)),
        hint=say("make it elsewhere: vethlab image save FILE, and here: vethlab image load FILE"),
    )


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder beside the image; what a killed process left of an earlier one goes first (the lock is held)."""
    for left in cache_dir().glob(".making-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=cache_dir()) as folder:
        yield Path(folder)


def _copy(source: Path, target: Path) -> None:
    """Copy a file under another name first, so that the target is whole at any moment."""
    draft = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        shutil.copyfile(source, draft)
        draft.replace(target)
    except OSError as error:
        raise EngineFailed(say("cannot write {file}: {reason}", file=target, reason=error.strerror)) from error
    finally:
        draft.unlink(missing_ok=True)
