"""Private engines: what they are given, what they hold, and that nothing of them stays."""

from __future__ import annotations

from tests.conftest import Docker


def test_the_lab_image_is_there_under_both_names(docker: Docker) -> None:
    names = docker("docker images --format {{.Repository}}:{{.Tag}}").split()

    assert sorted(names) == ["ubuntu:24.04", "vethlab/node:latest"]


def test_plain_docker_speaks_to_the_first_server_and_a_context_to_the_second(lan_docker: Docker) -> None:
    lan_docker("docker network create here")
    lan_docker("docker network create there", on="server2")

    assert "here" in lan_docker("docker network ls", on="server1").split()
    assert "there" not in lan_docker("docker network ls").split()
    assert "there" in lan_docker("docker network ls", on="server2").split()
