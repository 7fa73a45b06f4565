"""What a collision leaves behind: vacancies are filled, holes rise to the top of the valence band."""

from __future__ import annotations

import numpy as np

from scintidot.backends import inner_kernel
from scintidot.rng import uniform
from scintidot.transport.track.books import (
    FAULT,
    FLUORESCENCE,
    STACK_FULL,
    Electron,
    Scratch,
    keep,
    push,
    stop,
)
from scintidot.transport.track.problem import IONISE, PHASE_SPACE, SETTLE, Geometry, Rules
from scintidot.transport.track.steps import energy_at_collision, isotropic, split, split_by_states, transition
from scintidot.transport.track.tables import BAND_WIDTH, CUT, GAP, Tables


@inner_kernel
def set_free(
    g: Geometry, w: Scratch, n: int, energy: float, least: float, state: np.uint64, increment: np.uint64,
    x: float, y: float, z: float, item: int, region: int, slot: int, generation: int,
) -> tuple[int, np.uint64]:  # fmt: skip
    """One more electron, in any direction; of ``least`` eV or less it stays. Returns how many wait, and the state."""
    if energy <= least:
        stop(g, w, region, item, slot, x, y, z, energy)
        return n, state
    state += increment
    u = uniform(state)
    state += increment
    ux, uy, uz = isotropic(u, uniform(state))
    n = push(w, n, Electron(x, y, z, ux, uy, uz, energy, item, region, generation + 1, 0, slot))
    return n, state


@inner_kernel
def hole_rises(
    t: Tables, g: Geometry, r: Rules, w: Scratch, n: int, m: int, hole: float,
    state: np.uint64, increment: np.uint64,
    x: float, y: float, z: float, item: int, region: int, slot: int, generation: int,
) -> tuple[int, np.uint64]:  # fmt: skip
    """A hole ``hole`` eV below the top of the valence band rises to it; on the way it may lift further electrons.

    A hole below the band is filled from the band, and the energy lifts another electron of the band (Auger). In the
    band it gives its energy to the lattice, or makes a pair of a part of it, as the rule for pairs says. Returns how
    many electrons wait, and the state.
    """
    gap, width = t.medium[m, GAP], t.medium[m, BAND_WIDTH]
    waiting = 1
    w.holes[0] = hole
    while waiting > 0:
        waiting -= 1
        deep = w.holes[waiting]
        below = deep > width and r.pairs != IONISE
        at = deep
        if not below and r.pairs == PHASE_SPACE and deep > gap:
            state += increment
            at = energy_at_collision(t, m, deep, uniform(state))
        if gap <= 0.0 or at <= gap or not (below or r.pairs != SETTLE):
            keep(g, w, region, item, slot, x, y, z, deep, 0.0, 0)
            continue
        if waiting + 2 > w.holes.shape[0]:
            w.books[FAULT] = STACK_FULL
            break
        if r.pairs == PHASE_SPACE and not below:
            first, second, energy, state = split_by_states(at - gap, state, increment)
        else:
            state += increment
            u = uniform(state)
            state += increment
            v = uniform(state)
            if below:
                first = u * min(width, at - gap)
                second = v * min(width, at - gap - first)
                energy = at - gap - first - second
            else:
                first, second, energy = split(at - gap, u, v)
        w.holes[waiting], w.holes[waiting + 1] = first, second
        waiting += 2
        keep(g, w, region, item, slot, x, y, z, deep - at, gap, 1)
        n, state = set_free(
            g, w, n, energy, t.medium[m, CUT], state, increment, x, y, z, item, region, slot, generation
        )
    return n, state


@inner_kernel
def vacancy_relaxes(
    t: Tables, g: Geometry, r: Rules, w: Scratch, n: int, m: int, species: int,
    state: np.uint64, increment: np.uint64,
    x: float, y: float, z: float, item: int, region: int, slot: int, generation: int,
) -> tuple[int, np.uint64]:  # fmt: skip
    """An inner vacancy is filled until only outer holes are left; photons escape, electrons wait."""
    gap = t.medium[m, GAP]
    waiting = 1
    w.open_vacancies[0] = species
    while waiting > 0:
        waiting -= 1
        now = w.open_vacancies[waiting]
        state += increment
        k = transition(t, now, uniform(state))
        if k < 0:
            held = min(gap, t.vacancy_binding[now])
            keep(g, w, region, item, slot, x, y, z, 0.0, held, 1)
            n, state = hole_rises(
                t, g, r, w, n, m, t.vacancy_binding[now] - held, state, increment,
                x, y, z, item, region, slot, generation,
            )  # fmt: skip
            continue
        w.open_vacancies[waiting] = t.vacancy_first[k]
        waiting += 1
        energy = t.vacancy_energy[k]
        if t.vacancy_second[k] < 0:
            w.books[FLUORESCENCE] += energy
            continue
        if waiting < w.open_vacancies.shape[0]:
            w.open_vacancies[waiting] = t.vacancy_second[k]
            waiting += 1
        else:
            w.books[FAULT] = STACK_FULL
        n, state = set_free(
            g,
            w,
            n,
            energy,
            max(t.medium[m, CUT], r.local_below),
            state,
            increment,
            x,
            y,
            z,
            item,
            region,
            slot,
            generation,
        )
    return n, state
