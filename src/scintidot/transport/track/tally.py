"""What is kept of many histories: sums, histograms and the worst books, never a list of events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.backends import kernel
from scintidot.records import FloatArray
from scintidot.transport.track.books import (
    BOOKS,
    DEPTHS,
    ESCAPE_COLUMNS,
    ESCAPED,
    ESCAPES,
    FAULT,
    FLUORESCENCE,
    HEAT,
    HELD,
    HIT_DEPOSIT,
    HIT_ELECTRONS,
    HIT_HOLES,
    PRIMARY,
    SURFACE,
    Scratch,
)
from scintidot.transport.track.history import follow
from scintidot.transport.track.problem import Geometry, Rules, Source
from scintidot.transport.track.tables import Tables

IntArray = npt.NDArray[np.int64]

BINS_PER_DECADE = 200
LOWEST_BIN = 1e-3  # [eV]
BINS = 1 + 9 * BINS_PER_DECADE
"""Of deposits: first what is below `LOWEST_BIN`, then even steps in the logarithm."""
PAIRS = 1 + 4096
"""Numbers of pairs that are counted one by one; the last stands for all above."""
HITS = 257
"""Numbers of crystals hit by one primary that are counted one by one."""
ESCAPE_BINS_PER_DECADE = 20
ESCAPE_BINS = 1 + 7 * ESCAPE_BINS_PER_DECADE
LOWEST_ESCAPE = 1e-2  # [eV]
ABOVE = np.array([5.0, 10.0, 50.0, 100.0])
"""Thresholds of the fractions of events. [eV]"""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
"""Of the deposits per hit that a row has."""
FEW = 41
"""Holes and electrons that are counted together, 0 to 40."""

(
    N, DEPOSIT, DEPOSIT_2, HIT, HIT_SUM, HIT_SUM_2, PAIR, PAIR_2, HIT_PAIR, ALL_BOOKS,
) = range(10)  # fmt: skip
"""Sums over events and over hits; from `ALL_BOOKS` on the books, summed."""
SUMS = ALL_BOOKS + BOOKS


class Tally(NamedTuple):
    """Sums and histograms of a block of histories; blocks add up."""

    sums: FloatArray
    worst: FloatArray  # largest relative error of the books, largest deposit [eV]
    fault: IntArray  # kind of the first fault and its history
    events: IntArray  # events by deposit, (BINS,)
    hits: IntArray  # hits by deposit, (BINS,)
    pairs: IntArray  # hits by pairs, (PAIRS,)
    charges: IntArray  # hits by holes and electrons, (FEW, FEW)
    crystals: IntArray  # events by crystals hit, (HITS,)
    above: IntArray  # events above each of `ABOVE`
    escapes: IntArray  # escaped electrons by energy, (ESCAPE_BINS,); see `MOST_ESCAPES_OF_ONE`
    depths: FloatArray  # deposit by depth [eV], (DEPTHS,)


SUMMED = ("sums", "worst", "fault", "depths")
"""Fields of a `Tally` in which the order of the blocks matters."""


def empty_tally() -> Tally:
    """Nothing yet."""
    return Tally(
        sums=np.zeros(SUMS),
        worst=np.zeros(2),
        fault=np.full(2, -1),
        events=np.zeros(BINS, dtype=np.int64),
        hits=np.zeros(BINS, dtype=np.int64),
        pairs=np.zeros(PAIRS, dtype=np.int64),
        charges=np.zeros((FEW, FEW), dtype=np.int64),
        crystals=np.zeros(HITS, dtype=np.int64),
        above=np.zeros(len(ABOVE), dtype=np.int64),
        escapes=np.zeros(ESCAPE_BINS, dtype=np.int64),
        depths=np.zeros(DEPTHS),
    )


def add(total: Tally, block: Tally) -> None:
    """Add a block; blocks are added in the order of their histories, so that sums round alike."""
    add_counts(total, block)
    add_sums(total, with_rows(block, [block]), 0)


def next_block(counts: Tally) -> Tally:
    """A tally that counts on in the same histograms, with sums of its own: they round, and are kept block by block."""
    return counts._replace(
        sums=np.zeros(SUMS), worst=np.zeros(2), fault=np.full(2, -1), depths=np.zeros(DEPTHS)
    )


def with_rows(counts: Tally, blocks: Sequence[Tally]) -> Tally:
    """Counts of consecutive blocks, with a row for each block of what rounds (`SUMMED`)."""
    return counts._replace(**{name: np.stack([getattr(one, name) for one in blocks]) for name in SUMMED})


def add_counts(total: Tally, block: Tally) -> None:
    """Add the counts of a block, or of many: whole numbers, which add up alike in any order."""
    for name in Tally._fields:
        if name not in SUMMED:
            mine = getattr(total, name)
            np.add(mine, getattr(block, name), out=mine)


def add_sums(total: Tally, blocks: Tally, row: int) -> None:
    """Add what rounds of one of the blocks of `with_rows`, the next one."""
    np.add(total.sums, blocks.sums[row], out=total.sums)
    np.add(total.depths, blocks.depths[row], out=total.depths)
    np.maximum(total.worst, blocks.worst[row], out=total.worst)
    if total.fault[0] < 0:
        total.fault[:] = blocks.fault[row]


def bin_edges() -> FloatArray:
    """Edges of the bins of deposits [eV], from 0; shape (BINS + 1,)."""
    return np.concatenate([[0.0], LOWEST_BIN * 10 ** (np.arange(BINS) / BINS_PER_DECADE)])


def counts_of(energies: FloatArray) -> IntArray:
    """Deposits [eV] counted in these bins, as `enter` counts them: the last holds all above; shape (BINS,)."""
    place = np.clip(np.searchsorted(bin_edges(), energies, side="right") - 1, 0, BINS - 1)
    return np.bincount(place, minlength=BINS)


@kernel
def bin_of(energy: float, lowest: float, per_decade: int, bins: int) -> int:
    """Place of an energy in a histogram: 0 below the lowest, then even steps in the logarithm."""
    if energy < lowest:
        return 0
    return min(1 + int(math.log10(energy / lowest) * per_decade), bins - 1)


@kernel
def one_more(counts: IntArray, place: int | tuple[int, int]) -> None:
    """One more in a histogram. Where threads share a tally (CUDA), this is the one step that must be atomic."""
    counts[place] += 1


@kernel
def enter(
    books: FloatArray, count: int, hits: FloatArray, depths: FloatArray, escapes: FloatArray,
    history: int, tally: Tally,
) -> None:  # fmt: skip
    """Add one history to a tally."""
    sums = tally.sums
    sums[N] += 1
    for k in range(BOOKS):
        sums[ALL_BOOKS + k] += books[k]
    whole = books[PRIMARY]
    spent = books[ESCAPED] + books[FLUORESCENCE] + books[SURFACE]
    for region in range(3):
        spent += books[HEAT + region] + books[HELD + region]
    error = abs(spent - whole) / whole
    tally.worst[0] = max(tally.worst[0], error)
    if (books[FAULT] > 0 or not error < 1e-9) and tally.fault[0] < 0:
        tally.fault[0] = int(books[FAULT])
        tally.fault[1] = history
    deposit, pairs, struck = 0.0, 0, 0
    for k in range(count):
        energy = hits[k, HIT_DEPOSIT]
        deposit += energy
        both = int(min(hits[k, HIT_HOLES], hits[k, HIT_ELECTRONS]))
        pairs += both
        if energy > 0.0:
            struck += 1
            sums[HIT] += 1
            sums[HIT_SUM] += energy
            sums[HIT_SUM_2] += energy * energy
            sums[HIT_PAIR] += both
            one_more(tally.hits, bin_of(energy, LOWEST_BIN, BINS_PER_DECADE, BINS))
            one_more(tally.pairs, min(both, PAIRS - 1))
            holes, electrons = int(hits[k, HIT_HOLES]), int(hits[k, HIT_ELECTRONS])
            one_more(tally.charges, (min(holes, FEW - 1), min(electrons, FEW - 1)))
    sums[DEPOSIT] += deposit
    sums[DEPOSIT_2] += deposit * deposit
    sums[PAIR] += pairs
    sums[PAIR_2] += pairs * pairs
    one_more(tally.events, bin_of(deposit, LOWEST_BIN, BINS_PER_DECADE, BINS))
    one_more(tally.crystals, min(struck, HITS - 1))
    tally.worst[1] = max(tally.worst[1], deposit)
    for k in range(ABOVE.shape[0]):
        if deposit > ABOVE[k]:
            one_more(tally.above, k)
    for k in range(min(int(books[ESCAPES]), escapes.shape[0])):
        one_more(tally.escapes, bin_of(escapes[k, 0], LOWEST_ESCAPE, ESCAPE_BINS_PER_DECADE, ESCAPE_BINS))
    if deposit != 0.0:  # less than nothing where phonons were absorbed
        for k in range(depths.shape[0]):
            tally.depths[k] += depths[k]


@kernel
def run_block(
    seed: np.uint64, first: int, count: int, t: Tables, g: Geometry, s: Source, r: Rules,
    memory: Scratch, record: FloatArray, tally: Tally,
) -> tuple[int, int]:  # fmt: skip
    """Histories first, first + 1, ... one after the other into one tally; this is what a thread runs.

    Returns how many ran and how many escaped electrons are in ``memory.left``. Fewer than ``count`` run where that has
    rows, but perhaps too few for one more history.
    """
    kept, most, room = 0, memory.escapes.shape[0], memory.left.shape[0]
    for history in range(first, first + count):
        if room > 0 and kept + most > room:
            return history - first, kept
        struck, _ = follow(seed, np.uint64(history), t, g, s, r, memory, record)
        enter(memory.books, struck, memory.hits, memory.depths, memory.escapes, history, tally)
        if room > 0:
            for k in range(min(int(memory.books[ESCAPES]), most)):
                for j in range(ESCAPE_COLUMNS):
                    memory.left[kept, j] = memory.escapes[k, j]
                kept += 1
    return count, kept
