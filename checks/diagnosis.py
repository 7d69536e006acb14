"""Where a container is and why it does not run, in words: what the steps of the chain say when they break."""

from __future__ import annotations

from checks.not_found import near
from checks.probe import Container, Network, Probe
from checks.words import listed, say

BUILT_IN = ("default", "bridge", "host", "none")  # network modes that are not the name of a network of the student's


def plugs(container: Container) -> list[str]:
    """The names of the networks that a container is on, in order."""
    return sorted(each.network for each in container.endpoints)


def joins_another(container: Container) -> bool:
    """Whether a container was made with --net container:…"""
    return container.mode.startswith("container:")


def owner_of(probe: Probe, container: Container) -> Container | None:
    """The container whose namespace this one was made to join; None if that one is gone, or there is none."""
    if not joins_another(container):
        return None
    key = container.mode.removeprefix("container:")
    return next((each for each in probe.containers() if each.name == key or each.id.startswith(key)), None)


def owner_name(probe: Probe, container: Container) -> str:
    """The owner's name, or that it is gone, by the first digits of its id."""
    owner = owner_of(probe, container)
    gone = container.mode.removeprefix("container:")[:12]
    return owner.name if owner else say("a removed container ({id})", id=gone)


def whereabouts(probe: Probe, container: Container) -> str:
    """Where a container is plugged in, as a sentence."""
    if container.mode == "host":
        return say("{name} is in the host's own network", name=container.name)
    if joins_another(container):
        return say("{name} is in the network of {owner}", name=container.name, owner=owner_name(probe, container))
    if not container.endpoints:
        return say("{name} is on no network", name=container.name)
    return say("{name} is on {networks}", name=container.name, networks=listed(plugs(container)))


def look_networks(name: str) -> str:
    """The command that shows the networks that a container is on."""
    return f"docker inspect -f '{{{{json .NetworkSettings.Networks}}}}' {name}"


def look_mode(name: str) -> str:
    """The command that shows the network mode that a container was made with."""
    return f"docker inspect -f '{{{{.HostConfig.NetworkMode}}}}' {name}"


def state(container: Container) -> str:
    """What a container that does not run is doing, as a sentence."""
    match container.state:
        case "created":
            return say("{name} was created, but has never run", name=container.name)
        case "exited":
            return say("{name} has ended, exit code {code}", name=container.name, code=container.exit_code)
        case other:
            return say("{name} is {state}", name=container.name, state=other)


def why_not_running(probe: Probe, container: Container) -> str:
    """Why a container does not run, and what brings it back."""
    name = container.name
    match container.state:
        case "created":
            return _why_never_started(probe, container)
        case "exited":
            return _why_ended(container)
        case "paused":
            return say("{name} is paused, its processes stand still: docker unpause {name}", name=name)
        case "restarting":
            return say("{name} starts and ends again and again: docker logs {name} tells why", name=name)
        case other:
            return say("{name} is {state}: docker rm -f {name} and run it again", name=name, state=other)


def _why_ended(container: Container) -> str:
    name, code = container.name, container.exit_code
    if code in (137, 143):
        return say("{name} was stopped (exit code {code}): docker start {name} brings it back", name=name, code=code)
    if code in (126, 127, 128) and container.error:
        return say(
            "{name} could not be started (exit code {code}): docker start {name} tells why", name=name, code=code
        )
    if not container.interactive:
        return say(
            "{name} ended with its shell (exit code {code}): without -i -t a shell finds nobody to talk to. "
            "docker rm {name}, then run it with -i -t",
            name=name,
            code=code,
        )
    return say(
        "{name} ended with its shell (exit code {code}): docker start {name} brings it back. "
        "A shell wants -i -t, and ctrl-p ctrl-q leaves it running next time",
        name=name,
        code=code,
    )


def _why_never_started(probe: Probe, container: Container) -> str:
    mode = container.mode
    if mode not in BUILT_IN and ":" not in mode and not _known(probe, mode):
        return say(
            "{name} was created but never started: its run failed, for there is no network {mode}. "
            "docker rm {name} and run it again",
            name=container.name,
            mode=mode,
        )
    return say(
        "{name} was created but never started: its run failed, or it was only created. "
        "docker start {name}; if that fails too, docker rm {name} and run it again",
        name=container.name,
    )


def _known(probe: Probe, network: str) -> bool:
    return any(each.name == network or each.id.startswith(network) for each in probe.networks())


def why_elsewhere(probe: Probe, container: Container, network: str) -> str:
    """Why a container that runs is not on the network."""
    name = container.name
    if container.mode == "host":
        return say("{name} runs in the host's own network (--net host), not on {network}", name=name, network=network)
    if joins_another(container):
        return say(
            "{name} shares the network of {owner} and has no plug of its own in {network}",
            name=name,
            owner=owner_name(probe, container),
            network=network,
        )
    return _why_plugged_elsewhere(container, plugs(container), network)


def _why_plugged_elsewhere(container: Container, networks: list[str], network: str) -> str:
    name = container.name
    alike = near(network, networks) if network not in BUILT_IN else None
    if not networks:
        return say(
            "{name} is on no network: docker network connect {network} {name} puts it on {network}",
            name=name,
            network=network,
        )
    if networks == ["bridge"] and container.mode in ("bridge", "default"):
        return say(
            "{name} is on bridge, not on {network}: a run without --net goes to the default bridge",
            name=name,
            network=network,
        )
    if alike:
        return say(
            "{name} is on {other}, not on {network}: two networks, however alike their names",
            name=name,
            other=alike,
            network=network,
        )
    return say("{name} is on {networks}, not on {network}", name=name, networks=listed(networks), network=network)


def why_not_sharing(probe: Probe, container: Container, owner: Container) -> str:
    """Why a container does not share the network of the owner, though both run."""
    name, wanted = container.name, owner.name
    if not joins_another(container):
        return _why_not_joining(probe, container, owner)
    found = owner_of(probe, container)
    if found:
        return say("{name} joined {other}, not {owner}", name=name, other=found.name, owner=wanted)
    return say(
        "{name} is bound to the id of a container that is gone ({id}), not to today's {owner}, which is another "
        "container of that name: docker rm -f {name} and run it again",
        name=name,
        id=container.mode.removeprefix("container:")[:12],
        owner=wanted,
    )


def _why_not_joining(probe: Probe, container: Container, owner: Container) -> str:
    name, wanted = container.name, owner.name
    back = owner_of(probe, owner)
    if back and back.id == container.id:
        return say(
            "it is the other way round: {owner} joined {name}, and {name} is the one that owns the network",
            name=name,
            owner=wanted,
        )
    if container.mode == owner.mode == "host":
        return say(
            "{name} and {owner} both run in the host's own network (--net host): neither has joined the other",
            name=name,
            owner=wanted,
        )
    if container.mode == "host":
        return say("{name} joined the host (--net host), not {owner}", name=name, owner=wanted)
    return say(
        "{name} is on {networks} with a network of its own: it was run without --net container:{owner}",
        name=name,
        networks=listed(plugs(container)) if container.endpoints else say("no network"),
        owner=wanted,
    )


def why_other_driver(network: Network, wanted: str) -> str:
    """Why the network's driver is not the one that was wanted."""
    name = network.name
    if name in BUILT_IN:
        return say(
            "{network} is a {driver} network, not a {wanted} one: every engine has it so",
            network=name,
            driver=network.driver,
            wanted=wanted,
        )
    match network.driver:
        case "macvlan" | "ipvlan":
            return say(
                "{network} is a {driver} network, not a {wanted} one: it puts containers straight onto the wire of "
                "an interface of the host. docker network rm {network} and create it again",
                network=name,
                driver=network.driver,
                wanted=wanted,
            )
        case "bridge":
            return say(
                "{network} is a bridge network, not a {wanted} one: bridge is what create takes when no driver is "
                "named. docker network rm {network} and create it again with -d {wanted}",
                network=name,
                wanted=wanted,
            )
        case driver:
            return say(
                "{network} is a {driver} network, not a {wanted} one: docker network rm {network} and create it again",
                network=name,
                driver=driver,
                wanted=wanted,
            )
