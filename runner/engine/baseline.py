"""What an engine held before a lab was opened: written down at once, and the only ground on which anything is removed.

Removed is only what both came after the baseline and is named in the lab's `uses`, besides vethlab's own labelled
helpers. Both are looked up by id; a name alone removes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from checks.words import noted, say
from runner.engine import baseline_files
from runner.engine.baseline_files import Entry
from runner.engine.sdk import HELPER, Gone, Json
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, NameTaken
from runner.lab.model import Lab, Uses

_KINDS = {"container": noted("container"), "network": noted("network")}


@dataclass(frozen=True, slots=True)
class Thing:
    """A container or network on one server: `kind` is `container` or `network`."""

    server: str
    kind: str
    id: str
    name: str
    helper: bool = False

    def __str__(self) -> str:
        return say("{kind} {name}", kind=say(_KINDS[self.kind]), name=self.name)


@dataclass
class Baseline:
    """An open baseline. `reused` are networks that another open lab of the same student made: they are left to it."""

    entry: Entry
    reused: frozenset[str] = field(default_factory=frozenset)

    @property
    def lab(self) -> str:
        return self.entry.lab

    @property
    def busy(self) -> bool:
        """Whether another process plays the lab right now."""
        return self.entry.alive and not self.entry.kept and self.entry.pid != os.getpid()

    @property
    def sat_at(self) -> bool:
        """Whether another process is a student's session with the lab right now."""
        return self.entry.session and self.entry.alive and self.entry.pid != os.getpid()

    @classmethod
    def open(cls, testbed: Testbed, lab: Lab) -> Baseline:
        """Writes down what is there. Clears first by what dead processes left open on this engine.

        Raises NameTaken where a name in the lab's `uses` belongs to something that is not the lab's, and EngineFailed.
        """
        engine = engine_id(testbed)
        clear_abandoned(testbed, engine, lab.name)
        things = holdings(testbed)
        reused = frozenset(_reused(things, lab, engine))
        ids = {server.name: [each.id for each in things if each.server == server.name] for server in testbed.servers}
        entry = baseline_files.opened(engine, testbed.servers[0].url, lab.name, lab.uses, ids)
        return cls(entry, reused)

    @classmethod
    def of_session(cls, testbed: Testbed, lab: Lab) -> tuple[Baseline, bool]:
        """The one of the student's session with the lab on this engine, and whether it was opened only now.

        It outlives the process, until the lab's end or a reset. Raises as `open` does.
        """
        found = opened_for(testbed, lab)
        if found and found.entry.session:
            return cls(baseline_files.taken_over(found.entry)), False
        baseline = cls.open(testbed, lab)
        baseline.entry = replace(baseline.entry, kept=True, session=True)
        baseline_files.write(baseline.entry)
        return baseline, True

    def plan(self, testbed: Testbed) -> list[Thing]:
        """What a reset removes now: containers first, then networks. Raises EngineFailed.

        A network that another open lab uses as well is not in it.
        """
        return [each for each in _removable(self.entry, holdings(testbed)) if _heir(self.entry, each) is None]

    def clear(self, testbed: Testbed, things: list[Thing] | None = None) -> list[str]:
        """Removes the plan, or just those `things`; why something could not be removed, a line each.

        Where nothing of it is left the baseline ends, and networks that another open lab uses become that lab's. While
        a student sits at the lab in another process it stays open: what they make from now on is the lab's as well.
        Raises EngineFailed.
        """
        self.entry = baseline_files.latest(self.entry)
        problems = _remove_all(testbed, self.plan(testbed) if things is None else things)
        if not problems and things is None and not self.sat_at:
            for each in _removable(self.entry, holdings(testbed)):
                _bequeath(self.entry, each)
            baseline_files.closed(self.entry)
        return problems

    def keep(self) -> None:
        """What was made stays after this process; the baseline stays open until a reset, or the lab's next run."""
        self.entry = replace(self.entry, kept=True)
        baseline_files.write(self.entry)


def engine_id(testbed: Testbed) -> str:
    """What tells one engine from another. Raises EngineFailed."""
    told = testbed.server().docker.info().get("ID")
    if testbed.kind == "private":  # engines from one template may give themselves one and the same id
        return f"private-{testbed.name}"
    if not told or not isinstance(told, str):
        raise EngineFailed(say("what answers at {url} is no Docker Engine: it has no id", url=testbed.servers[0].url))
    return told


def opened_for(testbed: Testbed, lab: Lab) -> Baseline | None:
    """The baseline that is open for this lab on this engine; on a private engine that stays, one that holds nothing."""
    engine = engine_id(testbed)
    entry = next((each for each in baseline_files.entries() if (each.engine, each.lab) == (engine, lab.name)), None)
    if entry:
        return Baseline(entry)
    if testbed.kind == "private":
        return Baseline(baseline_files.unwritten(engine, testbed.servers[0].url, lab.name, lab.uses, {}))
    return None


def clear_abandoned(testbed: Testbed, engine: str, lab: str = "") -> None:
    """Clears by the baselines on this engine whose processes have died, and by the one that `lab`'s last run kept."""
    for entry in baseline_files.entries():
        if entry.engine != engine or entry.alive or entry.session or (entry.kept and entry.lab != lab):
            continue
        problems = Baseline(entry).clear(testbed)
        if problems:
            hint = say("vethlab reset {lab}", lab=entry.lab)
            raise EngineFailed(say("what an earlier run left cannot be removed: {why}", why=problems[0]), hint)


def holdings(testbed: Testbed) -> list[Thing]:
    """All containers, then all networks, of all servers. Raises EngineFailed."""
    found = []
    for server in testbed.servers:
        containers, networks = server.docker.containers(), server.docker.networks()
        found += [Thing(server.name, "container", each["Id"], _name(each), _helper(each)) for each in containers]
        found += [Thing(server.name, "network", each["Id"], each["Name"]) for each in networks]
    return sorted(found, key=lambda thing: thing.kind)


def _name(container: Json) -> str:
    """Its own name: with links, `Names` also holds how others call it (`/client/web`)."""
    names = [str(name).removeprefix("/") for name in container.get("Names") or []]
    return next((name for name in names if "/" not in name), "")


def _helper(container: Json) -> bool:
    return HELPER in (container.get("Labels") or {})


def _uses(uses: Uses, thing: Thing) -> bool:
    return thing.name in (uses.containers if thing.kind == "container" else uses.networks)


def _removable(entry: Entry, things: list[Thing]) -> Iterator[Thing]:
    """Both conditions: not there before, and named in `uses`; or a helper that was not there before."""
    for each in things:
        if each.id not in entry.before(each.server) and (each.helper or _uses(entry.uses, each)):
            yield each


def _reused(things: list[Thing], lab: Lab, engine: str) -> Iterator[str]:
    """The names in use that another open lab made. Raises NameTaken for any other."""
    others = [each for each in baseline_files.entries() if each.engine == engine]
    if any(entry.lab == lab.name and entry.session for entry in others):
        what = say("the lab {lab} is open on this engine, as `vethlab start {lab}` left it", lab=lab.name)
        raise NameTaken(what, say("go on with it, or take it away: vethlab reset {lab}", lab=lab.name))
    if any(entry.lab == lab.name for entry in others):
        what = say("the lab {lab} is being played on this engine right now", lab=lab.name)
        raise NameTaken(what, say("wait until it ends"))
    for each in things:
        if not _uses(lab.uses, each):
            continue
        maker = next((entry for entry in others if each in _removable(entry, things)), None)
        if maker is None or each.kind == "container":
            raise _taken(each, lab, maker, private=engine.startswith("private-"))
        yield each.name


def _taken(thing: Thing, lab: Lab, maker: Entry | None, *, private: bool) -> NameTaken:
    what = say("the lab {lab} uses the name {name}, and a {kind} of that name is here already",
               lab=lab.name, name=thing.name, kind=say(_KINDS[thing.kind]))  # fmt: skip
    if maker:
        hint = say("it belongs to the lab {lab}: vethlab reset {lab}, or wait until it ends", lab=maker.lab)
        return NameTaken(what, hint)
    remedy = f"docker rename {thing.name} …" if thing.kind == "container" else f"docker network rm {thing.name}"
    if private:
        return NameTaken(what, say("nothing was touched; if you can do without it: {remedy}", remedy=remedy))
    hint = say("nothing was touched; if you can do without it: {remedy}; or use --engine private", remedy=remedy)
    return NameTaken(what, hint)


def _remove_all(testbed: Testbed, things: list[Thing]) -> list[str]:
    """Removes containers side by side, for the engine takes 90 ms for each, then networks; what stays and why."""
    problems: list[str] = []
    with ThreadPoolExecutor(8) as pool:
        for kind in ("container", "network"):
            chosen = [each for each in things if each.kind == kind]
            problems += filter(None, pool.map(lambda each: _remove(testbed, each), chosen))
    return problems


def _remove(testbed: Testbed, thing: Thing) -> str:
    """Removes one thing by its id, after a last look that the id still bears the name; the reason where it cannot."""
    docker = testbed.server(thing.server).docker
    try:
        if thing.kind == "container":
            if str(docker.inspect(thing.id).get("Name")).removeprefix("/") == thing.name:
                docker.remove_container(thing.id)
            return ""
        network = docker.network(thing.id)
    except Gone:
        return ""
    strangers = sorted(str(each.get("Name")) for each in (network.get("Containers") or {}).values())
    if strangers:
        return say("{thing} is left: {container} hangs on it and is not the lab's", thing=thing, container=strangers[0])
    if network["Name"] == thing.name:
        docker.remove_network(thing.id)
    return ""


def _heir(entry: Entry, thing: Thing) -> Entry | None:
    """Another lab that is open on this engine and uses the network."""
    others = (each for each in baseline_files.entries() if each.file != entry.file and each.engine == entry.engine)
    return next((each for each in others if thing.kind == "network" and thing.name in each.uses.networks), None)


def _bequeath(entry: Entry, thing: Thing) -> None:
    """From now on the network is the other lab's to remove."""
    heir = _heir(entry, thing)
    if heir and thing.id in heir.before(thing.server):
        baseline_files.write(heir.without(thing.server, thing.id))
