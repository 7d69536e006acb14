"""Engines that nobody will come back to, ended. Apart from what opens labs, whose imports would hold up `list`."""

from __future__ import annotations

from runner.engine import baseline_files, records
from runner.engine.private.started import Ours
from runner.engine.private.sweep import sweep


def end_forsaken() -> None:
    """Clears away what a killed `start` left: engines half started, and those on which no lab was opened yet."""
    sweep()
    used = {entry.engine for entry in baseline_files.entries()}
    for record in records.lasting():
        begun = records.lives_for_labs(record).exists() and not record.owner.alive
        if begun and f"private-{record.name}" not in used:
            Ours(record, None).end()
