"""What is the user's own stays: by id and name, through runs, kills and resets."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.conftest import Docker
from tests.vethlab import Ended, Vethlab, until


def objects(docker: Docker) -> set[str]:
    """Every container and network, by id and name."""
    return {
        *docker("docker ps -a --no-trunc --format '{{.ID}} {{.Names}}'").splitlines(),
        *docker("docker network ls --no-trunc --format '{{.ID}} {{.Name}}'").splitlines(),
    }


def baselines(vethlab: Vethlab) -> list[Path]:
    return sorted((vethlab.state / "vethlab/baselines").glob("*.json"))


def killed_when(vethlab: Vethlab, docker: Docker, url: str, lab: str, container: str) -> None:
    """A run that is killed as soon as one of its containers is there."""
    process = vethlab.start("--engine", url, "run", lab)
    until(lambda: container in docker("docker ps -a --format {{.Names}}").split(), f"{container} is there")
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_run_leaves_the_users_own_things_and_takes_its_own_away(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker network create own_network")
    docker("docker run -d --name own_container --net own_network IMG sleep 1000")
    docker("docker create --name network_none_2 IMG")
    before = objects(docker)

    assert vethlab("--engine", url, "run", "none").code == 0
    assert objects(docker) == before
    assert not baselines(vethlab)


@pytest.mark.parametrize(
    ("own", "name"),
    [("docker create --name network_none IMG", "network_none"), ("docker network create mybridge", "mybridge")],
)
def test_a_name_that_is_taken_is_named_and_nothing_is_touched(
    vethlab: Vethlab, docker: Docker, url: str, own: str, name: str
) -> None:
    docker(own)
    before = objects(docker)
    ended = vethlab("--engine", url, "run", "none", "--json")

    assert ended.code == 3
    assert set(ended.verdicts().values()) == {"cannot-judge"}
    assert name in ended.whys()
    assert objects(docker) == before
    assert not baselines(vethlab)


def test_after_a_kill_the_next_run_cleans_up_what_is_the_labs_alone(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker network create own_network")
    before = objects(docker)
    killed_when(vethlab, docker, url, "none", "network_none")
    docker("docker run -d --name later_own IMG sleep 1000")
    later = {line for line in objects(docker) if line.endswith("later_own")}

    assert len(baselines(vethlab)) == 1
    assert vethlab("--engine", url, "run", "none").code == 0
    assert objects(docker) == before | later
    assert not baselines(vethlab)


def test_after_a_kill_reset_shows_and_removes_the_labs_things(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker run -d --name own_container IMG sleep 1000")
    before = objects(docker)
    killed_when(vethlab, docker, url, "none", "network_none")
    ended = vethlab("--engine", url, "reset", "none", "--yes")

    assert ended.code == 0
    assert "network_none" in ended.out
    assert "own_container" not in ended.out
    assert objects(docker) == before


def test_another_lab_reuses_mybridge_and_leaves_it_to_its_maker(vethlab: Vethlab, docker: Docker, url: str) -> None:
    assert vethlab("--engine", url, "run", "none", "--keep").code == 0
    mybridge = {line for line in objects(docker) if line.endswith(" mybridge")}
    ended: Ended = vethlab("--engine", url, "run", "container", "--json")

    assert ended.code == 0, ended.whys()
    assert mybridge <= objects(docker)
    assert vethlab("--engine", url, "reset", "none", "--yes").code == 0
    assert not {line for line in objects(docker) if line.endswith((" mybridge", " network_none"))}


def test_a_lab_that_was_kept_can_be_run_again(vethlab: Vethlab, docker: Docker, url: str) -> None:
    before = objects(docker)

    assert vethlab("--engine", url, "run", "none", "--keep").code == 0
    assert vethlab("--engine", url, "run", "none").code == 0
    assert objects(docker) == before


def test_a_network_on_which_the_users_container_hangs_is_left_and_told(
    vethlab: Vethlab, docker: Docker, url: str
) -> None:
    assert vethlab("--engine", url, "run", "none", "--keep").code == 0
    docker("docker run -d --name own_container --net mybridge IMG sleep 1000")
    refused = vethlab("--engine", url, "reset", "none", "--yes")

    assert refused.code == 3
    assert "own_container" in refused.err
    assert "own_container" in docker("docker ps --format {{.Names}}")
    assert "mybridge" in docker("docker network ls")
    docker("docker rm -f own_container")
    assert vethlab("--engine", url, "reset", "none", "--yes").code == 0
    assert "mybridge" not in docker("docker network ls")


def test_reset_of_one_step_takes_what_that_step_made(vethlab: Vethlab, docker: Docker, url: str) -> None:
    assert vethlab("--engine", url, "run", "none", "--keep").code == 0
    for _again in range(2):
        assert vethlab("--engine", url, "reset", "none", "--step", "run", "--yes").code == 0
        assert "network_none" not in docker("docker ps -a --format {{.Names}}")
        assert "mybridge" in docker("docker network ls")


def test_reset_without_an_open_lab_removes_nothing_by_a_bare_name(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker run -d --name network_none --net none IMG sleep 1000")
    ended = vethlab("--engine", url, "reset", "none", "--yes")

    assert ended.code == 0
    assert "network_none" in docker("docker ps --format {{.Names}}")


def test_a_helper_that_was_left_is_taken_away(vethlab: Vethlab, docker: Docker, url: str) -> None:
    assert vethlab("--engine", url, "run", "none", "--keep").code == 0
    docker("docker create --label vethlab.helper=1 --name vethlab-helper-left IMG")
    docker("docker create --label vethlab=1 --name own_container IMG")
    assert vethlab("--engine", url, "reset", "none", "--yes").code == 0

    names = docker("docker ps -a --format {{.Names}}").split()
    assert names == ["own_container"]


def test_a_damaged_baseline_stops_everything_and_is_named(vethlab: Vethlab, docker: Docker, url: str) -> None:
    folder = vethlab.state / "vethlab/baselines"
    folder.mkdir(parents=True)
    (folder / "none-1-x.json").write_text(json.dumps({"lab": "none"}), encoding="utf-8")
    ended = vethlab("--engine", url, "run", "none", "--json")

    assert ended.code == 3
    assert "none-1-x.json" in ended.whys()
    assert "network_none" not in docker("docker ps -a --format {{.Names}}")


def test_a_lab_that_is_being_played_is_not_played_a_second_time(vethlab: Vethlab, docker: Docker, url: str) -> None:
    first = vethlab.start("--engine", url, "run", "none")
    until(lambda: baselines(vethlab), "the first run is under way")
    first.send_signal(signal.SIGSTOP)
    second = vethlab("--engine", url, "run", "none", "--json")
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=100)

    assert (first.returncode, second.code) == (0, 3)
    assert "right now" in second.whys()


def test_the_maker_leaves_mybridge_to_a_lab_that_still_uses_it(vethlab: Vethlab, docker: Docker, url: str) -> None:
    assert vethlab("--engine", url, "run", "none", "--keep").code == 0
    assert vethlab("--engine", url, "run", "container", "--keep").code == 0
    assert vethlab("--engine", url, "reset", "none", "--yes").code == 0
    assert "mybridge" in docker("docker network ls")

    assert vethlab("--engine", url, "reset", "container", "--yes").code == 0
    assert "mybridge" not in docker("docker network ls")
