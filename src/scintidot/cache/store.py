"""Datasets kept between runs: the first who wants one builds it, others wait for it, and a damaged one is made anew."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scintidot.cache.container import DamagedFile, packed, unpacked
from scintidot.cache.entries import LOCKS, UNFINISHED
from scintidot.cache.folder import OFF, VARIABLE, cache_folder, say_once_that_nothing_is_kept, size_limit
from scintidot.cache.locks import alone
from scintidot.cache.room import make_room

if TYPE_CHECKING:
    import xarray

_LOG = logging.getLogger(__name__)


def kept(kind: str, key: str, build: Callable[[], xarray.Dataset]) -> xarray.Dataset:
    """The dataset kept as ``kind-key``, else ``build()``, which is then kept.

    While one process or thread builds, others who want the same wait for it. A folder that cannot be written, or
    a full disk, costs only time.

    Parameters
    ----------
    kind : str
        First part of the file name, for people: small letters and hyphens.
    key : str
        Fingerprint of everything that the dataset depends on, the version of its method too.
    build : callable
        Makes the dataset.

    Raises
    ------
    BadValue
        If ``SCINTIDOT_CACHE_LIMIT`` is no size.
    """
    folder = cache_folder()
    if folder is None:
        return _built(kind, build)
    limit = size_limit()
    path = _path(folder, kind, key)
    found = _read(path, kind)
    if found is not None:
        return found

    def say(holder: str, waited_s: float) -> None:
        words = f"waiting for the same {kind}, made by {holder}"
        level = logging.INFO if waited_s < 1 else logging.WARNING
        _LOG.log(
            level, "%s (%.0f s; %s=%s would not wait)", words, waited_s, VARIABLE, OFF, extra={"step": words}
        )

    with alone(folder / LOCKS / path.stem, say):
        found = _read(path, kind, damage=logging.WARNING)
        if found is not None:
            return found
        dataset = _built(kind, build)
        _write(path, packed(dataset, path.name), limit)
    return dataset


def is_kept(kind: str, key: str) -> bool:
    """Whether a dataset is kept as ``kind-key``."""
    folder = cache_folder()
    return folder is not None and _path(folder, kind, key).is_file()


def _path(folder: Path, kind: str, key: str) -> Path:
    return folder / f"{kind}-{key[:32]}.npz"


def _built(kind: str, build: Callable[[], xarray.Dataset]) -> xarray.Dataset:
    started = time.perf_counter()
    dataset = build()
    _LOG.info("%s built in %.1f s", kind, time.perf_counter() - started, extra={"step": ""})
    return dataset


def _read(path: Path, kind: str, *, damage: int = logging.DEBUG) -> xarray.Dataset | None:
    """The dataset, in memory, used now; None if there is none, or none that is whole."""
    try:
        dataset = unpacked(path.read_bytes(), path.name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, DamagedFile) as error:
        _LOG.log(damage, "%s is damaged (%s): it is made anew", path, error)
        return None
    with suppress(OSError):
        os.utime(path)
    _LOG.info("%s taken from the cache: %s", kind, path.name, extra={"step": ""})
    return dataset


def _write(path: Path, content: bytes, limit: int | None) -> None:
    """Under a temporary name first, so that a reader never meets half a file."""
    if limit is not None and len(content) > limit:
        _LOG.info(
            "%s is not kept: its %d bytes are more than the limit of the cache", path.name, len(content)
        )
        return
    temporary = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
        make_room(path.parent, len(content), limit, newest=path)
    except OSError as error:
        say_once_that_nothing_is_kept(path.parent, error.strerror or str(error))
    finally:
        with suppress(OSError):
            temporary.unlink()
