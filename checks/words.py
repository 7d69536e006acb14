"""Every sentence that a person reads passes through `say`, so that a catalogue can translate it."""

from __future__ import annotations

from collections.abc import Iterable


def say(text: str, **values: object) -> str:
    """`text` with its `{names}` filled in.

    The template, not the filled sentence, is what a translation is looked up by: write
    `say("{name} is not running", name=name)`, never an f-string.
    """
    return text.format(**values)


def listed(items: Iterable[object]) -> str:
    """Items as `a, b, c`; a dash where there are none."""
    return ", ".join(str(item) for item in items) or "\N{EN DASH}"
