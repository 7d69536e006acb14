"""A session on an engine that was there already: what is the student's own stays, what the lab made goes."""

from __future__ import annotations

from tests.conftest import Docker
from tests.student import Student, folded
from tests.vethlab import Vethlab


def test_a_session_is_left_gone_on_with_and_reset(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker run -itd --name mine IMG")
    with Student(vethlab, "start", "bridge", "--engine", url, "--step", "create") as student:
        student.prompted()
        assert "✔ create" in student.types("docker network create mybridge")
        student.types("docker run -itd --name also_mine vethlab/node")
        student.sends("quit\r")
        assert student.ends() == 1
        assert "1 of 11 steps are done" in folded(student.said)
    again = vethlab("run", "bridge", "--engine", url)
    assert again.code == 3
    assert "is open on this engine" in again.err + again.out
    with Student(vethlab, "start", "bridge", "--engine", url, "--step", "run") as student:
        said = student.prompted()
        assert "does not hold what" not in folded(said)
        student.types("docker network disconnect bridge mine; docker network connect mybridge mine")
        student.sends("quit\r")
        student.ends()
    docker("docker network disconnect mybridge mine")
    assert vethlab("reset", "bridge", "--engine", url, "--yes").code == 0
    assert {"mine", "also_mine"} <= set(docker("docker ps --format {{.Names}}").split())
    assert "mybridge" not in docker("docker network ls --format {{.Name}}").split()


def test_a_lab_that_is_done_takes_its_things_away_and_nothing_else(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker run -itd --name mine IMG")
    with Student(vethlab, "start", "none", "--engine", url) as student:
        student.prompted()
        assert "✔ run" in student.types("docker run -itd --name network_none --net none vethlab/node")
        student.types("")
        student.types("skip")
        assert "is done: 1 passed, 2 skipped" in folded(student.types("skip"))
        student.sends("quit\r")
        assert student.ends() == 0
    assert docker("docker ps -a --format {{.Names}}").split() == ["mine"]
    assert "mybridge" not in docker("docker network ls --format {{.Name}}").split()


def test_a_name_of_the_students_own_is_left_alone(vethlab: Vethlab, docker: Docker, url: str) -> None:
    docker("docker run -itd --name network_none IMG")
    with Student(vethlab, "start", "none", "--engine", url) as student:
        assert student.ends() == 3
        assert "a container of that name is here already" in folded(student.said)
    assert docker("docker ps --format {{.Names}}").split() == ["network_none"]
    assert "mybridge" not in docker("docker network ls --format {{.Name}}").split()


def test_what_the_engine_lost_comes_back_only_with_consent(vethlab: Vethlab, docker: Docker, url: str) -> None:
    with Student(vethlab, "start", "bridge", "--engine", url, "--step", "create") as student:
        student.prompted()
        student.types("docker network create mybridge")
        student.sends("quit\r")
        student.ends()
    docker("docker network rm mybridge")
    for answer, there in (("n", False), ("y", True)):
        with Student(vethlab, "start", "bridge", "--engine", url, "--step", "run") as student:
            student.until(lambda: "[y/N] " in student.said, "the question")
            assert "docker network create --driver bridge mybridge" in folded(student.said)
            student.sends(f"{answer}\r")
            student.prompted()
            student.sends("quit\r")
            student.ends()
        assert ("mybridge" in docker("docker network ls --format {{.Name}}").split()) is there
