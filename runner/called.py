"""How vethlab is called from where the person is, so that a command that is told can be pasted."""

from __future__ import annotations

import re
from pathlib import Path

_COMMAND = re.compile(r"(?<![\w/.-])vethlab (?=[a-z-])")


def as_called(text: str) -> str:
    """`text`, its `vethlab COMMAND` as it works here: from a checkout that is not on the PATH by the script's path."""
    if not _COMMAND.search(text):
        return text
    me = _script()
    return _COMMAND.sub(lambda _: f"{me} ", text)


def _script() -> str:
    import shlex
    import shutil

    script = Path(__file__).resolve().parents[1] / "vethlab"
    if not script.is_file() or shutil.which("vethlab"):
        return "vethlab"
    return "./vethlab" if script.parent == Path.cwd() else shlex.quote(str(script))
