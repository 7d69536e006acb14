"""`docker run`, `docker create` and what else changes containers, as requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.words import say
from runner.docker_requests import kinds, options, scripts
from runner.docker_requests.model import (
    ChangeState,
    Exec,
    Look,
    MakeContainer,
    Program,
    RemoveContainers,
    Rename,
    Shell,
)
from runner.docker_requests.networks import at_least_one, exactly
from runner.docker_requests.options import Given, Options
from runner.docker_requests.programs import Seen
from runner.docker_requests.unfit import Unfit, not_a_dash, shown

SIGNALS = ("KILL", "TERM", "INT", "HUP", "STOP", "CONT")
LONGEST_STOP = 10  # seconds, docker's own default
_NUMBERS = {"1": "HUP", "2": "INT", "9": "KILL", "15": "TERM", "18": "CONT", "19": "STOP"}

_CREATE = Options(
    flags=options.spellings("i/interactive t/tty rm"),
    values=options.spellings(
        "name net/network net-alias/network-alias link expose p/publish h/hostname ip",
    ),
    ends=True,
)
_RUN = Options({**_CREATE.flags, **options.spellings("d/detach")}, _CREATE.values, ends=True)
_EXEC = Options(flags=options.spellings("d/detach i/interactive t/tty"), ends=True)
_START = Options(flags=options.spellings("a/attach i/interactive"))
_STOP = Options(values=options.spellings("t/time/timeout"))
_KILL = Options(values=options.spellings("s/signal"))
_REMOVE = Options(flags=options.spellings("f/force v/volumes"))
_NOTHING = Options()


def run(words: Sequence[str], notes: list[str]) -> MakeContainer | Look:
    return _make("docker run", options.read("docker run", words, _RUN), notes, starts=True)


def create(words: Sequence[str], notes: list[str]) -> MakeContainer | Look:
    return _make("docker create", options.read("docker create", words, _CREATE), notes, starts=False)


def _make(command: str, given: Given, notes: list[str], *, starts: bool) -> MakeContainer | Look:
    if not given.words:
        raise Unfit(say("no image: the line wants the shape `{shape}`", shape=f"{command} [OPTIONS] IMG"))
    image, *rest = given.words
    not_a_dash(image)
    kinds.image(image)
    if rest and rest[0].startswith("-"):
        raise Unfit(
            say("`{option}` stands behind the image {image}: there it is the container's command. "
                "Options of run stand before the image", option=shown(rest[0]), image=shown(image))
        )  # fmt: skip
    name = given.last("name")
    hostname = given.last("hostname")
    waits = scripts.waits(rest)
    program = Shell() if waits else scripts.program(rest) if rest else None
    if isinstance(program, Seen):
        return _only_seen(given, program, notes)
    if waits:
        notes.append(say("`{word}` is played as a shell that waits", word=shown(" ".join(rest))))
    place = _network(given)
    return MakeContainer(
        name=kinds.name(name) if name is not None else None,
        network=place.network,
        aliases=place.aliases,
        links=kinds.few(tuple(map(kinds.link, given.all("link")))),
        expose=kinds.few(tuple(map(kinds.port, given.all("expose")))),
        publish=kinds.few(tuple(map(kinds.published, given.all("publish")))),
        hostname=kinds.name(hostname) if hostname is not None else None,
        ip=place.ip,
        interactive=given.has("interactive") or waits,
        tty=given.has("tty") or waits,
        detach=given.has("detach"),
        remove=given.has("rm"),
        program=program,
        starts=starts,
    )


def _only_seen(given: Given, program: Seen, notes: list[str]) -> Look:
    """A container that is gone when its program has shown something is not made."""
    if not given.has("rm"):
        raise Unfit(say("a container whose program only looks ends at once: leave the program out, or see with "
                        "docker exec"))  # fmt: skip
    notes.append(program.why)
    return Look("run")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a container is to hang."""

    network: str
    aliases: tuple[str, ...]
    ip: str | None


def _network(given: Given) -> _Place:
    """`--net mybridge`, `--net name=mybridge,alias=web,ip=172.20.0.9`, with --net-alias and --ip."""
    if len(given.all("network")) > 1:
        raise Unfit(say("`--net` is given more than once: give one, then docker network connect"))
    aliases, ip = list(given.all("network-alias")), given.last("ip")
    network = given.last("network") or "default"
    if "=" in network:
        pairs = [part.partition("=")[::2] for part in kinds.few(tuple(network.split(",")))]
        odd = next((key for key, _ in pairs if key not in ("name", "alias", "ip")), None)
        if odd is not None:
            raise Unfit(say("`{word}` in --net is not played: name=, alias= and ip= are", word=shown(odd)))
        aliases += [value for key, value in pairs if key == "alias"]
        ip = next((value for key, value in pairs if key == "ip"), ip)
        network = next((value for key, value in pairs if key == "name"), "")
    return _Place(kinds.network(network), kinds.names(aliases), kinds.address(ip) if ip is not None else None)


def execute(words: Sequence[str], notes: list[str]) -> Exec | Look:
    given = options.read("docker exec", words, _EXEC)
    if len(given.words) < 2:
        exactly(given.words, 2, "docker exec CONTAINER PROGRAM")
    container = kinds.name(given.words[0])
    program: Program | Seen = scripts.program(given.words[1:])
    if isinstance(program, Seen):
        notes.append(program.why)
        return Look("exec", (container,))
    if isinstance(program, Shell):
        notes.append(say("what is typed into this shell is not seen here"))
    return Exec(container, program, given.has("detach"))


def start(words: Sequence[str], _notes: list[str]) -> ChangeState:
    return _state("start", options.read("docker start", words, _START))


def stop(words: Sequence[str], notes: list[str]) -> ChangeState:
    given = options.read("docker stop", words, _STOP)
    return _state("stop", given, _seconds(given, notes))


def restart(words: Sequence[str], notes: list[str]) -> ChangeState:
    given = options.read("docker restart", words, _STOP)
    return _state("restart", given, _seconds(given, notes))


def _seconds(given: Given, notes: list[str]) -> int | None:
    text = given.last("timeout")
    if text is None:
        return None
    wanted = kinds.number(text, 0, 999_999)
    if wanted > LONGEST_STOP:
        notes.append(say("`-t {word}` is played as `-t {most}`", word=wanted, most=LONGEST_STOP))
    return min(wanted, LONGEST_STOP)


def kill(words: Sequence[str], _notes: list[str]) -> ChangeState:
    given = options.read("docker kill", words, _KILL)
    text = (given.last("signal") or "KILL").upper().removeprefix("SIG")
    return ChangeState(
        "kill", _containers(given, "docker kill NAME"), signal=kinds.one_of(_NUMBERS.get(text, text), SIGNALS)
    )


def _state(verb: str, given: Given, seconds: int | None = None) -> ChangeState:
    return ChangeState(verb, _containers(given, f"docker {verb} NAME"), seconds)


def _containers(given: Given, shape: str) -> tuple[str, ...]:
    return kinds.names(at_least_one(given.words, shape))


def remove(words: Sequence[str], _notes: list[str]) -> RemoveContainers:
    given = options.read("docker rm", words, _REMOVE)
    return RemoveContainers(_containers(given, "docker rm NAME"), given.has("force"))


def rename(words: Sequence[str], _notes: list[str]) -> Rename:
    given = options.read("docker rename", words, _NOTHING)
    old, new = exactly(given.words, 2, "docker rename OLD NEW")
    return Rename(kinds.name(old), kinds.name(new))


def attach(words: Sequence[str], notes: list[str]) -> Look:
    given = options.read("docker attach", words, _NOTHING)
    notes.append(say("what is typed into this terminal is not seen here"))
    return Look("attach", (kinds.name(exactly(given.words, 1, "docker attach CONTAINER")[0]),))
