"""What a process changes in a folder, call by call, and the folder cut at any of them.

A process that is killed within a write leaves a part of it, in whole pages. So every
prefix of what was written, page by page, is a state that a kill may leave, and no other
is. Seen through ptrace(2), like `syscalls`, of one thread; that nothing was missed is
seen by doing all of it again and comparing.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tests.support import syscalls

PAGE: Final = 4096
_AT: Final = {  # name: which arguments are (folder, path), -1 for the current folder
    257: ("open", (0, 1)),
    83: ("mkdir", (-1, 0)),
    84: ("rmdir", (-1, 0)),
    87: ("unlink", (-1, 0)),
    263: ("unlink", (0, 1)),
    82: ("rename", (-1, 0)),
    86: ("link", (-1, 0)),
}
_OF_FILE: Final = {1: "append", 18: "write", 77: "truncate", 285: "allocate"}


class Change(NamedTuple):
    """One change: bytes at a place of a file, or something done to a name."""

    what: str
    path: Path
    data: bytes = b""
    number: int = 0
    """Where the bytes go, or the new length."""
    target: Path | None = None


def changes(module: str, *given: str, folder: Path, cwd: Path) -> list[Change]:
    """Run `python -m module given…`, which calls `be_traced`, and list what it changed.

    Only names in the folder count. Raises AssertionError if it fails.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *given],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd)},
    )
    pid, found, passed_on = process.pid, [], 0
    _, status = os.waitpid(pid, 0)
    syscalls._ptrace(0x4200, pid, 0, 0x1 | 0x100000)
    info = syscalls._Info()
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        while not (os.WIFEXITED(status) or os.WIFSIGNALED(status)):
            stopped = os.WSTOPSIG(status)
            if stopped == syscalls._STOPPED:
                syscalls._ptrace(
                    0x420E, pid, ctypes.sizeof(info), ctypes.addressof(info)
                )
                if info.op == 1:
                    found += _asked(pid, memory, info, folder)
            elif stopped != signal.SIGSTOP:
                passed_on = stopped
            syscalls._ptrace(24, pid, 0, passed_on)
            passed_on = 0
            _, status = os.waitpid(pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return found


def _asked(pid: int, memory, info, folder: Path) -> list[Change]:
    """The change a call asks for; none for other calls and for names elsewhere."""
    found = None
    if info.number in _AT:
        found = _of_name(pid, memory, info)
    elif info.number in _OF_FILE:
        found = _of_file(pid, memory, info)
    return [found] if found and folder in found.path.parents else []


def _of_name(pid: int, memory, info) -> Change | None:
    def text(address: int) -> str:
        memory.seek(address)
        return memory.read(PAGE).split(b"\0", 1)[0].decode()

    what, (of, at) = _AT[info.number]
    path = Path(text(info.arguments[at]))
    if of >= 0 and info.arguments[of] < 1 << 30:  # else AT_FDCWD
        path = Path(f"/proc/{pid}/fd/{info.arguments[of]}").readlink() / path
    flags = info.arguments[2]
    if what == "open" and not flags & os.O_CREAT:
        return None
    if what == "unlink" and at == 1 and flags & 0x200:
        what = "rmdir"
    target = Path(text(info.arguments[1])) if what in {"rename", "link"} else None
    return Change(what, path, number=flags & os.O_TRUNC, target=target)


def _of_file(pid: int, memory, info) -> Change:
    first, second, third, fourth, *_ = info.arguments
    path = Path(f"/proc/{pid}/fd/{first}").readlink()
    what = _OF_FILE[info.number]
    if what not in {"append", "write"}:
        return Change(what, path, number=second)
    memory.seek(second)
    return Change(what, path, memory.read(third), fourth if what == "write" else 0)


def play(change: Change, old: Path, new: Path) -> None:
    """Do a change of the old folder to the new one."""

    def there(path: Path) -> Path:
        return new / path.relative_to(old)

    path = there(change.path)
    if change.what in {"append", "write"}:
        with path.open("ab" if change.what == "append" else "r+b") as file:
            file.seek(change.number)
            file.write(change.data)
    elif change.what == "rename" and path.exists():
        path.rename(there(change.target or path))
    elif change.what in {"rmdir", "unlink"}:
        with suppress(OSError):  # it failed there too
            (path.rmdir if change.what == "rmdir" else path.unlink)()
    elif change.what == "link":
        with suppress(FileExistsError):  # it failed there too
            there(change.target or path).hardlink_to(path)
    elif change.what != "rename":
        _make(change, path)


def _make(change: Change, path: Path) -> None:
    match change.what:
        case "mkdir":
            path.mkdir(exist_ok=True)
        case "open":
            path.touch()
            os.truncate(path, 0 if change.number else path.stat().st_size)
        case "truncate":
            os.truncate(path, change.number)
        case _:
            raise AssertionError(f"not foreseen: {change.what}")


def cuts(change: Change, step: int) -> Iterator[Change]:
    """The change in pieces of so many bytes; a kill may leave the first ones."""
    if not change.data:
        yield change
    for begin in range(0, len(change.data), step):
        piece = change.data[begin : begin + step]
        yield change._replace(data=piece, number=change.number + begin)


def copied(folder: Path, to: Path) -> Path:
    """A copy of the folder, in the place of an older one."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(folder, to))


def same_files(one: Path, other: Path) -> bool:
    """Whether two folders hold the same, byte for byte."""

    def held(folder: Path) -> dict[str, bytes]:
        return {
            str(each.relative_to(folder)): each.read_bytes()
            for each in folder.rglob("*")
            if each.is_file()
        }

    return held(one) == held(other)


def states(
    made: Sequence[Change], old: Path, new: Path, step: int
) -> Iterator[tuple[Change, int]]:
    """Let the new folder go through every state of the old one; say after what."""
    for change in made:
        for nth, piece in enumerate(cuts(change, step)):
            play(piece, old, new)
            yield change, nth
