"""What a process asks of the disk, in order, seen through ptrace(2); failing syncs.

A power cut cannot be had in a test. What can be seen is whether everything written was
synced before the answer, and what a process does when a sync fails. Linux on x86-64.
"""

import ctypes
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

CAN_TRACE = (sys.platform, platform.machine()) == ("linux", "x86_64")
"""System calls are numbered here as on such a machine."""

_TRACEME, _POKEUSER, _SYSCALL, _SETOPTIONS, _INFO = 0, 6, 24, 0x4200, 0x420E
_SYSGOOD_AND_EXITKILL = 0x1 | 0x100000
_ENTRY = 1
_ORIG_RAX = 15 * 8
_WRITES = {1: "write", 18: "write"}  # write, pwrite64
_SYNCS = {74: "sync", 75: "sync"}  # fsync, fdatasync
_STOPPED = signal.SIGTRAP | 0x80

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class _Info(ctypes.Structure):
    """The head of struct ptrace_syscall_info, with the number and first argument."""

    _fields_ = (
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("instruction_pointer", ctypes.c_uint64),
        ("stack_pointer", ctypes.c_uint64),
        ("number", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
    )


class Asked(NamedTuple):
    """A write or a sync, and of what."""

    what: str
    path: Path


class Traced(NamedTuple):
    """Every write and sync of a process from `be_traced` on, and how it ended."""

    asked: list[Asked]
    syncs: int
    status: int


def be_traced() -> None:
    """Stop until the parent watches; the command calls it when all is imported."""
    _libc.ptrace(_TRACEME, 0, None, None)
    os.kill(os.getpid(), signal.SIGSTOP)


def traced(command: Sequence[str], cwd: Path, fail_sync: int = 0) -> Traced:
    """Run a command of one thread; let the sync of that number fail, counted from 1."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd)},
    )
    pid, asked, syncs = process.pid, [], 0
    _, status = os.waitpid(pid, 0)
    _ptrace(_SETOPTIONS, pid, 0, _SYSGOOD_AND_EXITKILL)
    info, passed_on = _Info(), 0
    while not (os.WIFEXITED(status) or os.WIFSIGNALED(status)):
        stopped = os.WSTOPSIG(status)
        if stopped == _STOPPED:
            _ptrace(_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
            what = (_WRITES | _SYNCS).get(info.number)
            if info.op == _ENTRY and what:
                path = Path(f"/proc/{pid}/fd/{info.arguments[0]}").readlink()
                syncs += what == "sync"
                if what == "sync" and syncs == fail_sync:
                    _ptrace(_POKEUSER, pid, _ORIG_RAX, -1)  # no such call: it fails
                else:
                    asked.append(Asked(what, path))
        elif stopped != signal.SIGSTOP:
            passed_on = stopped
        _ptrace(_SYSCALL, pid, 0, passed_on)
        passed_on = 0
        _, status = os.waitpid(pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Traced(asked, syncs, process.returncode)


def _ptrace(request: int, pid: int, address: int, data: int) -> None:
    if _libc.ptrace(request, pid, address, data) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")
