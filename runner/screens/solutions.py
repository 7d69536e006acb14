"""The model answer of a step as a student would type it, and what was played for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from checks.words import say
from runner.lab.model import Command, DockerCommand, HostCommand, Question, Step, TypedCommand
from runner.plain import clean_text
from runner.screens.prose import COMMAND, print_note, print_wrapped

_MOST_LINES = 40  # of what one command printed
_EARLIER = re.compile(r"\{\d\}")


def print_solution(
    console: Console, step: Step, image: str, *, onhost: str = "onhost", answer: str = "answer TEXT"
) -> None:
    """Prints the step's commands, and how its question is answered.

    `image` is what IMG stands for; `onhost` and `answer` are typed to look at the host and to answer.
    """
    page = _Page(console, image, onhost, answer)
    if step.do:
        page.commands(step.do)
    if step.ask:
        page.answer_to(step.ask, step.hints[-1:], {each.line for each in step.do})


def typed(command: Command, image: str, onhost: str = "onhost") -> str:
    """One command as it is typed."""
    match command:
        case TypedCommand():
            return say("inside {container}: {line}", container=command.inside, line=command.line)
        case HostCommand():
            return " ".join(each for each in (onhost, command.on, command.line) if each)
        case DockerCommand():
            line = with_image(command.line, image)
            return line.replace("docker ", f"docker --context {command.on} ", 1) if command.on else line


def with_image(text: str, image: str) -> str:
    """A text of a lab, with the image's name as it is typed in the place of IMG."""
    return re.sub(r"\bIMG\b", image.removesuffix(":latest"), text)


def print_played(console: Console, line: str, output: str) -> None:
    """Prints a command that was played, and the end of what it printed."""
    console.print(Text(f"$ {clean_text(line)}", style=COMMAND), soft_wrap=True)
    lines = clean_text(output).splitlines()
    for each in lines if len(lines) <= _MOST_LINES else ["…", *lines[-_MOST_LINES:]]:
        console.print(Text(each), soft_wrap=True)


@dataclass(frozen=True)
class _Page:
    """What is printed on, and how things are spelt there."""

    console: Console
    image: str
    onhost: str
    answer: str

    def commands(self, commands: Sequence[Command]) -> None:
        for command, following in zip(commands, [*commands[1:], None], strict=True):
            indent = 4 if isinstance(command, TypedCommand) else 2
            _print_line(self.console, typed(command, self.image, self.onhost), indent)
            for note in _notes(command, following):
                print_wrapped(self.console, Text(note, style="dim"), indent=4)

    def answer_to(self, asked: Question, hints: Sequence[str], told: Set[str]) -> None:
        """The right choice and why; for a value the commands that show it, with the hint of what to look for.

        Commands that stand there already (`told`) are not told again.
        """
        console = self.console
        console.print()
        print_wrapped(console, Text.assemble((say("Question:"), "bold"), " ", " ".join(asked.text.split())))
        if asked.right is not None:
            choice = say("{number}. {choice}", number=asked.right, choice=asked.choices[asked.right - 1])
            print_wrapped(console, Text(choice, style="bold"), indent=2)
            print_note(console, asked.because, indent=2)
            _print_line(console, self.answer.replace("TEXT", str(asked.right)), 2)
            return
        print_wrapped(console, Text(say("This is how the answer is found:"), style="dim"))
        for each in asked.answer if any(each.command.line not in told for each in asked.answer) else ():
            _print_line(console, _EARLIER.sub("…", typed(each.command, self.image, self.onhost)), 2)
            if _EARLIER.search(each.command.line):
                print_wrapped(console, Text(say("`…` is what the line before it tells"), style="dim"), indent=4)
        for hint in hints:
            print_note(console, with_image(hint, self.image), indent=2)
        _print_line(console, self.answer, 2)


def _notes(command: Command, following: Command | None) -> Iterator[str]:
    """What is to be known of a line that is typed."""
    if isinstance(command, TypedCommand) and not isinstance(following, TypedCommand):
        yield say("then ctrl-p ctrl-q: you are out, and it goes on running")
    if isinstance(command, DockerCommand) and command.fails:
        yield say("this one must fail: “… {words} …”", words=command.fails)
    if isinstance(command, DockerCommand) and command.tries:
        yield say("this one may fail or not, by engine: either is right")


def _print_line(console: Console, line: str, indent: int) -> None:
    """A line to be copied: never broken."""
    console.print(Text.assemble(" " * indent, (line, COMMAND)), soft_wrap=True)
