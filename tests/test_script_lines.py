"""The lines of a script as a shell would join them, whatever stands in it."""

from __future__ import annotations

import time

import pytest

from runner.docker_requests.continued import logical_lines
from runner.docker_requests.grammar import read
from runner.docker_requests.model import Exec, Listen, Refused
from tests.request_lines import asked, refused


def lines(text: str) -> list[tuple[int, str]]:
    return list(logical_lines(text))


def test_lines_are_joined_as_a_shell_joins_them() -> None:
    script = "# lab: bridge\n\ndocker run -itd \\\n  --name x \\\r\n  IMG\r\n  # more\ndocker ps \\"
    assert lines(script) == [(3, "docker run -itd   --name x   IMG"), (7, "docker ps ")]


def test_a_comment_joins_nothing_and_two_backslashes_are_one_letter() -> None:
    assert lines("# a \\\ndocker ps\ndocker ps \\\\\ndocker info") == [
        (2, "docker ps"),
        (3, "docker ps \\\\"),
        (4, "docker info"),
    ]


def test_a_backslash_with_a_blank_behind_it_joins_nothing() -> None:
    (first, one), (second, other) = lines("docker run -itd --name x \\ \n--net mybridge IMG")
    assert (first, second) == (1, 2)
    assert "very last character" in refused(one)
    assert "the rest of the one before it" in refused(other)


def test_a_quote_may_span_lines() -> None:
    script = "docker exec -d x sh -c 'while true; do\n   echo hello | nc -l -p 8080; done'\ndocker ps"
    (first, line), other = lines(script)
    assert first == 1
    assert asked(line).request == Exec("x", Listen(8080, "hello"), detach=True)
    assert other == (3, "docker ps")


@pytest.mark.parametrize(
    "line", ["docker run --name it's IMG", "echo don't", "docker ps # don't", 'docker exec x sh -c "']
)
def test_a_forgotten_quote_swallows_no_other_command(line: str) -> None:
    assert lines(f"{line}\ndocker ps\ndocker rm it's") == [(1, line), (2, "docker ps"), (3, "docker rm it's")]
    assert lines(f"{line}\n" + "ls\n" * 30)[0] == (1, line)


def test_a_script_of_half_a_megabyte_takes_no_time() -> None:
    for piece in ("\\\n", "'\n", "a'\n", "'\\\n", '"\n\\\n', "#\\\n", "\n", "\\", "'", "a 'b' \\\n", "\r\n", "\ufeff"):
        begin = time.process_time()
        for _, line in lines(piece * (500_000 // len(piece))):
            if len(line) > 4000:
                assert isinstance(read(line), Refused)
        assert time.process_time() - begin < 3, repr(piece)
