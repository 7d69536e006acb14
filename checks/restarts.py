"""Restarts, judged without memory: what the times of starts and ends, and the addresses now, tell of what was done."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address

from checks import chain
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Probe
from checks.registry import ContainerName, NetworkName, check
from checks.sharing import shared
from checks.words import listed, say


@check
def swapped(probe: Probe, *, first: ContainerName, second: ContainerName, network: NetworkName = "bridge") -> Finding:
    """Both were down at once and started in the other order, so that their addresses have changed hands."""
    _not_both_down(probe, first, second)
    one, other = chain.address_on(probe, first, network), chain.address_on(probe, second, network)
    earlier, later = probe.container(first), probe.container(second)
    _made_in_order(earlier, later)
    _down_at_once(earlier, later)
    _started_in_reverse(earlier, later)
    _lower(network, first, one, second, other)
    now = say("{second} has {other}, {first} has {one}", first=first, second=second, one=one, other=other)
    return Finding(
        ok=True,
        expected=say("{second} was started before {first} and has the lower address", first=first, second=second),
        observed=now,
        evidence=(*_times(earlier), *_times(later), now),
    )


@check
def shared_again(probe: Probe, *, owner: ContainerName, joiner: ContainerName) -> Finding:
    """The owner has been down and is back, and the joiner, started after that, shares its namespace again."""
    container, holder = chain.joined(probe, joiner, owner)
    _last_end(holder)
    return Finding(
        ok=True,
        expected=say("{owner} was down and is back, and {joiner} shares its network again", owner=owner, joiner=joiner),
        observed=say("both are in one network namespace"),
        evidence=(*_times(holder), *_times(container), *shared(probe, container, holder)),
    )


@check
def not_renamed(probe: Probe, *, container: ContainerName, was: str) -> Finding:
    """The container is not one that was called `was` before, as far as the engine remembers (its latest 256 events)."""
    expected = say("{name} is another container than {was} was", name=container, was=was)
    former = probe.former_names(container)
    if was not in former:
        return Finding(
            ok=True,
            expected=expected,
            observed=say("{name} was made at {time}", name=container, time=probe.container(container).created),
        )
    raise BrokenLink(
        expected=expected,
        observed=say("{name} was called {names} before", name=container, names=listed(former)),
        why=say(
            "{name} is {was} with another name, so it is no newcomer: a container that is renamed stays the same one, "
            "with its id, its address and its aliases. docker rm -f {name} and run it anew",
            name=container,
            was=was,
        ),
        look=f"docker inspect -f '{{{{.Id}}}} {{{{.Created}}}} {{{{.Name}}}}' {container}",
    )


def _made_in_order(first: Container, second: Container) -> None:
    if first.created < second.created:
        return
    raise BrokenLink(
        expected=say("{first} was made before {second}", first=first.name, second=second.name),
        observed=say("{second} was made at {time}", second=second.name, time=second.created),
        why=say(
            "{second} was made before {first}, so nothing has changed hands: remove both, and make {first} first",
            first=first.name,
            second=second.name,
        ),
        look="docker ps -a --no-trunc",
    )


def _not_both_down(probe: Probe, first: str, second: str) -> None:
    """Where both are down, as they are to be for a moment, the one to start next is the second."""
    if not all(probe.container(name).state == "exited" for name in (first, second)):
        return
    raise BrokenLink(
        expected=say("{second} was started before {first} and has the lower address", first=first, second=second),
        observed=say("both are down"),
        why=say("both are down now, as they should be: start {second} first", second=second),
        look=_look_times(first, second),
    )


def _down_at_once(first: Container, second: Container) -> None:
    """The last end of each lies before the last start of either."""
    ends = {each.name: _last_end(each) for each in (first, second)}
    for stopped, other in ((first, second), (second, first)):
        if stopped.started and other.started and ends[other.name] > stopped.started:
            raise BrokenLink(
                expected=say("both were down at once"),
                observed=say("{name} was started again before {other} ended", name=stopped.name, other=other.name),
                why=say(
                    "{name} was started again while {other} still ran, so each was restarted alone and took its own "
                    "address back: stop both, then start {second} first",
                    name=stopped.name,
                    other=other.name,
                    second=second.name,
                ),
                look=_look_times(first.name, second.name),
            )


def _last_end(container: Container) -> datetime:
    if container.finished:
        return container.finished
    raise BrokenLink(
        expected=say("{name} has been stopped once", name=container.name),
        observed=say("it runs since {time} and has never ended", time=container.started),
        why=say("{name} has never been stopped: it still has the network of its first start", name=container.name),
        look=_look_times(container.name),
    )


def _started_in_reverse(first: Container, second: Container) -> None:
    if first.started and second.started and second.started < first.started:
        return
    raise BrokenLink(
        expected=say("{second} was started before {first}", first=first.name, second=second.name),
        observed=say("{first} was started first", first=first.name),
        why=say(
            "{first} was started before {second}, as at the beginning, so each took its own address back: stop both, "
            "then start {second} first",
            first=first.name,
            second=second.name,
        ),
        look=_look_times(first.name, second.name),
    )


def _lower(network: str, first: str, one: IPv4Address, second: str, other: IPv4Address) -> None:
    if other < one:
        return
    raise BrokenLink(
        expected=say("{second} has the lower address", second=second),
        observed=say("{second} has {other}, {first} has {one}", first=first, second=second, one=one, other=other),
        why=say(
            "{second} was started first, yet has {other}, above the {one} of {first}: something else held that one "
            "just then. Stop both, see that no other container holds it, and start {second} first again",
            first=first,
            second=second,
            one=one,
            other=other,
        ),
        look=f"docker network inspect {network}",
    )


def _look_times(*names: str) -> str:
    return f"docker inspect -f '{{{{.Name}}}} {{{{.State.StartedAt}}}} {{{{.State.FinishedAt}}}}' {' '.join(names)}"


def _times(container: Container) -> tuple[str, ...]:
    return (
        say("{name} was made at {time}", name=container.name, time=container.created),
        say("{name} last ended at {time}", name=container.name, time=container.finished),
        say("{name} last started at {time}", name=container.name, time=container.started),
    )
