"""The size limit: what was used longest ago goes first, what is outdated before all else.

The sum of sizes is kept in a file, so that a write costs no walk over the folder: that is walked where the sum
passes the limit, and once a day, since whoever removes files or dies in a write leaves the sum as it was.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from pathlib import Path

from scintidot.cache.entries import LOCKS, Entry, entries, remove_empty_folders
from scintidot.cache.locks import alone

_LOG = logging.getLogger(__name__)

SUM = "size"
"""File of the sum of sizes [bytes] and when it was counted [s since 1970]; a lock at the same time."""
COUNT_EVERY_S = 86400.0
FILLED_AGAIN_TO = 0.9
"""Share of the limit that is left, so that the next writes cost no walk."""


def make_room(folder: Path, added: int, limit: int | None, *, newest: Path | None = None) -> None:
    """Bring the folder below its limit [bytes] after a write of ``added`` bytes; ``newest`` stays.

    Raises
    ------
    OSError
        If the sum of sizes cannot be kept.
    """
    with alone(folder / LOCKS / SUM, lasting=True) as lock:
        total, counted = (None, 0.0) if lock is None else _noted(lock)
        now = time.time()
        if total is None or not 0 <= now - counted < COUNT_EVERY_S:
            total, counted = sum(entry.size for entry in entries(folder)), now
        else:
            total += added
        if limit is not None and total > limit:
            total, counted = _evict(folder, limit, now, newest), now
        if lock is not None:
            _note(lock, total, counted)


def _evict(folder: Path, limit: int, now: float, newest: Path | None) -> int:
    """Remove entries until there is room; the bytes that are left."""
    found = entries(folder)
    total = sum(entry.size for entry in found)
    if total <= limit:
        return total
    for entry in sorted(found, key=lambda entry: entry.order_of_removal(now)):
        if total <= FILLED_AGAIN_TO * limit:
            break
        if newest not in entry.files and _removed(entry):
            total -= entry.size
    remove_empty_folders(folder)
    return total


def _removed(entry: Entry) -> bool:
    try:
        entry.remove()
    except OSError:  # one that is open on Windows, or belongs to another user
        return False
    _LOG.info("%s removed from the cache, which is full: %s", entry.kind, entry.files[0].name)
    return True


def _noted(lock: int) -> tuple[int | None, float]:
    """Sum and when it was counted; None if that cannot be told."""
    with suppress(OSError, ValueError):
        os.lseek(lock, 0, os.SEEK_SET)
        total, counted = os.read(lock, 100).split()
        return int(total), float(counted)
    return None, 0.0


def _note(lock: int, total: int, counted: float) -> None:
    os.ftruncate(lock, 0)
    os.lseek(lock, 0, os.SEEK_SET)
    os.write(lock, f"{total} {counted!r}".encode())
