"""What `run` and `check` show: a block a lab, a line a step, and under it what was seen."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from rich.table import Table
from rich.text import Text

from checks.words import say
from runner.plain import clean_text
from runner.screens.paper import paper
from runner.session.events import Event, Judged, LabClosed, LabOpened, StepJudged, Verdict

_MARKS = {
    Verdict.PASS: ("✔", "green"),
    Verdict.NOT_YET: ("✘", "red"),
    Verdict.CANNOT_JUDGE: ("?", "yellow"),
    Verdict.UNSUPPORTED: ("–", "blue"),  # noqa: RUF001  # a dash that is seen
}
_WORDS = {
    Verdict.PASS: "all pass",
    Verdict.NOT_YET: "not yet",
    Verdict.CANNOT_JUDGE: "cannot judge",
    Verdict.UNSUPPORTED: "not supported here",
}


@dataclass
class _Block:
    """One lab's part of the report."""

    opened: LabOpened
    steps: list[StepJudged] = field(default_factory=list)
    closed: LabClosed | None = None


@dataclass
class Report:
    """Prints each lab as one block, in the order of `labs`, as soon as it and those before it are done."""

    labs: Sequence[str]
    stream: TextIO = field(default_factory=lambda: sys.stdout)
    _blocks: dict[str, _Block] = field(default_factory=dict)
    _printed: int = 0

    def hear(self, event: Event) -> None:
        """Takes in one event. A lab that is opened once more begins anew."""
        match event:
            case LabOpened():
                self._blocks[event.lab] = _Block(event)
            case StepJudged():
                self._blocks[event.lab].steps.append(event)
            case LabClosed():
                self._blocks[event.lab].closed = event

    @property
    def ready(self) -> bool:
        """Whether there is a block to print now."""
        block = self._blocks.get(self.labs[self._printed]) if self._printed < len(self.labs) else None
        return block is not None and block.closed is not None

    def print_ready(self) -> None:
        """Prints the blocks that can be printed now."""
        while self.ready:
            _print_block(self._blocks[self.labs[self._printed]], self.stream)
            self._printed += 1

    def print_end(self, verdict: Verdict) -> None:
        """One line that sums up, for more than one lab."""
        if len(self.labs) < 2:
            return
        done = [block for block in self._blocks.values() if block.closed]
        passed = sum(block.closed is not None and block.closed.verdict is Verdict.PASS for block in done)
        mark, style = _MARKS[verdict]
        text = say("{passed} of {labs} labs pass", passed=passed, labs=len(self.labs))
        paper(self.stream).print(Text(f"{mark} {text}", style=f"bold {style}"))


def _print_block(block: _Block, stream: TextIO) -> None:
    console = paper(stream)
    console.print(_heading(block))
    for step in block.steps:
        console.print(_line(step))
        for each in step.judged:
            lines = _reasons(each) if each.verdict is not Verdict.PASS else _evidence(each)
            for line in lines:
                console.print(line)
    console.print()


def _heading(block: _Block) -> Table:
    opened, closed = block.opened, block.closed
    verdict = closed.verdict if closed else Verdict.CANNOT_JUDGE
    seconds = f"{closed.seconds:.1f} s" if closed else ""
    engine = " ".join(filter(None, [say("{kind} engine", kind=opened.engine), opened.version]))
    left = Text.assemble((opened.lab, "bold"), "  ", opened.title)
    right = Text.assemble((say(_WORDS[verdict]), f"bold {_MARKS[verdict][1]}"), (f" · {engine} · {seconds}", "dim"))
    return _two_columns(left, right)


def _line(step: StepJudged) -> Table:
    mark, style = _MARKS[step.verdict]
    left = Text.assemble("  ", (mark, f"bold {style}"), " ", (f"{step.step:<17}", "cyan"), " ", step.title)
    return _two_columns(left, Text(f"{step.seconds:.1f} s", style="dim"))


def _two_columns(left: Text, right: Text) -> Table:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(ratio=1)
    table.add_column(justify="right", no_wrap=True)
    table.add_row(left, right)
    return table


def _evidence(judged: Judged) -> list[Table]:
    """What was seen, in few lines: the student's proof that nothing was taken on trust."""
    lines = [line for each in judged.finding.evidence for line in clean_text(each).splitlines()]
    return [_indented(line, "dim") for line in lines or [clean_text(judged.finding.observed)] if line]


def _reasons(judged: Judged) -> list[Table]:
    """Why not, with what was expected and seen, and where to look."""
    finding = judged.finding
    label = judged.check if not judged.server else f"{judged.check} ({judged.server})"
    rows: Mapping[str, str] = {
        say("expected"): finding.expected,
        say("observed"): finding.observed,
        say("look"): finding.look,
    }
    style = "dim" if judged.fact else _MARKS[judged.verdict][1]
    why = _indented(f"{label}: {clean_text(finding.why)}", style)
    return [why, *(_indented(f"{name}: {clean_text(text)}", "", 8) for name, text in rows.items() if text)]


def _indented(text: str, style: str, columns: int = 6) -> Table:
    """Text that stays indented where it has to be broken."""
    table = Table.grid(padding=0)
    table.add_column(width=columns)
    table.add_column()
    table.add_row("", Text(text, style=style))
    return table
