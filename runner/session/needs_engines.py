"""What the labs need of engines, looked at: whether private ones start, and what an external one is like."""

from __future__ import annotations

from collections.abc import Iterator

from checks.words import listed, say
from runner.engine import install
from runner.engine.find import addresses, choose, why_not_private, with_private
from runner.engine.kinds import Kind, kinds_of
from runner.engine.sight.shared_kernel import ground
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, NotHere, VethlabError
from runner.session.needs import Need


def programs() -> Iterator[Need]:
    """What private engines are made of."""
    lacking = install.missing()
    if not lacking:
        yield Need(True, say("programs: {names}", names=listed(install.PRIVATE)))
        return
    try:
        plan = install.plan()
    except NotHere as error:
        yield Need(None, error.what, error.hint)
        return
    mend = plan.command if plan else ""
    yield Need(False, say("programs are missing: {names}", names=listed(lacking)), mend)


def private_engines() -> Iterator[Need]:
    """The proof is to start one."""
    from runner.engine.private.opening import private

    if why := why_not_private():
        yield Need(None, say("{why}; the macvlan lab takes them", why=why), with_private("vethlab …"))
        return
    if install.missing():
        return
    try:
        with private() as testbed:
            yield Need(True, say("a private engine starts: {version}", version=testbed.version))
    except VethlabError as error:
        yield Need(False, error.what, error.hint)


def external_engine(engine: str) -> Iterator[Need]:
    """The one that `engine` names, or that the docker command would take; the first need says whether labs work on it.

    `engine` is external or a URL.
    """
    try:
        testbed = choose(engine)
        found = kinds_of(testbed) if testbed else ()
    except VethlabError as error:
        yield Need(None if engine == "external" else False, error.what, error.hint)
        return
    if testbed is None:
        return
    none = next((each for each in found if each.leaves == "nothing"), None)
    where = say("an engine answers at {url}: {version}", url=testbed.servers[0].url, version=testbed.version)
    by = _said_by(testbed.servers[0].url)
    yield Need(none is None, say("{where} ({by})", where=where, by=by) if by else where, none.remark if none else "")
    if none is None:
        yield from _fitness(testbed, found)


def _said_by(url: str) -> str:
    try:
        return next((each.said_by for each in addresses() if each.url == url), "")
    except EngineFailed:
        return ""


def _fitness(testbed: Testbed, found: tuple[Kind, ...]) -> Iterator[Need]:
    """What else to know of an engine on which labs can be played."""
    docker = testbed.server().docker
    try:
        there = docker.image_id(testbed.image) is not None
    except EngineFailed as error:
        yield Need(False, error.what, error.hint)
        return
    if there:
        yield Need(True, say("it has the lab image {name}", name=testbed.image))
    else:
        yield Need(None, say("it has no lab image yet"), say("vethlab --engine external image build"))
    yield Need(None, say("It has no outside to look from: bridge/outside, and the lab macvlan, take private engines."))
    if not ground(docker.url) and all(each.word != "remote" for each in found):
        yield Need(
            None, say("Its kernel is not seen from here: what is seen comes by docker exec and helper containers.")
        )
    for each in found:
        if each.told:
            yield Need(None, each.remark)
    if plain := [each.title for each in found if not each.told]:
        yield Need(True, say("no matter for the labs: {traits}", traits=listed(plain)))
