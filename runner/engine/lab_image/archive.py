"""Writing an image file that `docker load` takes, without an engine and without root.

Source of the form: moby `image/spec/v1.2.md`, "Combined Image JSON + Filesystem Changeset Format".
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from checks.words import say
from runner.engine.testbed import IMAGE
from runner.errors import UsageError
from runner.plain import one_line

SOURCE = "vethlab.source"  # the label that says what an image was made of
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_GO_NAMES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


class Root:
    """A root file system as it is being written into one tar file. A name that is there already stays as it is."""

    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path, "w", format=tarfile.GNU_FORMAT)  # noqa: SIM115  # `close` closes it
        self._names: set[str] = set()

    def add(self, member: tarfile.TarInfo, content: IO[bytes] | None = None) -> None:
        """A member with its content, owned by root."""
        if member.name in self._names:
            return
        self._names.add(member.name)
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        self._tar.addfile(member, content)

    def folder(self, name: str, mode: int = 0o755) -> None:
        self.add(_member(name, tarfile.DIRTYPE, mode))

    def link(self, name: str, to: str) -> None:
        member = _member(name, tarfile.SYMTYPE, 0o777)
        member.linkname = to
        self.add(member)

    def file(self, name: str, content: bytes, mode: int = 0o644) -> None:
        member = _member(name, tarfile.REGTYPE, mode)
        member.size = len(content)
        self.add(member, io.BytesIO(content))

    def close(self) -> None:
        self._tar.close()


def _member(name: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode = kind, mode
    return member


def write_archive(layer: Path, target: Path, *, command: Sequence[str], source: str) -> None:
    """The image file of one layer, that runs `command`, tagged as the lab image."""
    digest = _sha256(layer)
    config = json.dumps(_config(digest, command, source)).encode()
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    manifest = [{"Config": name, "RepoTags": [IMAGE], "Layers": [f"{digest}/layer.tar"]}]
    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as tar:
        _put(tar, "manifest.json", json.dumps(manifest).encode())
        _put(tar, name, config)
        tar.add(layer, f"{digest}/layer.tar")


def _config(digest: str, command: Sequence[str], source: str) -> dict[str, object]:
    machine, now = os.uname().machine, datetime.now(UTC).isoformat()
    return {
        "architecture": _GO_NAMES.get(machine, machine),
        "os": "linux",
        "created": now,
        "config": {"Env": [f"PATH={PATH}"], "Cmd": list(command), "Labels": {SOURCE: source}},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created": now, "created_by": "vethlab image build"}],
    }


def _put(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = _member(name, tarfile.REGTYPE, 0o644)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def source(image: Path) -> str:
    """What an image file's image was made of. `UsageError` unless it holds the lab image and no other."""
    wrong = UsageError(say("{file} does not hold the lab image", file=image), hint="vethlab image save FILE")
    try:
        with tarfile.open(image) as tar:
            (entry,) = _json(tar, "manifest.json")
            config = _json(tar, entry["Config"])["config"]
    except (OSError, tarfile.TarError, ValueError, LookupError, TypeError) as error:
        raise wrong from error
    if entry.get("RepoTags") != [IMAGE]:  # loading it would give other images of an engine's new content
        raise wrong
    return one_line((config.get("Labels") or {}).get(SOURCE, say("an image file")))


def _json(tar: tarfile.TarFile, name: str) -> Any:
    stream = tar.extractfile(name)
    if stream is None:
        raise LookupError(name)
    return json.loads(stream.read(1 << 20))
