"""A line as the words that a shell would make of it. Nothing is expanded, and nothing is run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from checks.words import say
from runner.docker_requests.unfit import Unfit, shown

_BLANKS = " \t"
_OPERATORS = "|&;<>()\n"
_CURLY = "\u201c\u201d\u2018\u2019"
_REDIRECTS = re.compile(r"[012](?=[<>])")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ESCAPED = '$`"\\'  # what a backslash protects between double quotes (POSIX, 2.2.3)


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes, or an operator.

    `quoted`: some of it stood in quotes or behind a backslash. `expands` is what a shell would put something else
    in the place of (`$(…)`, `$NAME`, a backtick), "" where there is nothing.
    """

    text: str
    operator: bool = False
    quoted: bool = False
    expands: str = ""

    def is_plainly(self, *texts: str) -> bool:
        """Whether it is one of these words of the shell's, unquoted."""
        return self.text in texts and not self.operator and not self.quoted

    def is_operator(self, *texts: str) -> bool:
        return self.operator and (not texts or self.text in texts)


def words(line: str) -> list[Word]:
    """The words of `line`, comments left out; time grows with its length. Raises `Unfit`."""
    return _Splitter(line).words()


def texts(found: Sequence[Word]) -> list[str]:
    return [word.text for word in found]


class _Splitter:
    """Goes through a line once, from left to right."""

    def __init__(self, line: str) -> None:
        self.line = line
        self.place = 0

    def words(self) -> list[Word]:
        found: list[Word] = []
        while self.place < len(self.line):
            letter = self.line[self.place]
            if letter in _BLANKS:
                self.place += 1
            elif letter == "#":
                self._comment()
            elif letter in _OPERATORS or _REDIRECTS.match(self.line, self.place):
                found.append(self._operator())
            elif word := self._word():
                found.append(word)
        return found

    def _comment(self) -> None:
        end = self.line.find("\n", self.place)
        self.place = len(self.line) if end < 0 else end

    def _operator(self) -> Word:
        """`;`, `|`, `&&`, `2>`, `>&`, a new line, a parenthesis."""
        begin = self.place
        self.place += 1
        if self.line[begin] in "|&;<>012":
            while self.line[self.place : self.place + 1] in ("|", "&", ";", "<", ">"):
                self.place += 1
        return Word(self.line[begin : self.place], operator=True)

    def _word(self) -> Word | None:
        """The word that begins here; None for a `\\` at a line's end, which joins two lines."""
        parts: list[str] = []
        quoted, expands = False, ""
        while self.place < len(self.line) and (letter := self.line[self.place]) not in _BLANKS + _OPERATORS:
            if letter == "'":
                quoted = True
                parts.append(self._single())
            elif letter == '"':
                quoted = True
                text, inner = self._double()
                parts.append(text)
                expands = expands or inner
            elif letter == "\\":
                text = self._backslash()
                quoted = quoted or bool(text)
                parts.append(text)
            else:
                text, inner = self._plain(letter)
                parts.append(text)
                expands = expands or inner
        text = "".join(parts)
        return Word(text, quoted=quoted, expands=expands) if text or quoted else None

    def _plain(self, letter: str) -> tuple[str, str]:
        if letter in _CURLY:
            raise Unfit(say("the line holds curly quotes, as texts have them: the shell knows only \" and '"))
        expands = self._expands()
        if expands:
            self.place += len(expands)
            return expands, expands
        self.place += 1
        return letter, ""

    def _single(self) -> str:
        end = self.line.find("'", self.place + 1)
        if end < 0:
            raise Unfit(say("a quote is not closed"))
        text = self.line[self.place + 1 : end]
        self.place = end + 1
        return text

    def _double(self) -> tuple[str, str]:
        """What stands between double quotes, and what a shell would expand in it."""
        parts: list[str] = []
        expands = ""
        self.place += 1
        while (letter := self.line[self.place : self.place + 1]) != '"':
            if not letter:
                raise Unfit(say("a quote is not closed"))
            if letter == "\\" and (after := self.line[self.place + 1 : self.place + 2]) in (*_ESCAPED, "\n"):
                parts.append(after.replace("\n", ""))
                self.place += 2
                continue
            expands = expands or self._expands()
            parts.append(letter)
            self.place += 1
        self.place += 1
        return "".join(parts), expands

    def _backslash(self) -> str:
        """The letter behind an unquoted `\\`."""
        after = self.line[self.place + 1 : self.place + 2]
        if not after:
            raise Unfit(say("a \\ at the end of the line"))
        if after in _BLANKS:
            raise Unfit(
                say(
                    "a `\\` with a blank behind it joins nothing: only a `\\` that is the very last character of a line"
                    " joins the next one"
                )
            )
        self.place += 2
        return after.replace("\n", "")

    def _expands(self) -> str:
        """`$(…)`, `$NAME` or a backtick with what it holds, from here; "" where nothing is expanded."""
        letter, after = self.line[self.place], self.line[self.place + 1 : self.place + 2]
        if letter == "`":
            return self._until("`", self.place + 1)
        if letter != "$" or not after or after in " \t\n":
            return ""
        if after == "(":
            return self._until(")", self.place + 2)
        if after == "{":
            return self._until("}", self.place + 2)
        name = _NAME.match(self.line, self.place + 1)
        return "$" + (name[0] if name else "" if after in "'\"" else after)

    def _until(self, end: str, begin: int) -> str:
        place = self.line.find(end, begin)
        return self.line[self.place :] if place < 0 else self.line[self.place : place + 1]


def pipeline(found: Sequence[Word]) -> list[list[Word]]:
    """The words between the `|`."""
    parts: list[list[Word]] = [[]]
    for word in found:
        if word.is_operator("|"):
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def refuse_shell(found: Sequence[Word]) -> None:
    """Raises `Unfit` at the first thing that only a shell understands."""
    for word in found:
        if word.expands:
            raise Unfit(_expansion(word))
        if word.operator:
            raise Unfit(_operator(word.text))


def _expansion(word: Word) -> str:
    if word.quoted and " " in word.text.replace(word.expands, ""):
        return say("`{part}` is for a shell to fill in before docker sees it: put the script in single quotes",
                   part=shown(word.expands))  # fmt: skip
    return say("`{part}` is for a shell to fill in, and no shell reads this: write the value itself",
               part=shown(word.expands))  # fmt: skip


def _operator(text: str) -> str:
    if text in (";", "&&", "||", "\n"):
        return say("`{part}` joins commands: write each on a line of its own", part=shown(text) or "\\n")
    if text == "&":
        return say("`&` is for a shell, and no shell reads this: to leave a container's program in the background, "
                   "`docker run -d` or `docker exec -d`")  # fmt: skip
    return say("`{part}` is for a shell, and no shell reads this: leave it out", part=shown(text))
