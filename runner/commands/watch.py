"""`vethlab watch`: the live checklist of a lab, for a second terminal."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.session.watch import Watch


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "watch", run, say("Show live which steps hold, beside the shell that you work in."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    parser.add_argument("--json", action="store_true", help=say("one line of JSON a change of verdict"))


def run(arguments: argparse.Namespace) -> int:
    from runner.engine.private.sweep import sweep

    sweep()
    watch = _watch(arguments)
    if arguments.json:
        from runner.screens.watch_lines import print_json

        print_json(watch.events())
    elif sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown"):
        from runner.screens.live import watch_live

        watch_live(watch)
    else:
        from runner.screens.watch_lines import print_lines

        print_lines(watch.events(), watch.lab)
    return 0 if watch.complete else 1


def _watch(arguments: argparse.Namespace) -> Watch:
    from runner.commands.engines import of_student
    from runner.commands.selection import chosen_labs
    from runner.session.watch import Watch

    lab = chosen_labs([arguments.lab], every=False)[0]
    return Watch(lab, lambda: of_student(arguments, lab))
