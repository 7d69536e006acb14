"""Submissions that say the same: a fact for a person to look at, never a verdict.

Compared is what each line asks for, so that blanks, quotes and spellings of options make no difference, in its order,
and the answers; not times, names, comments and exit codes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from runner.docker_requests.fields import as_fields
from runner.docker_requests.grammar import read
from runner.docker_requests.model import Asked, Exec, Look, Refused
from runner.engine.bodies import REPLAY
from runner.grading.model import Submission
from runner.lab.model import DockerCommand, Lab, server_names
from runner.session.chain import canonical

MOST_LINES = REPLAY.lines  # of a submission: the others are not played either


def groups(submissions: Iterable[Submission], labs: Mapping[str, Lab] | None = None) -> tuple[tuple[str, ...], ...]:
    """The files of each group of identical submissions, in the order in which they came.

    One without a command that is understood is like no other. Where `labs` are given, one that does what the lab's own
    solution does, as the lab's text tells everybody to, is the same only as one that holds the same bytes, or names the
    same veth: its name is drawn by lot on every engine. Only a digest of each submission is kept meanwhile.
    """
    models = {name: _model(lab) for name, lab in (labs or {}).items()}
    found: dict[str, list[str]] = {}
    for each in submissions:
        lab = (labs or {}).get(each.lab)
        asked = list(_asked((line.text for line in each.lines), lab.servers if lab else 2))
        changes = [mark for mark, looks in asked if not looks]
        if asked:
            plain = lab is not None and changes == models[lab.name] and not _names_a_veth(each, lab)
            mark = each.digest if plain else _digest(each, [mark for mark, _ in asked])
            found.setdefault(mark, []).append(each.file)
    return tuple(tuple(files) for files in found.values() if len(files) > 1)


def _names_a_veth(submission: Submission, lab: Lab) -> bool:
    asks = {step.id for step in lab.steps if step.ask and step.ask.truth and step.ask.truth.name == "host_veth"}
    return any(each.step in asks for each in submission.answers)


def _asked(lines: Iterable[str], servers: int) -> Iterator[tuple[str, bool]]:
    """What each line asks for, in one spelling, and whether it only looks; a refused one as its words."""
    for line in lines:
        reading = read(line, server_names(servers))
        if isinstance(reading, Asked):
            request = reading.request
            looks = isinstance(request, Look) or (isinstance(request, Exec) and not request.detach)
            yield canonical([type(request).__name__, as_fields(request), reading.on]), looks
        elif isinstance(reading, Refused) and "docker" in line:
            yield canonical(line.split()), False


def _model(lab: Lab) -> list[str]:
    """What the lab's own solution asks for, without its looks."""
    commands = [each for step in lab.steps for each in step.do if isinstance(each, DockerCommand)]
    return [mark for mark, looks in _asked(map(_typed, commands), lab.servers) if not looks]


def _typed(command: DockerCommand) -> str:
    return command.line.replace("docker ", f"docker --context {command.on} ", 1) if command.on else command.line


def _digest(submission: Submission, asked: list[str]) -> str:
    answers = sorted((each.step, " ".join(each.text.casefold().split())) for each in submission.answers)
    return hashlib.sha256(canonical([submission.lab, asked, answers]).encode()).hexdigest()
