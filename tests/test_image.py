"""The lab image: every way to make it, carrying it, and the template that private engines start from."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runner.engine.lab_image import archive, busybox, image
from runner.engine.private import opening, started, template
from runner.engine.private.opening import silent
from runner.engine.private.sweep import sweep
from runner.engine.testbed import IMAGE, Testbed
from runner.errors import EngineFailed, UsageError

ROOT = Path(__file__).parents[1]
NOBODY = 65534
TEMPLATES = Path("/var/cache/vethlab/templates")
MAKER = """
import sys
from runner.engine.private import template
with template.held(sys.argv[1], print) as found:
    print(found.folder)
"""


@pytest.fixture(scope="module")
def empty() -> Iterator[Testbed]:
    """An engine without any image."""
    with started.start(1, lasting=False, base="/", template=None) as testbed:
        yield testbed


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Path]:
    """The root of another system, that has the same programs: its dockerd has a template of its own."""
    for each in ("bin", "sbin", "lib", "lib64"):
        if Path("/", each).is_symlink():
            (tmp_path / each).symlink_to(os.readlink(f"/{each}"))
    (tmp_path / "usr").symlink_to("/usr")
    (tmp_path / "etc").symlink_to("/etc")
    yield tmp_path
    for name in TEMPLATES.glob("*/dockerd"):
        if name.read_text().startswith(str(tmp_path)):
            shutil.rmtree(name.parent)


def test_an_engine_that_reaches_no_registry_gets_the_image_of_the_hosts_packages(
    empty: Testbed, tmp_path: Path
) -> None:
    docker, told = empty.server().docker, list[str]()

    assert image.build(docker, told.append) == "Debian packages"
    assert "asking Docker Hub for ubuntu:24.04" in told
    assert image.build(docker, told.append) == "it was there already"
    assert docker.image_id("ubuntu:24.04") is None  # on an engine of the user's that name is the user's

    image.save(docker, tmp_path / "node.tar", told.append)
    assert archive.source(tmp_path / "node.tar") == "Debian packages"


def test_a_saved_image_is_carried_to_another_engine(testbed: Testbed, empty: Testbed, tmp_path: Path) -> None:
    image.save(testbed.server().docker, tmp_path / "node.tar", silent)
    image.load(empty.server().docker, tmp_path / "node.tar")

    assert empty.server().docker.image_id(IMAGE) == testbed.server().docker.image_id(IMAGE)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder for anybody; pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_the_image_is_made_saved_and_loaded_without_root(open_folder: Path) -> None:
    program = f"""
import os, pathlib
from runner.engine.lab_image import archive, busybox, dockerfile, image, packages
from runner.engine.private.opening import silent
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY}); os.chdir("{open_folder}")
print(image.build(None, silent))
image.save(None, pathlib.Path("node.tar"), silent)
image.load(None, pathlib.Path("node.tar"))
print(image.build(None, silent))
"""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(open_folder), "XDG_CACHE_HOME": str(open_folder)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.stdout.splitlines() == ["Debian packages"] * 2, done.stderr
    assert [each.name for each in (open_folder / "vethlab").iterdir() if each.suffix == ".tar"] == ["node.tar"]
    assert not list((open_folder / "vethlab").glob(".*"))


def test_the_hosts_static_busybox_makes_an_image_with_the_tools_of_the_labs(
    empty: Testbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{_static_busybox(tmp_path)}:{os.environ['PATH']}")
    busybox.write_root(tmp_path / "layer.tar", tmp_path, silent)
    archive.write_archive(tmp_path / "layer.tar", tmp_path / "node.tar", command=("bash",), source=busybox.SOURCE)
    assert archive.source(tmp_path / "node.tar") == "static busybox"
    image.load(empty.server().docker, tmp_path / "node.tar")

    commands = "ifconfig && ip -o link && ping -c 1 127.0.0.1 && nc --help 2>&1 | grep BusyBox && bash -c hostname"
    done = subprocess.run(
        ["docker", "run", "--rm", IMAGE, "sh", "-c", commands],
        env=empty.environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_dynamic_busybox_is_no_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy("/bin/ls", tmp_path / "busybox")
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(EngineFailed, match="no static busybox"):
        busybox.write_root(tmp_path / "layer.tar", tmp_path, silent)


def _no_tar(path: Path) -> None:
    path.write_bytes(b"no tar at all")


def _empty_tar(path: Path) -> None:
    tarfile.open(path, "w").close()


def _others(path: Path) -> None:
    _tar(path, [{"Config": "c.json", "RepoTags": ["debian:12"], "Layers": []}])


def _two(path: Path) -> None:
    _tar(path, [{"Config": "c.json", "RepoTags": [IMAGE], "Layers": []}] * 2)


def _more_names(path: Path) -> None:
    _tar(path, [{"Config": "c.json", "RepoTags": [IMAGE, "debian:12"], "Layers": []}])


def _nonsense(path: Path) -> None:
    _tar(path, 5)


def _missing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize("write", [_no_tar, _empty_tar, _others, _two, _more_names, _nonsense, _missing])
def test_a_file_that_does_not_hold_just_the_lab_image_is_refused(
    empty: Testbed, tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "file.tar")
    before = empty.server().docker.image_id("debian:12")

    with pytest.raises(UsageError, match="does not hold the lab image"):
        image.load(empty.server().docker, tmp_path / "file.tar")
    with pytest.raises(UsageError, match="does not hold the lab image"):
        image.load(None, tmp_path / "file.tar")
    assert empty.server().docker.image_id("debian:12") == before


def test_two_makers_at_once_make_one_template_between_them(system: Path) -> None:
    makers = [_maker(system) for _ in range(2)]
    answers = [each.communicate(timeout=60)[0].splitlines() for each in makers]

    assert [each.returncode for each in makers] == [0, 0]
    assert answers[0][-1] == answers[1][-1]
    assert sorted(len(each) for each in answers) == [1, 2]  # one told that it made it


def test_a_maker_that_is_killed_half_way_leaves_no_half_template(system: Path) -> None:
    maker = _maker(system)
    deadline = time.monotonic() + 30
    while not list(TEMPLATES.glob(".making-*/data/*")) and time.monotonic() < deadline:
        time.sleep(0.001)
    maker.send_signal(signal.SIGKILL)
    maker.communicate(timeout=10)
    assert not [each for each in TEMPLATES.glob("*/dockerd") if each.read_text().startswith(str(system))]

    sweep()
    with opening.private(base=str(system)) as testbed:
        assert testbed.server().docker.image_id("ubuntu:24.04") == testbed.server().docker.image_id(IMAGE)


def test_a_template_in_use_stays_when_a_newer_one_comes(system: Path) -> None:
    with template.held(str(system), silent) as first, opening.private(base=str(system)) as testbed:
        newer = first.folder.with_name("newer")
        template._prune(newer, str(system / "usr/sbin/dockerd"))
        assert first.folder.exists()
        assert testbed.server().docker.image_id(IMAGE)
    template._prune(newer, str(system / "usr/sbin/dockerd"))
    assert not first.folder.exists()


def test_a_system_without_dockerd_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="there is no dockerd in"), template.held(str(tmp_path), silent):
        raise AssertionError


def _maker(system: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", MAKER, str(system)], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _static_busybox(folder: Path) -> Path:
    """A folder with Debian's static busybox in it."""
    subprocess.run(
        ["apt-get", "download", "-q", "busybox-static"], cwd=folder, capture_output=True, timeout=60, check=True
    )
    (package,) = folder.glob("busybox-static_*.deb")
    subprocess.run(["dpkg-deb", "--extract", package, folder / "unpacked"], timeout=60, check=True)
    return next(each.parent for each in (folder / "unpacked").rglob("bin/busybox"))


def _tar(path: Path, manifest: object) -> None:
    with tarfile.open(path, "w") as tar:
        for name, content in (("manifest.json", manifest), ("c.json", {"config": {}})):
            text = json.dumps(content).encode()
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
