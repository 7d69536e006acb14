"""What the system lacks is said exactly, installed when wanted, and starts no service; real apt, in an overlay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.debian import Debian

# What the real package does, once it is unpacked, where there is no systemd.
START = "mkdir -p /etc/rc2.d; ln -sf ../init.d/docker /etc/rc2.d/S01docker; invoke-rc.d docker start || true"
INSTALL = "install.perform(install.plan(), lines.append)\n"


@pytest.fixture
def debian(tmp_path: Path) -> Debian:
    """As Debian 12: docker.io has the docker command too."""
    return Debian(tmp_path, {"docker.io": START, "iptables": "", "iproute2": ""})


def test_what_is_missing_is_told_with_the_exact_command(debian: Debian) -> None:
    told = debian.run("print(install.plan().command); print(install.refuse(install.plan()).hint)")
    command, hint = told.splitlines()
    assert command == "apt-get install -y --no-install-recommends docker.io iptables iproute2"
    assert command in hint


def test_the_docker_command_is_asked_for_where_it_is_a_package_of_its_own(debian: Debian) -> None:
    debian.packages["docker-cli"] = ""
    told = debian.run(f"print(install.plan().command)\n{INSTALL}assert install.plan() is None")
    assert told.split()[-4:] == ["docker.io", "iptables", "iproute2", "docker-cli"]


def test_only_the_docker_command_is_asked_for_an_engine_that_is_there_already(debian: Debian) -> None:
    assert debian.run("print(install.plan(install.EXTERNAL).packages)").strip() == "('docker.io',)"
    debian.packages["docker-cli"] = ""
    assert debian.run("print(install.plan(install.EXTERNAL).packages)").strip() == "('docker-cli',)"


def test_without_lists_apt_is_to_read_them_first(debian: Debian) -> None:
    debian.listed = False
    told = debian.run(f"print(install.plan().command)\n{INSTALL}assert install.plan() is None")
    assert told.startswith("apt-get update && apt-get install -y")


def test_a_plan_changes_nothing(debian: Debian) -> None:
    debian.run("""
def files():
    tops = (Path("/usr/sbin"), Path("/var/lib/dpkg"), Path("/var/lib/apt"))
    return {(each, each.stat().st_mtime_ns) for top in tops for each in top.rglob("*")}
before = files()
install.plan()
assert files() == before
""")


def test_an_installation_starts_no_service_and_leaves_no_denial(debian: Debian) -> None:
    debian.run(f"""
{INSTALL}
assert install.plan() is None
assert not STARTED.exists()
assert not POLICY.exists()
assert any("Setting up docker.io" in line for line in lines), lines
subprocess.run(["invoke-rc.d", "docker", "start"])
assert STARTED.exists()  # what the package asked for would have been done
""")


@pytest.mark.parametrize("code", [0, 101, 104])
def test_a_policy_that_was_there_is_heard_and_stays(debian: Debian, code: int) -> None:
    debian.run(f"""
POLICY.write_text("#!/bin/sh\\nexit {code}\\n")
POLICY.chmod(0o755)
before = POLICY.stat()
{INSTALL}
assert not STARTED.exists()
assert POLICY.read_text() == "#!/bin/sh\\nexit {code}\\n"
assert (POLICY.stat().st_ino, POLICY.stat().st_mode) == (before.st_ino, before.st_mode)
""")


def test_without_the_right_to_mount_the_denial_is_taken_back_all_the_same(debian: Debian) -> None:
    debian.run(f"""
import ctypes
assert ctypes.CDLL(None).prctl(24, 21, 0, 0, 0) == 0  # PR_CAPBSET_DROP, CAP_SYS_ADMIN: for the programs it starts
{INSTALL}
assert install.plan() is None
assert not STARTED.exists()
assert not POLICY.exists(), POLICY.read_text()
""")


def test_an_installation_killed_half_way_denies_nothing_and_is_cleared_away(debian: Debian) -> None:
    debian.packages["docker.io"] = f"touch /tmp/half-way; while ! [ -e /tmp/go ]; do sleep 0.1; done; {START}"
    debian.run("""
def wait_for(true):
    for _ in range(600):
        if true():
            return
        threading.Event().wait(0.1)
    raise AssertionError(true)
child = os.fork()
if child == 0:
    install.perform(install.plan(), lines.append)
    os._exit(0)
wait_for(Path("/tmp/half-way").exists)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
install.clear_away()  # its apt still runs, and is still denied
assert POLICY.exists()
assert not os.access(POLICY, os.X_OK)
Path("/tmp/go").touch()
wait_for(lambda: install.clear_away() or not POLICY.exists())
assert install.plan() is None
assert not STARTED.exists()
""")


def test_a_package_that_fails_is_told_with_the_last_lines(debian: Debian) -> None:
    debian.packages["iptables"] = "echo the disk is on fire >&2; exit 7"
    told = debian.run("""
try:
    install.perform(install.plan(), lines.append)
except SetupFailed as failed:
    print(failed.what, failed.hint)
assert not POLICY.exists()
""")
    assert "the disk is on fire" in told
    assert "apt-get install" in told


def test_a_package_that_no_source_has_is_an_error_and_nothing_is_installed(debian: Debian) -> None:
    del debian.packages["docker.io"]
    told = debian.run("""
try:
    install.perform(install.plan(), lines.append)
except SetupFailed as failed:
    print(failed.what)
assert install.missing() == ("dockerd", "docker", "iptables", "ip"), install.missing()
""")
    assert "docker.io" in told


def test_elsewhere_than_on_debian_it_says_what_to_do_oneself(debian: Debian) -> None:
    told = debian.run("""
Path("/etc/debian_version").unlink()
try:
    install.plan()
except NotHere as error:
    print(error.what, error.hint)
""")
    assert "dockerd, docker, iptables, ip cannot be found here" in told
    assert "own tools" in told


def test_without_root_nothing_is_tried(debian: Debian) -> None:
    told = debian.run("""
plan = install.plan()
os.seteuid(65534)
try:
    install.perform(plan, lines.append)
except UsageError as error:
    print(error.hint)
""")
    assert "sudo apt-get install -y --no-install-recommends docker.io iptables iproute2" in told
