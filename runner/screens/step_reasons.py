"""What there is to say of a step at this moment, as lines that fit a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from checks.words import say
from runner.called import as_called
from runner.lab.model import Lab, Question, Step
from runner.plain import clean_text
from runner.screens.prose import COMMAND, THEME
from runner.session.events import Judged, StepJudged, Verdict


def reasons(lab: Lab, step: Step, judged: StepJudged, width: int) -> list[Text]:
    """What the first finding tells that made the verdict; the question, where nothing else is left."""
    found = next((each for each in judged.judged if not each.fact and each.verdict is judged.verdict), None)
    if judged.verdict is Verdict.PASS or found is None:
        return _wrapped(Text.assemble(("● ", "green"), say("{step} holds", step=step.id)), width)
    if only_question(judged) and judged.answer is None and step.ask:
        return _question(lab, step.id, step.ask, width)
    return _broken(step, found, width)


def _broken(step: Step, found: Judged, width: int) -> list[Text]:
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


def _question(lab: Lab, step: str, ask: Question, width: int) -> list[Text]:
    lines = _wrapped(Text.assemble(("◇ ", "cyan"), f"{step}: ", " ".join(ask.text.split())), width)
    for number, choice in enumerate(ask.choices, start=1):
        lines += _wrapped(Text(say("{number}. {choice}", number=number, choice=choice)), width, 2)
    what = say("--answer NUMBER") if ask.choices else say("--answer TEXT")
    how = as_called(f"vethlab check {lab.name} --step {step} {what}")
    return lines + _wrapped(Text.assemble((say("answer"), "dim"), ": ", (how, COMMAND)), width, 2)


def only_question(judged: StepJudged) -> bool:
    """Whether nothing is missing but the right answer."""
    red = [each for each in judged.judged if not each.fact and each.verdict is not Verdict.PASS]
    return bool(red) and all(each.check == "ask" for each in red)


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
