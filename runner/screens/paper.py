"""The two consoles that screens print on, and text that is safe to print on them."""

from __future__ import annotations

import re
import sys

from rich.console import Console

_SEQUENCE = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])"
_CONTROL = re.compile(_SEQUENCE + r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def paper(*, to_stderr: bool = False) -> Console:
    """A console on stdout or stderr. Words are printed as they are: no markup, no highlighting, no emoji codes."""
    return Console(
        file=sys.stderr if to_stderr else sys.stdout, markup=False, highlight=False, emoji=False, soft_wrap=False
    )


def plain(text: str) -> str:
    """Text without control characters and terminal sequences: what a container prints must not steer the terminal."""
    return _CONTROL.sub("", text.replace("\r\n", "\n"))
