"""`vethlab map`: a picture of the networks, containers, addresses and cables as they are now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.engine.testbed import Testbed


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "map", run, say("Draw the networks, containers, addresses and cables of now."))
    parser.add_argument("lab", metavar="LAB", nargs="?", help=say("the lab whose engines are drawn"))
    parser.add_argument("--svg", metavar="FILE", help=say("a picture for slides, written there; - for stdout"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.engines import of_student
    from runner.commands.selection import chosen_labs
    from runner.engine.private.sweep import sweep

    lab = chosen_labs([arguments.lab], every=False)[0] if arguments.lab is not None else None
    sweep()
    testbed = of_student(arguments, lab)
    if arguments.svg is None:
        _print(testbed)
    else:
        _write(testbed, arguments.svg)
    return 0


def _print(testbed: Testbed) -> None:
    from runner.engine.sight.topology import survey
    from runner.screens.console import plain_console
    from runner.screens.map_text import draw

    console = plain_console()
    text = draw(survey(testbed), console.width)
    console.print(text.plain if console.no_color else text, soft_wrap=True)


def _write(testbed: Testbed, file: str) -> None:
    """The SVG, whole or not at all. Raises UsageError where it cannot be written."""
    from runner.engine.sight.topology import survey
    from runner.errors import UsageError
    from runner.lab.problems import shown
    from runner.plain import one_line
    from runner.screens.map_svg import picture

    text = picture(survey(testbed))
    if file == "-":
        print(text, end="")
        return
    try:
        _replace(file, text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(say("{file} cannot be written: {reason}", file=shown(file), reason=reason)) from error
    print(say("the map is in {file}", file=one_line(file)))


def _replace(file: str, text: str) -> None:
    """Written beside the file and put in its place at once; a file that is no ordinary one (a pipe) is written to."""
    import os
    import tempfile
    from pathlib import Path

    target = Path(os.path.realpath(file))
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:80]}.")
    try:
        with open(handle, "w", encoding="utf-8") as page:
            page.write(text)
            page.flush()
            os.fsync(page.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(beside, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise
