"""Sizes of files and of memory: read with their unit, and written for people."""

from __future__ import annotations

import re

from scintidot.errors import BadValue

BYTES = {"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
"""Unit -> bytes."""
_SIZE = re.compile(r"\s*(?P<number>\d+\.?\d*|\.\d+)\s*(?P<unit>[A-Za-z]+)\s*")
_UNITS = {name.lower(): size for name, size in BYTES.items()} | {"k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}


def read_size(text: str, *, where: str, who: str, also: str = "") -> int:
    """A size in bytes; ``also`` is what may stand there besides. Raises `BadValue`.

    >>> read_size("500 MB", where="example", who="size"), read_size("1.5gib", where="example", who="size")
    (500000000, 1610612736)
    """
    found = _SIZE.fullmatch(text)
    size = float(found["number"]) * _UNITS.get(found["unit"].lower(), 0.0) if found else 0.0
    if size < 1:
        expected = f"a number with its unit, such as '500 MB' or '2 GB'{also}"
        raise BadValue(where=where, what="size", who=who, expected=expected, found=repr(text))
    return int(size)


def size_in_words(size: float) -> str:
    """Bytes for people.

    >>> size_in_words(999), size_in_words(2_000_000_000), size_in_words(1_637_090)
    ('999 bytes', '2 GB', '1.64 MB')
    """
    for unit in ("TB", "GB", "MB", "kB"):
        if size >= 0.9995 * BYTES[unit]:  # 999 600 is 1 MB to three digits
            return f"{size / BYTES[unit]:.3g} {unit}"
    return f"{size:.0f} bytes"
