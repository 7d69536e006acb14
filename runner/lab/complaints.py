"""The YAML parser's complaints in the words of a teacher who does not know YAML's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.words import say
from runner.lab.problems import shown, too_deep

if TYPE_CHECKING:
    import yaml

_MISFITS = ("expected <block end>", "did not find expected key", "did not find expected '-' indicator")
_TAB_INDENT = re.compile(r"^ *\t")


def complaint(error: yaml.MarkedYAMLError, text: str) -> Iterator[tuple[int, str]]:
    """What to tell, as (line, sentence)."""
    here = error.problem_mark.line + 1 if error.problem_mark else 1
    begin = error.context_mark.line + 1 if error.context_mark else here
    context, problem = error.context or "", error.problem or ""
    lines = text.splitlines()
    tabs = [number for number, line in enumerate(lines, start=1) if _TAB_INDENT.match(line)]
    if "nesting depth" in problem:  # libyaml reads ahead, so it may complain before we have counted the levels
        yield here, too_deep()
    elif tabs and ("\\t" in problem or "tab" in problem or here in tabs):
        yield from ((line, say("a tab: indent with spaces")) for line in tabs)
    elif "escape" in problem and here == begin:
        yield here, say("inside double quotes a \\ must be doubled: use single quotes, where it stands for itself")
    elif "quoted scalar" in context:
        yield begin, say("a quote is opened here and never closed")
    elif "flow mapping" in context or "flow sequence" in context:
        yield begin, _bracket(context, here, begin)
    else:
        yield here, _other(context, problem, begin, lines[here - 1] if here <= len(lines) else "")


def _bracket(context: str, here: int, begin: int) -> str:
    opened = "{" if "mapping" in context else "["
    where = say("; reading got as far as line {line}", line=here) if here != begin else ""
    quote = say("; inside {{ }} and [ ], a text that holds any of , : # {{ }} [ ] must be in quotes")
    return say("what {bracket} opens is not closed, or a comma is missing", bracket=opened) + where + quote


def _other(context: str, problem: str, begin: int, line: str) -> str:
    if "mapping values are not allowed" in problem:
        return say("a second ': ' in one line: put the text in quotes, or check the indentation")
    if "could not find expected ':'" in problem:
        return say("a key without its ': ' (begun in line {line}), or wrong indentation", line=begin)
    if any(sign in problem for sign in _MISFITS):
        text = say("this line does not fit to what began in line {line}: look at the indentation", line=begin)
        return text + say(", and that a quoted text ends with its quote")
    if "alias" in context or "anchor" in context:
        return say("a text that begins with * or & must be in quotes")
    if "cannot start any token" in problem:
        return say("a text may not begin with {character}: put it in quotes", character=shown(_first(problem, line)))
    return say("not YAML: {problem} {context}", problem=shown(problem), context=shown(context)).rstrip()


def _first(problem: str, line: str) -> str:
    found = re.search(r"character '(.+?)'", problem)
    if found:
        return found[1]
    return next((each for each in line if each in "%@`"), say("this character"))
