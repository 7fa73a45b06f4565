"""Many crystals in a periodic box: where they are, and which cells of a grid they reach into."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from scintidot.backends import kernel
from scintidot.records import FloatArray
from scintidot.rng import stream, uniform
from scintidot.transport.track.problem import Geometry, IntArray
from scintidot.transport.track.shapes import CUBOID, SPHERE

RANDOM_LIMIT = {CUBOID: 0.35, SPHERE: 0.34}
"""Volume fractions that random sequential packing reaches in reasonable time (it jams near 0.42 and 0.38)."""
TRIES_PER_CRYSTAL = 20_000
_PACKING_STREAM = np.uint64(0xFFFFFFFFFFFFFFFF)
"""History whose stream places crystals; no history of a run has this number."""


@kernel
def _place_random(
    seed: np.uint64, kind: int, edge: float, box: float, cells: int, most_tries: int,
    centres: FloatArray, cell_count: np.ndarray, cell_items: np.ndarray,
) -> int:  # fmt: skip
    """Put crystals one by one where they touch no other; returns how many found a place."""
    state, increment = stream(seed, _PACKING_STREAM)
    size = box / cells
    placed, tries = 0, 0
    while placed < centres.shape[0] and tries < most_tries:
        tries += 1
        state += increment
        x = uniform(state) * box
        state += increment
        y = uniform(state) * box
        state += increment
        z = uniform(state) * box
        ix, iy, iz = int(x / size), int(y / size), int(z / size)
        free = True
        for ax in range(-1, 2):
            for ay in range(-1, 2):
                for az in range(-1, 2):
                    cell = (((ix + ax) % cells) * cells + (iy + ay) % cells) * cells + (iz + az) % cells
                    for k in range(cell_count[cell]):
                        other = cell_items[cell, k]
                        dx = abs(x - centres[other, 0])
                        dy = abs(y - centres[other, 1])
                        dz = abs(z - centres[other, 2])
                        dx, dy, dz = min(dx, box - dx), min(dy, box - dy), min(dz, box - dz)
                        if kind == SPHERE:
                            if dx * dx + dy * dy + dz * dz < edge * edge:
                                free = False
                        elif dx < edge and dy < edge and dz < edge:
                            free = False
        if free:
            cell = (ix * cells + iy) * cells + iz
            centres[placed, 0], centres[placed, 1], centres[placed, 2] = x, y, z
            cell_items[cell, cell_count[cell]] = placed
            cell_count[cell] += 1
            placed += 1
    return placed


def random_centres(seed: int, kind: int, edge: float, box: float, count: int) -> FloatArray | None:
    """Random sequential packing; None where no place was found for the last ones. [nm], shape (count, 3)

    Crystals are alike, cubes lie along the axes, and no two overlap.
    """
    cells = max(1, min(int(box / edge), 100))
    if cells < 3:  # the neighbouring cells would be counted twice, which does no harm, but must exist
        cells = 1
    per_cell = max(8, 8 * math.ceil((box / cells / edge) ** 3) if cells > 1 else count)
    centres = np.empty((count, 3))
    placed = _place_random(
        np.uint64(seed), kind, edge, box, cells, TRIES_PER_CRYSTAL * count, centres,
        np.zeros(cells**3, dtype=np.int64), np.empty((cells**3, min(per_cell, count)), dtype=np.int64),
    )  # fmt: skip
    return centres if placed == count else None


def lattice_centres(box: float, count: int) -> FloatArray:
    """The first ``count`` points of a simple cubic lattice that fills the box. [nm]"""
    per_edge = math.ceil(round(count ** (1 / 3), 9))
    at = (np.arange(per_edge) + 0.5) * box / per_edge
    points = np.array(list(product(at, at, at)))
    # spread the empty places evenly
    return np.asarray(points[np.linspace(0, len(points) - 1, count).round().astype(int)])


def overlap(centres: FloatArray, half: FloatArray, kind: int, box: float) -> tuple[int, int] | None:
    """Two crystals that overlap, or None. ``half`` are their half lengths, shape (n, 3)."""
    from scipy.spatial import cKDTree

    reach = 2 * float(half.max()) * (1.0 if kind == SPHERE else math.sqrt(3))
    tree = cKDTree(np.mod(centres, box), boxsize=box)
    for i, j in sorted(tree.query_pairs(min(reach, box / 2))):
        apart = np.abs(centres[i] - centres[j]) % box
        apart = np.minimum(apart, box - apart)
        if kind == SPHERE:
            if float(apart @ apart) < (half[i, 0] + half[j, 0]) ** 2 * (1 - 1e-12):
                return int(i), int(j)
        elif np.all(apart < (half[i] + half[j]) * (1 - 1e-12)):
            return int(i), int(j)
    return None


def one_crystal(kind: int, half: tuple[float, float, float], medium: IntArray, core: float) -> Geometry:
    """One crystal at the origin, space without end around it."""
    nothing = np.zeros(2, dtype=np.int64)
    return Geometry(
        kind, medium, core, np.array([[0.0, 0.0, 0.0, *half]]), nothing[:1], nothing, nothing[:1], 1, 0.0
    )


def crystals_in_box(
    kind: int, centres: FloatArray, half: FloatArray, medium: IntArray, core: float, box: float
) -> Geometry:
    """Crystals in a periodic box, with their images where they reach over its faces, sorted into cells."""
    centres = np.mod(centres, box)
    items, crystal = [], []
    for shift in product((-box, 0.0, box), repeat=3):
        moved = centres + shift
        inside = np.all((moved + half > 0) & (moved - half < box), axis=1)
        items.append(np.hstack([moved[inside], half[inside]]))
        crystal.append(np.flatnonzero(inside))
    all_items, crystal_of = np.vstack(items), np.concatenate(crystal)
    cells = max(1, min(math.ceil(1.5 * len(centres) ** (1 / 3)), 128))
    size = box / cells
    first = np.clip(np.floor((all_items[:, :3] - all_items[:, 3:]) / size - 1e-9), 0, cells - 1).astype(int)
    last = np.clip(np.floor((all_items[:, :3] + all_items[:, 3:]) / size + 1e-9), 0, cells - 1).astype(int)
    inside_cells: list[list[int]] = [[] for _ in range(cells**3)]
    for n, (low, high) in enumerate(zip(first, last, strict=True)):
        for ix, iy, iz in product(*(range(a, b + 1) for a, b in zip(low, high, strict=True))):
            inside_cells[(ix * cells + iy) * cells + iz].append(n)
    start = np.concatenate([[0], np.cumsum([len(cell) for cell in inside_cells])]).astype(np.int64)
    flat = np.array([n for cell in inside_cells for n in cell] or [0], dtype=np.int64)
    return Geometry(kind, medium, core, all_items, crystal_of.astype(np.int64), start, flat, cells, box)
