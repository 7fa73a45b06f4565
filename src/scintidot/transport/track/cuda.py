"""The launch site of CUDA: histories on a GPU, by the same functions that a thread of the CPU runs.

There are two ways to share them out. `history`: each thread runs whole histories (`history.follow`), and the 32 lanes of
a warp wait for the longest of every loop in it. `flat`: each thread does one step an iteration and takes its next
history as soon as its own is over; the lanes meet before each kind of step, so none waits for a longer history.

Sums, depths, the largest values and the first fault are kept thread by thread and put together in the order of
the threads; only the counts of the histograms are shared, and whole numbers add up alike in any order. Which thread
runs which history is fixed, so a block of histories gives the same tally to the bit each time on one kind of GPU. From
CPU to GPU logarithms, exponentials and fused multiplications round differently in the last bit, and a choice at the
edge may then fall the other way.

Memory on the device: the tables (a few MB), and for each thread the `Scratch` of one history. 2.2 kB of it, the books
and the sums, are local, where the hardware lays neighbouring threads side by side. The rest is an array with the
thread as its last axis for the same reason: 66 kB and 32 B more for each of ``most_hits``, of which a history touches
its first rows, a few hundred bytes.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import cuda

from scintidot.backends import cuda_device, cuda_kernel
from scintidot.records import FloatArray
from scintidot.transport.track.books import (
    BOOKS,
    BORN,
    DEPTHS,
    IONISED,
    LEFT,
    MOST_HOLES,
    MOST_VACANCIES,
    RECORD_COLUMNS,
    STOPPED,
    Electron,
    Scratch,
    scratch,
)
from scintidot.transport.track.electron import UNKNOWN, History, advance, ionise, over, take
from scintidot.transport.track.history import begin, finish, follow
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import SUMS, Tally, empty_tally, enter

VARIANTS = ("flat", "history")
VARIANT = "flat"
"""Not measured yet: by reasoning, as histories differ in length by orders of magnitude, and lanes that wait do
nothing."""
THREADS = 128
"""In a block; a multiple of the 32 of a warp."""
REGISTERS = 168
"""Of a thread at most: three blocks of 128 on a multiprocessor of 65536 registers. The compiler wants about 200."""
STEPS = 4
"""Of `flat`: most steps of an electron from one collision of some lane of the warp to the next."""
GROUPS = 256
"""Of threads whose sums are added on the device; those of the groups are added here."""
MOST_MEMORY = 4.5e9
"""For the scratch of all threads. [B]"""

_NUMBERS, _WHOLE = BOOKS + 2 * DEPTHS + MOST_HOLES + SUMS + 2, MOST_VACANCIES + 2
_NOBODY = Electron(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0, 0, 0, 0, 0)
_NOTHING_BEGUN = History(np.uint64(0), np.uint64(0), 0, 0, 0, 0, 0)

_Arrays = TypeVar("_Arrays", bound=tuple[Any, ...])


class Shared(NamedTuple):
    """The larger part of the scratch of all threads, which are the last axis of each array but the last."""

    stack: FloatArray
    hit_crystal: Any
    hits: FloatArray
    escapes: FloatArray
    none: FloatArray  # no rows: nothing is recorded, and no escaped electron is listed


def _add(counts: Any, place: Any) -> None:
    """`tally.one_more` for threads that share the counts."""
    cuda.atomic.add(counts, place, 1)


def _vote(mine: bool) -> bool:
    return cuda.any_sync(0xFFFFFFFF, mine)  # type: ignore[no-any-return]


def _meet() -> None:
    cuda.syncwarp()


def _alone(mine: bool) -> bool:
    return mine


def _pass() -> None:
    return


_HAS_WARPS = hasattr(cuda, "any_sync")  # numba's simulator has none: its threads run apart
_some_lane = cuda_device(_vote if _HAS_WARPS else _alone)
"""Whether it is true for any lane of the warp; they all meet here."""
_lanes_meet = cuda_device(_meet if _HAS_WARPS else _pass)
_enter = cuda_device(enter, one_more=cuda_device(_add))


def _apart(
    memory: Shared, tally: Tally, thread: int, numbers: FloatArray, whole: Any
) -> tuple[Scratch, Tally]:
    """Scratch and tally of one thread: views of the shared arrays, and its ``numbers`` and ``whole`` numbers."""
    for k in range(numbers.shape[0]):
        numbers[k] = 0.0
    whole[MOST_VACANCIES] = whole[MOST_VACANCIES + 1] = -1
    books, numbers = numbers[:BOOKS], numbers[BOOKS:]
    depths, numbers = numbers[:DEPTHS], numbers[DEPTHS:]
    all_depths, numbers = numbers[:DEPTHS], numbers[DEPTHS:]
    holes, numbers = numbers[:MOST_HOLES], numbers[MOST_HOLES:]
    w = Scratch(
        memory.stack[:, :, thread], whole[:MOST_VACANCIES], holes, books, memory.hit_crystal[:, thread],
        memory.hits[:, :, thread], depths, memory.escapes[:, :, thread], memory.none,
    )  # fmt: skip
    own = Tally(
        numbers[:SUMS], numbers[SUMS:], whole[MOST_VACANCIES:], tally.events, tally.hits, tally.pairs,
        tally.charges, tally.crystals, tally.above, tally.escapes, all_depths,
    )  # fmt: skip
    return w, own


def _close(history: int, row: int, crystals: int, w: Scratch, own: Tally, books: FloatArray) -> None:
    """Enter a history that is over; ``books`` takes those of the first ones, as many as it has rows."""
    _enter(w.books, crystals, w.hits, w.depths, w.escapes, history, own)
    if row < books.shape[0]:
        for k in range(BOOKS):
            books[row, k] = w.books[k]


def _hand_over(own: Tally, tally: Tally, thread: int) -> None:
    """What a thread has added up, at its end."""
    for k in range(SUMS):
        tally.sums[k, thread] = own.sums[k]
    for k in range(DEPTHS):
        tally.depths[k, thread] = own.depths[k]
    for k in range(2):
        tally.worst[k, thread], tally.fault[k, thread] = own.worst[k], own.fault[k]


_apart, _close, _hand_over = cuda_device(_apart), cuda_device(_close), cuda_device(_hand_over)


def histories(
    seed: np.uint64, first: int, count: int, t: Tables, g: Geometry, s: Source, r: Rules,
    memory: Shared, tally: Tally, books: FloatArray, _: int,
) -> None:  # fmt: skip
    """Variant `history`: a thread runs its share of the histories one after the other."""
    thread, threads = cuda.grid(1), cuda.gridsize(1)
    numbers, whole = cuda.local.array(_NUMBERS, np.float64), cuda.local.array(_WHOLE, np.int64)
    w, own = _apart(memory, tally, thread, numbers, whole)
    for history in range(first + thread, first + count, threads):
        crystals, _ = follow(seed, np.uint64(history), t, g, s, r, w, memory.none)
        _close(history, history - first, crystals, w, own, books)
    _hand_over(own, tally, thread)


def flat(
    seed: np.uint64, first: int, count: int, t: Tables, g: Geometry, s: Source, r: Rules,
    memory: Shared, tally: Tally, books: FloatArray, steps: int,
) -> None:  # fmt: skip
    """Variant `flat`: `history.follow` with its three loops made one, which the lanes of a warp go round together."""
    thread, threads = cuda.grid(1), cuda.gridsize(1)
    numbers, whole = cuda.local.array(_NUMBERS, np.float64), cuda.local.array(_WHOLE, np.int64)
    w, own = _apart(memory, tally, thread, numbers, whole)
    history, runs = first + thread - threads, True
    e, near, h, event = _NOBODY, UNKNOWN, _NOTHING_BEGUN, LEFT
    while _some_lane(runs):
        if event == IONISED:
            h = ionise(t, g, r, w, memory.none, e, near, h)
            event = STOPPED  # all that go on wait
        _lanes_meet()
        if runs and over(event) and h.waiting == 0:
            if history >= first:
                finish(seed, np.uint64(history), w, h)
                _close(history, history - first, h.crystals, w, own, books)
            history += threads
            runs = history < first + count
            if runs:
                h = begin(seed, np.uint64(history), t, g, s, r, w)
        _lanes_meet()
        if over(event) and h.waiting > 0:
            e, h = take(g, w, memory.none, h)
            event, near = BORN, UNKNOWN
        for _ in range(steps):
            _lanes_meet()
            if not over(event):
                event, e, near, h = advance(t, g, r, w, memory.none, e, near, h)
    _hand_over(own, tally, thread)


def subtotals(values: FloatArray, totals: FloatArray) -> None:
    """Each thread adds up one row of every so many columns of ``values``, in a fixed order."""
    place, groups = cuda.grid(1), totals.shape[1]
    if place < totals.size:
        total = 0.0
        for column in range(place % groups, values.shape[1], groups):
            total += values[place // groups, column]
        totals[place // groups, place % groups] = total


_KERNELS = {"flat": cuda_kernel(flat, REGISTERS), "history": cuda_kernel(histories, REGISTERS)}
_subtotals = cuda_kernel(subtotals)


def _to_device(values: _Arrays) -> _Arrays:
    """The same tuple with its arrays on the device; numbers stay."""
    return type(values)(
        *(cuda.to_device(np.ascontiguousarray(v)) if isinstance(v, np.ndarray) else v for v in values)
    )


def shared_memory(most_hits: int, threads: int) -> Shared:
    """Of so many threads."""
    one = scratch(most_hits)
    parts = (one.stack, one.hit_crystal, one.hits, one.escapes)
    return Shared(
        *(cuda.device_array((*part.shape, threads), dtype=part.dtype) for part in parts),
        none=cuda.device_array((0, RECORD_COLUMNS)),
    )


def tally_of_threads(threads: int) -> Tally:
    """On the device: nothing counted yet, and places for what each thread adds up."""
    empty = empty_tally()
    apart = {
        name: cuda.device_array((len(getattr(empty, name)), threads), dtype=getattr(empty, name).dtype)
        for name in ("sums", "worst", "fault", "depths")
    }
    return _to_device(empty._replace(**dict.fromkeys(apart, 0)))._replace(**apart)


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


def blocks_at_once(threads: int) -> int:
    """Blocks of so many threads that the GPU runs at the same time, by their registers."""
    device = cuda.get_current_device()
    of_one = device.MAX_REGISTERS_PER_MULTIPROCESSOR // (REGISTERS * threads)
    return int(device.MULTIPROCESSOR_COUNT * max(of_one, 1))


class OnDevice:
    """A case whose tables, crystals and primaries are on the GPU; blocks of histories are run at will."""

    def __init__(
        self, tables: Tables, geometry: Geometry, source: Source, rules: Rules, most_hits: int, *,
        variant: str = VARIANT, blocks: int | None = None, threads: int = THREADS, steps: int = STEPS,
    ) -> None:  # fmt: skip
        self.kernel, self.threads, self.steps = _KERNELS[variant], threads, steps
        of_one_block = threads * sum(part.nbytes for part in scratch(most_hits))
        self.blocks = max(1, min(blocks or blocks_at_once(threads), int(MOST_MEMORY / of_one_block)))
        self._given = (_to_device(tables), _to_device(geometry), _to_device(source), rules)
        self._memory = shared_memory(most_hits, self.blocks * threads)

    def launch(self, seed: int, first: int, count: int, kept: int = 0) -> tuple[Tally, Any]:
        """Start the kernel; its tally, of threads apart, and the books of the first ``kept`` histories, on the device.
        """
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
        sums, depths = _sums(apart.sums), _sums(apart.depths)
        worst, fault = apart.worst.copy_to_host().T, apart.fault.copy_to_host().T
        counts = apart._replace(sums=0, depths=0, worst=0, fault=0)
        at_home = Tally(*(part.copy_to_host() if hasattr(part, "copy_to_host") else part for part in counts))
        return together(at_home._replace(sums=sums, depths=depths, worst=worst, fault=fault))


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
