"""`pip install .` gives the same `vethlab` outside a checkout, with the labs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("checks", "labs", "runner")
KINDS = {".py", ".yaml", ".json", ".sh"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a virtual environment that vethlab was installed into."""
    folder = tmp_path_factory.mktemp("installed")
    run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], folder)
    python = folder / "venv/bin/python"
    source = folder / "source"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-build-isolation"]
    run([*pip, str(source)], folder, PYTHONPATH=sysconfig.get_path("purelib"))
    where = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).strip()
    Path(where, "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python.parent


def run(argv: list[str], folder: Path, **environ: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        argv, cwd=folder, env={**kept, **environ}, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_installed_command_has_the_labs(installed: Path, tmp_path: Path) -> None:
    labs = json.loads(run([str(installed / "vethlab"), "list", "--json"], tmp_path))["labs"]
    assert [lab["lab"] for lab in labs] == ["bridge", "host", "none", "container", "net-alias", "macvlan"]
    where = run([str(installed / "python"), "-c", "import runner; print(runner.__file__)"], tmp_path)
    assert where.startswith(str(installed.parent))


def test_the_installed_package_holds_every_file_that_the_checkout_holds(installed: Path) -> None:
    (site,) = installed.parent.glob("lib/python3*/site-packages")
    wanted = [each for name in PACKAGES for each in (ROOT / name).rglob("*") if each.suffix in KINDS]
    assert [each for each in wanted if not (site / each.relative_to(ROOT)).exists()] == []


def test_pytest_finds_the_plugin(installed: Path, tmp_path: Path) -> None:
    help_ = run([str(installed / "python"), "-m", "pytest", "--help"], tmp_path)
    assert "--vethlab=LAB" in help_
