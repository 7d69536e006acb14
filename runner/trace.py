"""Where the full trace of a bug is kept, so that the screen needs only one line."""

from __future__ import annotations

import traceback
from pathlib import Path


def keep(error: Exception) -> Path | None:
    """Writes the trace under the state folder and returns the file; None where nothing can be written."""
    from runner.engine.places import state_dir

    try:
        file = state_dir() / "trace.txt"
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return None
    return file
