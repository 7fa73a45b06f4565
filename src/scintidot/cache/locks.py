"""Locks between processes and threads, by the system: whatever ends a process, kill -9 too, releases its locks.

A lock is a file. Who holds it writes its name there; who cannot make it (a folder that cannot be written, a full
disk, a file system without locks) goes on without.
"""

from __future__ import annotations

import errno
import math
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.002, 0.25
"""Between two tries for a lock that another one holds."""
TOLD_AGAIN_AFTER_S = 60.0

Waiting = Callable[[str, float], None]
"""Told whom one waits for, and since when [s]: at once, and each minute."""
_BUSY = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # the byte that is locked cannot be read by others: one beyond what is written

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def taken(path: Path) -> int | None:
    """The descriptor of the lock, which is now held; None if another one holds it.

    Raises
    ------
    OSError
        If there can be no lock.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(descriptor)
            if _is_file(descriptor, path):
                return descriptor
            os.close(descriptor)  # the one who held it has removed it
        except OSError as error:
            os.close(descriptor)
            if error.errno in _BUSY:
                return None
            raise


def _is_file(descriptor: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


def release(descriptor: int, path: Path, *, remove: bool) -> None:
    """Give the lock back; with ``remove`` its file goes first, so that nobody takes a lock on one that is gone."""
    if remove:
        with suppress(OSError):
            path.unlink()
    _unlock(descriptor)
    os.close(descriptor)
    if remove and sys.platform == "win32":  # where an open file cannot be removed
        with suppress(OSError):
            path.unlink()


@contextmanager
def alone(path: Path, waiting: Waiting = lambda *_: None, *, lasting: bool = False) -> Iterator[int | None]:
    """Hold the lock ``path``, after whoever holds it now; None if there can be no lock here.

    The file is signed and, in the end, removed; a ``lasting`` one is left as the holder leaves it.
    """
    descriptor = _wait_for(path, waiting)
    if descriptor is not None and not lasting and not _signed(descriptor):
        release(descriptor, path, remove=True)
        descriptor = None
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            release(descriptor, path, remove=not lasting)


def _wait_for(path: Path, waiting: Waiting) -> int | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pause, started, told = FIRST_PAUSE_S, time.monotonic(), -math.inf
        while (descriptor := taken(path)) is None:
            waited = time.monotonic() - started
            if waited - told >= TOLD_AGAIN_AFTER_S:
                waiting(_holder(path), waited)
                told = waited
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
    except OSError:
        return None
    return descriptor


def _signed(descriptor: int) -> bool:
    """Write who holds the lock, for those who wait; whether the disk had room for it."""
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
    except OSError:
        return False
    return True


def _holder(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace") or "another process"
    return "another process"
