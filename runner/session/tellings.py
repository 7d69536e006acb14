"""What the session tells the student, as data: the guide yields these, the screen puts them into words."""

from __future__ import annotations

from dataclasses import dataclass

from runner.lab.model import Lab, Step
from runner.session.events import Judged, StepJudged


@dataclass(frozen=True, slots=True)
class StepShown:
    """The step's text. `number` counts from 1."""

    step: Step
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Passed:
    """The step holds, with what was seen. `following` is the step that Enter shows; None when there is none."""

    step: Step
    judged: StepJudged
    following: Step | None
    assisted: bool = False


@dataclass(frozen=True, slots=True)
class NotYet:
    """What is missing or wrong, the first broken link; `whole`: with all that was expected and seen."""

    step: Step
    judged: Judged
    whole: bool = False


@dataclass(frozen=True, slots=True)
class QuestionOpen:
    """The work is right and was seen; what is left is the question."""

    step: Step
    judged: StepJudged


@dataclass(frozen=True, slots=True)
class HoldsAlready:
    """The step holds although the student has not looked yet."""

    step: Step


@dataclass(frozen=True, slots=True)
class PassedBefore:
    """A step that was passed already and is shown again; whether it holds now, and the number of one still to do."""

    step: Step
    holds: bool
    to_do: int | None


@dataclass(frozen=True, slots=True)
class Unseen:
    """It cannot be judged now, or never on this engine (`unsupported`)."""

    judged: Judged
    unsupported: bool = False


@dataclass(frozen=True, slots=True)
class SeesAgain:
    """The engine answers again."""


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A stage of the step's own answer: what is red now is so for the moment."""

    judged: Judged


@dataclass(frozen=True, slots=True)
class Undone:
    """A step passed earlier does not hold any more."""

    step: Step
    why: str


@dataclass(frozen=True, slots=True)
class Slip:
    """A typing error that the command line shows."""

    text: str


@dataclass(frozen=True, slots=True)
class Hint:
    """The next rung of the step's ladder of hints: that of the `asked`th asking."""

    step: Step
    asked: int


@dataclass(frozen=True, slots=True)
class Solution:
    """The step's model answer, recorded as assistance."""

    step: Step


@dataclass(frozen=True, slots=True)
class Output:
    """A command that was played for the student, and what it printed."""

    line: str
    output: str


@dataclass(frozen=True, slots=True)
class Skipped:
    step: Step
    following: Step | None


@dataclass(frozen=True, slots=True)
class Matters:
    """Why what was seen matters."""

    step: Step


@dataclass(frozen=True, slots=True)
class LabDone:
    """Every step is passed or skipped."""

    lab: Lab
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A plain sentence."""

    text: str
    code: int = 0


Telling = (
    StepShown | OnTheWay | Passed | NotYet | QuestionOpen | HoldsAlready | PassedBefore | Unseen | SeesAgain | Undone
    | Slip | Hint | Solution | Output | Skipped | Matters | LabDone | Remark
)  # fmt: skip
