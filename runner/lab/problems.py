"""What is wrong with a lab file, gathered with file and line and told all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checks.words import say
from runner.errors import UsageError
from runner.lab.model import Location

MOST_PROBLEMS = 200  # of one file: nobody reads more, and a hostile file could hold a million
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend; prints as `labs/bridge.yaml:14: what is wrong`."""

    location: Location
    text: str

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


class LabProblems(UsageError):
    """A lab file that is no good. `problems` are in the order of their lines, and the message is
    all of them, a line each, below `header`."""

    def __init__(self, problems: Iterable[Problem], header: str = "") -> None:
        self.problems = tuple(sorted(set(problems)))
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__((header or _header(len(self.problems))) + "\n" + lines)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def _header(count: int) -> str:
    return (
        say("a lab file is no good, one problem:") if count == 1 else say("{count} problems in lab files:", count=count)
    )


class Problems:
    """Gathers the problems of one file while it is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Problem] = []

    def at(self, line: int) -> Location:
        return Location(self.file, line)

    def add(self, line: int, text: str) -> None:
        """Notes a problem and goes on. Raises `LabProblems` when there are too many to be of use."""
        self._found.append(Problem(self.at(line), text))
        if len(self._found) >= MOST_PROBLEMS:
            self._found.append(Problem(self.at(line), say("too many problems: reading stopped here")))
            self.end()

    def end(self) -> None:
        """Raises `LabProblems` if anything was noted."""
        if self._found:
            raise LabProblems(self._found)


def shown(text: str, most: int = _MOST_SHOWN) -> str:
    """`text` from a file or a command line, safe to print: no control characters, not endless."""
    cut = text if len(text) <= most else text[:most] + "…"
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in cut)


def too_deep() -> str:
    """What is told of a file with more levels than a lab has: counted here, or by the YAML parser that reads ahead."""
    return say("nested too deep: a lab file needs no more than a few levels")
