"""One small file a command, listed by hand below, in the order that `--help` shows.

A command is a module `runner/commands/WORD.py` with two functions:

    def add(subparsers: Subparsers) -> None:
        parser = command(subparsers, "lint", run, say("Say what is wrong in lab files."))
        parser.add_argument("files", nargs="+", metavar="FILE")

    def run(arguments: argparse.Namespace) -> int:
        ...imports what it needs here, and returns its exit code

`command` gives every parser the global options, so `arguments` always has `engine` (auto, external, private or a
URL), `lang` and `yes` as well. Importing the module must cost nothing: argparse and `say` alone at the top, all else
inside `run` (`vethlab --help` imports every one of them; a line that names its command, that one alone). Errors for
people are raised (`runner.errors`), never printed and never turned into codes by a command: the ladder in `runner.cli`
does both. What is printed goes to stdout; progress, questions and notes to stderr. To ask yes or no use
`runner.commands.consent`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from checks.words import say

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

WORDS: tuple[str, ...] = (
    "list", "start", "watch", "check", "hint", "solution", "solve", "submit", "onhost", "map", "run", "grade",
    "reset", "doctor", "engine", "image", "lint", "prove", "new", "schema", "completion",
)  # fmt: skip

DEFAULTS = {"engine": "auto", "lang": "en", "yes": False}
_WITH_VALUE = ("--engine", "--lang")


def command_word(words: Sequence[str]) -> str | None:
    """The command that a command line names, if it is one of WORDS: the first word behind the global options."""
    rest = iter(words)
    for word in rest:
        if word in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return word if word in WORDS else None
    return None


def command(
    subparsers: Subparsers, word: str, run: Callable[[argparse.Namespace], int], summary: str
) -> argparse.ArgumentParser:
    """A parser for one command word, with the global options, that will call `run`."""
    parser = subparsers.add_parser(word, help=summary, description=summary, allow_abbrev=False)
    add_globals(parser)
    parser.set_defaults(run=run, json=False)
    return parser


def add_globals(parser: argparse.ArgumentParser) -> None:
    """The options that stand before or after the command word. Their defaults are filled in after parsing."""
    group = parser.add_argument_group(say("everywhere"))
    unset = argparse.SUPPRESS
    group.add_argument("--engine", default=unset, metavar="WHICH", help=say("auto, external, private, or a URL"))
    group.add_argument("--lang", default=unset, choices=("en", "ko"), help=say("the language of labs and messages"))
    group.add_argument("--yes", "-y", action="store_true", default=unset, help=say("answer every question with yes"))
