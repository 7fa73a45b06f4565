"""One history: a primary and everything that comes of it, event by event, with its books.

`follow` is the whole engine. It is a function of (seed, history) alone and touches nothing but the arrays of its own
history, so CPU threads and CUDA run it as it stands. Of two electrons after a collision the slower goes first: the
stack then holds no more electrons than the energy can be halved, plus what vacancies emit.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scintidot.backends import kernel
from scintidot.constants import ELECTRON_REST_ENERGY
from scintidot.records import FloatArray
from scintidot.rng import draws_between, stream, two_uniform, uniform
from scintidot.transport.phonons import HIGHEST_ENERGY as HIGHEST_PHONON_ENERGY
from scintidot.transport.track.shapes import FAR, SPHERE, depth, flight_in_box, item_at, way_in, way_out
from scintidot.transport.track.steps import (
    NO_SURFACE,
    acoustic_scattering,
    elastic_mu,
    energy_loss,
    passes,
    polar_phonon,
    rate,
    recoil_cosines,
    reflect,
    refract,
    shell_hit,
    split,
    transition,
    turn,
)
from scintidot.transport.track.tables import (
    ABSORPTION,
    ACOUSTIC,
    BAND_WIDTH,
    CUT,
    EMISSION,
    GAP,
    HARD,
    INELASTIC,
    LEVEL,
    LOG_FIRST,
    MOTT,
    REACH,
    ROWS_PER_LOG,
    SOFT,
    THRESHOLD,
    Tables,
    row_of,
)

IntArray = npt.NDArray[np.int64]

CORE, SHELL, HOST = 0, 1, 2
"""Regions: the crystal (its core, if it has a shell), its shell, what is around."""

CENTRE, UNIFORM, CROSSING, MATRIX = 0, 1, 2, 3
STARTS = {"centre": CENTRE, "uniform": UNIFORM, "crossing": CROSSING, "matrix": MATRIX}

ELECTRON, PHOTON = 0, 1


class Geometry(NamedTuple):
    """Crystals of one kind and what they are made of; media by their place in the tables, -1 vacuum."""

    kind: int  # CUBOID or SPHERE
    medium: IntArray  # of core, shell, host; (3,)
    core: float  # size of the core as a share of that of the crystal; 0: no shell
    items: FloatArray  # centre and half lengths, (crystals and their periodic images, 6)
    crystal_of: IntArray  # which crystal an item is; (items,)
    cell_start: IntArray
    cell_items: IntArray
    cells: int  # along one edge of the box
    box: float  # edge of the periodic box; 0: one crystal, space without end around it


class Source(NamedTuple):
    """Primaries. Their energies are equally likely rows."""

    particle: int  # ELECTRON or PHOTON
    start: int
    energy: FloatArray  # (rows,)
    attenuation: FloatArray  # of photons that make electrons, relative to the largest; (rows, 3 regions)
    outcome_start: IntArray  # outcomes of row r in region g: start[3 r + g] ...
    outcome_cumulative: FloatArray
    outcome_species: IntArray  # kind of vacancy; -1: incoherent scattering
    scattered: FloatArray  # cosine of incoherent scattering at equal steps of probability; (rows, n)


class Rules(NamedTuple):
    """Named choices as numbers."""

    surface: int
    local_below: float  # treatment local: secondaries below this stay where they are born; 0: track
    holes_ionise: int
    reject_by_range: int
    delta_tracking: int


PRIMARY, HEAT, HELD, ESCAPED, FLUORESCENCE, SURFACE = 0, 1, 4, 7, 8, 9
HOLES, ELECTRONS, ESCAPES, EVENTS, DRAWS, FAULT, ALL_HOLES, BEYOND = 10, 11, 12, 13, 14, 15, 16, 17
BOOKS = 18
"""Entries of the books of one history. Energies [eV]: of the primary; lost in each of three regions without what pairs
hold; held by pairs in each; kinetic of escaped electrons; of escaped photons; work at surfaces. Then numbers: holes and
stopped electrons in crystals, escaped electrons, events, draws, fault, holes anywhere, electrons given up by range."""

STACK_FULL, HITS_FULL, OUTSIDE = 1, 2, 3
FAULTS = {
    STACK_FULL: "more electrons at once than the stack holds",
    HITS_FULL: "more nanocrystals hit by one primary than can be counted",
    OUTSIDE: "an energy beyond the tables",
}

STACK_COLUMNS = 12
HIT_DEPOSIT, HIT_HOLES, HIT_ELECTRONS = 0, 1, 2
RECORD_COLUMNS = 8
BORN, SCATTERED, IONISED, CROSSED, REFLECTED, STOPPED, LEFT, PHONON = range(8)
EVENT_NAMES = ("born", "scattered", "ionised", "crossed", "reflected", "stopped", "left", "phonon")
RATED_AGAIN = 1e-3
"""Rates are looked up anew when acoustic phonons have changed the energy by this share."""
STEP_SHARE = 0.05
"""Treatment local: largest share of its energy that an electron loses between two points."""


@kernel
def isotropic(u: float, v: float) -> tuple[float, float, float]:
    """Direction from two uniform numbers."""
    z = 1.0 - 2.0 * u
    s = math.sqrt(max(0.0, 1.0 - z * z))
    return s * math.cos(2 * math.pi * v), s * math.sin(2 * math.pi * v), z


@kernel
def azimuth(state: np.uint64, increment: np.uint64) -> tuple[float, float, np.uint64]:
    """Unit vector in a plane, by rejection (von Neumann 1951), and the state after the draws."""
    while True:
        state += increment
        p, q = two_uniform(state)
        p, q = 2.0 * p - 1.0, 2.0 * q - 1.0
        square = p * p + q * q
        if 0.0 < square <= 1.0:
            return (p * p - q * q) / square, 2.0 * p * q / square, state


@kernel
def region_of(g: Geometry, item: int, x: float, y: float, z: float) -> int:
    """Core or shell of a crystal, for a point inside it in its own coordinates."""
    if g.core > 0.0 and depth(
        g.kind, g.core * g.items[item, 3], g.core * g.items[item, 4], g.core * g.items[item, 5], x, y, z
    ) <= 0.0:  # fmt: skip
        return SHELL
    return CORE


@kernel
def born(
    g: Geometry, s: Source, row: int, state: np.uint64, increment: np.uint64
) -> tuple[float, float, float, float, float, float, int, int, np.uint64]:
    """Where a primary starts: point, direction, item (-1: in the host), region, and the state after the draws."""
    hx, hy, hz = g.items[0, 3], g.items[0, 4], g.items[0, 5]
    state += increment
    u = uniform(state)
    state += increment
    ux, uy, uz = isotropic(u, uniform(state))
    x = y = z = 0.0
    item, region = 0, CORE
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


@kernel
def push(
    stack: FloatArray, n: int, books: FloatArray,
    x: float, y: float, z: float, ux: float, uy: float, uz: float, energy: float,
    item: int, region: int, generation: int, track: int, slot: int,
) -> int:  # fmt: skip
    """One more electron on the stack; what does not fit is a fault."""
    if n >= stack.shape[0]:
        books[FAULT] = STACK_FULL
        return n
    stack[n, 0], stack[n, 1], stack[n, 2] = x, y, z
    stack[n, 3], stack[n, 4], stack[n, 5] = ux, uy, uz
    stack[n, 6], stack[n, 7], stack[n, 8] = energy, item, region
    stack[n, 9], stack[n, 10], stack[n, 11] = generation, track, slot
    return n + 1


@kernel
def slot_of(crystal: int, hit_crystal: IntArray, hits: FloatArray, count: int, books: FloatArray) -> int:
    """Place of a crystal among the ``count`` hit by this history so far; a new one if it was not among them."""
    for k in range(count - 1, -1, -1):
        if hit_crystal[k] == crystal:
            return k
    if count >= hit_crystal.shape[0]:
        books[FAULT] = HITS_FULL
        return 0
    hit_crystal[count] = crystal
    hits[count, HIT_DEPOSIT] = hits[count, HIT_HOLES] = hits[count, HIT_ELECTRONS] = 0.0
    return count


@kernel
def keep(
    g: Geometry, region: int, item: int, slot: int, x: float, y: float, z: float,
    heat: float, held: float, holes: int, books: FloatArray, hits: FloatArray, depths: FloatArray,
) -> None:  # fmt: skip
    """Enter energy that stays at a point: lost to the lattice, and held by pairs."""
    books[HEAT + region] += heat
    books[HELD + region] += held
    books[ALL_HOLES] += holes
    if region != HOST:
        books[HOLES] += holes
        hits[slot, HIT_DEPOSIT] += heat + held
        hits[slot, HIT_HOLES] += holes
        d = depth(g.kind, g.items[item, 3], g.items[item, 4], g.items[item, 5], x, y, z)
        k = min(max(int(d * depths.shape[0]), 0), depths.shape[0] - 1)
        depths[k] += heat + held


@kernel
def note(
    record: FloatArray, count: int, g: Geometry, item: int, region: int,
    x: float, y: float, z: float, energy: float, event: int, generation: int, track: int,
) -> int:  # fmt: skip
    """One more point of a recorded history, in common coordinates."""
    if count < record.shape[0]:
        if region != HOST and item >= 0:
            x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
        record[count, 0], record[count, 1], record[count, 2], record[count, 3] = x, y, z, energy
        record[count, 4], record[count, 5], record[count, 6], record[count, 7] = (
            event, generation, track, region,
        )  # fmt: skip
    return count + 1


@kernel
def holes_settle(
    t: Tables, g: Geometry, r: Rules, m: int, hole: float, holes: FloatArray,
    state: np.uint64, increment: np.uint64,
    x: float, y: float, z: float, item: int, region: int, slot: int, generation: int,
    stack: FloatArray, n: int, books: FloatArray, hits: FloatArray, depths: FloatArray,
) -> tuple[int, np.uint64]:  # fmt: skip
    """A hole ``hole`` eV below the top of the valence band rises to it; on the way it may lift further electrons.

    A hole below the band is filled from the band, and the energy lifts another electron of the band (Auger). In the
    band it gives its energy to the lattice; or, with ``holes_ionise``, it makes a pair while it lies deeper than the
    gap, and the two holes and the electron share what is left, every division alike. Returns the height of the stack
    and the state.
    """
    gap, width = t.medium[m, GAP], t.medium[m, BAND_WIDTH]
    waiting = 1
    holes[0] = hole
    while waiting > 0:
        waiting -= 1
        deep = holes[waiting]
        if gap <= 0.0 or deep <= gap or (r.holes_ionise == 0 and deep <= width):
            keep(g, region, item, slot, x, y, z, deep, 0.0, 0, books, hits, depths)
            continue
        if waiting + 2 > holes.shape[0]:
            books[FAULT] = STACK_FULL
            break
        state += increment
        u = uniform(state)
        state += increment
        first, second, energy = split(deep - gap, u, uniform(state))
        if r.holes_ionise == 0:
            first = u * min(width, deep - gap)
            second = uniform(state) * min(width, deep - gap - first)
            energy = deep - gap - first - second
        holes[waiting], holes[waiting + 1] = first, second
        waiting += 2
        keep(g, region, item, slot, x, y, z, 0.0, gap, 1, books, hits, depths)
        if energy <= t.medium[m, CUT]:
            keep(g, region, item, slot, x, y, z, energy, 0.0, 0, books, hits, depths)
            if region != HOST:
                books[ELECTRONS] += 1
                hits[slot, HIT_ELECTRONS] += 1
        else:
            state += increment
            u = uniform(state)
            state += increment
            ux, uy, uz = isotropic(u, uniform(state))
            n = push(stack, n, books, x, y, z, ux, uy, uz, energy, item, region, generation + 1, 0, slot)
    return n, state


@kernel
def vacancy_relaxes(
    t: Tables, g: Geometry, r: Rules, m: int, species: int, open_vacancies: IntArray, holes: FloatArray,
    state: np.uint64, increment: np.uint64,
    x: float, y: float, z: float, item: int, region: int, slot: int, generation: int,
    stack: FloatArray, n: int, books: FloatArray, hits: FloatArray, depths: FloatArray,
) -> tuple[int, np.uint64]:  # fmt: skip
    """An inner vacancy is filled until only outer holes are left; photons escape, electrons go on the stack."""
    gap = t.medium[m, GAP]
    waiting = 1
    open_vacancies[0] = species
    while waiting > 0:
        waiting -= 1
        now = open_vacancies[waiting]
        state += increment
        k = transition(t, now, uniform(state))
        if k < 0:
            held = min(gap, t.vacancy_binding[now])
            keep(g, region, item, slot, x, y, z, 0.0, held, 1, books, hits, depths)
            n, state = holes_settle(
                t, g, r, m, t.vacancy_binding[now] - held, holes, state, increment,
                x, y, z, item, region, slot, generation, stack, n, books, hits, depths,
            )  # fmt: skip
            continue
        open_vacancies[waiting] = t.vacancy_first[k]
        waiting += 1
        energy = t.vacancy_energy[k]
        if t.vacancy_second[k] < 0:
            books[FLUORESCENCE] += energy
            continue
        if waiting < open_vacancies.shape[0]:
            open_vacancies[waiting] = t.vacancy_second[k]
            waiting += 1
        else:
            books[FAULT] = STACK_FULL
        if energy <= max(t.medium[m, CUT], r.local_below):
            keep(g, region, item, slot, x, y, z, energy, 0.0, 0, books, hits, depths)
            if region != HOST:
                books[ELECTRONS] += 1
                hits[slot, HIT_ELECTRONS] += 1
        else:
            state += increment
            u = uniform(state)
            state += increment
            ux, uy, uz = isotropic(u, uniform(state))
            n = push(stack, n, books, x, y, z, ux, uy, uz, energy, item, region, generation + 1, 0, slot)
    return n, state


@kernel
def total_rate(t: Tables, m: int, i: int, f: float, energy: float) -> float:
    """Of everything that can happen to an electron. [1/nm]"""
    total = rate(t, m, i, f, MOTT) + rate(t, m, i, f, ACOUSTIC)
    total += rate(t, m, i, f, EMISSION) + rate(t, m, i, f, ABSORPTION)
    if energy > t.medium[m, THRESHOLD]:
        total += rate(t, m, i, f, INELASTIC)
    return total


@kernel
def wrapped(x: float, box: float) -> float:
    """A coordinate in the periodic box."""
    return x - box * math.floor(x / box)


@kernel
def follow(
    seed: np.uint64, history: np.uint64, t: Tables, g: Geometry, s: Source, r: Rules,
    stack: FloatArray, open_vacancies: IntArray, holes: FloatArray,
    books: FloatArray, hit_crystal: IntArray, hits: FloatArray, depths: FloatArray, escapes: FloatArray,
    record: FloatArray,
) -> tuple[int, int]:  # fmt: skip
    """Run one history; fill its books, the crystals it hit, depths and escaped energies.

    Returns how many crystals were hit, and how many points were recorded (``record`` of no length: none).
    """
    state, increment = stream(seed, history)
    first_state = state
    recording = record.shape[0] > 0
    for k in range(BOOKS):
        books[k] = 0.0
    for k in range(depths.shape[0]):
        depths[k] = 0.0
    points, count, n, tracks, events = 0, 0, 0, 1, 0

    state += increment
    row = int(uniform(state) * s.energy.shape[0])
    x, y, z, ux, uy, uz, item, region, state = born(g, s, row, state, increment)
    slot = 0
    if region != HOST:
        slot = slot_of(g.crystal_of[item], hit_crystal, hits, count, books)
        count = max(count, slot + 1)
    books[PRIMARY] = s.energy[row]
    if s.particle == ELECTRON:
        n = push(stack, n, books, x, y, z, ux, uy, uz, s.energy[row], item, region, 0, 0, slot)
    else:
        m = g.medium[region]
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
            books[FLUORESCENCE] += left
            held = min(t.medium[m, GAP], s.energy[row] - left)
            energy = s.energy[row] - left - held
            keep(g, region, item, slot, x, y, z, 0.0, held, 1, books, hits, depths)
        if energy > t.medium[m, CUT]:
            n = push(stack, n, books, x, y, z, ux, uy, uz, energy, item, region, 0, 0, slot)
        else:
            keep(g, region, item, slot, x, y, z, energy, 0.0, 0, books, hits, depths)
            if region != HOST:
                books[ELECTRONS] += 1
                hits[slot, HIT_ELECTRONS] += 1
        if species >= 0:
            n, state = vacancy_relaxes(
                t, g, r, m, species, open_vacancies, holes, state, increment,
                x, y, z, item, region, slot, 0, stack, n, books, hits, depths,
            )  # fmt: skip

    while n > 0:
        n -= 1
        x, y, z, ux, uy, uz = stack[n, 0], stack[n, 1], stack[n, 2], stack[n, 3], stack[n, 4], stack[n, 5]
        energy, item, region = stack[n, 6], int(stack[n, 7]), int(stack[n, 8])
        generation, track, slot = int(stack[n, 9]), int(stack[n, 10]), int(stack[n, 11])
        m = g.medium[region]
        fresh = True  # rates belong to another energy or medium
        i, f, total, rated = 0, 0.0, 0.0, 0.0
        inelastic = mott = acoustic = emission = absorption = soft = 0.0
        if recording:
            if stack[n, 10] == 0 and generation > 0:
                track = tracks
                tracks += 1
            points = note(record, points, g, item, region, x, y, z, energy, BORN, generation, track)
        while True:
            if fresh:
                if m < 0:
                    hx, hy, hz = g.items[0, 3], g.items[0, 4], g.items[0, 5]
                    if g.box == 0.0 and way_in(g.kind, hx, hy, hz, x, y, z, ux, uy, uz)[0] == FAR:
                        books[ESCAPED] += energy
                        if books[ESCAPES] < escapes.shape[0]:
                            escapes[int(books[ESCAPES])] = energy
                        books[ESCAPES] += 1
                        if recording:
                            far = 0.3 * g.items[0, 3]
                            points = note(
                                record, points, g, item, region, x + far * ux, y + far * uy, z + far * uz,
                                energy, LEFT, generation, track,
                            )  # fmt: skip
                        break
                    total = 0.0
                else:
                    if energy <= t.medium[m, CUT]:
                        keep(g, region, item, slot, x, y, z, energy, 0.0, 0, books, hits, depths)
                        if region != HOST:
                            books[ELECTRONS] += 1
                            hits[slot, HIT_ELECTRONS] += 1
                        if recording:
                            points = note(
                                record, points, g, item, region, x, y, z, energy, STOPPED, generation, track
                            )
                        break
                    i, f = row_of(energy)
                    rated = energy
                    if r.reject_by_range == 1 and region == HOST and g.box == 0.0:
                        hx, hy, hz = g.items[0, 3], g.items[0, 4], g.items[0, 5]
                        around = hx if g.kind == SPHERE else math.sqrt(hx * hx + hy * hy + hz * hz)
                        away = math.sqrt(x * x + y * y + z * z) - around
                        if away > t.rates[m, i + 1, REACH]:
                            keep(g, region, item, slot, x, y, z, energy, 0.0, 0, books, hits, depths)
                            books[BEYOND] += 1
                            if recording:
                                points = note(
                                    record,
                                    points,
                                    g,
                                    item,
                                    region,
                                    x,
                                    y,
                                    z,
                                    energy,
                                    STOPPED,
                                    generation,
                                    track,
                                )
                            break
                    mott = rate(t, m, i, f, MOTT)
                    acoustic = emission = absorption = inelastic = 0.0
                    if energy < HIGHEST_PHONON_ENERGY:
                        acoustic = rate(t, m, i, f, ACOUSTIC)
                        emission = rate(t, m, i, f, EMISSION)
                        absorption = rate(t, m, i, f, ABSORPTION)
                    if energy > t.medium[m, THRESHOLD]:
                        inelastic = rate(t, m, i, f, HARD if r.local_below > 0.0 else INELASTIC)
                        soft = rate(t, m, i, f, SOFT) if r.local_below > 0.0 else 0.0
                    else:
                        soft = 0.0
                    total = inelastic + mott + acoustic + emission + absorption
                fresh = False

            if r.delta_tracking == 1:
                # --- Woodcock: fly in the densest medium, then ask where one is and whether anything happens there
                if region != HOST:
                    x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
                i, f = row_of(energy)
                densest = 0.0
                for k in range(t.rates.shape[0]):
                    densest = max(densest, total_rate(t, k, i, f, energy))
                state += increment
                flight = min(-math.log(1.0 - uniform(state)) / densest, 1e3 * g.box)
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
                    slot = slot_of(g.crystal_of[item], hit_crystal, hits, count, books)
                    count = max(count, slot + 1)
                m = g.medium[region]
                fresh = True
                state += increment
                if m < 0 or uniform(state) * densest >= total_rate(t, m, i, f, energy):
                    if m < 0:
                        fresh = False
                    continue
                if energy <= t.medium[m, CUT]:
                    continue
                acoustic, emission = rate(t, m, i, f, ACOUSTIC), rate(t, m, i, f, EMISSION)
                mott, absorption = rate(t, m, i, f, MOTT), rate(t, m, i, f, ABSORPTION)
                inelastic = rate(t, m, i, f, INELASTIC) if energy > t.medium[m, THRESHOLD] else 0.0
                total, rated, flight, soft, limited, met = (
                    inelastic + mott + acoustic + emission + absorption, energy, 0.0, 0.0, False, False,
                )  # fmt: skip
            # --- a straight flight to the next event or surface
            else:
                state += increment
                flight = FAR if total == 0.0 else -math.log(1.0 - uniform(state)) / total
                if total == 0.0 and m >= 0 and soft == 0.0:  # nothing can happen to it here any more
                    keep(g, region, item, slot, x, y, z, energy, 0.0, 0, books, hits, depths)
                    if region != HOST:
                        books[ELECTRONS] += 1
                        hits[slot, HIT_ELECTRONS] += 1
                    break
                limited = False
                if soft > 0.0 and soft * flight > STEP_SHARE * energy:
                    flight, limited = STEP_SHARE * energy / soft, True
                met, axis, into = False, 0, region
                if region == HOST:
                    if g.box == 0.0:
                        d, axis = way_in(
                            g.kind, g.items[0, 3], g.items[0, 4], g.items[0, 5], x, y, z, ux, uy, uz
                        )
                        if d < flight:
                            flight, met, item = d, True, 0
                        x, y, z = x + flight * ux, y + flight * uy, z + flight * uz
                    else:
                        flight, into_item, axis, x, y, z = flight_in_box(
                            g.kind, g.items, g.cell_start, g.cell_items, g.cells, g.box,
                            x, y, z, ux, uy, uz, min(flight, 1e3 * g.box),
                        )  # fmt: skip
                        if into_item >= 0:
                            met, item = True, into_item
                            x, y, z = x - g.items[item, 0], y - g.items[item, 1], z - g.items[item, 2]
                        elif total == 0.0:  # vacuum, and no crystal in a thousand boxes
                            books[ESCAPED] += energy
                            if books[ESCAPES] < escapes.shape[0]:
                                escapes[int(books[ESCAPES])] = energy
                            books[ESCAPES] += 1
                            break
                    into = SHELL if g.core > 0.0 else CORE
                else:
                    hx, hy, hz = g.items[item, 3], g.items[item, 4], g.items[item, 5]
                    if region == CORE and g.core > 0.0:
                        d, axis = way_out(g.kind, g.core * hx, g.core * hy, g.core * hz, x, y, z, ux, uy, uz)
                        into = SHELL
                    else:
                        d, axis = way_out(g.kind, hx, hy, hz, x, y, z, ux, uy, uz)
                        into = HOST
                        if region == SHELL:
                            d_core, axis_core = way_in(
                                g.kind, g.core * hx, g.core * hy, g.core * hz, x, y, z, ux, uy, uz
                            )
                            if d_core < d:
                                d, axis, into = d_core, axis_core, CORE
                    if d < flight:
                        flight, met = d, True
                    x, y, z = x + flight * ux, y + flight * uy, z + flight * uz
            if soft > 0.0:
                lost = min(energy, soft * flight)
                middle = 0.5 * flight
                keep(
                    g, region, item, slot, x - middle * ux, y - middle * uy, z - middle * uz,
                    lost, 0.0, 0, books, hits, depths,
                )  # fmt: skip
                energy -= lost
                fresh = True

            if met:
                # --- a surface: its normal points along the flight
                if axis == 3:
                    scale = 1.0 / math.sqrt(x * x + y * y + z * z)
                    nx, ny, nz = x * scale, y * scale, z * scale
                    if nx * ux + ny * uy + nz * uz < 0.0:
                        nx, ny, nz = -nx, -ny, -nz
                else:
                    nx = ny = nz = 0.0
                    share = g.core if (into == CORE and region == SHELL) or (
                        region == CORE and g.core > 0.0
                    ) else 1.0  # fmt: skip
                    if axis == 0:
                        nx = 1.0 if ux > 0 else -1.0
                        outward = nx if (into == HOST or (region == CORE and g.core > 0.0)) else -nx
                        x = outward * share * g.items[item, 3]
                    elif axis == 1:
                        ny = 1.0 if uy > 0 else -1.0
                        outward = ny if (into == HOST or (region == CORE and g.core > 0.0)) else -ny
                        y = outward * share * g.items[item, 4]
                    else:
                        nz = 1.0 if uz > 0 else -1.0
                        outward = nz if (into == HOST or (region == CORE and g.core > 0.0)) else -nz
                        z = outward * share * g.items[item, 5]
                after = g.medium[into]
                through = True
                if r.surface != NO_SURFACE and after != m:
                    step = (t.medium[m, LEVEL] if m >= 0 else 0.0) - (
                        t.medium[after, LEVEL] if after >= 0 else 0.0
                    )
                    cosine = ux * nx + uy * ny + uz * nz
                    state += increment
                    through = uniform(state) < passes(r.surface, energy, cosine, step)
                    if through:
                        ux, uy, uz, energy = refract(energy, ux, uy, uz, nx, ny, nz, step)
                        scale = 1.0 / math.sqrt(ux * ux + uy * uy + uz * uz)
                        ux, uy, uz = ux * scale, uy * scale, uz * scale
                        books[SURFACE] += step
                        fresh = True
                    else:
                        ux, uy, uz = reflect(ux, uy, uz, nx, ny, nz)
                if through:
                    if into == HOST:
                        if g.box > 0.0:
                            x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
                        region = HOST
                    else:
                        if region == HOST:
                            slot = slot_of(g.crystal_of[item], hit_crystal, hits, count, books)
                            count = max(count, slot + 1)
                        region = into
                    m = after
                    fresh = True
                else:
                    fresh = fresh or m < 0  # thrown back into vacuum
                    if region == HOST and g.box > 0.0:
                        x, y, z = x + g.items[item, 0], y + g.items[item, 1], z + g.items[item, 2]
                if recording:
                    points = note(
                        record, points, g, item, region, x, y, z, energy,
                        CROSSED if through else REFLECTED, generation, track,
                    )  # fmt: skip
                continue
            if limited:
                continue

            # --- an event
            events += 1
            state += increment
            which = uniform(state) * total
            if which < mott + acoustic:
                state += increment
                u = uniform(state)
                if which < mott:
                    state += increment
                    mu = elastic_mu(t, m, i, f, u, uniform(state))
                else:
                    state += increment
                    mu, given = acoustic_scattering(t, m, i, u, uniform(state), energy)
                    given = min(given, energy)
                    energy -= given
                    keep(g, region, item, slot, x, y, z, given, 0.0, 0, books, hits, depths)
                    fresh = abs(energy - rated) > RATED_AGAIN * energy or energy <= t.medium[m, CUT]
                p, q, state = azimuth(state, increment)
                ux, uy, uz = turn(
                    ux, uy, uz, 1.0 - 2.0 * mu, 2.0 * math.sqrt(max(0.0, mu * (1.0 - mu))), p, q
                )
                if recording:
                    points = note(
                        record, points, g, item, region, x, y, z, energy, SCATTERED, generation, track
                    )
                continue
            which -= mott + acoustic
            if which >= inelastic and emission + absorption > 0.0:
                state += increment
                u = uniform(state)
                state += increment
                cosine, given = polar_phonon(t, m, energy, which < inelastic + emission, u, uniform(state))
                energy -= given
                keep(g, region, item, slot, x, y, z, given, 0.0, 0, books, hits, depths)
                p, q, state = azimuth(state, increment)
                ux, uy, uz = turn(ux, uy, uz, cosine, math.sqrt(max(0.0, 1.0 - cosine * cosine)), p, q)
                fresh = True
                if recording:
                    points = note(record, points, g, item, region, x, y, z, energy, PHONON, generation, track)
                continue

            # --- a collision with an electron of the medium
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
            cosine, struck = recoil_cosines(t, m, i, energy, loss, u_loss, uniform(state))
            p, q, state = azimuth(state, increment)
            sx, sy, sz = turn(ux, uy, uz, struck, math.sqrt(max(0.0, 1.0 - struck * struck)), -p, -q)
            ux, uy, uz = turn(ux, uy, uz, cosine, math.sqrt(max(0.0, 1.0 - cosine * cosine)), p, q)
            energy -= loss
            fresh = True
            other = loss - t.shell_binding[m, shell]
            if shell == 0:
                state += increment
                hole = uniform(state) * min(t.medium[m, BAND_WIDTH], other)
                other -= hole
                heat = 0.0
                if r.holes_ionise == 1 and hole > t.medium[m, GAP]:
                    n, state = holes_settle(
                        t, g, r, m, hole, holes, state, increment,
                        x, y, z, item, region, slot, generation, stack, n, books, hits, depths,
                    )  # fmt: skip
                else:
                    heat = hole
                keep(g, region, item, slot, x, y, z, heat, t.medium[m, GAP], 1, books, hits, depths)
            else:
                n, state = vacancy_relaxes(
                    t, g, r, m, t.shell_species[m, shell], open_vacancies, holes, state, increment,
                    x, y, z, item, region, slot, generation, stack, n, books, hits, depths,
                )  # fmt: skip
            if recording:
                points = note(record, points, g, item, region, x, y, z, energy, IONISED, generation, track)
            if other <= t.medium[m, CUT] or other <= r.local_below:
                keep(g, region, item, slot, x, y, z, other, 0.0, 0, books, hits, depths)
                if region != HOST:
                    books[ELECTRONS] += 1
                    hits[slot, HIT_ELECTRONS] += 1
            elif other < energy:
                n = push(stack, n, books, x, y, z, ux, uy, uz, energy, item, region, generation, track, slot)
                energy, ux, uy, uz = other, sx, sy, sz
                generation += 1
                if recording:
                    track = tracks
                    tracks += 1
                    points = note(record, points, g, item, region, x, y, z, energy, BORN, generation, track)
            else:
                n = push(stack, n, books, x, y, z, sx, sy, sz, other, item, region, generation + 1, 0, slot)
    books[EVENTS] = events
    books[DRAWS] = draws_between(first_state, state, increment)
    return count, points
