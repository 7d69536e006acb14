"""Every family of checks and truths, listed by hand."""

from __future__ import annotations

from collections.abc import Mapping

from checks import (
    containers,
    dns,
    lan,
    links,
    macvlan,
    namespaces,
    networks,
    outside,
    ports,
    ranges,
    reach,
    restarts,
    sharing,
    truths,
)
from checks.registry import Check, Truth

CHECKS: Mapping[str, Check] = {
    each.name: each
    for each in (
        networks.network_exists,
        networks.networks_exist,
        networks.host_bridge,
        ranges.subnets_differ,
        ranges.ranges_apart,
        containers.attached,
        containers.detached,
        containers.address_in_range,
        containers.alias_on,
        restarts.swapped,
        restarts.shared_again,
        restarts.not_renamed,
        namespaces.veth_pair,
        namespaces.shares_host,
        namespaces.no_veth,
        namespaces.only_loopback,
        sharing.joins,
        sharing.same_namespace,
        dns.alias_spreads,
        links.link_follows,
        reach.reaches_gateway,
        reach.unreachable,
        outside.reaches_outside,
        ports.listens,
        macvlan.macvlan_run,
        lan.talks,
        lan.own_host_silent,
        lan.hidden,
    )
}

TRUTHS: Mapping[str, Truth] = {
    each.name: each
    for each in (
        truths.driver,
        truths.gateway,
        truths.host_veth,
        truths.host_address,
        truths.veth_count,
        truths.address,
        truths.name_server,
        truths.server_address,
    )
}
