"""A container's terminal, as a student sits at it: wait for the prompt, type, read, leave with ctrl-p ctrl-q."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from checks.words import say
from runner.errors import EngineFailed
from runner.session.process import ASK_EVERY, GRACE, LIMIT

if TYPE_CHECKING:
    import pexpect

_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_SEQUENCES = rf"(?:{_SEQUENCE.pattern})*"
_PROMPT = re.compile(rf"(?:^|[\r\n]){_SEQUENCES}[^\r\n]*[#$] ?{_SEQUENCES}$")
_DETACH = "\x10\x11"  # ctrl-p ctrl-q, the engine's default; DOCKER_CONFIG is ours, so no other is configured


class Terminal:
    """`docker run -i -t …` in a pseudo-terminal. `greeting` is what it printed before the first prompt."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], alive: Callable[[], object]) -> None:
        self._argv = list(argv)
        self._alive = alive
        self._child = _spawn(self._argv, environ)
        self.greeting = ""

    def open(self) -> None:
        """Waits for the first prompt, or for the end of a command that ends by itself."""
        import pexpect

        try:
            self.greeting = self._until_prompt()
        except KeyboardInterrupt:
            self._child.expect([_PROMPT, pexpect.EOF, pexpect.TIMEOUT], timeout=GRACE)
            raise

    @property
    def exit_code(self) -> int | None:
        """The command's exit code once it has ended; None while the terminal is held open."""
        return None if self._child.isalive() else self._child.exitstatus

    def type(self, line: str) -> str:
        """Types a line and returns what came up to the next prompt, the echo of the line left out."""
        import pexpect

        if self._child.isalive():
            self._child.sendline(line)
        else:
            return say("(the terminal is closed)")
        # The echo first: a shell whose terminal was given its size only now draws its prompt once more before it.
        self._wait([re.compile(r"[ \r\n]*".join(map(re.escape, line))), pexpect.EOF])
        return _SEQUENCE.sub("", self._until_prompt()).strip("\r\n")

    def leave(self) -> None:
        """Detaches, so that the container runs on; closes the terminal in any case."""
        import pexpect

        try:
            if self._child.isalive():
                self._child.send(_DETACH)
                self._wait([pexpect.EOF])
        finally:
            self.close()

    def close(self) -> None:
        """Ends the CLI, whatever state it is in. A second time does nothing."""
        self._child.close(force=True)

    def _until_prompt(self) -> str:
        import pexpect

        found = self._wait([_PROMPT, pexpect.EOF])
        text = str(self._child.before or "")
        if found == 1:
            self._child.wait()
        return text.replace("\r\n", "\n").strip("\n")

    def _wait(self, patterns: list[Any]) -> int:
        """The index of the pattern that came. Asks a silent engine for a sign of life; raises EngineFailed."""
        import pexpect

        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            found = self._child.expect([*patterns, pexpect.TIMEOUT], timeout=ASK_EVERY)
            if found < len(patterns):
                return int(found)
            self._alive()
        what = say("{command} gave no prompt", command=" ".join(self._argv[:4]))
        raise EngineFailed(what, hint="vethlab doctor")


def _spawn(argv: list[str], environ: Mapping[str, str]) -> pexpect.spawn[str]:
    import pexpect

    try:
        child = pexpect.spawn(
            argv[0], argv[1:], env={**environ, "TERM": "xterm"}, encoding="utf-8", codec_errors="replace",
            dimensions=(24, 200), timeout=ASK_EVERY, maxread=1 << 16,
        )  # fmt: skip
    except pexpect.ExceptionPexpect as error:
        what = say("cannot run {program}", program=argv[0])
        raise EngineFailed(what, hint="vethlab doctor") from error
    child.delaybeforesend = None
    # its 0.1 s are for slow consoles, and close() makes sure of the end in any case
    child.ptyproc.delayafterclose = 0.01  # type: ignore[attr-defined]  # the stubs lack ptyproc
    return child
