"""The argument parser: every mistake on the command line becomes a UsageError with a suggestion."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from types import ModuleType
from typing import NoReturn

from checks.words import say
from runner.commands import WORDS, add_globals
from runner.errors import UsageError

_SUMMARY = "Learn Docker networking by doing: guided labs on a real Docker Engine, every outcome verified."
_CODES = "exit codes: 0 all pass, 1 not yet, 2 usage, 3 cannot judge, 4 unsupported here, 130 interrupted"


class Parser(argparse.ArgumentParser):
    """argparse that raises instead of printing and exiting."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"{self.prog} --help")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.dest == "command" and action.choices is not None and value not in action.choices:
            raise UsageError(_unknown(str(value)), hint="vethlab --help")
        super()._check_value(action, value)


def parser(modules: Iterable[ModuleType]) -> argparse.ArgumentParser:
    """The whole command line, from the commands' modules."""
    whole = Parser(prog="vethlab", description=say(_SUMMARY), epilog=say(_CODES), allow_abbrev=False)
    whole.add_argument("--version", action=_Version, nargs=0, help=say("the version"))
    add_globals(whole)
    subparsers = whole.add_subparsers(
        dest="command", metavar="COMMAND", required=True, title=say("commands"), parser_class=Parser
    )
    for module in modules:
        module.add(subparsers)
    return whole


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, WORDS, n=1)
    if near:
        return say("no command is called {word}; did you mean {near}?", word=word, near=near[0])
    return say("no command is called {word}", word=word)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_rest: object, **_more: object) -> None:
        from importlib.metadata import version

        print(version("vethlab"))
        parser.exit()
