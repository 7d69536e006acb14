"""Lines that are no docker command: left out where they only look, else refused with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from checks.words import say
from runner.docker_requests import scripts
from runner.docker_requests.kinds import closed
from runner.docker_requests.model import Skipped
from runner.docker_requests.unfit import Unfit, shown
from runner.docker_requests.words import Word, pipeline, refuse_shell, texts
from runner.lab.suggestions import near

_INSIDE = closed(
    "ifconfig ip ping nslookup nc netcat netstat ss route arp cat hostname exit logout ls cd pwd dig host getent env "
    "printenv ps id whoami uname traceroute tracepath curl wget telnet head tail grep which man df free mount uptime "
    "top apt apt-get apk bridge brctl tcpdump ethtool lsns nsenter date"
)
_SESSION = closed("vethlab ./vethlab onhost check hint why answer solution skip map quit")
_SCRIPTS = closed("clear echo printf sleep set history true : reset sync wait")
_DOCKERS = closed("run create start stop restart rename inspect logs network container images attach")
_LOOPS = closed("while until for")
KNOWN = closed("docker sudo exec") | _INSIDE | _SESSION | _SCRIPTS | _DOCKERS | _LOOPS  # what a command begins with
_ENGINE_ENV = re.compile(r'eval "?\$\((?:\./)?vethlab engine env(?: [a-z-]{1,40})?\)"?')
_PROMPT = re.compile(r"[a-z0-9_.-]{1,63}@[A-Za-z0-9_.-]{1,63}:\S{0,80}[#$%]")
_ASSIGNS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


def skipped(line: str, found: Sequence[Word]) -> Skipped:
    """The note on a line that costs nothing. Raises `Unfit` for any other."""
    first = found[0].text
    if _ENGINE_ENV.fullmatch(line):
        return Skipped(say("the grading engine is used in any case"))
    shells = any(word.operator or word.expands for word in found)
    if first not in _INSIDE | _SESSION | _SCRIPTS | _LOOPS or (shells and "docker" in texts(found)):
        raise Unfit(_refusal(first, found))
    if _listens(texts(found)):
        raise Unfit(_unseen_listener())
    if first in _LOOPS or (shells and not _only_filtered(found)):
        scripts.read(line)  # raises where it does more than look
    return _note(first)


def _listens(found: list[str]) -> bool:
    """Whether it holds `nc -l`."""
    return any(one in ("nc", "netcat") and re.match("-[a-z]*l", other) for one, other in pairwise(found))


def _only_filtered(found: Sequence[Word]) -> bool:
    """`onhost ip -o link | grep veth | wc -l`."""
    _, *filters = pipeline(found)
    plain = not any(word.expands or (word.operator and word.text != "|") for word in found)
    return plain and all(part and part[0].text in scripts.FILTERS for part in filters)


def _unseen_listener() -> str:
    return say("a listener that was typed inside a container is not seen here: write "
               "`docker exec -d CONTAINER sh -c 'while true; do echo hello | nc -l -p PORT; done'`")  # fmt: skip


def _note(first: str) -> Skipped:
    if first in _SESSION:
        return Skipped(say("`{word}` is vethlab's own: it is left out, and that costs nothing", word=shown(first)))
    if first in _SCRIPTS:
        return Skipped(say("`{word}` changes nothing on an engine: it is left out, and that costs nothing",
                           word=shown(first)))  # fmt: skip
    return _inside(first)


def _inside(word: str) -> Skipped:
    return Skipped(say("`{word}` was typed inside a container, or only looks: it is left out, and that costs nothing",
                       word=shown(word)))  # fmt: skip


def _refusal(first: str, found: Sequence[Word]) -> str:
    if first.startswith("--"):
        return say("a line that begins with `--` is the rest of the one before it: write them as one line, "
                   "or end the first with a `\\` and no blank after it")  # fmt: skip
    if first == "exec":
        return say("`exec` by itself is a word of the shell's: to run something in a container, `docker exec …`")
    if first in ("$", "#", ">", "%") or _PROMPT.fullmatch(first):
        return say("`{word}` is the prompt of a shell: leave it out", word=shown(first))
    if first in _DOCKERS:
        return say("`{word}` is docker's: write `docker {word} …`", word=shown(first))
    if first.isalpha() and near(first, ["docker"]):
        return say("`{word}` is not docker; did you mean docker?", word=shown(first))
    return _shells_own(first, found) or no_command(first)


def no_command(first: str) -> str:
    """Why a line that begins with that word is not played."""
    return say("`{word}` is no docker command, and only those are played", word=shown(first))


def _shells_own(first: str, found: Sequence[Word]) -> str:
    """Why a line for a shell is refused; "" where it is none. Raises `Unfit` at what only a shell understands."""
    if _ASSIGNS.match(first) or first == "export":
        return say("`{word}` is for a shell, and no shell reads this: the engine and its server are chosen by "
                   "--context alone", word=shown(first))  # fmt: skip
    if first in _LOOPS | {"if", "case", "function", "{", "("}:
        return say("`{word}` is for a shell, and no shell reads this: write each command on a line of its own",
                   word=shown(first))  # fmt: skip
    refuse_shell(found)
    return ""
