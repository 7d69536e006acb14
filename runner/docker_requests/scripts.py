"""`sh -c '…'`: the labs' listeners, and lists of programs that only look. Nothing else is let through."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from checks.words import say
from runner.docker_requests import kinds, programs
from runner.docker_requests.kinds import closed
from runner.docker_requests.model import Call, Listen, Ping, Program, Shell
from runner.docker_requests.programs import Seen
from runner.docker_requests.unfit import Unfit, shown
from runner.docker_requests.words import Word, refuse_shell, texts, words

FILTERS = closed("grep egrep fgrep head tail less more wc sort uniq cat jq cut tr column nl")
_SEPARATORS = (";", "\n", "&&")
_FOREVER = (["true"], [":"], ["[", "1", "]"], ["[", "true", "]"])
_AWAY = (">", ">>", "1>", "1>>", "2>", "2>>", "&>", "&>>")
_WAITING = re.compile(r"infinity|inf|[0-9]{2,9}s?|[0-9]{1,6}[mhd]")
_UP_TO = re.compile(r"\{1\.\.([0-9]{1,6})\}")


def program(found: Sequence[str]) -> Program | Seen:
    """The program in a container that these words are, a shell's script included. Raises `Unfit`."""
    match programs.plain_name(found[0]):
        case "sh" | "bash":
            return _shell(found[1:])
        case "timeout":
            return _timeout(found[1:])
    return programs.read(found)


def waits(found: Sequence[str]) -> bool:
    """Whether it is a program that only keeps a container alive: `sleep infinity`, `tail -f /dev/null`."""
    match [programs.plain_name(word) if place == 0 else word for place, word in enumerate(found)]:
        case ["tail", "-f" | "-F", "/dev/null"] | ["top"] | ["top", "-b"]:
            return True
        case ["sleep", time]:
            return _WAITING.fullmatch(time) is not None
        case ["sh" | "bash", "-c", script]:
            inner = words(script)
            return _ever_asleep(inner) or (not any(word.operator for word in inner) and waits(texts(inner)))
    return False


def _ever_asleep(found: Sequence[Word]) -> bool:
    """`while true; do sleep 1; done`."""
    match texts(found):
        case ["while", "true" | ":", ";", "do", "sleep", time, ";", "done"]:
            return _WAITING.fullmatch(time + "0") is not None
    return False


def _shell(rest: Sequence[str]) -> Program | Seen:
    if not rest:
        return Shell()
    if rest[0] != "-c" or len(rest) != 2:
        text = say("a shell in a container is played alone, or as sh -c '…' with a listener or with looks in it")
        raise Unfit(text)
    return read(rest[1])


def _timeout(rest: Sequence[str]) -> Program | Seen:
    """`timeout 5 PROGRAM`: what it ends would end by itself here."""
    if len(rest) < 2 or not re.fullmatch(r"[0-9]{1,6}s?", rest[0]) or programs.plain_name(rest[1]) == "timeout":
        raise Unfit(say("timeout is played as `timeout SECONDS PROGRAM` with a program that looks"))
    found = program(rest[1:])
    if isinstance(found, (Listen, Shell)):
        raise Unfit(say("timeout would end what is to stay: leave it out"))
    return found


def read(script: str) -> Program | Seen:
    """The one listener of a script, the one program that looks, or that it is a list of those. Raises `Unfit`."""
    return _one(_Script(without_silence(words(script))).items())


def without_silence(found: Sequence[Word]) -> list[Word]:
    """The words without `> /dev/null`, `2>&1`, `|| true`: none of them changes what a command does."""
    kept: list[Word] = []
    left = list(found)
    while left:
        word = left.pop(0)
        after = left[0] if left else Word("")
        if _silences(word, after):
            left.pop(0)
        else:
            kept.append(word)
    return kept


def _silences(word: Word, after: Word) -> bool:
    if word.is_operator(*_AWAY):
        return after.text == "/dev/null" and not after.operator
    if word.is_operator(">&", "1>&", "2>&"):
        return after.is_plainly("1", "2")
    return word.is_operator("||") and after.is_plainly("true", ":")


def _one(items: list[Program | Seen]) -> Program | Seen:
    """What a list of programs comes to."""
    if not items:
        raise Unfit(say("an empty script is not played"))
    if len(items) == 1:
        return items[0]
    if any(isinstance(item, (Listen, Shell)) for item in items):
        raise Unfit(say("a listener is played alone: nothing before it or after it in the same script"))
    return Seen(say("a list of programs that only look is not played, and that costs nothing"))


class _Script:
    """Reads from left to right; loops are not nested."""

    def __init__(self, found: Sequence[Word]) -> None:
        self.words = found
        self.place = 0

    def items(self) -> list[Program | Seen]:
        found: list[Program | Seen] = []
        while self._more():
            loop = {"while": self._while, "until": self._until, "for": self._for}.get(self._plain())
            found.append(loop() if loop else self._pipeline())
            self._end_of_item()
        return found

    def _plain(self) -> str:
        """The word of the shell's that comes next, "" where another comes."""
        word = self.words[self.place]
        return "" if word.quoted or word.operator else word.text

    def _more(self) -> bool:
        while self.place < len(self.words) and self.words[self.place].is_operator(*_SEPARATORS):
            self.place += 1
        return self.place < len(self.words)

    def _more_lines(self) -> None:
        """A `|` may stand at a line's end."""
        while self.place < len(self.words) and self.words[self.place].is_operator("\n"):
            self.place += 1

    def _end_of_item(self) -> None:
        """After an item comes `;`, a new line, `&&` or the end."""
        if self.place >= len(self.words):
            return
        word = self.words[self.place]
        if not word.is_operator(*_SEPARATORS):
            refuse_shell([word])
            raise Unfit(say("`{word}`: the script is none that is played", word=shown(word.text)))
        self.place += 1

    def _simple(self, *stops: str) -> list[Word]:
        """The words up to an operator."""
        begin = self.place
        while self.place < len(self.words) and not self.words[self.place].is_operator(*_SEPARATORS, *stops):
            self.place += 1
        return list(self.words[begin : self.place])

    def _expect(self, text: str) -> None:
        """The word `text` of the shell's, with separators before it."""
        if not self._more() or not self.words[self.place].is_plainly(text):
            raise Unfit(say("the loop has no `{word}` where it belongs", word=text))
        self.place += 1

    def _body(self) -> list[Program | Seen]:
        """`do …; done`, without loops in it."""
        self._expect("do")
        found = []
        while self._more() and not self.words[self.place].is_plainly("done"):
            found.append(self._pipeline())
        self._expect("done")
        return found

    def _while(self) -> Program | Seen:
        self.place += 1
        condition = self._simple()
        refuse_shell(condition)
        if texts(condition) not in _FOREVER:
            raise Unfit(say("`while`: only a listener's `while true; do … nc -l -p PORT; done` is played"))
        listens = [item for item in self._body() if not _is_a_pause(item)]
        if len(listens) != 1 or not isinstance(listens[0], Listen):
            raise Unfit(say("`while true` never ends: only a listener's `while true; do … nc -l -p PORT; done` is "
                            "played"))  # fmt: skip
        return replace(listens[0], loops=True)

    def _until(self) -> Seen:
        """`until LOOK; do sleep 0.1; done`: it waits for what the replay waits for by itself."""
        self.place += 1
        self._look(self._pipeline())
        for item in self._body():
            self._look(item)
        return Seen(say("a loop that waits is not played, and that costs nothing"))

    def _for(self) -> Program | Seen:
        """`for i in $(seq 15); do ping -c 1 NAME; done`."""
        self.place += 1
        head = self._simple()
        if len(head) < 3 or not head[1].is_plainly("in"):
            raise Unfit(say("`for`: only `for i in $(seq N); do …; done` is played"))
        times = _times(head[2:])
        body = self._body()
        for item in body:
            self._look(item)
        if len(body) == 1 and isinstance(body[0], Ping):
            return replace(body[0], count=min(programs.MOST_PACKETS, times * body[0].count))
        return _one([*body, *body])

    @staticmethod
    def _look(item: Program | Seen) -> None:
        if isinstance(item, (Listen, Shell)):
            raise Unfit(say("in this loop only programs that look are played"))

    def _pipeline(self) -> Program | Seen:
        """`PROGRAM`, `PROGRAM | grep …`, `echo TEXT | nc …`."""
        parts = [self._simple("|")]
        while self.place < len(self.words) and self.words[self.place].is_operator("|"):
            self.place += 1
            self._more_lines()
            parts.append(self._simple("|"))
        first, *others = parts
        if (
            len(parts) == 2
            and texts(first[:1]) in (["echo"], ["printf"])
            and texts(others[0][:1]) in (["nc"], ["netcat"])
        ):
            return _answering(first, others[0])
        return _filtered(first, others)


def _answering(echo: list[Word], listener: list[Word]) -> Call | Listen:
    refuse_shell([*echo, *listener])
    said = texts(echo)[1:]
    while said[:1] in (["-e"], ["-n"], ["-ne"], ["-en"]):
        said.pop(0)
    return programs.nc(texts(listener)[1:], " ".join(said))


def _filtered(first: list[Word], filters: list[list[Word]]) -> Program | Seen:
    """What a program comes to whose output is filtered. `< FILE` is let pass for what is not played."""
    if not first or not all(filters):
        raise Unfit(say("the script is none that is played"))
    reads = len(first) > 2 and first[-2].is_operator("<") and not first[-1].operator
    plain = first[:-2] if reads else first
    refuse_shell(plain)
    if plain[0].text in ("sh", "bash", "timeout"):
        raise Unfit(say("`{word}` is not played inside of sh -c", word=shown(plain[0].text)))
    found = programs.read(texts(plain))
    if reads and not isinstance(found, Seen):
        raise Unfit(say("`{part}` is for a shell, and no shell reads this: leave it out", part="<"))
    for each in filters:
        refuse_shell(each)
        if each[0].text not in FILTERS or isinstance(found, (Listen, Shell)):
            raise Unfit(say("`| {word}` is not played", word=shown(each[0].text)))
    return found


def _is_a_pause(item: Program | Seen) -> bool:
    return isinstance(item, Seen)


def _times(found: list[Word]) -> int:
    """How often a `for` goes round."""
    if len(found) == 1 and found[0].expands == found[0].text and found[0].text:
        return _counted(found[0].text)
    refuse_shell(found)
    if len(found) == 1 and (up_to := _UP_TO.fullmatch(found[0].text)):
        return kinds.number(up_to[1], 1, 999_999)
    return len(kinds.few(tuple(found)))


def _counted(text: str) -> int:
    """`$(seq 15)`, `$(seq 1 15)`, or the same in backticks."""
    inner = text.removeprefix("$(").removesuffix(")") if text.startswith("$(") else text.strip("`")
    match inner.split():
        case ["seq", last] | ["seq", "1", last]:
            return kinds.number(last, 1, 999_999)
    raise Unfit(say("`{part}` is for a shell to fill in, and no shell reads this: write the value itself",
                    part=shown(text)))  # fmt: skip
