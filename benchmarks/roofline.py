"""What bounds the track engine on a GPU: instructions and bytes of a history against what the device can do.

Least times: every lane works in every clock, tables and stacks lie in the second-level cache. What is measured beyond
the larger one is lost to lanes that wait, for one another or for memory.
"""

from typing import NamedTuple

import numpy as np

from scintidot.transport.track.books import EVENT_NAMES, RECORD_COLUMNS, scratch
from scintidot.transport.track.history import follow

INSTRUCTIONS_PER_EVENT = 1060
"""Of one core: 17 838 for the 16.8 events of a history in vacuum, counted by callgrind (compiled for AVX2) as the
difference of two runs; with books, stack and tally. In octane it is some 10 % more. A lane of a GPU needs about as
many: an estimate."""
DOUBLE_SHARE = 0.5
"""Estimate: of them in double precision."""
SECTOR_BYTES = 32
"""What one access of one lane brings from the cache."""
SECTORS = {
    "born": 3 + 4,
    "scattered": 1,
    "phonon": 4,
    "crossed": 4,
    "reflected": 4,
    "ionised": 2 + 7 + 1 + 2 + 6,
}
"""Sectors that follow from an event. Two rows of rates (4) wherever energy or medium have changed; an electron of the
stack (3, if the sectors that lanes share are used up); nodes of an angle (1); in a collision those of the loss (2), the
shares of 49 shells (7), a momentum transfer (1), the shell (2), and two electrons for the stack (6)."""


class Peaks(NamedTuple):
    """Of a GPU; lanes and bytes by clock and multiprocessor."""

    multiprocessors: int
    clock_GHz: float
    lanes: int = 128
    double_lanes: int = 64  # 2 on cards that are made for graphics
    cache_bytes: int = 64


def events_of_a_history(case, seed=1, histories=300):
    """Mean numbers of events by name, from recorded histories on the CPU."""
    record, memory = np.zeros((100_000, RECORD_COLUMNS)), scratch(case["most_hits"])
    counts = np.zeros(len(EVENT_NAMES))
    for history in range(histories):
        _, points = follow(np.uint64(seed), np.uint64(history), *case["problem"], memory, record)
        counts += np.bincount(record[:points, 4].astype(int), minlength=len(EVENT_NAMES))
    return dict(zip(EVENT_NAMES, (counts / histories).round(2).tolist(), strict=True))


def least_ns(peaks, events):
    """Bounds on the time of a history [ns], by what bounds it; ``events`` as of `events_of_a_history`."""
    happened = sum(events[name] for name in ("scattered", "phonon", "ionised"))
    instructions = INSTRUCTIONS_PER_EVENT * happened
    bytes_moved = SECTOR_BYTES * sum(SECTORS.get(name, 0) * number for name, number in events.items())
    clocks = {
        "instructions": instructions / peaks.lanes,
        "double_precision": DOUBLE_SHARE * instructions / peaks.double_lanes,
        "cache": bytes_moved / peaks.cache_bytes,
    }
    return {
        "instructions_per_history": round(instructions),
        "bytes_per_history": round(bytes_moved),
        **{
            f"{name}_bound_ns_per_history": round(value / peaks.multiprocessors / peaks.clock_GHz, 4)
            for name, value in clocks.items()
        },
    }
