"""A student at a real terminal: `vethlab start` in a pseudo-terminal, its screen read by an emulator."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import pexpect
import pyte

from tests.vethlab import ROOT, Vethlab

SECONDS = 40.0
PROMPT = re.compile(r"\([a-z-]+ (\d+/\d+|✓)\) \$ $")
_INSIDE = re.compile(r"[#$] $")


class Student:
    """One session. `HOME` is a folder of its own whose `.bashrc` sets the prompt `$ `, and what else is given.

    `asked`: no name has been given yet, so the session begins with that question.

    `said` is all that came up since the last line was typed, as plain text.
    """

    def __init__(
        self,
        vethlab: Vethlab,
        *words: str,
        size: tuple[int, int] = (24, 80),
        bashrc: str = "PS1='$ '\n",
        environ: Mapping[str, str] | None = None,
        asked: bool = False,
    ) -> None:
        if not asked:
            (vethlab.state / "vethlab").mkdir(mode=0o700, exist_ok=True)
            (vethlab.state / "vethlab/student.json").write_text('{"student": "Anna"}', encoding="utf-8")
        home = vethlab.state / "home"
        home.mkdir(exist_ok=True)
        (home / ".bashrc").write_text(bashrc, encoding="utf-8")
        surroundings = {**vethlab.environ, "HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        for name in ("NO_COLOR", "LC_ALL", "LC_MESSAGES", "PROMPT_COMMAND", "COLUMNS", "LINES"):
            surroundings.pop(name, None)
        surroundings |= environ or {}
        argv = vethlab.argv(words)
        self.child = pexpect.spawn(
            argv[0], argv[1:], env=surroundings, cwd=str(ROOT), dimensions=size, encoding="utf-8",
            codec_errors="replace", timeout=SECONDS,
        )  # fmt: skip
        self.child.delaybeforesend = None
        self.screen = pyte.HistoryScreen(size[1], size[0], history=5000)
        self._stream = pyte.Stream(self.screen)
        self.raw = ""
        self.looks = True  # at the screen; without it a flood of output is only read
        self._mark = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.child.isalive():
            self.child.kill(signal.SIGTERM)
            self._ended(5)
        self.child.close(force=True)

    # --- typing

    def prompted(self) -> str:
        """Waits for the session's prompt; what was said before it."""
        return self.until(lambda: bool(PROMPT.search(self._tail)), "the prompt")

    def types(self, line: str) -> str:
        """Types a line at the session's prompt and waits for the next one; what was said in between."""
        self.sends(line + "\r")
        return self.prompted()

    def types_inside(self, line: str) -> str:
        """Types a line and waits for the prompt of a shell in a container."""
        self.sends(line + "\r")
        return self.until(lambda: bool(_INSIDE.search(self._tail)) and not PROMPT.search(self._tail), "a shell")

    def detaches(self) -> str:
        """ctrl-p ctrl-q, back to the session's prompt."""
        self.sends("\x10\x11")
        return self.prompted()

    def sends(self, keys: str) -> None:
        """Sends keys as they are; what is said is counted from here."""
        self._take()
        self._mark = len(self.raw)
        self.child.send(keys)

    def ends(self, seconds: float = SECONDS) -> int:
        """Waits for the end of vethlab; its exit code, or minus the signal."""
        self.until(lambda: not self._alive(), "the end", seconds)
        self.child.close()
        if self.child.exitstatus is not None:
            return int(self.child.exitstatus)
        return -int(self.child.signalstatus or 0)

    # --- reading

    def until(self, holds: Callable[[], bool], what: str, seconds: float = SECONDS) -> str:
        """Reads until something holds; what was said since the last line was typed."""
        deadline = time.monotonic() + seconds
        while True:
            self._take()
            if holds() and not self._take(0.03):
                return self.said
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}\n{self.transcript()}"

    @property
    def said(self) -> str:
        return plain(self.raw[self._mark :])

    @property
    def _tail(self) -> str:
        """The end of what was said."""
        return plain(self.raw[max(self._mark, len(self.raw) - 400) :])

    @property
    def last_line(self) -> str:
        """The line that the cursor stands in, up to the cursor."""
        return str(self.screen.display[self.screen.cursor.y])[: self.screen.cursor.x]

    def lines(self) -> list[str]:
        """The screen as it is."""
        return [str(line).rstrip() for line in self.screen.display]

    def transcript(self) -> str:
        """All that has been on the screen."""
        past = ["".join(row[x].data for x in sorted(row)).rstrip() for row in self.screen.history.top]
        return "\n".join([*past, *self.lines()]).rstrip()

    def _alive(self) -> bool:
        return bool(self.child.isalive())

    def _take(self, seconds: float = 0.02) -> bool:
        """Reads what has come up; whether something did."""
        try:
            text = self.child.read_nonblocking(1 << 18, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return False
        self.raw += text
        if self.looks:
            self._stream.feed(text)
        return True

    def _ended(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._alive() and time.monotonic() < deadline:
            self._take(0.05)


def plain(raw: str) -> str:
    """What a terminal was sent, without its control sequences."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[=>()][0AB]?", "", raw)
    return re.sub(r" *\r(?=\n)| {20,}\r", "", text).replace("\r", "")


def folded(text: str) -> str:
    """Text with every run of blanks and line ends as one blank: for finding sentences however they were broken."""
    return " ".join(text.split())


def shows(document: Mapping[str, Any], step: str) -> str:
    """A step's state in what `list --json` says of one lab."""
    return next(str(each["state"]) for each in document["steps"] if each["id"] == step)
