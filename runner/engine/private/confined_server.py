"""One server of a confined testbed, started: root in there is nobody out here, and no file from out here is open there.

A user namespace gives it numbers for its users that nobody else has: what the kernel asks of root it then refuses,
whatever capabilities a container was given (user_namespaces(7)).
"""

from __future__ import annotations

import functools
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from checks.words import say
from runner.engine.environ import SYSTEM_PATH
from runner.engine.private import cgroups, holders, syscalls
from runner.engine.private.cgroups import FIRST_USER
from runner.engine.private.holders import Ties
from runner.engine.private.limits import Limits
from runner.engine.records import Record
from runner.errors import EngineFailed, NotHere

USERS = 65536
_KEPT = (  # capabilities that dockerd needs, and those that containers have by default
    *("chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "setfcap", "mknod"),
    *("net_bind_service", "net_admin", "net_raw", "sys_chroot", "sys_admin", "audit_write"),
)
_LOG_BYTES = 65536
_MODULES = (  # what dockerd would have loaded itself (moby, libnetwork); in a user namespace nobody can
    *("overlay", "bridge", "br_netfilter", "veth", "macvlan", "vxlan"),
    *("ip_tables", "iptable_nat", "iptable_filter", "nf_nat", "xt_conntrack", "xt_MASQUERADE", "xt_addrtype"),
)


@functools.cache
def load_modules() -> None:
    """Once in a process. A kernel that has them built in knows nothing of modules, and lacks nothing."""
    with suppress(OSError):
        argv = ["modprobe", "--all", "--quiet", *_MODULES]
        subprocess.run(argv, env={"PATH": SYSTEM_PATH}, capture_output=True, check=False)


@contextmanager
def user_namespace() -> Iterator[str]:
    """A new one, by its path; it lasts as long as something is in it. `NotHere` where there can be none."""
    load_modules()
    argv = ["unshare", "--user", "sh", "-c", "echo; read -r _"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(argv, **pipes) as holder:  # type: ignore[call-overload]
        try:
            if not holder.stdout.readline():
                raise NotHere(say("confined engines need user namespaces, and this kernel gives none"))
            for each in ("uid_map", "gid_map"):
                Path(f"/proc/{holder.pid}/{each}").write_text(f"0 {FIRST_USER} {USERS}", encoding="ascii")
            yield f"/proc/{holder.pid}/ns/user"
        finally:
            holder.kill()


def start(
    record: Record, name: str, values: Mapping[str, object], lifeline: int, limits: Limits
) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """Its holder, and who writes its log. Its socket takes calls from now on, and they wait until it is ready."""
    folder = record.folder / name
    more = {
        **cgroups.make(record.cgroup(name).lstrip("/"), limits),
        "CONFINED": f"size={limits.disk},nr_inodes={limits.files}",
        "CGROUP": "/containers",
        "KEPT": ",".join(["-all", *(f"+{each}" for each in _KEPT)]),
    }
    logger = _logger(folder / "log")
    assert logger.stdin is not None  # a pipe was asked for
    with logger.stdin as log, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "sock" / "docker.sock"))
        listening.listen()
        streams = Ties(listening.fileno(), ())  # `confine` finds the socket where others find the lifeline
        process = syscalls.without(
            lambda: holders.spawn(
                "confine",
                {**values, **more},
                streams,
                out=lifeline,
                log=log.fileno(),
                inside=("unshare", "--mount"),
            )
        )
    return process, logger


def _logger(path: Path) -> subprocess.Popen[bytes]:
    """A process that keeps the beginning of a log: in there nothing of ours is open to be filled."""
    script = f"head -c {_LOG_BYTES}; exec cat >/dev/null"
    with path.open("wb") as log:
        return subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, stdout=log, start_new_session=True)


def dockerd(record: Record, name: str) -> int:
    """Its pid as seen from here; the socket is ours and does not tell. To be asked before any container runs."""
    for pid in cgroups.engine_processes(f"{record.cgroup(name).lstrip('/')}"):
        if _command(pid) == "dockerd":
            return pid
    raise EngineFailed(say("the private engine has ended"), hint="vethlab doctor")


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
