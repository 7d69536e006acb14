"""What a check returns, and the ways in which it can end early."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check expected and what it saw.

    `why` is empty when `ok`; when not, it names the object at fault and the reason. `look` is a
    command with which the student can see the same (it inspects, it never mends). `evidence` holds
    the facts seen, a line each: names, addresses, MACs, namespace numbers.
    """

    ok: bool
    expected: str
    observed: str
    why: str = ""
    look: str = ""
    evidence: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.ok and not self.why:
            raise ValueError("a finding that is not ok must say why")


class CheckEnded(Exception):
    """A check that cannot go on. What it means is in the subclass."""


class BrokenLink(CheckEnded):
    """The first link of the chain that does not hold: the student's to mend, so `not-yet`.

    Carries the finding; raised by the small steps that checks share (exists, runs, attached …).
    """

    def __init__(self, *, expected: str, observed: str, why: str, look: str = "") -> None:
        super().__init__(why)
        self.finding = Finding(ok=False, expected=expected, observed=observed, why=why, look=look)


class CannotSee(CheckEnded):
    """The engine or the kernel could not be asked: `cannot-judge`, never the student's fault.

    `hint` says what to try next.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class Unsupported(CheckEnded):
    """This engine cannot show it: `unsupported`. `hint` says which one could."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint
