"""The consoles that screens print on."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from rich.console import Console


def plain_console(stream: TextIO | None = None) -> Console:
    """A console on stdout by default. Words are printed as they are: no markup, no highlighting, no emoji codes."""
    return Console(file=stream or sys.stdout, markup=False, highlight=False, emoji=False)


def shows(letters: str) -> bool:
    """Whether the terminal shows these letters: not where LC_ALL is C, or where stdout's encoding lacks one."""
    if os.environ.get("LC_ALL") in ("C", "POSIX"):
        return False
    try:
        letters.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
