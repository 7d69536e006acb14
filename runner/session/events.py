"""What happens while a lab is played or followed: the session yields these, screens read them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from checks.finding import Finding


class Verdict(Enum):
    """How a step, a lab or a run ended. Its value is the machine word, the same in every language."""

    PASS = "pass"
    NOT_YET = "not-yet"
    CANNOT_JUDGE = "cannot-judge"
    UNSUPPORTED = "unsupported"

    @property
    def exit_code(self) -> int:
        return {"pass": 0, "not-yet": 1, "cannot-judge": 3, "unsupported": 4}[self.value]


def worst(verdicts: list[Verdict]) -> Verdict:
    """The verdict of a whole: cannot-judge, not-yet, unsupported, pass, the first of them that is there."""
    order = [Verdict.CANNOT_JUDGE, Verdict.NOT_YET, Verdict.UNSUPPORTED, Verdict.PASS]
    return next((each for each in order if each in verdicts), Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Judged:
    """One check's outcome: its name (`ask` for a question), its verdict, and what it found.

    `misconception`: the lab's words about the mistake behind it, markdown; "" where none is named.
    """

    check: str
    verdict: Verdict
    finding: Finding
    fact: bool = False
    server: str | None = None
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class LabOpened:
    """Play of a lab begins. `engine` is `private` or `external`; `version` the engine's."""

    lab: str
    title: str
    engine: str
    version: str


@dataclass(frozen=True, slots=True)
class StepBegan:
    lab: str
    step: str
    title: str


@dataclass(frozen=True, slots=True)
class CommandPlayed:
    """A command of the model answer, as typed, with what it printed. `exit_code` is None for a typed line."""

    lab: str
    step: str
    line: str
    output: str
    exit_code: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class StepJudged:
    """A step's verdict with the findings behind it. `seconds` is play and judgement together."""

    lab: str
    step: str
    title: str
    verdict: Verdict
    seconds: float
    judged: tuple[Judged, ...]
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class LabClosed:
    """The lab is played and its objects are gone (or kept, with --keep)."""

    lab: str
    verdict: Verdict
    seconds: float


@dataclass(frozen=True, slots=True)
class Progressed:
    """A slow thing is under way (an image being made, an engine starting): one short line."""

    lab: str | None
    text: str


Event = LabOpened | StepBegan | CommandPlayed | StepJudged | LabClosed | Progressed
