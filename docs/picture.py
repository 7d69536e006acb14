"""A picture of what a command really prints: it runs in a terminal of its own and its screen becomes an SVG.

.venv/bin/python docs/picture.py docs/pictures/run.svg ./vethlab run net-alias

With `--typing LINE`, any number of times, each line is typed when the shell that the command opened shows its prompt:

.venv/bin/python docs/picture.py docs/pictures/start.svg --typing "docker ps" --typing why ./vethlab start bridge
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text

COLUMNS = 80


PROMPT = r"\(\S+ \S+\) \$ $"


def main(file: str, *words: str) -> None:
    command, typing = list(words), []
    while command[0] == "--typing":
        typing.append(command[1])
        del command[:2]
    output = _output(command, typing)
    lines = [line.rsplit("\r", 1)[-1].replace("\x1b[2K", "") for line in output.replace("\r\n", "\n").split("\n")]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {shlex.join(command).removeprefix('./')}\n" + "\n".join(lines).strip("\n")))
    Path(file).write_text(_alone(console.export_svg(title="vethlab")), encoding="utf-8")


def _output(command: list[str], typing: list[str]) -> str:
    """All that comes up, without what only a terminal understands: modes, blanks before a carriage return."""
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / ".bashrc").write_text("PS1='$ '\nbind 'set enable-bracketed-paste off'\n", encoding="utf-8")
        environ = {**_environ(), **({"HOME": home, "XDG_STATE_HOME": home} if typing else {})}
        child = pexpect.spawn(
            command[0], command[1:], timeout=300, env=environ, encoding="utf-8", dimensions=(50, COLUMNS)
        )
        output = ""
        for line in typing:
            child.expect(PROMPT)
            output += child.before + child.after
            child.sendline(line)
        if typing:
            child.expect(PROMPT)
            output += child.before
            child.sendline("quit")
            child.expect(pexpect.EOF)
        else:
            child.expect(pexpect.EOF)
            output = child.before
    return re.sub(r" {20,}\r(?!\n)|\x1b\[\?[0-9]+[hl]", "", output)


def _alone(svg: str) -> str:
    """The picture without the fonts that it would fetch from elsewhere."""
    without = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"<!--.*?-->\s*", "", without).replace("Fira Code", "DejaVu Sans Mono")


def _environ() -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}


if __name__ == "__main__":
    main(*sys.argv[1:])
