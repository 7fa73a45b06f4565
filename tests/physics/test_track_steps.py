"""The sampling steps of the track-structure engine, each against its slow twin or a closed form.

Samples have fixed seeds. Where the step is exact, the level is 1e-4 for each comparison; where a table stands between
the step and its twin, the allowed deviation is stated.
"""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numba import njit
from scipy.integrate import trapezoid
from scipy.stats import chisquare, ks_2samp, kstest

from scintidot.atoms.relaxation import relaxation_of
from scintidot.geometry import mean_path
from scintidot.interactions.inelastic import DEFAULT_EXCHANGE, loss_medium_of, response_of
from scintidot.interactions.media import medium, stack
from scintidot.interactions.slow_electrons import low_energy_model
from scintidot.materials.compound import compound_of
from scintidot.materials.library import load_material
from scintidot.rng import stream
from scintidot.transport import acoustic, phonons, surface
from scintidot.transport.elastic.tables import probabilities
from scintidot.transport.elastic.tables import table as elastic_table
from scintidot.transport.inelastic.full_penn import Spectrum, spectrum
from scintidot.transport.inelastic.kinematics import momentum
from scintidot.transport.inelastic.tables import Collisions, collide, inelastic_table
from scintidot.transport.track.problem import CENTRE, CROSSING, ELECTRON, UNIFORM, Geometry, Source
from scintidot.transport.track.shapes import (
    CUBOID,
    FAR,
    SPHERE,
    depth,
    flight_in_box,
    item_at,
    way_in,
    way_out,
)
from scintidot.transport.track.starts import born
from scintidot.transport.track.steps import (
    CLASSICAL,
    NO_SURFACE,
    QUANTUM,
    acoustic_scattering,
    azimuth,
    elastic_mu,
    energy_loss,
    isotropic,
    passes,
    polar_phonon,
    rate,
    recoil_cosines,
    refract,
    shell_hit,
    split,
    transition,
    turn,
)
from scintidot.transport.track.tables import (
    ABSORPTION,
    ACOUSTIC,
    EMISSION,
    GRID,
    INELASTIC,
    MOTT,
    ROWS,
    Tables,
    place,
    row_of,
)

LEVEL = 1e-4
COUNT = 100_000


@cache
def crystal() -> Tables:
    one, _ = medium(load_material("CsPbBr3"))
    return stack([one])


@cache
def collisions(energy: float) -> Spectrum:
    one = loss_medium_of(load_material("CsPbBr3"))
    return spectrum(energy, one, response_of(one), DEFAULT_EXCHANGE)


def tabulated(energy: float, column: int) -> float:
    """Rate of the engine. [1/nm]"""
    return float(rate(crystal(), 0, *row_of(energy), column))


# --- places in tables ---------------------------------------------------------------------------------


@given(st.floats(0, 1))
@example(0.975)
def test_place_of_a_probability(u: float) -> None:
    """Node and share give the number back, and its distance to 1 with all digits that it has."""
    probability, complement = probabilities()
    j, share = place(u)
    assert 0 <= j < probability.size - 1
    assert -1e-12 < share <= 1
    assert probability[j] + share * (probability[j + 1] - probability[j]) == pytest.approx(u, abs=1e-12)
    left = complement[j] + share * (complement[j + 1] - complement[j])
    assert left == pytest.approx(1 - u, rel=1e-6, abs=1e-15)


@pytest.mark.parametrize("u", [0.0, 0.975 - 1e-16, 0.975, 1 - 1e-8, 1 - 1e-9, 1 - 2**-53, 1.0])
def test_place_at_the_seams(u: float) -> None:
    _, complement = probabilities()
    j, share = place(u)
    assert complement[j] + share * (complement[j + 1] - complement[j]) == pytest.approx(
        1 - u, rel=1e-6, abs=1e-15
    )


@given(st.floats(0.1, 1e5))
def test_row_of_an_energy(energy: float) -> None:
    i, f = row_of(energy)
    assert 0 <= i < ROWS - 1
    assert 0 <= f <= 1 + 1e-9
    assert GRID[i] * (GRID[i + 1] / GRID[i]) ** f == pytest.approx(energy, rel=1e-9)


# --- elastic scattering -------------------------------------------------------------------------------


@njit
def _many_mu(t, i, f, u_row, u, found):
    for k in range(u.size):
        found[k] = elastic_mu(t, 0, i, f, u_row[k], u[k])


def deflections(energy: float, u_row: np.ndarray, u: np.ndarray) -> np.ndarray:
    found = np.empty(u.size)
    _many_mu(crystal(), *row_of(energy), u_row, u, found)
    return found


@pytest.mark.parametrize("energy", [12.0, 33.0, 150.0, 1e3, 7.1e3, 4.4e4])
def test_elastic_moments_are_the_transport_cross_sections(energy: float) -> None:
    """2 <mu> = sum n sigma_1/sum n sigma, 6 <mu - mu^2> = sum n sigma_2/sum n sigma; even steps in place of chance."""
    compound = compound_of(load_material("CsPbBr3"))
    total, first, second = (
        sum(
            n * float(elastic_table(symbol).cross_sections([energy])[k][0])
            for n, symbol in zip(compound.atoms_per_nm3, compound.symbols, strict=True)
        )
        for k in range(3)
    )
    if energy > 200:
        assert tabulated(energy, MOTT) == pytest.approx(total, rel=1e-3)
    u = (np.arange(400_000) + 0.5) / 400_000
    mu = deflections(energy, np.random.default_rng(1).permutation(u), u)
    assert mu.min() >= 0
    assert mu.max() <= 1
    assert 2 * mu.mean() == pytest.approx(first / total, rel=3e-3)
    assert 6 * np.mean(mu * (1 - mu)) == pytest.approx(second / total, rel=1e-2)


@pytest.mark.parametrize("energy", [33.0, 1e3, 2.2e4])
def test_elastic_mixture_is_one_of_atoms(energy: float) -> None:
    """The one table of the compound against choosing an atom first and its own table then."""
    random = np.random.default_rng(2)
    compound = compound_of(load_material("CsPbBr3"))
    tables = [elastic_table(symbol) for symbol in compound.symbols]
    weight = np.array(
        [
            n * float(t.cross_sections([energy])[0][0])
            for n, t in zip(compound.atoms_per_nm3, tables, strict=True)
        ]
    )
    counts = random.multinomial(COUNT, weight / weight.sum())
    twin = np.concatenate(
        [t.sample(np.full(n, energy), random.random(n)) for t, n in zip(tables, counts, strict=True)]
    )
    assert ks_2samp(twin, deflections(energy, random.random(COUNT), random.random(COUNT))).pvalue > LEVEL


# --- collisions with electrons ------------------------------------------------------------------------


@njit
def _many_losses(t, i, f, u, found):
    for k in range(u.size):
        found[k] = energy_loss(t, 0, i, f, u[k])


def losses(energy: float, u: np.ndarray) -> np.ndarray:
    found = np.empty(u.size)
    _many_losses(crystal(), *row_of(energy), u, found)
    return np.minimum(found, energy)


ENERGIES = [5.0, 24.0, 130.0, 1e3, 7.1e3, 4.4e4]


@pytest.mark.parametrize("energy", ENERGIES)
def test_losses_are_those_of_the_spectrum(energy: float) -> None:
    one = collisions(energy)
    cumulative = np.concatenate([[0.0], np.cumsum((one.total[1:] + one.total[:-1]) / 2 * np.diff(one.loss))])
    whole = cumulative[-1]
    steps = (
        2.5e-2 if energy < 10 else 2e-3
    )  # next to the threshold the spectrum has few losses, and its integral steps
    assert tabulated(energy, INELASTIC) == pytest.approx(one.inverse_mean_free_path, rel=steps)

    random = losses(energy, np.random.default_rng(3).random(COUNT))
    assert random.min() >= 2.25
    assert random.max() <= energy
    found = kstest(random, lambda w: np.interp(w, one.loss, cumulative / whole))
    chance = 1.95 / math.sqrt(COUNT)  # at a level of 1e-3
    assert found.statistic < (0.015 if energy < 10 else 0.004) + chance

    even = losses(energy, (np.arange(400_000) + 0.5) / 400_000)
    expected = float(trapezoid(one.total * one.loss, one.loss)) / whole
    assert even.mean() == pytest.approx(expected, rel=max(4e-3, steps))
    stopping = float(trapezoid(one.total * np.minimum(one.loss, energy / 2), one.loss)) / whole
    assert np.minimum(even, energy / 2).mean() == pytest.approx(stopping, rel=max(4e-3, steps))


@njit
def _many_shells(t, log_energy, loss, u_rows, u, found):
    for k in range(u.size):
        found[k] = shell_hit(t, 0, log_energy, loss[k], u_rows[k], u[k])


def shells_hit(energy: float, loss: np.ndarray, seed: int) -> np.ndarray:
    random, found = np.random.default_rng(seed), np.empty(loss.size, dtype=np.int64)
    _many_shells(crystal(), math.log(energy), loss, random.random(loss.size), random.random(loss.size), found)
    return found


@given(st.floats(2.3, 1e5), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1, exclude_max=True))
def test_no_shell_binds_more_than_the_loss(energy: float, part: float, u_rows: float, u: float) -> None:
    loss = 2.25 * (energy / 2.25) ** part
    shell = shell_hit(crystal(), 0, math.log(energy), loss, u_rows, u)
    assert 0 <= shell < crystal().shells[0]
    assert crystal().shell_binding[0, shell] <= max(loss, 2.25)


@pytest.mark.parametrize("energy", ENERGIES)
def test_shares_of_shells(energy: float) -> None:
    """Each shell's share of all collisions against its integrated spectrum."""
    one, names = collisions(energy), loss_medium_of(load_material("CsPbBr3"))
    order = np.argsort(names.binding_energy, kind="stable")
    assert order[0] == 0
    exact = np.array([trapezoid(one.by_shell[:, k], one.loss) for k in order])
    exact /= exact.sum()
    loss = losses(energy, (np.arange(400_000) + 0.5) / 400_000)
    found = np.bincount(shells_hit(energy, loss, 4), minlength=exact.size) / loss.size
    strong = exact > 0.01  # of weak shells, edges that the table of shares washes out move some per cent
    allowed = np.where(strong, 0.03, 0.2) * exact + 4 * np.sqrt(exact / loss.size)
    assert (np.abs(found - exact) <= allowed).all()


@njit
def _many_recoils(t, i, f, energy, loss, u_loss, u_cell, u, cosine, struck):
    for k in range(u.size):
        cosine[k], struck[k] = recoil_cosines(t, 0, i, f, energy, loss[k], u_loss[k], u_cell[k], u[k])


def recoils(energy: float, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    u_loss, u_cell, u = random.random((3, count))
    loss, cosine, struck = losses(energy, u_loss), np.empty(count), np.empty(count)
    _many_recoils(crystal(), *row_of(energy), energy, loss, u_loss, u_cell, u, cosine, struck)
    return loss, cosine, struck


@pytest.mark.parametrize("energy", ENERGIES)
def test_recoil_conserves_momentum(energy: float) -> None:
    """p = p' cos + q cos_struck along, p' sin = q sin_struck across, with the energies of `kinematics`."""
    loss, cosine, struck = recoils(energy, 2000, 5)
    assert np.abs(cosine).max() <= 1
    assert np.abs(struck).max() <= 1
    before = energy + 2.25 + 4.5
    p, p_after = momentum(before), momentum(before - loss)
    q = np.sqrt(p**2 + p_after**2 - 2 * p * p_after * cosine)
    assert p_after * cosine + q * struck == pytest.approx(np.full(loss.size, p), rel=1e-6)
    across = p_after * np.sqrt(1 - cosine**2)
    assert q * np.sqrt(1 - struck**2) == pytest.approx(across, abs=1e-4 * p)


@cache
def twin_collisions(energy: float) -> Collisions:
    one = loss_medium_of(load_material("CsPbBr3"))
    table = inelastic_table(
        one, response_of(one), DEFAULT_EXCHANGE, np.array([energy * 0.999, energy * 1.001])
    )
    return collide(table, energy, np.random.default_rng(6).random((20_000, 4)))


@pytest.mark.parametrize("energy", ENERGIES)
def test_angles_are_those_of_the_twin(energy: float) -> None:
    """Distributions, and the mean deflection, which a few hard collisions decide at high energy.

    What is tabulated at few energies and losses leaves some per cent.
    """
    twin = twin_collisions(energy)
    loss, cosine, struck = recoils(energy, COUNT, 7)
    chance = 1.95 * math.sqrt(1 / COUNT + 1 / twin.loss.size)
    assert ks_2samp(loss, twin.loss).statistic < 0.015 + chance
    assert ks_2samp(cosine, twin.primary_cosine).statistic < 0.04 + chance
    assert ks_2samp(struck, twin.secondary_cosine).statistic < 0.04 + chance
    for found, expected, relative in (
        (1 - cosine, 1 - twin.primary_cosine, 0.04),
        (struck, twin.secondary_cosine, 0.03),
    ):
        error = math.hypot(found.std() / math.sqrt(COUNT), expected.std() / math.sqrt(expected.size))
        assert abs(found.mean() - expected.mean()) < relative * expected.mean() + 4 * error


# --- phonons ------------------------------------------------------------------------------------------


@cache
def lattice() -> acoustic.Acoustic:
    model = low_energy_model(load_material("CsPbBr3"), phonons="froehlich+acoustic")
    assert model.acoustic is not None
    return model.acoustic


@njit
def _many_acoustic(t, i, energy, u, u_sign, mu, given):
    for k in range(u.size):
        mu[k], given[k] = acoustic_scattering(t, 0, i, u[k], u_sign[k], energy)


@pytest.mark.parametrize("energy", [0.3, 2.5, 7.0, 31.0, 99.0, 160.0])
def test_acoustic_phonons(energy: float) -> None:
    """Rate, angles (one by one against the bisection too), and the energy left on average."""
    weight = 1 - acoustic.mott_weight(energy)
    whole = acoustic.inverse_mean_free_path(energy, lattice())
    assert tabulated(energy, ACOUSTIC) == pytest.approx(
        weight * whole, rel=5e-3, abs=2e-2 * whole * (weight < 1)
    )
    i, f = row_of(energy)
    nearest = i + round(f)
    random = np.random.default_rng(8)
    mu, given_energy = np.empty(COUNT), np.empty(COUNT)
    u = random.permutation((np.arange(COUNT) + 0.5) / COUNT)
    _many_acoustic(crystal(), nearest, energy, u, random.random(COUNT), mu, given_energy)
    transport = acoustic.inverse_transport_mean_free_path(energy, lattice())
    assert 2 * mu.mean() == pytest.approx(transport / whole, rel=1e-2)
    most = acoustic.largest_transfer(energy, lattice())
    some = [(acoustic.scattering_transfer(energy, float(one), lattice()) / most) ** 2 for one in u[:200]]
    assert mu[:200] == pytest.approx(np.array(some), abs=1.5e-2)
    net = acoustic.energy_loss(energy, lattice()) / whole
    spread = given_energy.std() / math.sqrt(COUNT)
    assert abs(given_energy.mean() - net) < 4 * spread + 1e-2 * net
    size = np.abs(given_energy)
    exact = [acoustic.phonon_energy(most * math.sqrt(one), lattice()) for one in mu[:200]]
    assert size[:200] == pytest.approx(np.array(exact), rel=1e-3, abs=1e-7)


@pytest.mark.parametrize("energy", [2.3, 5.1, 40.0, 190.0])
def test_polar_phonons(energy: float) -> None:
    t = crystal()
    quantum, coupling, occupation = t.modes[0, 0]
    emitted = phonons.emission(energy, quantum, coupling, 1.0, occupation)
    absorbed = phonons.absorption(energy, quantum, coupling, 1.0, occupation)
    assert tabulated(energy, EMISSION) == pytest.approx(emitted, rel=2e-3)
    assert tabulated(energy, ABSORPTION) == pytest.approx(absorbed, rel=2e-3)
    for emission, sign in ((True, 1), (False, -1)):
        pairs = np.array([polar_phonon(t, 0, energy, emission, 0.5, (k + 0.5) / 2000) for k in range(2000)])
        assert (pairs[:, 1] == sign * quantum).all()
        after = energy - sign * quantum
        a, b = energy + after, 2 * math.sqrt(energy * after)
        logarithm = math.log((a + b) / (a - b))
        quantile = np.log((a - b * np.sort(pairs[:, 0])) / (a - b)) / logarithm  # falls with the cosine
        assert quantile[::-1] == pytest.approx((np.arange(2000) + 0.5) / 2000, abs=1e-3)
        assert 1 - pairs[:, 0].mean() == pytest.approx(phonons.mean_deflection(energy, after), rel=2e-3)


def test_several_vibrations_share_by_their_rates() -> None:
    modes = np.array([[[0.02, 0.1, 0.9], [0.1, 0.3, 0.02], [0.4, 0.05, 0.0]]])
    t = crystal()._replace(modes=modes, mode_count=np.array([3]))
    count = 20_000
    u = (np.arange(count) + 0.5) / count
    for emission, of in ((True, phonons.emission), (False, phonons.absorption)):
        for energy in (0.3, 4.0):  # the slower one cannot emit the third
            rates = np.array([of(energy, e, c, 1.0, n) for e, c, n in modes[0]])
            hit = np.array([abs(polar_phonon(t, 0, energy, emission, x, 0.5)[1]) for x in u])
            shares = np.array([(hit == e).mean() for e in modes[0, :, 0]])
            assert shares == pytest.approx(rates / rates.sum(), abs=2 / count)


def test_an_electron_gives_no_more_than_it_has() -> None:
    cosine, given_energy = polar_phonon(crystal(), 0, 0.01, True, 0.5, 0.5)
    assert (cosine, given_energy) == (1.0, 0.01)


# --- vacancies and holes ------------------------------------------------------------------------------


@njit
def _many_transitions(t, species, u, found):
    for k in range(u.size):
        found[k] = transition(t, species, u[k])


def species_of(symbol: str, shell: str) -> int:
    """Vacancies stand by element and shell, elements by the alphabet."""
    before = sum(len(relaxation_of(other).shells.names) for other in ("Br", "Cs", "Pb") if other < symbol)
    return before + relaxation_of(symbol).index(shell)


@pytest.mark.parametrize(("symbol", "shell"), [("Pb", "L3"), ("Pb", "N5"), ("Cs", "M4"), ("Br", "K")])
def test_transitions_have_their_probabilities(symbol: str, shell: str) -> None:
    t, table, species = crystal(), relaxation_of(symbol), species_of(symbol, shell)
    own = slice(table.start[table.index(shell)], table.start[table.index(shell) + 1])
    assert t.vacancy_binding[species] == table.shells.binding_energy[table.index(shell)]
    found = np.empty(COUNT, dtype=np.int64)
    _many_transitions(t, species, np.random.default_rng(9).random(COUNT), found)
    first = t.vacancy_start[species]
    counts = np.bincount(found - first, minlength=own.stop - own.start)
    assert counts.size == own.stop - own.start
    expected = table.probability[own] * COUNT
    often = expected > 10
    counted = np.append(counts[often], counts[~often].sum())
    wanted = np.append(expected[often], expected[~often].sum())
    if wanted[-1] == 0:
        counted, wanted = counted[:-1], wanted[:-1]
    assert chisquare(counted, wanted * counted.sum() / wanted.sum()).pvalue > LEVEL
    rows = slice(first, t.vacancy_start[species + 1])
    offset = species - table.index(shell)
    assert (t.vacancy_energy[rows] == table.energy[own]).all()
    assert (t.vacancy_first[rows] - offset == table.first_hole[own]).all()
    electron = table.second_hole[own] >= 0
    assert (t.vacancy_second[rows][~electron] == -1).all()
    assert (t.vacancy_second[rows][electron] - offset == table.second_hole[own][electron]).all()


def test_every_transition_keeps_the_energy_and_outer_holes_stay() -> None:
    t = crystal()
    for species in range(t.vacancy_binding.size):
        rows = np.arange(t.vacancy_start[species], t.vacancy_start[species + 1])
        if rows.size == 0:
            assert transition(t, species, 0.5) == -1
            continue
        assert transition(t, species, 0.0) == rows[0]
        assert transition(t, species, 1 - 2**-53) <= rows[-1]
        second = t.vacancy_second[rows]
        held = t.vacancy_binding[t.vacancy_first[rows]] + np.where(
            second >= 0, t.vacancy_binding[second], 0.0
        )
        assert held + t.vacancy_energy[rows] == pytest.approx(np.full(rows.size, t.vacancy_binding[species]))


@given(st.floats(0, 100), st.floats(0, 1), st.floats(0, 1))
def test_a_split_keeps_the_energy(energy: float, u: float, v: float) -> None:
    parts = split(energy, u, v)
    assert min(parts) >= 0
    assert sum(parts) == pytest.approx(energy)


def test_every_division_is_alike() -> None:
    """Uniform on the simplex: each part has the density 2 (1 - x), the mean 1/3, and the sum of two 2 x."""
    random = np.random.default_rng(10).random((20_000, 2))
    parts = np.array([split(1.0, u, v) for u, v in random])
    for x in parts.T:
        assert kstest(x, lambda at: 1 - (1 - at) ** 2).pvalue > LEVEL
        assert x.mean() == pytest.approx(1 / 3, abs=4 * math.sqrt(1 / 18 / 20_000))
    assert np.cov(parts.T)[0, 1] == pytest.approx(-1 / 36, rel=0.05)


# --- surface and directions ---------------------------------------------------------------------------


@given(st.floats(0.05, 1e4), st.floats(0.01, 1), st.floats(-10, 10))
def test_surfaces_are_those_of_the_plain_functions(energy: float, cosine: float, step: float) -> None:
    assert passes(NO_SURFACE, energy, cosine, step) == 1
    assert passes(QUANTUM, energy, cosine, step) == pytest.approx(
        surface.quantum_transmission(energy, cosine, step), rel=1e-12
    )
    assert passes(CLASSICAL, energy, cosine, step) == surface.classical_transmission(energy, cosine, step)
    assume(passes(QUANTUM, energy, cosine, step) > 0)
    sine = math.sqrt(1 - cosine**2)
    found = refract(energy, sine, 0.0, cosine, 0.0, 0.0, 1.0, step)
    assert found == pytest.approx(surface.refract(energy, sine, 0.0, cosine, 0.0, 0.0, 1.0, step), rel=1e-9)
    assert found[3] == energy - step


units = st.tuples(st.floats(-1, 1), st.floats(0, 2 * math.pi))


def unit(z: float, angle: float) -> np.ndarray:
    across = math.sqrt(1 - z * z)
    return np.array([across * math.cos(angle), across * math.sin(angle), z])


@given(units, st.floats(-1, 1), st.floats(0, 2 * math.pi))
def test_turn(way: tuple[float, float], cosine: float, angle: float) -> None:
    """A unit vector at the angle; opposite azimuths leave opposite sides, a quarter turn a right angle."""
    before, sine = unit(*way), math.sqrt(1 - cosine**2)
    sides = []
    for turned_by in (0.0, math.pi, math.pi / 2):
        p, q = math.cos(angle + turned_by), math.sin(angle + turned_by)
        after = np.array(turn(*before, cosine, sine, p, q))
        assert np.linalg.norm(after) == pytest.approx(1, abs=1e-9)
        assert after @ before == pytest.approx(cosine, abs=1e-9)
        sides.append(after - cosine * before)
    assert sides[0] == pytest.approx(-sides[1], abs=1e-9)
    assert sides[0] @ sides[2] == pytest.approx(0, abs=1e-9)
    assert np.cross(before, sides[0]) @ sides[2] == pytest.approx(sine**2, abs=1e-9)  # one sense of rotation


@pytest.mark.parametrize("z", [1.0, -1.0, 0.0, -0.0])
def test_turn_has_no_special_direction(z: float) -> None:
    before = np.array([math.sqrt(1 - z * z), 0.0, z])
    after = np.array(turn(*before, 0.0, 1.0, 0.6, 0.8))
    assert np.linalg.norm(after) == pytest.approx(1)
    assert after @ before == pytest.approx(0)


def test_directions_and_azimuths_are_even() -> None:
    random = np.random.default_rng(11).random((20_000, 2))
    v = np.array([isotropic(*one) for one in random])
    assert np.linalg.norm(v, axis=1) == pytest.approx(np.ones(len(v)))
    for component in v.T:
        assert kstest(component, "uniform", (-1, 2)).pvalue > LEVEL
    state, increment = (np.uint64(z) for z in stream(np.uint64(1), np.uint64(2)))
    angles, first = np.empty(20_000), state
    for k in range(angles.size):
        p, q, after = azimuth(state, increment)
        state = np.uint64(after)
        assert abs(p * p + q * q - 1) < 1e-12
        angles[k] = math.atan2(q, p)
    assert kstest(angles, "uniform", (-math.pi, 2 * math.pi)).pvalue > LEVEL
    assert first != state


# --- shapes -------------------------------------------------------------------------------------------

lengths = st.floats(0.5, 5)
coordinates = st.floats(-8, 8)


def inside(kind: int, half: np.ndarray, points: np.ndarray) -> np.ndarray:
    if kind == SPHERE:
        return np.linalg.norm(points, axis=-1) < half[0]
    return (np.abs(points) < half).all(axis=-1)


@given(
    st.sampled_from([CUBOID, SPHERE]), lengths, lengths, lengths, coordinates, coordinates, coordinates, units
)
def test_ways_to_the_surface_against_marching(
    kind: int, hx: float, hy: float, hz: float, x: float, y: float, z: float, way: tuple[float, float]
) -> None:
    half = np.array([hx, hy, hz]) if kind == CUBOID else np.full(3, hx)
    start, direction = np.array([x, y, z]), unit(*way)
    at = np.linspace(0, 40, 8001)
    step = at[1]
    flags = inside(kind, half, start + at[:, None] * direction)
    changes = np.flatnonzero(flags != flags[0])
    assume(abs(depth(kind, *half, *start)) > 1e-6)
    assert (depth(kind, *half, *start) > 0) == flags[0]
    if flags[0]:
        found, axis = way_out(kind, *half, *start, *direction)
        assert at[changes[0]] - step <= found <= at[changes[0]] + 1e-9
    else:
        found, axis = way_in(kind, *half, *start, *direction)
        if changes.size == 0:  # missed, or a corner shorter than a step
            if found == FAR:
                return
            assert not inside(kind, half, start + (found + step) * direction)
        else:
            assert at[changes[0]] - step <= found <= at[changes[0]] + 1e-9
    point = start + found * direction
    if kind == SPHERE:
        assert axis == 3
        assert np.linalg.norm(point) == pytest.approx(hx)
    else:
        assert abs(point[axis]) == pytest.approx(half[axis])
        assert (np.abs(point) <= half * (1 + 1e-9)).all()


@given(st.sampled_from([CUBOID, SPHERE]), lengths, units, units)
def test_what_leaves_does_not_come_back(
    kind: int, h: float, out: tuple[float, float], way: tuple[float, float]
) -> None:
    """From a point of the surface: outwards the crystal is missed, inwards it is entered at once."""
    normal = unit(*out)
    if kind == CUBOID:
        face = int(np.argmax(np.abs(normal)))
        point = h * normal / np.abs(normal[face])
        point[face] = math.copysign(h, point[face])
        assume(np.sort(np.abs(point))[1] < h * (1 - 1e-6))
        normal = np.eye(3)[face] * np.sign(point[face])
    else:
        point = h * normal
    direction = unit(*way)
    outward = float(direction @ normal)
    assume(abs(outward) > 1e-3)
    found, _ = way_in(kind, h, h, h, *point, *direction)
    if outward > 0:
        assert found == FAR
        assert way_out(kind, h, h, h, *point, *direction)[0] == pytest.approx(0, abs=1e-9)
    else:
        assert found == pytest.approx(0, abs=1e-6)


def cells_of(items: np.ndarray, cells: int, box: float) -> tuple[np.ndarray, np.ndarray]:
    """For each cell the crystals whose surrounding cuboids reach into it."""
    size, start, listed = box / cells, [0], []
    for corner in itertools.product(range(cells), repeat=3):
        low = np.array(corner) * size
        near = (items[:, :3] + items[:, 3:] >= low) & (items[:, :3] - items[:, 3:] <= low + size)
        listed += list(np.flatnonzero(near.all(axis=1)))
        start.append(len(listed))
    return np.array(start), np.array([*listed, 0])


def packed(centres: np.ndarray, half: float, box: float) -> tuple[np.ndarray, np.ndarray]:
    """Crystals and those of their images that reach into the box."""
    shifts = np.array(list(itertools.product((-box, 0.0, box), repeat=3)))
    items = np.array([[*(c + s), half, half, half] for c in centres for s in shifts])
    of = np.repeat(np.arange(len(centres)), 27)
    near = (np.abs(items[:, :3] - box / 2) < box / 2 + half).all(axis=1)
    return items[near], of[near]


@example(CUBOID, 1, 1, (0.265625, 0.0), 3.9)  # the sum of its steps is 3.9 less a rounding
@given(
    st.sampled_from([CUBOID, SPHERE]), st.integers(1, 4), st.integers(0, 2**32 - 1), units,
    st.floats(1.0, 30.0),
)  # fmt: skip
def test_flights_in_a_periodic_box_against_all_images(
    kind: int, cells: int, seed: int, way: tuple[float, float], farthest: float
) -> None:
    """The first of all images that the straight ray meets, found without cells or wrapping."""
    random = np.random.default_rng(seed)
    box, half, direction = 7.0, float(random.uniform(0.4, 1.5)), unit(*way)
    centres = random.uniform(0, box, (3, 3))
    items, of = packed(centres, half, box)
    lists = cells_of(items, cells, box)
    start = random.uniform(0, box, 3)
    here = item_at(kind, items, *lists, cells, box, *start)
    everywhere = np.array(list(itertools.product(np.arange(-6, 7) * box, repeat=3)))
    images = (centres[:, None] + everywhere).reshape(-1, 3)
    within = inside(kind, np.full(3, half), start - images)
    assert within.any() == (here >= 0)
    assume(not within.any())
    if kind == SPHERE:
        along = (images - start) @ direction
        off = np.sum((images - start) ** 2, axis=1) - along**2
        met = (along > 0) & (off < half**2)
        way_to = np.where(met, along - np.sqrt(np.maximum(half**2 - off, 0)), np.inf)
    else:
        with np.errstate(divide="ignore", over="ignore"):
            sides = [(images - start + s * half) / direction for s in (-1, 1)]
        enter, leave = np.minimum(*sides).max(axis=1), np.maximum(*sides).min(axis=1)
        way_to = np.where((leave > enter + 1e-7) & (enter > 0), enter, np.inf)
    first = int(np.argmin(way_to))
    flown, item, _, *point = flight_in_box(kind, items, *lists, cells, box, *start, *direction, farthest)
    assert flown == pytest.approx(min(float(way_to[first]), farthest), abs=1e-6)
    if way_to[first] < farthest - 1e-6:
        assert of[item] == first // len(everywhere)
    elif way_to[first] > farthest + 1e-6:
        assert item == -1
    off = (start + flown * direction - np.array(point)) / box
    assert off == pytest.approx(np.round(off), abs=1e-6)


@njit
def _many_born(g, s, found):
    for k in range(found.shape[0]):
        state, increment = stream(np.uint64(3), np.uint64(k))
        x, y, z, ux, uy, uz, _, _, state = born(g, s, 0, state, increment)
        way, _ = way_out(g.kind, g.items[0, 3], g.items[0, 4], g.items[0, 5], x, y, z, ux, uy, uz)
        found[k, 0], found[k, 1], found[k, 2] = x, y, z
        found[k, 3], found[k, 4], found[k, 5], found[k, 6] = ux, uy, uz, way


def starts(kind: int, half: tuple[float, float, float], start: int) -> np.ndarray:
    """Points, directions and ways out of primaries."""
    nothing, items = np.zeros(1, dtype=np.int64), np.array([[0.0, 0.0, 0.0, *half]])
    geometry = Geometry(
        kind, np.array([0, 0, -1]), 0.0, items, nothing, np.zeros(2, np.int64), nothing, 1, 0.0
    )
    source = Source(
        ELECTRON, start, np.ones(1), np.ones((1, 3)), np.zeros(4, np.int64), np.zeros(1), nothing,
        np.zeros((1, 2)),
    )  # fmt: skip
    found = np.empty((COUNT, 7))
    _many_born(geometry, source, found)
    return found


@pytest.mark.parametrize(
    ("kind", "half"), [(CUBOID, (1.0, 1.0, 1.0)), (CUBOID, (0.5, 1.0, 3.0)), (SPHERE, (2.0, 2.0, 2.0))]
)
def test_mean_chord_of_a_convex_body(kind: int, half: tuple[float, float, float]) -> None:
    """4V/S (Cauchy), from a cosine law about the normal, points even over the surface."""
    found = starts(kind, half, CROSSING)
    x, y, z = half
    volume, area = (8 * x * y * z, 8 * (x * y + y * z + x * z)) if kind == CUBOID else (x**3, 3 * x**2)
    chords = found[:, 6]
    assert chords.min() > 0
    assert chords.mean() == pytest.approx(4 * volume / area, abs=4 * chords.std() / math.sqrt(COUNT))
    if kind == SPHERE:
        normal = found[:, :3] / x
        assert kstest(normal[:, 2], "uniform", (-1, 2)).pvalue > LEVEL
    else:
        faces = np.argmax(np.abs(found[:, :3]) / half, axis=1)
        normal = np.eye(3)[faces] * np.sign(found[np.arange(COUNT), faces])[:, None]
        areas = np.array([y * z, x * z, x * y])
        assert chisquare(np.bincount(faces), COUNT * areas / areas.sum()).pvalue > LEVEL
    cosine = -np.sum(normal * found[:, 3:6], axis=1)
    assert kstest(cosine**2, "uniform").pvalue > LEVEL
    for k in range(3):  # the field that comes in is the same from all sides
        assert np.sum(found[:, 3 + k] / cosine) / np.sum(1 / cosine) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("kind", "shape"), [(CUBOID, "cube"), (SPHERE, "sphere")])
@pytest.mark.parametrize(("start", "name"), [(UNIFORM, "uniform"), (CENTRE, "centre")])
def test_mean_path_from_inside(kind: int, shape: str, start: int, name: str) -> None:
    found = starts(kind, (1.5, 1.5, 1.5), start)
    expected, spread = float(mean_path(3.0, shape, name)), found[:, 6].std() / math.sqrt(COUNT)
    assert found[:, 6].mean() == pytest.approx(expected, abs=4 * spread + 1e-9)
    for k in range(3):
        assert kstest(found[:, 3 + k], "uniform", (-1, 2)).pvalue > LEVEL
    if start == CENTRE:
        assert (found[:, :3] == 0).all()
    elif kind == CUBOID:
        for k in range(3):
            assert kstest(found[:, k], "uniform", (-1.5, 3)).pvalue > LEVEL
    else:
        assert kstest((np.linalg.norm(found[:, :3], axis=1) / 1.5) ** 3, "uniform").pvalue > LEVEL
