"""docs/authors.md: its example is a good lab, and its tables are those of the registry."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from pathlib import Path

from checks import CHECKS, TRUTHS
from checks.registry import Check, Parameter, Truth
from runner.lab.lint import lint
from runner.lab.translation import translation

PAGE = (Path(__file__).parents[1] / "docs" / "authors.md").read_text()


def row(called: Check | Truth) -> str:
    return f"| `{called.name}` | {', '.join(map(argument, called.parameters))} | {called.summary} |"


def argument(parameter: Parameter) -> str:
    shape = {list: ": […]", dict: ": {…}"}.get(typing.get_origin(parameter.annotation) or str, "")
    return f"`{parameter.name}{shape}`" if parameter.required else f"(`{parameter.name}{shape}`)"


def missing(registry: Mapping[str, Check] | Mapping[str, Truth]) -> list[str]:
    return [row(called) for called in registry.values() if row(called) not in PAGE]


def test_the_example_is_a_good_lab(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(lab: two-nets\n.*?)```", PAGE, re.DOTALL)
    assert example
    path = tmp_path / "two-nets.yaml"
    path.write_text(example[1])
    assert [step.id for step in lint(path).steps] == ["networks", "run", "door", "address"]


def test_the_example_of_a_translation_is_one_of_the_example(tmp_path: Path) -> None:
    for folder, name in ((tmp_path, "lab: two-nets\ntitle"), (tmp_path / "ko", "lab: two-nets  ")):
        folder.mkdir(exist_ok=True)
        example = re.search(rf"```yaml\n({name}.*?)```", PAGE, re.DOTALL)
        assert example
        (folder / "two-nets.yaml").write_text(example[1])
    lab = lint(tmp_path / "two-nets.yaml")
    found = translation(lab, "ko")
    assert f"two-nets in ko: {found.of - found.missing} of {found.of} texts are translated" in PAGE


def test_every_check_and_truth_is_on_the_page() -> None:
    assert missing(CHECKS) + missing(TRUTHS) == [], "these rows belong into docs/authors.md"
    names = re.findall(r"^\| `(\w+)` \|", PAGE.partition("## The checks")[2], re.MULTILINE)
    assert names == [*CHECKS, *TRUTHS]
