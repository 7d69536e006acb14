"""Slips and bad authoring in a lab file: each is refused, with its line and with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.lab.loader import load
from tests.labfile import changed, problems, told

MISSPELT = [
    ("title: A good", "titel: A good", "2: a lab has no key titel; did you mean title?"),
    ("    check:", "    chekc:", "17: a step has no key chekc; did you mean check?"),
    ("hints: [a", "hint: [a", "20: a step has no key hint; did you mean hints?"),
    ("network_exists:", "netwrok_exists:", "18: no check is called netwrok_exists; did you mean network_exists?"),
    ("attached:", "atached:", "19: no check is called atached; did you mean attached?"),
    ("{fact:", "{fakt:", "19: a check has no key fakt; did you mean fact?"),
    ("driver:", "drivr:", "18: network_exists has no key drivr; did you mean driver?"),
    ("{gateway:", "{gatewy:", "29: no truth is called gatewy; did you mean gateway?"),
    ("{inside:", "{insid:", "16: a command has no key insid; did you mean inside?"),
    ("find: '(", "fnid: '(", "31: answer has no key fnid; did you mean find?"),
    ("says:", "say:", "23: a mistake has no key say; did you mean says?"),
    ("  networks:", "  network:", "6: uses has no key network; did you mean networks?"),
    ("on: server2", "on: sever2", "19: no server is called sever2; did you mean server2?"),
    ("docker network create", "docker netwrok create", "14: docker has no command netwrok; did you mean network?"),
    ("network create", "network craete", "14: docker has no command network craete; did you mean network create?"),
    ("network: mynet, driver", "network: mynett, driver", "18: network mynett is not in uses; did you mean mynet?"),
]


@pytest.mark.parametrize(("old", "new", "problem"), MISSPELT, ids=[new.strip() for _, new, _ in MISSPELT])
def test_a_slip_is_told_with_what_was_meant(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = problems(changed(tmp_path, (old, new)))
    assert problem in found
    assert not [each for each in found if "needs" in each]  # the slip is told once, not also as a missing key


REFUSED = [
    ("hints: [a nudge]", "hints: ['']", "20: a hint is empty"),
    ("hints: [a nudge]", "hints: []", "20: hints is an empty list; leave the key out or fill it"),
    ("hints: [a nudge]", "hints: a nudge", "20: hints must be a list, not a text"),
    ("[a nudge]", "[{The shape: docker ps}]", "20: a hint must be a text, not keys with values; a text that holds ':"),
    ("title: First", "title:", "10: title is empty"),
    ("minutes: 5", "minutes: 0", "3: minutes must be from 1 to 600, not 0"),
    ("minutes: 5", "minutes: soon", "3: minutes must be a whole number, not soon"),
    ("minutes: 5", "minutes: '5'", "3: minutes must be a whole number without quotes, not 5"),
    ("servers: 2", "servers: 3", "4: servers must be from 1 to 2, not 3"),
    ("lab: good", "lab: Good Lab", "1: lab must be small letters, digits and hyphens, such as first-run, not Good Lab"),
    ("id: two", "id: one", "24: a step one is here already, in line 9"),
    ("minutes: 5", "minutes: 5\nminutes: 6", "4: minutes is here twice, first in line 3"),
    ("[box, other]", "[box, b]", "7: b is no name for Docker: letters, digits, then also _ . -, at least two"),
    ("[box, other]", "[box, box]", "7: box is twice in containers"),
    ("[mynet]", "[mynet, bridge]", "6: bridge is Docker's own network: a lab neither makes nor removes it"),
    ("    hints: [a nudge]\n    mistakes", "    points: -1\n    mistakes", "20: points must be from 0 to 1000, not -1"),
    ("    hints: [a nudge]\n    mistakes", "    looks: maybe\n    mistakes", "20: looks must be true or false, not"),
    ("docker network create mynet", "docker network create mynet2", "14: network mynet2 is not in uses; did you mean"),
    ("-d --name box IMG", "-d --name bix IMG", "22: container bix is not in uses; did you mean box?"),
    ("--net mynet", "--network=mynat", "15: network mynat is not in uses; did you mean mynet?"),
    ("-d --name box IMG", "-d --name box --net container:boxx IMG", "22: container boxx is not in uses; did you mean"),
    ("-d --name box IMG", "-d IMG", "22: a container without --name cannot be found again: name it, or run it with"),
    ("docker network create", "network create", "14: a command here begins with docker, not network"),
    ("docker network create", "docker --context server2 network create", "14: no option before docker's command"),
    ("create mynet\n", "create mynet | cat\n", "14: | is for a shell, and no shell reads this line: quote it or"),
    ("create mynet\n", "create $(cat x)\n", "14: $( is for a shell"),
    ("create mynet\n", "create mynet && docker ps\n", "14: & is for a shell"),
    ("create mynet\n", "create mynet \\\n        --internal\n", "14: a \\ before a blank: write the whole command in"),
    ("create mynet\n", "create mynet 'x\n", "14: a quote is not closed"),
    ("network create mynet\n", "network prune -f\n", "14: prune removes things that are not the lab's"),
    ("-t --name box --net", "-t --name box —net", "15: a long dash"),
    ("-i -t --name box --net", "-i -t -d --name box --net", "16: nothing before this opens a terminal of box"),
    ("{inside: box,", "{inside: other,", "16: nothing before this opens a terminal of other"),
    ("{host: ip -o link,", "{host: ip link del eth0,", "31: a host command only looks"),
    ("{host: ip -o link,", "{host: docker ps,", "31: a docker command is written with run: instead of host:"),
    ("find: '(", "count: x, find: '(", "31: an answer has find or count, not both"),
    ("'(\\w+)'", "'(\\w+'", "31: find is no regular expression"),
    ("'^{1}:", "'^{2}:", "32: {2} stands for the value of the answer's command 2, not before this"),
    ("right: 2", "right: 4", "39: right must be from 1 to 3, not 4"),
    ("[yes, null, 1.10]", "[yes, no]", "39: at least 3 choices, or the answer is easily guessed"),
    ("[yes, null, 1.10]", "[yes, no, yes]", "39: two choices are the same"),
    (", because: so", "", "39: ask needs because"),
    ("text: Why so, ", "text: Why so, answer: docker ps, ", "39: answer goes with a truth, not with choices"),
    ("text: Why so, ", "text: Why so, truth: {gateway: {network: mynet}}, ", "39: ask has a truth or choices, not"),
    (", with: already exists", "", "38: a command needs with"),
    ("with: already", "with: x, run: docker ps, on: server2, type: already", "38: a command has exactly one of the"),
    ("says: mynet", "says: ''", "23: says is empty"),
    ("        says: mynet\n", "", "22: a mistake needs says"),
    ("        says: mynet", "        then: docker stop box\n        says: mynet", "22: a mistake has do (instead of"),
    ("- do: docker run -i -t -d --name box IMG\n        says", "- says", "22: a mistake needs do (instead of the"),
    ("{network: mynet, driver: bridge}", "mynet", "18: network_exists takes its arguments as keys: network_exists:"),
    ("containers: [box]", "containers: box", "19: containers must be a list, not a text"),
    ("containers: [box]", "containers: [box, box]", "19: box is twice in containers"),
    ("driver: bridge", "driver: bridge, subnet: 10.0.0.1/8", "18: subnet must be a range such as 172.72.0.0/16, not"),
    ("driver: bridge", "driver: bridge, gateway: here", "18: gateway must be an address such as 172.72.0.1, not here"),
    (", attached: {containers: [box], network: mynet}}", "}", "19: a check is missing beside fact, on"),
    ("{fact: true, on: server2,", "{host_bridge: {network: mynet},", "19: one check an item, with a - before each;"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "problem"), REFUSED, ids=[case[2][:40] for case in REFUSED])
def test_bad_authoring_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = told(tmp_path, old, new)
    assert found.startswith(problem)


def test_a_step_must_be_judged_and_must_be_able_to_fail(tmp_path: Path) -> None:
    nothing = "    check:\n      - network_exists: {network: mynet, driver: bridge}\n"
    second = "      - {fact: true, on: server2, attached: {containers: [box], network: mynet}}\n"
    found = problems(changed(tmp_path, (nothing + second, "")))
    assert found == ["9: the step one has neither check nor ask: nothing to judge"]
    found = problems(changed(tmp_path, (nothing, "    check:\n")))
    assert found == ["9: all checks of the step one are facts: it could not fail"]


def test_a_step_that_looks_may_not_change_anything(tmp_path: Path) -> None:
    found = problems(changed(tmp_path, ("    hints: [a nudge]\n    mistakes", "    looks: true\n    mistakes")))
    assert [each.partition(":")[0] for each in found] == ["14", "15"]
    assert "this changes something, yet the step one says looks: true" in found[0]


def test_on_is_refused_where_there_is_one_server(tmp_path: Path) -> None:
    assert (
        told(tmp_path, "servers: 2\n", "servers: 1\n") == "19: on is for labs with servers: 2; this lab has one server"
    )


def test_in_a_line_that_is_to_be_refused_only_what_it_makes_must_be_in_uses(tmp_path: Path) -> None:
    path = changed(tmp_path, ("connect mynet other", "connect nonsense nobody"))
    assert load(path)
    path = changed(tmp_path, ("docker network connect mynet other", "docker run --name stray —net nonsense IMG"))
    assert problems(path) == ["38: container stray is not in uses; there are: box, other"]
