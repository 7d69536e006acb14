"""Files as a container sees them, read from outside: none of its symlinks may lead to a file of the host's."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
from pathlib import Path

_OPENAT2 = 437  # the same on every architecture, Linux 5.6
_NO_MAGICLINKS, _IN_ROOT = 0x02, 0x10  # linux/openat2.h: RESOLVE_*
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_LIMIT = 1 << 20


def read(root: Path, name: str) -> str:
    """The text of the file `name` (etc/hosts) below `root` (…/PID/root); "" where there is none.

    Raises OSError where it is not an ordinary file, too large, or behind a link that cannot be followed safely.
    """
    folder = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        handle = _opened(folder, name)
    except FileNotFoundError:
        return ""
    finally:
        os.close(folder)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not an ordinary file", name)
        with open(handle, "rb", closefd=False) as file:
            return _text(file.read(_LIMIT + 1), name)
    finally:
        os.close(handle)


def _text(content: bytes, name: str) -> str:
    if len(content) > _LIMIT:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
    return content.decode(errors="replace")


def _opened(folder: int, name: str) -> int:
    """Opened with `folder` as the root of every link on the way; on an old kernel, with no link followed at all."""
    how = struct.pack("QQQ", _FLAGS, 0, _IN_ROOT | _NO_MAGICLINKS)
    libc = ctypes.CDLL(None, use_errno=True)
    handle: int = libc.syscall(ctypes.c_long(_OPENAT2), folder, name.encode(), how, ctypes.c_size_t(len(how)))
    if handle >= 0:
        return handle
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EPERM):
        return _stepped(folder, name)
    raise OSError(number, os.strerror(number), name)


def _stepped(folder: int, name: str) -> int:
    first, _, rest = name.partition("/")
    if not rest:
        return os.open(first, _FLAGS | os.O_NOFOLLOW, dir_fd=folder)
    inner = os.open(first, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    try:
        return _stepped(inner, rest)
    finally:
        os.close(inner)
