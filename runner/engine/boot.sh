#!/bin/sh
# A machine made of namespaces: `lan` is the switch with its router, `server` one host that runs dockerd.
# runner/engine/holders.py gives the text of this file to `sh -c` (a script that stays open would hold on to the host's
# file system), with the values in the environment. Standard input is the lifeline: it ends when vethlab does, however
# that ends, and then so does this machine; where LASTING is set there is none. One more open file, inherited by all,
# is a lock that says "still running".
set -eu
cd /

# lan: hold a network namespace. ROUTER is the router's address, on the switch itself.
lan() {
    ip -batch - <<COMMANDS
link set lo up
link add switch type bridge
addr add $ROUTER dev switch
link set switch up
COMMANDS
    { echo 0 >/proc/sys/net/ipv4/ip_forward; } 2>/dev/null || : # a router with no way on; containers' /proc is read-only
    echo ready
    exec >/dev/null
    if [ "$LASTING" ]; then exec sleep infinity; fi
    read -r _ || exit 0
}

# server: a network namespace of its own with eth0 plugged into the LAN, then the rest of a machine.
server() {
    ip -batch - <<COMMANDS
link set lo up
link add eth0 type veth peer name $NAME netns $LAN
addr add $ADDRESS dev eth0
link set eth0 up
route add default via ${ROUTER%/*}
COMMANDS
    nsenter --net="/proc/$LAN/ns/net" ip link set "$NAME" master switch up
    exec unshare --mount --pid --ipc --uts --fork --kill-child sh -c "$SCRIPT" boot machine
}

# machine: process 1 of the new namespaces. Its root holds nothing of the host's but /usr, read-only.
machine() {
    hostname "$NAME"
    mount -t tmpfs -o mode=755 tmpfs "$FOLDER/root"
    cd "$FOLDER/root"
    mkdir -p usr etc/alternatives proc dev/pts dev/shm sys run etc/docker var/lib var/tmp root data sock opt old
    mkdir -m 1777 tmp
    bind "$BASE/usr" usr
    for each in bin sbin lib lib32 lib64 libx32; do
        if [ -L "$BASE/$each" ]; then ln -s "$(readlink "$BASE/$each")" "$each"
        elif [ -d "$BASE/$each" ]; then mkdir "$each" && bind "$BASE/$each" "$each"; fi
    done
    if [ -d "$BASE/etc/alternatives" ]; then bind "$BASE/etc/alternatives" etc/alternatives; fi
    if [ -f "$BASE/etc/ld.so.cache" ]; then cp "$BASE/etc/ld.so.cache" etc/; fi
    echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
    echo 'root:x:0:' >etc/group
    echo "nameserver ${ROUTER%/*}" >etc/resolv.conf
    echo "127.0.0.1 localhost
${ADDRESS%/*} $NAME" >etc/hosts
    for each in null zero full random urandom tty; do
        : >"dev/$each"
        mount --bind "/dev/$each" "dev/$each"
    done
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    mount --rbind /sys/fs/cgroup sys/fs/cgroup
    mount --bind "$FOLDER/sock" sock
    mount -t tmpfs -o mode=710 tmpfs data
    if [ "$TEMPLATE" ]; then template; fi
    pivot_root . old
    cd /
    umount -l /old
    rmdir /old
    engine
}

# bind FROM TO: FROM, read-only, as TO.
bind() {
    mount --bind "$1" "$2"
    mount -o remount,bind,ro "$2"
}

# template: start with the data that $TEMPLATE holds, its layers not copied but bound. dockerd binds its data folder
# and overlay2 onto themselves, not recursively, which would hide the layers, unless both are mounts already; overlay2
# is made private before the layers come, else each would turn up a second time, writable, under the first.
template() {
    cp -a "$TEMPLATE/data/." data
    if [ ! -d "$TEMPLATE/layers" ]; then return; fi
    mount --make-shared data
    mount --bind data/overlay2 data/overlay2
    mount --make-private data/overlay2
    for each in "$TEMPLATE"/layers/*; do
        bind "$each" "data/overlay2/${each##*/}/diff"
    done
}

# engine: dockerd, until it ends by itself or the lifeline does. When this process ends, the kernel ends all others here.
engine() {
    unset SCRIPT
    exec 3<&0 </dev/null
    echo '{}' >/etc/docker/none.json
    dockerd -H unix:///sock/docker.sock --data-root /data --config-file /etc/docker/none.json --pidfile /run/docker.pid \
        --storage-driver overlay2 --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "$CGROUP" \
        --bip 172.17.0.1/16 3<&- &
    dockerd=$!
    if [ ! "$LASTING" ]; then (read -r _ <&3 || kill -9 "$dockerd") & fi
    wait "$dockerd"
}

"$1"
