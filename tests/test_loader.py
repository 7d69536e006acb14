"""Lab files are found and read as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from runner.errors import UsageError
from runner.lab import shellwords
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import DockerCommand, HostCommand, Lab, TypedCommand
from tests.labfile import GOOD, written


@pytest.fixture
def good(tmp_path: Path) -> Lab:
    return load(written(tmp_path, GOOD))


def test_a_good_file_is_read_as_it_stands(good: Lab) -> None:
    assert (good.name, good.title, good.minutes, good.servers) == ("good", "A good lab", 5, 2)
    assert good.uses.networks == ("mynet",)
    assert [step.id for step in good.steps] == ["one", "two", "three"]
    one = good.step("one")
    assert [type(each) for each in one.do] == [DockerCommand, DockerCommand, TypedCommand]
    assert one.checks[0].arguments == {"network": "mynet", "driver": "bridge"}
    assert (one.checks[0].location.line, one.checks[0].fact) == (18, False)
    assert (one.checks[1].fact, one.checks[1].on, one.checks[1].name) == (True, "server2", "attached")
    assert one.mistakes[0].do[0].line == "docker run -i -t -d --name box IMG"


def test_a_question_is_read_with_the_commands_of_its_answer(good: Lab) -> None:
    ask = good.step("two").ask
    assert ask is not None
    assert ask.truth is not None
    assert (ask.truth.name, ask.truth.arguments) == ("gateway", {"network": "mynet"})
    assert isinstance(ask.answer[0].command, HostCommand)
    assert ask.answer[1].find == "^{1}: (.*)$"


def test_words_that_yaml_takes_for_something_else_stay_what_was_typed(good: Lab) -> None:
    ask = good.step("three").ask
    assert ask is not None
    assert ask.choices == ("yes", "null", "1.10")
    assert good.step("one").checks[1].on == "server2"  # the key `on` is true to YAML 1.1


def test_all_labs_of_the_chapter_load() -> None:
    assert lab_names()[:6] == ["bridge", "host", "none", "container", "net-alias", "macvlan"]
    for name in lab_names():
        assert load(find_lab(name)).name == name


def test_a_lab_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert find_lab("bridge").is_file()
    assert find_lab(str(tmp_path / "x.yaml")) == tmp_path / "x.yaml"
    with pytest.raises(UsageError, match=r"no lab is called brigde; did you mean bridge\?"):
        find_lab("brigde")


def test_command_lines_are_split_as_a_shell_splits_them() -> None:
    lines = ["docker ps", "docker exec box sh -c 'a | b; c'", 'docker exec box echo "a b" c\\ d', "docker ps -f 'n=$x'"]
    for line in lines:
        assert shellwords.split(line) == shlex.split(line)


def test_a_location_prints_as_file_and_line(good: Lab) -> None:
    assert re.fullmatch(r".*good\.yaml:18", str(good.step("one").checks[0].location))
