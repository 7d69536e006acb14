"""The grammar of submitted lines: what it lets through, as what, and that nothing else ever gets through."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator

import pytest

from runner.docker_requests.continued import logical_lines
from runner.docker_requests.fields import as_fields, from_fields
from runner.docker_requests.grammar import read
from runner.docker_requests.model import (
    Asked,
    Exec,
    Look,
    Reading,
    Refused,
    Request,
    Skipped,
)
from runner.lab import dockerline, shellwords
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import Command, DockerCommand, HostCommand, Lab, Step
from tests.attacks import ATTACKS, Attack
from tests.request_lines import BOTH, LINES, NOT_PLAYED, PROGRAMS, asked, refused

# --- what is let through, and as what


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_the_request_that_docker_would_make_of_it(line: str) -> None:
    reading = asked(line)
    assert reading.request == LINES[line]
    assert reading.on is None


@pytest.mark.parametrize("line", PROGRAMS)
def test_a_program_in_a_container_is_read_as_what_it_does(line: str) -> None:
    assert asked(f"docker exec x {line}").request == Exec("x", PROGRAMS[line])
    assert asked(f"docker exec -d x {line}").request == Exec("x", PROGRAMS[line], detach=True)
    assert asked(f"docker exec -it x {line}").request == Exec("x", PROGRAMS[line])


@pytest.mark.parametrize("line", NOT_PLAYED)
def test_a_program_that_only_looks_in_its_own_way_costs_nothing(line: str) -> None:
    reading = asked(f"docker exec x {line}")
    assert reading.request == Look("exec", ("x",))
    assert "costs nothing" in reading.note


def test_a_throwaway_container_that_only_looks_is_not_made() -> None:
    assert asked("docker run --rm IMG netstat -ltn").request == Look("run")


def test_the_server_of_a_line_is_the_one_that_its_context_names() -> None:
    for option in ("--context server2", "--context=server2", "-c server2", "-cserver2", "-c=server2"):
        assert asked(f"docker {option} network ls", BOTH).on == "server2"
    assert asked("docker network ls", BOTH).on is None
    assert "did you mean server2" in refused("docker --context server3 network ls", BOTH).replace("server1", "server2")
    assert "one server" in refused("docker --context server1 network ls")


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("sudo docker rm x", "sudo is left out"),
        ("$ docker rm x", "the prompt before it is left out"),
        ("$ sudo docker rm x", "the prompt before it is left out; sudo is left out"),
        ("anna@vm:~/labs$ docker rm x", "the prompt before it is left out"),
        ("root@vm:~# docker rm x", "the prompt before it is left out"),
        ("[anna@vm ~]$ docker rm x", "the prompt before it is left out"),
        ("(bridge 7/11) $ docker rm x", "the prompt before it is left out"),
        ("docker inspect x | grep IPAddress | head -1", "behind | is not run"),
        ("docker exec x ifconfig | grep inet", "behind | is not run"),
        ("docker rm -f x 2>/dev/null || true", "output away is left out"),
        ("docker stop -t 600 x", "played as `-t 10`"),
        ("docker network create -o parent=eth0 n", "means nothing to the driver bridge"),
        ("docker exec -it x bash", "not seen here"),
        ("docker run -d IMG sleep 1h", "a shell that waits"),
    ],
)
def test_what_is_left_out_of_a_line_is_said(line: str, note: str) -> None:
    assert note in asked(line).note


@pytest.mark.parametrize(
    "line", ["docker network ls  # look", "docker \t network  ls", '"docker" network \\ls', "docker network ls\r\n"]
)
def test_what_a_shell_leaves_out_is_left_out(line: str) -> None:
    assert asked(line).request == Look("network ls")


_ELSEWHERE = [
    *(
        "ifconfig",
        "ip addr",
        "ping 172.17.0.2",
        "exit",
        "ls -l",
        "cat /etc/hosts",
        "nslookup alicek106",
        "sudo ifconfig",
    ),
    *("nc -w 1 127.0.0.1 8080", "apt-get update", "ping -c 1 a; ping -c 1 b"),
    *("onhost server2 ip -br link", "vethlab check bridge", "check", "hint", "why", "answer 172.17.0.1"),
    *("clear", "sleep 100", "set -e", "# a comment", "", "   "),
]


@pytest.mark.parametrize(
    "line",
    _ELSEWHERE,
)
def test_what_was_typed_elsewhere_is_left_out_and_costs_nothing(line: str) -> None:
    assert isinstance(read(line), Skipped)


@pytest.mark.parametrize(
    "line",
    [
        "for i in $(seq 15); do ping -c 1 alicek106; done",
        "ifconfig | grep inet",
        "onhost ip -o link | grep veth | wc -l",
        "onhost ip addr show docker0",
        "ifconfig docker0",
        "ls -l | grep nc",
        'eval "$(vethlab engine env macvlan)"',
    ],
)
def test_a_shell_line_that_only_looks_is_left_out(line: str) -> None:
    assert isinstance(read(line), Skipped)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("docker run -itd --name x --network-alais a IMG", "did you mean --network-alias?"),
        ("docker run -itd -name x IMG", "write --name"),
        ("docker run -itd -net mybridge IMG", "write --net"),
        ("docker network create -d brigde n", "did you mean bridge?"),
        ('docker exec x sh -c "for i in $(seq 15); do ping -c 1 y; done"', "in single quotes"),
        ("docker netwrk ls", "did you mean docker network?"),
        ("docker network craete n", "did you mean docker network create?"),
        ("dokcer network ls", "did you mean docker?"),
        ("docker run -itd --name x \u2014net mybridge IMG", "two short ones, `--net`"),
        ("docker network create \u2014driver bridge n", "two short ones, `--driver`"),
        ("docker run -itd --name x \\ ", "very last character"),
        ("docker run -itd --name x \\ --net mybridge IMG", "very last character"),
        ('docker run -itd --name x "\\ "', "very last character"),
        ("--net mybridge IMG", "the rest of the one before it"),
        ("exec x ifconfig", "`docker exec"),
        ("network create mybridge", "write `docker network"),
        ("> docker ps", "prompt"),
        ("root@0a1b2c3d:/#", "prompt"),
        ("docker exec x sh -c \u2018ifconfig\u2019", "curly quotes"),
        ("while true; do echo hello | nc -l -p 8080; done", "`docker exec -d CONTAINER"),
        ("nc -l -p 8080", "`docker exec -d CONTAINER"),
        ("docker run -itd --name x IMG --net mybridge", "before the image"),
        ("docker exec x -it bash", "before the image"),
        ("docker run -itd --net a --net b IMG", "then docker network connect"),
        ("docker exec x ping y", "write `ping -c 1 y`"),
        ("docker stop", "`docker stop NAME`"),
        ("docker network connect mybridge", "`docker network connect NETWORK CONTAINER`"),
        ("docker network connect mybridge x y", "`y` is too much"),
        ("docker run -itd --name x", "no image"),
    ],
)
def test_a_refusal_says_what_to_write_instead(line: str, why: str) -> None:
    assert why in refused(line)


# --- the labs

MISPRINTS = {
    'docker run -i -t --name mynetwork_container "\\ "',
    "docker run -i -t --name mynetwork_container \u2014net mybridge IMG",
    "docker network create --driver=bridge --subnet=172.72.0.0/16 --ip-range=172.72.0.0./24 --gateway=172.72.0.1"
    " my_custom_network",
    "docker network create --driver=bridge --subnet=172.72.0.0/16 --ip-range=172.72.0.0/24 --gateway=172.72.0.0.1"
    " my_custom_network",
}


def commands(lab: Lab) -> Iterator[Command]:
    yield from lab.setup
    for step in lab.steps:
        yield from step.do
        for mistake in step.mistakes:
            yield from (*mistake.do, *mistake.then)


LABS = [load(find_lab(name)) for name in lab_names()]


@pytest.mark.parametrize("lab", LABS, ids=[lab.name for lab in LABS])
def test_every_command_of_a_lab_is_understood_but_the_misprints(lab: Lab) -> None:
    for command in commands(lab):
        reading = read(command.line, BOTH)
        if not isinstance(command, DockerCommand):
            assert isinstance(reading, Skipped), command.line
        elif command.line in MISPRINTS:
            assert isinstance(reading, Refused), command.line
        else:
            assert isinstance(reading, Asked), f"{command.location}: {command.line}: {reading}"
            assert _names_of(reading.request) >= _other_names(command.line), command.line


def _names_of(request: Request) -> set[str]:
    """Every name in it, of whatever kind."""
    text = json.dumps(as_fields(request)).replace("container:", "")
    return set(_strings(json.loads(text)))


def _strings(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, (list, tuple)):
        for each in found:
            yield from _strings(each)
    elif isinstance(found, dict):
        for each in found.values():
            yield from _strings(each)


def _other_names(line: str) -> set[str]:
    """The names in a line as lab files' own reader finds them; `default` stands for none."""
    return {each.name for each in dockerline.read(shellwords.split(line)).names}


@pytest.mark.parametrize("lab", LABS, ids=[lab.name for lab in LABS])
def test_a_step_that_changes_something_keeps_every_change(lab: Lab) -> None:
    """No changing command of a model answer is turned into a look."""
    for step in lab.steps:
        for command in step.do:
            if isinstance(command, HostCommand) or not isinstance(command, DockerCommand):
                continue
            changes = dockerline.read(shellwords.split(command.line)).verb.changes
            request = asked(command.line, BOTH).request
            assert changes is not isinstance(request, (Look, Exec)), command.line


def test_the_texts_of_the_labs_hold_commands_that_are_understood() -> None:
    for lab in LABS:
        for step in lab.steps:
            for line in _shown(step):
                assert not isinstance(read(line, BOTH), Refused), f"{lab.name} {step.id}: {line}: {read(line, BOTH)}"


def _shown(step: Step) -> Iterator[str]:
    """The commands in the fenced blocks of a step's text."""
    for block in step.text.split("```")[1::2]:
        yield from (line.strip() for _, line in logical_lines(block) if "ADDRESS" not in line)


# --- attacks


def test_there_are_attacks_enough_and_each_has_an_id() -> None:
    assert len(ATTACKS) >= 80
    assert len({attack.id for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.id for attack in ATTACKS])
def test_an_attack_is_refused_with_its_reason(attack: Attack) -> None:
    begin = time.process_time()
    for servers in (("server1",), BOTH):
        why = refused(attack.line, servers)
        assert attack.says in why
        assert why.isprintable()
        assert len(why) < 400
    assert time.process_time() - begin < 1


def test_a_line_of_two_megabytes_is_refused_at_once() -> None:
    begin = time.process_time()
    for piece in (
        "a",
        " ",
        "'",
        '"',
        "\\",
        "$(",
        "`",
        "|",
        "-i ",
        "\x00",
        "\u202e",
        "{{",
        "\n",
        "'\"",
        "<(",
        "docker ",
    ):
        for head in ("", "docker run ", "docker exec x sh -c '", "sudo "):
            assert isinstance(read(head + piece * (2_000_000 // len(piece))), Refused)
    assert time.process_time() - begin < 5


def test_the_longest_line_that_is_read_takes_no_time() -> None:
    for piece in (
        "a",
        " ",
        "'",
        '"',
        "\\",
        "$(",
        "`",
        "|",
        "-i ",
        "{{",
        "'\"",
        "a;",
        "for ",
        "do ",
        "x=",
        "(",
        ">&",
        "a,",
    ):
        for head in ("docker run ", "docker exec x sh -c '", 'docker exec x sh -c "', "docker run --net name=", ""):
            line = (head + piece * 4000)[:3999]
            for each in (line, line[:-1] + "'", line[:-1] + '"'):
                begin = time.process_time()
                read(each)
                assert time.process_time() - begin < 0.5, each[:60]


# --- whatever comes

_LETTERS = "abz019_-. /:;|&<>()$`'\"\\=,{}*?#!~%@^\t\n\r\x00\x1b\x7f\x85"
_STRANGE = "\u00a0\u200b\u202e\u2014\u201c\u0456\uff4d\u0661\udc80\U0001f600"
_PIECES = (
    " -v /:/h ", " --privileged ", " --net ", " --name ", ";", " | grep x", "$(id)", " IMG ", " sh -c '", "'", " -- ",
    " --context server2 ", "docker ", " exec ", " nc -l -p 80", " while true; do ", "; done", "=", " \\ ", " -itd",
)  # fmt: skip


def _mutated(line: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 2)):
        place, end = sorted((dice.randint(0, len(line)), dice.randint(0, len(line))))
        match dice.randint(0, 5):
            case 0:
                line = line[:place] + dice.choice(_LETTERS + _STRANGE) + line[place:]
            case 1:
                line = line[:place] + dice.choice(_LETTERS + _STRANGE) + line[place + 1 :]
            case 2:
                line = line[:place] + line[end:]
            case 3:
                line = line[:place] + dice.choice(_PIECES) + line[place:]
            case 4:
                line = line[:end] + line[place:]
            case 5:
                words = line.split(" ")
                dice.shuffle(words)
                line = " ".join(words)
    return line


def _good_lines() -> list[str]:
    programs = [f"docker exec x {program}" for program in (*PROGRAMS, *NOT_PLAYED)]
    return [*LINES, *programs, *(command.line for lab in LABS for command in commands(lab))]


def test_no_text_makes_the_grammar_fail_or_lets_anything_else_through() -> None:
    dice = random.Random(5)
    good = _good_lines()
    through = 0
    for _ in range(5000):
        line = _mutated(dice.choice(good), dice)
        reading: Reading = read(line, dice.choice([("server1",), BOTH]))
        if isinstance(reading, Asked):
            through += 1
            assert from_fields(json.loads(json.dumps(as_fields(reading.request)))) == reading.request, line
            assert reading.on in (None, *BOTH)
            assert reading.note.isprintable()
        else:
            told = reading.note if isinstance(reading, Skipped) else reading.why
            assert told, line
            assert told.isprintable(), line
    assert through > 300
