"""The command line: words and options, signals, and the one ladder that turns errors into exit codes.

Only what `--help` needs is imported at the top; everything else comes with the command that needs it.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

from checks.words import LANGUAGES, language_of, say, speak
from runner.interrupt import listen

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

INTERRUPTED = 130
BROKEN_PIPE = 141  # 128 + SIGPIPE: whoever read our output has left


def main(argv: list[str] | None = None) -> int:
    """Runs one command and returns its exit code; where it was interrupted, the process ends here."""
    if "_ARGCOMPLETE" in os.environ:
        _complete()
    words = sys.argv[1:] if argv is None else argv
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a letter that the terminal's encoding lacks becomes a `?`
    gc.set_threshold(100_000)  # imports make many objects and no garbage: looking for it is 20 ms of a `check`
    atexit.register(gc.freeze)  # nor is any to be found at the end: the system takes it all back at once, 50 ms sooner
    try:
        code = _climb(words)
        sys.stdout.flush()
        if code == INTERRUPTED:
            _leave()
    except BrokenPipeError:
        _close_stdout()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        _leave()
    except SystemExit as end:  # argparse after --help
        return int(end.code or 0)
    return code


def _complete() -> NoReturn:
    """A shell asks what TAB should offer."""
    from runner.parser import completed

    speak(language(os.environ.get("COMP_LINE", "").split()))
    completed(_modules([]))


def _climb(words: list[str]) -> int:
    """The ladder."""
    from runner.errors import VethlabError

    try:
        listen()
        speak(language(words))
        arguments = parse(words)
        return int(arguments.run(arguments))
    except VethlabError as error:
        return _tell(words, error.what, error.hint, error.exit_code)
    except KeyboardInterrupt:
        return _tell(words, say("interrupted"), "", INTERRUPTED)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  # the last rung: a bug of ours is told in one line and kept in full
        return _tell_bug(words, error)


def language(words: Sequence[str]) -> str:
    """What --lang says, else the locale's: asked of the raw words, for their parser speaks it already."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        given = following if word == "--lang" else word.removeprefix("--lang=")
        if given in LANGUAGES and word.startswith("--lang"):
            return given
    return language_of(os.environ)


def parse(words: list[str]) -> argparse.Namespace:
    """The command line as a namespace with `run`, `engine`, `lang`, `yes` and the command's own. Raises UsageError."""
    from runner.commands import DEFAULTS
    from runner.parser import parsed

    arguments = parsed(_modules(words), words)
    for name, default in DEFAULTS.items():
        if not hasattr(arguments, name):
            setattr(arguments, name, default)
    return arguments


def _modules(words: Sequence[str]) -> list[ModuleType]:
    """The module of the command that the words name; every command's where they name none, as --help shows all."""
    from importlib import import_module

    from runner.commands import WORDS, command_word

    named = command_word(words)
    return [import_module(f"runner.commands.{word}") for word in ([named] if named else WORDS)]


def _tell(words: list[str], what: str, hint: str, code: int) -> int:
    """One line on stderr, and with --json the one document that stdout holds in every case."""
    if _wants_document(words, "run", "check"):
        from runner.screens.result import error_document

        print(error_document(what, hint, code))
    elif _wants_document(words, "grade"):
        from runner.screens import grade_json

        print(grade_json.error_document(what, hint))
    print(say("vethlab: {what}", what=what), file=sys.stderr)
    if hint:
        from runner.called import as_called

        print(say("  try: {hint}", hint=as_called(hint)), file=sys.stderr)
    return code


def _tell_bug(words: list[str], error: Exception) -> int:
    from runner.trace import keep

    kept = keep(error)
    what = say("this is a bug in vethlab: {kind}: {error}", kind=type(error).__name__, error=_first_line(error))
    return _tell(words, what, say("the full trace is in {file}", file=kept) if kept else "", 3)


def _first_line(error: Exception) -> str:
    from runner.plain import one_line

    return one_line((str(error).strip().splitlines() or [""])[0])


def _wants_document(words: list[str], *commands: str) -> bool:
    """Whether the words ask one of the commands for JSON: asked of the raw words, for they may not even parse."""
    return "--json" in words and any(word in commands for word in words)


def _leave() -> NoReturn:
    """Ends the process with 130, whatever thread may be stuck.

    An interpreter that was interrupted within an `exec`, as dataclasses use it, would else end itself by SIGINT
    (CPython, `unhandled_keyboard_interrupt`).
    """
    sys.stderr.flush()
    os._exit(INTERRUPTED)


def _close_stdout() -> None:
    """Points stdout nowhere, so that the interpreter's last flush does not complain once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
