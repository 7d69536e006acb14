"""The one place that asks a person yes or no."""

from __future__ import annotations

import sys

from checks.words import say
from runner.errors import UsageError


def consent(question: str, *, yes: bool) -> bool:
    """Whether the person agrees; `yes` (from --yes) agrees for them. UsageError without a terminal to ask on."""
    if yes:
        return True
    if nobody_to_ask():
        raise UsageError(
            say("{question} There is no terminal to ask on.", question=question),
            hint=say("give --yes if you agree"),
        )
    print(question, end=" [y/N] ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def nobody_to_ask() -> bool:
    """Whether there is no terminal to ask on."""
    return not (sys.stdin.isatty() and sys.stderr.isatty())
