"""The books of one history: where its energy and charge went, its electrons that wait, the crystals it hit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scintidot.backends import inner_kernel
from scintidot.records import FloatArray
from scintidot.transport.track.problem import HOST, Geometry, IntArray
from scintidot.transport.track.shapes import depth

PRIMARY, HEAT, HELD, ESCAPED, FLUORESCENCE, SURFACE = 0, 1, 4, 7, 8, 9
HOLES, ELECTRONS, ESCAPES, EVENTS, DRAWS, FAULT, ALL_HOLES, BEYOND = 10, 11, 12, 13, 14, 15, 16, 17
BOOKS = 18
"""Entries of the books of one history. Energies [eV]: of the primary; lost in each of three regions without what pairs
hold; held by pairs in each; kinetic of escaped electrons; of escaped photons; work at surfaces. Then numbers: holes and
stopped electrons in crystals, escaped electrons, events, draws, fault, holes anywhere, electrons given up by range."""

STACK_FULL, HITS_FULL = 1, 2
FAULTS = {
    STACK_FULL: "more electrons at once than the stack holds",
    HITS_FULL: "more nanocrystals hit by one primary than can be counted",
}

STACK_COLUMNS = 12
ESCAPE_COLUMNS = 7
"""Of an escaped electron: energy [eV], point [nm] and direction."""
HIT_DEPOSIT, HIT_HOLES, HIT_ELECTRONS = 0, 1, 2
RECORD_COLUMNS = 15
"""Of a recorded point; see `note`."""
NO_SHELL = -1
"""Of points that are no collision."""
BORN, SCATTERED, IONISED, CROSSED, REFLECTED, STOPPED, LEFT, PHONON = range(8)
EVENT_NAMES = ("born", "scattered", "ionised", "crossed", "reflected", "stopped", "left", "phonon")


MOST_ESCAPES_OF_ONE = 2048
"""Escaped electrons of one history whose energies are counted; the books have all of them."""
DEPTHS = 20
"""Bins of the deposit by depth."""


class Scratch(NamedTuple):
    """Memory of one thread for the history that it follows; see `history.follow`."""

    stack: FloatArray
    open_vacancies: IntArray
    holes: FloatArray
    books: FloatArray
    hit_crystal: IntArray
    hits: FloatArray
    depths: FloatArray
    escapes: FloatArray  # of one history
    left: FloatArray  # escaped electrons of many histories; no rows: they are not kept


def scratch(most_hits: int, *, left: int = 0) -> Scratch:
    """Memory for histories that hit at most so many crystals each, and for ``left`` escaped electrons."""
    return Scratch(
        stack=np.empty((512, STACK_COLUMNS)),
        open_vacancies=np.empty(128, dtype=np.int64),
        holes=np.empty(64),
        books=np.empty(BOOKS),
        hit_crystal=np.empty(most_hits, dtype=np.int64),
        hits=np.empty((most_hits, 3)),
        depths=np.empty(DEPTHS),
        escapes=np.empty((MOST_ESCAPES_OF_ONE, ESCAPE_COLUMNS if left else 1)),
        left=np.empty((left, ESCAPE_COLUMNS)),
    )


@inner_kernel
def push(
    w: Scratch, n: int, x: float, y: float, z: float, ux: float, uy: float, uz: float, energy: float,
    item: int, region: int, generation: int, track: int, slot: int,
) -> int:  # fmt: skip
    """One more electron waits, the ``n``-th; what does not fit is a fault. A new one has no track yet (0)."""
    if n >= w.stack.shape[0]:
        w.books[FAULT] = STACK_FULL
        return n
    w.stack[n, 0], w.stack[n, 1], w.stack[n, 2] = x, y, z
    w.stack[n, 3], w.stack[n, 4], w.stack[n, 5] = ux, uy, uz
    w.stack[n, 6], w.stack[n, 7], w.stack[n, 8] = energy, item, region
    w.stack[n, 9], w.stack[n, 10], w.stack[n, 11] = generation, track, slot
    return n + 1


@inner_kernel
def slot_of(crystal: int, w: Scratch, count: int) -> int:
    """Place of a crystal among the ``count`` hit by this history so far; a new one if it was not among them."""
    for k in range(count - 1, -1, -1):
        if w.hit_crystal[k] == crystal:
            return k
    if count >= w.hit_crystal.shape[0]:
        w.books[FAULT] = HITS_FULL
        return 0
    w.hit_crystal[count] = crystal
    w.hits[count, HIT_DEPOSIT] = w.hits[count, HIT_HOLES] = w.hits[count, HIT_ELECTRONS] = 0.0
    return count


@inner_kernel
def keep(
    g: Geometry, w: Scratch, region: int, item: int, slot: int, x: float, y: float, z: float,
    heat: float, held: float, holes: int,
) -> None:  # fmt: skip
    """Enter energy that stays at a point: lost to the lattice, and held by pairs."""
    w.books[HEAT + region] += heat
    w.books[HELD + region] += held
    w.books[ALL_HOLES] += holes
    if region != HOST:
        w.books[HOLES] += holes
        w.hits[slot, HIT_DEPOSIT] += heat + held
        w.hits[slot, HIT_HOLES] += holes
        d = depth(g.kind, g.items[item, 3], g.items[item, 4], g.items[item, 5], x, y, z)
        k = min(max(int(d * w.depths.shape[0]), 0), w.depths.shape[0] - 1)
        w.depths[k] += heat + held


@inner_kernel
def stop(
    g: Geometry, w: Scratch, region: int, item: int, slot: int, x: float, y: float, z: float, energy: float
) -> None:
    """An electron stays where it is; its energy goes to the lattice."""
    keep(g, w, region, item, slot, x, y, z, energy, 0.0, 0)
    if region != HOST:
        w.books[ELECTRONS] += 1
        w.hits[slot, HIT_ELECTRONS] += 1


@inner_kernel
def leave(w: Scratch, energy: float, x: float, y: float, z: float, ux: float, uy: float, uz: float) -> None:
    """Enter an electron that escapes; where it was and flew only if there are the columns for it."""
    k = int(w.books[ESCAPES])
    w.books[ESCAPED] += energy
    w.books[ESCAPES] += 1
    if k < w.escapes.shape[0]:
        w.escapes[k, 0] = energy
        if w.escapes.shape[1] == ESCAPE_COLUMNS:
            w.escapes[k, 1], w.escapes[k, 2], w.escapes[k, 3] = x, y, z
            w.escapes[k, 4], w.escapes[k, 5], w.escapes[k, 6] = ux, uy, uz


@inner_kernel
def note(
    record: FloatArray, count: int, g: Geometry, w: Scratch, item: int, region: int,
    x: float, y: float, z: float, energy: float, event: int, generation: int, track: int, shell: int,
) -> int:  # fmt: skip
    """One more point of a recorded history, in common coordinates; nothing if it is not recorded.

    Columns: point, energy, event, generation, track, region and shell; then the books as they stand at it: kept by
    crystals, left in the host, escaped, work at surfaces [eV], holes and electrons in crystals.
    """
    if record.shape[0] == 0:
        return 0
    if count < record.shape[0]:
        if region != HOST and item >= 0:
            x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
        record[count, 0], record[count, 1], record[count, 2], record[count, 3] = x, y, z, energy
        record[count, 4], record[count, 5], record[count, 6], record[count, 7] = (
            event, generation, track, region,
        )  # fmt: skip
        record[count, 8] = shell
        record[count, 9] = w.books[HEAT] + w.books[HEAT + 1] + w.books[HELD] + w.books[HELD + 1]
        record[count, 10] = w.books[HEAT + HOST] + w.books[HELD + HOST]
        record[count, 11] = w.books[ESCAPED] + w.books[FLUORESCENCE]
        record[count, 12] = w.books[SURFACE]
        record[count, 13], record[count, 14] = w.books[HOLES], w.books[ELECTRONS]
    return count + 1
