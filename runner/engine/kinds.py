"""What kind of Docker Engine answers, by its own words, and what that leaves of the labs.

The facts, each from `GET /info` or `GET /version` of the engine's API unless said otherwise:
- rootless: SecurityOptions holds `name=rootless` (moby `daemon/info.go`, fillSecurityOptions).
- userns: SecurityOptions holds `name=userns` (the same); `--net host` is then refused without `--userns host`
  (moby `daemon/daemon_unix.go`, verifyPlatformContainerSettings; measured on 20.10).
- machine: OperatingSystem is `Docker Desktop`, `OrbStack` or `Rancher Desktop WSL Distribution`.
- wsl: KernelVersion holds `microsoft` (microsoft/WSL2-Linux-Kernel, its local version); Docker Desktop's too on WSL 2.
- podman: Components holds `Podman Engine` (containers/podman `pkg/api/handlers/compat/version.go`; measured on 4.3).
- windows: OSType is `windows`.
- remote: the URL that the engine is asked at, which is no unix socket.
- swarm: Swarm.LocalNodeState is `active`.
- containerd: DriverStatus holds driver-type `io.containerd.snapshotter.v1` (new installations from Docker 29 on).
- cgroup2: CgroupVersion is 2 and CgroupDriver `systemd`.
- netfilter: Warnings holds `bridge-nf-call-iptables is disabled` (until API 1.49).
- forwarding: IPv4Forwarding is false. (Podman leaves it false.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from checks.words import noted, say
from runner.engine.testbed import Testbed
from runner.plain import one_line

Leaves = Literal["all", "less", "nothing"]
Document = Mapping[str, Any]

_MACHINES = ("Docker Desktop", "OrbStack", "Rancher Desktop WSL Distribution")


@dataclass(frozen=True, slots=True)
class Kind:
    """One trait of an engine. `leaves`: how much of the one-server labs is left; `name` as the engine calls it."""

    word: str
    leaves: Leaves
    name: str = ""

    @property
    def told(self) -> bool:
        """Whether it changes something for a student; else it is only worth a word in `doctor`."""
        return self.word in _REMARKS

    @property
    def title(self) -> str:
        return say(_TITLES[self.word], name=self.name)

    @property
    def remark(self) -> str:
        """Which labs work, which steps are other ones, and why; "" where nothing is."""
        return say(_REMARKS[self.word], name=self.name) if self.told else ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What an engine says of itself, with what has another type than it should left out."""

    info: Document
    version: Document
    url: str

    def text(self, key: str) -> str:
        value = self.info.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        value = self.info.get(key)
        return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []

    def status(self) -> list[object]:
        value = self.info.get("DriverStatus")
        return value if isinstance(value, list) else []

    def swarm(self) -> object:
        value = self.info.get("Swarm")
        return value.get("LocalNodeState") if isinstance(value, dict) else None

    def components(self) -> list[object]:
        value = self.version.get("Components")
        return [each.get("Name") for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _option(name: str) -> Callable[[_Said], bool]:
    return lambda said: any(f"name={name}" in each.split(",") for each in said.texts("SecurityOptions"))


def _podman(said: _Said) -> bool:
    return "Podman Engine" in said.components()


_SIGNS: tuple[tuple[str, Leaves, Callable[[_Said], bool]], ...] = (
    ("podman", "nothing", _podman),
    ("windows", "nothing", lambda said: said.text("OSType") == "windows"),
    ("rootless", "less", _option("rootless")),
    ("userns", "less", _option("userns")),
    ("machine", "all", lambda said: said.text("OperatingSystem") in _MACHINES),
    ("wsl", "all", lambda said: "microsoft" in said.text("KernelVersion").lower()),
    ("remote", "all", lambda said: not said.url.startswith("unix://")),
    ("swarm", "all", lambda said: said.swarm() == "active"),
    ("forwarding", "all", lambda said: said.info.get("IPv4Forwarding") is False and not _podman(said)),
    ("containerd", "all", lambda said: ["driver-type", "io.containerd.snapshotter.v1"] in said.status()),
    ("cgroup2", "all", lambda said: (said.text("CgroupVersion"), said.text("CgroupDriver")) == ("2", "systemd")),
    ("netfilter", "all", lambda said: any("bridge-nf-call-iptables" in each for each in said.texts("Warnings"))),
)

_TITLES = {
    "podman": noted("Podman"),
    "windows": noted("Windows containers"),
    "rootless": noted("rootless"),
    "userns": noted("user namespaces (userns-remap)"),
    "machine": noted("{name}, a virtual machine"),
    "wsl": noted("WSL"),
    "remote": noted("not by a socket of this machine"),
    "swarm": noted("a swarm is active"),
    "forwarding": noted("IP forwarding is off"),
    "containerd": noted("images in containerd's store"),
    "cgroup2": noted("cgroup v2 by systemd"),
    "netfilter": noted("bridge netfilter is off"),
}

_REMARKS = {
    "podman": noted(
        "Podman answers here in Docker's place: its networks, its bridge and its DNS are others, so the labs cannot be "
        "judged on it. Use a Docker Engine."
    ),
    "windows": noted("It runs Windows containers: switch it to Linux containers, then every lab of one server works."),
    "rootless": noted(
        "Rootless: the labs of one server work. But the host is the network namespace of RootlessKit, not this "
        "machine's own: host/no-veth and host/port are about that one (look with `onhost`), and a port that is open "
        "there is not open on this machine."
    ),
    "userns": noted(
        "User namespaces are on (userns-remap), and then the engine refuses `--net host`: in the host lab add "
        "`--userns host` to `docker run`. All else works."
    ),
    "machine": noted(
        "{name} runs the engine in a virtual machine: the labs of one server work, and the host in them is that "
        "machine. Look at it with `onhost` (a helper container): your own system's `ip` does not show it."
    ),
    "wsl": noted(
        "WSL: the labs of one server work. The host in them is the Linux of WSL, not Windows; look at it with `onhost`."
    ),
    "remote": noted(
        "The engine is not asked by a socket of this machine: the labs of one server work, all is seen through "
        "docker exec and helper containers, which takes longer, and the host is the machine that the engine runs on."
    ),
    "swarm": noted("A swarm is active: docker_gwbridge and ingress are networks of its own, which no lab touches."),
    "forwarding": noted(
        "IP forwarding is off on the engine's host: containers reach nothing outside. The labs do not need it."
    ),
}


def kinds(info: Document, version: Document, url: str) -> tuple[Kind, ...]:
    """The traits of the engine that answers `info` and `version` at `url`, what matters most first."""
    said = _Said(info, version, url)
    name = one_line(said.text("OperatingSystem"), 40)
    return tuple(Kind(word, leaves, name) for word, leaves, holds in _SIGNS if holds(said))


def kinds_of(testbed: Testbed) -> tuple[Kind, ...]:
    """Those of a testbed's engine; none for private ones. Raises EngineFailed."""
    if testbed.kind == "private":
        return ()
    docker = testbed.server().docker
    return kinds(docker.info(), docker.about(), docker.url)


def remarks(testbed: Testbed) -> tuple[str, ...]:
    """What a student should know before the first step on this engine; mostly nothing. Raises EngineFailed."""
    return tuple(each.remark for each in kinds_of(testbed) if each.told and each.word != "swarm")
