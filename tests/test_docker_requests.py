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
    Call,
    ChangeState,
    Connect,
    CreateNetwork,
    Disconnect,
    Exec,
    Listen,
    Look,
    LookProgram,
    MakeContainer,
    Ping,
    Program,
    Reading,
    Refused,
    RemoveContainers,
    RemoveNetworks,
    Rename,
    Request,
    Shell,
    Skipped,
)
from runner.lab import dockerline, shellwords
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import Command, DockerCommand, HostCommand, Lab, Step
from tests.attacks import ATTACKS, Attack

BOTH = ("server1", "server2")


def asked(line: str, servers: tuple[str, ...] = ("server1",)) -> Asked:
    reading = read(line, servers)
    assert isinstance(reading, Asked), f"{line}: {reading}"
    return reading


def refused(line: str, servers: tuple[str, ...] = ("server1",)) -> str:
    reading = read(line, servers)
    assert isinstance(reading, Refused), f"{line}: {reading}"
    return reading.why


def container(name: str | None = "x", **more: object) -> MakeContainer:
    """A container as `docker run -i -t -d` makes it."""
    return MakeContainer(**{"name": name, "interactive": True, "tty": True, "detach": True, **more})  # type: ignore[arg-type]


# --- what is let through, and as what

LINES: dict[str, Request] = {
    "docker network create mybridge": CreateNetwork("mybridge"),
    "docker network create --driver bridge mybridge": CreateNetwork("mybridge"),
    "docker network create mybridge -d=bridge": CreateNetwork("mybridge"),
    "docker network create --driver=bridge --subnet=172.72.0.0/16 --ip-range=172.72.0.0/24 --gateway=172.72.0.1 n": (
        CreateNetwork("n", subnet="172.72.0.0/16", ip_range="172.72.0.0/24", gateway="172.72.0.1")
    ),
    "docker network create --subnet 172.72.0.1/16 n": CreateNetwork("n", subnet="172.72.0.1/16"),
    "docker network create -d macvlan --subnet 192.168.0.0/24 -o parent=eth0 m": (
        CreateNetwork("m", "macvlan", subnet="192.168.0.0/24", parent="eth0")
    ),
    "docker network create -dmacvlan -oparent=eth0 --opt macvlan_mode=bridge m": (
        CreateNetwork("m", "macvlan", parent="eth0")
    ),
    "docker network create --internal --attachable n": CreateNetwork("n", internal=True, attachable=True),
    "docker network create --internal=false n": CreateNetwork("n"),
    "docker network create -d overlay n": CreateNetwork("n", "overlay"),
    "docker network rm a b": RemoveNetworks(("a", "b")),
    "docker network remove -f a": RemoveNetworks(("a",)),
    "docker network connect mybridge x": Connect("mybridge", "x"),
    "docker network connect --alias a --alias=b --ip 172.72.0.9 --link y:web n x": (
        Connect("n", "x", ("a", "b"), "172.72.0.9", (("y", "web"),))
    ),
    "docker network connect n x --alias a": Connect("n", "x", ("a",)),
    "docker network disconnect n x": Disconnect("n", "x"),
    "docker network disconnect -f n x": Disconnect("n", "x", force=True),
    "docker run -i -t -d --name x IMG": container(),
    "docker run -itd --name x ubuntu:24.04": container(),
    "docker run -dit --name=x ubuntu": container(),
    "docker container run -itd --name x vethlab/node:latest": container(),
    "docker run -i -t --name x IMG bash": container(detach=False, program=Shell()),
    "docker run -itd --name x ubuntu:22.04 /bin/bash": container(program=Shell()),
    "docker run -itd --name y --name x IMG": container(),
    "docker run -itd --rm --rm=false --name x IMG": container(),
    "docker run -it=false -d --name x IMG": container(tty=False),
    "docker run -itd --name x --net mybridge IMG": container(network="mybridge"),
    "docker run -itd --name x --network=host IMG": container(network="host"),
    "docker run -itd --name x --net container:y IMG": container(network="container:y"),
    "docker run -itd --name x --net n --net-alias a --network-alias=b --ip 172.72.0.9 IMG": (
        container(network="n", aliases=("a", "b"), ip="172.72.0.9")
    ),
    "docker run -itd --name x --network name=n,alias=a,ip=172.72.0.9 IMG": (
        container(network="n", aliases=("a",), ip="172.72.0.9")
    ),
    "docker run -itd --name x --link y:web --link z --expose 80 --expose 81/tcp IMG": (
        container(links=(("y", "web"), ("z", "z")), expose=(80, 81))
    ),
    "docker run -itdp80:80 -p 8080:8080/tcp --publish=90 --name x IMG": (
        container(publish=((80, 80), (8080, 8080), (0, 90)))
    ),
    "docker run -itd -h web --name x IMG": container(hostname="web"),
    "docker run -itd 'IMG'": container(None),
    "docker run --rm --name x IMG cat /etc/resolv.conf": (
        MakeContainer("x", remove=True, program=LookProgram("cat", ("/etc/resolv.conf",)))
    ),
    "docker run -d --name x IMG nc -lk 8080": MakeContainer("x", detach=True, program=Listen(8080)),
    "docker run -d --name x IMG sleep infinity": container(program=Shell()),
    "docker run -d --name x IMG tail -f /dev/null": container(program=Shell()),
    "docker create -it --name x IMG": container(detach=False, starts=False),
    "docker start x": ChangeState("start", ("x",)),
    "docker start -ai x": ChangeState("start", ("x",)),
    "docker stop -t 0 x y": ChangeState("stop", ("x", "y"), 0),
    "docker stop x --time=3": ChangeState("stop", ("x",), 3),
    "docker restart -t0 x": ChangeState("restart", ("x",), 0),
    "docker kill x": ChangeState("kill", ("x",)),
    "docker kill -s SIGTERM x": ChangeState("kill", ("x",), signal="TERM"),
    "docker kill --signal=9 x": ChangeState("kill", ("x",)),
    "docker rm -f x y": RemoveContainers(("x", "y"), force=True),
    "docker container remove -fv x": RemoveContainers(("x",), force=True),
    "docker rename x y": Rename("x", "y"),
    "docker network ls": Look("network ls"),
    "docker network list": Look("network ls"),
    "docker network inspect -f '{{.Id}}' bridge host": Look("network inspect", ("bridge", "host")),
    "docker inspect --type network bridge": Look("inspect", ("bridge",)),
    "docker inspect --format='{{range $k, $v := .NetworkSettings.Networks}}{{$k}}{{end}}' x": Look("inspect", ("x",)),
    "docker container ls -a": Look("ps"),
    "docker ps -a --filter name=x": Look("ps"),
    "docker logs -f x": Look("logs", ("x",)),
    "docker stats --no-stream": Look("stats"),
    "docker wait x": Look("wait", ("x",)),
    "docker image ls": Look("image ls"),
    "docker --version": Look("version"),
    "docker": Look("help"),
    "docker network --help": Look("help"),
    "docker run --help": Look("help"),
    "docker attach x": Look("attach", ("x",)),
}
PROGRAMS: dict[str, Program] = {
    "ifconfig": LookProgram("ifconfig"),
    "/sbin/ifconfig -a": LookProgram("ifconfig", ("-a",)),
    "ifconfig eth0": LookProgram("ifconfig", ("eth0",)),
    "ip addr": LookProgram("ip", ("addr",)),
    "ip -br -4 a": LookProgram("ip", ("-br", "-4", "a")),
    "ip -o link show eth0": LookProgram("ip", ("-o", "link", "show", "eth0")),
    "ip addr show dev eth0": LookProgram("ip", ("addr", "show", "dev", "eth0")),
    "ip route get 192.168.0.1": LookProgram("ip", ("route", "get", "192.168.0.1")),
    "ip neigh": LookProgram("ip", ("neigh",)),
    "nslookup alicek106": LookProgram("nslookup", ("alicek106",)),
    "nslookup 172.18.0.2 127.0.0.11": LookProgram("nslookup", ("172.18.0.2", "127.0.0.11")),
    "hostname -i": LookProgram("hostname", ("-i",)),
    "cat /etc/hosts /etc/resolv.conf": LookProgram("cat", ("/etc/hosts", "/etc/resolv.conf")),
    "ping -c 1 192.168.0.1": Ping("192.168.0.1"),
    "ping -c3 -W 2 y": Ping("y", 3, 2),
    "ping y -c 2 -i 0.2 -q": Ping("y", 2),
    "ping -c 1000000 -W 100 y": Ping("y", 20, 5),
    "ping -w 3 y": Ping("y", 3),
    "ping -c 1 -W 0.5 y": Ping("y"),
    "nc -w 1 127.0.0.1 8080": Call("127.0.0.1", 8080),
    "nc -zv y 80": Call("y", 80),
    "timeout 3 nc y 80": Call("y", 80),
    "nc -l -p 8080": Listen(8080, loops=False),
    "nc -lp 8080": Listen(8080, loops=False),
    "nc -lkp8080": Listen(8080),
    "nc -lk 8080": Listen(8080),
    "bash": Shell(),
    "sh -c 'while true; do echo hello from x | nc -l -p 8080; done'": Listen(8080, "hello from x"),
    "sh -c 'while :; do nc -lp 8080; done;'": Listen(8080),
    "sh -c 'while true; do\n  echo hello |\n nc -l -p 8080\n done'": Listen(8080, "hello"),
    "bash -c 'while [ 1 ]; do echo -n \"it is me\" | nc -l -p 8080 -q 1 > /dev/null 2>&1; sleep 1; done'": (
        Listen(8080, "it is me")
    ),
    "sh -c 'echo \uc548\ub155 | nc -l -p 80'": Listen(80, "\uc548\ub155", loops=False),
    "sh -c 'nc -lk -p 80'": Listen(80),
    "sh -c 'echo hi | nc -w 1 y 80'": Call("y", 80),
    "sh -c 'for i in $(seq 15); do ping -c 1 alicek106; done'": Ping("alicek106", 15),
    "sh -c 'for i in `seq 1 3`; do ping -c 1 y; done'": Ping("y", 3),
    "bash -c 'for i in {1..4}; do ping -c 1 y; done'": Ping("y", 4),
    "sh -c 'for i in 1 2 3; do ping -c 1 y; done'": Ping("y", 3),
    "sh -c ifconfig": LookProgram("ifconfig"),
    "sh -c 'ifconfig | grep inet'": LookProgram("ifconfig"),
}
NOT_PLAYED = (
    "netstat -ltn",
    "cat /sys/class/net/eth0/iflink",
    "cat /etc/hosts /proc/1/environ",
    "ls /etc",
    "env",
    "sleep 99999",
    "curl http://127.0.0.1:8080",
    "apt-get install -y net-tools",
    "sh -c 'ping -c 1 -W 1 192.168.0.1; ip route'",
    "sh -c 'apt-get update && apt-get install -y iputils-ping'",
    """sh -c 'tr "\\0" "\\n" < /proc/1/environ'""",
    "timeout 5 sh -c 'until netstat -ltn | grep :8080; do sleep 0.1; done'",
    "sh -c 'for i in $(seq 3); do nslookup y; done'",
)


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
        ("docker netwrk ls", "did you mean docker network?"),
        ("docker network craete n", "did you mean docker network create?"),
        ("dokcer network ls", "did you mean docker?"),
        ("docker run -itd --name x \u2014net mybridge IMG", "two short ones, `--net`"),
        ("docker run -itd --name x \\ ", "very last character"),
        ("docker run -itd --name x \\ --net mybridge IMG", "very last character"),
        ('docker run -itd --name x "\\ "', "very last character"),
        ("--net mybridge IMG", "the rest of the one before it"),
        ("exec x ifconfig", "`docker exec"),
        ("network create mybridge", "write `docker network"),
        ("$ docker ps", "prompt"),
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


# --- lines of a script


def lines(text: str) -> list[tuple[int, str]]:
    return list(logical_lines(text))


def test_lines_are_joined_as_a_shell_joins_them() -> None:
    script = "# lab: bridge\n\ndocker run -itd \\\n  --name x \\\r\n  IMG\r\n  # more\ndocker ps \\"
    assert lines(script) == [(3, "docker run -itd   --name x   IMG"), (7, "docker ps ")]


def test_a_comment_joins_nothing_and_two_backslashes_are_one_letter() -> None:
    assert lines("# a \\\ndocker ps\ndocker ps \\\\\ndocker info") == [
        (2, "docker ps"),
        (3, "docker ps \\\\"),
        (4, "docker info"),
    ]


def test_a_backslash_with_a_blank_behind_it_joins_nothing() -> None:
    (first, one), (second, other) = lines("docker run -itd --name x \\ \n--net mybridge IMG")
    assert (first, second) == (1, 2)
    assert "very last character" in refused(one)
    assert "the rest of the one before it" in refused(other)


def test_a_quote_may_span_lines() -> None:
    script = "docker exec -d x sh -c 'while true; do\n   echo hello | nc -l -p 8080; done'\ndocker ps"
    (first, line), other = lines(script)
    assert first == 1
    assert asked(line).request == Exec("x", Listen(8080, "hello"), detach=True)
    assert other == (3, "docker ps")


@pytest.mark.parametrize(
    "line", ["docker run --name it's IMG", "echo don't", "docker ps # don't", 'docker exec x sh -c "']
)
def test_a_forgotten_quote_swallows_no_other_command(line: str) -> None:
    assert lines(f"{line}\ndocker ps\ndocker rm it's") == [(1, line), (2, "docker ps"), (3, "docker rm it's")]
    assert lines(f"{line}\n" + "ls\n" * 30)[0] == (1, line)


def test_a_script_of_half_a_megabyte_takes_no_time() -> None:
    for piece in ("\\\n", "'\n", "a'\n", "'\\\n", '"\n\\\n', "#\\\n", "\n", "\\", "'", "a 'b' \\\n", "\r\n", "\ufeff"):
        begin = time.process_time()
        for _, line in lines(piece * (500_000 // len(piece))):
            if len(line) > 4000:
                assert isinstance(read(line), Refused)
        assert time.process_time() - begin < 3, repr(piece)


# --- requests as JSON

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
