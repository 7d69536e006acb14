"""What an engine that was rewound may still be taken for."""

from __future__ import annotations

import pytest

from runner.engine.baseline import holdings
from runner.engine.testbed import Testbed
from runner.lab.model import Command, DockerCommand, Location
from runner.session.rewind import Engine
from tests.conftest import Docker

HERE = Location("lab.yaml", 1)


def commands(*lines: str) -> tuple[Command, ...]:
    return tuple(DockerCommand(line, HERE) for line in lines)


STAGES = (
    commands("docker network create mynet"),
    commands("docker run -i -t -d --name mybox --net mynet IMG"),
)


@pytest.fixture
def played(testbed: Testbed, docker: Docker) -> Engine:
    """A lab of two stages past the first, played."""
    engine = Engine(testbed)
    engine.reached()
    for stage in STAGES:
        for line in stage:
            docker(str(getattr(line, "line", "")))
        engine.reached(stage)
    assert engine.stage == 2
    return engine


@pytest.mark.parametrize(
    ("mistake", "stage"),
    [
        (["docker network create other", "docker create --name more --net mynet IMG"], 2),
        (["docker network disconnect mynet mybox"], 1),
        (["docker stop -t 0 mybox", "docker start mybox"], 1),
        (["docker exec mybox true"], 1),
        (["docker cp /etc/hostname mybox:/tmp"], 1),
        (["docker rm -f mybox", "docker network rm mynet"], 0),
    ],
    ids=["adds", "unplugs", "restarts", "inside", "copies", "removes"],
)
def test_an_engine_is_at_the_latest_stage_that_the_mistake_left_untouched(
    played: Engine, docker: Docker, mistake: list[str], stage: int
) -> None:
    before = {each.id for each in holdings(played.testbed)}
    for line in mistake:
        docker(line)
    played.rewind(commands(*mistake))
    assert played.stage == stage
    left = holdings(played.testbed)
    assert {each.id for each in left} <= before
    assert [name for name in ("mynet", "mybox") if name in {each.name for each in left}] == ["mynet", "mybox"][:stage]


def test_no_way_leads_back_where_what_was_there_first_has_changed(testbed: Testbed, docker: Docker) -> None:
    docker("docker run -i -t -d --name first IMG")
    engine = Engine(testbed)
    engine.reached()
    docker("docker stop -t 0 first")
    engine.rewind(commands("docker stop -t 0 first"))
    assert engine.stage == -1
