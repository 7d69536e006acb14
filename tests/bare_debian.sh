#!/bin/sh
# Runs a command in a bare Debian 12 root (Python alone), with this machine's settings for apt, pip and certificates:
#   tests/bare_debian.sh FOLDER COMMAND …       e.g. tests/bare_debian.sh /var/tmp/bare ./vethlab run --all --yes
# The root is made in FOLDER on first use (mmdebstrap, 25 s) and kept; a copy of this checkout lies in /vethlab there.
# It is entered by pivot_root, not chroot (in a chroot `docker exec` would run in the host's root), with its own mounts
# and processes, and the machine's network.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
root=$1
shift

make_root() {
    mmdebstrap --variant=minbase --include=python3 bookworm "$root.new"
    for each in /etc/apt /etc/pip.conf /etc/xdg/pip /etc/ssl/certs /usr/local/share/ca-certificates /usr/share/keyrings; do
        if [ -e "$each" ]; then
            mkdir -p "$root.new${each%/*}"
            rm -rf "$root.new$each"
            cp -RL "$each" "$root.new$each"
        fi
    done
    mv "$root.new" "$root"
}

[ -d "$root" ] || make_root
rm -rf "$root/vethlab"
git clone -q "$here" "$root/vethlab"

# shellcheck disable=SC2016  # for the inner shell
exec unshare --mount --pid --fork --kill-child --propagation private sh -c '
    root=$1
    shift
    mount --bind "$root" "$root"
    cd "$root"
    mount --rbind /sys sys
    mount --rbind /dev dev
    mount -t proc proc proc
    mount -t tmpfs tmpfs run
    for each in /etc/resolv.conf /etc/hosts; do cp -L "$each" ".$each"; done
    mkdir -p mnt
    pivot_root . mnt
    cd /vethlab
    umount -l /mnt
    for name in $(env | cut -d= -f1); do
        case $name in PIP_* | *_proxy | *_PROXY | TERM | SSL_CERT_FILE) ;; *) unset "$name" 2>/dev/null || true ;; esac
    done
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
    exec "$@"
' sh "$root" "$@"
