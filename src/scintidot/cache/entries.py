"""What lies in the folder and is the cache's own: nothing else is ever counted or removed there."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scintidot.cache.kernels import KERNELS, TAG, is_current

LOCKS, UNFINISHED = "locks", ".unfinished-"
ABANDONED_AFTER_S = 3600.0
"""An unfinished file of that age was left by a process that died: writing one takes seconds."""
CLOCK_TOLERANCE_S = 86400.0
"""A use so far in the future was noted by a clock that was wrong."""

_TABLE = re.compile(r"(?P<kind>[a-z]+(-[A-Za-z]+)*)-[0-9a-f]{32}\.(?P<form>npz|nc)")
_CODE = re.compile(r"[\w.-]+\.(nbi|nbc)(\.tmp\.[0-9a-f]+)?")


@dataclass(frozen=True)
class Entry:
    """One dataset, the kernels of one stage, or what a process that died left behind."""

    kind: str
    files: tuple[Path, ...]
    size: int  # [bytes]
    used: float  # last time [s since 1970]
    outdated: bool  # nothing will read it again, as far as the sources here tell

    def order_of_removal(self, now: float) -> tuple[bool, float]:
        """What is outdated goes first, then what was used longest ago; a use in the future is no use."""
        return not self.outdated, self.used if self.used <= now + CLOCK_TOLERANCE_S else 0.0

    def remove(self) -> None:
        """Remove the files; those that are gone already are fine. Raises OSError."""
        for path in self.files:
            path.unlink(missing_ok=True)


def entries(folder: Path) -> list[Entry]:
    """Everything that is kept there; empty for a folder that is not there or cannot be read."""
    return [*_tables(folder), *_kernels(folder / KERNELS)]


def remove_empty_folders(folder: Path) -> None:
    """Those of kernels and locks that hold nothing any more."""
    tags = [tag for tag in _folders(folder / KERNELS) if TAG.fullmatch(tag.name)]
    places = [place for tag in tags for place in _folders(tag)]
    for empty in (*places, *tags, folder / KERNELS, folder / LOCKS):
        with suppress(OSError):  # it is not empty, or there is none
            empty.rmdir()


def _tables(folder: Path) -> Iterator[Entry]:
    now = time.time()
    for path, status in _files(folder):
        match = _TABLE.fullmatch(path.name)
        if match:
            kind, old = match["kind"], match["form"] == "nc"  # of versions that kept netCDF
            yield Entry(kind, (path,), status.st_size, status.st_mtime, old)
        elif path.name.startswith(UNFINISHED) and now - status.st_mtime > ABANDONED_AFTER_S:
            yield Entry("unfinished", (path,), status.st_size, status.st_mtime, True)


def _kernels(folder: Path) -> Iterator[Entry]:
    for tag in _folders(folder):
        if not TAG.fullmatch(tag.name):
            continue
        code = [
            (path, status)
            for place in _folders(tag)
            for path, status in _files(place)
            if _CODE.fullmatch(path.name)
        ]
        with suppress(OSError):  # another process may have removed it
            if code:
                files, size = tuple(path for path, _ in code), sum(status.st_size for _, status in code)
                yield Entry(KERNELS, files, size, tag.stat().st_mtime, not is_current(tag.name))


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Plain files with their status; links are none of ours."""
    for entry in _listed(folder):
        with suppress(OSError):  # another process may have removed it
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                yield Path(entry.path), status


def _folders(folder: Path) -> Iterator[Path]:
    for entry in _listed(folder):
        if entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []
