"""Lines as students write them, with what each asks for; shared by the tests of the grammar and of its JSON."""

from __future__ import annotations

from runner.docker_requests.grammar import read
from runner.docker_requests.model import (
    Asked,
    Call,
    ChangeState,
    Connect,
    CreateNetwork,
    Disconnect,
    Listen,
    Look,
    LookProgram,
    MakeContainer,
    Ping,
    Program,
    Refused,
    RemoveContainers,
    RemoveNetworks,
    Rename,
    Request,
    Shell,
)

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
    "docker run -d --name x IMG sh -c 'while true; do sleep 1; done'": container(program=Shell()),
    'docker run -d --name x IMG bash -c "sleep infinity"': container(program=Shell()),
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
    "nslookup -type=a alicek106",
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
