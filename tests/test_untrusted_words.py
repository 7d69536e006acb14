"""Words from command lines, engines and image files never steer the terminal."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from runner.engine.lab_image import archive
from runner.engine.testbed import IMAGE
from runner.errors import EngineFailed
from tests.vethlab import ROOT, Vethlab

HOSTILE = "\x1b[31mX\x1b]0;pwn\x07\x9b"
STEERING = set("\x1b\x07\x9b")


@pytest.mark.parametrize("words", [[HOSTILE], ["run", f"--{HOSTILE}"], ["image", "load", f"/nowhere/{HOSTILE}"]])
def test_a_wrong_command_line_is_not_repeated_raw(tmp_path: Path, words: list[str]) -> None:
    ended = Vethlab(tmp_path)(*words)
    assert ended.code == 2
    assert "X" in ended.err
    assert not STEERING & set(ended.err)


def test_what_an_error_quotes_is_safe_to_print() -> None:
    error = EngineFailed(HOSTILE, HOSTILE)
    assert (error.what, error.hint, str(error)) == ("X", "X", "X")


def test_what_an_image_file_says_of_itself_is_safe_to_print(tmp_path: Path) -> None:
    parts = {
        "manifest.json": [{"Config": "config.json", "RepoTags": [IMAGE]}],
        "config.json": {"config": {"Labels": {archive.SOURCE: HOSTILE}}},
    }
    with tarfile.open(tmp_path / "image.tar", "w") as tar:
        for name, part in parts.items():
            data = json.dumps(part).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    assert archive.source(tmp_path / "image.tar") == "X"


def test_what_a_bug_quotes_is_safe_to_print(tmp_path: Path) -> None:
    code = "import sys; from runner import cli; sys.exit(cli._tell_bug([], ValueError(sys.argv[1])))"
    argv = [sys.executable, "-c", code, HOSTILE]
    environ = {"XDG_STATE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "ValueError: X" in done.stderr
    assert not STEERING & set(done.stderr)
