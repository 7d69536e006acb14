"""Work that may hang, kept within a time; and what an error means, in words for people."""

from __future__ import annotations

import errno
import http.client
import select
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from typing import IO, TypeVar

from checks.words import noted, say
from runner.engine.rooted import start_docker
from runner.plain import one_line

T = TypeVar("T")


def started(work: Callable[[], T]) -> Future[T]:
    """`work`, begun in a thread of its own that does not keep the process alive."""
    future: Future[T] = Future()
    threading.Thread(target=_finish, args=(future, work), daemon=True).start()
    return future


class Slow(TimeoutError):
    """A command took too long; its engine may be well."""


def bounded(work: Callable[[], T], seconds: float, *, by_engine: bool = True) -> T:
    """What `work` returns or raises, or `TimeoutError` after `seconds`; a thread that hangs is left behind.

    A timeout of the socket's own is not enough: it starts anew with every byte, and name look-ups have none.
    """
    future = started(work)
    if not over(future, seconds):
        raise TimeoutError if by_engine else Slow
    return future.result()


def read_line(stream: IO[bytes], deadline: float) -> str:
    """A line from a pipe; "" if it ends first or the deadline (of `time.monotonic`) comes."""
    ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
    return stream.readline().decode(errors="replace").strip() if ready else ""


def over(future: Future[T], seconds: float) -> bool:
    """Whether it ends within the time, well or badly."""
    return bool(wait([future], seconds).done)


def _finish(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  # raised again by the one who waits
        future.set_exception(error)


def timed_out(error: BaseException) -> bool:
    """Whether a timeout is behind it."""
    return any(isinstance(each, TimeoutError) or type(each).__name__ in _TIMEOUTS for each in _chain(error))


_TIMEOUTS = {"Timeout", "ConnectTimeout", "ReadTimeout", "ConnectTimeoutError", "ReadTimeoutError", "TimeoutError"}


def reason(error: BaseException) -> tuple[str, str]:
    """Why it failed and what to try next, one clean line each."""
    if isinstance(error, Slow):
        return say("it did not end in time"), say("run `vethlab doctor`")
    if timed_out(error):
        return say("the engine did not answer in time"), say("look at that engine, then run `vethlab doctor`")
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in _ERRNO:
            return say(_ERRNO[each.errno][0]), say(_ERRNO[each.errno][1], start=start_docker())
    if any(isinstance(each, http.client.HTTPException) for each in _chain(error)):
        return say("the engine hung up in the middle, or does not speak HTTP"), say("run `vethlab doctor`")
    return one_line(getattr(error, "explanation", None) or error) or type(error).__name__, say("run `vethlab doctor`")


_START = noted("start the engine (`{start}`), or use `--engine private`")
_ERRNO = {
    errno.ENOENT: (noted("there is no such socket"), _START),
    errno.ENOTSOCK: (noted("that file is no socket"), _START),
    errno.ECONNREFUSED: (noted("nothing listens there"), _START),
    errno.EACCES: (
        noted("you may not use that socket"),
        noted("join its group (`sudo usermod -aG docker $USER`, then log in again), or use sudo"),
    ),
    errno.EPERM: (
        noted("you may not use that socket"),
        noted("join its group (`sudo usermod -aG docker $USER`, then log in again), or use sudo"),
    ),
    errno.ECONNRESET: (noted("the engine hung up in the middle"), noted("run `vethlab doctor`")),
    errno.EPIPE: (noted("the engine hung up in the middle"), noted("run `vethlab doctor`")),
    errno.EHOSTUNREACH: (noted("that machine cannot be reached"), noted("look at the URL and the network")),
    errno.ENETUNREACH: (noted("that machine cannot be reached"), noted("look at the URL and the network")),
}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that is behind it: causes, contexts, and errors kept as arguments (as urllib3 does)."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        behind = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
        waiting += [other for other in behind if isinstance(other, BaseException)]
