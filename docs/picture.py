"""A picture of what a command really prints: it runs in a terminal of its own and its screen becomes an SVG.

.venv/bin/python docs/picture.py docs/pictures/run.svg ./vethlab run net-alias
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text

COLUMNS = 80


def main(file: str, *command: str) -> None:
    output = pexpect.run(
        shlex.join(command),
        timeout=300,
        env=_environ(),
        encoding="utf-8",
        dimensions=(50, COLUMNS),
        withexitstatus=False,
    )
    lines = [line.rsplit("\r", 1)[-1].replace("\x1b[2K", "") for line in output.replace("\r\n", "\n").split("\n")]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(f"$ {shlex.join(command).removeprefix('./')}\n" + "\n".join(lines).strip("\n")))
    Path(file).write_text(_alone(console.export_svg(title="vethlab")), encoding="utf-8")


def _alone(svg: str) -> str:
    """The picture without the fonts that it would fetch from elsewhere."""
    without = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"<!--.*?-->\s*", "", without).replace("Fira Code", "DejaVu Sans Mono")


def _environ() -> dict[str, str]:
    return {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}


if __name__ == "__main__":
    main(*sys.argv[1:])
