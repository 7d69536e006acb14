"""`vethlab lint`: everything that is wrong in lab files, their translations and grading policies, at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers
    from runner.lab.translation import Translation


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "lint", run, say("Say what is wrong in lab files, all at once."))
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=say("a lab file or a translation of one, the name of a lab, or a policy for grading"),
    )


def run(arguments: argparse.Namespace) -> int:
    """2, by LabProblems, where something is wrong; texts that are not translated yet are only told."""
    from runner.grading.policy import PolicyProblems
    from runner.lab.loader import find_lab
    from runner.lab.problems import LabProblems

    found: list[LabProblems] = []
    for file in arguments.files:
        try:
            _lint(find_lab(file))
        except LabProblems as problems:
            found.append(problems)
    if found:
        kind = PolicyProblems if all(isinstance(each, PolicyProblems) for each in found) else LabProblems
        raise kind(problem for each in found for problem in each.problems)
    return 0


def _lint(path: Path) -> None:
    from runner.lab.lint import lint
    from runner.lab.translation import languages, translation, translation_of

    if _is_policy(path):
        return
    alone = translation_of(path)
    if alone is not None:
        _tell(*alone)
        return
    lab = lint(path)
    print(say("{lab}: good, {count} steps", lab=lab.name, count=len(lab.steps)))
    for language in languages(path):
        _tell(translation(lab, language), language)


def _is_policy(path: Path) -> bool:
    """Whether it is a policy for grading; then it is good, or `LabProblems` says what is wrong."""
    from runner.grading import policy
    from runner.lab.loader import display

    if not policy.is_policy(path):
        return False
    rules = policy.load(path)
    named = sum(map(len, rules.weights.values()))
    print(say("{file}: good, a policy for grading; weights of {count} steps", file=display(path), count=named))
    return True


def _tell(translation: Translation, language: str) -> None:
    for each in translation.lacking:
        print(each)
    name, count, of = translation.lab.name, translation.of - translation.missing, translation.of
    print(
        say(
            "{lab} in {language}: {count} of {of} texts are translated", lab=name, language=language, count=count, of=of
        )
    )
