"""The launch site of CUDA: one history a thread, by the same `follow` and `enter` that a thread of the CPU runs.

Sums, depths, the largest values and the first fault are kept thread by thread and put together here in the order of
the threads; only the counts of the histograms are shared, and whole numbers add up alike in any order. Which thread
runs which history is fixed, so a block of histories gives the same tally to the bit each time on one kind of GPU. From
CPU to GPU logarithms, exponentials and fused multiplications round differently in the last bit, and a choice at the
edge may then fall the other way.

Memory on the device: the tables (a few MB), and for each thread the `Scratch` of one history, 67 kB and 32 B more for
each of ``most_hits``: 2.2 GB for all `BLOCKS` x `THREADS` of them, which is what the registers of a large GPU can hold
at once. Fewer run where more than `MOST_MEMORY` would be needed.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numba import cuda

from scintidot.backends import cuda_device, cuda_kernel
from scintidot.records import FloatArray
from scintidot.transport.track.books import BOOKS, DEPTHS, RECORD_COLUMNS, Scratch, scratch
from scintidot.transport.track.history import follow
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import SUMS, Tally, empty_tally, enter

BLOCKS, THREADS = 256, 128
"""Of one launch: blocks, and threads in a block."""
MOST_MEMORY = 4e9
"""For the scratch of all threads. [B]"""

_Arrays = TypeVar("_Arrays", bound=tuple[Any, ...])


def _one_more(counts: Any, place: Any) -> None:
    """`tally.one_more` for threads that share the counts."""
    cuda.atomic.add(counts, place, 1)


def histories(
    seed: np.uint64, first: int, count: int, t: Tables, g: Geometry, s: Source, r: Rules,
    memory: Scratch, record: FloatArray, tally: Tally, books: FloatArray,
) -> None:  # fmt: skip
    """What every thread of CUDA runs: its share of the histories, with its own row of the memory and of the sums.

    ``books`` takes those of the first histories, as many as it has rows.
    """
    thread, threads = cuda.grid(1), cuda.gridsize(1)
    own = Tally(
        tally.sums[thread], tally.worst[thread], tally.fault[thread], tally.events, tally.hits, tally.pairs,
        tally.charges, tally.crystals, tally.above, tally.escapes, tally.depths[thread],
    )  # fmt: skip
    mine = Scratch(
        memory.stack[thread], memory.open_vacancies[thread], memory.holes[thread], memory.books[thread],
        memory.hit_crystal[thread], memory.hits[thread], memory.depths[thread], memory.escapes[thread],
        memory.left[thread],
    )  # fmt: skip
    for history in range(first + thread, first + count, threads):
        crystals, _ = follow(seed, np.uint64(history), t, g, s, r, mine, record)
        _enter(mine.books, crystals, mine.hits, mine.depths, mine.escapes, history, own)
        if history - first < books.shape[0]:
            for k in range(BOOKS):
                books[history - first, k] = mine.books[k]


_enter = cuda_device(enter, one_more=cuda_device(_one_more))
_histories = cuda_kernel(histories)


def _to_device(values: _Arrays) -> _Arrays:
    """The same tuple with its arrays on the device; numbers stay."""
    return type(values)(
        *(cuda.to_device(np.ascontiguousarray(v)) if isinstance(v, np.ndarray) else v for v in values)
    )


def _arguments(
    tables: Tables, geometry: Geometry, source: Source, rules: Rules, most_hits: int, threads: int, kept: int
) -> tuple[Any, ...]:
    """What `histories` takes after the seed and the histories, on the device."""
    memory = Scratch(
        *(cuda.device_array((threads, *mine.shape), dtype=mine.dtype) for mine in scratch(most_hits))
    )
    tally = empty_tally()._replace(
        sums=np.zeros((threads, SUMS)),
        worst=np.zeros((threads, 2)),
        fault=np.full((threads, 2), -1),
        depths=np.zeros((threads, DEPTHS)),
    )
    none = cuda.device_array((0, RECORD_COLUMNS))
    books = cuda.device_array((kept, BOOKS))
    return (
        _to_device(tables), _to_device(geometry), _to_device(source), rules, memory, none, _to_device(tally), books,
    )  # fmt: skip


def together(tally: Tally) -> Tally:
    """One tally of what threads kept apart, added in their order."""
    faulty = np.flatnonzero(tally.fault[:, 0] >= 0)
    first = faulty[np.argmin(tally.fault[faulty, 1])] if len(faulty) else 0
    return tally._replace(
        sums=tally.sums.sum(axis=0),
        worst=tally.worst.max(axis=0),
        fault=tally.fault[first].copy(),
        depths=tally.depths.sum(axis=0),
    )


def run_block_cuda(
    seed: int, first: int, count: int, tables: Tables, geometry: Geometry, source: Source, rules: Rules,
    most_hits: int, *, books: FloatArray | None = None, blocks: int = BLOCKS, threads: int = THREADS,
) -> Tally:  # fmt: skip
    """Histories first, first + 1, ... on the GPU into a new tally; `tally.run_block` is the same on the CPU.

    ``books`` (histories, BOOKS), if given, is filled with those of the first histories. Numbers of blocks and threads
    change nothing but the memory, the speed and the last bits of sums. A hundred thousand histories or more in a block
    keep a GPU busy.
    """
    of_one_block = threads * sum(part.nbytes for part in scratch(most_hits))
    blocks = max(1, min(blocks, -(-count // threads), int(MOST_MEMORY / of_one_block)))
    kept = 0 if books is None else min(count, len(books))
    arguments = _arguments(tables, geometry, source, rules, most_hits, blocks * threads, kept)
    _histories[blocks, threads](np.uint64(seed), first, count, *arguments)
    *_, tally, on_device = arguments
    if books is not None:
        books[:kept] = on_device.copy_to_host()
    return together(Tally(*(part.copy_to_host() for part in tally)))
