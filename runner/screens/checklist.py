"""The checklist that `watch` shows: a line a step, the current one's finding, the map of now where there is room.

"Passed" is what is kept of the student's work, "now" what the engine shows: a step passed and undone since is both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from checks.words import noted, say
from runner.called import as_called
from runner.lab.model import Lab, Step
from runner.plain import cells, clean_text
from runner.screens.prose import COMMAND, THEME
from runner.session.events import Judged, LabOpened, Progressed, StepJudged, Verdict
from runner.session.progress import DONE
from runner.session.watch import Moved, Watched

_KEPT = {"passed": ("✔", "green"), "assisted": ("✔", "yellow"), "skipped": ("–", "blue")}  # noqa: RUF001
_NOW = {
    "holds": ("●", "green"),
    "open": ("◇", "cyan"),
    "red": ("○", "yellow"),
    "undone": ("○", "red"),
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
    picture: Sequence[Text] = ()  # the map of now, as wide as the terminal
    _engine: str = ""
    _note: str = ""
    _current: Step | None = None
    _states: dict[str, str] = field(default_factory=dict)
    _judged: dict[str, StepJudged] = field(default_factory=dict)

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

    def lines(self, width: int, height: int) -> list[Text]:
        """The whole screen: at most `height` lines, none wider than `width`."""
        foot = self._foot(width)
        room = height - 1 - len(foot)
        finding = self._finding(width)[: max(room - _LEAST, 0)] if room > _LEAST else []
        listed = self._list(width, max(room - len(finding), 1))
        body = [*listed, *finding]
        if self.picture and len(body) + len(self.picture) < room:
            body += [Text(), *self.picture]
        body += [Text()] * (room - len(body))
        lines = [self._head(width), *body, *foot][:height]
        return [self._fitting(line, width) for line in lines]

    def ending(self) -> str:
        """One line to leave behind."""
        counts = say("{done} of {of} steps have passed", done=self._done(), of=len(self.lab.steps))
        return f"{self.lab.name}: {counts}"

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
        here = steps.index(self._current) if self._current else len(steps) - 1
        shown = max(room - 2, 1)  # two lines tell how many more there are
        first = max(0, min(here - shown // 2, len(steps) - shown))
        above, below = first, len(steps) - first - shown
        rows = [self._row(step, width) for step in steps[first : first + shown]]
        if room < _LEAST:
            return rows[:room]
        return [_more(above), *rows, _more(below)]

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
            return kept, "undone"
        return kept, "open" if _only_question(judged) else "red"

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
        return [Text(), *self._reasons(step, judged, width)[:_MOST_FINDING]]

    def _reasons(self, step: Step, judged: StepJudged, width: int) -> list[Text]:
        found = next((each for each in judged.judged if not each.fact and each.verdict is judged.verdict), None)
        if judged.verdict is Verdict.PASS or found is None:
            return _wrapped(Text.assemble(("● ", "green"), say("{step} holds", step=step.id)), width)
        if _only_question(judged) and judged.answer is None and step.ask:
            return self._question(step, width)
        return self._broken(step, found, width)

    def _broken(self, step: Step, found: Judged, width: int) -> list[Text]:
        finding = found.finding
        mark = ("✘", "bold red") if found.verdict is Verdict.NOT_YET else ("?", "bold yellow")
        label = step.id if not found.server else f"{step.id} ({found.server})"
        lines = _wrapped(Text.assemble(mark, f" {label}: {clean_text(finding.why)}"), width)
        if found.verdict is Verdict.CANNOT_JUDGE:
            lines += _wrapped(Text(say("This says nothing about your work."), style="dim"), width, 2)
        else:
            for name, value in ((say("expected"), finding.expected), (say("observed"), finding.observed)):
                if value:
                    lines += _wrapped(Text.assemble((f"{name}: ", "dim"), clean_text(value)), width, 2)
        if finding.look:
            look = (as_called(clean_text(finding.look)), COMMAND)
            lines += _wrapped(Text.assemble((say("look"), "dim"), ": ", look), width, 2)
        if found.misconception:
            lines += _prose(found.misconception, width)
        return lines

    def _question(self, step: Step, width: int) -> list[Text]:
        assert step.ask
        lines = _wrapped(Text.assemble(("◇ ", "cyan"), f"{step.id}: ", " ".join(step.ask.text.split())), width)
        for number, choice in enumerate(step.ask.choices, start=1):
            lines += _wrapped(Text(say("{number}. {choice}", number=number, choice=choice)), width, 2)
        what = say("--answer NUMBER") if step.ask.choices else say("--answer TEXT")
        how = as_called(f"vethlab check {self.lab.name} --step {step.id} {what}")
        return lines + _wrapped(Text.assemble((say("answer"), "dim"), ": ", (how, COMMAND)), width, 2)


def _only_question(judged: StepJudged) -> bool:
    """Whether nothing is missing but the right answer."""
    red = [each for each in judged.judged if not each.fact and each.verdict is not Verdict.PASS]
    return bool(red) and all(each.check == "ask" for each in red)


def _more(count: int) -> Text:
    return Text.assemble("      … ", say("{count} more", count=count), style="dim") if count else Text()


def _wrapped(text: Text, width: int, indent: int = 0) -> list[Text]:
    """The text on lines of at most `width` columns; what follows the first stands under its text."""
    inner = max(width - max(indent, 2), 16)
    lines = []
    for number, part in enumerate(text.wrap(_MEASURE, inner)):
        part.rstrip()
        lines.append(Text.assemble(" " * (indent if number == 0 or indent else 2), part))
    return lines


def _prose(text: str, width: int) -> list[Text]:
    """A lab's own words, which are markdown."""
    with _MEASURE.use_theme(THEME):
        options = _MEASURE.options.update(width=max(width - 2, 16))
        rows = _MEASURE.render_lines(Markdown(text.strip(), justify="left"), options, pad=False)
        return [Text.assemble("  ", *((each.text, each.style or "") for each in row)) for row in rows]


_MEASURE = Console(width=200, markup=False, highlight=False, emoji=False)  # wraps; nothing is printed on it
