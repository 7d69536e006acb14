#!/bin/sh
# A machine made of namespaces: `lan` is the switch with its router, `server` one host that runs dockerd.
# runner/engine/private/holders.py gives the text of this file to `sh -c` (a script that stays open would hold on to the host's
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

# server: a network namespace of its own with eth0 plugged into the LAN, then the rest of a machine. A confined one can
# from there on never have more capabilities than KEPT.
server() {
    ip -batch - <<COMMANDS
link set lo up
link add eth0 type veth peer name $NAME netns $LAN
addr add $ADDRESS dev eth0
link set eth0 up
route add default via ${ROUTER%/*}
COMMANDS
    nsenter --net="/proc/$LAN/ns/net" ip link set "$NAME" master switch up
    if [ "$CONFINED" ]; then exec setpriv --no-new-privs --bounding-set "$KEPT" sh -c "$SCRIPT" boot apart; fi
    apart
}

# apart: the namespaces that are left to make.
apart() {
    exec unshare --mount --pid --ipc --uts --fork --kill-child sh -c "$SCRIPT" boot machine
}

# confine: what comes before `server` for a confined one. Standard input is the engine's socket, output the lifeline:
# they become 3 and 4. It goes into the cgroups that runner/engine/private/cgroups.py made, which are the roots of all cgroups
# for whoever comes after, and into the LAN's user namespace. What is mounted read-only before that stays so after it.
confine() {
    exec 3<&0 4<&1 </dev/null >&2
    for each in $CGROUPS; do echo $$ >"$each/cgroup.procs"; done
    for each in "$BASE/usr" ${TEMPLATE:+"$TEMPLATE"}; do mount -o rbind,ro "$each" "$each"; done
    exec nsenter --user="/proc/$LAN/ns/user" unshare --net --cgroup sh -c "$SCRIPT" boot confined
}

# confined: a cgroup of version 2 that holds processes can bound no others below it, so there these go one down.
confined() {
    if [ "$VERSION" = 2 ]; then
        echo $$ >"$CGROUPS/engine/cgroup.procs"
        echo "$CONTROLLERS" >"$CGROUPS/cgroup.subtree_control"
        case $CONTROLLERS in *memory*) echo "$MEMORY" >"$CGROUPS/containers/memory.max" ;; esac
        case $CONTROLLERS in *pids*) echo "$PIDS" >"$CGROUPS/containers/pids.max" ;; esac
    fi
    server
}

# machine: process 1 of the new namespaces. Its root is a tmpfs that holds nothing of the host's but /usr, read-only.
# Its data folder starts with what TEMPLATE holds, if one is given; the image's layers are bound, not copied.
machine() {
    hostname "$NAME"
    place=$FOLDER/root
    if [ "$CONFINED" ]; then place=/run; fi # ours is closed to them, and from here on nothing in it is needed
    mount -t tmpfs -o "mode=755${CONFINED:+,$CONFINED}" tmpfs "$place"
    cd "$place"
    mkdir -p usr etc/alternatives etc/docker proc dev/pts dev/shm sys run var/lib var/tmp tmp root data sock opt old
    chmod 1777 tmp
    ln -s /run var/run
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    for each in null zero full random urandom tty; do : >"dev/$each"; done
    echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
    echo 'root:x:0:' >etc/group
    echo "nameserver ${ROUTER%/*}" >etc/resolv.conf
    echo "127.0.0.1 localhost
${ADDRESS%/*} $NAME" >etc/hosts
    echo '{}' >etc/docker/none.json
    if [ -f "$BASE/etc/ld.so.cache" ]; then cp "$BASE/etc/ld.so.cache" etc/; fi
    if [ "$TEMPLATE" ]; then cp -a "$TEMPLATE/data/." data; fi
    mounts >etc/fstab
    mount --all --fstab etc/fstab
    pivot_root . old
    cd /
    umount -l /old
    rmdir /old
    engine
}

# mounts: what is mounted below the new root, all by one process. dockerd binds its data folder and overlay2 onto
# themselves, not recursively, which would hide the layers, unless both are mounts already; overlay2 is private before
# the layers come, else each would turn up a second time, writable, under the first.
mounts() {
    entry "$BASE/usr" usr "${CONFINED:+r}bind,ro" # in a user namespace nothing may be uncovered
    for each in bin sbin lib lib64 lib32 libx32; do
        if [ -L "$BASE/$each" ]; then
            cp -P "$BASE/$each" .
        elif [ -d "$BASE/$each" ]; then # a system that keeps them apart from /usr
            mkdir "$each"
            entry "$BASE/$each" "$each" bind,ro
        fi
    done
    if [ -d "$BASE/etc/alternatives" ]; then entry "$BASE/etc/alternatives" etc/alternatives bind,ro; fi
    for each in null zero full random urandom tty; do entry "/dev/$each" "dev/$each" bind; done
    entry devpts dev/pts newinstance,ptmxmode=0666,mode=620 devpts
    entry proc proc defaults proc
    entry sysfs sys defaults sysfs
    if [ "$CONFINED" ]; then
        own_cgroups
    else
        entry /sys/fs/cgroup sys/fs/cgroup rbind
        entry "$FOLDER/sock" sock bind
    fi
    entry "$PWD/data" data bind,shared
    if [ "$TEMPLATE" ] && [ -d "$TEMPLATE/layers" ]; then
        entry "$PWD/data/overlay2" data/overlay2 bind,private
        for each in "$TEMPLATE"/layers/*; do entry "$each" "data/overlay2/${each##*/}/diff" bind,ro; done
    fi
}

# own_cgroups: those below the roots that `confine` went into; of version 1 the few that dockerd cannot do without.
own_cgroups() {
    if [ "$VERSION" = 2 ]; then
        entry cgroup2 sys/fs/cgroup defaults cgroup2
    else
        entry tmpfs sys/fs/cgroup mode=755,size=64k tmpfs
        for each in $HIERARCHIES; do entry cgroup "sys/fs/cgroup/$each" "$each,X-mount.mkdir" cgroup; done
    fi
}

# entry WHAT WHERE OPTIONS [TYPE]: a line of an fstab.
entry() {
    printf '%s %s %s %s 0 0\n' "$1" "$PWD/$2" "${4:-none}" "$3"
}

# engine: dockerd, until it ends by itself or the lifeline does; when this process then ends, the kernel ends all others
# here. overlay2 is named because Docker 29 would else keep images in another way (moby, determineImageStoreChoice).
# GOGC is for dockerd and all that it starts, not for containers: Go programs that live for a moment, as runc, or for a
# lab, look for garbage at five times their size instead of twice: a container starts with a fifth less work.
engine() {
    unset SCRIPT
    export GOGC=400
    if [ "$CONFINED" ]; then # the socket is there already (systemd, sd_listen_fds(3))
        set -- sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"' sh dockerd -H fd://
    else
        exec 4<&0 </dev/null
        set -- dockerd -H unix:///sock/docker.sock
    fi
    "$@" --data-root /data --config-file /etc/docker/none.json --pidfile /run/docker.pid \
        --storage-driver overlay2 --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "$CGROUP" \
        --bip 172.17.0.1/16 4<&- &
    dockerd=$!
    if [ "$CONFINED" ]; then exec 3<&-; fi
    if [ ! "$LASTING" ]; then (read -r _ <&4 || kill -9 "$dockerd") & fi
    wait "$dockerd"
}

"$1"
