"""The session's tellings in words: what the student reads under a command, and after a word."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from checks.words import say
from runner.called import as_called
from runner.lab.model import Lab, Question
from runner.plain import clean_text
from runner.screens.console import shows
from runner.screens.help_ladder import print_ladder
from runner.screens.prose import COMMAND, inline, print_note, print_prose, print_wrapped
from runner.screens.report import told_once
from runner.screens.solutions import print_played, print_solution, with_image
from runner.session import tellings
from runner.session.events import Judged, StepJudged
from runner.session.misspelt import WORDS
from runner.session.opening import Opened
from runner.session.tellings import Telling

_MOST_EVIDENCE = 8  # lines; a screen is 24
_WIDEST = 100  # columns: longer lines are hard to read
_LETTERS = "✔✘○·★–─…“”"  # noqa: RUF001
_ASCII = '+x-.*--.""'


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on: the terminal's width in columns, whether it shows colours, the image that IMG stands for."""

    width: int
    colours: bool
    image: str

    def console(self) -> Console:
        plain = not self.colours or os.environ.get("TERM") in ("dumb", "unknown")
        return Console(
            file=io.StringIO(), width=min(self.width, _WIDEST), force_terminal=not plain, no_color=plain or None,
            markup=False, highlight=False, emoji=False, legacy_windows=False,
        )  # fmt: skip


def rendered(told: Iterable[Telling], paper: Paper) -> str:
    """The tellings as text for the terminal; "" where there are none."""
    console = paper.console()
    for each in told:
        _print(console, each, paper)
    return _text(console)


def _text(console: Console) -> str:
    written = console.file
    assert isinstance(written, io.StringIO)
    text = written.getvalue()
    return text if shows(_LETTERS) else text.translate(str.maketrans(_LETTERS, _ASCII))


def _print(console: Console, told: Telling, paper: Paper) -> None:  # noqa: PLR0912  # one line a kind
    match told:
        case tellings.StepShown():
            _step(console, told, paper)
        case tellings.Passed():
            _passed(console, told)
        case tellings.NotYet():
            _not_yet(console, told)
        case tellings.QuestionOpen():
            _open(console, told)
        case tellings.HoldsAlready():
            _line(console, "·", "cyan", say("This holds already. Look for yourself, then type `check` to go on."))
        case tellings.PassedBefore():
            _passed_before(console, told)
        case tellings.Unseen():
            _unseen(console, told)
        case tellings.OnTheWay():
            _line(console, "·", "cyan", say("on the way: {why}", why=clean_text(told.judged.finding.why)))
        case tellings.SeesAgain():
            _line(console, "·", "cyan", say("The engine can be asked again."))
        case tellings.Undone():
            _line(console, "!", "yellow", say("{step} undone: {why}", step=told.step.id, why=clean_text(told.why)))
        case tellings.Slip():
            _line(console, "!", "yellow", told.text)
        case tellings.Hint():
            print_ladder(console, told.step, told.asked, paper.image, "solution")
        case tellings.Solution():
            print_solution(console, told.step, paper.image)
        case tellings.Output():
            print_played(console, with_image(told.line, paper.image), told.output)
        case tellings.Skipped():
            _line(console, "–", "blue", say("{step} is skipped.", step=told.step.id))  # noqa: RUF001
        case tellings.Matters():
            print_prose(console, told.step.matters, indent=2)
        case tellings.LabDone():
            _done(console, told.lab, told.states)
        case tellings.Remark():
            _line(console, "·", "cyan", told.text)


def _step(console: Console, told: tellings.StepShown, paper: Paper) -> None:
    heading = say("step {number} of {of}", number=told.number, of=told.of)
    console.print()
    console.rule(Text(f"{heading} · {told.step.title}", style="bold"), align="left", style="dim")
    console.print()
    print_prose(console, with_image(told.step.text, paper.image))
    if told.step.ask:
        _question(console, told.step.ask)
        console.print()


def _question(console: Console, asked: Question) -> None:
    print_wrapped(
        console, Text.assemble((say("Question:"), "bold"), " ", inline(console, " ".join(asked.text.split())))
    )
    for number, choice in enumerate(asked.choices, start=1):
        print_wrapped(console, inline(console, f"{number}. {choice}"), indent=4)
    how = say("`answer NUMBER`") if asked.choices else say("`answer TEXT`")
    print_wrapped(console, inline(console, say("Answer it with {how}.", how=how), "dim"))


def _passed_before(console: Console, told: tellings.PassedBefore) -> None:
    now = (
        say("You have passed this step already, and it holds.")
        if told.holds
        else say(
            "You have passed this step already, and that stays; it does not hold any more, now that others follow."
        )
    )
    again = [say("`answer` tries its question again.")] if told.step.ask else []
    go_on = (
        [say("`step {number}` goes on where you were.", number=told.to_do)]
        if told.to_do
        else [say("All steps are done: `quit` ends.")]
    )
    _line(console, "·", "cyan", " ".join([now, *again, *go_on]))


def _passed(console: Console, told: tellings.Passed) -> None:
    note = say(" (with help)") if told.assisted else ""
    _line(console, "✔", "bold green", f"{told.step.id} · {told.step.title}{note}")
    _evidence(console, told.judged)
    if told.step.matters:
        print_note(console, told.step.matters, indent=2)
    if told.following:
        text = say("Enter shows the next step: {title}", title=told.following.title)
        print_wrapped(console, Text(text, style="bold"), indent=2)


def _evidence(console: Console, judged: StepJudged) -> None:
    """What was seen, a line each, as many as there is room for; the question's reason whole."""
    room = _MOST_EVIDENCE
    for each in told_once(judged.judged):
        lines = [
            part for line in each.finding.evidence or [each.finding.observed] for part in clean_text(line).splitlines()
        ]
        if each.check == "ask":
            for line in lines:
                print_wrapped(console, inline(console, line, "dim"), indent=2)
            continue
        for line in lines[: max(room, 0)]:
            print_wrapped(console, Text(line, style="dim"), indent=2)
        room -= len(lines)


def _not_yet(console: Console, told: tellings.NotYet) -> None:
    finding, server = told.judged.finding, told.judged.server
    why = clean_text(finding.why)
    mark, style = ("✘", "bold red") if told.judged.misconception else ("○", "bold yellow")
    _line(console, mark, style, f"{server}: {why}" if server and server not in why else why)
    if told.whole:
        _details(console, told.judged)
        if told.judged.misconception:
            print_note(console, told.judged.misconception, indent=2)
    if finding.look:
        console.print(
            Text.assemble("  ", (say("look:"), "dim"), " ", (clean_text(finding.look), COMMAND)), soft_wrap=True
        )
    if told.judged.misconception and not told.whole:
        print_wrapped(console, inline(console, say("`why` tells what is behind it."), "dim"), indent=2)


def _details(console: Console, judged: Judged) -> None:
    for name, value in ((say("expected:"), judged.finding.expected), (say("observed:"), judged.finding.observed)):
        if value:
            print_wrapped(console, Text.assemble((name, "dim"), " ", clean_text(value)), indent=2)


def _open(console: Console, told: tellings.QuestionOpen) -> None:
    _line(console, "✔", "green", say("That is right. What is left is the question:"))
    assert told.step.ask
    _question(console, told.step.ask)


def _unseen(console: Console, told: tellings.Unseen) -> None:
    finding = told.judged.finding
    mark, style = ("–", "bold blue") if told.unsupported else ("?", "bold yellow")  # noqa: RUF001
    why = clean_text(finding.why)
    text = (
        say("this engine cannot show it: {why}", why=why) if told.unsupported else say("cannot judge: {why}", why=why)
    )
    _line(console, mark, style, text)
    if finding.look:
        print_wrapped(console, Text(clean_text(finding.look), style="dim"), indent=2)
    if told.unsupported:
        print_wrapped(console, inline(console, say("`skip` goes on to the next step."), "dim"), indent=2)
    else:
        print_wrapped(console, inline(console, say("This says nothing about your work."), "dim"), indent=2)


def _done(console: Console, lab: Lab, states: tuple[str, ...]) -> None:
    passed, assisted, skipped = (states.count(each) for each in ("passed", "assisted", "skipped"))
    parts = [say("{count} passed", count=passed)]
    parts += [say("{count} with help", count=assisted)] if assisted else []
    parts += [say("{count} skipped", count=skipped)] if skipped else []
    console.print()
    _line(console, "★", "bold green", say("{lab} is done: {counts}.", lab=lab.title, counts=", ".join(parts)))
    print_wrapped(
        console,
        inline(
            console, say("Stay and try things as long as you like. `quit` ends, and takes away what this lab made.")
        ),
        indent=2,
    )


def _line(console: Console, mark: str, style: str, text: str) -> None:
    """A marked line, its continuation under its text."""
    inner = max(console.width - 2, 18)
    for number, part in enumerate(inline(console, text).wrap(console, inner)):
        part.rstrip()
        console.print(Text.assemble((mark if number == 0 else " ", style), " ", part))


def greeting(at_work: Opened, told: Iterable[Telling], paper: Paper) -> str:
    """The first screen: where one is, what the words are, the step."""
    console = paper.console()
    lab, testbed = at_work.lab, at_work.testbed
    engine = {
        "private": say("vethlab's own engine {version}", version=testbed.version.partition("+")[0]),
        "external": say("your engine {version}", version=testbed.version.partition("+")[0]),
    }[testbed.kind]
    console.print(Text.assemble((lab.title, "bold"), ("  ·  ", "dim"), (engine, "dim")))
    told_how = say(
        "This is an ordinary bash. Do what the step says; after each command vethlab looks at the engine "
        "and tells what has changed."
    )
    print_wrapped(console, inline(console, told_how, "dim"))
    words = say(
        "At this prompt, not inside containers, these are words too: {words}; and onhost COMMAND looks at the host.",
        words=" ".join(word for word in WORDS if word != "onhost"),
    )
    print_wrapped(console, inline(console, words, "dim"))
    return f"{_text(console)}{rendered(told, paper)}"


def parting(at_work: Opened, ended: int, problems: Sequence[str], done: bool, paper: Paper) -> str:
    """The last lines: what became of the lab, and how to go on."""
    console = paper.console()
    lab = at_work.lab
    if ended < 0:
        _line(console, "!", "yellow", say("The shell was ended by signal {number}.", number=-ended))
    if done and not problems:
        _line(console, "✔", "bold green", say("{lab}: done, and what it made is taken away.", lab=lab.name))
        hand_in = as_called(say("vethlab submit {lab}", lab=lab.name))
        _line(console, "·", "cyan", say("To hand it in: {command}", command=hand_in))
    for each in problems:
        _line(console, "!", "yellow", each)
    if not done:
        counts = say("{done} of {of} steps are done", done=at_work.count_done(), of=len(lab.steps))
        go_on = as_called(say("vethlab start {lab}", lab=lab.name))
        _line(
            console,
            "·",
            "cyan",
            say("{lab}: {counts}. Go on with: {command}", lab=lab.name, counts=counts, command=go_on),
        )
    return _text(console)
