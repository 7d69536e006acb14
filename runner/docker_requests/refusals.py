"""Why options and commands of docker's are not played: one reason for each kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checks.words import noted, say
from runner.docker_requests.unfit import shown
from runner.lab.suggestions import near

_MOUNTS = noted("`{word}` is refused: no file or folder of a host is given to a container here")
_RIGHTS = noted("`{word}` is refused: no container gets more rights here than an ordinary one")
_NAMESPACES = noted("`{word}` is refused: only the network of a container is chosen here, with --net")
_LIMITS = noted("`{word}` is refused: limits and the runtime are the grading engine's own")
_LOGS = noted("`{word}` is refused: logs stay where the grading engine keeps them")
_FILES = noted("`{word}` is refused: no file of the host is read or written")
_NO_NEED = noted("`{word}` is not played: no lab needs it")
_WHERE = noted("`{word}` is refused: the line is played on the grading engine, and on no other")
_IMAGES = noted("`{word}` is not played: images neither come nor go, the lab image is there already")
_CARRIES = noted("`{word}` is not played: no files are carried in or out")
_SWARM = noted("`{word}` is not played: no lab needs a swarm")
_PRUNES = noted("`{word}` is not played: remove by name, with docker rm and docker network rm")
_CONTEXT = noted("`{word}` is not played: write --context server2 in each line that is for it")

_OPTIONS: Mapping[str, str] = {
    _MOUNTS: "v volume volumes-from volume-driver mount tmpfs storage-opt read-only use-api-socket",
    _RIGHTS: "privileged cap-add cap-drop device device-cgroup-rule gpus security-opt group-add u user",
    _NAMESPACES: "pid ipc uts userns cgroupns",
    _LIMITS: (
        "cgroup-parent runtime isolation ulimit sysctl shm-size m memory memory-swap memory-reservation "
        "memory-swappiness kernel-memory c cpu-shares cpus cpuset-cpus cpuset-mems cpu-period cpu-quota cpu-count "
        "cpu-percent pids-limit blkio-weight device-read-bps device-write-bps device-read-iops device-write-iops "
        "oom-kill-disable oom-score-adj restart platform"
    ),
    _LOGS: "log-driver log-opt",
    _FILES: "env-file label-file cidfile",
    _NO_NEED: (
        "e env l label a attach entrypoint w workdir init stop-signal stop-timeout mac-address dns dns-option "
        "dns-search dns-opt add-host domainname ip6 link-local-ip P publish-all health-cmd no-healthcheck detach-keys "
        "sig-proxy pull q quiet annotation disable-content-trust driver-opt gw-priority ipv6 ipv4 aux-address "
        "ipam-driver ipam-opt scope ingress config-only config-from s signal checkpoint checkpoint-dir"
    ),
    _WHERE: "H host config tls tlscacert tlscert tlskey tlsverify",
}
_REASONS = {option: reason for reason, options in _OPTIONS.items() for option in options.split()}

_COMMANDS: Mapping[str, str] = {
    _IMAGES: (
        "build buildx builder bake load import pull push save search login logout commit tag rmi image manifest trust "
        "export history scout init"
    ),
    _CARRIES: "cp volume",
    _SWARM: "swarm service node stack secret config",
    _PRUNES: "prune",
    _CONTEXT: "context",
    _NO_NEED: "plugin compose pause unpause update checkpoint system debug model mcp desktop extension sandbox",
}
COMMANDS = {command: reason for reason, commands in _COMMANDS.items() for command in commands.split()}


def dashed(option: str) -> str:
    return ("-" if len(option) == 1 else "--") + shown(option)


def option(command: str, name: str, known: Iterable[str]) -> str:
    """Why `--name` of `docker COMMAND` is not let through. `known` are the options that are."""
    reason = _REASONS.get(name)
    if reason:
        return say(reason, word=dashed(name))
    nearest = near(name, [each for each in known if len(each) > 1]) if len(name) > 1 else None
    if nearest:
        return say("`{word}` is no option of {command}; did you mean {other}?",
                   word=dashed(name), command=command, other=dashed(nearest))  # fmt: skip
    return say("`{word}` is no option of {command} that is played", word=dashed(name), command=command)


def docker_command(words: str, reason: str) -> str:
    return say(reason, word="docker " + shown(words))
