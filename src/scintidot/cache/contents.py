"""What is kept, told and cleared: the documents of ``scintidot cache``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scintidot import __version__
from scintidot.cache.entries import LOCKS, Entry, entries, remove_empty_folders
from scintidot.cache.folder import LIMIT_VARIABLE, VARIABLE, cache_folder, size_limit, why_not_writable
from scintidot.cache.kernels import KERNELS
from scintidot.cache.locks import release, taken
from scintidot.cache.room import SUM
from scintidot.errors import one_of

SCHEMA, CLEAR_SCHEMA = "scintidot.cache/1", "scintidot.cache-clear/1"
KINDS = {
    "deposit": "deposits of one size",
    "hits": "deposits, history by history",
    "bulk-pairs": "energy per pair in the bulk",
    "track": "one material, for the track engine",
    "elastic": "elastic scattering in one material",
    "inelastic": "energy losses in one material",
    "low-energy": "phonons of one material",
    "photons": "attenuation in one material",
    "angles": "scattering angles of one element",
    KERNELS: "compiled code",
    "unfinished": "left by a process that died",
}
"""Kind -> what one entry holds."""


def cache_info() -> dict[str, Any]:
    """Where the cache is and why there, how much it holds, its limit, and its kinds, as ``scintidot.cache/1``.

    Raises
    ------
    BadValue
        If ``SCINTIDOT_CACHE_LIMIT`` is no size.
    """
    folder = cache_folder()
    found = [] if folder is None else entries(folder)
    return {
        "schema": SCHEMA,
        "version": __version__,
        "folder": None if folder is None else str(folder.absolute()),
        "folder_from": VARIABLE if os.environ.get(VARIABLE) else "system",
        "fault": (why_not_writable(folder) or None) if folder else None,
        "limit_bytes": size_limit(),
        "limit_from": LIMIT_VARIABLE if os.environ.get(LIMIT_VARIABLE, "").strip() else "default",
        **_summed(found),
        "oldest_use_utc": _time(min, found),
        "newest_use_utc": _time(max, found),
        "outdated": _summed([entry for entry in found if entry.outdated]),
        "kinds": [
            {
                "kind": kind,
                "meaning": KINDS.get(kind, ""),
                **_summed(these),
                "oldest_use_utc": _time(min, these),
                "newest_use_utc": _time(max, these),
                "outdated": _summed([entry for entry in these if entry.outdated]),
            }
            for kind, these in _by_kind(found).items()
        ],
    }


def clear_cache(
    kinds: Sequence[str] = (), *, outdated: bool = False, dry_run: bool = False
) -> dict[str, Any]:
    """Remove what is kept, and nothing else that may lie in the folder, as ``scintidot.cache-clear/1``.

    Parameters
    ----------
    kinds : sequence of str
        Only these; all if empty.
    outdated : bool
        Only what nothing will read again: code of other sources, files of older versions, unfinished ones.
    dry_run : bool
        Remove nothing.

    Raises
    ------
    BadValue
        For an unknown kind.
    """
    folder = cache_folder()
    found = _by_kind([] if folder is None else entries(folder))
    for kind in kinds:
        one_of(kind, dict.fromkeys([*KINDS, *found]), where="cache clear", who="--kind")
    removed, left = [], []
    for entry in (entry for kind, these in found.items() if not kinds or kind in kinds for entry in these):
        if outdated and not entry.outdated:
            continue
        try:
            if not dry_run:
                entry.remove()
            removed.append(entry)
        except OSError as error:
            left.append({"file": error.filename, "fault": error.strerror})
    if folder is not None and not dry_run:
        _remove_idle_locks(folder / LOCKS)
        remove_empty_folders(folder)
    return {
        "schema": CLEAR_SCHEMA,
        "version": __version__,
        "folder": None if folder is None else str(folder.absolute()),
        "dry_run": dry_run,
        **_summed(removed),
        "kinds": [{"kind": kind, **_summed(these)} for kind, these in _by_kind(removed).items()],
        "not_removed": left,
    }


def _remove_idle_locks(folder: Path) -> None:
    """The sum of sizes, and locks that nobody holds: what processes that were killed left behind."""
    names = [path.name for path in folder.glob("*-" + "[0-9a-f]" * 32)] if folder.is_dir() else []
    for path in (folder / name for name in (SUM, *names) if (folder / name).is_file()):
        try:
            descriptor = taken(path)
            if descriptor is not None:
                release(descriptor, path, remove=True)
        except OSError:
            continue


def _by_kind(found: list[Entry]) -> dict[str, list[Entry]]:
    """The largest kind first."""
    kinds: dict[str, list[Entry]] = {}
    for entry in found:
        kinds.setdefault(entry.kind, []).append(entry)
    return dict(sorted(kinds.items(), key=lambda item: -sum(entry.size for entry in item[1])))


def _summed(found: list[Entry]) -> dict[str, int]:
    return {
        "entries": len(found),
        "files": sum(len(entry.files) for entry in found),
        "size_bytes": sum(entry.size for entry in found),
    }


def _time(which: Callable[..., float], found: list[Entry]) -> str | None:
    if not found:
        return None
    return datetime.fromtimestamp(which(entry.used for entry in found), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
