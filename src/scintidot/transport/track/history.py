"""One history: a primary and everything that comes of it, event by event, with its books.

`follow` is the whole engine. It is a function of (seed, history) alone and touches nothing but the memory of its own
history, so CPU threads and CUDA run it as it stands; CUDA may also repeat its steps in a loop of its own. Of two
electrons after a collision the slower goes first: no more electrons wait then than the energy can be halved, plus what
vacancies emit.
"""

from __future__ import annotations

import numpy as np

from scintidot.backends import inner_kernel, kernel
from scintidot.records import FloatArray
from scintidot.rng import draws_between, stream, uniform
from scintidot.transport.track.books import (
    BOOKS,
    BORN,
    DRAWS,
    EVENTS,
    IONISED,
    PRIMARY,
    Electron,
    Scratch,
    push,
    slot_of,
)
from scintidot.transport.track.electron import advance, over, take
from scintidot.transport.track.events import ionise
from scintidot.transport.track.problem import ELECTRON, GIVEN, HOST, Geometry, Rules, Source
from scintidot.transport.track.progress import UNKNOWN, History
from scintidot.transport.track.starts import born, photon_interacts
from scintidot.transport.track.tables import Tables


@inner_kernel
def begin(
    seed: np.uint64, history: np.uint64, t: Tables, g: Geometry, s: Source, r: Rules, w: Scratch
) -> History:
    """Empty books, and the primary, or what a primary photon set free, on the stack."""
    state, increment = stream(seed, history)
    for k in range(BOOKS):
        w.books[k] = 0.0
    for k in range(w.depths.shape[0]):
        w.depths[k] = 0.0
    waiting, crystals, slot = 0, 0, 0
    state += increment
    row = int(uniform(state) * s.energy.shape[0])
    if s.start == GIVEN:
        row = min(np.int64(history), s.energy.shape[0] - 1)
    x, y, z, ux, uy, uz, item, region, state = born(g, s, row, state, increment)
    if region != HOST:
        slot = slot_of(g.crystal_of[item], w, crystals)
        crystals = 1
    w.books[PRIMARY] = s.energy[row]
    if s.particle == ELECTRON:
        waiting = push(w, waiting, Electron(x, y, z, ux, uy, uz, s.energy[row], item, region, 0, 0, slot))
    else:
        waiting, state = photon_interacts(
            t, g, s, r, w, state, increment, x, y, z, ux, uy, uz, row, item, region, slot
        )
    return History(state, increment, waiting, crystals, 1, 0, 0)


@inner_kernel
def finish(seed: np.uint64, history: np.uint64, w: Scratch, h: History) -> None:
    """Enter the numbers of events and of draws."""
    first_state, _ = stream(seed, history)
    w.books[EVENTS] = h.events
    w.books[DRAWS] = draws_between(first_state, h.state, h.increment)


@kernel
def follow(
    seed: np.uint64, history: np.uint64, t: Tables, g: Geometry, s: Source, r: Rules, w: Scratch,
    record: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Run one history; fill its books, the crystals it hit, depths and escapes.

    Returns how many crystals were hit, and how many points were recorded (``record`` of no length: none).
    """
    h = begin(seed, history, t, g, s, r, w)
    while h.waiting > 0:
        e, h = take(g, w, record, h)
        event, near = BORN, UNKNOWN
        while not over(event):
            event, e, near, h = advance(t, g, r, w, record, e, near, h)
        if event == IONISED:
            h = ionise(t, g, r, w, record, e, near, h)
    finish(seed, history, w, h)
    return h.crystals, h.points
