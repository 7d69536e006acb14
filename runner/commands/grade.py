"""`vethlab grade`: replays submissions on fresh engines, and says what each step is worth."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from checks.words import language, noted, say
from runner.commands import command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from runner.commands import Subparsers
    from runner.grading.batch import Grader, Intake, Survey
    from runner.grading.ledger import Ledger
    from runner.grading.marks import Batch, Row
    from runner.grading.policy import Policy
    from runner.grading.workers import Done, Work
    from runner.lab.model import Lab
    from runner.screens.feedback_folder import FeedbackFolder
    from runner.screens.report_files import ReportFile, Writer

_REPORTS = {
    "csv": noted("a row a submission, for a spreadsheet"),
    "junit": noted("JUnit XML, for a build server"),
    "html": noted("one page with the class and every student"),
    "gradescope": noted("results.json, for Gradescope"),
    "moodle": noted("a grading worksheet, for a Moodle assignment"),
    "canvas": noted("grades, for Canvas's grade book"),
}


def add(subparsers: Subparsers) -> None:
    parser = command(subparsers, "grade", run, say("Replay submissions on fresh engines and judge every step."))
    parser.add_argument("files", nargs="+", metavar="FILE", help=say("a submission, a script, a folder or an archive"))
    parser.add_argument("--lab", metavar="LAB", help=say("the lab of scripts that name none"))
    parser.add_argument("--jobs", type=_jobs, metavar="N", help=say("how many at once (twice the cores)"))
    parser.add_argument("--json", action="store_true", help=say("one JSON document on stdout"))
    for word, what in _REPORTS.items():
        parser.add_argument(f"--{word}", metavar="FILE", help=say(what))
    parser.add_argument("--feedback", metavar="FOLDER", help=say("one text for each student, ready to be sent"))
    parser.add_argument("--policy", metavar="FILE", help=say("weights, late and partial credit"))
    parser.add_argument("--metadata", metavar="FILE", help=say("Gradescope's submission_metadata.json: whose it is"))
    parser.add_argument("--resume", action="store_true", help=say("take what an interrupted run has graded"))
    parser.add_argument("--scheduler", metavar="ADDRESS", help=say("grade on a dask.distributed cluster"))


def run(arguments: argparse.Namespace) -> int:
    from runner.errors import UsageError
    from runner.grading import ledger, policy
    from runner.grading.batch import Intake, exit_code, survey

    if arguments.engine not in ("auto", "private"):
        what = say("submissions are replayed on private engines alone, never on one that others use")
        raise UsageError(what, say("leave out --engine"))
    labs, lab = _labs(arguments.lab)
    rules = policy.load(Path(arguments.policy), labs) if arguments.policy else policy.Policy()
    paths = tuple(Path(each) for each in arguments.files)
    intake = Intake(paths, lab, labs, _student(arguments, paths))
    reports = _report_files(arguments, intake)
    folders = _feedback(arguments, intake)
    with ledger.opened(intake.paths, lab, labs) as kept:
        known = survey(intake)
        _try_out(reports, known, labs)
        rows = _rows(arguments, intake, known, kept, rules)
        batch = _batch(rows, known, labs)
        for each in reports:
            each.write(batch)
        for folder in folders:
            folder.write(batch)
        code = exit_code([row.grade for row in rows])
        _show(arguments, batch)
        if code == 3:
            _tell(say("those that could not be judged are tried once more by the same command with --resume"))
        else:
            kept.remove()
    return code


def _student(arguments: argparse.Namespace, paths: tuple[Path, ...]) -> str:
    """Whose all files are, where Gradescope has told it; else ""."""
    from runner.errors import UsageError
    from runner.grading import gradescope

    if arguments.metadata is not None:
        return gradescope.student(Path(arguments.metadata))
    file = gradescope.beside(paths)
    try:
        return gradescope.student(file) if file else ""
    except UsageError as error:  # nobody has asked for it
        _tell(error.what)
        return ""


def _batch(rows: Iterable[Row], known: Survey, labs: Mapping[str, Lab]) -> Batch:
    """What reports are written from; of the labs those that were handed in."""
    from runner.grading.marks import Batch

    rows = tuple(rows)
    names = {row.grade.lab for row in rows}
    return Batch(rows, known.similar, {name: lab for name, lab in labs.items() if name in names})


def _try_out(reports: Iterable[ReportFile], known: Survey, labs: Mapping[str, Lab]) -> None:
    """Raises UsageError before anything is graded where a report cannot be of these files."""
    from runner.grading.marks import Marks, Row
    from runner.grading.model import Submission
    from runner.grading.ungraded import failed, unread

    grades = [failed(each, "…") if isinstance(each, Submission) else unread(each) for each in known.files]
    batch = _batch([Row(grade, Marks()) for grade in grades], known, labs)
    for each in reports:
        each.writer(batch)


def _rows(arguments: argparse.Namespace, intake: Intake, known: Survey, kept: Ledger, rules: Policy) -> tuple[Row, ...]:
    """Every file's row, in the order of the files. They are told as they are done."""
    from runner.grading.batch import graded, is_kept, settled
    from runner.grading.marks import Row, marked
    from runner.grading.model import Submission
    from runner.screens.grade_live import GradeLive

    early = settled(known, kept, resume=arguments.resume)
    submissions = {place: each for place, each in enumerate(known.files) if isinstance(each, Submission)}
    left = {place: each for place, each in submissions.items() if place not in early}
    rows: dict[int, Row] = {}
    done = graded(intake, left, kept, _grader(arguments, intake) if left else _nobody)
    try:
        with closing(done), GradeLive(len(known.files)) as live:
            for place, grade in chain(early.items(), done):
                rows[place] = Row(grade, marked(grade, intake.labs.get(grade.lab), rules))
                live.hear(rows[place], fresh=place in left)
    except BaseException:
        if rows.keys() - early.keys():
            _tell(_kept(sum(is_kept(row.grade) for row in rows.values()), len(known.files)))
        raise
    return tuple(rows[place] for place in sorted(rows))


def _kept(done: int, of: int) -> str:
    return say("{done} of {of} are done and kept; the same command with --resume goes on from there", done=done, of=of)


def _nobody(_work: Iterator[Work]) -> Iterator[Done]:
    """Who grades nothing."""
    return iter(())


def _labs(named: str | None) -> tuple[dict[str, Lab], str | None]:
    """Every lab that came with vethlab, and the one that is named; its name."""
    from runner.lab.loader import find_lab, lab_names, load
    from runner.lab.translation import translated

    labs = [load(find_lab(name)) for name in lab_names()]
    chosen = load(find_lab(named)) if named else None
    if chosen:
        labs.append(chosen)  # a lab file of the instructor's own goes before one of the same name
    return {lab.name: translated(lab, language()) for lab in labs}, chosen.name if chosen else None


def _grader(arguments: argparse.Namespace, intake: Intake) -> Grader:
    """Who grades: processes of this machine, which is made ready for it, or a cluster."""
    from runner.grading.worker import hello

    first = hello(intake.labs, language())
    if arguments.scheduler is not None:
        from runner.grading.cluster import by_cluster

        return lambda work: by_cluster(arguments.scheduler, first, work)
    from runner.grading.workers import Seat, side_by_side

    _make_ready(arguments)
    jobs = arguments.jobs or 2 * (os.cpu_count() or 1)
    return lambda work: side_by_side(work, [Seat(first) for _ in range(jobs)])


def _make_ready(arguments: argparse.Namespace) -> None:
    """What private engines need, and what they start from, before several of them want it at once."""
    from runner.commands.engines import for_runs
    from runner.engine.private import template
    from runner.engine.private.sweep import sweep
    from runner.screens.waiting import waiting

    arguments.engine = "private"
    for_runs(arguments)
    sweep()
    with waiting() as tell, template.held("/", tell):
        return


def _report_files(arguments: argparse.Namespace, intake: Intake) -> list[ReportFile]:
    """The report files that are asked for. UsageError for one that is no good, before anything is done."""
    from runner.screens.report_files import ReportFile, checked

    named = {word: getattr(arguments, word) for word in _REPORTS}
    files = [ReportFile(f"--{word}", Path(file), _writer(word)) for word, file in named.items() if file is not None]
    inputs = [*intake.paths, *([Path(arguments.policy)] if arguments.policy else [])]
    return checked(files, inputs)


def _feedback(arguments: argparse.Namespace, intake: Intake) -> list[FeedbackFolder]:
    """The folder for the students' texts, if one is asked for. UsageError for one that is no good."""
    from runner.screens.feedback_folder import feedback_folder

    return [feedback_folder(Path(arguments.feedback), intake.paths)] if arguments.feedback is not None else []


def _writer(word: str) -> Writer:
    """The function that writes a batch in that form."""
    from importlib import import_module

    written: Writer = import_module(f"runner.screens.grade_{word}").written
    return written


def _show(arguments: argparse.Namespace, batch: Batch) -> None:
    """The whole on stdout."""
    from runner.interrupt import stop_listening

    text = _writer("json" if arguments.json else "table")(batch)
    stop_listening()  # a signal from now on must not lead to a second document
    print(text)
    sys.stdout.flush()


def _tell(line: str) -> None:
    from runner.commands.engines import tell

    tell(line)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(say("a number from 1 to 256"))
    return int(text)
