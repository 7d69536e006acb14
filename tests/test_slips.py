"""Typing errors that a command line shows by itself, told where the command failed."""

from __future__ import annotations

import pytest

from runner.session.slips import slip

NAMES = ("mybridge", "bridge_first")


@pytest.mark.parametrize(("line", "meant"), [
    ("chekc", "check"), ("anwser 172.17.0.1", "answer"), ("hnit", "hint"), ("solutoin", "solution"), ("slove", "solve"),
    ("mpa", "map"), ("Check", "check"), ("quti", "quit"), ("docker ps; hnit", "hint"), ("dokcer ps", "docker"),
    ("ㅗㅑㅜㅅ", "hint"), ("촏차", "check"), ("애찬ㄷㄱ", "docker"), ("vetlab list", "vethlab"),
])  # fmt: skip
def test_a_misspelt_word_of_ours_is_told_what_was_meant(line: str, meant: str) -> None:
    assert f"did you mean `{meant}`" in slip(line, NAMES, 127)


@pytest.mark.parametrize("line", ["pythno x.py", "./check.sh", "lss", "true", "", "'unclosed", "\x1b[2J", "😀"])
def test_what_is_near_to_none_of_our_words_is_left_to_bash(line: str) -> None:
    assert not slip(line, NAMES, 127)


@pytest.mark.parametrize("code", [1, 2, 126, 130])
def test_a_command_that_was_found_is_no_misspelt_word(code: int) -> None:
    assert not slip("chekc", NAMES, code)


@pytest.mark.parametrize("line", [
    "docker exec -it bridge_first bash", "docker run -i -t --name c vethlab/node", "docker attach bridge_first",
    "docker start -ai bridge_first", "docker --context server1 exec -ti bridge_first sh",
])  # fmt: skip
def test_after_a_word_typed_inside_a_container_one_is_told_where_it_is_known(line: str) -> None:
    assert "at this prompt, not inside containers" in slip(line, NAMES, 127)
    assert not slip(line, NAMES, 0)


def test_a_command_without_a_terminal_says_for_itself_what_it_did_not_find() -> None:
    assert "inside containers" not in slip("docker exec bridge_first chekc", NAMES, 127)
