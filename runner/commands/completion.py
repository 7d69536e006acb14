"""`vethlab completion bash|zsh|fish`: the code that makes TAB complete commands, labs and steps."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from checks.words import say
from runner.commands import command

if TYPE_CHECKING:
    from runner.commands import Subparsers

# zsh's completion may not have been set up; https://zsh.sourceforge.io/Doc/Release/Completion-System.html
_COMPINIT = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\n"


def add(subparsers: Subparsers) -> None:
    summary = say("Print the code with which TAB completes commands, labs and steps.")
    parser = command(subparsers, "completion", run, summary)
    how = say('as in: eval "$(vethlab completion bash)"; fish: vethlab completion fish | source')
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help=how)


def run(arguments: argparse.Namespace) -> int:
    import shlex

    from argcomplete.shell_integration import shellcode

    from runner.called import program

    shell = arguments.shell
    # bash and zsh call what stands on the line, which may be ./vethlab; fish knows the program's name alone
    script = shlex.quote(program()) if shell == "fish" else None
    code = shellcode(["vethlab"], use_defaults=False, shell=shell, argcomplete_script=script)
    print((_COMPINIT if shell == "zsh" else "") + code.strip("\n"))
    return 0
