"""Labs and steps as they are named on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from checks.words import language, listed, say
from runner.errors import UsageError
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import Lab, Step
from runner.lab.suggestions import near
from runner.lab.translation import translated
from runner.plain import one_line


def chosen_labs(names: Sequence[str], *, every: bool, original: bool = False) -> list[Lab]:
    """The labs named, each once, in that order; or every one: in the person's language, or as their authors wrote them.

    Raises UsageError, before anything is done.
    """
    if every and names:
        raise UsageError(say("either labs or --all, not both"))
    if not every and not names:
        raise UsageError(say("name a lab, or give --all"), say("labs: {names}", names=listed(lab_names())))
    labs = [load(find_lab(name)) for name in (lab_names() if every else dict.fromkeys(names))]
    doubled = sorted({lab.name for lab in labs if [each.name for each in labs].count(lab.name) > 1})
    if doubled:
        raise UsageError(say("two of these files are called lab: {name}", name=doubled[0]))
    return labs if original else [translated(lab, language()) for lab in labs]


def step_at_hand(arguments: argparse.Namespace) -> tuple[Lab, Step]:
    """The lab that is named, and its step of that id, or the first that is not done. Raises UsageError."""
    from runner.session.progress import current

    lab = chosen_labs([arguments.lab], every=False)[0]
    if arguments.step is not None:
        return lab, chosen_step(lab, arguments.step)
    step = current(lab)
    if step is None:
        ids = listed(each.id for each in lab.steps)
        raise UsageError(
            say("every step of {lab} is done: name one with --step ID", lab=lab.name),
            say("steps of {lab}: {steps}", lab=lab.name, steps=ids),
        )
    return lab, step


def chosen_step(lab: Lab, step_id: str) -> Step:
    """The step of that id. Raises UsageError with the nearest one."""
    ids = [step.id for step in lab.steps]
    if step_id in ids:
        return lab.step(step_id)
    nearest = near(step_id, ids)
    what = say("{lab} has no step {step}", lab=lab.name, step=one_line(step_id))
    if nearest:
        what = say("{what}; did you mean {near}?", what=what, near=nearest)
    raise UsageError(what, say("steps of {lab}: {steps}", lab=lab.name, steps=listed(ids)))
