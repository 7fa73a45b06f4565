"""From one event to the next: rates, straight and Woodcock flights, and what a surface does."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from scintidot.backends import inner_kernel, kernel
from scintidot.rng import uniform
from scintidot.transport.phonons import HIGHEST_ENERGY as HIGHEST_PHONON_ENERGY
from scintidot.transport.track.problem import CORE, HOST, SHELL, Geometry, Rules, region_of
from scintidot.transport.track.shapes import FAR, SPHERE, flight_in_box, item_at, way_in, way_out
from scintidot.transport.track.steps import NO_SURFACE, passes, rate, reflect, refract
from scintidot.transport.track.tables import (
    ABSORPTION,
    ACOUSTIC,
    EMISSION,
    HARD,
    INELASTIC,
    LEVEL,
    MOTT,
    SOFT,
    THRESHOLD,
    Tables,
)

LONGEST = 1e3
"""A flight in a periodic box ends after so many edges of it."""


class Rates(NamedTuple):
    """Inverse mean free paths [1/nm] of an electron; ``soft`` is a stopping power [eV/nm] (treatment local)."""

    total: float
    mott: float
    acoustic: float
    emission: float
    absorption: float
    inelastic: float
    soft: float


NOTHING = Rates(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@inner_kernel
def rates_at(t: Tables, m: int, i: int, f: float, energy: float, local_below: float) -> Rates:
    """Of everything that can happen to an electron."""
    mott = rate(t, m, i, f, MOTT)
    acoustic = emission = absorption = inelastic = soft = 0.0
    if energy < HIGHEST_PHONON_ENERGY:
        acoustic = rate(t, m, i, f, ACOUSTIC)
        emission = rate(t, m, i, f, EMISSION)
        absorption = rate(t, m, i, f, ABSORPTION)
    if energy > t.medium[m, THRESHOLD]:
        inelastic = rate(t, m, i, f, HARD if local_below > 0.0 else INELASTIC)
        soft = rate(t, m, i, f, SOFT) if local_below > 0.0 else 0.0
    total = inelastic + mott + acoustic + emission + absorption
    return Rates(total, mott, acoustic, emission, absorption, inelastic, soft)


@kernel
def beyond_reach(g: Geometry, x: float, y: float, z: float, reach: float) -> bool:
    """Whether the one crystal is farther away than an electron of the host may come."""
    hx, hy, hz = g.items[0, 3], g.items[0, 4], g.items[0, 5]
    around = hx if g.kind == SPHERE else math.sqrt(hx * hx + hy * hy + hz * hz)
    return math.sqrt(x * x + y * y + z * z) - around > reach


@kernel
def misses(g: Geometry, x: float, y: float, z: float, ux: float, uy: float, uz: float) -> bool:
    """Whether an electron in vacuum will meet no crystal any more: one crystal alone, and its way leads past it."""
    if g.box > 0.0:
        return False
    return way_in(g.kind, g.items[0, 3], g.items[0, 4], g.items[0, 5], x, y, z, ux, uy, uz)[0] == FAR


@inner_kernel
def straight_flight(
    g: Geometry, region: int, item: int, x: float, y: float, z: float, ux: float, uy: float, uz: float,
    flight: float,
) -> tuple[float, bool, int, int, int, float, float, float]:  # fmt: skip
    """Fly to the next event, or to a surface that comes before it.

    Returns the length, whether a surface was met, the axis of its normal (3: radial), the region behind it, the item
    that it belongs to, and the point, in the item's coordinates if one was met.
    """
    met, axis, into = False, 0, region
    if region == HOST:
        into = SHELL if g.core > 0.0 else CORE
        if g.box == 0.0:
            d, axis = way_in(g.kind, g.items[0, 3], g.items[0, 4], g.items[0, 5], x, y, z, ux, uy, uz)
            if d < flight:
                flight, met, item = d, True, 0
            x, y, z = x + flight * ux, y + flight * uy, z + flight * uz
        else:
            flight, found, axis, x, y, z = flight_in_box(
                g.kind, g.items, g.cell_start, g.cell_items, g.cells, g.box,
                x, y, z, ux, uy, uz, min(flight, LONGEST * g.box),
            )  # fmt: skip
            if found >= 0:
                met, item = True, found
                x, y, z = x - g.items[item, 0], y - g.items[item, 1], z - g.items[item, 2]
        return flight, met, axis, into, item, x, y, z
    hx, hy, hz = g.items[item, 3], g.items[item, 4], g.items[item, 5]
    if region == CORE and g.core > 0.0:
        d, axis = way_out(g.kind, g.core * hx, g.core * hy, g.core * hz, x, y, z, ux, uy, uz)
        into = SHELL
    else:
        d, axis = way_out(g.kind, hx, hy, hz, x, y, z, ux, uy, uz)
        into = HOST
        if region == SHELL:
            d_core, axis_core = way_in(g.kind, g.core * hx, g.core * hy, g.core * hz, x, y, z, ux, uy, uz)
            if d_core < d:
                d, axis, into = d_core, axis_core, CORE
    if d < flight:
        flight, met = d, True
    return flight, met, axis, into, item, x + flight * ux, y + flight * uy, z + flight * uz


@inner_kernel
def surface_met(
    t: Tables, g: Geometry, r: Rules, region: int, into: int, item: int, axis: int,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, energy: float, u: float,
) -> tuple[bool, float, float, float, float, float, float, float, float]:  # fmt: skip
    """Pass a surface or be thrown back by it, as the heights of the vacuum on both sides and ``u`` decide.

    Returns whether it passed, the point on the surface, the direction, the energy after it, and the work [eV].
    """
    m, after = g.medium[region], g.medium[into]
    nx, ny, nz = 0.0, 0.0, 0.0  # normal along the flight
    inner = g.core if max(region, into) < HOST else 1.0
    if axis == 3:
        scale = 1.0 / math.sqrt(x * x + y * y + z * z)
        scale = math.copysign(scale, x * ux + y * uy + z * uz)
        nx, ny, nz = x * scale, y * scale, z * scale
    elif axis == 0:
        nx, x = math.copysign(1.0, ux), math.copysign(inner * g.items[item, 3], x)
    elif axis == 1:
        ny, y = math.copysign(1.0, uy), math.copysign(inner * g.items[item, 4], y)
    else:
        nz, z = math.copysign(1.0, uz), math.copysign(inner * g.items[item, 5], z)
    if r.surface == NO_SURFACE or after == m:
        return True, x, y, z, ux, uy, uz, energy, 0.0
    step = (t.medium[m, LEVEL] if m >= 0 else 0.0) - (t.medium[after, LEVEL] if after >= 0 else 0.0)
    if u >= passes(r.surface, energy, ux * nx + uy * ny + uz * nz, step):
        ux, uy, uz = reflect(ux, uy, uz, nx, ny, nz)
        return False, x, y, z, ux, uy, uz, energy, 0.0
    ux, uy, uz, energy = refract(energy, ux, uy, uz, nx, ny, nz, step)
    scale = 1.0 / math.sqrt(ux * ux + uy * uy + uz * uz)
    return True, x, y, z, ux * scale, uy * scale, uz * scale, energy, step


@kernel
def wrapped(x: float, box: float) -> float:
    """A coordinate in the periodic box."""
    return x - box * math.floor(x / box)


@inner_kernel
def woodcock_flight(
    t: Tables, g: Geometry, region: int, item: int, x: float, y: float, z: float,
    ux: float, uy: float, uz: float, i: int, f: float, energy: float,
    state: np.uint64, increment: np.uint64,
) -> tuple[bool, int, int, float, float, float, np.uint64]:  # fmt: skip
    """Fly as in the densest medium, through every surface, then ask where one is and whether an event happens there.

    Woodcock et al. 1965. Returns whether it does, region, item and point (in the item's coordinates in one), state.
    """
    if region != HOST:
        x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
    densest = 0.0
    for k in range(t.rates.shape[0]):
        densest = max(densest, rates_at(t, k, i, f, energy, 0.0).total)
    state += increment
    flight = min(-math.log(1.0 - uniform(state)) / densest, LONGEST * g.box)
    x, y, z = (
        wrapped(x + flight * ux, g.box),
        wrapped(y + flight * uy, g.box),
        wrapped(z + flight * uz, g.box),
    )
    item = item_at(g.kind, g.items, g.cell_start, g.cell_items, g.cells, g.box, x, y, z)
    region = HOST
    if item >= 0:
        x, y, z = x - g.items[item, 0], y - g.items[item, 1], z - g.items[item, 2]
        region = region_of(g, item, x, y, z)
    m = g.medium[region]
    state += increment
    happens = m >= 0 and uniform(state) * densest < rates_at(t, m, i, f, energy, 0.0).total
    return happens, region, item, x, y, z, state
