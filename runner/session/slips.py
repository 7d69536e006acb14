"""Typing errors that a command line shows by itself: what docker's own message leaves unsaid.

The line is only read, never run. A slip is looked for where a command failed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address, ip_network

from checks.not_found import near
from checks.words import say
from runner.lab.docker_grammar import UnknownCommand
from runner.lab.dockerline import DockerLine, read
from runner.plain import one_line
from runner.session.misspelt import ended_inside, misspelt

_DASHES = "—–−"  # noqa: RUF001  # em, en and minus: what texts and chats make of two hyphens
_QUOTES = "“”‘’"  # noqa: RUF001
_BUILT_IN = ("bridge", "host", "none", "default")


def slip(line: str, names: Sequence[str], code: int = 1) -> str:
    """What is odd about a command line, as a sentence; "" where nothing is. `names` are those that the lab uses.

    `code` is what the line returned.
    """
    found = (look(line) for look in (_dash, _quote, _broken_line, _orphan, _bare_exec, _placeholder))
    simple = next((each for each in found if each), "")
    return simple or _in_docker_line(line, names) or lost_word(line, code)


def lost_word(line: str, code: int) -> str:
    """The word behind a "command not found", here or in a container; "" where none is near."""
    inside = ended_inside(line, code)
    return inside or next(filter(None, (misspelt(words, code) for words in reversed(_commands(line)))), "")


def _dash(line: str) -> str:
    word = next((each for each in line.split() if each[0] in _DASHES), "")
    if not word:
        return ""
    name = word.lstrip(_DASHES + "-")
    return say("`{word}` begins with a long dash, as texts have it: docker wants two short ones, `--{name}`",
               word=one_line(word, 40), name=one_line(name, 40))  # fmt: skip


def _quote(line: str) -> str:
    if not any(each in line for each in _QUOTES):
        return ""
    return say("the line holds curly quotes, as texts have them: the shell knows only \" and '")


def _broken_line(line: str) -> str:
    if not re.search(r"\\[ \t]+$", line, re.MULTILINE):
        return ""
    return say("the line ends with `\\` and a blank: only a `\\` that is the very last character joins the next line")


def _orphan(line: str) -> str:
    if not line.startswith("--"):
        return ""
    return say("a line that begins with `--` is the rest of the one before it: write them as one line, "
               "or end the first with a `\\` and no blank after it")  # fmt: skip


def _bare_exec(line: str) -> str:
    if not re.match(r"exec\s+\w[\w.-]*\s", line):
        return ""
    return say("`exec` by itself is a word of the shell's: to run something in a container, `docker exec …`")


def _placeholder(line: str) -> str:
    if "IMG" not in line.split():
        return ""
    return say("IMG only stands for the lab's image: type `vethlab/node`")


def _in_docker_line(line: str, names: Sequence[str]) -> str:
    return next((found for words in _commands(line) if (found := _in_words(words, names))), "")


def _commands(line: str) -> list[list[str]]:
    """The words of each command of a line, which may hold several: `docker rm a; docker run …`."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    reader.whitespace_split, reader.commenters = True, ""
    found: list[list[str]] = [[]]
    try:
        for word in reader:
            if set(word) <= {*";&|"}:
                found.append([])
            else:
                found[-1].append(word)
    except ValueError:
        return []
    return found


def _in_words(words: Sequence[str], names: Sequence[str]) -> str:
    try:
        docker = read([*words]) if words[:1] == ["docker"] else None
    except (ValueError, UnknownCommand):
        return ""
    if docker is None:
        return ""
    looks: tuple[Callable[[], str], ...] = (
        lambda: _misprint(docker), lambda: _late_option(docker, words), lambda: _near_name(docker, names),
        lambda: _by_name(docker, words, names),
    )  # fmt: skip
    return next((found for look in looks if (found := look())), "")


def _misprint(docker: DockerLine) -> str:
    """An address or range that is none."""
    for option, value in docker.options:
        if option in ("subnet", "ip-range", "gateway", "ip") and not _readable(value):
            return say("`--{option} {value}` is no {kind}: look at its dots and its last part",
                       option=option, value=one_line(value, 40), kind=_kind(option))  # fmt: skip
    return ""


def _kind(option: str) -> str:
    return say("range like 172.72.0.0/16") if option in ("subnet", "ip-range") else say("address like 172.72.0.1")


def _readable(value: str) -> bool:
    try:
        ip_network(value, strict=False) if "/" in value else ip_address(value)
    except ValueError:
        return False
    return True


def _late_option(docker: DockerLine, words: Sequence[str]) -> str:
    """An option of `docker run` behind the image: it goes to the container's command."""
    if docker.command != "run" or docker.image is None or docker.image not in words:
        return ""
    behind = words[words.index(docker.image) + 1 :]
    if not behind or not behind[0].startswith("-"):
        return ""
    return say("`{option}` stands behind the image {image}: there it is the container's command. "
               "Options of run stand before the image",
               option=one_line(behind[0], 40), image=one_line(docker.image, 60))  # fmt: skip


def _near_name(docker: DockerLine, names: Sequence[str]) -> str:
    if docker.command in ("rm", "network rm"):
        return ""  # a name that is to go may well be the misspelt one
    for name in _unknown(docker, names):
        if nearest := near(name, [*names, *_BUILT_IN]):
            return say("you typed {name}; the lab's own is {near}", name=one_line(name, 60), near=nearest)
    return ""


def _unknown(docker: DockerLine, names: Sequence[str]) -> Iterator[str]:
    return (each.name for each in docker.names if each.name not in names and each.name not in _BUILT_IN)


def _by_name(docker: DockerLine, words: Sequence[str], names: Sequence[str]) -> str:
    """A container called by a name that its caller cannot look up."""
    asked = next(
        (each for each in words[2:] if each in names and each not in [named.name for named in docker.names]), ""
    )
    if docker.command != "exec" or not asked or not {"ping", "nslookup", "nc"} & {*words}:
        return ""
    return say("{name} is a name, and names are answered by each engine's own DNS server, for containers on one "
               "user-defined network of that engine: use its address", name=asked)  # fmt: skip
