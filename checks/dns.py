"""Names: what the embedded DNS server of a user-defined network answers.

Source: moby `libnetwork/resolver.go` (127.0.0.11, records shuffled anew for each answer, PTR names of containers).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from ipaddress import IPv4Address
from itertools import pairwise

from checks.chain import address_on, running
from checks.containers import alias_on
from checks.diagnosis import owner_of, plugs, whereabouts
from checks.finding import BrokenLink, Finding
from checks.probe import Container, Probe
from checks.registry import ContainerName, NetworkName, check
from checks.words import listed, say

EMBEDDED = "127.0.0.11"  # where Docker's own DNS server is, inside every container of a user-defined network
FEWEST = 60  # questions: enough for a table of counts that shows something
CHANCE = 1e-9  # at most this likely is it that one of the addresses never came first by chance
ROUNDS = 4  # asked so often before an address that never comes first is believed

Answers = tuple[tuple[IPv4Address, ...], ...]
Holders = Mapping[IPv4Address, str]


@check
def alias_spreads(
    probe: Probe, *, alias: str, containers: list[ContainerName], network: NetworkName, asker: ContainerName
) -> Finding:
    """Asked by `asker` for the alias, the DNS server answers with exactly the containers, each first at times."""
    alias_on.function(probe, containers=containers, network=network, alias=alias)
    _asks_on(probe, asker, network)
    holders = {address_on(probe, name, network): name for name in containers}
    answers = _asked(probe, asker, alias, holders)
    _exactly(probe, answers, holders, alias, asker)
    firsts = Counter(answer[0] for answer in answers)
    _each_first(firsts, holders, alias, asker)
    names = _reversed(probe, holders, network, asker)
    return Finding(
        ok=True,
        expected=say("{alias} is {names}, each of them first at times", alias=alias, names=listed(containers)),
        observed=say("every one of {times} answers held all {count} addresses", times=len(answers), count=len(holders)),
        look=f"docker exec {asker} nslookup {alias}",
        evidence=(*_table(firsts, holders), *_order(answers), *names),
    )


def questions(count: int) -> int:
    """How often to ask, so that one of `count` addresses is missed as the first with a chance below `CHANCE`.

    Each of n comes first with the chance 1/n, so one of them is missed in q answers with at most n(1-1/n)^q.
    """
    if count < 2:
        return FEWEST
    return max(FEWEST, math.floor(math.log(CHANCE / count) / math.log(1 - 1 / count)) + 1)


# --- the asker


def _asks_on(probe: Probe, asker: str, network: str) -> None:
    """The asker's name server is that of the network."""
    container = running(probe, asker)
    holder = owner_of(probe, container) or container
    servers = probe.inside(asker).name_servers
    if servers[:1] == (EMBEDDED,) and network in plugs(holder):
        return
    where = whereabouts(probe, container)
    raise BrokenLink(
        expected=say("{asker} asks {server}, the DNS of {network}", asker=asker, server=EMBEDDED, network=network),
        observed=say("{where}; its name servers: {servers}", where=where, servers=listed(servers)),
        why=_why_not_there(container, holder, servers, network),
        look=f"docker exec {asker} cat /etc/resolv.conf",
    )


def _why_not_there(asker: Container, holder: Container, servers: tuple[str, ...], network: str) -> str:
    name, networks = asker.name, plugs(holder)
    if holder.mode == "host":
        return say("{name} is on the host network: it asks the host's name server, which knows no container", name=name)
    if not networks or networks == ["none"]:
        return say("{name} is on no network but lo, so there is no way to any name server", name=name)
    if networks == ["bridge"]:
        return say(
            "{name} is on the default bridge, and Docker's DNS server {server} knows names of user-defined networks "
            "alone: run it with --net {network}",
            name=name,
            server=EMBEDDED,
            network=network,
        )
    if network not in networks:
        return say(
            "{name} is on {networks}, not on {network}: each network has names of its own",
            name=name,
            networks=listed(networks),
            network=network,
        )
    return say(
        "{name} asks {servers}, not Docker's DNS server {server}: its /etc/resolv.conf was changed",
        name=name,
        servers=listed(servers),
        server=EMBEDDED,
    )


# --- the answers


def _asked(probe: Probe, asker: str, alias: str, holders: Holders) -> Answers:
    """The answers to enough questions; more where one of the addresses has not come first yet."""
    answers: Answers = ()
    for _ in range(ROUNDS):
        answers += probe.answers(asker, alias, questions(len(holders)))
        if {answer[0] for answer in answers if answer} >= set(holders):
            break
        if any(set(answer) != set(holders) for answer in answers):
            break
    return answers


def _exactly(probe: Probe, answers: Answers, holders: Holders, alias: str, asker: str) -> None:
    """Every answer holds these addresses and no other."""
    wrong = [answer for answer in answers if sorted(answer) != sorted(holders)]
    if not wrong:
        return
    raise BrokenLink(
        expected=say("{alias} is {names}", alias=alias, names=listed(holders.values())),
        observed=say(
            "{wrong} of {times} answers were otherwise, one of them: {addresses}",
            wrong=len(wrong),
            times=len(answers),
            addresses=listed(f"{each} {_whose(probe, each)}" for each in wrong[0]),
        ),
        why=_why_other(probe, wrong[0], holders, alias, asker),
        look=f"docker exec {asker} nslookup {alias}",
    )


def _why_other(probe: Probe, answer: tuple[IPv4Address, ...], holders: Holders, alias: str, asker: str) -> str:
    if not answer:
        return say("the DNS server of {asker} knows no {alias}", asker=asker, alias=alias)
    more = [each for each in answer if each not in holders]
    if more:
        return say(
            "{name} answers to {alias} as well: an alias is free for all on the network, "
            "and nobody asks those who bear it already",
            name=listed(_whose(probe, each) for each in more),
            alias=alias,
        )
    missing = [holders[each] for each in holders if each not in answer]
    if missing:
        return say("{name} is not in the answer for {alias}", name=listed(missing), alias=alias)
    return say("an address is in the answer for {alias} twice", alias=alias)


def _whose(probe: Probe, address: IPv4Address) -> str:
    """The container that holds an address now, the address itself where none does."""
    for container in probe.containers():
        if any(each.address and each.address.ip == address for each in container.endpoints):
            return container.name
    return str(address)


def _each_first(firsts: Counter[IPv4Address], holders: Holders, alias: str, asker: str) -> None:
    never = [name for address, name in holders.items() if not firsts[address]]
    if not never:
        return
    raise BrokenLink(
        expected=say("each of {names} comes first at times", names=listed(holders.values())),
        observed=listed(_table(firsts, holders)),
        why=say(
            "{name} is in every answer for {alias}, but never came first in {times}: nobody would be sent to it",
            name=listed(never),
            alias=alias,
            times=firsts.total(),
        ),
        look=f"docker exec {asker} nslookup {alias}",
    )


def _table(firsts: Counter[IPv4Address], holders: Holders) -> tuple[str, ...]:
    return tuple(
        say(
            "{address} {name} came first {count} times of {times}",
            address=address,
            name=name,
            count=firsts[address],
            times=firsts.total(),
        )
        for address, name in holders.items()
    )


def _order(answers: Answers) -> tuple[str, ...]:
    """Whether the addresses take turns, as the word round-robin would have it, or are shuffled for each answer."""
    again = sum(one[0] == other[0] for one, other in pairwise(answers))
    if not again or len(answers[0]) < 2:
        return ()
    return (say("the same address came first twice running {count} times: shuffled, not in turn", count=again),)


# --- the other way round


def _reversed(probe: Probe, holders: Holders, network: str, asker: str) -> tuple[str, ...]:
    """A line for each address with its reverse name, which is that of its own container."""
    lines = []
    for address, name in holders.items():
        wanted, found = f"{name}.{network}", probe.reverse(asker, address)
        if [each.casefold() for each in found] != [wanted.casefold()]:
            raise BrokenLink(
                expected=say("{address} is called {name}", address=address, name=wanted),
                observed=say("it is called {names}", names=listed(found)),
                why=say("{address} is that of {name}, but its reverse name is another", address=address, name=name),
                look=f"docker exec {asker} nslookup {address}",
            )
        lines.append(say("{address} is called {name}", address=address, name=wanted))
    return tuple(lines)
