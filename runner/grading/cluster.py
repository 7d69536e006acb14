"""Submissions graded by the workers of a dask.distributed cluster: each by the same processes as here.

A task of the cluster does not replay anything itself. It hands the submission to a grading process of its own machine,
so that the limits are the same, and a replay that goes wrong takes no worker of the cluster with it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from checks.words import say
from runner.errors import EngineFailed, SetupFailed, UsageError, VethlabError
from runner.grading import wire
from runner.grading.model import Submission
from runner.grading.ungraded import failed
from runner.grading.workers import Done, Seat, Work
from runner.plain import one_line
from runner.release import own_version

Client = Any  # of dask.distributed, which is an extra
Future = Any

CONNECT_SECONDS = 10
AHEAD = 2  # submissions that are with the cluster for each of its threads: one that is graded, one that waits


def by_cluster(address: str, hello: bytes, work: Iterator[Work]) -> Iterator[Done]:
    """The grades as they are done. Closing the generator cancels what the cluster has not begun.

    Raises SetupFailed without dask.distributed, UsageError for an address that is none, EngineFailed where the
    scheduler or a worker is of no use.
    """
    client = _client(address)
    try:
        yield from _graded(client, hello, work, _threads(client))
    finally:
        client.close(timeout=CONNECT_SECONDS)


def _distributed() -> Any:
    """The package; its functions bear no types. Raises SetupFailed."""
    try:
        import distributed
    except ImportError as error:
        what = say("--scheduler needs dask.distributed, which is not installed")
        raise SetupFailed(what, "pip install 'vethlab[cluster]'") from error
    return distributed


def _client(address: str) -> Client:
    distributed = _distributed()
    try:
        return distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except ValueError as error:
        raise UsageError(
            say("{address} is no scheduler's address", address=one_line(address)), "--scheduler tcp://HOST:8786"
        ) from error
    except (OSError, TimeoutError) as error:
        what = say("no scheduler answers at {address}", address=one_line(address))
        raise EngineFailed(what, say("start one: dask scheduler")) from error


def _threads(client: Client) -> int:
    """How many submissions the cluster grades at once. Each of its workers is made ready first."""
    said = client.run(make_ready, own_version(), on_error="return")
    if not said:
        raise EngineFailed(say("the scheduler has no workers"), say("start one on each machine: dask worker ADDRESS"))
    for worker, why in said.items():
        if why:
            what = say("the worker {worker} cannot grade: {why}", worker=worker, why=why)
            raise EngineFailed(what, say("install this very version there, and run the worker as root"))
    return sum(client.nthreads().values())


def make_ready(version: str) -> str:
    """Run by each worker of the cluster: why it cannot grade; "" when it can."""
    from runner.engine.private import holders, template

    if version != own_version():
        return say("it has vethlab {theirs}, not {ours}", theirs=own_version() or "?", ours=version or "?")
    try:
        holders.require()
        with template.held("/", lambda _line: None):
            return ""
    except VethlabError as error:
        return error.what


def _graded(client: Client, hello: bytes, work: Iterator[Work], threads: int) -> Iterator[Done]:
    (hello_there,) = client.scatter([hello], broadcast=True)
    running: dict[Future, Work] = {}
    done = _distributed().as_completed(loop=client.loop)
    more = True
    while more or running:
        while more and len(running) < threads * AHEAD:
            taken = next(work, None)
            more = taken is not None
            if taken:
                running[future := _sent(client, hello_there, taken[1])] = taken
                done.add(future)
        if running:
            future = next(done)
            place, submission = running.pop(future)
            yield place, _result(future, submission)


def _sent(client: Client, hello: object, submission: Submission) -> Future:
    return client.submit(graded_there, hello, wire.submission_out(submission), pure=False, retries=1)


def _result(future: Future, submission: Submission) -> Any:
    """The grade. A worker of the cluster that died is not the student's fault."""
    try:
        return wire.grade_in(future.result())
    except Exception as error:  # noqa: BLE001  # whatever dask raises for a worker that is gone
        why = say("the cluster could not grade it: {kind}: {error}", kind=type(error).__name__, error=error)
        return failed(submission, why)


_seats = threading.local()


def graded_there(hello: bytes, submission: dict[str, Any]) -> dict[str, Any]:
    """Run by a thread of a worker of the cluster, which keeps a grading process for it."""
    seat: Seat | None = getattr(_seats, "seat", None)
    if seat is None or seat.hello != hello:
        if seat:
            seat.end()
        seat = _seats.seat = Seat(hello)
    return wire.grade_out(seat.grade(wire.submission_in(submission)))
