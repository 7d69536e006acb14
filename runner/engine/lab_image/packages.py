"""The lab image's root from the Debian or Ubuntu packages of the host's mirror: no Docker Hub, no root, no chroot."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from checks.words import noted, say
from runner.engine.environ import tool_path
from runner.engine.lab_image.archive import Root
from runner.errors import EngineFailed

COMMAND = ("bash",)
SOURCE = noted("Debian packages")  # or Ubuntu's: as the host
PACKAGES = (
    *("base-files", "bash", "coreutils", "grep", "hostname", "ncurses-base", "busybox"),
    *("net-tools", "iputils-ping", "iproute2", "netcat-openbsd"),
)
NEEDLESS = ("debconf", "dpkg", "tar", "perl-base", "gcc-")  # wanted by packages, not by the tools in them
UNREAD = ("usr/share/", "var/", "run/", "tmp/", "dev/", "proc/", "sys/")
READ = ("usr/share/terminfo/",)
MERGED = ("bin", "sbin", "lib", "lib64", "lib32", "libx32")  # folders that live under /usr
APPLETS = (
    *("awk", "clear", "find", "free", "gunzip", "gzip", "httpd", "kill", "killall", "less", "more", "nslookup"),
    *("pgrep", "ps", "sed", "tar", "telnet", "top", "traceroute", "vi", "watch", "wget", "which", "xargs"),
)
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "root/.bashrc": "PS1='\\u@\\h:\\w\\$ '\n",
}
LIMIT = 600.0  # seconds for apt


def write_root(tar: Path, scratch: Path, progress: Callable[[str], None]) -> None:
    """Write the root's tar file; the packages come into `scratch`. `EngineFailed` where apt cannot get them."""
    if not all(shutil.which(tool, path=tool_path()) for tool in ("apt-get", "dpkg-deb")):
        raise EngineFailed(say("this host has no apt"))
    progress(say("fetching the lab image's packages with apt"))
    packages = _fetched(scratch)
    progress(say("putting the lab image together from {count} packages", count=len(packages)))
    root = Root(tar)
    _lay_out(root)
    for each in packages:
        _merge(each, root)
    for applet in APPLETS:  # where no package has the real tool
        root.link(f"usr/bin/{applet}", "busybox")
    root.close()


def _fetched(scratch: Path) -> list[Path]:
    """The packages and all that they depend on, as if nothing were installed; by the host's lists, or fresh ones."""
    archives = scratch / "cache" / "archives"
    (archives / "partial").mkdir(parents=True)
    (scratch / "status").touch()
    if _apt(scratch, "install", *PACKAGES):
        _update(scratch)
        if failed := _apt(scratch, "install", *PACKAGES, lists=scratch / "lists"):
            raise EngineFailed(say("apt cannot get the lab image's packages: {reason}", reason=failed))
    return sorted(each for each in archives.glob("*.deb") if not each.name.startswith(NEEDLESS))


def _update(scratch: Path) -> None:
    (scratch / "lists" / "partial").mkdir(parents=True)
    if failed := _apt(scratch, "update", lists=scratch / "lists"):
        raise EngineFailed(say("apt cannot read its mirror: {reason}", reason=failed))


def _apt(scratch: Path, action: str, *packages: str, lists: Path | None = None) -> str:
    """Run apt-get on an empty system of our own, downloading only; "" or the reason why it failed."""
    options = {
        "Dir::State::status": scratch / "status",
        "Dir::Cache": scratch / "cache",
        "Debug::NoLocking": 1,
        "APT::Sandbox::User": "root",  # its own user could not write here
        "Acquire::Retries": 1,
        "Acquire::http::Timeout": 15,
        "Acquire::https::Timeout": 15,
    } | ({"Dir::State::Lists": lists} if lists else {})
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    argv = ["apt-get", *given, "-q", "-y", "--no-install-recommends", "--download-only", action, *packages]
    environ = {**os.environ, "PATH": tool_path(), "LC_ALL": "C", "TMPDIR": str(scratch)}
    try:
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return say("it took longer than {seconds} s", seconds=int(LIMIT))
    lines = [line for line in done.stderr.splitlines() if line.startswith("E:")]
    return "" if done.returncode == 0 else (lines or done.stderr.splitlines() or [say("no reason given")])[-1]


def _lay_out(root: Root) -> None:
    """What no package holds."""
    for each in ("usr", "etc", "root", "dev", "proc", "sys", "run", "var", *(f"usr/{each}" for each in MERGED[:3])):
        root.folder(each)
    root.folder("tmp", 0o1777)
    for each in MERGED[:4]:
        root.link(each, f"usr/{each}")
    for name, text in FILES.items():
        root.file(name, text.encode())
    root.link("usr/bin/sh", "bash")  # dash is not among the packages
    root.link("usr/bin/nc", "nc.openbsd")


def _merge(package: Path, root: Root) -> None:
    """Put a package's files into the root."""
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=cast(IO[bytes], process.stdout), mode="r|") as tar,
    ):
        for member in tar:
            if name := _place(member.name):
                member.name = name
                if member.islnk():
                    member.linkname = _place(member.linkname)
                root.add(member, tar.extractfile(member) if member.isreg() else None)
    if process.returncode != 0:
        raise EngineFailed(say("{package} cannot be unpacked", package=package.name))


def _place(name: str) -> str:
    """Where a package's file goes in a root with everything under /usr; "" for what a container never reads."""
    path = name.removeprefix("./").rstrip("/")
    if path.partition("/")[0] in MERGED:
        path = f"usr/{path}" if "/" in path else ""
    folder = f"{path}/"
    needless = folder.startswith(UNREAD) and not folder.startswith(READ)
    return "" if path in (".", "") or needless or "/gconv/" in folder else path
