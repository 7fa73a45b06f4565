"""Where things are kept between runs, and how much: the environment decides, for tables and compiled code alike.

The folder is that of the system for caches (such as ``~/.cache/scintidot``), or the one that ``SCINTIDOT_CACHE``
names; ``SCINTIDOT_CACHE=off`` keeps nothing. ``SCINTIDOT_CACHE_LIMIT`` is the size of all, such as ``500 MB``.
"""

from __future__ import annotations

import logging
import os
import re
from functools import cache
from pathlib import Path

from scintidot.errors import BadValue

_LOG = logging.getLogger(__name__)

VARIABLE, LIMIT_VARIABLE = "SCINTIDOT_CACHE", "SCINTIDOT_CACHE_LIMIT"
OFF, NO_LIMIT = "off", "none"
DEFAULT_LIMIT_BYTES = 2_000_000_000
BYTES = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
"""Unit -> bytes."""

_SIZE = re.compile(r"\s*(?P<number>\d+\.?\d*|\.\d+)\s*(?P<unit>[A-Za-z]+)\s*")
_UNITS = {name.lower(): size for name, size in BYTES.items()}


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
    return None if chosen.lower() == NO_LIMIT else parse_size(chosen, who=LIMIT_VARIABLE)


def parse_size(text: str, *, who: str) -> int:
    """A size in bytes.

    >>> parse_size("500 MB", who="example"), parse_size("1.5gib", who="example")
    (500000000, 1610612736)
    """
    found = _SIZE.fullmatch(text)
    size = float(found["number"]) * _UNITS.get(found["unit"].lower(), 0.0) if found else 0.0
    if size < 1:
        raise BadValue(
            where="environment", what="size", who=who, found=repr(text),
            expected=f"a number with its unit, such as '500 MB' or '2 GB', or {NO_LIMIT}",
        )  # fmt: skip
    return int(size)


def size_in_words(size: int) -> str:
    """Bytes for people.

    >>> size_in_words(999), size_in_words(2_000_000_000), size_in_words(1_637_090)
    ('999 bytes', '2 GB', '1.64 MB')
    """
    for unit in ("TB", "GB", "MB", "kB"):
        if size >= 0.9995 * BYTES[unit]:  # 999 600 is 1 MB to three digits
            return f"{size / BYTES[unit]:.3g} {unit}"
    return f"{size} bytes"


def say_once_that_nothing_is_kept(folder: Path, fault: str) -> None:
    """One warning for each folder and fault."""
    warn_once(f"the cache {folder} cannot be written ({fault}): nothing is kept, which costs only time")


@cache
def warn_once(message: str) -> None:
    """Log a warning, unless this process has done so before."""
    _LOG.warning("%s", message)
