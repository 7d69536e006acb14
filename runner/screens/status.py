"""One line at the foot of the terminal that says what is under way, and nothing at all where there is no terminal.

It hides no cursor and changes no mode, so that there is nothing to give back, whatever ends the program.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.words import say
from runner.plain import one_line
from runner.session.events import Event, LabClosed, LabOpened, Progressed, StepBegan, StepJudged


@dataclass
class Status:
    """`steps` says how many each lab has. Wipe it before anything else is printed on the terminal."""

    steps: Mapping[str, int]
    _at: dict[str, str] = field(default_factory=dict)
    _done: dict[str, int] = field(default_factory=dict)
    _note: str = ""
    _shows: bool = field(default_factory=lambda: sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb")

    def hear(self, event: Event) -> None:
        """Takes in one event."""
        match event:
            case LabOpened():
                self._at[event.lab], self._done[event.lab] = "", 0
                self._note = ""
            case StepBegan():
                self._at[event.lab] = event.step
            case StepJudged():
                self._done[event.lab] = self._done.get(event.lab, 0) + 1
            case LabClosed():
                self._at.pop(event.lab, None)
            case Progressed():
                self._note = event.text if event.lab is None else f"{event.lab}: {event.text}"
                if not self._shows:
                    print(say("vethlab: {note}", note=one_line(self._note)), file=sys.stderr, flush=True)

    def wipe(self) -> None:
        """Takes the line off the terminal."""
        self._write("")

    def draw(self) -> None:
        """Puts the line there."""
        labs = [f"{lab} {self._done[lab]}/{self.steps.get(lab, 0)} {step}".strip() for lab, step in self._at.items()]
        self._write(" · ".join(filter(None, [self._note, *labs])))

    def _write(self, text: str) -> None:
        if self._shows:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write("\r\x1b[2K" + one_line(text, max(width, 10)) if text else "\r\x1b[2K")
            sys.stderr.flush()
