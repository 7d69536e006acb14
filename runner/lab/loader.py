"""Finds and loads lab files: from a name or a path to a `Lab`, or to all that is wrong with the file."""

from __future__ import annotations

import re
from pathlib import Path

from checks.words import listed, say
from runner.errors import UsageError
from runner.lab import values
from runner.lab.commands import commands
from runner.lab.model import Lab, Uses, server_names
from runner.lab.nodes import Node, Table
from runner.lab.problems import LabProblems, Problem, Problems, shown
from runner.lab.reading import BUILT_IN, Fields, Reading, fields
from runner.lab.source import read
from runner.lab.steps import identifier, steps
from runner.lab.suggestions import near

__all__ = ["LabProblems", "Problem", "display", "find_lab", "lab_names", "load"]

ORDER = ("bridge", "host", "none", "container", "net-alias", "macvlan", "overlay")
_LABS = Path(__file__).parents[2] / "labs"
_KEYS = ("lab", "title", "summary", "minutes", "servers", "uses", "setup", "steps")
_USES_KEYS = ("networks", "containers")
_DOCKER_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def lab_names() -> list[str]:
    """The names of the labs that came with vethlab: the chapter's in its order, then others by name."""
    names = {path.stem for path in _LABS.glob("*.yaml")}
    return [name for name in ORDER if name in names] + sorted(names - set(ORDER))


def find_lab(name: str) -> Path:
    """The file of a lab: a shipped lab's name, or the path of a lab file. UsageError where there is none."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        return Path(name)
    names = lab_names()
    if name not in names:
        nearest = near(name, names)
        text = say("no lab is called {name}", name=shown(name) or "''")
        text += say("; did you mean {word}?", word=nearest) if nearest else ""
        raise UsageError(text, say("labs: {names}; a lab file of your own: its path", names=listed(names)))
    return _LABS / f"{name}.yaml"


def load(path: Path) -> Lab:
    """The lab that the file says. Raises `LabProblems` with everything that is wrong with it."""
    from checks import CHECKS, TRUTHS  # late: whoever only lists labs' names needs no check

    problems = Problems(display(path))
    root = read(path, problems)
    lab = _lab(Reading(problems, CHECKS, TRUTHS), root, path) if root is not None else None
    problems.end()
    if lab is None:
        raise AssertionError("a file that gives no lab has problems")
    return lab


def display(path: Path) -> str:
    """The path as people see it: short where it is below the working folder, and safe to print."""
    try:
        short = path.relative_to(Path.cwd()) if path.is_absolute() else path
    except (ValueError, OSError):
        short = path
    return shown(str(short), most=4096)


def _lab(reading: Reading, root: Node, path: Path) -> Lab | None:
    if not isinstance(root, Table):
        reading.wrong(root, say("a lab file is keys with values (lab: …, title: …, steps: …), not a list or a text"))
        return None
    found = Fields(reading, root, say("a lab"), _KEYS)
    servers = values.number(reading, found.get("servers"), "servers", least=1, most=2) if "servers" in found else 1
    reading.servers = server_names(servers)
    reading.uses = _uses(reading, found)
    return Lab(
        name=identifier(reading, found.need("lab"), "lab"),
        title=values.line(reading, found.need("title"), "title"),
        minutes=values.number(reading, found.need("minutes"), "minutes", least=1, most=600),
        uses=reading.uses or Uses(),
        setup=commands(reading, found.get("setup"), "setup"),
        steps=steps(reading, found.need("steps")),
        path=path,
        summary=values.line(reading, found.get("summary"), "summary"),
        servers=servers,
    )


def _uses(reading: Reading, found: Fields) -> Uses | None:
    """`uses`; None where it could not be read, so that not every name in the file is told to be missing from it."""
    node = found.get("uses")
    if node is None:
        return Uses() if found.node.complete else None
    keys = fields(reading, node, "uses", _USES_KEYS)
    if keys is None or not keys.node.complete:
        return None
    return Uses(_names(reading, keys, "networks"), _names(reading, keys, "containers"), reading.at(node))


def _names(reading: Reading, keys: Fields, what: str) -> tuple[str, ...]:
    nodes = values.items(reading, keys.get(what), what) if what in keys else ()
    names: dict[str, None] = {}
    for node in nodes:
        name = values.line(reading, node, say("a name"))
        if name and not _DOCKER_NAME.fullmatch(name):
            text = say("{name} is no name for Docker: letters, digits, then also _ . -, at least two", name=shown(name))
            reading.wrong(node, text)
        elif name in BUILT_IN:
            reading.wrong(node, say("{name} is Docker's own network: a lab neither makes nor removes it", name=name))
        elif name in names:
            reading.wrong(node, say("{name} is twice in {what}", name=shown(name), what=what))
        names[name] = None
    return tuple(names)
