"""How vethlab is called from where the person is, so that a command that is told can be pasted."""

from __future__ import annotations

import re
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1] / "vethlab"
_COMMAND = re.compile(r"(?<![\w/.-])vethlab (?=[a-z-])")


def as_called(text: str) -> str:
    """`text`, its `vethlab COMMAND` as it works here: from a checkout that is not on the PATH by the script's path."""
    if not _COMMAND.search(text):
        return text
    me = _script()
    return _COMMAND.sub(lambda _: f"{me} ", text)


def program() -> str:
    """The program's name where the PATH has it, else the path of the checkout's script."""
    import shutil

    return "vethlab" if not _CHECKOUT.is_file() or shutil.which("vethlab") else str(_CHECKOUT)


def _script() -> str:
    import shlex

    found = program()
    return "./vethlab" if found != "vethlab" and _CHECKOUT.parent == Path.cwd() else shlex.quote(found)
