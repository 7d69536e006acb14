"""The consoles that screens print on."""

from __future__ import annotations

import sys
from typing import TextIO

from rich.console import Console


def plain_console(stream: TextIO | None = None) -> Console:
    """A console on stdout by default. Words are printed as they are: no markup, no highlighting, no emoji codes."""
    return Console(file=stream or sys.stdout, markup=False, highlight=False, emoji=False)
