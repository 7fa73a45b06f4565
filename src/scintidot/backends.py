"""How scalar physics functions are compiled, and how blocks of histories are shared among threads.

Kernels are plain functions of numbers and arrays; `kernel` compiles one for CPU threads, and CUDA takes the same
function as a device function. Compiled code is kept in the cache folder (`scintidot.cache.kernels`) under a
fingerprint of every source that it may have been made from, so that a changed callee is never missed.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import threading
import time
import types
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, TypeVar

from scintidot.cache.compiled import can_be_written, keep_checked
from scintidot.cache.kernels import code_folder

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Result = TypeVar("_Result")

_LOG = logging.getLogger(__name__)


@cache
def say_when_compiling() -> None:
    """Log from now on when numba starts to compile what it did not find in the cache, and how long it took."""
    from numba.core import event

    started = threading.local()  # by thread: how many are being compiled, one for another, and since when

    class Said(event.Listener):
        def on_start(self, _: Any) -> None:
            started.depth = getattr(started, "depth", 0) + 1
            if started.depth == 1:
                started.at = time.perf_counter()
                _LOG.info(
                    "compiling kernels, kept for the next time", extra={"step": "compiling kernels, once"}
                )

        def on_end(self, seen: Any) -> None:
            started.depth -= 1
            if started.depth == 0:
                seconds = time.perf_counter() - started.at
                _LOG.info(
                    "compiled %s in %.1f s", seen.data["dispatcher"].__name__, seconds, extra={"step": ""}
                )

    event.register("numba:compile", Said())  # type: ignore[no-untyped-call]


@contextmanager
def _code_kept(config: Any, function: Callable[..., Any]) -> Iterator[bool]:
    """Have a compiler keep its code in the cache folder, unless the cache is off or cannot be written."""
    stage = function.__module__.split(".")[1] if function.__module__.startswith("scintidot.") else ""
    folder = code_folder(stage)
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder or "")
    try:
        yield folder is not None and can_be_written(folder)
    finally:
        config.CACHE_DIR = before


def kernel(function: _Function, *, inline: bool = True, python: bool = True) -> _Function:
    """Compile a scalar function for CPU threads: no Python objects, no lock, division by zero as in numpy.

    It becomes part of its callers unless ``inline`` is off: a call would copy every array of the tables. Nothing is
    allocated, so arrays are not counted. Without ``python`` only other kernels can call it, which spares the compiler
    the reading of its arguments from Python: a third of its time, where they are tables of arrays.
    """
    import numba

    say_when_compiling()
    with _code_kept(numba.config, function) as keep:
        options: Any = {
            "cache": keep,
            "nogil": True,
            "error_model": "numpy",
            "forceinline": inline,
            "_nrt": False,
            "no_cfunc_wrapper": True,
            "no_cpython_wrapper": not python,
        }
        compiled: _Function = numba.njit(**options)(function)
    keep_checked(compiled)
    return compiled


inner_kernel = partial(kernel, python=False)
"""A kernel that only other kernels call."""


def _renewed(function: Callable[..., Any], names: dict[str, Any]) -> types.FunctionType:
    """The same code with other things under some of the names that it looks up."""
    assert isinstance(function, types.FunctionType)
    made = types.FunctionType(
        function.__code__, {**function.__globals__, **names}, function.__name__, function.__defaults__
    )
    made.__module__, made.__qualname__ = function.__module__, function.__qualname__
    return made


def compiled(*functions: Callable[..., Any]) -> tuple[Any, ...]:
    """Kernels of plain functions, which stay as they are; each may call those before it.

    The functions of a module that people call from Python, too, are written once and compiled here.
    """
    made: dict[str, Any] = {}
    for function in functions:
        made[function.__name__] = kernel(_renewed(function, made))
    return tuple(made.values())


def why_no_cuda() -> str:
    """Why nothing can run on CUDA here; empty where it can.

    The CUDA that comes with numba itself compiles not all of what the kernels use; numba-cuda does. Tests run under
    numba's simulator of CUDA, which needs kernels that are not compiled for the CPU either.
    """
    import numba

    if os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0":
        return (
            ""
            if getattr(numba.config, "DISABLE_JIT", 0)
            else "the simulator of CUDA needs NUMBA_DISABLE_JIT=1"
        )
    if importlib.util.find_spec("numba_cuda") is None:
        return "numba-cuda is not installed (pip install scintidot[cuda])"
    from numba import cuda

    if not cuda.is_available():
        return "numba-cuda finds no NVIDIA GPU with its driver"
    return ""


def cuda_available() -> bool:
    """Whether histories can run on CUDA here."""
    return not why_no_cuda()


def cuda_device_in_words() -> str:
    """The device that CUDA runs on: name, compute capability and memory."""
    from numba import cuda

    device = cuda.get_current_device()
    name = device.name.decode() if isinstance(device.name, bytes) else str(device.name)
    _, memory = cuda.current_context().get_memory_info()
    return (
        f"{name}, compute capability {'.'.join(map(str, device.compute_capability))}, {memory / 1e9:.0f} GB"
    )


def cuda_device(function: Callable[..., Any], **instead: Any) -> Any:
    """A kernel as a device function of CUDA, other functions standing in for some of those that it calls.

    Those that it calls besides need nothing: CUDA compiles the source of a CPU kernel for itself.
    """
    from numba import cuda

    return cuda.jit(device=True)(_renewed(getattr(function, "py_func", function), instead))


def cuda_kernel(function: Callable[..., Any], registers: int | None = None) -> Any:
    """Compile what a grid of CUDA threads runs, each in at most so many registers."""
    import numba
    from numba import cuda

    with _code_kept(getattr(cuda, "config", numba.config), function) as keep:
        options: dict[str, Any] = {"cache": keep}
        if registers and not getattr(numba.config, "ENABLE_CUDASIM", 0):
            options["max_registers"] = registers
        return cuda.jit(**options)(function)


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
