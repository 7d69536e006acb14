"""The proof itself is proven: labs with a known flaw, and it says which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runner.engine.private.opening import private
from runner.lab.loader import find_lab, lab_names, load
from runner.lab.model import DockerCommand
from runner.session.prove import Claim, prove

LAB = """\
lab: tiny
title: A tiny lab
minutes: 1
uses:
  networks: [tinynet]
  containers: [tinybox]
steps:
  - id: make
    title: A network
    text: Make it.
    do:
      - docker network create tinynet
    check:
      - network_exists: {network: tinynet, driver: bridge}
    hints: [a nudge]
    mistakes:
      - do: docker network create --internal tinynett
        says: tinynett
  - id: run
    title: A container
    text: Run it.
    do:
      - docker run -i -t -d --name tinybox --net tinynet IMG
    check:
      - attached: {containers: [tinybox], network: tinynet}
    hints: [a nudge]
    mistakes:
      - do: docker run -i -t -d --name tinybox IMG
        says: bridge
"""
LAB = LAB.replace("networks: [tinynet]", "networks: [tinynet, tinynett]")


def failures(folder: Path, *changes: tuple[str, str]) -> list[Claim]:
    text = LAB
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "tiny.yaml"
    file.write_text(text, encoding="utf-8")
    return [claim for claim in prove(load(file), private) if not claim.ok]


def only(claims: list[Claim]) -> Claim:
    assert len(claims) == 1, claims
    return claims[0]


def test_a_sound_lab_is_proven(tmp_path: Path) -> None:
    assert failures(tmp_path) == []


def test_a_check_that_cannot_fail_is_found_beside_one_that_can(tmp_path: Path) -> None:
    always = "      - network_exists: {network: tinynet, driver: bridge}\n"
    found = only(failures(tmp_path, (always, always + "      - network_exists: {network: bridge, driver: bridge}\n")))
    assert (found.step, found.location.line) == ("make", 15)
    assert "network_exists cannot fail" in found.why
    assert "fact: true" in found.why


def test_a_step_that_passes_before_it_is_done_is_found(tmp_path: Path) -> None:
    found = failures(tmp_path, ("{network: tinynet, driver: bridge}", "{network: bridge, driver: bridge}"))
    assert {claim.step for claim in found} == {"make"}
    assert {"red on an empty engine", "red before it is done"} <= {claim.claim for claim in found}


def test_a_mistake_that_no_check_catches_is_found(tmp_path: Path) -> None:
    harmless = ("docker network create --internal tinynett", "docker network create --driver bridge tinynet")
    found = only(failures(tmp_path, harmless))
    assert (found.step, found.location.line) == ("make", 17)
    assert "passes all the same" in found.why


def test_a_mistake_that_is_caught_in_other_words_is_found(tmp_path: Path) -> None:
    found = only(failures(tmp_path, ("says: bridge", "says: bananas")))
    assert "no finding says “bananas”" in found.why
    assert "tinybox" in found.why


def test_a_step_that_leaks_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tiny.yaml"
    file.write_text(LAB, encoding="utf-8")
    lab = load(file)
    step = lab.step("run")
    nameless = DockerCommand("docker run -i -t -d IMG", step.location)  # the loader refuses it: past the loader, then
    leaky = replace(lab, steps=(lab.step("make"), replace(step, do=(*step.do, nameless))))
    found = [claim for claim in prove(leaky, private) if not claim.ok]
    assert any(claim.step == "run" and "`uses` does not name" in claim.why for claim in found), found
    assert any(claim.step is None and "after the reset there is still container" in claim.why for claim in found)


def test_a_model_answer_that_fails_is_named(tmp_path: Path) -> None:
    found = failures(tmp_path, ("--net tinynet IMG", "--net tinynet --ip 300.0.0.1 IMG"))
    assert any("300.0.0.1" in claim.why for claim in found), found
    assert any(claim.claim == "green after the model answer" for claim in found)


@pytest.mark.parametrize("name", lab_names())
def test_every_lab_of_the_chapter_is_proven(name: str) -> None:
    lab = load(find_lab(name))
    assert [f"{claim}" for claim in prove(lab, lambda: private(lab.servers), jobs=2) if not claim.ok] == []
