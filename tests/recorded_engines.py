"""What real engines said of themselves, cut down to what `runner.engine.kinds` reads, with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNIX = "unix:///var/run/docker.sock"
_NO_SWARM = {"LocalNodeState": "inactive"}


@dataclass(frozen=True)
class Recorded:
    """The answers to `GET /info` and `GET /version`, and the kinds that the engine is."""

    source: str
    kinds: tuple[str, ...]
    info: dict[str, Any]
    components: tuple[str, ...] = ("Engine", "containerd", "runc", "docker-init")
    url: str = UNIX
    version: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "version", {"Components": [{"Name": name} for name in self.components]})


ENGINES = {
    "debian": Recorded(
        "docker.io 20.10.24 of Debian 12, started by root",
        (),
        {
            "Driver": "overlay2",
            "DriverStatus": [["Backing Filesystem", "tmpfs"], ["Supports d_type", "true"]],
            "IPv4Forwarding": True,
            "BridgeNfIptables": True,
            "CgroupDriver": "cgroupfs",
            "CgroupVersion": "1",
            "KernelVersion": "6.18.44",
            "OperatingSystem": "Debian GNU/Linux 12 (bookworm) (containerized)",
            "OSType": "linux",
            "Swarm": _NO_SWARM,
            "SecurityOptions": ["name=seccomp,profile=default"],
            "Warnings": None,
        },
    ),
    "rootless": Recorded(
        "the same by an ordinary user with dockerd-rootless.sh, RootlessKit 1.1.0 and slirp4netns 1.2.0",
        ("rootless",),
        {
            "Driver": "vfs",
            "DriverStatus": None,
            "IPv4Forwarding": True,
            "CgroupDriver": "none",
            "CgroupVersion": "1",
            "OperatingSystem": "Debian GNU/Linux 12 (bookworm) (containerized)",
            "OSType": "linux",
            "Swarm": _NO_SWARM,
            "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"],
            "Warnings": ["WARNING: Running in rootless-mode without cgroups. To enable cgroups in rootless-mode, …"],
        },
    ),
    "userns-remap": Recorded(
        "the same by root with --userns-remap",
        ("userns",),
        {
            "IPv4Forwarding": True,
            "OperatingSystem": "Debian GNU/Linux 12 (bookworm) (containerized)",
            "OSType": "linux",
            "Swarm": _NO_SWARM,
            "SecurityOptions": ["name=seccomp,profile=default", "name=userns"],
        },
    ),
    "swarm": Recorded(
        "the same after docker swarm init",
        ("userns", "swarm"),
        {
            "IPv4Forwarding": True,
            "OSType": "linux",
            "Swarm": {"NodeAddr": "127.0.0.1", "LocalNodeState": "active", "ControlAvailable": True, "Managers": 1},
            "SecurityOptions": ["name=seccomp,profile=default", "name=userns"],
        },
    ),
    "podman": Recorded(
        "podman 4.3.1 of Debian 12, podman system service",
        ("podman",),
        {
            "Driver": "vfs",
            "DriverStatus": [],
            "IPv4Forwarding": False,
            "CgroupDriver": "cgroupfs",
            "CgroupVersion": "1",
            "OperatingSystem": "debian",
            "OSType": "linux",
            "Swarm": _NO_SWARM,
            "SecurityOptions": ["name=seccomp,profile=default"],
            "Warnings": [],
        },
        components=("Podman Engine", "Conmon", "OCI Runtime (crun)"),
    ),
    "rootless in WSL": Recorded(
        "containers/fuse-overlayfs issue 321: docker info of a rootless 20.10.8 in WSL 2 with a TCP port",
        ("rootless", "wsl", "remote"),
        {
            "Driver": "vfs",
            "CgroupDriver": "none",
            "CgroupVersion": "1",
            "KernelVersion": "5.10.43.3-microsoft-standard-WSL2",
            "OperatingSystem": "Alpine Linux v3.13 (containerized)",
            "OSType": "linux",
            "Swarm": _NO_SWARM,
            "SecurityOptions": ["name=seccomp,profile=default", "name=rootless"],
        },
        url="tcp://127.0.0.1:2375",
    ),
    "cgroup v2 by systemd": Recorded(
        "nestybox/sysbox issue 32: docker info of docker-ce 23.0.3 in a distribution with systemd",
        ("cgroup2",),
        {
            "Driver": "overlay2",
            "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
            "CgroupDriver": "systemd",
            "CgroupVersion": "2",
            "Swarm": _NO_SWARM,
            "SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns"],
        },
    ),
    "Desktop on WSL": Recorded(
        "GET /info of Docker Desktop with engine 28.3.2 on WSL 2, as published in a write-up",
        ("machine", "wsl"),
        {
            "KernelVersion": "6.6.87.2-microsoft-standard-WSL2",
            "OperatingSystem": "Docker Desktop",
            "Name": "docker-desktop",
            "OSType": "linux",
            "Swarm": _NO_SWARM,
            "SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns"],
            "FirewallBackend": {"Driver": "iptables"},
            "Warnings": ["WARNING: DOCKER_INSECURE_NO_IPTABLES_RAW is set"],
        },
    ),
    "containerd's store": Recorded(
        "docker/for-win issue 14460 and buildpacks/imgutil pull 231: Docker Desktop with the containerd image store",
        ("machine", "containerd"),
        {
            "Driver": "overlayfs",
            "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
            "KernelVersion": "6.10.0-linuxkit",
            "OperatingSystem": "Docker Desktop",
            "OSType": "linux",
        },
    ),
    "OrbStack": Recorded(
        "docker info of OrbStack, as published by its users",
        ("machine",),
        {"KernelVersion": "6.17.8-orbstack-00308-g8f9c941121b1", "OperatingSystem": "OrbStack", "OSType": "linux"},
    ),
    "no netfilter": Recorded(
        "docker info of engines on CentOS, as published; the words of the warnings are moby's (daemon/info.go)",
        ("forwarding", "netfilter"),
        {
            "IPv4Forwarding": False,
            "OSType": "linux",
            "Warnings": ["WARNING: IPv4 forwarding is disabled", "WARNING: bridge-nf-call-iptables is disabled"],
        },
    ),
}
