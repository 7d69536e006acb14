"""Programs in containers: those that look, those that call and the labs' listeners, each with closed arguments."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from checks.words import listed, say
from runner.docker_requests import kinds, options
from runner.docker_requests.kinds import closed
from runner.docker_requests.model import Call, Listen, LookProgram, Ping, Program
from runner.docker_requests.options import Options
from runner.docker_requests.unfit import Unfit, shown

MOST_PACKETS = 20
LONGEST_WAIT = 5  # seconds
_FOLDERS = re.compile(r"^(?:/usr(?:/local)?)?/s?bin/")
_FILES = ("/etc/hosts", "/etc/resolv.conf")
# What these print is lost on nobody: no step is judged by it.
_LOOKING = closed(
    "netstat ss ls printenv ps id whoami uname dig host getent traceroute tracepath head tail grep wc sort sleep echo "
    "printf true pwd df free curl wget telnet arping tcpdump stat readlink which uptime top tr cut "
)
_BARE_LOOKING = closed("env mount route arp")  # with arguments of their own they change something
_INSTALLING = closed("apt apt-get apk yum dnf")


@dataclass(frozen=True, slots=True)
class Seen:
    """A program that is not played, because nothing would come of it; `why` says so."""

    why: str


def read(words: Sequence[str]) -> Program | Seen:
    """The program that `words` are. Raises `Unfit`."""
    name = plain_name(words[0])
    rest = list(words[1:])
    reader = _READERS.get(name)
    if reader:
        return reader(rest)
    if name in _LOOKING or (name in _BARE_LOOKING and all(word.startswith("-") for word in rest)):
        return _only_looks(name)
    if name in _INSTALLING:
        return Seen(say("`{word}` is not played, and that costs nothing: the lab image has what the labs need",
                        word=name))  # fmt: skip
    raise Unfit(_unknown(words[0]))


def plain_name(program: str) -> str:
    """`/bin/ping` is `ping`."""
    return _FOLDERS.sub("", program, count=1)


def _only_looks(name: str) -> Seen:
    return Seen(say("`{word}` only looks: it is not played, and that costs nothing", word=shown(name)))


def _unknown(word: str) -> str:
    if word.startswith("-"):
        return say("`{option}` stands where a container's program belongs: options of docker's stand before the image "
                   "or the container's name", option=shown(word))  # fmt: skip
    return say("`{word}` is not played in a container: there are {words}",
               word=shown(word), words=listed([*_READERS, "sh"]))  # fmt: skip


def _ifconfig(rest: list[str]) -> LookProgram:
    plain = rest[1:] if rest[:1] in (["-a"], ["-s"]) else rest
    if len(plain) > 1:
        raise Unfit(_changes("ifconfig", plain[1]))
    _interfaces(plain)
    return LookProgram("ifconfig", tuple(rest))


def _interfaces(words: Sequence[str]) -> None:
    for word in words:
        kinds.interface(word)


def _changes(program: str, word: str) -> str:
    return say("`{word}`: {program} may only look here", word=shown(word), program=program)


_IP_OPTIONS = closed("-o -oneline -br -brief -4 -6 -c -color -d -details -s -stats -h -j -json -p -pretty")
_IP_OBJECTS = closed("a ad add addr addre addres address l li lin link")
_IP_ROUTES = closed("r ro rou rout route n ne nei neig neigh neighbor neighbour")
_IP_VERBS = closed("s sh sho show l li lis list ls lst")


def _ip(rest: list[str]) -> LookProgram:
    """`ip [options] (addr|link|route|neigh) [show [dev] [INTERFACE]]`, `ip route get ADDRESS`."""
    words = list(rest)
    while words and words[0] in _IP_OPTIONS:
        words.pop(0)
    if not words or words[0] not in _IP_OBJECTS | _IP_ROUTES:
        raise Unfit(say("`ip {words}` is not played: ip addr, link, route and neigh are, where they only look",
                        words=shown(" ".join(rest))))  # fmt: skip
    verb = words[1:2]
    if words[0] in _IP_ROUTES and verb == ["get"] and len(words) == 3:
        kinds.address(words[2])
    elif verb and verb[0] not in _IP_VERBS:
        raise Unfit(_changes("ip", verb[0]))
    else:
        _interfaces(words[3:] if words[2:3] == ["dev"] else words[2:3])
        if len(words) > (4 if words[2:3] == ["dev"] else 3):
            raise Unfit(_changes("ip", words[-1]))
    return LookProgram("ip", tuple(rest))


_PING = Options(flags=options.spellings("q n v 4 D O"), values=options.spellings("c W i w"), program=True)


def _ping(rest: list[str]) -> Ping:
    given = options.read("ping", rest, _PING)
    target = _only(given.words, "ping")
    count, deadline = given.last("c"), given.last("w")
    if count is None and deadline is None:
        raise Unfit(say("ping without -c never ends: write `ping -c 1 {host}`", host=shown(target)))
    packets = kinds.number(count or deadline or "", 1, 999_999_999)
    if kinds.seconds(given.last("i") or "1") < 0.2:
        raise Unfit(say("`-i`: ping may not send faster than every 0.2 seconds"))
    wait = kinds.seconds(given.last("W") or "1")
    return Ping(kinds.host(target), min(packets, MOST_PACKETS), _whole(wait))


def _whole(wait: float) -> int:
    """Seconds to wait, as many as are played."""
    return max(1, min(LONGEST_WAIT, math.ceil(wait)))


def _only(words: list[str], program: str) -> str:
    if len(words) != 1:
        raise Unfit(say("{program} takes one name or address here", program=program))
    return words[0]


def _nslookup(rest: list[str]) -> LookProgram | Seen:
    if any(re.fullmatch(r"-[a-z]{1,10}(?:=[A-Za-z0-9]{1,10})?", word) for word in rest):
        return _only_looks("nslookup")  # asks for more than an address
    if not 1 <= len(rest) <= 2:
        raise Unfit(say("nslookup takes a name, and at most a server, here"))
    return LookProgram("nslookup", tuple(map(kinds.host, rest)))


_NC = Options(flags=options.spellings("l k n v z 4 N"), values=options.spellings("p w q"), program=True)


def nc(rest: list[str], text: str = "") -> Call | Listen:
    """`nc -l [-k] [-p] PORT`, which answers with `text`, or `nc [-w N] HOST PORT`."""
    danger = next((word for word in rest if word.startswith(("-e", "-c"))), None)
    if danger:
        raise Unfit(say("`{word}` of nc is refused: no program is run for whoever calls", word=shown(danger)))
    given = options.read("nc", rest, _NC)
    wait = _whole(kinds.seconds(given.last("w") or "1"))
    if given.has("l"):
        ports = [*given.all("p"), *given.words]
        if len(ports) != 1:
            raise Unfit(say("nc -l takes one port: nc -l -p 8080"))
        return Listen(kinds.number(ports[0], 1, 65535), kinds.spoken(text), loops=given.has("k"))
    if len(given.words) != 2 or given.all("p"):
        raise Unfit(say("nc takes a name or address and one port here: nc -w 1 ADDRESS 8080"))
    return Call(kinds.host(given.words[0]), kinds.number(given.words[1], 1, 65535), wait)


def _cat(rest: list[str]) -> LookProgram | Seen:
    if rest and all(word in _FILES for word in rest):
        return LookProgram("cat", kinds.few(tuple(rest)))
    return _only_looks("cat " + " ".join(rest))


def _hostname(rest: list[str]) -> LookProgram:
    if rest not in ([], ["-i"], ["-I"], ["-f"], ["-s"]):
        raise Unfit(_changes("hostname", rest[0]))
    return LookProgram("hostname", tuple(rest))


_READERS: Mapping[str, Callable[[list[str]], Program | Seen]] = {
    "ifconfig": _ifconfig,
    "ip": _ip,
    "ping": _ping,
    "nslookup": _nslookup,
    "nc": nc,
    "netcat": nc,
    "cat": _cat,
    "hostname": _hostname,
}
