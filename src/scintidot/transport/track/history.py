"""One history: a primary and everything that comes of it, event by event, with its books.

`follow` is the whole engine. It is a function of (seed, history) alone and touches nothing but the memory of its own
history, so CPU threads and CUDA run it as it stands. Of two electrons after a collision the slower goes first: no more
electrons wait then than the energy can be halved, plus what vacancies emit.
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.backends import inner_kernel, kernel
from scintidot.records import FloatArray
from scintidot.rng import draws_between, stream, uniform
from scintidot.transport.track.books import (
    BEYOND,
    BOOKS,
    BORN,
    CROSSED,
    DRAWS,
    EVENTS,
    IONISED,
    LEFT,
    NO_SHELL,
    PHONON,
    PRIMARY,
    REFLECTED,
    SCATTERED,
    STOPPED,
    SURFACE,
    Scratch,
    keep,
    leave,
    note,
    push,
    slot_of,
    stop,
)
from scintidot.transport.track.flight import (
    NOTHING,
    beyond_reach,
    misses,
    rates_at,
    straight_flight,
    surface_met,
    woodcock_flight,
)
from scintidot.transport.track.problem import ELECTRON, GIVEN, HOST, Geometry, Rules, Source
from scintidot.transport.track.relaxation import hole_rises, vacancy_relaxes
from scintidot.transport.track.shapes import FAR
from scintidot.transport.track.starts import born, photon_interacts
from scintidot.transport.track.steps import (
    NO_SURFACE,
    acoustic_scattering,
    azimuth,
    elastic_mu,
    energy_at_collision,
    energy_loss,
    polar_phonon,
    recoil_cosines,
    shell_hit,
    turn,
)
from scintidot.transport.track.tables import (
    BAND_WIDTH,
    CUT,
    GAP,
    LOG_FIRST,
    REACH,
    ROWS_PER_LOG,
    THRESHOLD,
    Tables,
    row_of,
)

RATED_AGAIN = 1e-3
"""Rates are looked up anew when acoustic phonons have changed the energy by this share."""
SHOWN_BEYOND = 0.3
"""The last point of an electron that left one crystal lies so many half lengths of it farther on its way."""
STEP_SHARE = 0.05
"""Treatment local: largest share of its energy that an electron loses between two points."""


@inner_kernel
def collide(
    t: Tables, g: Geometry, r: Rules, w: Scratch, n: int, m: int, i: int, f: float,
    state: np.uint64, increment: np.uint64,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, energy: float,
    item: int, region: int, generation: int, track: int, slot: int,
) -> tuple[int, float, int, np.uint64]:  # fmt: skip
    """A collision with an electron of the medium: both go on, what the other one leaves behind relaxes.

    Both wait, the slower on top. Returns how many electrons wait, the energy left to this one, the shell that was hit,
    and the state.
    """
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
    if other <= t.medium[m, CUT] or other <= r.local_below:
        stop(g, w, region, item, slot, x, y, z, other)
        n = push(w, n, x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
    elif other < energy:
        n = push(w, n, x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
        n = push(w, n, x, y, z, sx, sy, sz, other, item, region, generation + 1, 0, slot)
    else:
        n = push(w, n, x, y, z, sx, sy, sz, other, item, region, generation + 1, 0, slot)
        n = push(w, n, x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
    return n, energy, shell, state


@kernel
def follow(
    seed: np.uint64, history: np.uint64, t: Tables, g: Geometry, s: Source, r: Rules, w: Scratch,
    record: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Run one history; fill its books, the crystals it hit, depths and escapes.

    Returns how many crystals were hit, and how many points were recorded (``record`` of no length: none).
    """
    state, increment = stream(seed, history)
    first_state = state
    for k in range(BOOKS):
        w.books[k] = 0.0
    for k in range(w.depths.shape[0]):
        w.depths[k] = 0.0
    points, count, n, tracks, events, slot = 0, 0, 0, 1, 0, 0

    state += increment
    row = int(uniform(state) * s.energy.shape[0])
    if s.start == GIVEN:
        row = min(np.int64(history), s.energy.shape[0] - 1)
    x, y, z, ux, uy, uz, item, region, state = born(g, s, row, state, increment)
    if region != HOST:
        slot = slot_of(g.crystal_of[item], w, count)
        count = 1
    w.books[PRIMARY] = s.energy[row]
    if s.particle == ELECTRON:
        n = push(w, n, x, y, z, ux, uy, uz, s.energy[row], item, region, 0, 0, slot)
    else:
        n, state = photon_interacts(
            t, g, s, r, w, state, increment, x, y, z, ux, uy, uz, row, item, region, slot
        )

    while n > 0:
        n -= 1
        x, y, z = w.stack[n, 0], w.stack[n, 1], w.stack[n, 2]
        ux, uy, uz = w.stack[n, 3], w.stack[n, 4], w.stack[n, 5]
        energy, item, region = w.stack[n, 6], int(w.stack[n, 7]), int(w.stack[n, 8])
        generation, track, slot = int(w.stack[n, 9]), int(w.stack[n, 10]), int(w.stack[n, 11])
        if track == 0 and generation > 0:
            track = tracks
            tracks += 1
        points = note(record, points, g, w, item, region, x, y, z, energy, BORN, generation, track, NO_SHELL)
        m = g.medium[region]
        fresh, collides = True, False  # fresh: rates belong to another energy or medium
        i, f, rated, rates = 0, 0.0, 0.0, NOTHING
        while True:
            if fresh:
                fresh = False
                if m < 0:
                    if misses(g, x, y, z, ux, uy, uz):
                        leave(w, energy, x, y, z, ux, uy, uz)
                        shown = SHOWN_BEYOND * g.items[0, 3]
                        points = note(
                            record, points, g, w, item, region, x + shown * ux, y + shown * uy, z + shown * uz,
                            energy, LEFT, generation, track, NO_SHELL,
                        )  # fmt: skip
                        break
                    rates = NOTHING
                else:
                    if energy <= t.medium[m, CUT]:
                        stop(g, w, region, item, slot, x, y, z, energy)
                        points = note(
                            record, points, g, w, item, region, x, y, z, energy, STOPPED, generation,
                            track, NO_SHELL,
                        )  # fmt: skip
                        break
                    if energy <= g.confined[region]:
                        state += increment
                        at = energy_at_collision(t, m, energy, uniform(state))
                        if at <= t.medium[m, CUT]:
                            stop(g, w, region, item, slot, x, y, z, energy)
                            points = note(
                                record, points, g, w, item, region, x, y, z, energy, STOPPED, generation,
                                track, NO_SHELL,
                            )  # fmt: skip
                            break
                        keep(g, w, region, item, slot, x, y, z, energy - at, 0.0, 0)
                        events += 1
                        energy, collides = at, True
                        i, f = row_of(energy)
                        break
                    i, f = row_of(energy)
                    rated = energy
                    may_stop = r.reject_by_range == 1 and region == HOST and g.box == 0.0
                    if may_stop and beyond_reach(g, x, y, z, t.rates[m, i + 1, REACH]):
                        keep(g, w, region, item, slot, x, y, z, energy, 0.0, 0)
                        w.books[BEYOND] += 1
                        points = note(
                            record, points, g, w, item, region, x, y, z, energy, STOPPED, generation,
                            track, NO_SHELL,
                        )  # fmt: skip
                        break
                    rates = rates_at(t, m, i, f, energy, r.local_below)

            if r.delta_tracking == 1:
                i, f = row_of(energy)
                happens, region, item, x, y, z, state = woodcock_flight(
                    t, g, region, item, x, y, z, ux, uy, uz, i, f, energy, state, increment
                )
                if region != HOST:
                    slot = slot_of(g.crystal_of[item], w, count)
                    count = max(count, slot + 1)
                m = g.medium[region]
                fresh = m >= 0
                if not happens or energy <= t.medium[m, CUT]:
                    continue
                rates = rates_at(t, m, i, f, energy, 0.0)
                rated, fresh = energy, False
            else:
                idle = rates.total == 0.0 and rates.soft == 0.0
                if idle and m >= 0:  # nothing can happen to it here any more
                    stop(g, w, region, item, slot, x, y, z, energy)
                    points = note(
                        record, points, g, w, item, region, x, y, z, energy, STOPPED, generation,
                        track, NO_SHELL,
                    )  # fmt: skip
                    break
                state += increment
                to_event = FAR if rates.total == 0.0 else -math.log(1.0 - uniform(state)) / rates.total
                wanted = to_event
                if rates.soft > 0.0:
                    wanted = min(to_event, STEP_SHARE * energy / rates.soft)
                flight, met, axis, into, item, x, y, z = straight_flight(
                    g, region, item, x, y, z, ux, uy, uz, wanted
                )
                if rates.soft > 0.0:
                    lost = min(energy, rates.soft * flight)
                    middle = 0.5 * flight
                    keep(
                        g, w, region, item, slot, x - middle * ux, y - middle * uy, z - middle * uz, lost, 0.0,
                        0,
                    )  # fmt: skip
                    energy -= lost
                    fresh = True
                if met:
                    if r.surface != NO_SURFACE and g.medium[into] != m:
                        state += increment
                    through, x, y, z, ux, uy, uz, energy, work = surface_met(
                        t, g, r, region, into, item, axis, x, y, z, ux, uy, uz, energy, uniform(state)
                    )
                    w.books[SURFACE] += work
                    fresh = fresh or through or m < 0
                    if through:
                        if region == HOST:
                            slot = slot_of(g.crystal_of[item], w, count)
                            count = max(count, slot + 1)
                        region, m = into, g.medium[into]
                    if region == HOST and g.box > 0.0:
                        x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
                    points = note(
                        record, points, g, w, item, region, x, y, z, energy, CROSSED if through else REFLECTED,
                        generation, track, NO_SHELL,
                    )  # fmt: skip
                    continue
                if m < 0:  # vacuum, and no crystal however far it flies
                    leave(w, energy, x, y, z, ux, uy, uz)
                    points = note(
                        record, points, g, w, item, region, x, y, z, energy, LEFT, generation, track, NO_SHELL
                    )
                    break
                if flight < to_event:
                    continue

            # --- an event
            events += 1
            state += increment
            which = uniform(state) * rates.total
            if which < rates.mott + rates.acoustic:
                state += increment
                u = uniform(state)
                if which < rates.mott:
                    state += increment
                    mu = elastic_mu(t, m, i, f, u, uniform(state))
                else:
                    state += increment
                    mu, given = acoustic_scattering(t, m, i, u, uniform(state), energy)
                    given = min(given, energy)
                    energy -= given
                    keep(g, w, region, item, slot, x, y, z, given, 0.0, 0)
                    fresh = fresh or abs(energy - rated) > RATED_AGAIN * energy or energy <= t.medium[m, CUT]
                p, q, state = azimuth(state, increment)
                ux, uy, uz = turn(
                    ux, uy, uz, 1.0 - 2.0 * mu, 2.0 * math.sqrt(max(0.0, mu * (1.0 - mu))), p, q
                )
                points = note(
                    record, points, g, w, item, region, x, y, z, energy, SCATTERED, generation,
                    track, NO_SHELL,
                )  # fmt: skip
                continue
            which -= rates.mott + rates.acoustic
            if which >= rates.inelastic and rates.emission + rates.absorption > 0.0:
                state += increment
                u = uniform(state)
                state += increment
                emitted = which < rates.inelastic + rates.emission
                cosine, given = polar_phonon(t, m, energy, emitted, u, uniform(state))
                energy -= given
                keep(g, w, region, item, slot, x, y, z, given, 0.0, 0)
                p, q, state = azimuth(state, increment)
                ux, uy, uz = turn(ux, uy, uz, cosine, math.sqrt(max(0.0, 1.0 - cosine * cosine)), p, q)
                fresh = True
                points = note(
                    record, points, g, w, item, region, x, y, z, energy, PHONON, generation, track, NO_SHELL
                )
                continue
            collides = True
            break
        if collides:
            n, energy, shell, state = collide(
                t, g, r, w, n, m, i, f, state, increment,
                x, y, z, ux, uy, uz, energy, item, region, generation, track, slot,
            )  # fmt: skip
            points = note(
                record, points, g, w, item, region, x, y, z, energy, IONISED, generation, track, shell
            )
    w.books[EVENTS] = events
    w.books[DRAWS] = draws_between(first_state, state, increment)
    return count, points
