"""The session's pen: writes the journal beside the work, and never stands in its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from checks.words import say
from runner.engine.baseline import Thing
from runner.errors import VethlabError
from runner.lab.model import DockerCommand, Lab, Step
from runner.session import progress, tellings
from runner.session.events import CommandPlayed, Event, StepJudged
from runner.session.journal import Journal, existing
from runner.session.tellings import Telling
from runner.session.typed import docker_commands, is_docker


def beside(lab: Lab) -> Recording:
    """The pen of a command outside of the session: it writes where a session has begun a journal."""
    return Recording(existing(lab))


@dataclass
class Recording:
    """What is to be kept goes through here; where that fails it is said once. Without a journal nothing is kept."""

    journal: Journal | None = None
    _failed: bool = False
    _missed: bool = False
    _helped: set[str] = field(default_factory=set)  # steps that were restored
    _remarks: list[Telling] = field(default_factory=list)

    def remarks(self) -> list[Telling]:
        """What there is to tell since it was asked last."""
        told, self._remarks = self._remarks, []
        return told

    def begins(self, engine: str, version: str, *, anew: bool) -> None:
        """A session begins. `anew`: the lab was opened just now, so nothing that was made before is there."""
        self._kept(lambda journal: journal.settle())
        if anew:
            self._kept(lambda journal: journal.opened_anew() if journal.begun else None)
        self._kept(lambda journal: journal.begin(engine, version))

    def begun(self, line: str) -> None:
        """A line that the student runs now: where nothing more is heard of it, it was run all the same."""
        if is_docker(line):
            self._kept(lambda journal: journal.command_begun(line))

    def ends(self) -> None:
        """The session ends; a command that has not returned is kept without its exit code."""
        self._kept(lambda journal: journal.settle())

    def typed(self, line: str, code: int) -> None:
        """A line that the student ran. Only docker commands are kept."""
        self._kept(lambda journal: journal.command_ended())
        for each, returned in docker_commands(line, code):
            self._kept(partial(Journal.command, line=each, code=returned))

    def unseen(self, line: str) -> None:
        """A line that changed the engine and is not kept: said once, for it will be missing in what is handed in."""
        if not self.journal or self._missed or docker_commands(line, 0) or (line.strip() and "docker" not in line):
            return
        self._missed = True
        if line.strip():
            text = say("not recorded for handing in: only lines that begin with `docker` are")
        else:
            text = say("not recorded for handing in: your bash keeps no line that begins with a blank or repeats "
                       "the one before (HISTCONTROL)")  # fmt: skip
        self._remarks.append(tellings.Remark(text))

    def played(self, event: CommandPlayed) -> None:
        """A command that vethlab ran for the student."""
        self._kept(lambda journal: journal.played(event))

    def restored(self, event: Event) -> None:
        """A command that brought back what earlier steps made; of a step that was not done, that is help."""
        journal = self.journal
        if journal is None or not isinstance(event, CommandPlayed):
            return
        states = progress.states(journal.lab.name)
        for step in journal.lab.steps:
            made_it = any(
                isinstance(each, DockerCommand) and event.line.endswith(each.line.removeprefix("docker"))
                for each in step.do
            )
            if made_it and states.get(step.id) not in progress.DONE and step.id not in self._helped:
                self._helped.add(step.id)
                self.helped(step, "restored")
        self.played(event)

    def removed(self, things: Sequence[Thing]) -> None:
        """What a reset took away."""
        self._kept(lambda journal: journal.removed(things))

    def answered(self, judged: StepJudged) -> None:
        """The answer that a step was judged with."""
        self._kept(lambda journal: journal.answer(judged))

    def helped(self, step: Step, kind: str) -> None:
        """Help with a step. What shows the answer counts only until the step has passed, as in progress."""
        journal = self.journal
        if journal is None:
            return
        if kind in ("solution", "solve") and progress.states(journal.lab.name).get(step.id) in progress.DONE:
            return
        self._kept(lambda journal: journal.assist(step.id, kind))

    def _kept(self, write: Callable[[Journal], object]) -> None:
        try:
            if self.journal:
                write(self.journal)
        except VethlabError as error:
            if not self._failed:
                text = say("what you do is not recorded for handing in: {what}; the session goes on", what=error.what)
                self._remarks.append(tellings.Remark(text))
            self._failed = True
