"""What the pytest plugin does once it is asked: judges steps and single checks, and says so in pytest's ways."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks import CHECKS, TRUTHS
from checks.finding import Finding
from checks.words import noted, say
from runner.commands.engines import of_student
from runner.commands.selection import chosen_labs, chosen_step
from runner.engine.testbed import Testbed
from runner.errors import NotHere, UsageError, VethlabError
from runner.lab.calls import checks
from runner.lab.model import Lab, Step, Uses
from runner.lab.nodes import Listing, Node, Scalar, Table
from runner.lab.problems import LabProblems, Problems
from runner.lab.reading import Reading
from runner.plain import clean_text, one_line
from runner.pytest_verdicts import CannotJudge, NotYet
from runner.session.events import Judged, StepJudged, Verdict
from runner.session.judge import judge_step

_TITLES = {
    Verdict.NOT_YET: noted("{name}: not yet"),
    Verdict.CANNOT_JUDGE: noted("{name}: cannot judge"),
    Verdict.UNSUPPORTED: noted("{name}: not supported here"),
}


@dataclass(frozen=True)
class LabOnEngine:
    """A lab and the engine, as `--engine` names it, that its steps are judged on."""

    lab: Lab
    engine: str

    def step(self, step: str, *, answer: str | None = None) -> StepJudged:
        """What was seen, where the step passes. Raises NotYet and CannotJudge, and skips what is unsupported here."""
        __tracebackhide__ = True
        with _told():
            chosen = chosen_step(self.lab, step)
            if answer is not None and chosen.ask is None:
                raise UsageError(say("the step {step} of {lab} asks nothing", step=step, lab=self.lab.name))
        return _passed(f"{self.lab.name}/{step}", self.engine, self.lab, chosen, answer)


class LabItems(pytest.Collector):
    """A lab in the tree of tests."""

    def collect(self) -> list[pytest.Item]:
        """Nothing: `collected` makes the items, for a lab is no file below the folder that pytest walks."""
        return []


class StepItem(pytest.Item):
    """A step of a lab as a test."""

    lab: Lab
    answer: str | None = None

    def runtest(self) -> None:
        LabOnEngine(self.lab, self.config.getoption("--vethlab-engine")).step(self.name, answer=self.answer)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """What was found, without a trace: no line of Python is at fault."""
        if isinstance(excinfo.value, NotYet | CannotJudge):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        step = self.lab.step(self.name)
        return self.lab.path, step.location.line - 1, f"{self.lab.name}/{step.id}"


def opened(name: str) -> Lab:
    """The lab of that name, or of that file. Raises CannotJudge."""
    with _told():
        return chosen_labs([name], every=False)[0]


def collected(session: pytest.Session, names: Sequence[str], answers: Sequence[str]) -> Iterator[StepItem]:
    """An item for each step of the labs. Raises pytest's UsageError."""
    try:
        labs = chosen_labs(names, every=False)
        given = dict(_answer(each, labs) for each in answers)
    except UsageError as error:
        raise pytest.UsageError(_error(error)) from error
    for lab in labs:
        parent = LabItems.from_parent(session, name=lab.name, nodeid=f"vethlab/{lab.name}")
        for step in lab.steps:
            item = StepItem.from_parent(parent, name=step.id)
            item.lab, item.answer = lab, given.get(step.id)
            yield item


def _answer(given: str, labs: Sequence[Lab]) -> tuple[str, str]:
    step, equals, text = given.partition("=")
    asking = {each.id for lab in labs for each in lab.steps if each.ask}
    if not equals or step not in asking:
        raise UsageError(say("--vethlab-answer wants STEP=TEXT, of a step that asks: {given}", given=one_line(given)))
    return step, text


def checked(engine: str, name: str, /, *, on: str | None = None, **arguments: object) -> Finding:
    """The finding of one check, where it is ok. Raises NotYet and CannotJudge, and skips what is unsupported here."""
    __tracebackhide__ = True
    with _told():
        problems = Problems(name)
        reading = Reading(problems, CHECKS, TRUTHS, uses=None, servers=("server1", "server2"))
        calls = checks(reading, _written(name, on, arguments))
        problems.end()
    step = Step(name, name, "", problems.at(1), checks=calls)
    lab = Lab(name, name, 1, Uses(), (step,), Path(), servers=2 if on == "server2" else 1)
    return _passed(name, engine, lab, step, None).judged[0].finding


def _written(name: str, on: str | None, arguments: Mapping[str, object]) -> Node:
    """The call as a lab file would have it, so that it is read as strictly."""
    call = {name: arguments, **({"on": on} if on is not None else {})}
    return Listing(1, (_node(call),))


def _node(value: object) -> Node:
    match value:
        case bool() | int():
            return Scalar(1, str(value).lower())
        case str():
            return Scalar(1, value, plain=False)
        case list() | tuple():
            return Listing(1, tuple(map(_node, value)))
        case Mapping():
            return Table(1, tuple((_node(str(key)), _node(each)) for key, each in value.items()))
        case _:
            raise UsageError(say("no check takes {value}", value=one_line(repr(value))))


def _passed(name: str, engine: str, lab: Lab, step: Step, answer: str | None) -> StepJudged:
    __tracebackhide__ = True
    with _told(), _engine(engine, lab) as testbed:
        judged = judge_step(testbed, lab, step, answer=answer)
    match judged.verdict:
        case Verdict.NOT_YET:
            raise NotYet(_found(name, judged))
        case Verdict.CANNOT_JUDGE:
            raise CannotJudge(_found(name, judged))
        case Verdict.UNSUPPORTED:
            pytest.skip(_found(name, judged))
    return judged


@contextmanager
def _engine(engine: str, lab: Lab) -> Iterator[Testbed]:
    """The engine that `check` would look at; it is let go of at the end."""
    testbed = of_student(argparse.Namespace(engine=engine), lab)
    try:
        yield testbed
    finally:
        for server in testbed.servers:
            server.docker.close()


@contextmanager
def _told() -> Iterator[None]:
    """What stands in the way of judging, as an error; what this machine cannot show is skipped."""
    __tracebackhide__ = True
    try:
        yield
    except NotHere as error:
        pytest.skip(_error(error))
    except VethlabError as error:
        raise CannotJudge(_error(error)) from error


def _error(error: VethlabError) -> str:
    what = "; ".join(each.text for each in error.problems) if isinstance(error, LabProblems) else error.what
    return "\n".join([what, *([say("try: {hint}", hint=error.hint)] if error.hint else [])])


def _found(name: str, judged: StepJudged) -> str:
    """The findings that the verdict is from, a few lines each."""
    red = [each for each in judged.judged if each.verdict is judged.verdict and not each.fact]
    return clean_text("\n".join([say(_TITLES[judged.verdict], name=name), *(_lines(each) for each in red)]))


def _lines(judged: Judged) -> str:
    finding = judged.finding
    lines = [
        finding.why,
        say("  check: {check}", check=judged.check),
        say("  expected: {expected}", expected=finding.expected),
        say("  observed: {observed}", observed=finding.observed),
        say("  look: {look}", look=finding.look) if finding.look else "",
    ]
    return "\n".join(filter(None, lines))
