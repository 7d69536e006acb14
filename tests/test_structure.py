"""What holds the code in shape: linters, the direction of imports, no mock of Docker, no skipped test."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ORDER = (
    "checks",
    "runner.lab",
    "runner.docker_requests",
    "runner.engine",
    "runner.session",
    "runner.grading",
    "runner.screens",
    "runner.commands",
    "runner.cli",
)


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


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
    return next((place for place, layer in enumerate(ORDER) if module == layer or module.startswith(layer + ".")), None)


def test_imports_go_one_way() -> None:
    wrong = []
    for path in modules("checks", "runner"):
        here = rank(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for line, module in imported(path):
            there = rank(module)
            if here is not None and there is not None and there > here:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {module}")
    assert wrong == []


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
