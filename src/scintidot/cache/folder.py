"""Where things are kept between runs, and how much: the environment decides, for tables and compiled code alike.

The folder is that of the system for caches (such as ``~/.cache/scintidot``), or the one that ``SCINTIDOT_CACHE``
names; ``SCINTIDOT_CACHE=off`` keeps nothing. ``SCINTIDOT_CACHE_LIMIT`` is the size of all, such as ``500 MB``.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

from scintidot.sizes import read_size

_LOG = logging.getLogger(__name__)

VARIABLE, LIMIT_VARIABLE = "SCINTIDOT_CACHE", "SCINTIDOT_CACHE_LIMIT"
OFF, NO_LIMIT = "off", "none"
DEFAULT_LIMIT_BYTES = 2_000_000_000


def cache_folder() -> Path | None:
    """Where things are kept; None if nothing is to be kept."""
    chosen = os.environ.get(VARIABLE)
    if chosen == OFF:
        return None
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("scintidot", appauthor=False)


def nearest_existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    return next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))


def why_not_writable(folder: Path) -> str:
    """Why no file can be made there, or in the nearest folder above that exists; empty if it can."""
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=nearest_existing(folder)):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def size_limit() -> int | None:
    """Size that all kept files together may have [bytes]; None without a limit.

    Raises
    ------
    BadValue
        If ``SCINTIDOT_CACHE_LIMIT`` is no size.
    """
    chosen = os.environ.get(LIMIT_VARIABLE, "").strip()
    if not chosen:
        return DEFAULT_LIMIT_BYTES
    return (
        None
        if chosen.lower() == NO_LIMIT
        else read_size(chosen, where="environment", who=LIMIT_VARIABLE, also=f", or {NO_LIMIT}")
    )


def say_once_that_nothing_is_kept(folder: Path, fault: str) -> None:
    """One warning for each folder and fault."""
    warn_once(f"the cache {folder} cannot be written ({fault}): nothing is kept, which costs only time")


@cache
def warn_once(message: str) -> None:
    """Log a warning, unless this process has done so before."""
    _LOG.warning("%s", message)
