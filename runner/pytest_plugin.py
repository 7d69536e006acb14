"""The pytest plugin: labs and checks as tests.

It is imported in every pytest run of the environment that vethlab is installed in: what it needs comes when it is
asked for. The help is in English, as that of pytest is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

import pytest

from runner.pytest_verdicts import CannotJudge, NotYet

if TYPE_CHECKING:
    from checks.finding import Finding
    from runner.pytest_steps import LabOnEngine

__all__ = ["CannotJudge", "NotYet"]  # for tests that expect them


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("vethlab")
    group.addoption(
        "--vethlab", action="append", default=[], metavar="LAB",
        help="judge every step of the lab, a name or a file, as a test; may be given more than once",
    )  # fmt: skip
    group.addoption(
        "--vethlab-engine", default="auto", metavar="ENGINE",
        help="the engine that is looked at: auto, external, private or a URL, as `vethlab check --engine` takes it",
    )  # fmt: skip
    group.addoption(
        "--vethlab-answer", action="append", default=[], metavar="STEP=TEXT",
        help="the answer to a step's question; may be given more than once",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """With --vethlab alone nothing else is collected."""
    if config.getoption("--vethlab") and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = []


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Adds the steps of the labs that --vethlab names."""
    if labs := config.getoption("--vethlab"):
        from runner.pytest_steps import collected

        items += collected(session, labs, config.getoption("--vethlab-answer"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[Any]) -> Generator[None, Any, None]:
    """What could not be judged is told as an error: for pytest that is what goes wrong before the test itself."""
    outcome = yield
    if call.excinfo and isinstance(call.excinfo.value, CannotJudge) and call.when == "call":
        outcome.get_result().when = "setup"


@pytest.fixture
def vethlab_lab(pytestconfig: pytest.Config) -> Callable[[str], LabOnEngine]:
    """`vethlab_lab("bridge").step("create")`: judges the step now; returns what was seen, or raises NotYet."""
    from runner.pytest_steps import LabOnEngine, opened

    return lambda name: LabOnEngine(opened(name), pytestconfig.getoption("--vethlab-engine"))


@pytest.fixture
def vethlab_check(pytestconfig: pytest.Config) -> Callable[..., Finding]:
    """`vethlab_check("network_exists", network="mybridge", driver="bridge")`: its finding, or raises NotYet.

    `on="server2"` looks at the other server of a LAN.
    """
    from functools import partial

    from runner.pytest_steps import checked

    return partial(checked, pytestconfig.getoption("--vethlab-engine"))
