"""Where a straight flight meets a surface. Kernels; lengths [nm].

A crystal is a cuboid along the axes or a sphere about the origin of its own coordinates, given by three half lengths
(a sphere: three times its radius).
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import kernel
from scintidot.records import FloatArray

CUBOID, SPHERE = 0, 1
FAR = 1e300
_TOUCH = 1e-9
"""Share of the size within which a point counts as lying on the surface."""


@kernel
def way_out(
    kind: int, hx: float, hy: float, hz: float,
    x: float, y: float, z: float, ux: float, uy: float, uz: float,
) -> tuple[float, int]:  # fmt: skip
    """Distance from inside to the surface, and the axis of the face that is met (3: sphere)."""
    if kind == SPHERE:
        b = x * ux + y * uy + z * uz
        c = x * x + y * y + z * z - hx * hx
        return max(0.0, math.sqrt(max(0.0, b * b - c)) - b), 3
    nearest, axis = FAR, 0
    if ux != 0.0:
        nearest = ((hx if ux > 0 else -hx) - x) / ux
    if uy != 0.0:
        t = ((hy if uy > 0 else -hy) - y) / uy
        if t < nearest:
            nearest, axis = t, 1
    if uz != 0.0:
        t = ((hz if uz > 0 else -hz) - z) / uz
        if t < nearest:
            nearest, axis = t, 2
    return max(0.0, nearest), axis


@kernel
def way_in(
    kind: int, hx: float, hy: float, hz: float,
    x: float, y: float, z: float, ux: float, uy: float, uz: float,
) -> tuple[float, int]:  # fmt: skip
    """Distance from outside to the surface (`FAR`: it is missed), and the axis of the face (3: sphere)."""
    if kind == SPHERE:
        b = x * ux + y * uy + z * uz
        c = x * x + y * y + z * z - hx * hx
        square = b * b - c
        if b >= 0.0 or square <= 0.0:
            return FAR, 3
        return max(0.0, -b - math.sqrt(square)), 3
    enter, leave, axis = -FAR, FAR, 0
    for i in range(3):
        h, p, u = (hx, x, ux) if i == 0 else ((hy, y, uy) if i == 1 else (hz, z, uz))
        if u == 0.0:
            if abs(p) >= h:
                return FAR, axis
            continue
        near, far = ((-h - p) / u, (h - p) / u) if u > 0 else ((h - p) / u, (-h - p) / u)
        if near > enter:
            enter, axis = near, i
        leave = min(leave, far)
    if leave <= max(enter, 0.0) + _TOUCH * hx or enter < -_TOUCH * hx:
        return FAR, axis
    return max(0.0, enter), axis


@kernel
def depth(kind: int, hx: float, hy: float, hz: float, x: float, y: float, z: float) -> float:
    """How deep a point lies below the surface, 0 at the surface and 1 where it is deepest."""
    if kind == SPHERE:
        return 1.0 - math.sqrt(x * x + y * y + z * z) / hx
    smallest = min(hx, min(hy, hz))
    return min(hx - abs(x), min(hy - abs(y), hz - abs(z))) / smallest


@kernel
def cell_of(p: float, u: float, size: float, cells: int) -> int:
    """Cell along one axis; a point on a wall belongs to the cell that it moves into."""
    i = int(math.floor(p / size))  # noqa: RUF046  CUDA leaves it a float
    if u < 0 and p <= i * size:
        i -= 1
    elif u > 0 and p >= (i + 1) * size:  # the quotient was rounded down: it would stay at the wall for ever
        i += 1
    return min(max(i, 0), cells - 1) if 0 <= i < cells else i


@kernel
def flight_in_box(
    kind: int,
    items: FloatArray,  # (n, 6): centre and half lengths of crystals, images by periodicity too
    cell_start: np.ndarray,  # (cells^3 + 1,)
    cell_items: np.ndarray,
    cells: int,
    box: float,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, farthest: float,
) -> tuple[float, int, int, float, float, float]:  # fmt: skip
    """Fly in a periodic box, outside of crystals, until the next surface or as far as asked.

    Returns the length flown, the item that is met (-1: none), the axis of its face, and the point reached.
    """
    size = box / cells
    flown = 0.0
    while True:
        ix, iy, iz = (
            cell_of(x, ux, size, cells),
            cell_of(y, uy, size, cells),
            cell_of(z, uz, size, cells),
        )
        if ix < 0:
            x, ix = x + box, cells - 1
        elif ix >= cells:
            x, ix = x - box, 0
        if iy < 0:
            y, iy = y + box, cells - 1
        elif iy >= cells:
            y, iy = y - box, 0
        if iz < 0:
            z, iz = z + box, cells - 1
        elif iz >= cells:
            z, iz = z - box, 0
        wall, along = FAR, 0
        if ux != 0.0:
            wall = ((ix + 1 if ux > 0 else ix) * size - x) / ux
        if uy != 0.0:
            t = ((iy + 1 if uy > 0 else iy) * size - y) / uy
            if t < wall:
                wall, along = t, 1
        if uz != 0.0:
            t = ((iz + 1 if uz > 0 else iz) * size - z) / uz
            if t < wall:
                wall, along = t, 2
        wall = max(0.0, wall)
        last = farthest - flown <= wall  # asked of lengths, not of their sum, which is rounded
        step, met, face = (farthest - flown if last else wall), -1, 0
        cell = (ix * cells + iy) * cells + iz
        for k in range(cell_start[cell], cell_start[cell + 1]):
            item = cell_items[k]
            t, axis = way_in(
                kind, items[item, 3], items[item, 4], items[item, 5],
                x - items[item, 0], y - items[item, 1], z - items[item, 2], ux, uy, uz,
            )  # fmt: skip
            if t < step:
                step, met, face = t, item, axis
        x, y, z = x + step * ux, y + step * uy, z + step * uz
        flown += step
        if met >= 0 or last:
            return (flown if met >= 0 else farthest), met, face, x, y, z
        if along == 0:
            x = (ix + 1 if ux > 0 else ix) * size
        elif along == 1:
            y = (iy + 1 if uy > 0 else iy) * size
        else:
            z = (iz + 1 if uz > 0 else iz) * size


@kernel
def item_at(
    kind: int,
    items: FloatArray,
    cell_start: np.ndarray,
    cell_items: np.ndarray,
    cells: int,
    box: float,
    x: float,
    y: float,
    z: float,
) -> int:
    """The crystal that a point of the box lies in; -1: none."""
    size = box / cells
    ix, iy, iz = min(int(x / size), cells - 1), min(int(y / size), cells - 1), min(int(z / size), cells - 1)
    cell = (ix * cells + iy) * cells + iz
    for k in range(cell_start[cell], cell_start[cell + 1]):
        item = cell_items[k]
        if depth(
            kind, items[item, 3], items[item, 4], items[item, 5],
            x - items[item, 0], y - items[item, 1], z - items[item, 2],
        ) > 0.0:  # fmt: skip
            return item
    return -1
