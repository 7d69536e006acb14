"""The labs as `vethlab list` shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from checks.words import say
from runner.called import as_called
from runner.lab.model import Lab
from runner.screens.console import plain_console
from runner.session.progress import DONE

_WIDE = 60  # columns


def show(labs: Sequence[Lab], states: Mapping[str, Sequence[str]]) -> None:
    """A lab's name, title and time, how many of its steps are done, and under it where one is."""
    console = plain_console()
    column = max((Text(lab.name).cell_len for lab in labs), default=0) + 2
    for lab in labs:
        _print_lab(console, lab, states[lab.name], column if console.width >= _WIDE else 2)
    command = as_called("vethlab start LAB")
    _print(console, Text(say("{command} begins a lab, or goes on with it.", command=command), style="dim"), 0)


def _print_lab(console: Console, lab: Lab, states: Sequence[str], column: int) -> None:
    done = sum(state in DONE for state in states)
    style = "green" if done == len(states) else "bold" if _begun(states) else "dim"
    count = f"{done}/{len(states)}"
    minutes = say("{minutes} min", minutes=lab.minutes)
    right = Text.assemble((f"{minutes:>7}", "dim"), (f"{count:>7}", style))
    name = Text(lab.name, style="cyan")
    name.pad_right(max(column - name.cell_len, 2))
    left = Text.assemble(name, lab.title)
    if console.width < _WIDE or left.cell_len + right.cell_len >= console.width:
        left = name
    console.print(Text.assemble(left, " " * max(console.width - left.cell_len - right.cell_len, 1), right))
    if left is name:
        _print(console, Text(lab.title), column)
    for line in _lines(lab, states):
        _print(console, Text(line, style="dim"), column)


def _begun(states: Sequence[str]) -> bool:
    return any(state != "todo" for state in states)


def _lines(lab: Lab, states: Sequence[str]) -> Iterator[str]:
    """Where one is: the step at hand, and what was not done alone. Of a lab not begun, what it is about."""
    if not _begun(states):
        if lab.summary:
            yield lab.summary
        return
    at = next((step for step, state in zip(lab.steps, states, strict=True) if state == "todo"), None)
    if at:
        yield say("at {step}: {title}", step=at.id, title=at.title)
    helped, skipped = states.count("assisted"), states.count("skipped")
    counts = [say("{count} with help", count=helped)] if helped else []
    counts += [say("{count} skipped", count=skipped)] if skipped else []
    if counts:
        yield ", ".join(counts)


def _print(console: Console, text: Text, indent: int) -> None:
    for part in text.wrap(console, max(console.width - indent, 18)):
        part.rstrip()
        console.print(Text.assemble(" " * indent, part))
