"""What the threads of CUDA run: the functions of the CPU, with one memory for all threads and atomic counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import cuda

from scintidot.backends import cuda_device
from scintidot.records import FloatArray
from scintidot.transport.track.books import (
    BOOKS,
    BORN,
    DEPTHS,
    IONISED,
    LEFT,
    MOST_HOLES,
    MOST_VACANCIES,
    STOPPED,
    Electron,
    Scratch,
)
from scintidot.transport.track.electron import advance, over, take
from scintidot.transport.track.events import ionise
from scintidot.transport.track.history import begin, finish, follow
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.progress import UNKNOWN, History
from scintidot.transport.track.tables import Tables
from scintidot.transport.track.tally import SUMS, Tally, enter

_NUMBERS, _WHOLE = BOOKS + 2 * DEPTHS + MOST_HOLES + SUMS + 2, MOST_VACANCIES + 2
_NOBODY = Electron(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0, 0, 0, 0, 0)
_NOTHING_BEGUN = History(np.uint64(0), np.uint64(0), 0, 0, 0, 0, 0)


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


HAS_WARPS = hasattr(cuda, "any_sync")  # numba's simulator has none: its threads run apart
_some_lane = cuda_device(_vote if HAS_WARPS else _alone)
"""Whether it is true for any lane of the warp; they all meet here."""
_lanes_meet = cuda_device(_meet if HAS_WARPS else _pass)
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
