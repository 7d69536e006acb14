"""What `prove` shows: for each lab how many claims hold, and each that does not with its line in the lab file."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.text import Text

from checks.words import say
from runner.lab.model import Lab
from runner.plain import clean_text
from runner.screens.console import plain_console
from runner.session.prove import Claim


def show(lab: Lab, claims: Iterable[Claim], *, all_claims: bool = False) -> bool:
    """Prints claims as they are settled; whether all of them hold."""
    console, notes = plain_console(), plain_console(sys.stderr)
    held = failed = 0
    with notes.status(say("proving {lab} …", lab=lab.name)) as status:
        for claim in claims:
            held, failed = held + claim.ok, failed + (not claim.ok)
            if all_claims or not claim.ok:
                console.print(_line(claim))
            status.update(say("proving {lab}: {claims} claims", lab=lab.name, claims=held + failed))
    console.print(_sum(lab, held, failed))
    return not failed


def _line(claim: Claim) -> Text:
    mark, style = ("✔", "green") if claim.ok else ("✘", "red")
    about = f"{claim.step}: {claim.claim}" if claim.step else claim.claim
    text = Text.assemble((mark, f"bold {style}"), f" {claim.location}: ", (clean_text(about), "cyan"))
    return text if claim.ok else text.append(f": {clean_text(claim.why)}")


def _sum(lab: Lab, held: int, failed: int) -> Text:
    if not failed:
        return Text(say("✔ {lab}: all {held} claims hold", lab=lab.name, held=held), style="bold green")
    told = say("✘ {lab}: {failed} of {all} claims do not hold", lab=lab.name, failed=failed, all=held + failed)
    return Text(told, style="bold red")
