"""What `watch` prints line by line, as JSON or in words: one line a change of verdict, as soon as it is known."""

from __future__ import annotations

import json
from collections.abc import Iterable

from checks.words import noted, say
from runner.lab.model import Lab
from runner.plain import clean_text, one_line
from runner.session.events import LabOpened, Progressed, StepJudged, Verdict
from runner.session.progress import DONE
from runner.session.watch import Moved, Watched, why

_WORDS = {
    Verdict.PASS: noted("holds"),
    Verdict.NOT_YET: noted("not yet"),
    Verdict.CANNOT_JUDGE: noted("cannot judge"),
    Verdict.UNSUPPORTED: noted("not supported here"),
}


def print_json(events: Iterable[Watched]) -> None:
    """The lines that programs read."""
    for event in events:
        if isinstance(event, StepJudged):
            row = {"lab": event.lab, "step": event.step, "verdict": event.verdict.value, "why": clean_text(why(event))}
            print(json.dumps(row, ensure_ascii=False), flush=True)


def print_lines(events: Iterable[Watched], lab: Lab) -> None:
    """The lines that people read where there is no terminal for a picture."""
    width = max(len(step.id) for step in lab.steps)
    done: set[str] = set()
    for event in events:
        match event:
            case LabOpened():
                print(f"{lab.name}: {event.engine} {event.version}", flush=True)
            case StepJudged():
                text = ": ".join(filter(None, [say(_WORDS[event.verdict]), one_line(why(event), 500)]))
                print(f"  {event.step:<{width}}  {text}", flush=True)
            case Moved():
                now = {step for step, state in event.states.items() if state in DONE}
                for step in (each.id for each in lab.steps if each.id in now - done):
                    print(f"  {step:<{width}} ", say("passed"), flush=True)
                done = now
            case Progressed():
                print(f"  {event.text}", flush=True)
