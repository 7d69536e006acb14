"""Events to the screens that want them: the report or the JSON document, and the status line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from runner.interrupt import stop_listening
from runner.lab.model import Lab
from runner.screens.report import Report
from runner.screens.result import Result
from runner.screens.status import Status
from runner.session.events import Event


def show(events: Iterable[Event], labs: Sequence[Lab], *, as_json: bool) -> int:
    """Shows events as they come, and returns the exit code of the whole."""
    names = [lab.name for lab in labs]
    result, report = Result(names), None if as_json else Report(names)
    status = Status({lab.name: len(lab.steps) for lab in labs})
    try:
        for event in events:
            result.hear(event)
            status.hear(event)
            if report:
                report.hear(event)
                if report.ready:
                    status.wipe()
                    report.print_ready()
            status.draw()
    finally:
        status.wipe()
    if report:
        report.print_end(result.verdict)
    else:
        stop_listening()  # a signal from now on must not lead to a second document
        print(result.document())
        sys.stdout.flush()
    return result.verdict.exit_code
