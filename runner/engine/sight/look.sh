# Run inside a container to see what the kernel shows there, where vethlab cannot look from outside. It reads and asks,
# and changes nothing. Any POSIX sh; what else it needs: ip cat ls readlink; nslookup or dig; ping; nc.
# Arguments: MARK look PROCESS | MARK ask KIND NAME SERVER TIMES | MARK ping ADDRESS SECONDS | MARK connect ADDRESS PORT
# What is printed comes in sections; each ends in a line with the mark, the section's name and an exit status.

mark=$1
what=$2
shift 2

# section NAME COMMAND…
section() {
    title=$1
    shift
    "$@" 2>/dev/null
    printf '\n%s %s %s\n' "$mark" "$title" "$?"
}

# look PROCESS: `self`, or in a helper 1, the first process of the container that it was sent to.
look() {
    home=/proc/$1/ns/mnt
    section link ip -o link show
    section address ip -o -4 addr show
    section route ip -o -4 route show
    section namespace readlink /proc/self/ns/net
    section tcp cat /proc/net/tcp
    section tcp6 optional /proc/net/tcp6
    section resolv optional /etc/resolv.conf
    section hosts optional /etc/hosts
    section hostname cat /proc/sys/kernel/hostname
    if [ "$1" = host ]; then return; fi
    section environ environ
    section sockets sockets
}

optional() {
    if [ -e "$1" ]; then cat "$1"; fi
}

# The environment of the container's first process: the lowest number among those in its mount namespace.
environ() {
    least=
    for each in /proc/[0-9]*; do
        number=${each#/proc/}
        if [ "$each/ns/mnt" -ef "$home" ] && [ "$number" -lt "${least:-$((number + 1))}" ]; then least=$number; fi
    done
    [ "$least" ] && cat "/proc/$least/environ"
}

# The open files of the container's processes. It fails where one of them is hidden from us.
sockets() {
    hidden=0
    for each in /proc/[0-9]*; do
        if [ "$each/ns/mnt" -ef "$home" ]; then ls -l "$each/fd"
        elif [ ! -e "$each/ns/mnt" ] && [ /proc/1/ns/mnt -ef "$home" ] && lives "$each"; then hidden=1; fi
    done
    return "$hidden"
}

# Neither ended meanwhile nor a zombie.
lives() {
    read -r line <"$1/stat" && case $line in *') Z '*) false ;; esac
}

# ask KIND NAME SERVER TIMES: one section an answer, until the server keeps silent.
ask() {
    if command -v nslookup >/dev/null 2>&1; then with=with_nslookup
    elif command -v dig >/dev/null 2>&1; then with=with_dig
    else return 127; fi
    left=$4
    while [ "$left" -gt 0 ]; do
        answer=$("$with" "$1" "$2" "$3" 2>&1)
        printf '%s\n%s answer %s\n' "$answer" "$mark" "$?"
        case $answer in *"timed out"* | *"no servers could"* | *"o response"*) break ;; esac
        left=$((left - 1))
    done
}

with_nslookup() {
    nslookup -timeout=1 -retry=1 "-type=$1" "$2." "$3"
}

with_dig() {
    dig +time=1 +tries=1 "@$3" -t "$1" -q "$2."
}

# Asked again once, where the first got no answer.
echoes() {
    ping -c 1 -W "$2" "$1" 2>&1 || ping -c 1 -W "$2" "$1" 2>&1
}

# Busybox's nc may know no -z: then a program that ends at once takes the connection.
connect() {
    tried=$(nc -z -v -w 2 "$1" "$2" 2>&1 </dev/null)
    code=$?
    case $tried in *sage:* | *"nvalid option"* | *nrecognized*)
        tried=$(nc -w 2 "$1" "$2" -e true 2>&1 </dev/null)
        code=$?
        ;;
    esac
    printf '%s' "$tried"
    return "$code"
}

case $what in
    look) look "$@" ;;
    ask) ask "$@" ;;
    ping) section reply echoes "$@" ;;
    connect) section reply connect "$@" ;;
esac
