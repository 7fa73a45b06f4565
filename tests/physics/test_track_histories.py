"""Whole histories of the track-structure engine: books, replay, gold numbers, limits, and a slow twin.

The twin below is plain Python and numpy with random numbers of its own. It shares the physics functions and the
cross sections of single atoms and shells with the engine, but none of its tables, sampling or bookkeeping.
"""

from __future__ import annotations

import itertools
import math
from copy import copy
from functools import cache

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

import scintidot
from scintidot.atoms.cascade import mean_cascade, sample_cascade
from scintidot.atoms.relaxation import relaxation_of
from scintidot.backends import in_order
from scintidot.deposits.names import PAIR_RULES
from scintidot.geometry import mean_path, volume
from scintidot.interactions.inelastic import DEFAULT_EXCHANGE, loss_medium_of, response_of
from scintidot.interactions.media import medium, stack
from scintidot.interactions.slow_electrons import low_energy_model
from scintidot.materials.compound import compound_of
from scintidot.materials.library import load_material
from scintidot.records import Primary
from scintidot.transport import acoustic, phonons, surface
from scintidot.transport.continuous import mean_deposit
from scintidot.transport.elastic.tables import table as elastic_table
from scintidot.transport.inelastic.tables import collide, inelastic_table
from scintidot.transport.phase_space import vibrations_per_pair
from scintidot.transport.stopping import stopping_power
from scintidot.transport.track.books import (
    ALL_HOLES,
    BEYOND,
    BORN,
    DRAWS,
    ELECTRONS,
    ESCAPED,
    ESCAPES,
    EVENTS,
    FLUORESCENCE,
    HEAT,
    HELD,
    HOLES,
    PRIMARY,
    RECORD_COLUMNS,
    SURFACE,
    scratch,
)
from scintidot.transport.track.problem import (
    CENTRE,
    CORE,
    CROSSING,
    ELECTRON,
    HOST,
    IONISE,
    MATRIX,
    PHASE_SPACE,
    PHOTON,
    SHELL,
    STARTS,
    UNIFORM,
    Geometry,
    Rules,
    Source,
)
from scintidot.transport.track.shapes import CUBOID, SPHERE
from scintidot.transport.track.steps import CLASSICAL, NO_SURFACE, QUANTUM
from scintidot.transport.track.tables import GRID, SOFT, Tables
from scintidot.transport.track.tally import (
    ALL_BOOKS,
    DEPOSIT,
    DEPOSIT_2,
    ESCAPE_BINS_PER_DECADE,
    HIT,
    HIT_PAIR,
    LOWEST_ESCAPE,
    PAIR,
    PAIR_2,
    N,
    Tally,
    add,
    empty_tally,
    run_block,
)

# --- the slow twin ------------------------------------------------------------------------------------


class Twin:
    """Electrons in a cube of CsPbBr3 in vacuum, one after the other, with numbers as they come."""

    rule = "ionise"

    def __init__(self, highest: float) -> None:
        material = load_material("CsPbBr3")
        loss_medium = loss_medium_of(material)
        response = response_of(loss_medium)
        compound = compound_of(material)
        model = low_energy_model(material, phonons="froehlich+acoustic")
        assert model.acoustic is not None
        self.gap, self.crystal, self.affinity = loss_medium.band_gap, model.acoustic, model.step
        energies = self.gap + np.geomspace(0.01, 1.001 * highest - self.gap, 160)
        self.collisions = inelastic_table(loss_medium, response, DEFAULT_EXCHANGE, energies)
        self.modes, self.width = model.modes, loss_medium.valence_band_width
        self.atoms = [elastic_table(symbol) for symbol in compound.symbols]
        self.energy = np.geomspace(10, highest, 2000)
        self.by_atoms = np.array(
            [
                n * one.cross_sections(self.energy)[0]
                for n, one in zip(compound.atoms_per_nm3, self.atoms, strict=True)
            ]
        )
        self.slow = np.geomspace(1.0, 200.0, 500)
        self.by_sound = np.array(
            [acoustic.inverse_mean_free_path(float(e), model.acoustic) for e in self.slow]
        )
        self.transfer = np.linspace(0, acoustic.largest_transfer(200.0, model.acoustic), 20001)
        density = np.array([acoustic.differential(float(s), model.acoustic) * s for s in self.transfer])
        self.curve = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])

    def rates(self, energy: float) -> list[float]:
        """Inverse mean free paths: electrons, each element, sound, each vibration emitted and absorbed."""
        table, rates = self.collisions, [0.0] * (5 + 2 * len(self.modes))
        if energy > table.kinetic_energy[0]:
            rates[0] = float(np.interp(energy, table.kinetic_energy, table.inverse_mean_free_path))
        weight = acoustic.mott_weight(energy)
        if weight > 0:
            for k, row in enumerate(self.by_atoms):
                rates[1 + k] = weight * float(np.interp(energy, self.energy, row))
        if energy < 200:
            rates[4] = (1 - weight) * float(np.interp(energy, self.slow, self.by_sound))
            for k, (quantum, coupling, occupation) in enumerate(self.modes):
                rates[5 + 2 * k] = phonons.emission(energy, quantum, coupling, 1.0, occupation)
                rates[6 + 2 * k] = phonons.absorption(energy, quantum, coupling, 1.0, occupation)
        return rates

    def history(  # noqa: PLR0915  one loop, as long as a history has kinds of events
        self, energy: float, edge: float, barrier: bool, random: np.random.Generator
    ) -> tuple[float, int, int, int, float]:
        """Deposit, holes, electrons that stay, electrons that leave and the energy they carry away."""
        start = [(u - 0.5) * edge for u in random.random(3)]
        waiting = [(start, isotropic(random), energy)]
        deposit, holes, electrons, left, carried = 0.0, 0, 0, 0, 0.0
        while waiting:
            place, way, energy = waiting.pop()
            while energy > self.gap:
                if self.rule == "phase-space" and barrier and energy <= self.affinity:
                    at = self.collides_at(energy, random)
                    deposit, energy = deposit + energy - at, at
                    if at > self.gap:
                        energy, way, kept, new_holes, new = self.collision(energy, way, random)
                        deposit += kept
                        holes += new_holes
                        waiting += [(list(place), direction, e) for direction, e in new]
                    continue
                rates = self.rates(energy)
                flight = random.exponential() / sum(rates)
                to_wall = [
                    (math.copysign(edge / 2, w) - p) / w for p, w in zip(place, way, strict=True) if w != 0
                ]
                wall = min(to_wall)
                place = [p + min(wall, flight) * w for p, w in zip(place, way, strict=True)]
                if wall < flight:
                    axis = int(np.argmax([abs(p) for p in place]))
                    step = self.affinity if barrier else 0.0
                    if random.random() < surface.quantum_transmission(energy, abs(way[axis]), step):
                        left, carried = left + 1, carried + energy - step
                        break
                    way[axis] = -way[axis]
                    continue
                kind = int(np.searchsorted(np.cumsum(rates), random.random() * sum(rates), side="right"))
                if kind == 0:
                    energy, way, kept, new_holes, new = self.collision(energy, way, random)
                    deposit += kept
                    holes += new_holes
                    waiting += [(list(place), direction, e) for direction, e in new]
                    continue
                if kind <= 3:
                    mu = float(self.atoms[kind - 1].sample([energy], random.random(1))[0])
                    cosine, given = 1 - 2 * mu, 0.0
                elif kind == 4:
                    most = acoustic.largest_transfer(energy, self.crystal)
                    whole = np.interp(most, self.transfer, self.curve)
                    transfer = float(np.interp(random.random() * whole, self.curve, self.transfer))
                    cosine = 1 - 2 * (transfer / most) ** 2
                    given = acoustic.phonon_energy(transfer, self.crystal)
                    if random.random() >= acoustic.emission_probability(transfer, self.crystal):
                        given = -given
                else:
                    given = self.modes[(kind - 5) // 2][0] * (1 if kind % 2 else -1)
                    cosine = phonons.scattering_cosine(energy, energy - given, random.random())
                energy -= given
                deposit += given
                way = turned(way, cosine, 2 * math.pi * random.random())
            else:
                electrons += 1
                deposit += energy
        return deposit, holes, electrons, left, carried

    def collides_at(self, energy: float, random: np.random.Generator) -> float:
        """Energy at which a slow carrier makes a pair, having emitted one vibration after the other; else the gap."""
        (vibration, *_) = self.modes[0]
        while energy > self.gap:
            if random.random() * (1 + vibrations_per_pair(energy, self.gap, vibration)) < 1:
                return energy
            energy -= vibration
        return self.gap

    def collision(
        self, energy: float, way: list[float], random: np.random.Generator
    ) -> tuple[float, list[float], float, int, list[tuple[list[float], float]]]:
        """Energy and direction after it, energy that stays, holes, and electrons set free."""
        one = collide(self.collisions, energy, random.random((1, 4)))
        azimuth = 2 * math.pi * random.random()
        shell = self.collisions.shells[int(one.shell[0])]
        struck = turned(way, float(one.secondary_cosine[0]), azimuth + math.pi)
        free = [(struck, float(one.secondary_energy[0]))]
        depths, kept = [float(one.hole_depth[0])], self.gap
        if int(one.shell[0]) > 0:
            symbol, name = shell.split()
            relaxation = relaxation_of(symbol)
            cascade = sample_cascade(relaxation, name, random)
            free += [(isotropic(random), e) for e in cascade.electrons]
            depths = [
                float(relaxation.shells.binding_energy[hole]) - self.gap for hole in cascade.outer_holes
            ]
            kept = self.gap * len(depths)
        holes = len(depths)
        while depths:
            depth = depths.pop()
            below = depth > self.width and self.rule != "ionise"
            at = depth
            if self.rule == "phase-space" and not below:
                at = self.collides_at(depth, random) if depth > self.gap else depth
            if at <= self.gap or (self.rule == "settle" and not below):
                kept += depth
                continue
            left = at - self.gap
            parts = random.dirichlet([1.5 if self.rule == "phase-space" else 1.0] * 3) * left
            if below:  # filled from the band, and another electron of the band goes
                first = random.random() * min(self.width, left)
                second = random.random() * min(self.width, left - first)
                parts = np.array([first, second, left - first - second])
            kept += depth - at
            depths += [float(parts[0]), float(parts[1])]
            free.append((isotropic(random), float(parts[2])))
            kept += self.gap
            holes += 1
        after = turned(way, float(one.primary_cosine[0]), azimuth)
        return energy - float(one.loss[0]), after, kept, holes, free


def isotropic(random: np.random.Generator) -> list[float]:
    """A direction, from three normal numbers."""
    v = random.normal(size=3)
    return [float(c) for c in v / math.sqrt(v @ v)]


def turned(way: list[float], cosine: float, azimuth: float) -> list[float]:
    """A direction at an angle to another, by polar coordinates about it."""
    x, y, z = way
    across = math.hypot(x, y)
    first = (x * z / across, y * z / across, -across) if across > 1e-12 else (1.0, 0.0, 0.0)
    second = (-y / across, x / across, 0.0) if across > 1e-12 else (0.0, 1.0, 0.0)
    p = math.sqrt(max(0.0, 1 - cosine**2)) * math.cos(azimuth)
    q = math.sqrt(max(0.0, 1 - cosine**2)) * math.sin(azimuth)
    new = [cosine * c + p * a + q * b for c, a, b in zip(way, first, second, strict=True)]
    length = math.sqrt(sum(c * c for c in new))
    return [c / length for c in new]


# --- the engine ---------------------------------------------------------------------------------------

NO_RECORD = np.empty((0, RECORD_COLUMNS))
RULES = {"none": NO_SURFACE, "classical-step": CLASSICAL, "quantum-step": QUANTUM}


@cache
def crystal(elastic: str = "partial-wave", local_below: float = 0.0) -> Tables:
    """CsPbBr3 alone as the engine reads it."""
    one, _ = medium(load_material("CsPbBr3"), elastic=elastic, local_below=local_below)
    return stack([one], local_below)


def rounded(tables: Tables) -> Tables:
    """What is computed of the tables with 12 bits of each number: other versions of numpy then give the same."""

    def short(values: np.ndarray) -> np.ndarray:
        mantissa, exponent = np.frexp(values)
        return np.ldexp(np.round(mantissa * 4096) / 4096, exponent).astype(values.dtype)

    computed = (
        "rates",
        "loss",
        "recoil",
        "share",
        "mu",
        "transfer",
        "lattice",
        "modes",
        "vacancy_cumulative",
        "phase_space",
    )
    return tables._replace(**{name: short(getattr(tables, name)) for name in computed})


def body(
    edge: float, *, kind: int = CUBOID, media: tuple[int, int, int] = (0, 0, -1), core: float = 0.0
) -> Geometry:
    """One crystal in endless surroundings."""
    items = np.array([[0.0, 0.0, 0.0, edge / 2, edge / 2, edge / 2]])
    return in_box(items, np.array([0]), 0.0, kind=kind, media=media, core=core)


def in_box(
    items: np.ndarray,
    crystal_of: np.ndarray,
    box: float,
    *,
    kind: int = CUBOID,
    media: tuple[int, int, int] = (0, 0, -1),
    core: float = 0.0,
) -> Geometry:
    """Crystals, their images among them, in a box of one cell."""
    count = len(items)
    return Geometry(
        kind, np.array(media), core, items, crystal_of, np.array([0, count]), np.arange(count), 1, box
    )


def electrons(energy: float, start: int = UNIFORM) -> Source:
    nothing = np.zeros(1, dtype=np.int64)
    return Source(
        ELECTRON, start, np.array([energy]), np.ones((1, 3)), np.zeros(4, np.int64), np.zeros(1), nothing,
        np.zeros((1, 2)),
    )  # fmt: skip


def photons_absorbed_by(species: int, energy: float) -> Source:
    """Photons that a shell absorbs, anywhere."""
    return Source(
        PHOTON, UNIFORM, np.array([energy]), np.ones((1, 3)), np.arange(4), np.ones(3), np.full(3, species),
        np.zeros((1, 2)),
    )  # fmt: skip


def rules(
    surface_model: str = "none", *, local_below: float = 0.0, by_range: int = 0, pairs: int = IONISE
) -> Rules:
    return Rules(RULES[surface_model], local_below, pairs, by_range, 0)


def run(
    geometry: Geometry, source: Source, chosen: Rules, count: int, *, tables: Tables | None = None,
    seed: int = 1, first: int = 0,
) -> Tally:  # fmt: skip
    """The tally of some histories, which must be without fault."""
    tally = empty_tally()
    run_block(
        np.uint64(seed), first, count, tables or crystal(), geometry, source, chosen, scratch(8), NO_RECORD,
        tally,
    )  # fmt: skip
    assert tally.fault[0] == -1
    assert tally.sums[N] == count
    return tally


def one_by_one(geometry: Geometry, source: Source, chosen: Rules, count: int, *, seed: int) -> np.ndarray:
    """Deposit, holes, electrons that stay, electrons that leave, their energy, events: of each history."""
    found, memory, tally = np.empty((count, 6)), scratch(8), empty_tally()
    for k in range(count):
        run_block(np.uint64(seed), k, 1, crystal(), geometry, source, chosen, memory, NO_RECORD, tally)
        books = memory.books
        deposit = sum(books[HEAT : HEAT + 3]) + sum(books[HELD : HELD + 3])
        found[k] = deposit, books[HOLES], books[ELECTRONS], books[ESCAPES], books[ESCAPED], books[EVENTS]
    return found


def mean(tally: Tally, column: int = DEPOSIT, square: int = DEPOSIT_2) -> tuple[float, float]:
    """Mean per event and its standard error."""
    count = tally.sums[N]
    first, second = tally.sums[column] / count, tally.sums[square] / count
    return float(first), float(np.sqrt(max(0.0, second - first**2) / count))


def book(tally: Tally, entry: int) -> float:
    """Sum of an entry of the books."""
    return float(tally.sums[ALL_BOOKS + entry])


def assert_alike(one: tuple[float, float], other: tuple[float, float], errors: float = 3.5) -> None:
    assert abs(one[0] - other[0]) < errors * math.hypot(one[1], other[1]), (one, other)


# --- against the twin ---------------------------------------------------------------------------------


@cache
def twin(rule: str) -> Twin:
    one = Twin(1000.0) if rule == "ionise" else copy(twin("ionise"))
    one.rule = rule
    return one


@pytest.mark.parametrize(
    ("energy", "edge", "barrier", "rule", "count", "seed"),
    [
        (1000.0, 3.0, "none", "ionise", 6000, 11),
        (300.0, 4.0, "quantum-step", "ionise", 1000, 12),
        (300.0, 4.0, "quantum-step", "phase-space", 1000, 13),
        (300.0, 4.0, "quantum-step", "settle", 1000, 14),
    ],
)
def test_histories_are_those_of_the_slow_twin(
    energy: float, edge: float, barrier: str, rule: str, count: int, seed: int
) -> None:
    """Means within 3.5 standard errors, distributions at a level of 1e-3 each."""
    random = np.random.default_rng(seed)
    slow = np.array([twin(rule).history(energy, edge, barrier != "none", random) for _ in range(count)])
    there = body(edge)
    if rule == "phase-space":
        there = there._replace(confined=np.array([twin(rule).affinity, 0.0, 0.0]))
    fast = one_by_one(there, electrons(energy), rules(barrier, pairs=PAIR_RULES[rule]), 20_000, seed=seed)
    for column in range(5):
        sides = [(x[:, column].mean(), x[:, column].std() / np.sqrt(len(x))) for x in (slow, fast)]
        assert_alike(*sides)
    assert abs((slow[:, 0] > 0).mean() - (fast[:, 0] > 0).mean()) < 3.5 * np.sqrt(
        0.25 * (1 / len(slow) + 1 / len(fast))
    )
    for column in (0, 4):
        assert ks_2samp(slow[:, column], fast[:, column]).pvalue > 1e-3
    pairs = [np.minimum(x[:, 1], x[:, 2]) for x in (slow, fast)]
    assert_alike(*((x.mean(), x.std() / np.sqrt(x.size)) for x in pairs))
    most = int(np.percentile(pairs[0], 98))
    counted = np.array([np.bincount(np.minimum(x, most).astype(int), minlength=most + 1) for x in pairs])
    assert chi2_contingency(counted[:, counted.sum(axis=0) > 20]).pvalue > 1e-3


# --- books --------------------------------------------------------------------------------------------

SITUATIONS = {
    "7 keV, no barrier": (body(10.0), electrons(7e3), "none", 100_000),
    "20 keV, sphere, crossed": (body(8.0, kind=SPHERE), electrons(2e4, CROSSING), "quantum-step", 20_000),
    "1 keV, cube, crossed": (body(5.0), electrons(1e3, CROSSING), "classical-step", 10_000),
    "slow carriers, confined": (
        body(5.0)._replace(confined=np.array([3.7, 0.0, 0.0])),
        electrons(1e3),
        "quantum-step",
        5_000,
    ),
    "slow, crossed": (body(3.0), electrons(3.0, CROSSING), "quantum-step", 10_000),
    "shell and core": (body(9.0, core=0.5), electrons(2e3, CENTRE), "quantum-step", 2_000),
    "sphere with shell": (body(9.0, kind=SPHERE, core=0.7), electrons(2e3), "none", 5_000),
    "embedded": (body(5.0, media=(0, 0, 0)), electrons(300.0, CROSSING), "none", 2_000),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_energy_and_charge_are_kept(name: str) -> None:
    """In every history energy to 1e-9, and over all as many electrons as holes and primaries."""
    geometry, source, barrier, count = SITUATIONS[name]
    tally = run(
        geometry, source, rules(barrier, pairs=PHASE_SPACE if geometry.confined.any() else IONISE), count
    )
    assert tally.worst[0] < 1e-9
    embedded = geometry.medium[HOST] >= 0
    if not embedded:
        assert book(tally, ALL_HOLES) + count == book(tally, ELECTRONS) + book(tally, ESCAPES)
        assert book(tally, ALL_HOLES) == book(tally, HOLES)
        assert tally.escapes.sum() == book(tally, ESCAPES)
    spent = sum(book(tally, k) for k in range(HEAT, HEAT + 6))
    spent += book(tally, ESCAPED) + book(tally, FLUORESCENCE) + book(tally, SURFACE)
    assert spent == pytest.approx(book(tally, PRIMARY), rel=1e-12)
    assert book(tally, PRIMARY) == pytest.approx(count * source.energy[0], rel=1e-12)
    inside = sum(book(tally, HEAT + k) + book(tally, HELD + k) for k in (CORE, SHELL))
    assert tally.sums[DEPOSIT] == pytest.approx(inside, rel=1e-9)
    assert tally.depths.sum() == pytest.approx(inside, rel=1e-6)
    for counts in (tally.events, tally.crystals):
        assert counts.sum() == count
    for counts in (tally.hits, tally.pairs, tally.charges):
        assert counts.sum() == tally.sums[HIT]
    assert (tally.pairs @ np.arange(tally.pairs.size)) == tally.sums[HIT_PAIR]


def test_photons_leave_vacancies_whose_energy_is_kept() -> None:
    """Absorption by Pb L3 at 20 keV: the charges balance without a primary electron, and some energy shines away."""
    tables = crystal()
    shell = int(np.argmin(np.abs(tables.shell_binding[0] - 13035.2)))
    species = int(tables.shell_species[0, shell])
    tally = run(body(10.0), photons_absorbed_by(species, 2e4), rules(), 5000)
    assert tally.worst[0] < 1e-9
    assert book(tally, ALL_HOLES) == book(tally, ELECTRONS) + book(tally, ESCAPES)
    cascade = mean_cascade(relaxation_of("Pb"), "L3")
    shining = book(tally, FLUORESCENCE) / 5000
    assert shining == pytest.approx(cascade.photon_energy, rel=0.06)  # less later ionisations, plus counting
    assert book(tally, PRIMARY) == 5000 * 2e4


# --- one history is a function of its number ------------------------------------------------------------

SEED = 20_250_101


@pytest.mark.parametrize("number", [0, 5, 17, 123_456_789])
def test_any_history_can_be_replayed_alone(number: int) -> None:
    """After others in a used memory, alone in a new one, or recorded: the same to the bit."""
    geometry, source, chosen = body(10.0), electrons(7e3), rules("quantum-step")
    results = []
    for before, record in ((0, NO_RECORD), (min(number, 40), NO_RECORD), (0, np.empty((10**5, 8)))):
        memory, tally = scratch(2), empty_tally()
        first = number - before
        run_block(
            np.uint64(SEED), first, before + 1, crystal(), geometry, source, chosen, memory, record, tally
        )
        results.append(np.concatenate([memory.books, memory.hits[0], memory.depths]))
    assert (results[0] == results[1]).all()
    assert (results[0] == results[2]).all()


def test_neither_blocks_nor_threads_change_a_result() -> None:
    geometry, source, chosen = body(6.0), electrons(1e3), rules("quantum-step")
    whole = run(geometry, source, chosen, 4000, seed=SEED)

    def blocks(size: int, threads: int) -> Tally:
        def task(k: int) -> Tally:
            return run(geometry, source, chosen, size, seed=SEED, first=k * size)

        total = empty_tally()
        for block in in_order(task, 4000 // size, threads):
            add(total, block)
        return total

    one, two = blocks(500, 1), blocks(500, 2)
    for a, b in zip(one, two, strict=True):
        assert (a == b).all()
    for other in (one, blocks(125, 2)):
        for name in ("events", "hits", "pairs", "charges", "crystals", "above", "escapes"):
            assert (getattr(whole, name) == getattr(other, name)).all()
        assert other.sums == pytest.approx(whole.sums, rel=1e-12)
        assert (other.worst == whole.worst).all()


def test_another_seed_is_another_sample_of_the_same() -> None:
    one, other = (run(body(6.0), electrons(1e3), rules(), 20_000, seed=seed) for seed in (1, 2))
    assert one.sums[DEPOSIT] != other.sums[DEPOSIT]
    assert_alike(mean(one), mean(other))


GOLD = {
    "open": {
        "holes": 7906, "electrons": 6038, "escapes": 3868, "events": 37153, "draws": 239155,
        "deposit": 26668.95456832264, "escaped": 13973331.045431662,
    },
    "step": {
        "holes": 15665, "electrons": 13787, "escapes": 3878, "events": 151355, "draws": 938776,
        "deposit": 53575.894564334674, "escaped": 1932075.5054356942,
    },
    "default": {
        "holes": 11429, "electrons": 9432, "escapes": 3997, "events": 47519, "draws": 331060,
        "deposit": 52405.73976674973, "escaped": 1932805.3602332806,
    },
}  # fmt: skip
"""Sums of the first 2000 histories of seed 1, of `rounded` tables. They change with every change of the order of draws,
of a step, or of a number of the CsPbBr3 card. Renew them on purpose only: print what `gold` gives, when all other tests
of this file pass."""


def gold(name: str) -> dict[str, float]:
    energy, edge, barrier, rule = {
        "open": (7e3, 10.0, "none", "ionise"),
        "step": (1e3, 5.0, "quantum-step", "ionise"),
        "default": (1e3, 5.0, "quantum-step", "phase-space"),
    }[name]
    there = body(edge)._replace(confined=np.array([3.7 if rule == "phase-space" else 0.0, 0.0, 0.0]))
    chosen = rules(barrier, pairs=PAIR_RULES[rule])
    tally = run(there, electrons(energy), chosen, 2000, tables=rounded(crystal()))
    entries = {"holes": HOLES, "electrons": ELECTRONS, "escapes": ESCAPES, "events": EVENTS, "draws": DRAWS}
    numbers = {key: book(tally, entry) for key, entry in entries.items()}
    return numbers | {"deposit": float(tally.sums[DEPOSIT]), "escaped": book(tally, ESCAPED)}


@pytest.mark.parametrize("name", list(GOLD))
def test_gold(name: str) -> None:
    found, expected = gold(name), GOLD[name]
    for key, value in expected.items():
        assert found[key] == (value if isinstance(value, int) else pytest.approx(value, rel=1e-12)), key


def test_random_numbers_are_not_wasted() -> None:
    """A scattering takes a flight, a choice, two numbers and an azimuth, 4/pi by rejection: 5.3 draws."""
    tally = run(body(5.0), electrons(1e3), rules(), 20_000)
    flights = book(tally, EVENTS) + book(tally, ESCAPES)
    assert 4 < book(tally, DRAWS) / flights < 9
    assert book(tally, DRAWS) / 20_000 > 7  # row, direction, place, flight


def test_a_recorded_track_has_no_leaps() -> None:
    """Every track is one electron: points of one number follow each other by straight flights."""
    geometry, source = body(30.0), electrons(7e3, CENTRE)
    for number in range(20):
        record, tally = np.full((200_000, RECORD_COLUMNS), np.nan), empty_tally()
        run_block(np.uint64(3), number, 1, crystal(), geometry, source, rules(), scratch(2), record, tally)
        points = record[~np.isnan(record[:, 0])]
        assert 0 < len(points) < len(record)
        assert points[0, 4] == BORN
        assert (points[:, 3] <= 7e3 + 1e-9).all()
        for track in np.unique(points[:, 6]):
            own = points[points[:, 6] == track]
            again = np.flatnonzero(own[1:, 4] == BORN)  # taken up again where it was left
            assert own[again + 1, :3] == pytest.approx(own[again, :3], abs=1e-9)
            assert (np.diff(own[:, 3]) < 0.5).all()  # no electron gains more than phonons can give


# --- limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["centre", "uniform", "crossing"])
@pytest.mark.parametrize("shape", ["cube", "sphere"])
def test_straight_tracks_deposit_what_the_continuous_model_says(shape: str, start: str) -> None:
    """Treatment local with a limit above all losses, no elastic scattering: mean loss times mean path."""
    energy, edge, count = 2e4, 5.0, 100_000
    tables = crystal("none", 1e6)
    found = mean(
        run(
            body(edge, kind=CUBOID if shape == "cube" else SPHERE), electrons(energy, STARTS[start]),
            rules(local_below=1e6), count, tables=tables,
        )
    )  # fmt: skip
    x = (np.log(energy) - np.log(GRID[0])) / np.log(GRID[1] / GRID[0])
    power = float(np.interp(x, np.arange(GRID.size), tables.rates[0, :, SOFT]))
    assert_alike(found, (power * float(mean_path(edge, shape, start)), 2e-3 * found[0]))
    oscillators = load_material("CsPbBr3").energy_loss.oscillators
    scale = power / float(stopping_power(np.array(energy), oscillators))
    model = mean_deposit(np.array(edge), shape, Primary(energy, start), oscillators, scale)
    assert_alike(found, (float(model.mean_energy), 2e-3 * found[0]))


@pytest.mark.parametrize("energy", [0.5, 2.0, 2.25])
def test_nothing_below_the_threshold_makes_a_pair(energy: float) -> None:
    tally = run(body(5.0), electrons(energy), rules(), 1000)
    assert book(tally, HOLES) == tally.sums[PAIR] == 0
    assert tally.sums[DEPOSIT] == pytest.approx(1000 * energy)
    assert book(tally, ELECTRONS) == 1000


@pytest.mark.parametrize("energy", [3.0, 6.0, 60.0, 500.0])
def test_every_pair_costs_the_gap(energy: float) -> None:
    """What holes hold is the gap each, or less in atoms that bind less; no primary makes more than it can pay."""
    for barrier in ("none", "quantum-step"):
        source = electrons(energy)
        tally = run(body(4.0), source, rules(barrier), 2000)
        assert 0.95 < book(tally, HELD) / (2.25 * book(tally, HOLES)) < 1 + 1e-12 or energy < 2 * 2.25
        if energy < 11.4:  # only the valence band
            assert book(tally, HELD) == pytest.approx(2.25 * book(tally, HOLES), rel=1e-12)
        histories = one_by_one(body(4.0), source, rules(barrier), 300, seed=5)
        assert histories[:, 1].max() <= energy / 2.25
        assert (histories[:, 4] <= energy * (1 + 0.02)).all()  # absorbed phonons may add a little


def test_no_electron_leaves_with_more_than_the_primary_had() -> None:
    for barrier, most in (("none", 7e3), ("quantum-step", 7e3 - 3.7)):
        tally = run(body(5.0), electrons(7e3), rules(barrier), 20_000)
        highest = int(np.flatnonzero(tally.escapes)[-1])
        assert highest == 1 + int(np.log10(most / LOWEST_ESCAPE) * ESCAPE_BINS_PER_DECADE)


def test_treatments_agree_where_secondaries_cannot_leave() -> None:
    """In a crystal far larger than the ranges of slow secondaries; most primaries stop, some are scattered out."""
    geometry, source = body(40.0), electrons(1e3, CENTRE)
    track = mean(run(geometry, source, rules("quantum-step"), 3000))
    local = run(
        geometry, source, rules("quantum-step", local_below=50.0), 20_000,
        tables=crystal("partial-wave", 50.0),
    )  # fmt: skip
    assert_alike(track, mean(local))
    assert 800 < track[0] < 950
    assert local.worst[0] < 1e-9


def test_the_limit_of_treatment_local_is_crossed_without_a_fault() -> None:
    """About the limit, where the largest loss is the limit itself."""
    for energy in (99.0, 100.0, 101.0, 110.0):
        tally = run(
            body(40.0), electrons(energy), rules(local_below=100.0), 5000,
            tables=crystal("partial-wave", 100.0),
        )  # fmt: skip
        assert tally.worst[0] < 1e-9
        assert mean(tally)[0] > 0.8 * energy


def test_entering_electrons_pass_the_surface_as_they_must() -> None:
    """Slow electrons from vacuum enter with the probability of the step, the mean over a cosine law."""
    energy, count = 3.0, 4000
    found = one_by_one(body(1000.0), electrons(energy, CROSSING), rules("quantum-step"), count, seed=4)
    grid = (np.arange(2000) + 0.5) / 2000
    entering = np.mean([2 * c * surface.quantum_transmission(energy, float(c), -3.7) for c in grid])
    share = float((found[:, 5] > 0).mean())
    assert abs(share - entering) < 3.5 * np.sqrt(entering * (1 - entering) / count)
    thrown_back = found[found[:, 5] == 0]
    assert (thrown_back[:, 0] == 0).all()
    assert (thrown_back[:, 4] == energy).all()


# --- surroundings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("centre", [(6.0, 6.0, 6.0), (0.0, 0.0, 6.0), (0.0, 0.0, 0.0)])
@pytest.mark.parametrize("kind", [CUBOID, SPHERE])
def test_a_crystal_in_its_own_kind_gets_its_share(centre: tuple[float, float, float], kind: int) -> None:
    """Tracks born anywhere in a box of one medium: each part gets energy in proportion to its volume."""
    box, edge, energy = 12.0, 8.0, 200.0
    shifts = np.array(list(itertools.product((-box, 0.0, box), repeat=3)))
    items = np.array([[*(np.array(centre) + shift), *[edge / 2] * 3] for shift in shifts])
    near = (np.abs(items[:, :3] - box / 2) < (box + edge) / 2).all(axis=1)
    geometry = in_box(items[near], np.zeros(near.sum(), dtype=np.int64), box, kind=kind, media=(0, 0, 0))
    tally = run(geometry, electrons(energy, MATRIX), rules(), 4000)
    share = float(volume(edge, "cube" if kind == CUBOID else "sphere")) / box**3
    assert tally.worst[0] < 1e-9
    assert book(tally, ESCAPES) == 0
    assert_alike(mean(tally), (share * energy, 0.0))
    assert tally.crystals[2:].sum() == 0  # images are one crystal


@pytest.mark.parametrize("kind", [CUBOID, SPHERE])
def test_a_core_of_the_same_kind_changes_nothing(kind: int) -> None:
    plain = run(body(6.0, kind=kind), electrons(500.0), rules("quantum-step"), 20_000)
    shelled = run(body(6.0, kind=kind, core=0.6), electrons(500.0), rules("quantum-step"), 20_000, seed=2)
    assert_alike(mean(plain), mean(shelled))
    assert_alike(mean(plain, PAIR, PAIR_2), mean(shelled, PAIR, PAIR_2))
    assert book(shelled, HEAT + SHELL) > 0
    core = book(shelled, HEAT + CORE) + book(shelled, HELD + CORE)
    assert 0.6**3 < core / shelled.sums[DEPOSIT] < 0.35  # the middle loses less through the surface


def test_giving_up_by_range_changes_no_deposit() -> None:
    geometry, source = body(5.0, media=(0, 0, 0)), electrons(300.0)
    whole = run(geometry, source, rules(), 4000)
    short = run(geometry, source, rules(by_range=1), 4000, seed=2)
    assert_alike(mean(whole), mean(short))
    assert book(short, BEYOND) > 0
    assert book(short, EVENTS) < book(whole, EVENTS)
    assert short.worst[0] < 1e-9


def test_electrons_that_miss_every_crystal_of_a_box_are_counted_with_their_energy() -> None:
    """Small crystals far apart in vacuum: some electrons fly through a thousand boxes."""
    geometry = in_box(np.array([[10.0, 10.0, 10.0, 0.5, 0.5, 0.5]]), np.array([0]), 20.0)
    source = electrons(100.0, MATRIX)
    memory, tally, left = scratch(8), empty_tally(), 0
    memory.escapes[:] = np.nan
    for k in range(2000):
        run_block(np.uint64(1), k, 1, crystal(), geometry, source, rules(), memory, NO_RECORD, tally)
        count = int(memory.books[ESCAPES])
        assert memory.escapes[:count].sum() == pytest.approx(memory.books[ESCAPED])
        left += count
        memory.escapes[:] = np.nan
    assert left > 0


def test_the_fastest_electrons_have_room_for_all_that_waits() -> None:
    """Of 99 keV in the bulk all energy stays but fluorescence; up to some 760 electrons wait at once."""
    row = scintidot.deposit(edge_length=[1e7], start="centre", energy_keV=[99], histories=8, threads=1).rows[
        0
    ]
    assert row["mean_deposit_eV"] + row["escaped_photons_eV"] == pytest.approx(99e3, rel=1e-9)
