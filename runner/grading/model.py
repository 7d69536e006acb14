"""What is graded, and what comes of it: data that can be sent to another process as JSON (`wire.py`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from runner.session.events import StepJudged, Verdict, worst


@dataclass(frozen=True, slots=True)
class Line:
    """One command as it was handed in: `number` is its line in a script, or its place in a journal, from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer to a step's question. `after` is the number of the last line before it (0: before all).

    `claimed_pass` and `evidence` are what the student's own vethlab said at the time: None and nothing in a script.
    """

    step: str
    text: str
    after: int
    claimed_pass: bool | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What is told about a line: `kind` is refused, skipped, limit, failed (the engine refused it) or note."""

    line: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Submission:
    """One student's work on one lab, as read from a file; nothing in it has been believed yet.

    `file` is how the instructor knows it (for one in an archive `class.zip/anna/bridge.sh`). `version` is the lab
    file's digest that it was made with, "" in a script. `remarks` are facts about the file that a person should know
    (the chain is broken, another version of the lab). `digest` is the SHA-256 of the file's bytes, of a Word document's
    text. `handed_in` is an ISO time that the file claims, "" where it claims none. `notes` are on lines of a script
    that were read as something else than what stands there; `other_lab` is the lab whose names are in it, if not this.
    """

    file: str
    student: str
    lab: str
    digest: str
    lines: tuple[Line, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    assisted: frozenset[str] = frozenset()
    version: str = ""
    vethlab: str = ""
    handed_in: str = ""
    remarks: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    other_lab: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is no submission, and why (one sentence, for the report)."""

    file: str
    why: str
    student: str = ""


@dataclass(frozen=True, slots=True)
class StepGrade:
    """How a step ended. `proof`: proved (seen on the replay), claimed (only the file says so), or "" (no pass).

    `judged` is the look that counts: the one that passed, else the one that came nearest. `line` is the number of
    the line after which it passed, 0 for before the first, None where it did not.
    """

    step: str
    title: str
    verdict: Verdict
    proof: str
    judged: StepJudged
    points: int = 1
    assisted: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """What came of one submission. `error` is set where it could not be read (`unreadable`) or not be judged.

    `limit` names the limit that ended the replay early, "" where none did.
    """

    file: str
    student: str
    lab: str
    digest: str
    steps: tuple[StepGrade, ...] = ()
    notes: tuple[Note, ...] = ()
    remarks: tuple[str, ...] = ()
    error: str = ""
    unreadable: bool = False
    limit: str = ""
    engine: str = ""  # its version
    version: str = ""  # the lab's that the file names
    handed_in: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def verdict(self) -> Verdict:
        """As the worst step; a submission that could not be judged has no other."""
        return worst([each.verdict for each in self.steps]) if self.steps and not self.error else Verdict.CANNOT_JUDGE
