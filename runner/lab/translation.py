"""A lab in another language: `ko/NAME.yaml` beside the lab file holds its texts, by step id and text name.

What is not translated stays as the lab has it. What the lab does not have, or not so often, is a problem: such a
text would be shown nowhere, or in the wrong place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from checks.words import LANGUAGES, say
from runner.lab import values
from runner.lab.loader import display, load
from runner.lab.model import Lab, Question, Step
from runner.lab.nodes import Listing, Node, Scalar, Table
from runner.lab.problems import Problem, Problems, shown
from runner.lab.reading import Fields, Reading, fields
from runner.lab.source import read
from runner.lab.suggestions import did_you_mean

KEYS = ("lab", "title", "summary", "steps")
STEP_KEYS = ("title", "text", "matters", "ask", "choices", "because", "hints", "mistakes")


@dataclass(frozen=True, slots=True)
class Translation:
    """The lab as it is shown, and what of it is still in its own language: `missing` of its texts, `of` in all."""

    lab: Lab
    lacking: tuple[Problem, ...]
    missing: int
    of: int


def translated(lab: Lab, language: str) -> Lab:
    """The lab with what is translated put in place. Raises `LabProblems` where the translation is no good."""
    return translation(lab, language).lab if _is_there(beside(lab.path, language)) else lab


def lacking(lab: Lab, language: str) -> tuple[Problem, ...]:
    """The texts that have no translation, told with the place where they would stand; all where there is no file.

    Raises `LabProblems` with what the translation has too much: unknown steps and keys, wrong counts.
    """
    return translation(lab, language).lacking


def beside(path: Path, language: str) -> Path:
    """Where the translation of the lab file `path` stands, if there is one."""
    return path.parent / language / path.name


def languages(path: Path) -> list[str]:
    """The languages that the lab file has a translation in."""
    return [language for language in LANGUAGES if _is_there(beside(path, language))]


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # whoever reads it tells what stands in the way


def original(path: Path) -> tuple[Path, str] | None:
    """The lab file that the file translates, and the language; None where it is no translation, as its place tells."""
    try:
        folder = path.absolute().parent
    except OSError:
        return None  # the working folder is gone
    if folder.name not in LANGUAGES:
        return None
    lab = path.parent.parent / path.name if path.parent.name else folder.parent / path.name
    return (lab, folder.name) if _is_there(lab) or _orphan(path) else None


def _orphan(path: Path) -> bool:
    """Whether the file is laid out as a translation: its steps have no order of their own."""
    root = read(path, Problems(str(path)))
    return isinstance(root, Table) and any(
        isinstance(key, Scalar) and key.text == "steps" and isinstance(value, Table) for key, value in root.entries
    )


def translation_of(path: Path) -> tuple[Translation, str] | None:
    """What the translation file `path` gives, and its language; None where it is none. Raises `LabProblems`."""
    found = original(path)
    if found is None:
        return None
    lab, language = found
    if not _is_there(lab):
        problems = Problems(display(path))
        problems.add(1, say("this would translate {file}, which is not there", file=display(lab)))
        problems.end()
    return translation(load(lab), language), language


def translation(lab: Lab, language: str) -> Translation:
    """The lab in that language, and what is lacking. Raises `LabProblems` with all that is wrong with the file."""
    path = beside(lab.path, language)
    problems = Problems(display(path))
    root = read(path, problems) if _is_there(path) else Table(1, ())
    reader = _Reader(Reading(problems, {}, {}))
    shown_lab = reader.lab(lab, root) if root is not None else lab
    problems.end()
    return Translation(shown_lab, tuple(reader.lacking), reader.missing, reader.of)


@dataclass(slots=True)
class _Reader:
    """Reads one translation against its lab."""

    reading: Reading
    lacking: list[Problem] = field(default_factory=list)
    missing: int = 0
    of: int = 0

    def lab(self, lab: Lab, root: Node) -> Lab:
        if not isinstance(root, Table):
            self.reading.wrong(root, say("a translation is keys with values (lab: …, title: …, steps: …), by step id"))
            return lab
        found = Fields(self.reading, root, say("a translation"), KEYS)
        if root.entries:
            self._same(lab, found)
        part = _Part(self, found, say("the lab"), 1)
        title, summary = part.line("title", lab.title), part.line("summary", lab.summary)
        part.tell()
        return replace(lab, title=title, summary=summary, steps=self._steps(lab, found))

    def _same(self, lab: Lab, found: Fields) -> None:
        node = found.need("lab")
        name = values.line(self.reading, node, "lab")
        if node is not None and name and name != lab.name:
            text = say("this stands beside the lab {lab}, and says lab: {name}", lab=lab.name, name=shown(name))
            self.reading.wrong(node, text)

    def _steps(self, lab: Lab, found: Fields) -> tuple[Step, ...]:
        node = found.get("steps")
        ids = [step.id for step in lab.steps]
        if isinstance(node, Listing):
            text = say("steps must be keys here, by step id ({id}: …), not a list", id=ids[0] if ids else "id")
            self.reading.wrong(node, text)
            return lab.steps
        steps = fields(self.reading, node, "steps", [*ids, *self._strange(lab, node, ids)])
        line = found.line("steps")
        return tuple(
            self._step(step, steps or Fields(self.reading, Table(line, ()), "", ()), line) for step in lab.steps
        )

    def _strange(self, lab: Lab, node: Node | None, ids: Sequence[str]) -> list[str]:
        """Notes the steps that the lab does not have; their ids."""
        keys = [key for key, _ in node.entries if isinstance(key, Scalar)] if isinstance(node, Table) else []
        strange = [key for key in keys if key.text not in ids]
        for key in strange:
            text = say("the lab {lab} has no step {step}", lab=lab.name, step=shown(key.text))
            self.reading.wrong(key, text + did_you_mean(key.text, ids))
        return [key.text for key in strange]

    def _step(self, step: Step, steps: Fields, line: int) -> Step:
        """`line` is where the steps begin."""
        node, name = steps.get(step.id), say("the step {id}", id=step.id)
        found = fields(self.reading, node, name, STEP_KEYS) or Fields(self.reading, Table(line, ()), name, ())
        part = _Part(self, found, name, line if node is None else steps.line(step.id))
        new = replace(
            step,
            title=part.line("title", step.title),
            text=part.text("text", step.text),
            matters=part.line("matters", step.matters),
            ask=part.question(step.ask),
            hints=part.texts("hints", step.hints),
        )
        told = iter(part.texts("mistakes", [each.text for each in step.mistakes if each.text]))
        mistakes = tuple(replace(each, text=next(told)) if each.text else each for each in step.mistakes)
        part.tell(whole=node is None)
        return replace(new, mistakes=mistakes)


@dataclass(slots=True)
class _Part:
    """The texts of the lab, or of one of its steps, in the translation; what it lacks is told at its end."""

    reader: _Reader
    found: Fields
    name: str
    at: int  # the line where it begins
    lacking: dict[str, int] = field(default_factory=dict)  # how many texts, by key

    def line(self, key: str, own: str) -> str:
        node = self._node(key, 1 if own else 0)
        return (values.line(self.reader.reading, node, key) or own) if node is not None else own

    def text(self, key: str, own: str) -> str:
        node = self._node(key, 1 if own else 0)
        return (values.text(self.reader.reading, node, key) or own) if node is not None else own

    def texts(self, key: str, own: Sequence[str]) -> tuple[str, ...]:
        node = self._node(key, len(own))
        if node is None:
            return tuple(own)
        found = values.texts(self.reader.reading, node, key, say("a text of {key}", key=key))
        whole = isinstance(node, Listing) and node.complete and node.items
        if whole and len(found) != len(own):
            text = say("{key}: here are {count}, in the lab {of}", key=key, count=len(found), of=len(own))
            self.reader.reading.wrong(node, text)
        return found if len(found) == len(own) else tuple(own)

    def question(self, own: Question | None) -> Question | None:
        """The question; its choices in the lab's own words are kept, for they are answers as well."""
        text = self.text("ask", own.text if own else "")
        choices = self.texts("choices", own.choices if own else ())
        because = self.text("because", own.because if own else "")
        if len(set(choices)) < len(choices):
            self.reader.reading.problems.add(self.found.line("choices"), say("two choices are the same"))
        if own is None:
            return None
        also = own.choices if choices != own.choices else ()
        return replace(own, text=text, choices=choices, because=because, also=also)

    def _node(self, key: str, wanted: int) -> Node | None:
        """The translation of a text, or list of texts, that the lab has; None where there is none."""
        node = self.found.get(key)
        self.reader.of += wanted
        if node is not None and not wanted:
            text = say("{name} has no {key} to translate", name=self.name, key=key)
            self.reader.reading.problems.add(self.found.line(key), text)
            return None
        if node is None and wanted:
            self.lacking[key] = wanted
        return node

    def tell(self, *, whole: bool = False) -> None:
        """Notes what is lacking: each by its key, or with `whole` in one line."""
        at = self.reader.reading.problems.at(self.at)
        count = sum(self.lacking.values())
        self.reader.missing += count
        if whole and count:
            self.reader.lacking.append(Problem(at, say("{name} has no translation yet", name=self.name)))
            return
        for key in self.lacking:
            self.reader.lacking.append(Problem(at, say("{name}: no {key} yet", name=self.name, key=key)))
