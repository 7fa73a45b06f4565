"""What an electron meets at the end of a flight: it is scattered, or it ionises and what is left behind relaxes."""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import inner_kernel
from scintidot.records import FloatArray
from scintidot.rng import uniform
from scintidot.transport.track.books import (
    IONISED,
    PHONON,
    SCATTERED,
    Electron,
    Scratch,
    keep,
    note,
    push,
    stop,
)
from scintidot.transport.track.problem import Geometry, Rules
from scintidot.transport.track.progress import History, Near
from scintidot.transport.track.relaxation import hole_rises, vacancy_relaxes
from scintidot.transport.track.steps import (
    acoustic_scattering,
    azimuth,
    elastic_mu,
    energy_loss,
    polar_phonon,
    recoil_cosines,
    shell_hit,
    turn,
)
from scintidot.transport.track.tables import BAND_WIDTH, CUT, GAP, LOG_FIRST, ROWS_PER_LOG, THRESHOLD, Tables

RATED_AGAIN = 1e-3
"""Rates are looked up anew when acoustic phonons have changed the energy by this share."""


@inner_kernel
def scatter(
    t: Tables, g: Geometry, w: Scratch, e: Electron, near: Near, h: History
) -> tuple[int, Electron, Near, History]:
    """Which event happens; it turns the electron aside, unless it is a collision, which is left to `ionise`."""
    x, y, z, ux, uy, uz, energy, item, region, generation, track, slot = e
    known, i, f, rated, rates = near
    m, state, what = g.medium[region], h.state + h.increment, IONISED
    which = uniform(state) * rates.total
    beyond = which - (rates.mott + rates.acoustic)
    if beyond < 0.0:
        what = SCATTERED
    elif beyond >= rates.inelastic and rates.emission + rates.absorption > 0.0:
        what = PHONON
    if what != IONISED:
        state += h.increment
        u = uniform(state)
        state += h.increment
        v = uniform(state)
        if what == PHONON:
            emitted = beyond < rates.inelastic + rates.emission
            cosine, given = polar_phonon(t, m, energy, emitted, u, v)
            sine = math.sqrt(max(0.0, 1.0 - cosine * cosine))
            energy -= given
            keep(g, w, region, item, slot, x, y, z, given, 0.0, 0)
            known = False
        else:
            if which < rates.mott:
                mu = elastic_mu(t, m, i, f, u, v)
            else:
                mu, given = acoustic_scattering(t, m, i, u, v, energy)
                given = min(given, energy)
                energy -= given
                keep(g, w, region, item, slot, x, y, z, given, 0.0, 0)
                known = known and abs(energy - rated) <= RATED_AGAIN * energy and energy > t.medium[m, CUT]
            cosine, sine = 1.0 - 2.0 * mu, 2.0 * math.sqrt(max(0.0, mu * (1.0 - mu)))
        p, q, state = azimuth(state, h.increment)
        ux, uy, uz = turn(ux, uy, uz, cosine, sine, p, q)
    e = Electron(x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
    h = History(state, h.increment, h.waiting, h.crystals, h.tracks, h.events + 1, h.points)
    return what, e, Near(known, i, f, rated, rates), h


@inner_kernel
def collide(
    t: Tables, g: Geometry, r: Rules, w: Scratch, e: Electron, i: int, f: float, n: int,
    state: np.uint64, increment: np.uint64,
) -> tuple[int, float, int, np.uint64]:  # fmt: skip
    """A collision: both electrons go on, and what the other one leaves behind relaxes.

    ``i`` and ``f`` are the place of the energy in the tables. Both wait, the slower on top. Returns how many electrons
    wait, the energy left to this one, the shell that was hit, and the state.
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


@inner_kernel
def ionise(
    t: Tables, g: Geometry, r: Rules, w: Scratch, record: FloatArray, e: Electron, near: Near, h: History
) -> History:
    """The collision that `advance` came to; all electrons of it wait then."""
    waiting, energy, shell, state = collide(t, g, r, w, e, near.i, near.f, h.waiting, h.state, h.increment)
    e = Electron(e.x, e.y, e.z, e.ux, e.uy, e.uz, energy, e.item, e.region, e.generation, e.track, e.slot)
    points = note(record, h.points, g, w, e, IONISED, shell)
    return History(state, h.increment, waiting, h.crystals, h.tracks, h.events, points)
