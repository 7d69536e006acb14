"""The labs as `vethlab list` shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from checks.words import say
from runner.lab.model import Lab
from runner.screens.console import plain_console


def show(labs: Sequence[Lab], states: Mapping[str, Sequence[str]]) -> None:
    """One line a lab: its name, its title, how long it takes, how much of it is done."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("lab"), style="cyan", no_wrap=True)
    table.add_column(say("title"))
    table.add_column(say("minutes"), justify="right")
    table.add_column(say("done"), justify="right", no_wrap=True)
    for lab in labs:
        done = sum(state != "todo" for state in states[lab.name])
        table.add_row(lab.name, lab.title, str(lab.minutes), f"{done}/{len(lab.steps)}")
    plain_console().print(table)
    plain_console().print(say("vethlab run LAB plays one; vethlab check LAB judges what you did."), style="dim")
