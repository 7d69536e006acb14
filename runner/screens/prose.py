"""Texts of labs on a terminal: markdown by rich; commands unbroken, so that they can be copied as one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.style import Style
from rich.text import Text
from rich.theme import Theme

_FENCE = re.compile(r"^```.*$", re.MULTILINE)
# Only the terminal's own colours: they are legible on its ground, whether dark or light.
THEME = Theme({"markdown.code": Style(bold=True), "markdown.item.bullet": Style(bold=True)})
COMMAND = "bold cyan"


def print_prose(console: Console, text: str, *, indent: int = 0) -> None:
    """Prints a lab's text; what stands between fences line by line, however long the lines."""
    with console.use_theme(THEME):
        for part, soft in _parts(text, indent):
            console.print(part, soft_wrap=soft)


def print_note(console: Console, text: str, *, indent: int = 0) -> None:
    """Prints a sentence or two of a lab's text, with no blank line behind."""
    with console.use_theme(THEME):
        options = console.options.update(width=max(console.width - indent, 18))
        for line in console.render_lines(Markdown(text.strip(), justify="left"), options, pad=False):
            part = Text.assemble(*((each.text, each.style or "") for each in line if not each.control))
            part.rstrip()
            console.print(Text.assemble(" " * indent, part))


def _parts(text: str, indent: int) -> Iterator[tuple[RenderableType, bool]]:
    """The text's pieces, and whether they are to be left unbroken."""
    for number, part in enumerate(_FENCE.split(text)):
        if number % 2:
            for line in part.strip("\n").splitlines():
                yield Text(" " * (indent + 4) + line, style=COMMAND), True
            yield Text(""), False
        elif part.strip():
            yield Padding(Markdown(part.strip(), justify="left"), (0, 0, 0, indent)), False
            yield Text(""), False


def print_wrapped(console: Console, text: Text, *, indent: int = 0) -> None:
    """Prints text that stays indented where it has to be broken."""
    for part in text.wrap(console, max(console.width - indent, 18)):
        part.rstrip()
        console.print(Text.assemble(" " * indent, part))


def inline(console: Console, text: str, style: str = "") -> Text:
    """A sentence in which what stands between backticks is set off: bold, or as it is where there are no styles."""
    if not console.is_terminal:
        return Text(text, style=style)
    parts = re.split(r"`([^`]+)`", text)
    spans = [(part, f"{style} bold" if number % 2 else style) for number, part in enumerate(parts)]
    return Text.assemble(*spans)
