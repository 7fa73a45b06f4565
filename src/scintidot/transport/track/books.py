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


class Electron(NamedTuple):
    """An electron that waits, or that is followed now; lengths [nm] from the middle of its crystal, if it is in one."""

    x: float
    y: float
    z: float
    ux: float
    uy: float
    uz: float
    energy: float  # kinetic [eV]
    item: int
    region: int
    generation: int  # 0: of the primary
    track: int  # 0 for a later generation: it has none yet
    slot: int  # place of its crystal among those hit


MOST_WAITING, MOST_VACANCIES, MOST_HOLES = 2048, 128, 64
"""Electrons, vacancies and holes of one history that wait at once; more are a fault. 99 keV in bulk CsPbBr3 leave up to
some 760 electrons waiting: those of vacancies pile up under the fast one."""


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
        stack=np.empty((MOST_WAITING, len(Electron._fields))),
        open_vacancies=np.empty(MOST_VACANCIES, dtype=np.int64),
        holes=np.empty(MOST_HOLES),
        books=np.empty(BOOKS),
        hit_crystal=np.empty(most_hits, dtype=np.int64),
        hits=np.empty((most_hits, 3)),
        depths=np.empty(DEPTHS),
        escapes=np.empty((MOST_ESCAPES_OF_ONE, ESCAPE_COLUMNS if left else 1)),
        left=np.empty((left, ESCAPE_COLUMNS)),
    )


@inner_kernel
def push(w: Scratch, n: int, e: Electron) -> int:
    """One more electron waits, the ``n``-th; what does not fit is a fault."""
    if n >= w.stack.shape[0]:
        w.books[FAULT] = STACK_FULL
        return n
    w.stack[n, 0], w.stack[n, 1], w.stack[n, 2] = e.x, e.y, e.z
    w.stack[n, 3], w.stack[n, 4], w.stack[n, 5] = e.ux, e.uy, e.uz
    w.stack[n, 6], w.stack[n, 7], w.stack[n, 8] = e.energy, e.item, e.region
    w.stack[n, 9], w.stack[n, 10], w.stack[n, 11] = e.generation, e.track, e.slot
    return n + 1


@inner_kernel
def top(w: Scratch, n: int) -> Electron:
    """The last of ``n`` electrons that wait."""
    row = w.stack[n - 1]
    return Electron(
        row[0], row[1], row[2], row[3], row[4], row[5], row[6],
        int(row[7]), int(row[8]), int(row[9]), int(row[10]), int(row[11]),
    )  # fmt: skip


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
def note(record: FloatArray, count: int, g: Geometry, w: Scratch, e: Electron, event: int, shell: int) -> int:
    """One more point of a recorded history, in common coordinates; nothing if it is not recorded.

    Columns: point, energy, event, generation, track, region and shell; then the books as they stand at it: kept by
    crystals, left in the host, escaped, work at surfaces [eV], holes and electrons in crystals.
    """
    if record.shape[0] == 0:
        return 0
    if count < record.shape[0]:
        x, y, z = e.x, e.y, e.z
        if e.region != HOST and e.item >= 0:
            x, y, z = x + g.items[e.item, 0], y + g.items[e.item, 1], z + g.items[e.item, 2]
        record[count, 0], record[count, 1], record[count, 2], record[count, 3] = x, y, z, e.energy
        record[count, 4], record[count, 5], record[count, 6], record[count, 7] = (
            event, e.generation, e.track, e.region,
        )  # fmt: skip
        record[count, 8] = shell
        record[count, 9] = w.books[HEAT] + w.books[HEAT + 1] + w.books[HELD] + w.books[HELD + 1]
        record[count, 10] = w.books[HEAT + HOST] + w.books[HELD + HOST]
        record[count, 11] = w.books[ESCAPED] + w.books[FLUORESCENCE]
        record[count, 12] = w.books[SURFACE]
        record[count, 13], record[count, 14] = w.books[HOLES], w.books[ELECTRONS]
    return count + 1
