"""Whose a submission is and which lab it is about, from what it says and what its file is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from checks.words import listed, say
from runner.grading.filenames import named_by_platform, owner
from runner.lab.model import Lab
from runner.lab.problems import shown
from runner.lab.suggestions import did_you_mean
from runner.plain import one_line
from runner.session.student_name import LONGEST, tidied, trouble

_EMAIL = re.compile(r"\S+@\S+")


class NoSubmission(Exception):
    """A file that is no submission; the sentence says why. `student` is whose it is, as far as that is known."""

    def __init__(self, why: str, student: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.student = student


@dataclass(frozen=True, slots=True)
class Source:
    """A file as the instructor knows it, the lab that was named for scripts that name none, the labs that there are.

    `known` is the student's name where a platform has told it beside the file.
    """

    file: str
    lab: str | None
    labs: Mapping[str, Lab]
    digest: str
    known: str = ""

    def lab_of(self, named: str | None) -> Lab:
        """The lab that the file names, else the one given, else the one in the file's name. Raises NoSubmission."""
        if named is not None:
            return self._known(named)
        if self.lab is not None:
            return self._known(self.lab)
        for part in reversed(self.file.split("/")):
            found = [name for name in self.labs if _stands_in(name, part.casefold())]
            longest = [name for name in found if not any(name != other and name in other for other in found)]
            if len(longest) == 1:
                return self.labs[longest[0]]
            if longest:
                break
        raise NoSubmission(
            say("nothing says which lab it is: give --lab LAB, or begin the script with a line `# lab: {lab}`",
                lab=next(iter(self.labs), "LAB"))
        )  # fmt: skip

    def _known(self, name: str) -> Lab:
        found = next((self.labs[each] for each in self.labs if each.casefold() == name.strip().casefold()), None)
        if found is None:
            raise NoSubmission(
                say("no lab is called {name}{near}", name=shown(name), near=did_you_mean(name, self.labs))
            )
        return found

    def student(self, named: str, remarks: list[str]) -> str:
        """The name that a platform knows; else that which the file gives, or those of file and folder do."""
        name = tidied(named)
        if not name:
            return one_line(self.known or owner(self.file), LONGEST)
        if wrong := trouble(name):
            remarks.append(say("the student's name in it is not as it should be: {wrong}", wrong=wrong))
        platform = self.known or named_by_platform(self.file)
        if _is_a_name(platform) and _letters(platform) != _letters(name[:LONGEST]):
            remarks.append(say("it says that it is by {name}, and the platform that it is by {other}",
                               name=one_line(name, LONGEST), other=one_line(platform, LONGEST)))  # fmt: skip
        return one_line(self.known or name, LONGEST) or one_line(owner(self.file), LONGEST)


def _is_a_name(platform: str) -> bool:
    """Whether it can be held against a name: a number or a user's name cannot."""
    return any(map(str.isalpha, platform)) and not any(map(str.isdigit, platform))


def _letters(name: str) -> list[str]:
    """The same for `Anna Berg`, `Berg, Anna` and `berganna`, as platforms write names, and with an e-mail beside."""
    return sorted(filter(str.isalpha, unicodedata.normalize("NFC", _EMAIL.sub("", name)).casefold()))


def _stands_in(name: str, part: str) -> bool:
    """Whether a lab's name stands in a file's as a word of its own."""
    return re.search(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", part) is not None


def unknown_step(step: str, lab: Lab) -> str:
    """What is said of a step that the lab does not have."""
    near = did_you_mean(step, [each.id for each in lab.steps])
    return say("{lab} has no step {step}{near}", lab=lab.name, step=shown(step), near=near)


def numbers(found: list[int], most: int = 8) -> str:
    """`3, 4, 9 and 12 more`."""
    rest = len(found) - most
    return listed(found) if rest <= 0 else say("{some} and {count} more", some=listed(found[:most]), count=rest)
