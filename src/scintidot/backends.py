"""How scalar physics functions are compiled, and how blocks of histories are shared among threads.

Kernels are plain functions of numbers and arrays; `kernel` compiles one for CPU threads, and CUDA takes the same
function as a device function. Compiled code is kept in the cache folder under a fingerprint of every source that it
may have been made from, so that a changed callee is never missed.
"""

from __future__ import annotations

import hashlib
import os
import sys
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Result = TypeVar("_Result")

KERNEL_SOURCES = ("backends.py", "rng.py", "constants.py", "transport")
"""Files and folders of the package that kernels are written in."""


@cache
def kernel_fingerprint() -> str:
    """Of every source that kernels are made from: results that were kept hold for it alone."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for name in KERNEL_SOURCES:
        path = package / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _code_folder() -> str:
    """Where compiled code of this version of the sources is kept."""
    chosen = os.environ.get("SCINTIDOT_CACHE")
    if chosen and chosen != "off":
        folder = Path(chosen)
    else:
        from platformdirs import user_cache_path

        folder = user_cache_path("scintidot", appauthor=False)
    tag = f"{sys.implementation.cache_tag}-{kernel_fingerprint()}"
    return str(folder / "kernels" / tag)


def kernel(function: _Function, *, inline: bool = True) -> _Function:
    """Compile a scalar function for CPU threads: no Python objects, no lock, division by zero as in numpy.

    It becomes part of its callers unless ``inline`` is off: a call would copy every array of the tables. Nothing is
    allocated, so arrays are not counted.
    """
    import numba

    options: Any = {
        "cache": os.environ.get("SCINTIDOT_CACHE") != "off",
        "nogil": True,
        "error_model": "numpy",
        "forceinline": inline,
        "_nrt": False,
    }
    config: Any = numba.config
    before, config.CACHE_DIR = config.CACHE_DIR, _code_folder()
    try:
        compiled: _Function = numba.njit(**options)(function)
    finally:
        config.CACHE_DIR = before
    return compiled


def compiled(*functions: Callable[..., Any]) -> tuple[Any, ...]:
    """Kernels of plain functions, which stay as they are; each may call those before it.

    The functions of a module that people call from Python, too, are written once and compiled here.
    """
    made: dict[str, Any] = {}
    for function in functions:
        assert isinstance(function, types.FunctionType)
        renewed = types.FunctionType(
            function.__code__, {**function.__globals__, **made}, function.__name__, function.__defaults__
        )
        renewed.__module__, renewed.__qualname__ = function.__module__, function.__qualname__
        made[function.__name__] = kernel(renewed)
    return tuple(made.values())


def in_order(
    task: Callable[[int], _Result], count: int, threads: int, *, ahead: int = 2
) -> Iterator[_Result]:
    """``task(0), task(1), ...`` computed by threads, given back in this order.

    At most ``ahead`` results a thread are made before they are asked for; closing the iterator, or an exception in
    the caller, drops those that have not started.
    """
    if threads == 1:
        for index in range(count):
            yield task(index)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: list[Future[_Result]] = []
    try:
        following = 0
        for _ in range(count):
            while following < count and len(waiting) < ahead * threads:
                waiting.append(pool.submit(task, following))
                following += 1
            yield waiting.pop(0).result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
