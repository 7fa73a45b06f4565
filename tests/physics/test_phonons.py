"""Slow electrons and phonons: the closed forms against the golden rule in SI, balances and limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import constants as si
from scipy.integrate import quad

from scintidot.bands import Change, banded_keys, propagate
from scintidot.constants import BOLTZMANN_CONSTANT, REDUCED_PLANCK_CONSTANT
from scintidot.materials.library import load_material
from scintidot.transport import acoustic as ac
from scintidot.transport import phonons as lo
from scintidot.transport import surface

ENERGIES = [0.03, 0.1, 0.5, 3.0, 20.0, 150.0]  # [eV]
MODE = (0.019, 0.19)  # energy [eV] and coupling 1/eps_above - 1/eps_below, about CsPbBr3

energies = st.floats(0.05, 200.0)
masses = st.floats(0.05, 1.0)
uniforms = st.floats(0.0, 1.0)


def velocity(energy: float, mass: float) -> float:
    """[nm/ps]"""
    return math.sqrt(2 * energy * si.e / (mass * si.m_e)) * 1e-3


# --- optical phonons ------------------------------------------------------------------------------------


def golden_rule(energy: float, mass: float, *, emits: bool, temperature: float) -> float:
    """Inverse mean free path [1/nm]: |M_q|^2 over the directions of the final state, in SI."""
    m, phonon = mass * si.m_e, MODE[0] * si.e
    after = energy * si.e + (-phonon if emits else phonon)
    k, k_after = math.sqrt(2 * m * energy * si.e) / si.hbar, math.sqrt(2 * m * after) / si.hbar
    n = 1 / math.expm1(phonon / (si.k * temperature))

    def per_solid_angle(cosine: float) -> float:
        q_squared = (k - k_after) ** 2 + 2 * k * k_after * (1 - cosine)
        matrix_element = si.e**2 * phonon * MODE[1] / (2 * si.epsilon_0 * q_squared)  # |M_q|^2 V
        return m * k_after / (4 * math.pi**2 * si.hbar**3) * matrix_element * (n + emits)

    edges = [-1.0, *(1 - np.geomspace(1, 1e-12, 13)), 1.0]
    rate = sum(quad(per_solid_angle, a, b)[0] for a, b in pairwise(edges)) * 2 * math.pi
    return float(rate / (si.hbar * k / m) * 1e-9)


@pytest.mark.parametrize("mass", [0.15, 1.0])
@pytest.mark.parametrize("energy", ENERGIES)
def test_inverse_mean_free_paths_are_those_of_the_golden_rule(energy: float, mass: float) -> None:
    n = lo.occupation(MODE[0], 300.0)
    for emits, rate in ((True, lo.emission), (False, lo.absorption)):
        expected = golden_rule(energy, mass, emits=emits, temperature=300.0)
        assert rate(energy, *MODE, mass, n) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("energy", ENERGIES)
def test_emission_is_the_formula_of_llacer_and_garwin(energy: float) -> None:
    x = MODE[0] / energy
    root = math.sqrt(1 - x)
    expected = MODE[1] * x / 0.052917721 * 1.4 * math.log((1 + root) / (1 - root)) / 2
    assert lo.emission(energy, *MODE, 1.0, 0.4) == pytest.approx(expected, rel=1e-8)


@given(energies, masses, st.floats(20.0, 1000.0))
def test_emission_and_absorption_are_in_balance(energy: float, mass: float, temperature: float) -> None:
    """What leaves E for E - hbar omega in thermal equilibrium comes back: density of states times velocity is E."""
    n, after = lo.occupation(MODE[0], temperature), energy - MODE[0]
    down = energy * lo.emission(energy, *MODE, mass, n)
    up = after * lo.absorption(after, *MODE, mass, n)
    assert down == pytest.approx(up * math.exp(MODE[0] / (BOLTZMANN_CONSTANT * temperature)), rel=1e-9)


def test_absorption_rate_of_an_electron_at_rest_is_that_of_the_polaron() -> None:
    """2 alpha omega n: the scattering rate of a slow polaron of weak coupling."""
    energy, mass, n = 1e-9, 0.15, 0.9
    rate = lo.absorption(energy, *MODE, mass, n) * velocity(energy, mass)
    expected = 2 * lo.coupling_constant(*MODE, mass) * MODE[0] / REDUCED_PLANCK_CONSTANT * n
    assert rate == pytest.approx(expected, rel=1e-6)


def test_emission_rate_of_a_fast_electron() -> None:
    """2 alpha omega (n + 1) sqrt(hbar omega/T) ln(2 sqrt(T/hbar omega)) far above the phonon energy."""
    energy, mass, n = 190.0, 1.0, 0.9
    rate = lo.emission(energy, *MODE, mass, n) * velocity(energy, mass)
    alpha, omega = lo.coupling_constant(*MODE, mass), MODE[0] / REDUCED_PLANCK_CONSTANT
    expected = (
        2 * alpha * omega * (n + 1) * math.sqrt(MODE[0] / energy) * math.log(2 * math.sqrt(energy / MODE[0]))
    )
    assert rate == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("energy", [0.001, 0.0189, 0.019])
def test_nothing_is_emitted_below_the_phonon_energy(energy: float) -> None:
    assert lo.emission(energy, *MODE, 1.0, 0.5) == 0
    assert lo.emission(0.019 * (1 + 1e-12), *MODE, 1.0, 0.5) < 1e-4


def test_occupation() -> None:
    assert lo.occupation(0.019, 0.0) == 0
    assert lo.occupation(0.019, 1e-3) == 0
    assert lo.occupation(1e-6, 300.0) == pytest.approx(BOLTZMANN_CONSTANT * 300 / 1e-6, rel=1e-4)
    n = lo.occupation(0.019, 300.0)
    assert (n + 1) / n == pytest.approx(math.exp(0.019 / (BOLTZMANN_CONSTANT * 300)))


@given(energies, st.booleans(), uniforms, uniforms)
def test_scattering_angles_follow_one_over_q_squared(
    energy: float, emits: bool, one: float, two: float
) -> None:
    after = energy - MODE[0] if emits else energy + MODE[0]
    a, b = energy + after, 2 * math.sqrt(energy * after)

    def share(cosine: float) -> float:  # of angles between forward and that cosine
        return math.log((a - b * cosine) / (a - b)) / math.log((a + b) / (a - b))

    cosine = lo.scattering_cosine(energy, after, one)
    assert -1 <= cosine <= 1
    assert share(cosine) == pytest.approx(one, abs=1e-6)
    if one < two:
        assert cosine >= lo.scattering_cosine(energy, after, two)


@pytest.mark.parametrize("after", [0.0, 0.02, 0.49, 0.519])
def test_mean_deflection_is_that_of_the_distribution(after: float) -> None:
    mean = quad(lambda u: 1 - lo.scattering_cosine(0.5, after, u), 0, 1)[0]
    assert lo.mean_deflection(0.5, after) == pytest.approx(mean, rel=1e-7)


def test_angles_are_those_of_the_golden_rule() -> None:
    """Second route: the normalised integral of 1/q^2 over the sphere of final states."""
    energy, after, edge = 0.3, 0.281, 0.6

    def weight(cosine: float) -> float:
        return 1 / (energy + after - 2 * math.sqrt(energy * after) * cosine)

    share = quad(weight, edge, 1)[0] / (quad(weight, -1, edge)[0] + quad(weight, edge, 1)[0])
    assert lo.scattering_cosine(energy, after, share) == pytest.approx(edge, abs=1e-7)


# --- against published numbers ------------------------------------------------------------------------------


def test_gallium_arsenide() -> None:
    """alpha = 0.068 (table of Devreese, Encyclopedia of Applied Physics 14, 383, 1996; recalled).

    A hot electron emits a phonon in 0.13 to 0.2 ps (textbooks on hot carriers; recalled). Input from the NSM archive
    and a public device simulator: permittivities 10.89 and 12.9, 36 meV, 0.067 electron masses; the published alpha
    has slightly other permittivities, whose small difference carries the 8 %.
    """
    coupling = 1 / 10.89 - 1 / 12.9
    assert lo.coupling_constant(0.036, coupling, 0.067) == pytest.approx(0.068, rel=0.08)
    for temperature in (10.0, 300.0):
        n = lo.occupation(0.036, temperature)
        rate = lo.emission(0.2, 0.036, coupling, 0.067, n) * velocity(0.2, 0.067)
        assert 0.13 < 1 / rate < 0.21


@pytest.mark.parametrize(("name", "published"), [("CsPbBr3", 1.82), ("CdS", 0.53)])
def test_published_coupling_constants_lie_in_the_bands_of_the_cards(name: str, published: float) -> None:
    """CsPbBr3: Puppin 2020 (abstract read), for holes; CdS: table of Devreese, recalled."""
    material = load_material(name)

    def alpha(change: Change | None) -> dict[str, np.ndarray]:
        section = (material.with_value(*change) if change else material).card.phonons
        ((energy, coupling),) = section.polar_modes()
        return {"alpha": np.array(lo.coupling_constant(energy, coupling, section.effective_mass.value))}

    banded = propagate(alpha, dict(material.card.quantities()), banded_keys(material, ["phonons."]))
    assert banded.low["alpha"] < published < banded.high["alpha"]
    assert banded.high["alpha"] / banded.low["alpha"] < 2


def test_silicon_is_not_polar() -> None:
    assert [coupling for _, coupling in load_material("Si").card.phonons.polar_modes()] == [0]


# --- acoustic phonons -------------------------------------------------------------------------------------

SILICON = {"deformation_potential": 4.14, "sound_velocity": 6.49, "density": 2.329, "zone_edge": 11.57}


def silicon(mass: float = 1.0, temperature: float = 300.0) -> ac.Acoustic:
    return ac.acoustic_phonons(**SILICON, mass=mass, temperature=temperature)


def bardeen_shockley(mass: float, temperature: float) -> float:
    """m^2 Xi^2 kT/(pi hbar^4 rho c^2) in SI, as 1/nm."""
    xi, stiffness = 4.14 * si.e, 2329 * 6490.0**2
    return (mass * si.m_e * xi / si.hbar**2) ** 2 * si.k * temperature / (math.pi * stiffness) * 1e-9


@pytest.mark.parametrize("mass", [0.3, 1.0])
@pytest.mark.parametrize("temperature", [77.0, 300.0, 900.0])
def test_long_waves_scatter_as_bardeen_and_shockley_say(mass: float, temperature: float) -> None:
    found = ac.inverse_mean_free_path(1e-6, silicon(mass, temperature))
    assert found == pytest.approx(bardeen_shockley(mass, temperature), rel=1e-3)


def test_mobility_is_that_of_bardeen_and_shockley() -> None:
    """2 sqrt(2 pi) e hbar^4 rho c^2/(3 m^(5/2) (kT)^(3/2) Xi^2), from the thermal mean of lambda/v."""
    mass, thermal = 0.3, si.k * 300.0
    path = 1e-9 / ac.inverse_mean_free_path(1e-6, silicon(mass))
    m = mass * si.m_e
    tau = quad(lambda x: path / math.sqrt(2 * x * thermal / m) * x**1.5 * math.exp(-x), 0, 40)[0]
    mobility = si.e / m * tau / quad(lambda x: x**1.5 * math.exp(-x), 0, 40)[0]
    xi, stiffness = 4.14 * si.e, 2329 * 6490.0**2
    expected = (
        2 * math.sqrt(2 * math.pi) * si.e * si.hbar**4 * stiffness / (3 * m**2.5 * thermal**1.5 * xi**2)
    )
    assert mobility == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("transfer", [1.0, 1.5, 3.0, 8.0])
def test_beyond_the_zone_edge_scattering_grows_with_the_square_of_the_momentum(transfer: float) -> None:
    """Ratio to long waves of Verduin's thesis: 8 m c^2 (n + 1/2) T mu/(hbar omega kT), with its screening."""
    crystal = silicon()
    edge, n = crystal.edge_phonon_energy, lo.occupation(crystal.edge_phonon_energy, 300.0)
    t_mu = transfer**2 * crystal.edge_kinetic_energy / 4 * si.e
    factor = 8 * si.m_e * 6490.0**2 * (n + 0.5) * t_mu / (edge * si.e * si.k * 300.0)
    screening = (1 + transfer**2 / 20) ** -2
    expected = bardeen_shockley(1.0, 300.0) * factor * screening
    assert ac.differential(transfer, crystal) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("temperature", [0.0, 30.0, 300.0])
@pytest.mark.parametrize("energy", [0.05, 1.0, 1.2, 1.4, 7.0, 60.0, 200.0])
def test_totals_are_integrals_over_the_angle(energy: float, temperature: float) -> None:
    crystal = silicon(temperature=temperature)
    largest = ac.largest_transfer(energy, crystal)

    def moment(weight: Callable[[float], float]) -> float:
        edges = sorted({0.0, 1.0, min(1.0, largest**-2)})  # the kink, where q reaches the zone edge

        def weighted(mu: float) -> float:
            return ac.differential(largest * math.sqrt(mu), crystal) * weight(mu)

        return float(sum(quad(weighted, a, b, limit=200)[0] for a, b in pairwise(edges)))

    assert ac.inverse_mean_free_path(energy, crystal) == pytest.approx(moment(lambda _: 1.0), rel=1e-7)
    transport = moment(lambda mu: 2 * mu)  # 1 - cos
    assert ac.inverse_transport_mean_free_path(energy, crystal) == pytest.approx(transport, rel=1e-7)

    def loss(mu: float) -> float:
        s = largest * math.sqrt(mu)
        return ac.phonon_energy(s, crystal) * (2 * ac.emission_probability(s, crystal) - 1)

    assert ac.energy_loss(energy, crystal) == pytest.approx(moment(loss), rel=1e-7)


@given(st.floats(0.01, 5.0), st.floats(20.0, 1000.0))
def test_acoustic_emission_and_absorption_are_in_balance(transfer: float, temperature: float) -> None:
    crystal = silicon(temperature=temperature)
    emitted = ac.emission_probability(transfer, crystal)
    boltzmann = math.exp(ac.phonon_energy(transfer, crystal) / crystal.thermal_energy)
    assert emitted == pytest.approx((1 - emitted) * boltzmann, rel=1e-6)


@given(energies, uniforms)
def test_momentum_transfers_are_drawn_from_the_differential(energy: float, uniform: float) -> None:
    crystal = silicon()
    transfer, largest = ac.scattering_transfer(energy, uniform, crystal), ac.largest_transfer(energy, crystal)
    assert 0 <= transfer <= largest
    below = quad(lambda s: ac.differential(s, crystal) * s, 0, transfer, points=[min(1.0, transfer)])[0]
    total = ac.inverse_mean_free_path(energy, crystal) * largest**2 / 2
    assert below / total == pytest.approx(uniform, abs=1e-6)


def test_the_branch_starts_with_the_sound_velocity_and_ends_flat() -> None:
    crystal = silicon()
    sound = REDUCED_PLANCK_CONSTANT * 6.49 * 11.57
    assert ac.phonon_energy(1e-3, crystal) == pytest.approx(1e-3 * sound, rel=1e-5)
    assert ac.phonon_energy(0.999999, crystal) == pytest.approx(ac.phonon_energy(7.0, crystal), rel=1e-9)


@pytest.mark.parametrize("transfer", [0.0, 0.3, 1.0, 2.0])
def test_cold_crystals_scatter_less_but_do_not_stop(transfer: float) -> None:
    cold, cool, warm = (ac.differential(transfer, silicon(temperature=t)) for t in (0.0, 1.0, 300.0))
    assert cold == pytest.approx(cool, abs=2e-4)
    assert cold < warm
    assert ac.emission_probability(transfer, silicon(temperature=0.0)) == 1


def test_debye_sphere_of_a_face_centred_lattice_is_about_two_pi_over_a() -> None:
    assert ac.debye_wavevector(4 / 0.5431**3) == pytest.approx(2 * math.pi / 0.5431, rel=0.02)
    assert ac.debye_wavevector(1 / (6 * math.pi**2)) == pytest.approx(1)


# --- joining the free atoms ---------------------------------------------------------------------------------


@given(st.floats(0.05, 1e4), st.floats(0.05, 1e4))
def test_mott_weight_rises_from_zero_to_one(one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert 0 <= ac.mott_weight(low) <= ac.mott_weight(high) <= 1
    if high <= ac.MOTT_FROM:
        assert ac.mott_weight(high) == 0
    if low >= ac.MOTT_ONLY_FROM:
        assert ac.mott_weight(low) == 1


def test_blend_is_one_model_outside_the_window_and_continuous() -> None:
    assert ac.blended(ac.MOTT_FROM, 2.0, 7.0) == 2.0
    assert ac.blended(ac.MOTT_ONLY_FROM, 2.0, 7.0) == 7.0
    assert ac.blended(math.sqrt(ac.MOTT_FROM * ac.MOTT_ONLY_FROM), 2.0, 7.0) == pytest.approx(4.5)
    steps = np.diff([ac.blended(e, 2.0, 7.0) for e in np.geomspace(90, 220, 500)])
    assert np.all(steps >= 0)
    assert steps.max() < 0.02


# --- compiled ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "kernels", "call"),
    [
        (lo, ["occupation"], lambda: lo.occupation(0.019, 300.0)),
        (lo, ["emission", "absorption"], lambda: lo.emission(3.0, *MODE, 1.0, 0.5)),
        (lo, ["scattering_cosine", "mean_deflection"], lambda: lo.scattering_cosine(3.0, 2.9, 0.3)),
        (
            ac,
            ["phonon_energy", "differential", "_moment", "largest_transfer", "scattering_transfer"],
            lambda: ac.scattering_transfer(30.0, 0.3, silicon()),
        ),
        (surface, ["quantum_transmission"], lambda: surface.quantum_transmission(5.0, 0.9, 3.7)),
        (surface, ["refract"], lambda: surface.refract(5.0, 0.6, 0.0, 0.8, 0.0, 0.0, 1.0, 1.1)[0]),
    ],
)
def test_kernels_compile_to_the_same_numbers(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, kernels: list[str], call
) -> None:
    numba = pytest.importorskip("numba")
    plain = call()
    for name in kernels:
        monkeypatch.setattr(module, name, numba.njit(getattr(module, name)))
    assert call() == pytest.approx(plain, rel=1e-12)
