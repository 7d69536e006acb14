"""A Debian without Docker, for trying installations: this machine's root under an overlay, with real apt and dpkg.

Nothing is known to be installed there, and apt's only source is a folder of small packages made here: quick, and the
same without a network. What is done in it is gone with it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]

_ENTER = r"""
set -eu
place=$1 repository=$2; shift 2
mount -t tmpfs tmpfs "$place"
mkdir "$place/upper" "$place/work" "$place/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" "$place/root"
cd "$place/root"
for each in run tmp var/lib/dpkg var/lib/apt var/cache/apt etc/apt mnt; do
    mkdir -p "$each"; mount -t tmpfs tmpfs "$each"
done
for each in "$repository" "$VETHLAB_ROOT" "$PYTHON_HERE" "$PYTHON_BASE"; do
    [ -e ".$each" ] && continue  # on another disk than the root
    mkdir -p ".$each"; mount --bind "$each" ".$each"; mount -o remount,bind,ro ".$each"
done
mount -t proc proc proc
mount --rbind /dev dev
mkdir -p etc/apt/apt.conf.d etc/apt/preferences.d
mkdir -p var/lib/dpkg/info var/lib/dpkg/updates var/lib/apt/lists/partial var/cache/apt/archives/partial
: >var/lib/dpkg/status
echo "deb [trusted=yes] file:$repository ./" >etc/apt/sources.list
echo bookworm/sid >etc/debian_version
rm -f usr/sbin/policy-rc.d usr/sbin/runlevel
printf '#!/bin/sh\necho N 2\n' >usr/sbin/runlevel && chmod 755 usr/sbin/runlevel
old=$(mktemp -d -p mnt)
pivot_root . "$old"
cd /
umount -l "/$old"
for each in dockerd docker iptables ip; do
    for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do rm -f "$folder/$each"; done
done
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
exec "$@"
"""

_BEGIN = """
import os, signal, subprocess, sys, threading
from pathlib import Path
from runner.engine import install
from runner.errors import *
POLICY, STARTED = Path("/usr/sbin/policy-rc.d"), Path("/tmp/started")
lines = []
"""


@dataclass
class Debian:
    """`run` runs Python lines there, after the imports above. `packages` maps names to what postinst does."""

    folder: Path
    packages: dict[str, str] = field(default_factory=dict)
    listed: bool = True  # whether apt has read its lists

    def run(self, lines: str) -> str:
        """What they print. A failed assertion there fails here."""
        repository, place = self.folder / "repository", self.folder / "place"
        place.mkdir(exist_ok=True)
        self._publish(repository)
        first = "subprocess.run(['apt-get', '-qq', 'update'], check=True)\n" if self.listed else ""
        done = subprocess.run(
            [
                *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"),
                *("sh", "-c", _ENTER, "sh", str(place), str(repository), sys.executable, "-c", _BEGIN + first + lines),
            ],
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "PYTHONPATH": str(ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
                "VETHLAB_ROOT": str(ROOT),
                "PYTHON_HERE": sys.prefix,
                "PYTHON_BASE": sys.base_prefix,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def _publish(self, repository: Path) -> None:
        """The folder as apt reads it: packages and their index."""
        repository.mkdir(exist_ok=True)
        index = [self._build(repository, name, after) for name, after in self.packages.items()]
        (repository / "Packages").write_text("\n".join(index))

    def _build(self, repository: Path, name: str, after: str) -> str:
        """One package with its program (and for docker.io an old-style service); its entry in the index."""
        tree = self.folder / name
        control = f"Package: {name}\nVersion: 99\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n"
        control += f"Description: {name}\n"
        scripts = {"DEBIAN/postinst": f"#!/bin/sh\nset -e\n{after}\n"}
        apart = "docker-cli" in self.packages  # as in Debian 13
        for program in _PROGRAMS[name][: 1 if apart else None]:
            scripts[f"usr/sbin/{program}"] = "#!/bin/sh\n"
        if name == "docker.io":
            scripts["etc/init.d/docker"] = "#!/bin/sh\necho $1 >>/tmp/started\n"
        for where, text in {**scripts, "DEBIAN/control": control}.items():
            (tree / where).parent.mkdir(parents=True, exist_ok=True)
            (tree / where).write_text(text)
            (tree / where).chmod(0o755)
        made = repository / f"{name}.deb"
        subprocess.run(["dpkg-deb", "-Zgzip", "--root-owner-group", "-b", tree, made], check=True, capture_output=True)
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        return f"{control}Filename: ./{name}.deb\nSize: {made.stat().st_size}\nSHA256: {digest}\n"


_PROGRAMS = {
    "docker.io": ("dockerd", "docker"),
    "docker-cli": ("docker",),
    "iptables": ("iptables",),
    "iproute2": ("ip",),
}
