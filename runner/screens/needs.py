"""What was looked at, as `doctor` shows it: a mark for each, and under a cross the command that mends it."""

from __future__ import annotations

import shutil
import sys

from runner.called import as_called
from runner.plain import broken
from runner.screens.console import plain_console
from runner.session.needs import Need

_MARKS = {True: ("✔", "ok", "green"), False: ("✘", "NO", "red"), None: ("·", "--", "yellow")}


class Sheet:
    """Prints needs under their headings, as they come."""

    def __init__(self) -> None:
        self._console = plain_console()
        # rich takes a dumb terminal for 80 columns wide
        self._width = shutil.get_terminal_size().columns if self._console.is_terminal else 0
        self._marks = _encodes("✔✘·")

    def head(self, title: str) -> None:
        self._console.print(title, style="bold", soft_wrap=True)

    def need(self, need: Need) -> None:
        mark, plain, style = _MARKS[need.ok]
        mark = mark if self._marks else plain
        first, *more = self._lines(need.what, 4 if len(mark) == 1 else 5)
        self._console.print(f"  {mark} {first}", style=style, soft_wrap=True)
        for each in more:
            self._console.print(f"    {each}", style=style, soft_wrap=True)
        if need.mend and not need.ok:
            for each in as_called(need.mend).splitlines():
                self._console.print(f"      {each}", soft_wrap=True)  # whole, to be pasted

    def end(self, summary: str, good: bool) -> None:
        for each in self._lines(summary, 0):
            self._console.print(each, style="bold green" if good else "bold red", soft_wrap=True)

    def _lines(self, text: str, indent: int) -> list[str]:
        """Broken between words where the terminal would break within them."""
        return broken(text, max(20, self._width - indent)) if self._width else [text]


def _encodes(letters: str) -> bool:
    try:
        letters.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
