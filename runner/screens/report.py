"""What `run` and `check` show: a block a lab, a line a step, and under it what was seen."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TextIO

from rich.console import Console
from rich.text import Text

from checks.words import noted, say
from runner.called import as_called
from runner.plain import clean_text
from runner.screens.console import plain_console
from runner.session.events import Event, Judged, LabClosed, LabOpened, StepJudged, Verdict

_MARKS = {
    Verdict.PASS: ("✔", "green"),
    Verdict.NOT_YET: ("✘", "red"),
    Verdict.CANNOT_JUDGE: ("?", "yellow"),
    Verdict.UNSUPPORTED: ("–", "blue"),  # noqa: RUF001  # a dash that is seen
}
_WORDS = {
    Verdict.PASS: noted("all pass"),
    Verdict.NOT_YET: noted("not yet"),
    Verdict.CANNOT_JUDGE: noted("cannot judge"),
    Verdict.UNSUPPORTED: noted("not supported here"),
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
        plain_console(self.stream).print(Text(f"{mark} {text}", style=f"bold {style}"))


def _print_block(block: _Block, stream: TextIO) -> None:
    console = plain_console(stream)
    console.print(_heading(block, console.width))
    unplayed = None
    for step in block.steps:
        console.print(_line(step, console.width))
        if step.judged == unplayed:  # the same reason keeps every step from being played
            continue
        unplayed = step.judged if any(each.check == "engine" for each in step.judged) else None
        for each in told_once(step.judged):
            if each.verdict is not Verdict.PASS:
                _print_reasons(console, each)
            elif not _unanswered(step):
                _print_evidence(console, each)
    console.print()


def told_once(judged: Sequence[Judged]) -> Iterator[Judged]:
    """Findings without what an earlier one of the step has told: many stop at the same broken link or see the same."""
    told: set[str] = set()
    for each in judged:
        if not each.finding.ok and each.finding.why in told:
            continue
        fresh = tuple(line for line in each.finding.evidence if line not in told)
        if fresh or not (each.finding.ok and each.finding.evidence):
            yield replace(each, finding=replace(each.finding, evidence=fresh))
        told |= {each.finding.why, *each.finding.evidence}


def _unanswered(step: StepJudged) -> bool:
    """Whether a question is open: what was seen may hold its answer."""
    return any(each.check == "ask" and each.verdict is Verdict.NOT_YET for each in step.judged)


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


def _print_evidence(console: Console, judged: Judged) -> None:
    """What was seen, a line each: the student's proof that nothing was taken on trust."""
    for line in judged.finding.evidence or [judged.finding.observed]:
        for part in clean_text(line).splitlines():
            _print_indented(console, Text(part, style="dim"), crop=judged.check != "ask")


def _print_reasons(console: Console, judged: Judged) -> None:
    """Why not, with what was expected and seen, and where to look."""
    finding = judged.finding
    label = judged.check if not judged.server else f"{judged.check} ({judged.server})"
    style = "dim" if judged.fact else _MARKS[judged.verdict][1]
    _print_indented(console, Text(f"{label}: {clean_text(finding.why)}", style=style))
    for name, value in {say("expected"): finding.expected, say("observed"): finding.observed}.items():
        if value:
            _print_indented(console, Text(f"{name}: {clean_text(value)}"), indent=_INDENT + 2)
    if finding.look:  # a command, to be copied: never broken
        look = Text(f"{' ' * (_INDENT + 2)}{say('look')}: {as_called(clean_text(finding.look))}")
        console.print(look, soft_wrap=True)
    if judged.misconception:
        from runner.screens.prose import print_note  # markdown takes its time to import

        print_note(console, judged.misconception, indent=_INDENT + 2)


def _print_indented(console: Console, line: Text, *, indent: int = _INDENT, crop: bool = False) -> None:
    """Text that stays indented where it has to be broken; with `crop` it is cut off instead."""
    inner = max(console.width - indent, 20)
    if crop:
        line.truncate(inner, overflow="ellipsis")
    for part in line.wrap(console, inner):
        part.rstrip()
        console.print(Text.assemble(" " * indent, part))
