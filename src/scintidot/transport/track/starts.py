"""How a primary starts: place and direction of an electron, first interaction of a photon."""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import inner_kernel, kernel
from scintidot.constants import ELECTRON_REST_ENERGY
from scintidot.rng import uniform
from scintidot.transport.track.books import FLUORESCENCE, Electron, Scratch, keep, push, stop
from scintidot.transport.track.problem import (
    BEAM,
    CORE,
    CROSSING,
    ELECTRON,
    GIVEN,
    HOST,
    MATRIX,
    UNIFORM,
    Geometry,
    Rules,
    Source,
    region_of,
)
from scintidot.transport.track.relaxation import vacancy_relaxes
from scintidot.transport.track.shapes import SPHERE, depth, item_at
from scintidot.transport.track.steps import azimuth, isotropic, turn
from scintidot.transport.track.tables import CUT, GAP, Tables

ON_SURFACE = 1e-9
"""Depth, as a share of the largest, within which a given primary stands on the surface and so outside."""


@kernel
def born(
    g: Geometry, s: Source, row: int, state: np.uint64, increment: np.uint64
) -> tuple[float, float, float, float, float, float, int, int, np.uint64]:
    """Where a primary starts: point, direction, item (-1: in the host), region, and the state after the draws."""
    hx, hy, hz = g.items[0, 3], g.items[0, 4], g.items[0, 5]
    if s.start == GIVEN:
        x, y, z = s.given[row, 0], s.given[row, 1], s.given[row, 2]
        ux, uy, uz = s.given[row, 3], s.given[row, 4], s.given[row, 5]
        if depth(g.kind, hx, hy, hz, x, y, z) > ON_SURFACE:
            return x, y, z, ux, uy, uz, 0, region_of(g, 0, x, y, z), state
        return x, y, z, ux, uy, uz, -1, HOST, state
    state += increment
    u = uniform(state)
    state += increment
    ux, uy, uz = isotropic(u, uniform(state))
    x = y = z = 0.0
    item, region = 0, CORE
    if s.start == BEAM:
        return -hx, 0.0, 0.0, 1.0, 0.0, 0.0, -1, HOST, state
    if s.start == CROSSING:
        if g.kind == SPHERE:
            state += increment
            u = uniform(state)
            state += increment
            nx, ny, nz = isotropic(u, uniform(state))
            x, y, z = nx * hx, ny * hx, nz * hx
        else:
            state += increment
            u = uniform(state) * (hy * hz + hx * hz + hx * hy)
            state += increment
            a = 2.0 * uniform(state) - 1.0
            state += increment
            b = 2.0 * uniform(state) - 1.0
            state += increment
            side = 1.0 if uniform(state) < 0.5 else -1.0
            nx, ny, nz = 0.0, 0.0, 0.0
            if u < hy * hz:
                nx, x, y, z = side, side * hx, a * hy, b * hz
            elif u < hy * hz + hx * hz:
                ny, x, y, z = side, a * hx, side * hy, b * hz
            else:
                nz, x, y, z = side, a * hx, b * hy, side * hz
        state += increment
        cosine = math.sqrt(uniform(state))  # inward flux of an isotropic field
        p, q, state = azimuth(state, increment)
        ux, uy, uz = turn(-nx, -ny, -nz, cosine, math.sqrt(1.0 - cosine * cosine), p, q)
        return x, y, z, ux, uy, uz, -1, HOST, state
    while True:
        if s.start == UNIFORM:
            state += increment
            x = (2.0 * uniform(state) - 1.0) * hx
            state += increment
            y = (2.0 * uniform(state) - 1.0) * hy
            state += increment
            z = (2.0 * uniform(state) - 1.0) * hz
            if g.kind == SPHERE and x * x + y * y + z * z > hx * hx:
                continue
        elif s.start == MATRIX:
            state += increment
            x = uniform(state) * g.box
            state += increment
            y = uniform(state) * g.box
            state += increment
            z = uniform(state) * g.box
            item = item_at(g.kind, g.items, g.cell_start, g.cell_items, g.cells, g.box, x, y, z)
        if item < 0:
            region = HOST
        else:
            if s.start == MATRIX:
                x, y, z = x - g.items[item, 0], y - g.items[item, 1], z - g.items[item, 2]
            region = region_of(g, item, x, y, z)
        if s.particle == ELECTRON:
            return x, y, z, ux, uy, uz, item, region, state
        state += increment
        if uniform(state) < s.attenuation[row, region]:
            return x, y, z, ux, uy, uz, item, region, state


@inner_kernel
def photon_interacts(
    t: Tables, g: Geometry, s: Source, r: Rules, w: Scratch, state: np.uint64, increment: np.uint64,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, row: int, item: int, region: int, slot: int,
) -> tuple[int, np.uint64]:  # fmt: skip
    """A photon sets an electron free: of a shell, which then relaxes, or by incoherent scattering.

    Returns how many electrons wait, and the state.
    """
    m, n = g.medium[region], 0
    state += increment
    u = uniform(state)
    k = s.outcome_start[3 * row + region]
    while k < s.outcome_start[3 * row + region + 1] - 1 and u >= s.outcome_cumulative[k]:
        k += 1
    species = s.outcome_species[k]
    if species >= 0:
        energy = s.energy[row] - t.vacancy_binding[species]
    else:
        state += increment
        v = uniform(state) * (s.scattered.shape[1] - 1)
        j = min(int(v), s.scattered.shape[1] - 2)
        cosine = s.scattered[row, j] + (v - j) * (s.scattered[row, j + 1] - s.scattered[row, j])
        left = s.energy[row] / (1.0 + s.energy[row] / ELECTRON_REST_ENERGY * (1.0 - cosine))
        w.books[FLUORESCENCE] += left
        held = min(t.medium[m, GAP], s.energy[row] - left)
        energy = s.energy[row] - left - held
        keep(g, w, region, item, slot, x, y, z, 0.0, held, 1)
    if energy > t.medium[m, CUT]:
        n = push(w, n, Electron(x, y, z, ux, uy, uz, energy, item, region, 0, 0, slot))
    else:
        stop(g, w, region, item, slot, x, y, z, energy)
    if species >= 0:
        n, state = vacancy_relaxes(
            t, g, r, w, n, m, species, state, increment, x, y, z, item, region, slot, 0
        )
    return n, state
