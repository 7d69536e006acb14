"""Where baselines are kept: one file each under the state folder, on disk before anything is changed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from checks.words import say
from runner.engine import records
from runner.engine.places import made, state_dir
from runner.errors import EngineFailed
from runner.lab.model import Uses


@dataclass(frozen=True, slots=True)
class Entry:
    """One baseline as it is kept. `ids` are those of the containers and networks that were there, by server."""

    file: Path
    engine: str
    url: str
    lab: str
    uses: Uses
    ids: Mapping[str, list[str]]
    pid: int
    start: int  # of the owner, clock ticks after `boot`
    boot: str
    kept: bool = False
    session: bool = False  # a student's: only the lab's end or a reset closes it

    @property
    def alive(self) -> bool:
        """Whether the process that opened it still runs."""
        return self.boot == _boot() and records.started(self.pid) == self.start

    def before(self, server: str) -> frozenset[str]:
        """The ids that were there before, on one server."""
        return frozenset(self.ids.get(server, ()))

    def without(self, server: str, thing: str) -> Entry:
        """The entry as if the thing had not been there: it is this lab's to remove from now on."""
        return replace(self, ids={**self.ids, server: [each for each in self.ids[server] if each != thing]})


def unwritten(engine: str, url: str, lab: str, uses: Uses, ids: Mapping[str, list[str]]) -> Entry:
    """An entry of this process, not yet on disk."""
    pid = os.getpid()
    file = _folder() / f"{lab}-{pid}-{os.urandom(4).hex()}.json"
    return Entry(file, engine, url, lab, uses, ids, pid, records.started(pid) or 0, _boot())


def opened(engine: str, url: str, lab: str, uses: Uses, ids: Mapping[str, list[str]]) -> Entry:
    """A new entry, safely on disk."""
    entry = unwritten(engine, url, lab, uses, ids)
    write(entry)
    return entry


def write(entry: Entry) -> None:
    """Puts the entry on disk, whole, before it returns. Raises EngineFailed where it cannot."""
    data: dict[str, Any] = asdict(entry)
    del data["file"]
    draft = entry.file.with_suffix(".new")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            json.dump(data, stream)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(entry.file)
        _sync(entry.file.parent)
    except OSError as error:
        what = say("cannot write the baseline {file}: {reason}", file=entry.file, reason=error.strerror)
        raise EngineFailed(what, say("nothing was done; make that folder writable")) from error


def taken_over(entry: Entry) -> Entry:
    """The entry as this process's own, on disk where the disk lets us."""
    pid = os.getpid()
    ours = replace(entry, pid=pid, start=records.started(pid) or 0, boot=_boot())
    with suppress(EngineFailed):
        write(ours)
    return ours


def latest(entry: Entry) -> Entry:
    """The entry as it is on disk now, where it is there: another lab may have left a network to it."""
    return next((each for each in entries() if each.file == entry.file), entry)


def closed(entry: Entry) -> None:
    """The entry is done with."""
    entry.file.unlink(missing_ok=True)


def entries() -> Iterator[Entry]:
    """Every open baseline. Raises EngineFailed for one that cannot be read: what it protects is not known."""
    for file in sorted(_folder().glob("*.json")):
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            uses = Uses(tuple(data["uses"]["networks"]), tuple(data["uses"]["containers"]))
            yield Entry(file=file, **{**data, "uses": uses})
        except FileNotFoundError:
            continue  # closed by its owner just now
        except (ValueError, TypeError, KeyError) as error:
            what = say("the baseline {file} is damaged", file=file)
            raise EngineFailed(what, say("look what the lab left with docker ps -a, then delete that file")) from error


def _folder() -> Path:
    return made(state_dir() / "baselines", 0o700)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _boot() -> str:
    """This boot's id: pids and start times mean nothing after the next."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def open_for(lab: str) -> Entry | None:
    """The entry of a student's session with the lab, on whatever engine."""
    return next((entry for entry in entries() if entry.lab == lab and entry.session), None)


def forget_engine(engine: str) -> None:
    """Closes every entry of an engine that is gone for good."""
    for entry in entries():
        if entry.engine == engine:
            closed(entry)
