"""The student's session on a terminal: bash, the desk that it asks, and the guide whose tellings it prints."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from checks.words import say
from runner.called import program
from runner.engine import faults
from runner.engine.places import run_dir
from runner.engine.testbed import Testbed
from runner.errors import EngineFailed, VethlabError
from runner.plain import one_line
from runner.screens.guide import Paper, rendered
from runner.screens.maps import map_now
from runner.session.commands import host_argv
from runner.session.desk import Asked, Desk, Reply
from runner.session.guide import Guide, Ran, code_of
from runner.session.shell import ordinary_bash
from runner.trace import keep

_PROMPT_SECONDS = 2.0  # that a prompt waits for a look; what comes later is told at the next
HOOK = "_vethlab_prompt"  # as shell.sh puts it
_SHELL = Path(__file__).parents[1] / "session" / "shell.sh"


@dataclass
class Session:
    """One sitting. `run` gives the terminal to bash until it ends."""

    guide: Guide
    colours: bool
    width: int
    late: Future[str] | None = None  # a look that took too long for its prompt
    unprompted: bool = False  # a docker command began, and no prompt came since
    silenced: bool = False  # it was told that no prompt comes any more
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paper(self, asked: Asked | None = None) -> Paper:
        """What answers to a question are written on; the first page for None."""
        image = self.guide.testbed.image
        if asked is None:
            return Paper(self.width, self.colours, image)
        return Paper(asked.width, self.colours and asked.terminal, image)

    def run(self, environ: Mapping[str, str]) -> int:
        """bash's exit code; negative: the signal that ended it. Raises EngineFailed where the desk finds no room."""
        with _room():
            desk = Desk(self.reply)
        try:
            rcfile = desk.folder / "rc"
            with _room():
                rcfile.write_text(_rcfile(desk.folder, self.guide), encoding="utf-8")
            desk.open()
            return ordinary_bash(rcfile, environ)
        finally:
            desk.close()
            self.guide.recording.ends()

    def reply(self, asked: Asked) -> Reply:
        """The answer to bash. Nothing that goes wrong in it reaches the student as a trace."""
        if asked.words[:1] == ("begun",):
            self.guide.recording.begun(" ".join(asked.words[1:]))
            self._tell_silenced()
            return Reply("", self.guide.where)
        try:
            text, code = self._prompt(asked) if asked.words[:1] == ("prompt",) else self._word(asked)
        except VethlabError as error:
            text, code = _told_error(error), error.exit_code
        except Exception as error:  # noqa: BLE001  # a bug of ours: told in a line, kept in full, never a verdict
            what = say("this is a bug in vethlab: {kind}: {error}", kind=type(error).__name__, error=one_line(error))
            where = say("the full trace is in {file}", file=keep(error))
            text, code = f"{what}\n{where}\n", 3
        return Reply(text, self.guide.where, code)

    def _tell_silenced(self) -> None:
        """Tells, once, that the shell does not ask any more: a second command began, and no prompt was before it."""
        if self.unprompted and not self.silenced:
            self.silenced = True
            what = say(
                "vethlab is not asked any more after your commands (PROMPT_COMMAND was changed), so it is silent: "
                "check still looks, and this brings it back: {command}",
                command=f"PROMPT_COMMAND[100]={HOOK}",
            )
            sys.stdout.write(f"{what}\n")
            sys.stdout.flush()
        self.unprompted = True

    def _prompt(self, asked: Asked) -> tuple[str, int]:
        self.unprompted = False
        _prompt, ran, status, _folder, line = asked.words
        command = Ran(line, int(status)) if ran == "1" else None
        if command:
            self.guide.record(command)
        earlier, self.late = self.late, None
        look = faults.started(lambda: self._looked(command, asked, earlier))
        try:
            return look.result(_PROMPT_SECONDS), 0
        except TooSlow:
            self.late = look
            return "", 0

    def _looked(self, command: Ran | None, asked: Asked, earlier: Future[str] | None) -> str:
        said = earlier.result() if earlier else ""
        with self.lock:
            said += rendered(self.guide.prompted(command), self.paper(asked))
        return _at_line_start(_columns(asked)) + said if said and asked.terminal else said

    def _word(self, asked: Asked) -> tuple[str, int]:
        word, *rest = asked.words
        paper = self.paper(asked)
        if word == "map":
            return map_now(self.guide.testbed, paper.width, colours=paper.colours), 0
        with self.lock:
            told = self.guide.word(word, " ".join(rest))
        return rendered(told, paper), code_of(told)


@contextmanager
def _room() -> Iterator[None]:
    """The disk's refusals as EngineFailed."""
    try:
        yield
    except OSError as error:
        what = say("cannot write to {folder}: {reason}", folder=run_dir(), reason=error.strerror)
        raise EngineFailed(what, say("make that folder writable and try again")) from error


def _columns(asked: Asked) -> int:
    """The terminal's own width: COLUMNS may be the student's."""
    with suppress(OSError):
        return os.get_terminal_size(0).columns or asked.width
    return asked.width


def _at_line_start(width: int) -> str:
    """Brings the cursor to the start of a line, the present one if it stands there already.

    So many blanks fill the present line just to its end, where a terminal waits before it breaks, or run over into the
    next one. (What zsh does before its prompt: zshoptions(1), PROMPT_SP.)
    """
    return " " * width + "\r"


def _told_error(error: VethlabError) -> str:
    lines = [say("vethlab: {what}", what=error.what), *([say("  try: {hint}", hint=error.hint)] if error.hint else [])]
    return "".join(f"{line}\n" for line in lines)


def _rcfile(desk: Path, guide: Guide) -> str:
    """What this session's bash reads first: who answers, where one is, how to look at the host."""
    gone = say("vethlab has ended: type exit, then vethlab start {lab}", lab=guide.lab.name)
    readonly = say(
        "PROMPT_COMMAND is readonly here, so vethlab is not asked after your commands: type check after each of them"
    )
    values = {"desk": str(desk), "pid": str(os.getpid()), "where": guide.where, "gone": gone, "readonly": readonly}
    lines = [f"_vethlab_{name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join([*lines, _onhost(guide.testbed), *_own_name(), f"source {shlex.quote(str(_SHELL))}", ""])


def _onhost(testbed: Testbed) -> str:
    """The shell function behind the word `onhost`: one case a server, the first for none named."""
    usage = shlex.quote(say("usage: onhost [server2] COMMAND, as in: onhost ip -br addr"))
    cases = [f'    {each.name}) shift; {shlex.join(host_argv(testbed, each.name))} "$@" ;;' for each in testbed.servers]
    first = f'    *) {shlex.join(host_argv(testbed, None))} "$@" ;;'
    empty = f"    '') builtin printf '%s\\n' {usage} >&2; return 2 ;;"
    return "\n".join(["_vethlab_onhost() {", '    case "${1-}" in', empty, *cases, first, "    esac", "}"])


def _own_name() -> list[str]:
    """`vethlab` as a command where the PATH does not know it."""
    path = program()
    return [] if path == "vethlab" else [f'vethlab() {{ command {shlex.quote(path)} "$@"; }}']


def terminal_paper() -> tuple[bool, int]:
    """Whether the terminal shows colours, and its width in columns."""
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
    return colours, shutil.get_terminal_size().columns
