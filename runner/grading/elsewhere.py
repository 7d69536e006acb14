"""Which lab a script's commands are of, by the names in them: for work that was handed in under another lab's name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from runner.docker_requests.fields import as_fields
from runner.docker_requests.grammar import read
from runner.docker_requests.model import Asked
from runner.grading.model import Line
from runner.lab.model import Lab, server_names

_NAMING = ("name", "names", "container", "containers", "network")  # fields of requests that name an object


def other_lab(lines: Iterable[Line], lab: Lab, labs: Mapping[str, Lab]) -> str:
    """The one lab whose own names stand in the lines, where none of `lab`'s own does; "" where it is not so.

    A name that several labs use (mybridge) tells nothing.
    """
    named = {name for line in lines for name in _names(line.text)}
    if named & _own(lab, labs.values()):
        return ""
    found = [each.name for each in labs.values() if each.name != lab.name and named & _own(each, labs.values())]
    return found[0] if len(found) == 1 else ""


def _own(lab: Lab, labs: Iterable[Lab]) -> set[str]:
    """What this lab alone uses."""
    others = {name for each in labs if each.name != lab.name for name in _uses(each)}
    return _uses(lab) - others


def _uses(lab: Lab) -> set[str]:
    return {*lab.uses.networks, *lab.uses.containers}


def _names(line: str) -> Iterator[str]:
    reading = read(line, server_names(2))
    if isinstance(reading, Asked):
        fields = as_fields(reading.request)
        for key in _NAMING:
            value = fields.get(key, ())
            for name in value if isinstance(value, list) else [value]:
                yield str(name).removeprefix("container:")
