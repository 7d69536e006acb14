"""`vethlab doctor`: is everything here that the labs need; if not, the command that mends it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from checks.words import noted, say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.session.needs import Need

    Look = Callable[[], Iterator[Need]]

UNSUPPORTED = 4
_TITLES = {
    "python": noted("Python"),
    "terminal": noted("Terminal and shell, for `start`"),
    "docker": noted("The docker command"),
    "places": noted("Places that are written to"),
    "private": noted("Private engines"),
    "external": noted("Your own engine"),
}


def add(subparsers: Subparsers) -> None:
    command(subparsers, "doctor", run, say("Look whether all is here that the labs need, and say what mends it."))


def run(arguments: argparse.Namespace) -> int:
    """0 when labs can be played here, 4 when not."""
    from runner.screens.needs import Sheet
    from runner.session.forsaken import end_forsaken

    sheet = Sheet()
    good: dict[str, bool] = {}
    for name, looks in _looks(arguments.engine).items():
        sheet.head(say(_TITLES[name]))
        good[name] = False
        for look in looks:
            needs = list(look())
            for need in needs:
                sheet.need(need)
            good[name] = bool(needs and needs[0].ok)  # of a group with several, the last one proves it
    end_forsaken()
    ready = good["private"] or good["external"]
    sheet.end(_summary(good["private"], good["external"]), ready)
    return 0 if ready else UNSUPPORTED


def _looks(engine: str) -> dict[str, tuple[Look, ...]]:
    from runner.session import needs, needs_engines

    named = engine if engine not in ("auto", "private") else "external"
    return {
        "python": (needs.python,),
        "terminal": (needs.terminal, needs.bash),
        "docker": (needs.docker_command,),
        "places": (needs.places,),
        "private": (needs_engines.programs, needs_engines.private_engines),
        "external": (lambda: needs_engines.external_engine(named),),
    }


def _summary(private: bool, external: bool) -> str:
    if private:
        return say("Every lab can be played here.")
    if external:
        return say("The labs with one server can be played here; macvlan needs private engines.")
    return say("No lab can be played here yet.")
