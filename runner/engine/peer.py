"""Who is at the other end of a unix socket."""

from __future__ import annotations

import socket
import struct


def pid_behind(connected: socket.socket) -> int:
    """The process that made the socket which `connected` is connected to, as numbered here (unix(7), SO_PEERCRED).

    0 where that cannot be told: it is in a pid namespace that is not below ours, or the system is not Linux.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    pid, _uid, _gid = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return int(pid)
