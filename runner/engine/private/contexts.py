"""Settings of the docker command for private engines: a context for each server."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from runner.engine.environ import plain_environ
from runner.engine.records import Record


def environ(record: Record) -> Mapping[str, str]:
    """For the docker CLI: settings of its own, with a context for each server, the first one current.

    DOCKER_CONTEXT names it too: when the engine and its settings are gone, docker then says so. By DOCKER_CONFIG alone
    it would speak to the engine of this machine instead.
    """
    config = record.folder / "config"
    if not config.exists():
        for number in range(1, record.servers + 1):
            _write_context(config, f"server{number}", record.folder / f"server{number}" / "sock" / "docker.sock")
        (config / "config.json").write_text(json.dumps({"currentContext": "server1"}), encoding="utf-8")
    return plain_environ(DOCKER_CONFIG=str(config), DOCKER_CONTEXT="server1")


def _write_context(config: Path, name: str, path: Path) -> None:
    """A context as the CLI keeps it (docker/cli, cli/context/store: its folder is named by the SHA-256 of its name)."""
    folder = config / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    endpoint = {"Host": f"unix://{path}", "SkipTLSVerify": False}
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
