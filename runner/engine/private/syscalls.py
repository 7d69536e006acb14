"""System calls that nobody in a confined machine may make, whatever rights a container was given (seccomp(2)).

They serve no lab and no engine. Some reach the whole computer, some have been ways in, and keys are counted for a user
on the whole computer: 200, and runc would make one for each container.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Callable
from typing import TypeVar

from runner.engine.faults import started

T = TypeVar("T")

_DENIED = {  # name: number on x86-64, on ARM64 (linux/arch/x86/entry/syscalls, include/uapi/asm-generic/unistd.h)
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    **{"init_module": (175, 105), "delete_module": (176, 106), "finit_module": (313, 273)},
    **{"kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142), "acct": (163, 89)},
    **{"swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "syslog": (103, 116)},
    **{"settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266)},
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282)},
    **{"io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427)},
    **{"open_by_handle_at": (304, 265), "lookup_dcookie": (212, 18)},
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, AUDIT_ARCH_* of linux/audit.h
_X32 = 0x40000000  # x86-64's second numbering
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # linux/bpf_common.h: BPF_LD|W|ABS, JMP|JEQ|K …
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000  # linux/seccomp.h: SECCOMP_RET_*
_PR_SET_SECCOMP, _MODE_FILTER = 22, 2


def without(act: Callable[[], T]) -> T:
    """What `act` returns or raises; the processes that it starts can never make those calls.

    A filter is a thread's, and its children's: so it is done in a thread that ends. On other kinds of machine there is
    none. Raises OSError where the kernel takes none.
    """
    if os.uname().machine not in _MACHINES:
        return act()

    def filtered() -> T:
        _install(_program(*_MACHINES[os.uname().machine]))
        return act()

    return started(filtered).result()


def _program(column: int, machine: int) -> bytes:
    """ "Not there" for these, and for all calls of another numbering than the machine's own; the rest as ever."""
    numbers = [each[column] for each in _DENIED.values()]
    left = len(numbers)
    steps = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_IF_EQUAL, 0, left + 3, machine),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_IF_AT_LEAST, left + 1, 0, _X32),
        *((_IF_EQUAL, left - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _install(program: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    held = ctypes.create_string_buffer(program, len(program))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held)))
    if libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), whole, ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
