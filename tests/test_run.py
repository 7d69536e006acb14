"""The six labs, played on real engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.engine.testbed import Testbed
from runner.lab.loader import find_lab, lab_names, load
from tests.conftest import Docker
from tests.vethlab import Vethlab

ONE_SERVER = [name for name in lab_names() if load(find_lab(name)).servers == 1]


def proven(document: dict[str, Any]) -> Iterator[str]:
    """The steps that pass with at least one finding that counts and has evidence, as `lab/step`."""
    for lab in document["labs"]:
        for step in lab["steps"]:
            if step["verdict"] == "pass" and any(f["ok"] and f["evidence"] and not f["fact"] for f in step["findings"]):
                yield f"{lab['lab']}/{step['id']}"


def steps_of(*names: str) -> list[str]:
    return [f"{name}/{step.id}" for name in names for step in load(find_lab(name)).steps]


def test_all_labs_pass_side_by_side_on_private_engines(vethlab: Vethlab) -> None:
    ended = vethlab("run", "--all", "--json")

    assert ended.code == 0, ended.whys()
    assert list(proven(ended.document())) == steps_of(*lab_names())
    assert {lab["engine"]["kind"] for lab in ended.document()["labs"]} == {"private"}


@pytest.mark.parametrize("name", ONE_SERVER)
def test_a_one_server_lab_passes_on_an_external_engine(
    vethlab: Vethlab, testbed: Testbed, docker: Docker, name: str
) -> None:
    before = docker("docker ps -aq") + docker("docker network ls -q")
    ended = vethlab("--engine", testbed.servers[0].url, "run", name, "--json")
    missing = set(steps_of(name)) - set(proven(ended.document()))

    assert ended.document()["labs"][0]["engine"]["kind"] == "external"
    assert missing <= {"bridge/outside"}, ended.whys()
    assert ended.code == (4 if missing else 0)
    assert docker("docker ps -aq") + docker("docker network ls -q") == before


def test_what_a_run_kept_can_be_judged_step_by_step(vethlab: Vethlab, testbed: Testbed, docker: Docker) -> None:
    url = testbed.servers[0].url
    assert vethlab("--engine", url, "run", "host", "--keep").code == 0

    for step in ("run", "port"):
        ended = vethlab("--engine", url, "check", "host", "--step", step, "--json")
        assert ended.verdicts() == {step: "pass"}, ended.whys()


def test_a_model_answer_that_fails_is_never_a_pass(
    vethlab: Vethlab, testbed: Testbed, docker: Docker, tmp_path: Path
) -> None:
    lab = tmp_path / "broken.yaml"
    lab.write_text(
        """
lab: broken
title: A model answer that fails
summary: For a test.
minutes: 1
uses: {networks: [broken_net]}
steps:
  - id: fails
    title: Fails
    text: A command that does not succeed, one that is not refused, and one refused in other words.
    do:
      - docker network create broken_net
      - docker network create --driver nosuch broken_net
      - {fails: docker network ls, with: no}
      - {fails: docker network create broken_net, with: thunderstorm}
    check:
      - network_exists: {network: broken_net, driver: bridge}
    hints: [one, two, three]
""",
        encoding="utf-8",
    )
    ended = vethlab("--engine", testbed.servers[0].url, "run", str(lab), "--json")

    assert ended.code == 1, ended
    assert "--driver nosuch broken_net` failed" in ended.whys()
    assert "did not refuse `docker network ls`" in ended.whys()
    assert "for another reason" in ended.whys()


def test_a_container_cannot_steer_the_terminal_of_a_run(
    vethlab: Vethlab, testbed: Testbed, docker: Docker, tmp_path: Path
) -> None:
    lab = tmp_path / "loud.yaml"
    lab.write_text(
        r"""
lab: loud
title: Prints control characters
summary: For a test.
minutes: 1
uses: {containers: [loud_one]}
steps:
  - id: loud
    title: Loud
    text: It prints.
    do:
      - docker run -d --name loud_one --net none IMG sleep 1000
      - {fails: "docker exec loud_one sh -c 'printf \"\\033[2Jgone\\007\"; exit 3'", with: gone}
    check:
      - only_loopback: {container: loud_one}
    hints: [one, two, three]
""",
        encoding="utf-8",
    )
    ended = vethlab("--engine", testbed.servers[0].url, "run", str(lab))

    assert ended.code == 0, ended
    assert "gone" in ended.out
    assert not {"\x1b", "\x07"} & set(ended.out + ended.err)
