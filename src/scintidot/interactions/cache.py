"""Tables kept between runs, each under the fingerprint of everything that it was made from.

The folder is that of the system for caches (such as ``~/.cache/scintidot``), or the one that the environment
variable ``SCINTIDOT_CACHE`` names; ``SCINTIDOT_CACHE=off`` keeps nothing. A file is written under a temporary name
and renamed, so a reader never meets half of one; a damaged file is made anew; a folder that cannot be written costs
only time.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from scintidot.errors import CannotWrite
from scintidot.output import write_together

if TYPE_CHECKING:
    import xarray

_LOG = logging.getLogger(__name__)

VARIABLE = "SCINTIDOT_CACHE"


def cache_folder() -> Path | None:
    """Where tables are kept; None if nothing is to be kept."""
    chosen = os.environ.get(VARIABLE)
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("scintidot", appauthor=False)


def kept(kind: str, key: str, build: Callable[[], xarray.Dataset]) -> xarray.Dataset:
    """The dataset kept as ``kind-key``, else ``build()``, which is then kept.

    Parameters
    ----------
    kind : str
        First part of the file name, for people.
    key : str
        Fingerprint of everything that the dataset depends on, the version of its method too.
    build : callable
        Makes the dataset.
    """
    folder = cache_folder()
    if folder is None:
        return _built(kind, build)
    path = folder / f"{kind}-{key[:32]}.nc"
    found = _read(path)
    if found is not None:
        _LOG.info("%s taken from the cache: %s", kind, path.name)
        return found
    dataset = _built(kind, build)
    with suppress(CannotWrite):
        write_together(folder, {path.name: partial(dataset.to_netcdf, engine="h5netcdf")})
    return dataset


def is_kept(kind: str, key: str) -> bool:
    """Whether a dataset is kept as ``kind-key``."""
    folder = cache_folder()
    return folder is not None and (folder / f"{kind}-{key[:32]}.nc").is_file()


def _built(kind: str, build: Callable[[], xarray.Dataset]) -> xarray.Dataset:
    started = time.perf_counter()
    dataset = build()
    _LOG.info("%s built in %.1f s", kind, time.perf_counter() - started)
    return dataset


def _read(path: Path) -> xarray.Dataset | None:
    """The dataset, in memory; None if there is none or it is damaged."""
    import xarray

    if not path.is_file():
        return None
    try:
        with xarray.open_dataset(path, engine="h5netcdf") as dataset:
            return dataset.load()
    except (OSError, ValueError, KeyError, RuntimeError):
        return None
