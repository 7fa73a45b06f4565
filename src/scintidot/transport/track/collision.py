"""A collision with an electron of the medium."""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import inner_kernel
from scintidot.rng import uniform
from scintidot.transport.track.books import Electron, Scratch, keep, push, stop
from scintidot.transport.track.problem import Geometry, Rules
from scintidot.transport.track.relaxation import hole_rises, vacancy_relaxes
from scintidot.transport.track.steps import azimuth, energy_loss, recoil_cosines, shell_hit, turn
from scintidot.transport.track.tables import BAND_WIDTH, CUT, GAP, LOG_FIRST, ROWS_PER_LOG, THRESHOLD, Tables


@inner_kernel
def collide(
    t: Tables, g: Geometry, r: Rules, w: Scratch, e: Electron, i: int, f: float, n: int,
    state: np.uint64, increment: np.uint64,
) -> tuple[int, float, int, np.uint64]:  # fmt: skip
    """Both electrons go on, what the other one leaves behind relaxes; ``i`` and ``f`` are the place of the energy.

    Both wait, the slower on top. Returns how many electrons wait, the energy left to this one, the shell that was hit,
    and the state.
    """
    x, y, z, ux, uy, uz, energy, item, region, generation, track, slot = e
    m = g.medium[region]
    state += increment
    u_loss = uniform(state)
    if r.local_below > 0.0:
        limit = t.loss_limit[m, i]
        u_loss = limit + (1.0 - limit) * u_loss
    loss = min(energy_loss(t, m, i, f, u_loss), energy)
    loss = max(loss, t.medium[m, THRESHOLD])
    state += increment
    u = uniform(state)
    state += increment
    shell = shell_hit(t, m, LOG_FIRST + (i + f) / ROWS_PER_LOG, loss, u, uniform(state))
    state += increment
    u = uniform(state)
    state += increment
    cosine, struck = recoil_cosines(t, m, i, f, energy, loss, u_loss, u, uniform(state))
    p, q, state = azimuth(state, increment)
    sx, sy, sz = turn(ux, uy, uz, struck, math.sqrt(max(0.0, 1.0 - struck * struck)), -p, -q)
    ux, uy, uz = turn(ux, uy, uz, cosine, math.sqrt(max(0.0, 1.0 - cosine * cosine)), p, q)
    energy -= loss
    other = loss - t.shell_binding[m, shell]
    if shell == 0:
        state += increment
        hole = uniform(state) * min(t.medium[m, BAND_WIDTH], other)
        other -= hole
        keep(g, w, region, item, slot, x, y, z, 0.0, t.medium[m, GAP], 1)
        n, state = hole_rises(
            t, g, r, w, n, m, hole, state, increment, x, y, z, item, region, slot, generation
        )
    else:
        n, state = vacancy_relaxes(
            t, g, r, w, n, m, t.shell_species[m, shell], state, increment, x, y, z, item, region, slot,
            generation,
        )  # fmt: skip
    this = Electron(x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
    freed = Electron(x, y, z, sx, sy, sz, other, item, region, generation + 1, 0, slot)
    if other <= t.medium[m, CUT] or other <= r.local_below:
        stop(g, w, region, item, slot, x, y, z, other)
        n = push(w, n, this)
    elif other < energy:
        n = push(w, push(w, n, this), freed)
    else:
        n = push(w, push(w, n, freed), this)
    return n, energy, shell, state
