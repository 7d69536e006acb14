"""What holds the code in shape: linters, the direction of imports, no mock of Docker, no skipped test."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = (
    "checks",
    "runner.lab",
    "runner.docker_requests",
    "runner.engine",
    "runner.engine.sight",
    "runner.engine.lab_image",
    "runner.engine.private",
    "runner.session",
    "runner.grading",
    "runner.screens",
    "runner.commands",
    "runner.cli",
)


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    """The module's name, as it is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, with the line, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)


def rank(module: str) -> int | None:
    """Its layer's place in ORDER; None for what every layer may use (errors, words)."""
    layers = [place for place, layer in enumerate(ORDER) if module == layer or module.startswith(layer + ".")]
    return max(layers, default=None)  # a folder in a layer comes after it


def test_imports_go_one_way() -> None:
    wrong = []
    for path in modules("checks", "runner"):
        here = rank(named(path))
        for line, module in imported(path):
            there = rank(module)
            if here is not None and there is not None and there > here:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert wrong == []


def needed(path: Path, files: Collection[str]) -> set[str]:
    """The modules of ours that a file imports from; `from checks import dns` needs checks.dns, not all of checks."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{name.name}" for name in node.names}
            found |= {each if each in files else node.module for each in inner}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found & set(files)


def test_no_circle_of_imports() -> None:
    """Late imports and those for types alone count as well: what needs whom is told by them too."""
    files = {named(path): path for path in modules("checks", "runner")}
    needs = {name: needed(path, files) - {name} for name, path in files.items()}
    while free := [name for name, its in needs.items() if not its & needs.keys()]:
        needs = {name: its for name, its in needs.items() if name not in free}
    assert {name: sorted(its & needs.keys()) for name, its in needs.items()} == {}


def test_checks_import_nothing_from_runner() -> None:
    assert [
        str(path) for path in modules("checks") for _, module in imported(path) if module.startswith("runner")
    ] == []


def test_only_one_place_imports_the_docker_sdk() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in modules("checks", "runner")
        for _, module in imported(path)
        if module == "docker" or module.startswith("docker.")
    }
    assert all(user.startswith("runner/engine/") for user in users), users
    assert len(users) <= 2, users


def test_no_test_mocks_or_skips() -> None:
    banned = ("unittest.mock", "pytest_mock", "responses", "requests_mock")
    for path in modules("tests"):
        assert not [module for _, module in imported(path) if module.startswith(banned)], path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"skip", "skipif", "xfail", "importorskip"}, f"{path}:{node.lineno}"


def test_functions_are_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in modules("checks", "runner")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= 40
    ]
    assert long == []


@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy --strict checks runner"])
def test_linters_are_content(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *tool.split()], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
