"""The hints of a step, one rung after the other: a nudge, the concept, the shape of the command."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from checks.words import say
from runner.lab.model import Step
from runner.screens.prose import print_note
from runner.screens.solutions import with_image


def print_hint(console: Console, text: str, number: int, of: int, image: str) -> None:
    """Prints one hint; `number` counts from 1. `image` is what IMG stands for."""
    heading = say("hint {number} of {of}:", number=number, of=of)
    console.print(Text.assemble(("?", "cyan"), " ", heading))
    print_note(console, with_image(text, image), indent=2)


def print_ladder(console: Console, step: Step, asked: int, image: str, solution: str) -> None:
    """Prints the hint that the `asked`th asking gets; once all were told, all of them and where the answer is.

    `solution` is what is typed to see it.
    """
    if asked <= len(step.hints):
        print_hint(console, step.hints[asked - 1], asked, len(step.hints), image)
        return
    for number, text in enumerate(step.hints, start=1):
        print_hint(console, text, number, len(step.hints), image)
    told_all = say("These are all the hints. {command} shows how it is done.", command=solution)
    no_hints = say("This step has no hints. {command} shows how it is done.", command=solution)
    console.print(Text(told_all if step.hints else no_hints), soft_wrap=True)
