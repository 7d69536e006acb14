"""The checklist that `watch` shows: a line a step, the current one's finding, the map of now where there is room.

"Passed" is what is kept of the student's work, "now" what the engine shows: a step passed and undone since is both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.text import Text

from checks.words import noted, say
from runner.engine.sight.topology import Topology
from runner.lab.model import Lab, Step
from runner.plain import cells, clean_text
from runner.screens.map_text import draw
from runner.screens.step_reasons import only_question, reasons
from runner.session.events import LabOpened, Progressed, StepJudged, Verdict
from runner.session.progress import DONE
from runner.session.touched import about, touched
from runner.session.watch import Mapped, Moved, Watched

_KEPT = {"passed": ("✔", "green"), "assisted": ("✔", "yellow"), "skipped": ("–", "blue")}  # noqa: RUF001
_NOW = {
    "holds": ("●", "green"),
    "open": ("◇", "cyan"),
    "red": ("○", "yellow"),
    "undone": ("○", "red"),
    "past": ("○", "dim"),
    "blind": ("?", "yellow"),
    "unsupported": ("–", "blue"),  # noqa: RUF001
    "": (" ", ""),
}
_LEGEND = {
    "passed": noted("passed"),
    "assisted": noted("with help"),
    "skipped": noted("skipped"),
    "holds": noted("holds now"),
    "open": noted("question open"),
    "red": noted("does not hold"),
    "undone": noted("undone"),
    "past": noted("changed by a later step"),
    "blind": noted("cannot judge"),
    "unsupported": noted("not supported here"),
}
_PLAIN = str.maketrans({"✔": "+", "–": "-", "●": "*", "◇": "q", "○": "o", "▸": ">", "·": "-", "…": "~", "✘": "x"})  # noqa: RUF001
_LEAST = 3  # lines of the list that a finding leaves
_MOST_FINDING = 12  # lines


@dataclass
class Checklist:
    """What is known of a lab, and the picture of it. `letters` tells whether the terminal can show more than ASCII."""

    lab: Lab
    letters: bool = True
    _engine: str = ""
    _note: str = ""
    _current: Step | None = None
    _states: dict[str, str] = field(default_factory=dict)
    _judged: dict[str, StepJudged] = field(default_factory=dict)
    _topology: Topology | None = None
    _picture: dict[int, Sequence[Text]] = field(default_factory=dict)  # the map of now, by width
    _touched: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._touched = {step.id: touched(step) for step in self.lab.steps}

    def hear(self, event: Watched) -> None:
        """Takes in one event."""
        match event:
            case LabOpened():
                self._engine = f"{event.engine} {event.version.partition('+')[0]}"
            case Moved():
                self._current, self._states = event.current, event.states
            case StepJudged():
                self._judged[event.step] = event
            case Progressed():
                self._note = event.text
            case Mapped():
                self._topology, self._picture = event.topology, {}

    def lines(self, width: int, height: int) -> list[Text]:
        """The whole screen: at most `height` lines, none wider than `width`."""
        foot = self._foot(width)
        room = height - 1 - len(foot)
        finding = self._finding(width)[: max(room - _LEAST, 0)] if room > _LEAST else []
        listed = self._list(width, max(room - len(finding), 1))
        body = [*listed, *finding]
        picture = self._map(width)
        if picture and len(body) + len(picture) < room:
            body += [Text(), *picture]
        body += [Text()] * (room - len(body))
        lines = [self._head(width), *body, *foot][:height]
        return [self._fitting(line, width) for line in lines]

    def ending(self) -> str:
        """One line to leave behind."""
        counts = say("{done} of {of} steps have passed", done=self._done(), of=len(self.lab.steps))
        return f"{self.lab.name}: {counts}"

    def _map(self, width: int) -> Sequence[Text]:
        """The map of now, drawn once."""
        if self._topology and width not in self._picture:
            drawn = draw(self._topology, width, ascii_only=not self.letters)
            self._picture = {width: list(drawn.split("\n"))}
        return self._picture.get(width, ())

    def _fitting(self, line: Text, width: int) -> Text:
        if not self.letters:
            line.plain = line.plain.translate(_PLAIN)
        line.truncate(width, overflow="ellipsis" if self.letters else "crop")
        return line

    def _done(self) -> int:
        return sum(state in DONE for state in self._states.values())

    # --- the list

    def _head(self, width: int) -> Text:
        left = Text(self.lab.title, style="bold")
        right = Text.assemble((f"{self._done()}/{len(self.lab.steps)}", "bold"), (f" · {self._engine}", "dim"))
        left.truncate(max(width - right.cell_len - 1, 8), overflow="ellipsis")
        return Text.assemble(left, " " * max(width - left.cell_len - right.cell_len, 1), right)

    def _list(self, width: int, room: int) -> list[Text]:
        """The steps, or as many around the current one as there is room for."""
        steps = self.lab.steps
        if len(steps) <= room:
            return [self._row(step, width) for step in steps]
        if room < _LEAST + 2:
            return [self._row(step, width) for step in self._around(room)]
        shown = self._around(room - 2)  # two lines tell how many more there are
        if shown[0] is steps[0] or shown[-1] is steps[-1]:
            shown = self._around(room - 1)
        above = steps.index(shown[0])
        rows = [self._row(step, width) for step in shown]
        return [*_more(above), *rows, *_more(len(steps) - above - len(shown))]

    def _around(self, count: int) -> Sequence[Step]:
        """So many steps, the current one among them."""
        steps = self.lab.steps
        here = steps.index(self._current) if self._current else len(steps) - 1
        first = max(0, min(here - count // 2, len(steps) - count))
        return steps[first : first + count]

    def _row(self, step: Step, width: int) -> Text:
        here = step is self._current
        kept, now = self._marks(step)
        longest = max(len(each.id) for each in self.lab.steps) if width >= 60 else len(step.id)
        style = "bold cyan" if here else "cyan"
        row = Text.assemble(("▸" if here else " ", "bold cyan"), " ", _KEPT.get(kept, (" ", "")), " ", _NOW[now], " ")
        row.append_text(Text.assemble((f"{step.id:<{longest}}", style), "  ", (step.title, "bold" if here else "")))
        if now == "undone":
            room = width - cells(say("undone")) - 3
            row.truncate(max(room, 10), overflow="ellipsis")
            row.append_text(Text.assemble(" · ", say("undone"), style="red"))
        return row

    def _marks(self, step: Step) -> tuple[str, str]:
        """What is kept of the step, and how it stands now: keys of the tables above."""
        kept, judged = self._states.get(step.id, "todo"), self._judged.get(step.id)
        if judged is None:
            return kept, ""
        match judged.verdict:
            case Verdict.PASS:
                return kept, "holds"
            case Verdict.CANNOT_JUDGE:
                return kept, "blind"
            case Verdict.UNSUPPORTED:
                return kept, "unsupported"
        if kept in DONE:
            return kept, "past" if self._passed_by(step) else "undone"
        return kept, "open" if only_question(judged) else "red"

    def _passed_by(self, step: Step) -> bool:
        """Whether a later step, done or under way, is about the same containers: it may well end what this one made."""
        later = self.lab.steps[self.lab.steps.index(step) + 1 :]
        begun = (each for each in later if each is self._current or self._states.get(each.id) in DONE)
        return any(self._touched[each.id] & about(step) for each in begun)

    def _foot(self, width: int) -> list[Text]:
        """What the marks on the screen mean, and the key that ends it."""
        kept, now = zip(*map(self._marks, self.lab.steps), strict=True)
        parts = [Text.assemble(mark, " ", say(_LEGEND[key])) for key, mark in _KEPT.items() if key in kept]
        parts += [Text.assemble(mark, " ", say(_LEGEND[key])) for key, mark in _NOW.items() if key and key in now]
        parts.append(Text.assemble(("q", "bold"), " ", say("ends")))
        lines = [Text(style="dim")]
        for part in parts:
            if lines[-1].cell_len + part.cell_len + 2 > width and lines[-1].cell_len:
                lines.append(Text(style="dim"))
            lines[-1].append_text(Text.assemble("  " if lines[-1].cell_len else "", part))
        return [*([Text(clean_text(self._note), style="yellow")] if self._note else []), *lines]

    # --- the current step

    def _finding(self, width: int) -> list[Text]:
        """What there is to say of the current step, a blank line before it."""
        step = self._current
        if step is None:
            return [Text(), Text(say("Every step is done."), style="bold green")]
        judged = self._judged.get(step.id)
        if judged is None:
            return []
        return [Text(), *reasons(self.lab, step, judged, width)[:_MOST_FINDING]]


def _more(count: int) -> list[Text]:
    return [Text.assemble("      … ", say("{count} more", count=count), style="dim")] if count else []
