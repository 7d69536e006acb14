"""`vethlab start`: a student's session in an ordinary bash, looked at after each command."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.engine.testbed import Testbed
    from runner.lab.model import Lab, Step
    from runner.session.opening import Opened
    from runner.session.recording import Recording

INSIDE = "VETHLAB_SESSION"


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "start", run, say("Work through a lab in a shell, and be told after each command."))
    parser.add_argument("lab", metavar="LAB", help=say("a lab's name, or the path of a lab file"))
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--step", metavar="ID", help=say("begin at that step; by default the first that is not done"))
    which.add_argument("--again", action="store_true", help=say("from the first step, as if it had never been done"))
    parser.add_argument("--student", metavar="NAME", help=say("your name, for what you hand in; it is kept"))


def run(arguments: argparse.Namespace) -> int:
    from runner.commands.selection import chosen_labs
    from runner.engine.private.sweep import sweep
    from runner.session.opening import forget_lost_engines, opened

    _require_terminal()
    lab = chosen_labs([arguments.lab], every=False)[0]
    _first_step(arguments, lab)  # a wrong --step is told before anything is begun
    _tell_and_ask(arguments, lab)
    sweep()
    forget_lost_engines()
    testbed = _testbed(arguments, lab)
    if arguments.again:
        if not _begin_again(arguments, lab, testbed):
            return 1
        testbed = _testbed(arguments, lab)
    at_work = opened(testbed, lab)
    recording = _recording(at_work)
    step = _first_step(arguments, lab)
    _make_ready(arguments, at_work, step, recording)
    return _sit(at_work, step, recording)


def _require_terminal() -> None:
    import shutil

    from runner.errors import NotHere, UsageError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(say("start is a session at a terminal, and there is none"), "vethlab check LAB")
    if os.environ.get(INSIDE):
        raise UsageError(say("you are in a session already: {lab}", lab=os.environ[INSIDE]), say("quit"))
    if not shutil.which("bash"):
        raise NotHere(say("the session needs bash, and it is not here"), "apt-get install -y bash")


def _first_step(arguments: argparse.Namespace, lab: Lab) -> Step | None:
    from runner.commands.selection import chosen_step
    from runner.session.progress import current

    return chosen_step(lab, arguments.step) if arguments.step is not None else current(lab)


def _tell_and_ask(arguments: argparse.Namespace, lab: Lab) -> None:
    """Says, the first time, what is recorded; takes the student's name, or asks for it once. Raises UsageError."""
    from runner.commands.student import ask, given
    from runner.errors import NotKept
    from runner.session import student_name

    name = given(arguments.student)
    first = not student_name.told()
    if first:
        _tell_what_is_recorded(lab)
    try:
        if name is not None:
            student_name.keep(name)
        elif student_name.kept() is None and not arguments.yes:
            student_name.keep(ask())
        elif first:
            student_name.keep(None)
    except NotKept as error:
        print(say("vethlab: {note}", note=error.what), file=sys.stderr)


def _tell_what_is_recorded(lab: Lab) -> None:
    import shlex

    from rich.text import Text

    from runner.called import as_called
    from runner.engine.places import state_dir
    from runner.screens.console import plain_console
    from runner.screens.prose import print_wrapped

    console = plain_console()
    what = say(
        "For handing in, vethlab keeps a journal of each lab: the docker commands that you type at its prompt, when, "
        "and their exit codes; your answers and what was seen then; the help that you take. Nothing else that you "
        "type is kept, and nothing that you type inside a container."
    )
    print_wrapped(console, Text(what))
    where = say(
        "It stays on this machine, in {folder}. What leaves it is a file that you make yourself: {submit}",
        folder=state_dir() / "journals",
        submit=as_called(f"vethlab submit {shlex.quote(lab.name)}"),
    )
    print_wrapped(console, Text(where))
    print(flush=True)


def _recording(at_work: Opened) -> Recording:
    """The journal, begun or gone on with."""
    from runner.session.journal import Journal
    from runner.session.recording import Recording

    recording = Recording(Journal(at_work.lab))
    recording.begins(at_work.testbed.kind, at_work.testbed.version, anew=at_work.fresh)
    return recording


def _testbed(arguments: argparse.Namespace, lab: Lab) -> Testbed:
    """The open lab's engine, else an external one that answers, else private ones that stay; with the lab image."""
    from runner.called import as_called
    from runner.commands.engines import to_work_on
    from runner.engine.kinds import remarks
    from runner.engine.lab_image import image
    from runner.screens.waiting import waiting

    testbed = to_work_on(arguments, lab)
    if testbed.kind == "external":
        with waiting() as tell:
            image.build(testbed.server().docker, tell)
        for remark in remarks(testbed):
            print(as_called(remark))
    return testbed


def _begin_again(arguments: argparse.Namespace, lab: Lab, testbed: Testbed) -> bool:
    """Takes away what the lab made, as reset does, and what is known of the student's steps; whether it was agreed."""
    from runner.commands.reset import reset_on
    from runner.session.journal import Journal
    from runner.session.progress import forget

    if not reset_on(testbed, lab, yes=arguments.yes):
        return False
    forget(lab.name)
    Journal(lab).put_aside()
    return True


def _make_ready(arguments: argparse.Namespace, at_work: Opened, step: Step | None, recording: Recording) -> None:
    """Plays the set-up of a lab that was opened just now; brings back what the engine lost, if the student agrees."""
    from runner.commands.consent import consent
    from runner.screens.solutions import typed

    for event in at_work.set_up():
        _show(event)
    lacks = at_work.lacks(step) if step else ()
    if not lacks:
        return
    print(say("The engine does not hold what the steps before this one made. To bring it back, this would be run:"))
    for each in lacks:
        print(f"  {typed(each, at_work.testbed.image)}")
    if step and consent(say("Run it?"), yes=arguments.yes):
        for event in at_work.bring_back(step):
            _show(event)
            recording.restored(event)


def _show(event: object) -> None:
    from runner.plain import one_line
    from runner.session.events import CommandPlayed

    if isinstance(event, CommandPlayed):
        print(f"$ {one_line(event.line)}", flush=True)


def _sit(at_work: Opened, step: Step | None, recording: Recording) -> int:
    """The session itself, and the words at its end; 0 when the lab is done, 1 when not yet."""
    from runner.screens.guide import greeting, parting
    from runner.screens.session import Session, terminal_paper
    from runner.session.guide import Guide
    from runner.session.waker import Waker

    with Waker(at_work.testbed) as waker:
        guide = Guide(at_work.lab, at_work.testbed, step, waker.changed, recording)
        session = Session(guide, *terminal_paper())
        sys.stdout.write(greeting(at_work, [*guide.shown(), *recording.remarks()], session.paper()))
        sys.stdout.flush()
        ended = session.run(_environ(at_work))
    done = guide.step is None
    problems = at_work.close() if done else []
    sys.stdout.write(parting(at_work, ended, problems, done, session.paper()))
    return 0 if done else 1


def _environ(at_work: Opened) -> dict[str, str]:
    """The student's own surroundings, with docker pointed at the engine, and the mark of a session."""
    from runner.session.shell import student_environ

    return {**student_environ(at_work.testbed), INSIDE: at_work.lab.name}
