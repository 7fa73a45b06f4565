"""The launch site of CUDA for photon streams: one event a thread, by the same `count_event` that the CPU runs.

Sums are kept thread by thread and added here in the order of the threads; only the histograms, of whole numbers, are
shared. Which thread runs which event is fixed, so the same call gives the same tally to the bit on one kind of GPU. The
choice of a transition takes no logarithm: photons by label and event are those of the CPU, unless a choice falls within
rounding (10^-15) of an edge. A time may differ in its last bits, and with it, rarely, the bin that it falls into.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from scintidot.backends import cuda_device, cuda_kernel
from scintidot.kinetics.laws import LABELS, Rates
from scintidot.kinetics.stream import (
    MOST_TRANSITIONS,
    SUMS,
    Tally,
    as_numbers,
    count_event,
    cumulative_of,
    empty_tally,
    enter_event,
    enter_photon,
)
from scintidot.records import FloatArray

BLOCKS, THREADS = 1024, 128
"""Threads of a launch; a large GPU holds that many at once."""


def _add(counts: Any, place: Any) -> None:
    """`stream.one_more` for threads that share the counts."""
    cuda.atomic.add(counts, place, 1)


_one_more = cuda_device(_add)
_count_event = cuda_device(
    count_event,
    enter_photon=cuda_device(enter_photon, one_more=_one_more),
    enter_event=cuda_device(enter_event, one_more=_one_more),
)


def histories(
    seed: np.uint64, first: int, count: int, cumulative: FloatArray, model: int, rates: Rates,
    bins_per_ps: float, most_transitions: int, tally: Tally,
) -> None:  # fmt: skip
    """What every thread of CUDA runs: its share of the events, with its own row of the sums."""
    thread, threads = cuda.grid(1), cuda.gridsize(1)
    own = Tally(
        tally.sums[thread], tally.photons, tally.times, tally.time_sums[thread], tally.time_squares[thread]
    )
    for event in range(first + thread, first + count, threads):
        _count_event(seed, np.uint64(event), cumulative, model, rates, bins_per_ps, most_transitions, own)


_histories = cuda_kernel(histories)


def count_photons_cuda(
    probability: FloatArray, rates: Rates, *, model: int, events: int, seed: int, first: int = 0,
    bins: int = 2, bin_width: float = 1e12, most_transitions: int = MOST_TRANSITIONS,
    blocks: int = BLOCKS, threads: int = THREADS,
) -> Tally:  # fmt: skip
    """Events first, first + 1, ... counted on the GPU; `stream.count_photons` is the same on the CPU.

    Numbers of blocks and threads change nothing but the speed and the last bits of sums of times. A million events or
    more keep a GPU busy.
    """
    empty = empty_tally(len(probability) - 1, bins)
    blocks = max(1, min(blocks, -(-events // threads)))
    rows = blocks * threads
    apart = empty._replace(
        sums=np.zeros((rows, SUMS), np.int64),
        time_sums=np.zeros((rows, LABELS)),
        time_squares=np.zeros((rows, LABELS)),
    )
    on_device: Any = [cuda.to_device(part) for part in apart]
    _histories[blocks, threads](
        np.uint64(seed), first, events, cuda.to_device(cumulative_of(probability)), model, as_numbers(rates),
        1 / bin_width, most_transitions, Tally(*on_device),
    )  # fmt: skip
    found = Tally(*(part.copy_to_host() for part in on_device))
    return found._replace(
        sums=found.sums.sum(axis=0),
        time_sums=found.time_sums.sum(axis=0),
        time_squares=found.time_squares.sum(axis=0),
    )
