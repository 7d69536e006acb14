"""One line of a submission, read as what it asks of an engine. Nothing here runs anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from checks.words import say
from runner.docker_requests import bare, containers, networks, refusals
from runner.docker_requests.looks import LOOKS, look
from runner.docker_requests.model import Asked, Call, Exec, Look, LookProgram, Ping, Reading, Refused, Request, Skipped
from runner.docker_requests.scripts import FILTERS, without_silence
from runner.docker_requests.unfit import Unfit, shown
from runner.docker_requests.words import Word, pipeline, refuse_shell, texts, words
from runner.lab.suggestions import near

LONGEST = 4000  # characters of a line; the labs' longest has 150
_Reader = Callable[[Sequence[str], list[str]], Request]
_NETWORK: Mapping[str, _Reader] = {
    "create": networks.create,
    "connect": networks.connect,
    "disconnect": networks.disconnect,
    "rm": networks.remove,
}
_CONTAINER: Mapping[str, _Reader] = {
    "run": containers.run,
    "create": containers.create,
    "exec": containers.execute,
    "start": containers.start,
    "stop": containers.stop,
    "restart": containers.restart,
    "kill": containers.kill,
    "rm": containers.remove,
    "rename": containers.rename,
    "attach": containers.attach,
}
_READERS = {**{f"network {verb}": reader for verb, reader in _NETWORK.items()}, **_CONTAINER}
_GROUPS = ("container", "network", "image", "system", "context", "volume")
_ALIASES = {"remove": "rm", "list": "ls"}
_COMMAND = re.compile(r"[a-z]{1,20}")
_AT = r"[A-Za-z0-9_.-]{1,63}@[A-Za-z0-9_.-]{1,63}"
PROMPT = re.compile(  # `$ `, `anna@vm:~$ `, `[anna@vm ~]$ `, and that of a session
    r"(?:\([a-z-]{1,40} (?:\d{1,3}/\d{1,3}|✓)\) |\([A-Za-z0-9_.-]{1,40}\) )?"
    rf"(?:(?:[$%]|{_AT}:\S{{0,80}}[#$%]|{_AT} \S{{0,80}} ?[#$%>]|\[{_AT} \S{{0,80}}\][#$%])[ \t]+"
    r"|(?:~|/\S{0,80}) [#$][ \t]+|(?:ba)?sh-\d\.\d{1,2}[#$][ \t]+"  # busybox's, and that of a shell without a file
    r"|(?:PS [^<>|\n]{1,120}|[A-Za-z]:\\[^<>|\n]{0,120})>[ \t]*)(?=\S)"  # PowerShell's, and that of cmd
)
_HELPS = (["--help"], ["-h"])
_VERSIONS = (["--version"], ["-v"])


def read(text: str, servers: Sequence[str] = ("server1",)) -> Reading:
    """What `text`, one line with `\\` at its end already joined, asks for. It never raises.

    `servers` are those of the lab: with more than one, `--context` names the one that a line is for.
    """
    try:
        return _Line(servers).read(text)
    except Unfit as odd:
        return Refused(odd.why)


class _Line:
    """One line being read, and what is to be told about it."""

    def __init__(self, servers: Sequence[str]) -> None:
        self.servers = servers
        self.on: str | None = None
        self.notes: list[str] = []

    def read(self, text: str) -> Reading:
        line = self._unprompted(_fit_to_read(text))
        found = _words(line)
        if not found:
            return Skipped(say("a comment, or nothing"))
        if found[0].is_plainly("sudo") and len(found) > 1:
            self.notes.append(say("sudo is left out"))
            found = found[1:]
        if found[0].operator or found[0].expands or found[0].text != "docker":
            return bare.skipped(line, found)
        request = self._piped(found)
        return Asked(request, self.on, self.notes[0] if len(self.notes) == 1 else "; ".join(self.notes))

    def _unprompted(self, line: str) -> str:
        """The line without a prompt that was copied along: who typed what is behind it typed no prompt."""
        prompt = PROMPT.match(line)
        if not prompt:
            return line
        self.notes.append(say("the prompt before it is left out"))
        return line[prompt.end() :]

    def _piped(self, found: list[Word]) -> Request:
        """`docker … | grep …`: the command alone, where it only looks."""
        heard = without_silence(found)
        if len(heard) < len(found):
            self.notes.append(say("what sends output away is left out"))
        parts = pipeline(heard)
        for part in parts:
            refuse_shell(part)
        request = self._docker(texts(parts[0])[1:])
        for part in parts[1:]:
            _filter(texts(part), request)
        if len(parts) > 1:
            self.notes.append(say("what stands behind | is not run"))
        return request

    def _docker(self, given: list[str]) -> Request:
        rest = self._where(given)
        if not rest or rest in (*_HELPS, *_VERSIONS):
            return Look("version" if rest in _VERSIONS else "help")
        command, rest = _command(rest)
        reader = _READERS.get(command)
        if rest[:1] == ["--help"] or (rest and rest[-1] == "--help" and command not in ("run", "create", "exec")):
            return Look("help")
        if reader:
            return reader(rest, self.notes)
        if command in LOOKS:
            return look(command, rest)
        raise Unfit(_unknown(command))

    def _where(self, given: list[str]) -> list[str]:
        """Takes `--context server2` from before the command."""
        rest = list(given)
        while rest and rest[0].startswith("-") and rest not in (*_HELPS, *_VERSIONS):
            word = rest.pop(0)
            if word in ("--context", "-c"):
                value = rest.pop(0) if rest else ""
            elif word.startswith("--context="):
                value = word.removeprefix("--context=")
            elif word.startswith("-c"):
                value = word[2:].removeprefix("=")
            else:
                raise Unfit(_global(word))
            self.on = self._server(value)
        return rest

    def _server(self, name: str) -> str:
        if len(self.servers) < 2:
            raise Unfit(say("`--context {name}`: this lab has one server, leave --context out", name=shown(name)))
        if name not in self.servers:
            nearest = near(name, self.servers)
            text = say("`--context {name}` is refused: the line is played on the lab's servers alone", name=shown(name))
            raise Unfit(text + (say("; did you mean {word}?", word=nearest) if nearest else ""))
        return name


def _fit_to_read(text: str) -> str:
    """The line without blanks around it. Raises `Unfit` where no command of the labs can look like it."""
    if len(text) > LONGEST:
        raise Unfit(
            say("the line has {count} characters: more than {most} are not read", count=len(text), most=LONGEST)
        )
    whole = text.rstrip("\r\n")
    line = whole.strip(" \t\r\n")
    if line.endswith("\\") and whole.endswith((" ", "\t")):
        raise Unfit(
            say("the line ends with `\\` and a blank: only a `\\` that is the very last character joins the next line")
        )
    strange = next((letter for letter in line if not letter.isprintable() and letter not in "\t\n"), "")
    if strange:
        raise Unfit(say("the line holds {letter}, which does not show: type the line anew, do not copy it",
                        letter=f"U+{ord(strange):04X}"))  # fmt: skip
    return line


def _words(line: str) -> list[Word]:
    """The words of the line. A sentence with an apostrophe in it is no open quote, but no command."""
    try:
        return words(line)
    except Unfit:
        first = line.split(maxsplit=1)[0]
        if not first.isalpha() or first in bare.KNOWN or near(first, ["docker"]):
            raise
        raise Unfit(bare.no_command(first)) from None


def _filter(filtering: list[str], request: Request) -> None:
    """Raises `Unfit` where what stands behind a `|` is more than a filter of what a look shows."""
    if not _only_looks(request):
        raise Unfit(say("`|` is for a shell, and no shell reads this: only a look may have `| grep …` behind it"))
    if not filtering or filtering[0] not in FILTERS:
        word = shown(filtering[0]) if filtering else ""
        raise Unfit(say("`| {word}` is for a shell, and no shell reads this: the look alone is enough", word=word))


def _only_looks(request: Request) -> bool:
    if isinstance(request, Exec):
        return isinstance(request.program, (LookProgram, Ping, Call))
    return isinstance(request, Look)


def _global(word: str) -> str:
    name = word.lstrip("-").partition("=")[0] if word.startswith("--") else word[1:2]
    return refusals.option("docker", name, ["context"]) + say("; only --context may stand before docker's command")


def _command(given: list[str]) -> tuple[str, list[str]]:
    """`network create` or `run` with the words behind it; docker's other names for the same come to one."""
    first, rest = given[0], given[1:]
    if not _COMMAND.fullmatch(first):
        raise Unfit(_unknown(first))
    if first not in _GROUPS:
        return first, rest
    if not rest or rest[0].startswith("-"):
        return "help", rest
    verb = _ALIASES.get(rest[0], rest[0])
    if first != "container":
        return f"{first} {verb}", rest[1:]
    if verb == "ls":
        return "ps", rest[1:]
    return (verb if verb in _CONTAINER or verb in LOOKS else f"container {verb}"), rest[1:]


def _unknown(command: str) -> str:
    first, _, verb = command.partition(" ")
    reason = refusals.COMMANDS.get(verb) if first in ("container", "system", "network") else None
    reason = reason or refusals.COMMANDS.get(first)
    if reason:
        return refusals.docker_command(command, reason)
    nearest = near(command, [*_READERS, *LOOKS, *_GROUPS]) if command.isascii() else None
    text = say("`docker {word}` is no command that is played", word=shown(command))
    return text + (say("; did you mean docker {word}?", word=nearest) if nearest else "")
