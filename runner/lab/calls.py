"""Reads the checks of a step and the truth of a question: names and arguments from the registry."""

from __future__ import annotations

from checks.words import listed, say
from runner.lab import values
from runner.lab.arguments import arguments
from runner.lab.commands import server
from runner.lab.model import CheckCall, TruthCall
from runner.lab.nodes import Node, Scalar, Table, Unreadable
from runner.lab.problems import shown
from runner.lab.reading import Fields, Reading, fields
from runner.lab.suggestions import did_you_mean

_MODIFIERS = ("fact", "on")


def checks(reading: Reading, node: Node | None) -> tuple[CheckCall, ...]:
    """The `check` of a step: a list, or one alone."""
    found = [_check(reading, each) for each in values.items(reading, node, "check", one=True)]
    return tuple(each for each in found if each is not None)


def _check(reading: Reading, node: Node) -> CheckCall | None:
    if isinstance(node, Scalar):
        reading.wrong(node, say("a check is written with its arguments: {name}: {{…}}", name=shown(node.text)))
        return None
    found = _keys(reading, node, say("a check"), (*reading.checks, *_MODIFIERS))
    names = _without_slips(reading, found) if found else []
    if found is None or not _one(reading, found, names):
        return None
    fact = values.flag(reading, found.get("fact"), "fact")
    on = server(reading, found)
    called = reading.checks.get(names[0])
    if called is None:
        text = say("no check is called {name}", name=shown(names[0]))
        there = did_you_mean(names[0], reading.checks) or say("; docs/authors.md lists them")
        reading.problems.add(found.line(names[0]), text + there)
        return None
    location = reading.problems.at(found.line(names[0]))
    return CheckCall(called.name, arguments(reading, called, found.get(names[0])), location, on=on, fact=fact)


def _keys(reading: Reading, node: Node, what: str, known: tuple[str, ...]) -> Fields | None:
    """The keys, of which unknown ones are left to the caller, who can say more about them."""
    if not isinstance(node, Table):
        return fields(reading, node, what, known)
    unknown = tuple(key.text for key, _ in node.entries if isinstance(key, Scalar))
    return Fields(reading, node, what, (*known, *unknown))


def _without_slips(reading: Reading, found: Fields) -> list[str]:
    """The keys that are meant to be a check's name; where one is, others that are none are told as slips."""
    names = [key for key in found.names if key not in _MODIFIERS]
    called = [name for name in names if name in reading.checks]
    if len(called) != 1:
        return names
    for slip in set(names) - set(called):
        text = say("a check has no key {key}", key=shown(slip))
        reading.problems.add(found.line(slip), text + did_you_mean(slip, _MODIFIERS))
    return called


def _one(reading: Reading, found: Fields, names: list[str]) -> bool:
    if len(names) == 1:
        return True
    if not names and found.node.complete:
        reading.wrong(found.node, say("a check is missing beside {keys}", keys=listed(found.names)))
    elif names:
        text = say("one check an item, with a - before each; here are {names}", names=listed(map(shown, names)))
        reading.wrong(found.node, text)
    return False


def truth(reading: Reading, node: Node | None, on: str | None) -> TruthCall | None:
    """The `truth` of a question: one name with its arguments."""
    if node is None or isinstance(node, Unreadable):
        return None
    found = _keys(reading, node, "truth", tuple(reading.truths))
    if found is None:
        return None
    if len(found.names) != 1:
        reading.wrong(node, say("truth is one name with its arguments, such as gateway: {{network: bridge}}"))
        return None
    name = found.names[0]
    called = reading.truths.get(name)
    if called is None:
        text = say("no truth is called {name}", name=shown(name))
        reading.problems.add(found.line(name), text + did_you_mean(name, reading.truths))
        return None
    return TruthCall(name, arguments(reading, called, found.get(name)), reading.at(node), on=on)
