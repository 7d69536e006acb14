"""The argument parser: every mistake on the command line becomes a UsageError with a suggestion."""

from __future__ import annotations

import argparse
import gettext
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NoReturn

from checks.words import DOMAIN, LOCALE, language, noted, say
from runner.commands import WORDS, add_globals
from runner.errors import UsageError
from runner.plain import broken, cells

_SUMMARY = noted("Learn Docker networking by doing: guided labs on a real Docker Engine, every outcome verified.")
_CODES = noted("exit codes: 0 all pass, 1 not yet, 2 usage, 3 cannot judge, 4 unsupported here, 130 interrupted")

# argparse's own words, as it asks gettext for them, those of newer versions too.
ARGPARSE = (
    noted("usage: "),
    noted("positional arguments"),
    noted("options"),
    noted("show this help message and exit"),
    noted("argument %(argument_name)s: %(message)s"),
    noted("invalid choice: %(value)r (choose from %(choices)s)"),
    noted("invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)"),  # 3.14
    noted("invalid %(type)s value: %(value)r"),
    noted("the following arguments are required: %s"),
    noted("one of the arguments %s is required"),
    noted("unrecognized arguments: %s"),
    noted("not allowed with argument %s"),
    noted("ignored explicit argument %r"),
    noted("expected one argument"),
    noted("expected at most one argument"),
    noted("expected at least one argument"),
    noted("ambiguous option: %(option)s could match %(matches)s"),
    noted("unexpected option string: %s"),
)


@contextmanager
def _spoken_by_argparse() -> Iterator[None]:
    """For this long gettext, which argparse asks for its words as it needs them, answers from our catalogue."""
    if language() == "en":
        yield
        return
    domain, kept = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language()  # the variable that gettext heeds first
    try:
        yield
    finally:
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE")
        os.environ.update({} if kept is None else {"LANGUAGE": kept})


class Formatter(argparse.HelpFormatter):
    """argparse's, for letters that are two columns wide too. What is narrow is as argparse has it."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return broken(text, width) if cells(text) > len(text) else super()._split_lines(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if cells(text) == len(text):
            return super()._fill_text(text, width, indent)
        return "\n".join(indent + line for line in broken(text, width - len(indent)))

    def _format_usage(self, *given: Any) -> str:
        wider = cells(say("usage: ")) - len(say("usage: "))
        self._width -= wider
        usage = super()._format_usage(*given)
        self._width += wider
        return usage.replace("\n ", "\n" + " " * (wider + 1))


class Parser(argparse.ArgumentParser):
    """argparse that raises instead of printing and exiting."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": Formatter, **given})

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"{self.prog} --help")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.dest == "command" and action.choices is not None and value not in action.choices:
            raise UsageError(_unknown(str(value)), hint="vethlab --help")
        super()._check_value(action, value)


def parsed(modules: Iterable[ModuleType], words: Sequence[str]) -> argparse.Namespace:
    """The command line `words`, as the commands' modules understand it. Raises UsageError."""
    with _spoken_by_argparse():
        return _parser(modules).parse_args(words)


def completed(modules: Iterable[ModuleType]) -> NoReturn:
    """Answers the shell that asks what TAB should offer, and ends the process."""
    from runner.completion import answer

    answer(_parser(modules))


def _parser(modules: Iterable[ModuleType]) -> argparse.ArgumentParser:
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
    from runner.lab.suggestions import near

    if nearest := near(word, WORDS):
        return say("no command is called {word}; did you mean {near}?", word=word, near=nearest)
    return say("no command is called {word}", word=word)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_rest: object, **_more: object) -> None:
        from runner.release import own_version

        print(own_version())
        parser.exit()
