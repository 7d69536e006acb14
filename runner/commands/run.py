"""`vethlab run`: plays the model answers of labs and judges every step."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from runner.commands import Subparsers
    from runner.engine.testbed import Testbed
    from runner.lab.model import Lab
    from runner.session.events import Event

    Events = Generator[Event, None, None]


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "run", run, say("Play the model answers step by step and check each one."))
    parser.add_argument("labs", nargs="*", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--all", action="store_true", help=say("every lab"))
    parser.add_argument("--json", action="store_true", help=say("one JSON document on stdout"))
    parser.add_argument("--keep", action="store_true", help=say("leave what was made, to look at it"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.engines import for_runs
    from runner.commands.selection import chosen_labs
    from runner.engine.private.sweep import sweep
    from runner.screens.showing import show

    labs = chosen_labs(arguments.labs, every=arguments.all)
    sweep()
    shared = for_runs(arguments)
    _make_ready(shared)
    events = _on_private_engines(labs, arguments) if shared is None else _on_one_engine(labs, shared, arguments)
    with closing(events):
        return show(events, labs, as_json=arguments.json)


def _make_ready(shared: Testbed | None) -> None:
    """The lab image on the engine; what private engines start from, before several of them want it at once."""
    from runner.engine.lab_image import image
    from runner.engine.private import template
    from runner.screens.waiting import waiting

    with waiting() as tell:
        if shared:
            image.build(shared.server().docker, tell)
        else:
            with template.held("/", tell):
                return


def _on_private_engines(labs: Sequence[Lab], arguments: argparse.Namespace) -> Events:
    """Side by side, each on an engine of its own. Engines that were kept are told at the end."""
    from runner.commands.engines import require_servers, tell
    from runner.engine.private.opening import private
    from runner.session.parallel import side_by_side

    kept: dict[str, Testbed] = {}

    def opened(lab: Lab, progress: Callable[[str], None]) -> Testbed:
        require_servers(lab, f"vethlab run {lab.name}")
        kept[lab.name] = private(lab.servers, lasting=arguments.keep, progress=progress)
        return kept[lab.name]

    yield from side_by_side(labs, opened, keep=arguments.keep)
    for name, testbed in kept.items() if arguments.keep else ():
        tell(say("{lab} is kept: export DOCKER_CONFIG={folder}", lab=name, folder=testbed.environ["DOCKER_CONFIG"]))


def _on_one_engine(labs: Sequence[Lab], testbed: Testbed, arguments: argparse.Namespace) -> Events:
    """One after the other on an external engine; a lab with two servers on private ones, where they can be."""
    from runner.session.parallel import in_turn

    for lab in labs:
        if lab.servers == 1:
            yield from in_turn([lab], testbed, keep=arguments.keep)
        else:
            yield from _on_private_engines([lab], arguments)
