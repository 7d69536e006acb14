"""`vethlab doctor`: is everything here that the labs need; if not, the command that mends it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.words import listed, say
from runner.called import as_called
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers

UNSUPPORTED = 4


def add(subparsers: Subparsers) -> None:
    command(subparsers, "doctor", run, say("Look whether all is here that the labs need, and say what mends it."))


@dataclass(frozen=True)
class Line:
    """One thing looked at. `ok` None: not needed for most labs, and not here."""

    ok: bool | None
    what: str
    mend: str = ""


def run(_arguments: argparse.Namespace) -> int:
    """0 when labs can be played here, 4 when not."""
    from runner.engine.sweep import sweep
    from runner.screens.console import plain_console

    console = plain_console()
    private, external = False, False
    for name, looks in _LOOKS.items():
        for line in looks():
            mark, style = {True: ("✔", "green"), False: ("✘", "red"), None: ("·", "yellow")}[line.ok]
            console.print(f"{mark} {line.what}", style=style, soft_wrap=True)
            if line.mend and not line.ok:
                console.print(f"    {as_called(line.mend)}", soft_wrap=True)
            private |= bool(name == "private" and line.ok)
            external |= bool(name == "external" and line.ok)
    sweep()
    ready = private or external
    console.print(_summary(private, external), style="bold green" if ready else "bold red")
    return 0 if ready else UNSUPPORTED


def _summary(private: bool, external: bool) -> str:
    if private:
        return say("Every lab can be played here.")
    if external:
        return say("The labs with one server can be played here; macvlan needs private engines.")
    return say("No lab can be played here yet.")


def _places() -> Iterator[Line]:
    from runner.engine.places import cache_dir, run_dir, state_dir
    from runner.errors import EngineFailed

    for place in (state_dir, run_dir, cache_dir):
        try:
            place()
        except EngineFailed as error:
            yield Line(False, error.what, error.hint)


def _programs() -> Iterator[Line]:
    from runner.engine import install
    from runner.errors import NotHere

    lacking = install.missing()
    if not lacking:
        yield Line(True, say("programs: {names}", names=listed(install.PRIVATE)))
        return
    try:
        plan = install.plan()
    except NotHere as error:
        yield Line("docker" not in lacking or None, error.what, error.hint)
        return
    mend = plan.command if plan else ""
    yield Line(False, say("programs are missing: {names}", names=listed(lacking)), mend)


def _private() -> Iterator[Line]:
    """The proof is to start one."""
    from runner.engine import install
    from runner.engine.find import why_not_private
    from runner.engine.private import private
    from runner.errors import VethlabError

    if why := why_not_private():
        yield Line(None, say("{why}; the macvlan lab takes them", why=why), say("sudo vethlab …"))
        return
    if install.missing():
        return
    try:
        with private() as testbed:
            yield Line(True, say("a private engine starts: {version}", version=testbed.version))
    except VethlabError as error:
        yield Line(False, error.what, error.hint)


def _external() -> Iterator[Line]:
    from runner.engine.find import choose
    from runner.errors import VethlabError

    try:
        testbed = choose("external")
    except VethlabError as error:
        yield Line(None, error.what, error.hint)
        return
    if testbed:
        yield Line(
            True, say("an engine answers at {url}: {version}", url=testbed.servers[0].url, version=testbed.version)
        )
        yield from _image(testbed.image, testbed.server().docker.image_id(testbed.image) is not None)


def _image(name: str, there: bool) -> Iterator[Line]:
    if there:
        yield Line(True, say("it has the lab image {name}", name=name))
    else:
        yield Line(None, say("it has no lab image yet"), say("vethlab --engine external image build"))


_LOOKS: dict[str, Callable[[], Iterator[Line]]] = {
    "places": _places,
    "programs": _programs,
    "private": _private,
    "external": _external,
}
