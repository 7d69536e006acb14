"""A script's line as a text processor, a web page or a terminal's copy has left it, read as what was typed.

Only scripts are read so: what stands in a journal was typed at a real shell, and a long dash is a mistake there. All
that comes of it goes through the same grammar as any line: nothing is let through that is not written out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from checks.words import say
from runner.docker_requests.continued import MOST_QUOTED, is_open
from runner.docker_requests.grammar import PROMPT
from runner.plain import one_line

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")  # \v and \f: a line's and a page's end within a paragraph
_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_HIDDEN = re.compile(
    "[\u00ad\u200b-\u200d\u2060\ufeff]"
)  # not what turns text around (bidi): that stays, and is refused
_CURLY = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f", '"') | dict.fromkeys("\u2018\u2019\u201a\u201b", "'"))
_HYPHENS = re.compile("[\u2010\u2011]")  # one hyphen each, wherever they stand
_LONG = "\u2012-\u2015\u2212"
_OPTION = re.compile(rf"(?<![^\s\"'(;|&])(-*[{_LONG}][-{_LONG}]*)([A-Za-z0-9][A-Za-z0-9-]*)")
# Letters that stand behind one dash: a single one, or flags of docker, nc and netstat that are written together.
_SHORT = re.compile(r"[A-Za-z0-9]|[itd]+|[ai]+|[fv]+|[aq]+|[lkpnvzuw]+[0-9]*|[altunp]+|[cpWwtn][0-9]+|br|brief")
_NAMES_OF_SUCH_LETTERS = ("ip", "all", "link")
_MARK = re.compile(  # a bullet before anything, a number or a dash before a command or a comment
    r"[ \t]*(?:[\u2022\u25aa\u25cf\u25e6\uf0b7][ \t]+"
    r"|(?:[0-9]{1,3}[.)]|[\u00b7*-])[ \t]+(?=#|(?:sudo[ \t]+)?docker[ \t]))",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"([ \t]*(?:sudo[ \t]+)?)(Docker|Sudo docker)(?=[ \t])")
_OF_ROOT = re.compile(r"^#[ \t]+(?=docker[ \t])", re.MULTILINE)
_SECOND_PROMPT = re.compile(r"[ \t]*(?:>{1,2}|More\?)(?:[ \t]+|$)")
_QUOTED = re.compile(r"[ \t]*>{1,2}[ \t]+(?=(?:sudo[ \t]+)?docker[ \t])")
_ENDS_OTHERWISE = re.compile(r"[ \t][`^]$")  # how PowerShell and cmd break a line
_MOST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Typed:
    """A line as it was typed, and what was read so, in sentences.

    `prompted`: a shell's prompt, or the mark of a list, stood before it.
    """

    text: str
    notes: tuple[str, ...] = ()
    prompted: bool = False


def line_broken(text: str) -> str:
    """The text with one kind of break between its lines."""
    return _BREAKS.sub("\n", text)


def lines(text: str) -> list[Typed]:
    """Every line of a script. What begins with # is a comment: its letters stay, but for blanks and what is hidden.

    Where every command stands behind a #, that was the prompt of a shell of root's.
    """
    typed = _lines(text)
    if any("docker" in each.text for each in typed if not _is_comment(each.text)):
        return typed
    unprompted, count = _OF_ROOT.subn("$ ", line_broken(text))
    return _lines(unprompted) if count else typed


def _lines(text: str) -> list[Typed]:
    found: list[Typed] = []
    before: list[str] = []  # the lines of a command that goes on
    for line in line_broken(text).split("\n"):
        plain = _unmarked(_HIDDEN.sub("", _BLANKS.sub(" ", line)))
        typed = Typed(plain) if _is_comment(plain) else _command(line, goes_on=bool(before))
        found.append(typed)
        before.append(typed.text)
        if not (typed.text.endswith("\\") or is_open("\n".join(before))) or len(before) > MOST_QUOTED:
            before.clear()
    return found


def _unmarked(line: str) -> str:
    """Without the mark of a list at its begin; within a line such a mark is something else."""
    mark = _MARK.match(line)
    return line[mark.end() :] if mark else line


def _is_comment(line: str) -> bool:
    return line.lstrip(" \t").startswith("#")


def _command(line: str, *, goes_on: bool) -> Typed:
    notes: list[str] = []
    for mend in (_blanks, _quotes, _dashes):
        line = mend(line, notes)
    bare = _unmarked(line)
    marked, line = bare != line, bare
    prompt = _SECOND_PROMPT.match(line) if goes_on else PROMPT.match(line.lstrip(" \t")) or _QUOTED.match(line)
    if prompt:
        line = prompt.string[prompt.end() :]
    for mend in (_case, _end):
        line = mend(line, notes)
    return Typed(line, tuple(notes), marked or bool(prompt))


def _blanks(line: str, notes: list[str]) -> str:
    spaced = _BLANKS.sub(" ", line)
    if spaced != line:
        notes.append(say("blanks of another kind are read as plain ones"))
    shown = _HIDDEN.sub("", spaced)
    if shown != spaced:
        notes.append(say("letters that do not show are left out"))
    return shown


def _quotes(line: str, notes: list[str]) -> str:
    straight = line.translate(_CURLY)
    if straight != line:
        notes.append(say("curly quotes are read as straight ones"))
    dotted = straight.replace("\u2026", "...")
    if dotted != straight:
        notes.append(say("`{was}` is read as `{now}`", was="\u2026", now="..."))
    return dotted


def _dashes(line: str, notes: list[str]) -> str:
    """A long dash before a name is two short ones, before single letters one; within a word it stays."""
    told: dict[str, str] = {}

    def short(found: re.Match[str]) -> str:
        told[found[0]] = read = _dashed(found[1], found[2])
        return read

    mended = _OPTION.sub(short, line)
    for was, now in list(told.items())[:_MOST_SHOWN]:
        notes.append(say("`{was}` is read as `{now}`", was=one_line(was, 40), now=one_line(now, 40)))
    hyphened = _HYPHENS.sub("-", mended)
    if hyphened != mended:
        notes.append(say("hyphens of another kind are read as plain ones"))
    return hyphened


def _dashed(dashes: str, name: str) -> str:
    one = len(dashes) == 1 and _SHORT.fullmatch(name) and name not in _NAMES_OF_SUCH_LETTERS
    return ("-" if one else "--") + name


def _case(line: str, notes: list[str]) -> str:
    """`Docker` at a line's begin, where texts get a capital."""
    found = _CAPITAL.match(line)
    if not found:
        return line
    notes.append(say("`{was}` is read as `{now}`", was=found[2], now=found[2].lower()))
    return found[1] + found[2].lower() + line[found.end() :]


def _end(line: str, notes: list[str]) -> str:
    """The line with a `\\` where PowerShell and cmd have a mark of their own for a line that goes on."""
    if not _ENDS_OTHERWISE.search(line):
        return line
    notes.append(say("the mark with which PowerShell or cmd breaks a line is read as `\\`"))
    return line[:-1] + "\\"
