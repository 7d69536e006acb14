"""What TAB offers: commands, options, labs, lab files, the steps of the lab on the line, engines.

Source: argcomplete, `CompletionFinder`: the shell's function calls the program with _ARGCOMPLETE and COMP_LINE in its
environment, and reads the answer from file descriptor 8.
"""

from __future__ import annotations

import argparse
import glob
import os
from collections.abc import Callable, Iterator, Mapping
from typing import NoReturn

Offer = Mapping[str, str]  # words with what they mean, "" where that is clear
Completer = Callable[..., Offer]

_LOOKS = ("ip", "ss", "bridge", "iptables", "ping")  # what labs look at the host with


def answer(parser: argparse.ArgumentParser) -> NoReturn:
    """Writes what fits the line to file descriptor 8 and ends the process; silently, whatever goes wrong."""
    try:
        from argcomplete.completers import SuppressCompleter
        from argcomplete.finders import CompletionFinder

        for action in _actions(parser):
            if completer := _COMPLETERS.get(action.dest):
                action.completer = completer  # type: ignore[attr-defined]  # the attribute that argcomplete reads
        output = os.fdopen(8, "w", encoding="utf-8", errors="replace")
        finder = CompletionFinder()  # it ends the process
        finder(parser, always_complete_options=False, output_stream=output, default_completer=SuppressCompleter())
    finally:
        os._exit(1)


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for each in action.choices.values():
                yield from _actions(each)


def _labs(prefix: str, parsed_args: argparse.Namespace, **_more: object) -> Offer:
    """Labs that are not on the line yet, and lab files where a path is begun or no lab fits."""
    from runner.lab.loader import lab_names

    given = getattr(parsed_args, "labs", None) or []
    names = dict.fromkeys((name for name in lab_names() if name.startswith(prefix) and name not in given), "")
    return names or _files(prefix, (".yaml", ".yml"))


def _lab_files(prefix: str, **_more: object) -> Offer:
    from runner.lab.loader import lab_names

    names = (name for name in lab_names() if name.startswith(prefix))
    return {**dict.fromkeys(names, ""), **_files(prefix, (".yaml", ".yml"))}


def _steps(prefix: str, parsed_args: argparse.Namespace, **_more: object) -> Offer:
    """The steps of the lab on the line, with their titles in the person's language."""
    from checks.words import language
    from runner.lab.loader import find_lab, load
    from runner.lab.translation import translated

    named = getattr(parsed_args, "lab", None)
    if not isinstance(named, str):
        return {}
    lab = translated(load(find_lab(named)), language())
    return {step.id: step.title for step in lab.steps if step.id.startswith(prefix)}


def _engines(prefix: str, **_more: object) -> Offer:
    from runner.engine.find import addresses

    found = ["auto", "external", "private", *(each.url for each in addresses())]
    return dict.fromkeys((each for each in found if each.startswith(prefix)), "")


def _host_words(prefix: str, parsed_args: argparse.Namespace, **_more: object) -> Offer:
    given = getattr(parsed_args, "words", None) or []
    offered = (*(() if given else ("server2",)), *_LOOKS)
    return dict.fromkeys((each for each in offered if each.startswith(prefix)), "")


def _files(prefix: str, endings: tuple[str, ...] = ("",)) -> Offer:
    found = (f"{each}/" if os.path.isdir(each) else each for each in glob.iglob(glob.escape(prefix) + "*"))
    return dict.fromkeys(sorted(each for each in found if each.endswith(("/", *endings))), "")


def _ending(*endings: str) -> Completer:
    return lambda prefix, **_more: _files(prefix, endings)


_COMPLETERS: dict[str, Completer] = {
    "lab": _labs,
    "labs": _labs,
    "step": _steps,
    "files": _lab_files,
    "engine": _engines,
    "words": _host_words,
    "file": _ending(".tar"),
    "svg": _ending(".svg"),
}
