"""The launch site of CUDA: histories on a GPU, by the same functions that a thread of the CPU runs.

There are two ways to share them out. `history`: each thread runs whole histories (`history.follow`), and the 32 lanes
of a warp wait for the longest of every loop in it. `flat`: each thread does a few steps a turn and takes its next
history as soon as its own is over; the lanes meet before each kind of step, so none waits for a longer history.

Sums, depths, the largest values and the first fault are kept thread by thread and put together in the order of
the threads; only the counts of the histograms are shared, and whole numbers add up alike in any order. Which thread
runs which history is fixed, so a block of histories gives the same tally to the bit each time on one kind of GPU. From
CPU to GPU logarithms, exponentials and fused multiplications round differently in the last bit, and a choice at the
edge may then fall the other way.

Memory on the device: the tables (a few MB), and for each thread the `Scratch` of one history. 2.2 kB of it, the books
and the sums, are local, where the hardware lays neighbouring threads side by side. The rest is an array with the
thread as its last axis for the same reason: 213 kB and 32 B more for each of ``most_hits``, of which a history touches
its first rows, a few hundred bytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

import numpy as np
from numba import cuda

from scintidot.backends import cuda_kernel
from scintidot.records import FloatArray
from scintidot.transport.track.books import BOOKS, RECORD_COLUMNS, scratch
from scintidot.transport.track.cuda_kernels import HAS_WARPS, Shared, flat, histories, subtotals
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import Tally, empty_tally

VARIANTS = ("flat", "history")
VARIANT = "flat"
"""By a model of a warp, `benchmarks/lanes.py`: 43 % of its lanes work for 7 keV in octane, 15 % with the other variant.
Not timed on a GPU yet."""
THREADS = 128
"""In a block; a multiple of the 32 of a warp."""
REGISTERS = 168
"""Of a thread at most: three blocks of 128 on a multiprocessor of 65536 registers. Without a limit the compiler takes
244 (flat) and 250 (history) for compute capability 9.0, and two blocks fit; with it 0.5 kB go to local memory."""
STEPS = 3
"""Of `flat`: steps of an electron between the collisions of a warp; by the same model 2 to 4 are best."""
GROUPS = 256
"""Of threads whose sums are added on the device; those of the groups are added here."""
MOST_MEMORY = 12e9
"""For the scratch of all threads. [B]"""

ADDED = ("sums", "depths")
APART = (*ADDED, "worst", "fault")
"""Parts of the tally that each thread has for itself."""

_Arrays = TypeVar("_Arrays", bound=tuple[Any, ...])


@cache
def kernel_of(variant: str, registers: int = REGISTERS) -> Any:
    """A variant, compiled when it is first launched."""
    return cuda_kernel({"flat": flat, "history": histories}[variant], registers)


_subtotals = cuda_kernel(subtotals)


def _to_device(values: _Arrays) -> _Arrays:
    """The same tuple with its arrays on the device; numbers stay."""
    return type(values)(
        *(cuda.to_device(np.ascontiguousarray(v)) if isinstance(v, np.ndarray) else v for v in values)
    )


def shared_memory(most_hits: int, threads: int) -> Shared:
    """Of so many threads."""
    one = scratch(most_hits)
    stack, hit_crystal, hits, escapes = (
        cuda.device_array((*part.shape, threads), dtype=part.dtype)
        for part in (one.stack, one.hit_crystal, one.hits, one.escapes)
    )
    return Shared(stack, hit_crystal, hits, escapes, none=cuda.device_array((0, RECORD_COLUMNS)))


def tally_of_threads(threads: int) -> Any:
    """On the device: nothing counted yet, and places for what each thread adds up."""
    empty = empty_tally()._asdict()
    made = {name: cuda.to_device(part) for name, part in empty.items() if name not in APART}
    apart = {name: cuda.device_array((len(empty[name]), threads), dtype=empty[name].dtype) for name in APART}
    return Tally(**made, **apart)


def _sums(values: Any) -> FloatArray:
    """Subtotals of what the threads have added up, (groups, rows)."""
    rows, threads = values.shape
    totals = cuda.device_array((rows, min(threads, GROUPS)))
    _subtotals[-(-totals.size // THREADS), THREADS](values, totals)
    return np.asarray(totals.copy_to_host().T)


def together(tally: Tally) -> Tally:
    """One tally of what threads kept apart, added in their order; they are the first axis."""
    faulty = np.flatnonzero(tally.fault[:, 0] >= 0)
    first = faulty[np.argmin(tally.fault[faulty, 1])] if len(faulty) else 0
    return tally._replace(
        sums=tally.sums.sum(axis=0),
        worst=tally.worst.max(axis=0),
        fault=tally.fault[first].copy(),
        depths=tally.depths.sum(axis=0),
    )


def blocks_at_once(threads: int, registers: int) -> int:
    """Blocks of so many threads that the GPU runs at the same time, by their registers."""
    if not HAS_WARPS:
        return 1
    device = cuda.get_current_device()
    of_one = device.MAX_REGISTERS_PER_MULTIPROCESSOR // (registers * threads)
    return int(device.MULTIPROCESSOR_COUNT * max(of_one, 1))


def most_memory() -> float:
    """For the scratch of all threads: no more than half of what is free. [B]"""
    free = cuda.current_context().get_memory_info()[0] if HAS_WARPS else MOST_MEMORY
    return min(MOST_MEMORY, free / 2)


class OnDevice:
    """A case whose tables, crystals and primaries are on the GPU; blocks of histories are run at will."""

    def __init__(
        self, tables: Tables, geometry: Geometry, source: Source, rules: Rules, most_hits: int, *,
        variant: str = VARIANT, blocks: int | None = None, threads: int = THREADS, steps: int = STEPS,
        registers: int = REGISTERS,
    ) -> None:  # fmt: skip
        self.kernel, self.threads, self.steps = kernel_of(variant, registers), threads, steps
        of_one_block = threads * sum(part.nbytes for part in scratch(most_hits))
        most = most_memory()
        self.blocks = max(1, min(blocks or blocks_at_once(threads, registers), int(most / of_one_block)))
        self._given = (_to_device(tables), _to_device(geometry), _to_device(source), rules)
        self._memory = shared_memory(most_hits, self.blocks * threads)

    def launch(self, seed: int, first: int, count: int, kept: int = 0) -> tuple[Any, Any]:
        """Start the kernel; its tally, threads apart, and the books of the first ``kept`` histories, on the device."""
        blocks = min(self.blocks, -(-count // self.threads))
        tally, books = tally_of_threads(blocks * self.threads), cuda.device_array((kept, BOOKS))
        self.kernel[blocks, self.threads](
            np.uint64(seed), first, count, *self._given, self._memory, tally, books, self.steps
        )
        return tally, books

    def run(self, seed: int, first: int, count: int, books: FloatArray | None = None) -> Tally:
        """Histories first, first + 1, ... into a new tally; ``books`` is filled with those of the first histories."""
        kept = 0 if books is None else min(count, len(books))
        apart, on_device = self.launch(seed, first, count, kept)
        if books is not None:
            books[:kept] = on_device.copy_to_host()
        at_home: dict[str, Any] = {name: _sums(getattr(apart, name)) for name in ADDED}
        for name in set(Tally._fields) - set(ADDED):
            at_home[name] = getattr(apart, name).copy_to_host()
        return together(Tally(**{**at_home, "worst": at_home["worst"].T, "fault": at_home["fault"].T}))


def run_block_cuda(
    seed: int, first: int, count: int, tables: Tables, geometry: Geometry, source: Source, rules: Rules,
    most_hits: int, *, books: FloatArray | None = None, variant: str = VARIANT, blocks: int | None = None,
    threads: int = THREADS, steps: int = STEPS,
) -> Tally:  # fmt: skip
    """Histories first, first + 1, ... on the GPU into a new tally; `tally.run_block` is the same on the CPU.

    ``books`` (histories, BOOKS), if given, is filled with those of the first histories. Variant, steps and numbers of
    blocks and threads change nothing but the memory, the speed and the last bits of sums. A million histories or more
    in a block keep a GPU busy. Precision is that of the tables, see `tables.tables_in`.
    """
    case = OnDevice(
        tables, geometry, source, rules, most_hits,
        variant=variant, blocks=blocks, threads=threads, steps=steps,
    )  # fmt: skip
    return case.run(seed, first, count, books)
