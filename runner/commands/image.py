"""`vethlab image build|save|load`: the lab image, on the engine that `--engine` names."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "image", run, say("The lab image: build it, save it to a file, load it from one."))
    parser.add_argument("what", choices=("build", "save", "load"))
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=say("save, load: the image's tar file"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.engines import for_runs
    from runner.engine.lab_image import image
    from runner.engine.private.sweep import sweep
    from runner.errors import UsageError
    from runner.screens.waiting import waiting

    if (arguments.file is None) != (arguments.what == "build"):
        raise UsageError(say("image build takes no file; image save and image load take one"))
    if arguments.what == "load" and not arguments.file.is_file():
        raise UsageError(say("there is no file {file}", file=arguments.file))
    sweep()
    testbed = for_runs(arguments)
    docker = testbed.server().docker if testbed else None
    with waiting() as progress:
        if arguments.what == "build":
            made_of = image.build(docker, progress)
        elif arguments.what == "save":
            image.save(docker, arguments.file, progress)
        else:
            image.load(docker, arguments.file)
    where = testbed.servers[0].url if testbed else say("vethlab's private engines")
    if arguments.what == "build":
        print(say("The lab image is ready for {where}: {made_of}.", where=where, made_of=made_of))
    elif arguments.what == "save":
        print(say("Saved: {file}", file=arguments.file))
    else:
        print(say("Loaded for {where}.", where=where))
    return 0
