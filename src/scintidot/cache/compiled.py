"""How numba keeps its code in the cache: with checksums, and so that a fault of the folder costs only time."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from scintidot.cache.folder import cache_folder, say_once_that_nothing_is_kept, size_limit, warn_once
from scintidot.cache.room import make_room
from scintidot.errors import BadValue

_LOG = logging.getLogger(__name__)

_DIGEST = hashlib.sha256
_DIGEST_BYTES = 32


@cache
def can_be_written(folder: Path) -> bool:
    """Whether code can be kept there, which counts as a use of what is there already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            os.utime(folder)
            return True
    except OSError as error:
        say_once_that_nothing_is_kept(folder, error.strerror or str(error))
        return False


def keep_checked(function: Any) -> None:
    """Have the code of a compiled function kept with checksums, if it is kept at all."""
    from numba.core.caching import Cache

    kept = getattr(function, "_cache", None)
    if isinstance(kept, Cache):
        place, stamp = kept._impl.filename_base, kept._impl.locator.get_source_stamp()
        kept._cache_file = _checked_file()(kept.cache_path, place, stamp)


@cache
def _checked_file() -> Any:
    from numba.core import caching

    plain: Any = caching.IndexDataCacheFile

    class CheckedFile(plain):  # type: ignore[misc]
        """Index and code of one function, each with its digest behind it, which unpickling does not read."""

        def load(self, key: Any) -> Any:
            try:
                return super().load(key)
            except Exception as error:  # unpickling may raise anything
                _LOG.warning("%s is damaged (%s): it is compiled anew", self._index_path, error)
                return None

        def save(self, key: Any, data: Any) -> None:
            folder = cache_folder() or Path(self._cache_path)
            try:
                os.makedirs(self._cache_path, exist_ok=True)  # noqa: PTH103 (a text of numba's)
                super().save(key, data)
                make_room(folder, Path(self._data_path(self._load_index()[key])).stat().st_size, size_limit())
            except (OSError, KeyError) as error:
                fault = getattr(error, "strerror", "") or "another process has cleared it"
                say_once_that_nothing_is_kept(folder, fault)
            except BadValue as error:  # of the limit; in the midst of compiling is no place to stop
                warn_once(str(error))

        def _load_index(self) -> Any:
            with suppress(OSError, ValueError):
                self._check(self._index_path)
                return super()._load_index()
            return {}

        def _load_data(self, name: str) -> Any:
            self._check(self._data_path(name))
            return super()._load_data(name)

        def _check(self, path: str) -> None:
            content = Path(path).read_bytes()
            if _DIGEST(content[:-_DIGEST_BYTES]).digest() != content[-_DIGEST_BYTES:]:
                raise ValueError(f"the checksum of {Path(path).name} is wrong")

        @contextmanager
        def _open_for_write(self, filepath: str) -> Iterator[Any]:
            memory = io.BytesIO()
            yield memory
            content = memory.getvalue()
            with super()._open_for_write(filepath) as file:
                file.write(content + _DIGEST(content).digest())

    return CheckedFile
