"""Requests as JSON: lossless, and as strictly read as lines are."""

from __future__ import annotations

import json
import random

import pytest

from runner.docker_requests.fields import as_fields, from_fields
from runner.docker_requests.model import CreateNetwork, Exec, Request
from tests.request_lines import LINES, PROGRAMS

REQUESTS = [*LINES.values(), *(Exec("x", program, detach=True) for program in PROGRAMS.values())]


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_a_request_survives_json(request_: Request) -> None:
    assert from_fields(json.loads(json.dumps(as_fields(request_)))) == request_


def test_a_request_is_short_in_json() -> None:
    assert as_fields(CreateNetwork("n")) == {"kind": "create_network", "name": "n"}


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "an object with a `kind`"),
        ([], "an object with a `kind`"),
        ({}, "`kind` is one of"),
        ({"kind": ["look"]}, "`kind` is one of"),
        ({"kind": "shell"}, "`kind` is one of"),
        ({"kind": "rename", "container": "x"}, "lacks the field `name`"),
        ({"kind": "rename", "container": "x", "name": "y", "privileged": True}, "no field `privileged`"),
        ({"kind": "rename", "container": "x", "nmae": "y"}, "did you mean name?"),
        ({"kind": "rename", "container": "x", "name": "../y"}, "name: `../y` is no name"),
        ({"kind": "rename", "container": "x", "name": "y\n"}, "is no name"),
        ({"kind": "rename", "container": "x", "name": None}, "a text belongs here"),
        ({"kind": "rename", "container": 7, "name": "y"}, "a text belongs here"),
        ({"kind": "remove_containers", "containers": []}, "a list of 1 to 20"),
        ({"kind": "remove_containers", "containers": "xy"}, "a list of 1 to 20"),
        ({"kind": "remove_containers", "containers": ["x"] * 21}, "a list of 1 to 20"),
        ({"kind": "remove_containers", "containers": ["x"], "force": 1}, "true or false"),
        ({"kind": "make_container", "network": "ns:/proc/1"}, "no network"),
        ({"kind": "make_container", "publish": [[80, "80"]]}, "a whole number"),
        ({"kind": "make_container", "publish": [[80, True]]}, "a whole number"),
        ({"kind": "make_container", "publish": [[80]]}, "a list of 2 to 2"),
        ({"kind": "make_container", "expose": [65536]}, "a whole number"),
        ({"kind": "make_container", "ip": "1.2.3"}, "no address"),
        ({"kind": "make_container", "starts": False, "detach": True}, "not detached"),
        ({"kind": "make_container", "program": {"kind": "rename", "container": "x", "name": "y"}}, "`kind` is one of"),
        ({"kind": "make_container", "program": "bash"}, "an object with a `kind`"),
        ({"kind": "create_network", "name": "n", "driver": "evil"}, "is none of"),
        ({"kind": "create_network", "name": "n", "parent": "eth0"}, "only a macvlan"),
        ({"kind": "create_network", "name": "n", "subnet": "0.0.0.0/0"}, "no range"),
        ({"kind": "create_network", "name": "n", "subnet": "172.72.0.0/09"}, "written otherwise"),
        ({"kind": "change_state", "verb": "pause", "containers": ["x"]}, "is none of"),
        ({"kind": "change_state", "verb": "start", "containers": ["x"], "seconds": 1}, "only stop and restart"),
        ({"kind": "change_state", "verb": "stop", "containers": ["x"], "seconds": 11}, "from 0 to 10"),
        ({"kind": "change_state", "verb": "stop", "containers": ["x"], "signal": "TERM"}, "only kill"),
        ({"kind": "change_state", "verb": "kill", "containers": ["x"], "signal": "SEGV"}, "is none of"),
        ({"kind": "exec", "container": "x", "program": {"kind": "ping", "host": "y", "count": 21}}, "from 1 to 20"),
        ({"kind": "exec", "container": "x", "program": {"kind": "ping", "host": "-f"}}, "neither a name"),
        ({"kind": "exec", "container": "x", "program": {"kind": "listen", "port": 80, "text": "a\nb"}}, "printable"),
        ({"kind": "exec", "container": "x", "program": {"kind": "look_program", "name": "sh"}}, "is none of"),
        (
            {
                "kind": "exec",
                "container": "x",
                "program": {"kind": "look_program", "name": "ip", "arguments": ["-batch"]},
            },
            "is not played",
        ),
        (
            {"kind": "exec", "container": "x", "program": {"kind": "look_program", "name": "cat", "arguments": ["/x"]}},
            "no program that looks",
        ),
        ({"kind": "look", "command": "swarm init"}, "is none of"),
        ({"kind": "look", "command": "ps", "names": ["x"]}, "nothing by name"),
        ({"kind": "look", "command": "inspect", "names": ["$(id)"]}, "is no name"),
    ],
)
def test_fields_that_the_grammar_would_not_make_are_refused(found: object, says: str) -> None:
    with pytest.raises(ValueError, match=r".") as failure:
        from_fields(found)
    assert says in str(failure.value)
    assert str(failure.value).isprintable()


def test_no_object_makes_the_fields_fail_or_lets_anything_else_through() -> None:
    dice = random.Random(5)
    junk: list[object] = [
        None, True, -1, 0, 1.5, 10**30, "", "x", "a b", "x\n", "$(id)", "\udc80", [], ["x"], [["x", "y"]], {},
        {"kind": "shell"},
        {"kind": "ping", "host": "y", "count": 10**9}, [[]], ["x"] * 50, "container:x", "0.0.0.0/0", "172.72.0.0/16",
    ]  # fmt: skip
    through = 0
    for _ in range(5000):
        found = as_fields(dice.choice(REQUESTS))
        inner = found.get("program")
        target = inner if isinstance(inner, dict) and dice.random() < 0.5 else found
        key = dice.choice([*target, "extra", "names", "program", "ip", "parent", "seconds", "arguments"])
        target[key] = dice.choice(junk)
        request = _let_through(found)
        if request:
            through += 1
            assert from_fields(as_fields(request)) == request
    assert through > 50


def _let_through(found: object) -> Request | None:
    try:
        return from_fields(found)
    except ValueError as error:
        told = str(error)
    assert told.isprintable()
    return None
