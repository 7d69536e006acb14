"""What `run` and `check` show: a block a lab, a line a step, and under it what was seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TextIO

from rich.console import Console
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

_INDENT = 6


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
    console.print(_heading(block, console.width))
    for step in block.steps:
        console.print(_line(step, console.width))
        for each in _told_once(step.judged):
            passed = each.verdict is Verdict.PASS
            for line in _evidence(each) if passed else _reasons(each):
                _print_indented(console, line, crop=passed and each.check != "ask")
    console.print()


def _told_once(judged: Sequence[Judged]) -> Iterator[Judged]:
    """Findings without what an earlier one of the step has told: many stop at the same broken link or see the same."""
    told: set[str] = set()
    for each in judged:
        if not each.finding.ok and each.finding.why in told:
            continue
        fresh = tuple(line for line in each.finding.evidence if line not in told)
        if fresh or not (each.finding.ok and each.finding.evidence):
            yield replace(each, finding=replace(each.finding, evidence=fresh))
        told |= {each.finding.why, *each.finding.evidence}


def _heading(block: _Block, width: int) -> Text:
    opened, closed = block.opened, block.closed
    verdict = closed.verdict if closed else Verdict.CANNOT_JUDGE
    seconds = f"{closed.seconds:.1f} s" if closed else ""
    version = opened.version.partition("+")[0]  # without the distribution's own mark
    engine = " ".join(filter(None, [opened.engine, version, seconds]))
    left = Text.assemble((opened.lab, "bold"), "  ", opened.title)
    right = Text.assemble((say(_WORDS[verdict]), f"bold {_MARKS[verdict][1]}"), (f" · {engine}", "dim"))
    return _apart(left, right, width)


def _line(step: StepJudged, width: int) -> Text:
    mark, style = _MARKS[step.verdict]
    left = Text.assemble("  ", (mark, f"bold {style}"), " ", (f"{step.step:<17}", "cyan"), " ", step.title)
    return _apart(left, Text(f"{step.seconds:.1f} s", style="dim"), width)


def _apart(left: Text, right: Text, width: int) -> Text:
    """One line with something at either end; the left end gives way where there is no room."""
    left.truncate(max(width - right.cell_len - 1, 10), overflow="ellipsis")
    return Text.assemble(left, " " * max(width - left.cell_len - right.cell_len, 1), right)


def _evidence(judged: Judged) -> Iterator[Text]:
    """What was seen: the student's proof that nothing was taken on trust."""
    lines = [line for each in judged.finding.evidence for line in clean_text(each).splitlines()]
    return (Text(line, style="dim") for line in lines or [clean_text(judged.finding.observed)] if line)


def _reasons(judged: Judged) -> Iterator[Text]:
    """Why not, with what was expected and seen, and where to look."""
    finding = judged.finding
    label = judged.check if not judged.server else f"{judged.check} ({judged.server})"
    rows = {say("expected"): finding.expected, say("observed"): finding.observed, say("look"): finding.look}
    yield Text(f"{label}: {clean_text(finding.why)}", style="dim" if judged.fact else _MARKS[judged.verdict][1])
    for name, value in rows.items():
        if value:
            yield Text(f"  {name}: {clean_text(value)}")


def _print_indented(console: Console, line: Text, *, crop: bool) -> None:
    """Text that stays indented where it has to be broken; with `crop` it is cut off instead."""
    inner = max(console.width - _INDENT, 20)
    if crop:
        line.truncate(inner, overflow="ellipsis")
    for part in line.wrap(console, inner):
        part.rstrip()
        console.print(Text.assemble(" " * _INDENT, part))
