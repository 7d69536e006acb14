"""What students of a made class hand in, as plain scripts, with the outcome of each step worked out by hand.

The outcome is a letter a step, in the lab's order: `P` proved, `C` claimed (only the file says so), `-` not yet.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """One way to do a lab, or not to. `kind` says which; `outcome` has a letter a step."""

    kind: str
    lab: str
    outcome: str
    text: str


BRIDGE = Work(
    "honest",
    "bridge",
    "PPPCPPPPPPP",
    """\
docker network ls
docker info -f '{{.Plugins.Network}}'
# answer list-networks: null
docker network inspect bridge
# answer default-bridge: 172.17.0.1
docker run -i -t -d --name bridge_first ubuntu:24.04
docker run -i -t -d --name bridge_second ubuntu:24.04
# answer veth: vethb3c41d7
docker stop -t 0 bridge_first bridge_second
docker start bridge_second
docker start bridge_first
docker network create --driver bridge mybridge
docker run -i -t --name mynetwork_container --net mybridge ubuntu:24.04
ifconfig
exit
docker exec mynetwork_container sh -c 'ping -c 1 -W 1 192.168.0.1; ip route'
docker network disconnect mybridge mynetwork_container
docker exec mynetwork_container ifconfig -a
docker network connect mybridge mynetwork_container
docker exec mynetwork_container ifconfig
docker network create --driver=bridge --subnet=172.72.0.0/16 --ip-range=172.72.0.0/24 \\
    --gateway=172.72.0.1 my_custom_network
docker run -i -t -d --name custom_container --net my_custom_network ubuntu:24.04
""",
)

BRIDGE_OTHER_WAY = Work(
    "another way",
    "bridge",
    "PCPCPPPPPPP",
    """\
# the custom network first, names of options as they are abbreviated nowhere, joined flags
# answer default-bridge: 172.21.0.1
# answer list-networks: Null
# answer veth: veth00aa11f
sudo docker network create --gateway 172.72.0.1 --ip-range 172.72.0.0/24 --subnet 172.72.0.0/16 my_custom_network
docker container run -itd --network=my_custom_network --name=custom_container ubuntu
docker network create mybridge
docker container create -it --name mynetwork_container --network mybridge ubuntu:22.04
docker container start mynetwork_container
docker run -dit --name bridge_first ubuntu:24.04
docker run -dit --name bridge_second "ubuntu:24.04"
docker kill bridge_second bridge_first
docker container start bridge_second
docker container start bridge_first
docker network disconnect -f mybridge mynetwork_container
docker network connect mybridge mynetwork_container
""",
)

BRIDGE_NEVER_UNPLUGGED = Work(
    "partial",
    "bridge",
    "P-PCPPPP---",
    """\
# answer list-networks: null
# answer default-bridge: I do not know
docker run -itd --name bridge_first ubuntu:24.04
docker run -itd --name bridge_second ubuntu:24.04
# answer veth: veth7777777
docker stop -t 0 bridge_first bridge_second
docker start bridge_second
docker start bridge_first
docker network create -d bridge mybridge
docker run -itd --name mynetwork_container --net mybridge ubuntu:24.04
docker network create --subnet=172.72.0.0/16 --gateway=172.72.0.1 my_custom_network
docker run -itd --name custom_container --net my_custom_network ubuntu:24.04
""",
)

BRIDGE_WRONG_ORDER = Work(
    "wrong",
    "bridge",
    "P-P--PPPPP-",
    """\
# answer list-networks: null
# answer veth: eth0
docker run -itd --name bridge_first ubuntu:24.04
docker run -itd --name bridge_second ubuntu:24.04
docker restart -t 0 bridge_first bridge_second
docker network create mybridge
docker run -itd --name mynetwork_container --net mybridge ubuntu:24.04
docker network disconnect mybridge mynetwork_container
docker network connect mybridge mynetwork_container
docker network create --subnet=172.72.0.0/16 --ip-range=172.73.0.0/24 --gateway=172.72.0.1 my_custom_network
docker run -itd --name custom_container --net my_custom_network ubuntu:24.04
""",
)

HOST = Work(
    "honest",
    "host",
    "PPPP",
    """\
docker run -i -t --name network_host --net host ubuntu:24.04
ifconfig
docker exec network_host ip addr
# answer no-veth: 192.168.0.11
docker exec -d network_host sh -c 'while true; do echo hello from network_host | nc -l -p 8080; done'
docker network connect mybridge network_host
docker network disconnect host network_host
# answer refuse: 2
""",
)

HOST_WRONG = Work(
    "wrong",
    "host",
    "P---",
    """\
docker run -itd --name network_host --net host ubuntu:24.04
# answer no-veth: 127.0.0.1
# answer refuse: 4
docker exec -d network_host sh -c 'while true; do echo hello | nc -l -p 8081; done'
""",
)

HOST_OTHER_WAY = Work(
    "another way",
    "host",
    "PCPP",
    """\
# answer no-veth: 10.20.30.40
# answer refuse: 2.
docker container run --detach --interactive --tty --network host --name network_host ubuntu:latest
docker container exec -d network_host nc -lk -p 8080
""",
)

NONE = Work(
    "honest",
    "none",
    "PPP",
    """\
docker run -i -t --name network_none --net none ubuntu:24.04
ifconfig
docker exec network_none ping -c 1 -W 1 192.168.0.1
docker exec network_none ping -c 1 127.0.0.1
docker network connect mybridge network_none
docker network disconnect none network_none
docker network connect mybridge network_none
docker network disconnect mybridge network_none
docker network connect none network_none
# answer refuse: 3
""",
)

NONE_WRONG = Work(
    "wrong",
    "none",
    "---",
    """\
docker run -itd --name network_none ubuntu:24.04
# answer refuse: 3
""",
)

CONTAINER = Work(
    "honest",
    "container",
    "PPPPPP",
    """\
docker run -i -t -d --name network_container_1 ubuntu:24.04
docker run -i -t -d --name network_container_2 --net container:network_container_1 ubuntu:24.04
docker inspect network_container_2
docker exec network_container_1 ifconfig
docker exec network_container_2 ifconfig
# answer same: 1
docker exec -d network_container_1 sh -c 'while true; do echo hello from network_container_1 | nc -l -p 8080; done'
docker network connect mybridge network_container_2
docker network connect mybridge network_container_1
docker exec network_container_2 ifconfig
docker network disconnect mybridge network_container_1
# answer refuse: 1
docker stop -t 0 network_container_1
docker exec network_container_2 ifconfig -a
docker start network_container_1
docker restart -t 0 network_container_2
""",
)

CONTAINER_PARTIAL = Work(
    "partial",
    "container",
    "PP--P-",
    """\
docker run -itd --name network_container_1 ubuntu:24.04
docker run -itd --name network_container_2 --net container:network_container_1 ubuntu:24.04
# answer same: 2
# answer refuse: 1
docker stop -t 0 network_container_1
docker start network_container_1
""",
)

NET_ALIAS = Work(
    "honest",
    "net-alias",
    "PPPPPPP",
    """\
docker network create --driver bridge mybridge
docker run -i -t -d --name network_alias_container1 --net mybridge --net-alias alicek106 ubuntu:24.04
docker run -i -t -d --name network_alias_container2 --net mybridge --net-alias alicek106 ubuntu:24.04
docker run -i -t -d --name network_alias_container3 --net mybridge --net-alias alicek106 ubuntu:24.04
docker inspect network_alias_container3 | grep IPAddress
# answer addresses: 172.18.0.4
docker run -i -t --name network_alias_ping --net mybridge ubuntu:24.04
docker exec network_alias_ping sh -c 'for i in $(seq 15); do ping -c 1 alicek106; done'
docker rm -f network_alias_container3
docker exec network_alias_ping nslookup alicek106
docker run -i -t -d --name network_alias_container4 --net mybridge --net-alias alicek106 ubuntu:24.04
docker exec network_alias_ping nslookup alicek106
docker run -i -t -d --name network_alias_fresh --net bridge --net-alias alicek106 ubuntu:24.04
docker rm -f network_alias_fresh
docker exec network_alias_ping cat /etc/resolv.conf
# answer default-bridge: 127.0.0.11
docker run -i -t -d --name link_server --expose 80 ubuntu:24.04
docker run -i -t -d --name link_client --link link_server:web ubuntu:24.04
docker exec link_client cat /etc/hosts
docker stop -t 0 link_server
docker run -i -t -d --name link_taker ubuntu:24.04
docker start link_server
docker exec link_client cat /etc/hosts
""",
)

NET_ALIAS_MISSPELT = Work(
    "wrong",
    "net-alias",
    "P-P-P--",
    """\
docker network create mybridge
docker run -itd --name network_alias_container1 --net mybridge --net-alias alicek106 ubuntu:24.04
docker run -itd --name network_alias_container2 --net mybridge --net-alias alicek106 ubuntu:24.04
docker run -itd --name network_alias_container3 --net mybridge --net-alias alicek160 ubuntu:24.04
# answer addresses: 172.18.0.4
docker run -itd --name network_alias_ping --net mybridge ubuntu:24.04
docker rm -f network_alias_container3
docker run -itd --name network_alias_container4 --net mybridge --net-alias alicek106 ubuntu:24.04
# answer default-bridge: 8.8.8.8
docker run -itd --name link_server ubuntu:24.04
docker run -itd --name link_client ubuntu:24.04
""",
)

NET_ALIAS_OTHER_WAY = Work(
    "another way",
    "net-alias",
    "PPCPPPP",
    """\
# aliases are given when the plug is put in, and the one who asks is there first
# answer addresses: 10.77.0.4
# answer default-bridge: 127.0.0.11
docker network create --subnet 172.30.0.0/16 mybridge
docker run -itd --name network_alias_ping --network mybridge ubuntu
docker run -itd --name network_alias_container1 --network mybridge --network-alias alicek106 ubuntu
docker run -itd --name network_alias_container2 --network mybridge --network-alias=alicek106 ubuntu
docker run -itd --name network_alias_container3 ubuntu
docker network connect --alias alicek106 mybridge network_alias_container3
docker network disconnect bridge network_alias_container3
docker network disconnect mybridge network_alias_container3
docker rm -f network_alias_container3
docker run -itd --name network_alias_container4 --network mybridge --network-alias alicek106 ubuntu
docker run -itd --name link_server --expose 80 ubuntu
docker run -itd --name link_client --link link_server:web ubuntu
docker stop -t 0 link_server
docker run -itd --name link_taker ubuntu
docker start link_server
""",
)

MACVLAN = Work(
    "honest",
    "macvlan",
    "PPPPP",
    """\
onhost server2 ip addr show eth0
docker --context server1 run -i -t -d --name nat_1 ubuntu:24.04
docker --context server2 run -i -t -d --name nat_2 ubuntu:24.04
# answer lan: 192.168.0.12
docker --context server1 network create -d macvlan --subnet 192.168.0.0/24 --ip-range 192.168.0.64/28 \\
    --gateway 192.168.0.1 -o parent=eth0 my_macvlan
docker --context server2 network create -d macvlan --subnet 192.168.0.0/24 --ip-range 192.168.0.128/28 \\
    --gateway 192.168.0.1 -o parent=eth0 my_macvlan
docker --context server1 run -i -t -d --name macvlan_1 --net my_macvlan ubuntu:24.04
docker --context server1 run -i -t -d --name macvlan_3 --net my_macvlan ubuntu:24.04
docker --context server2 run -i -t -d --name macvlan_2 --net my_macvlan ubuntu:24.04
docker --context server1 exec macvlan_1 ping -c 1 -W 1 192.168.0.128
docker --context server1 exec macvlan_1 ping -c 1 -W 1 192.168.0.11
""",
)

MACVLAN_ONE_SERVER = Work(
    "wrong",
    "macvlan",
    "-P--P",
    """\
docker run -itd --name nat_1 ubuntu:24.04
docker --context=server2 run -itd --name nat_2 ubuntu:24.04
# answer lan: eth0
docker network create -d macvlan --subnet 192.168.0.0/24 --ip-range 192.168.0.64/28 --gateway 192.168.0.1 \\
    -o parent=eth0 my_macvlan
docker -c server2 network create --driver=macvlan --subnet=192.168.0.0/24 --ip-range=192.168.0.128/28 \\
    --gateway=192.168.0.1 --opt parent=eth0 my_macvlan
docker run -itd --name macvlan_1 --net my_macvlan ubuntu:24.04
docker run -itd --name macvlan_3 --net my_macvlan ubuntu:24.04
docker run -itd --name macvlan_2 --net my_macvlan ubuntu:24.04
""",
)

HOSTILE = Work(
    "hostile",
    "none",
    "PPP",
    """\
docker run -itd --privileged --name evil ubuntu:24.04
docker run -itd -v /:/host --name evil ubuntu:24.04
docker run -itd --pid=host --name evil ubuntu:24.04
docker run -itd --name network_none --net none ubuntu:24.04 ; touch /tmp/vethlab-was-here
docker run -itd --name network_none --net none ubuntu:24.04
docker exec network_none sh -c ':(){ :|:& };:'
docker exec network_none ping 127.0.0.1
docker -H tcp://192.168.0.1:2375 ps
$(touch /tmp/vethlab-was-here)
docker exec network_none sleep 100000
# answer refuse: 3
""",
)

EMPTY = Work("empty", "bridge", "-----------", "docker ps -a\n")
