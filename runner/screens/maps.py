"""The map of now as text."""

from __future__ import annotations

import io

from runner.engine.sight.topology import survey
from runner.engine.testbed import Testbed
from runner.screens.map_text import draw


def map_now(testbed: Testbed, width: int, *, colours: bool) -> str:
    """The picture, `width` columns wide."""
    from rich.console import Console

    page = io.StringIO()
    console = Console(file=page, width=width, force_terminal=colours, no_color=not colours or None, markup=False)
    console.print(draw(survey(testbed), width), soft_wrap=True)
    return page.getvalue()
