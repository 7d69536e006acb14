"""Lines that somebody types who got any docker command at all onto a confined engine, and what must come of each."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

SECRET = "vethlab-host-secret"


@dataclass(frozen=True, slots=True)
class Attack:
    """`line` as it is typed; what it prints holds `shows` and none of `hides`. HOST is a file of this computer."""

    id: str
    line: str
    shows: str = ""
    hides: tuple[str, ...] = (SECRET,)


RUN = "docker run --rm"
ROOT_OF_THE_MACHINE = "--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined -v /:/h"
MOUNTS = (
    Attack("root", f"{RUN} -v /:/h IMG sh -c 'cat /hHOST; ls -A /h'", "No such file", (SECRET, "boot", "home", "srv")),
    Attack("shadow", f"{RUN} -v /:/h IMG ls /h/etc/shadow", "No such file"),
    Attack("mount", f"{RUN} --mount type=bind,src=HOST,dst=/x IMG cat /x", "does not exist"),
    Attack("usr", f"{RUN} -v /usr:/u IMG touch /u/x", "Read-only file system"),
    Attack("lab image", f"{RUN} -v /data:/d IMG sh -c 'for i in /d/overlay2/*/diff; do touch $i/x; done'", "Read-only"),
    Attack("sys", f"{RUN} -v /sys:/s IMG sh -c 'find /s/kernel /s/module /s/block /s/power -writable -type f;"
           " echo looked'", "looked", ("/s/",)),
    Attack("proc", f"{RUN} -v /proc:/p IMG sh -c 'echo core >/p/sys/kernel/core_pattern'", "Permission denied"),
    Attack("sysctls", f"{RUN} -v /proc:/p IMG sh -c 'find /p/sys/kernel /p/sys/vm /p/sys/fs -writable -type f;"
           " test -w /p/sysrq-trigger || echo shut'", "shut", ("core_pattern", "modprobe", "panic", "overcommit")),
    Attack("dev", f"{RUN} -v /dev:/d IMG ls /d", "null", ("vda", "sda", "nvme", "mem", "kmsg", "kvm", "loop")),
    Attack("docker socket", f"{RUN} -v /:/h IMG find /h/run /h/sock /h/var -name docker.sock", "", ("docker.sock",)),
    Attack("run folder", f"{RUN} -v /run/vethlab:/r IMG find /r", "/r", ("record.json", "lock")),
    Attack("an open file of the engine's", f"{RUN} -w /proc/self/fd/7 IMG ls ../../..", "not", ("vmlinuz",)),
)  # fmt: skip
RIGHTS = (
    Attack("privileged", f"{RUN} --privileged IMG cat /proc/self/uid_map", hides=(" 0 ", "4294967295")),
    Attack("cap-add ALL", f"{RUN} --cap-add ALL IMG cat /proc/self/uid_map", hides=(" 0 ", "4294967295")),
    Attack("cap-add SYS_MODULE", f"{RUN} --cap-add SYS_MODULE IMG true"),
    Attack("device", f"{RUN} --device HOSTDISK IMG head -c 9 HOSTDISK", "no such file or directory"),
    Attack("device rule", f"{RUN} --device-cgroup-rule 'a *:* rwm' IMG mknod /d b DISKNUMBER", "not permitted"),
    Attack("node", f"{RUN} IMG sh -c 'mknod /d b DISKNUMBER; head -c 9 /d'", "not permitted"),
    Attack("memory node", f"{RUN} --cap-add SYS_ADMIN IMG sh -c 'mknod /d c 1 1; head -c 9 /d'", "not permitted"),
    Attack("kernel log", f"{RUN} --security-opt seccomp=unconfined -v /:/h IMG chroot /h dmesg", "not implemented"),
    Attack("keys", f"{RUN} --security-opt seccomp=unconfined IMG sh -c 'cat /proc/keys; id'", "root", ("_ses.",)),
    Attack("security-opt", f"{RUN} --security-opt seccomp=unconfined IMG grep NoNewPrivs /proc/self/status", "1"),
)  # fmt: skip
NAMESPACES = (
    Attack("pid", f"{RUN} --pid host IMG cat /proc/1/comm /proc/1/uid_map", "1879048192", ("systemd", "init")),
    Attack("pids", f"{RUN} --pid host IMG sh -c 'cat /proc/[0-9]*/comm'", "dockerd", ("pytest", "python")),
    Attack("ipc", f"{RUN} --ipc host IMG ls /dev/shm", hides=(SECRET,)),
    Attack("uts", f"{RUN} --uts host IMG hostname", "server1"),
    Attack("userns", f"{RUN} --userns host IMG cat /proc/self/uid_map", "1879048192"),
    Attack("cgroupns", f"{RUN} --cgroupns host IMG cat /proc/self/cgroup", "/containers/", ("vethlab",)),
    Attack("network", f"{RUN} --net host IMG ip -br link", "docker0", ("HOSTLINK",)),
)
ENGINE = (
    Attack("runtime", f"{RUN} --runtime /bin/sh IMG true", "nknown"),
    Attack("log-driver syslog", f"{RUN} --log-driver syslog IMG true", "failed"),
    Attack("log-driver fluentd", f"{RUN} --log-driver fluentd IMG true", "failed"),
    Attack("log-driver of an address", f"{RUN} --log-driver syslog --log-opt syslog-address=tcp://192.168.0.1:5 IMG ls",
           "refused"),
    Attack("pull", "docker pull 192.168.0.1:5000/x", "refused"),
    Attack("plugin", "docker plugin install --grant-all-permissions 192.168.0.1:5000/x", "refused"),
    Attack("macvlan on another parent", "docker network create -d macvlan -o parent=HOSTLINK nn", "HOSTLINK"),
    Attack("bridge name", "docker network create -o com.docker.network.bridge.name=vethlab0 nn"),
    Attack("host address", "docker network create -o com.docker.network.bridge.host_binding_ipv4=HOSTADDRESS nm"),
    Attack("sysctl", f"{RUN} --sysctl kernel.core_pattern=x IMG true", "not allowed"),
    Attack("import", "sh -c 'tar -c -C / etc/hostname | docker import - other && docker image rm other'", "sha256"),
    Attack("build", "sh -c \"echo 'FROM IMG\nRUN cat HOST || id' | DOCKER_BUILDKIT=0 docker build -\"", "No such file"),
    Attack("swarm", "docker swarm init --advertise-addr 192.168.0.11", "initialized"),
)  # fmt: skip


TRIES = {
    "what it may": "chroot /h mount -t tmpfs x /tmp",  # so the others are really tried
    "write to usr": "chroot /h mount -o remount,bind,rw /usr; touch /h/usr/vethlab-was-here",
    "a kernel setting": "chroot /h mount -t proc x /tmp; cd /h/tmp/sys/kernel; cat core_pattern >core_pattern",
    "a disk": "mknod /disk b DISKNUMBER",
    "the kernel's inside": "chroot /h mount -t debugfs x /tmp",
    "its tracing": "chroot /h mount -t tracefs x /tmp",
    "other cgroups": "chroot /h mount -t cgroup -o net_prio,perf_event x /tmp",
    "a limit": "for i in /h/sys/fs/cgroup/*/memory.limit_in_bytes /h/sys/fs/cgroup/memory.max; do "
    "test ! -e $i || echo 99999999999 >$i || exit 1; done",
    "the devices": "for i in /h/sys/fs/cgroup/*/devices.allow /none; do echo a >$i || exit 1; done",
    "the clock": "date -s @$(date +%s)",
    "an open file": "for i in /h/proc/1/fd/*; do (echo >$i) && readlink $i; done | grep -v -e null -e pipe",
    "the lab image": "for i in /h/data/overlay2/*/diff/usr/bin/ping; do i=${i%/usr*}; "
    "chroot /h mount -o remount,bind,rw ${i#/h}; touch $i/x && exit; done; false",
}


def aimed(line: str, secret: Path) -> str:
    """The line with what it is aimed at on this computer; `secret` is a file of its."""
    disk, number = _disk()
    words = {
        "HOSTADDRESS": host_address(),
        "HOSTLINK": _link(),
        "HOSTDISK": disk,
        "DISKNUMBER": number,
        "HOST": str(secret),
    }
    for word, value in words.items():
        line = line.replace(word, value)
    return line


def _disk() -> tuple[str, str]:
    """The first disk of this computer and its number, as `mknod` takes it."""
    first = sorted(each for each in Path("/sys/block").iterdir() if not each.name.startswith(("loop", "ram")))[0]
    return f"/dev/{first.name}", (first / "dev").read_text().strip().replace(":", " ")


def _link() -> str:
    return next(each for each in sorted(os.listdir("/sys/class/net")) if each not in ("lo", "eth0", "docker0"))


def host_address() -> str:
    """One of this computer's own; 127.0.0.2 where it has no other."""
    done = subprocess.run(
        ["ip", "-4", "-o", "addr", "show", "scope", "global"], capture_output=True, text=True, check=True
    )
    return (done.stdout.split("inet ")[1:] or ["127.0.0.2/8"])[0].split("/")[0]
