"""Submissions graded by the workers of a dask.distributed cluster: each by the same processes as here.

A task of the cluster does not replay anything itself. It hands the submission to a grading process of its own machine,
so that the limits are the same, and a replay that goes wrong takes no worker of the cluster with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import runner
from checks.words import say
from runner.errors import EngineFailed, SetupFailed, UsageError, VethlabError
from runner.grading import wire
from runner.grading.model import Submission
from runner.grading.ungraded import failed
from runner.grading.workers import Done, Seat, Work
from runner.interrupt import undisturbed
from runner.plain import one_line
from runner.release import own_version

Client = Any  # of dask.distributed, which is an extra
Future = Any

CONNECT_SECONDS = 10
LOOK_SECONDS = 2  # between two looks at whether the scheduler is there
AHEAD = 2  # submissions that are with the cluster for each of its threads: one that is graded, one that waits


def by_cluster(address: str, hello: bytes, work: Iterator[Work]) -> Iterator[Done]:
    """The grades as they are done. Closing the generator cancels what the cluster has not begun.

    Raises SetupFailed without dask.distributed, UsageError for an address that is none, EngineFailed where the
    scheduler or a worker is of no use.
    """
    client = _client(address)
    run = uuid.uuid4().hex
    try:
        yield from _graded(client, run, hello, work, _threads(client))
    finally:
        with undisturbed():
            _end(client, run)


def _distributed() -> Any:
    """The package; its functions bear no types. Raises SetupFailed."""
    try:
        import distributed
    except ImportError as error:
        what = say("--scheduler needs dask.distributed, which is not installed")
        raise SetupFailed(what, "pip install 'vethlab[cluster]'") from error
    return distributed


def _client(address: str) -> Client:
    """A client of the scheduler. One that finds none is never made: dask cannot end it without noise."""
    distributed = _distributed()
    logging.disable(logging.CRITICAL)  # what dask says of its trouble is no line for a person, and is told by ours
    try:
        kind = asyncio.run(_kind(address))
    except ValueError as error:
        raise UsageError(
            say("{address} is no scheduler's address", address=one_line(address)), "--scheduler tcp://HOST:8786"
        ) from error
    except TypeError as error:
        what = say("{address} wants certificates, and none are configured here", address=one_line(address))
        raise UsageError(what, say("name them in dask's configuration: distributed.comm.tls")) from error
    except Exception as error:
        what = say("no scheduler answers at {address}", address=one_line(address))
        raise EngineFailed(
            what, say("start one: dask scheduler; with certificates its address begins with tls://")
        ) from error
    if kind != "Scheduler":
        what = say("{address} is no scheduler, but a {kind}", address=one_line(address), kind=one_line(kind))
        raise UsageError(what, say("name the scheduler's address, which it tells as it starts"))
    return distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)


def _end(client: Client, run: str) -> None:
    """Lets go of the cluster: what is under way there for this run ends. Takes no longer than a moment where the
    scheduler does not answer any more."""

    def leave() -> None:
        with suppress(Exception):  # a scheduler that is gone takes no leave
            client.run(end_there, run, on_error="ignore")

    if client.status == "running":
        leaving = threading.Thread(target=leave, daemon=True)
        leaving.start()
        leaving.join(CONNECT_SECONDS)
    with suppress(Exception):
        client.close(timeout=CONNECT_SECONDS)


async def _kind(address: str) -> str:
    """What answers at the address says that it is. Raises ValueError for no address, TypeError without certificates
    for TLS; whatever else, when nothing answers, or something that is not dask's."""
    distributed = _distributed()
    certificates = distributed.Security().get_connection_args("client")
    async with distributed.rpc(address, connection_args=certificates, timeout=CONNECT_SECONDS) as there:
        found = await asyncio.wait_for(there.identity(), CONNECT_SECONDS)
    return str(found["type"])


def _threads(client: Client) -> int:
    """How many submissions the cluster grades at once. Each of its workers is made ready first."""
    said = client.run(make_ready, own_version(), own_code(), on_error="return")
    if not said:
        raise EngineFailed(say("the scheduler has no workers"), say("start one on each machine: dask worker ADDRESS"))
    for worker, why in said.items():
        if why:
            what = say("the worker {worker} cannot grade: {why}", worker=worker, why=one_line(why))
            raise EngineFailed(what, say("install this very version there, and run the worker as root"))
    return sum(client.nthreads().values())


def own_code() -> str:
    """A digest of the code that runs here: two checkouts can bear one version, or none."""
    root = Path(runner.__file__).parents[1]
    digest = hashlib.sha256()
    for file in sorted(each for folder in ("checks", "runner") for each in (root / folder).rglob("*.py")):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def make_ready(version: str, code: str) -> str:
    """Run by each worker of the cluster: why it cannot grade; "" when it can."""
    from runner.engine.private import holders, template

    if version != own_version():
        return say("it has vethlab {theirs}, not {ours}", theirs=own_version() or "?", ours=version or "?")
    if code != own_code():
        return say("the code of its vethlab is not the same as here")
    try:
        holders.require()
        with template.held("/", lambda _line: None):
            return ""
    except VethlabError as error:
        return error.what


def _graded(client: Client, run: str, hello: bytes, work: Iterator[Work], threads: int) -> Iterator[Done]:
    (hello_there,) = client.scatter([hello], broadcast=True)
    running: dict[Future, Work] = {}
    done: SimpleQueue[Future] = SimpleQueue()
    more = True
    while more or running:
        while more and len(running) < threads * AHEAD:
            taken = next(work, None)
            more = taken is not None
            if taken:
                running[future := _sent(client, run, hello_there, taken[1])] = taken
                future.add_done_callback(done.put)
        if running:
            future = _next(client, done)
            place, submission = running.pop(future)
            yield place, _result(future, submission)


def _next(client: Client, done: SimpleQueue[Future]) -> Future:
    """The next that is done. Raises EngineFailed when the scheduler is gone, which takes all of them along."""
    found: Future = None
    while found is None:
        with suppress(Empty):
            found = done.get(timeout=LOOK_SECONDS)
        if client.status != "running" or (found is not None and found.status == "cancelled"):
            what = say("the cluster's scheduler is gone")
            raise EngineFailed(what, say("start it again, with its workers, and give the same command with --resume"))
    return found


def _sent(client: Client, run: str, hello: object, submission: Submission) -> Future:
    return client.submit(graded_there, run, hello, wire.submission_out(submission), pure=False, retries=1)


def _result(future: Future, submission: Submission) -> Any:
    """The grade. A worker of the cluster that died is not the student's fault."""
    try:
        return wire.grade_in(future.result())
    except Exception as error:  # noqa: BLE001  # whatever dask raises for a worker that is gone
        why = say("the cluster could not grade it: {kind}: {error}", kind=type(error).__name__, error=error)
        return failed(submission, why)


# --- what is run by the workers of the cluster

_mine = threading.local()  # the run that this thread has a seat for, and the seat
_seats: dict[str, list[Seat]] = {}  # by run
_ended: deque[str] = deque(maxlen=100)  # runs for which nothing is begun any more
_lock = threading.Lock()


def graded_there(run: str, hello: bytes, submission: dict[str, Any]) -> dict[str, Any]:
    """Run by a thread of a worker, which keeps a grading process as long as the run lasts."""
    return wire.grade_out(_seat(run, hello).grade(wire.submission_in(submission)))


def _seat(run: str, hello: bytes) -> Seat:
    """This thread's seat for the run; the one of another run, which was killed, is ended."""
    before, kept = getattr(_mine, "seat", ("", None))
    if isinstance(kept, Seat):
        if before == run:
            return kept
        kept.end()
    seat = Seat(hello)
    with _lock:
        over = run in _ended
        if not over:
            _seats.setdefault(run, []).append(seat)
    if over:
        seat.end()
    _mine.seat = run, seat
    return seat


def end_there(run: str) -> None:
    """Ends what this worker has begun for the run, without waiting for it."""
    with _lock:
        _ended.append(run)
        seats = _seats.pop(run, [])
    for each in seats:
        threading.Thread(target=each.end, daemon=True).start()
