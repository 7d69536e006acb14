"""`vethlab run`: plays the model answers of labs and judges every step."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from runner.commands import Subparsers
    from runner.engine.testbed import Testbed
    from runner.lab.model import Lab
    from runner.session.events import Event


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "run", run, say("Play the model answers step by step and check each one."))
    parser.add_argument("labs", nargs="*", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--all", action="store_true", help=say("every lab"))
    parser.add_argument("--json", action="store_true", help=say("one JSON document on stdout"))
    parser.add_argument("--keep", action="store_true", help=say("leave what was made, to look at it"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.selection import chosen_labs
    from runner.engine.sweep import sweep
    from runner.screens.showing import show

    labs = chosen_labs(arguments.labs, every=arguments.all)
    sweep()
    with closing(_events(arguments, labs)) as events:
        return show(events, labs, as_json=arguments.json)


def _events(arguments: argparse.Namespace, labs: Sequence[Lab]) -> Generator[Event, None, None]:
    """The events of all labs on the engines that were chosen."""
    from runner.commands.engines import for_runs
    from runner.session.together import side_by_side

    shared = for_runs(arguments)
    if shared is None:
        yield from _prepared()
        yield from side_by_side(labs, _opener(keep=arguments.keep), keep=arguments.keep)
    else:
        yield from _on_one_engine(labs, shared, keep=arguments.keep)


def _on_one_engine(labs: Sequence[Lab], testbed: Testbed, *, keep: bool) -> Iterator[Event]:
    """One after the other on an external engine; a lab with two servers on private ones, where they can be."""
    from runner.engine.image import build
    from runner.session.events import Progressed
    from runner.session.together import in_turn, side_by_side

    notes: list[str] = []
    build(testbed.server().docker, notes.append)
    yield from (Progressed(None, note) for note in notes)
    for lab in labs:
        if lab.servers == 1:
            yield from in_turn([lab], testbed, keep=keep)
        else:
            yield from side_by_side([lab], _opener(keep=keep), keep=keep)


def _prepared() -> Iterator[Event]:
    """What private engines need once, made before several of them want it at the same time."""
    from runner.engine.template import ready
    from runner.session.events import Progressed

    yield Progressed(None, say("getting engines ready"))
    ready("/", lambda _: None)


def _opener(*, keep: bool) -> Callable[[Lab, Callable[[str], None]], Testbed]:
    from runner.engine.private import private

    def opened(lab: Lab, progress: Callable[[str], None]) -> Testbed:
        return private(lab.servers, lasting=keep, progress=progress)

    return opened
