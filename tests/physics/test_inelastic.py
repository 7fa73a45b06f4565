"""Inelastic collisions in real media: thresholds, conservation, Bethe, published values."""

import csv
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from scintidot.atoms.photoabsorption import photoabsorption
from scintidot.constants import BOHR_RADIUS, ELECTRON_REST_ENERGY, FINE_STRUCTURE_CONSTANT, HARTREE_ENERGY
from scintidot.errors import BadFile, BadValue, OutOfRange
from scintidot.interactions.inelastic import inelastic, loss_medium_of, response_of, tabulate
from scintidot.materials.library import load_material, material_names
from scintidot.transport.inelastic import ashley
from scintidot.transport.inelastic.bethe import bethe_stopping_power
from scintidot.transport.inelastic.deep import DeepShells
from scintidot.transport.inelastic.full_penn import spectrum
from scintidot.transport.inelastic.kinematics import recoil_limits
from scintidot.transport.inelastic.tables import collide
from scintidot.transport.stopping import density_effect, relativistic_bracket, stopping_power

GAP = 2.25
exchanges = st.sampled_from(["none", "ochkur", "moller"])


@cache
def medium(name="CsPbBr3"):
    one = loss_medium_of(load_material(name))
    return one, response_of(one)


def collisions(energy, exchange="moller", name="CsPbBr3"):
    return spectrum(energy, *medium(name), exchange)


@cache
def table():
    return tabulate("CsPbBr3")


# --- what cannot happen -----------------------------------------------------------------------------


@given(st.floats(0.1, GAP), exchanges)
def test_nothing_happens_at_or_below_the_gap(energy, exchange):
    one = collisions(energy, exchange)
    assert one.loss.size == 0
    assert one.inverse_mean_free_path == one.stopping_power == 0.0


@given(st.floats(GAP + 1e-3, 1e6), exchanges)
def test_forbidden_losses_have_no_rate(energy, exchange):
    """No loss below the gap, none above T, no shell opened by less than its binding energy: exactly 0."""
    one = collisions(energy, exchange)
    assert one.loss[0] >= GAP
    assert one.loss[-1] == energy
    closed = one.loss[:, None] < medium()[0].binding_energy
    assert (one.by_shell[closed] == 0).all()
    assert (one.by_shell >= 0).all()


@given(st.floats(0.5, 1e6), st.floats(1e-3, 1.0), st.floats(0, 20))
def test_limits_of_the_recoil(energy, share, inner):
    """Q- and Q+ are those of q = p -+ p'; (cq)^2 - W^2 is positive: a loss needs more momentum than a photon has."""
    loss = np.array([energy * share])
    least, most = recoil_limits(energy, loss, inner)
    assert 0 < least[0] <= most[0] * (1 + 1e-12)
    rest = ELECTRON_REST_ENERGY
    assert least[0] * (least[0] + 2 * rest) > loss[0] ** 2
    total = energy + inner
    sum_of_momenta = np.sqrt(total * (total + 2 * rest)) + np.sqrt(
        (total - loss[0]) * (total - loss[0] + 2 * rest)
    )
    assert most[0] * (most[0] + 2 * rest) == pytest.approx(sum_of_momenta**2, rel=1e-9)


def test_a_loss_beyond_the_electron_has_no_recoil():
    least, most = recoil_limits(50.0, np.array([49.0, 51.0]), 5.0)
    assert np.isnan(least).tolist() == np.isnan(most).tolist() == [False, True]


# --- sums ------------------------------------------------------------------------------------------


@given(st.floats(3.0, 1e6), exchanges)
def test_stopping_is_the_first_moment(energy, exchange):
    """Of the loss of the faster electron, recomputed here from the differential rate."""
    one, loss = collisions(energy, exchange), medium()[0]
    binding = loss.binding_energy + np.where(np.arange(len(loss.shells)) == 0, loss.valence_band_width / 2, 0)
    faster = np.maximum(energy - one.loss[:, None], one.loss[:, None] - binding)
    moment = trapezoid(np.sum(one.by_shell * (energy - faster), axis=1), one.loss)
    assert one.stopping_power == pytest.approx(moment, rel=1e-9)


@given(st.floats(40.0, 9e4), st.floats(1.02, 1.1))
def test_fast_electrons_go_farther(energy, factor):
    """Above its least value, near 60 eV, the mean free path rises; above 150 eV the stopping power falls."""
    slow, fast = collisions(energy), collisions(energy * factor)
    if energy > 80:
        assert fast.inverse_mean_free_path < slow.inverse_mean_free_path
    if energy > 200:
        assert fast.stopping_power < slow.stopping_power


def test_shells_share_all_of_the_loss_function():
    loss, known = medium()[0], load_material("CsPbBr3").energy_loss
    inside = known.energy >= GAP
    together = np.interp(known.energy[inside], loss.energy, loss.loss.sum(axis=0))
    assert together == pytest.approx(known.loss[inside], rel=1e-9)
    assert loss.f_sum == pytest.approx(known.f_sum, rel=0.01)
    assert loss.f_sum > known.f_sum  # the atomic tail
    assert loss.f_sum == pytest.approx(242, rel=0.01)


def test_photoabsorption_obeys_the_sum_rule_of_thomas_reiche_and_kuhn():
    """The integral of the cross section is 2 pi^2 alpha a0^2 Eh per electron: 2 + 8 electrons of Si above 99 eV,
    where exclusion moves some 0.6 of the shells below to them."""
    energy = np.geomspace(90, 8e5, 4000)
    shares = photoabsorption({14: 1.0}, energy, 30.0)
    per_electron = 2 * np.pi**2 * FINE_STRUCTURE_CONSTANT * BOHR_RADIUS**2 * HARTREE_ENERGY
    inner = trapezoid(shares.by_shell.sum(axis=0), energy) / per_electron
    assert inner == pytest.approx(10, abs=0.7)
    assert sum(shell.electrons for shell in shares.inner) == pytest.approx(10)
    assert shares.valence_electrons == pytest.approx(4, rel=1e-4)
    assert [shell.label for shell in shares.inner] == ["Si K", "Si L1", "Si L2", "Si L3"]


@pytest.mark.parametrize("recoil", [300.0, 3000.0, 2e4])
def test_f_sum_of_deep_shells_at_every_momentum(recoil):
    """Distant strength beyond W = Q and hard strength at W = Q add to all of it."""
    loss = medium()[0]
    deep = ~loss.shallow
    recoil = loss.energy[np.searchsorted(loss.energy, recoil)]
    energy = loss.energy[loss.energy >= recoil]
    distant = trapezoid(loss.loss[deep][:, loss.energy >= recoil] * energy, energy, axis=1)
    at = DeepShells(loss, np.array([recoil]))
    hard = at.hard(0, np.array([[recoil * 1.01]]))[0] * recoil**2
    total = trapezoid(loss.loss[deep] * loss.energy, loss.energy, axis=1)
    assert distant + hard == pytest.approx(total, rel=0.01)


# --- Bethe and the fast twin -----------------------------------------------------------------------


@pytest.mark.parametrize("energy", [1e4, 2e4, 5e4, 1e5, 1e6])
@pytest.mark.parametrize("name", ["CsPbBr3", "Si", "polystyrene", "water"])
def test_stopping_joins_bethe(name, energy):
    """Within 2 %, with the mean excitation energy of the same loss function, atomic tail included."""
    need(name)
    loss = medium(name)[0]
    expected = bethe_stopping_power(energy, loss.oscillators, loss.mean_excitation_energy)
    assert collisions(energy, name=name).stopping_power == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("energy", [1e4, 2e4, 1e5])
def test_stopping_of_gold_joins_bethe_without_its_closed_shells(energy):
    """Bethe's logarithm is negative for shells that the electron cannot open (at 10 keV K and L: 2 %)."""
    need("Au")
    oscillators = medium("Au")[0].oscillators
    bracket = np.maximum(relativistic_bracket(np.array(energy), oscillators.energy), 0.0)
    beta2 = 1 - (1 + energy / ELECTRON_REST_ENERGY) ** -2
    total = np.sum(oscillators.strength * bracket)
    total -= density_effect(beta2, oscillators) * np.pi / 2 * oscillators.plasma_energy**2
    expected = total / (np.pi * BOHR_RADIUS * ELECTRON_REST_ENERGY * beta2)
    assert collisions(energy, name="Au").stopping_power == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("energy", [1e3, 1e4, 1e5, 1e6])
def test_ashley_is_a_twin(energy):
    """Its quadratic dispersion of all shells costs it 3 % of stopping at 10 keV; and 4 % in the mean free path."""
    oscillators = load_material("CsPbBr3").energy_loss.oscillators
    one = collisions(energy)
    at = np.array([energy])
    assert stopping_power(at, oscillators)[0] == pytest.approx(one.stopping_power, rel=0.05)
    assert ashley.inverse_mean_free_path(at, oscillators)[0] == pytest.approx(
        one.inverse_mean_free_path, rel=0.05
    )


def test_ashley_in_the_limit_of_slow_electrons_is_his_formula():
    """L(a) with its own logarithm, at an energy where relativity does not matter."""
    from scintidot.materials.energy_loss import Oscillators

    energy, loss = 500.0, 20.0
    a = loss / energy
    printed = (1 - a) * np.log(4 / a) - 7 / 4 * a + a**1.5 - 33 / 32 * a**2
    one = Oscillators(np.array([loss]), np.array([30.0]), 20.0)
    expected = 30.0 / loss * printed / (2 * np.pi * BOHR_RADIUS * energy)
    assert ashley.inverse_mean_free_path(np.array([energy]), one)[0] == pytest.approx(expected, rel=3e-3)


# --- tables ----------------------------------------------------------------------------------------


@given(st.floats(2.5, 9e4), st.integers(0, 2**32 - 1))
def test_energy_balances_in_every_collision(energy, seed):
    found = collide(table(), energy, np.random.default_rng(seed).random((50, 4)))
    kept = energy - found.loss
    assert (kept >= 0).all()
    assert (found.secondary_energy >= -1e-12 * energy).all()
    closed = kept + found.secondary_energy + found.binding_energy + found.hole_depth
    assert closed == pytest.approx(np.full(50, energy), rel=1e-12)
    inner = found.shell > 0
    assert (found.loss >= found.binding_energy).all()
    assert (found.hole_depth[inner] == 0).all()
    assert (found.binding_energy[~inner] == GAP).all()
    assert (found.hole_depth <= table().valence_band_width).all()
    least, most = recoil_limits(energy, found.loss, table().inner_energy)
    assert (found.recoil_energy >= least * (1 - 1e-9)).all()
    assert (found.recoil_energy <= most * (1 + 1e-9)).all()
    assert (np.abs(found.primary_cosine) <= 1).all()


@pytest.mark.parametrize("energy", [5.0, 60.0, 1000.0, 20000.0])
def test_sampled_losses_have_the_mean_of_the_spectrum(energy):
    """And the same share of valence collisions; 40000 stratified collisions."""
    uniform = np.random.default_rng(7).random((40000, 4))
    uniform[:, 0] = (np.arange(40000) + uniform[:, 0]) / 40000
    found = collide(table(), energy, uniform)
    one = collisions(energy)
    mean = trapezoid(one.total * one.loss, one.loss) / one.inverse_mean_free_path
    assert found.loss.mean() == pytest.approx(mean, rel=0.02)
    valence = trapezoid(one.by_shell[:, 0], one.loss) / one.inverse_mean_free_path
    assert (found.shell == 0).mean() == pytest.approx(valence, abs=0.01)


def test_tables_hold_the_spectra():
    found = table()
    i = 60
    one = collisions(float(found.kinetic_energy[i]))
    assert found.inverse_mean_free_path[i] == pytest.approx(one.inverse_mean_free_path, rel=1e-12)
    assert found.stopping_power[i] == pytest.approx(one.stopping_power, rel=1e-12)
    assert (np.diff(found.loss, axis=1) >= 0).all()
    assert (found.loss[:, 0] >= GAP).all()
    assert (found.loss[:, -1] <= found.kinetic_energy).all()
    assert found.shell_probability.sum(axis=2) == pytest.approx(np.ones(found.loss.shape))
    assert (np.diff(found.recoil, axis=1) >= 0).all()


# --- published values ------------------------------------------------------------------------------


def need(name):
    if name not in material_names() or load_material(name).energy_loss is None:
        pytest.skip(f"no loss function of {name} is shipped")


def test_cspbbr3_at_the_working_point_of_the_paper():
    """7 keV: inside the band of independent estimates."""
    row = inelastic("CsPbBr3", [7000.0])["rows"][0]
    assert 11.4 < row["imfp_nm"] < 12.7
    assert 6.46 < row["stopping_power_eV_per_nm"] < 7.3


def test_cspbbr3_against_an_independent_calculation(shared):
    """Ashley's model on another sum-rule-constrained loss function: 10 % from 500 eV on, 15 % at 200 eV."""
    file = shared / "reference/dielectric/CsPbBr3_IMFP_stopping_constrainedELF.csv"
    with file.open() as lines:
        rows = [[float(cell) for cell in row] for row in csv.reader(lines) if not row[0].startswith("#")]
    for energy, path, stopping, _ in rows:
        one = collisions(energy)
        tolerance = 0.1 if energy >= 500 else 0.15
        if energy >= 200:
            assert 1 / one.inverse_mean_free_path == pytest.approx(path, rel=tolerance), energy
            assert one.stopping_power == pytest.approx(stopping, rel=tolerance), energy


OPTICAL_DATA = [
    ("Si", 93.0, 0.51), ("Si", 99.5, 0.525), ("Si", 992.3, 2.43), ("Si", 1385.0, 3.16), ("Si", 1616.0, 3.58),
    ("Si", 9897.1, 16.42), ("Au", 69.0, 0.53),
]  # fmt: skip
"""[eV], [nm]: the values of validation/data/imfp_tanuma.csv, which names their sources."""


@pytest.mark.parametrize(("name", "energy", "path"), OPTICAL_DATA)
def test_mean_free_path_from_optical_data(name, energy, path):
    need(name)
    row = inelastic(name, [energy])["rows"][0]
    assert row["imfp_nm"] == pytest.approx(path, rel=0.10)


# --- the document ----------------------------------------------------------------------------------


def test_document():
    found = inelastic("CsPbBr3", [1.0, 2.25, 100.0, 7000.0])
    assert found["schema"] == "scintidot.inelastic/1"
    below, at, slow, fast = found["rows"]
    assert below["imfp_nm"] is at["imfp_nm"] is below["mean_loss_eV"] is None
    assert below["stopping_power_eV_per_nm"] == at["stopping_power_eV_per_nm"] == 0.0
    assert slow["mean_loss_eV"] == pytest.approx(slow["imfp_nm"] * slow["stopping_power_eV_per_nm"])
    assert fast["energy_eV"] == 7000.0
    assert found["f_sum"] == pytest.approx(found["electrons_per_formula_unit"], rel=0.01)
    assert found["mean_excitation_energy_eV"] == pytest.approx(
        428.7, rel=0.01
    )  # the head of the shipped table
    assert found["screening_sum"] == pytest.approx(found["screening_sum_expected"], rel=0.05)
    assert found["band"]["stopping_power"] == [0.9, 1.1]
    assert found["band"]["provenance"] == "estimate"
    assert any("estimate, not a measurement" in line for line in found["warnings"])
    assert {"penn_1987", "brennan_2024", "xraylib_nist"} <= {entry["key"] for entry in found["bibliography"]}


@pytest.mark.parametrize(
    ("arguments", "kind", "part"),
    [
        (("CsPbBr3", []), BadValue, "one or more energies"),
        (("CsPbBr3", [-1.0]), BadValue, "more than 0"),
        (("CsPbBr3", [float("nan")]), BadValue, "finite"),
        (("CsPbBr3", [2e6]), OutOfRange, "1 MeV"),
        (("CsPbBr3", [0.01]), OutOfRange, "energy for --energy-ev .*0.1 eV to 1 MeV for model full-penn"),
        (("CsPbBr", [100.0]), BadValue, "CsPbBr3"),
        (("vacuum", [100.0]), BadFile, "composition"),
    ],
)
def test_bad_input_gets_one_line(arguments, kind, part):
    with pytest.raises(kind, match=part) as caught:
        inelastic(*arguments)
    assert "\n" not in str(caught.value)


def test_unknown_names_are_refused_with_the_nearest():
    with pytest.raises(BadValue, match="full-penn"):
        inelastic("CsPbBr3", [100.0], model="full-pen")
    with pytest.raises(BadValue, match="moller"):
        inelastic("CsPbBr3", [100.0], exchange="moeller")
    with pytest.raises(OutOfRange, match="full-penn"):
        inelastic("CsPbBr3", [50.0], model="ashley")
