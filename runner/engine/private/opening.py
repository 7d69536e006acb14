"""Private engines opened: of our own, with the lab image in them, ready to play on."""

from __future__ import annotations

from collections.abc import Callable

from checks.words import say
from runner.engine.private import cgroups, holders, started, sweep, template
from runner.engine.private.limits import Limits
from runner.engine.testbed import Testbed

Progress = Callable[[str], None]


def silent(_line: str) -> None:
    """Tell nobody."""


def private(
    servers: int = 1,
    *,
    lasting: bool = False,
    progress: Progress = silent,
    base: str = "/",
    confined: Limits | None = None,
) -> Testbed:
    """One or more servers on a LAN, with engines that answer and hold the lab image; `close` ends them.

    They end with this process, however it ends, unless `lasting`. `base` is the root of the system whose dockerd is
    used. `confined`: see confinement.py. Raises `NotHere` where private engines cannot be, `EngineFailed` when one does
    not start.
    """
    holders.require(confined=confined is not None)
    if confined:
        _tell_lacking(progress)
    sweep.sweep()
    with template.held(base, progress, confined=confined is not None) as found:
        return started.start(servers, lasting=lasting, base=base, template=found, confined=confined)


def _tell_lacking(progress: Progress) -> None:
    for each in cgroups.require().lacking:
        progress(
            say("the kernel has no {controller} cgroups: confined engines are not bounded in that", controller=each)
        )
