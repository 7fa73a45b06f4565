"""Photon cross sections, angles, events: limits, kinematics, conservation, outside sources."""

import numpy as np
import pytest
import xraylib
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad, trapezoid
from scipy.stats import kstest

from scintidot.atoms.shells import SHELLS, atomic_number, shells_of, symbols
from scintidot.constants import CLASSICAL_ELECTRON_RADIUS, ELECTRON_REST_ENERGY
from scintidot.errors import BadFile, BadValue, OutOfRange
from scintidot.materials.compound import compound_from_formula, compound_of
from scintidot.materials.library import load_material
from scintidot.radiation import compton, rayleigh
from scintidot.radiation.absorption import (
    mass_energy_transfer,
    mean_absorption,
    mean_recoil,
    photoelectric_event,
)
from scintidot.radiation.compton import sample_compton
from scintidot.radiation.photoelectric import (
    DIRECTIONS,
    direction_table,
    photoelectron_cosine,
    shell_fractions,
)
from scintidot.radiation.photons import (
    COMPTON,
    HIGHEST_ENERGY,
    LOWEST_ENERGY,
    PROCESSES,
    element_cross_section,
    element_fractions,
    linear_attenuation,
    mass_attenuation,
)
from scintidot.radiation.sampling import InverseTable

CSPBBR3 = compound_of(load_material("CsPbBr3"))
THOMSON = 8 * np.pi / 3 * CLASSICAL_ELECTRON_RADIUS**2
energies = st.floats(np.log(LOWEST_ENERGY), np.log(HIGHEST_ENERGY)).map(
    lambda x: float(np.clip(np.exp(x), LOWEST_ENERGY, HIGHEST_ENERGY))
)


def solid_angle_integral(function):
    """Over the sphere, in ln(1 - cos theta) so that forward peaks are seen."""
    x = np.linspace(np.log(1e-10), np.log(2), 4001)
    return 2 * np.pi * trapezoid(function(1 - np.exp(x)) * np.exp(x), x)


# --- totals -----------------------------------------------------------------------------------------


@given(energy=energies)
def test_total_is_that_of_xraylib(energy):
    ours = sum(mass_attenuation(CSPBBR3, energy).values())
    theirs = sum(
        fraction * xraylib.CS_Total(z, energy / 1e3)
        for z, fraction in zip(CSPBBR3.elements, CSPBBR3.mass_fraction, strict=True)
    )
    assert float(ours) == pytest.approx(theirs, rel=1e-5)  # Avogadro's constant differs


def test_linear_coefficient_and_mean_free_path():
    """7 keV: 271 cm2/g x 4.856 g/cm3 = 1316/cm, 7.6 um."""
    per_nm = sum(linear_attenuation(CSPBBR3, 7e3).values())
    assert 1 / float(per_nm) == pytest.approx(7599, rel=1e-3)


def test_what_a_photon_of_seven_kev_starts():
    """Cs 38 %, Pb 42 %, Br 20 % of the absorption, photoelectrons of 1.3 to 6 keV (and the outer shells' 6-7)."""
    shares = dict(zip(CSPBBR3.symbols, element_fractions(CSPBBR3, 7e3, "photoelectric"), strict=True))
    assert shares == pytest.approx({"Cs": 0.385, "Pb": 0.418, "Br": 0.197}, abs=1e-3)
    absorbed = mean_absorption(CSPBBR3, 7e3)
    first = np.array([origin.startswith("photoelectron") for origin in absorbed.electron_origin])
    assert absorbed.electron_number[first].sum() == pytest.approx(1.0)
    energy = absorbed.electron_energy[first]
    assert energy.min() == pytest.approx(7000 - 5714.3)
    inner = (energy > 1.28e3) & (energy < 6.1e3)
    assert absorbed.electron_number[first][inner].sum() > 0.8


@pytest.mark.parametrize("symbol", ["C", "O", "Si", "Br", "Cd", "Cs", "Au", "Pb"])
@pytest.mark.parametrize("energy", [3e3, 3e4, 3e5])
def test_total_against_elam(symbol, energy):
    """Elam, Ravel & Sieber 2002 through xraydb, compiled by others from related theory: 3 %."""
    xraydb = pytest.importorskip("xraydb")
    ours = sum(mass_attenuation(compound_from_formula(symbol, 1.0), energy).values())
    assert float(ours) == pytest.approx(float(xraydb.mu_elam(symbol, energy)), rel=0.03)


@pytest.mark.parametrize("symbol", ["Si", "Br", "Cs", "Pb"])
@pytest.mark.parametrize("energy", [7e3, 3e4, 1e5])
def test_photoabsorption_against_chantler(symbol, energy):
    """Chantler 1995, an independent Dirac-Fock calculation: 6 %, what such tables are good for."""
    xraydb = pytest.importorskip("xraydb")
    ours = mass_attenuation(compound_from_formula(symbol, 1.0), energy)["photoelectric"]
    assert float(ours) == pytest.approx(float(xraydb.mu_chantler(symbol, energy, photo=True)), rel=0.06)


@pytest.mark.parametrize("energy", [999.0, 8.001e5, np.nan, -7e3, np.inf, 0.0])
def test_energies_beyond_the_tables_are_refused(energy):
    for call in (
        lambda: mass_attenuation(CSPBBR3, energy),
        lambda: shell_fractions(82, energy),
        lambda: mean_absorption(CSPBBR3, energy),
        lambda: sample_compton(CSPBBR3, energy, np.random.default_rng(1)),
    ):
        with pytest.raises(OutOfRange, match=r"800 keV.*xraylib"):
            call()


def test_limits_themselves_are_inside():
    for energy in (LOWEST_ENERGY, HIGHEST_ENERGY):
        for process in PROCESSES:
            values = [element_cross_section(z, np.array(energy), process) for z in range(1, 99)]
            assert min(float(v) for v in values) > 0


def test_empty_space_is_refused():
    with pytest.raises(BadFile, match=r"vacuum.toml: bad material for composition"):
        compound_of(load_material("vacuum"))


# --- shells -----------------------------------------------------------------------------------------


@given(energy=energies, z=st.integers(1, 98))
def test_shell_fractions_sum_to_one_and_closed_shells_have_none(energy, z):
    fractions = shell_fractions(z, energy)
    assert fractions.sum() == pytest.approx(1.0, abs=1e-12)
    assert (fractions >= 0).all()
    assert (fractions[shells_of(z).binding_energy >= energy] == 0.0).all()


@pytest.mark.parametrize(
    ("symbol", "shell", "share"),
    [("Cs", "L3", 0.2), ("Pb", "L3", 0.2), ("Br", "K", 0.2), ("Pb", "K", 0.2), ("Pb", "M5", 0.02)],
)
def test_a_shell_opens_at_its_edge(symbol, shell, share):
    """With a step; d shells rise slowly, held back by their centrifugal barrier."""
    z = atomic_number(symbol)
    i = shells_of(z).names.index(shell)
    edge = float(shells_of(z).binding_energy[i])
    assert shell_fractions(z, edge)[i] == 0.0
    assert shell_fractions(z, np.nextafter(edge, 1e6))[i] > share


# K, L1 and L3 shares of EPDL97 (Cullen et al. 1997, UCRL-50400 vol. 6 rev. 5), read in the table of fisx 1.3.2.
EPDL97 = {
    ("Br", 7e3): (0.0, 0.3440, 0.3299), ("Br", 1e5): (0.8876, 0.0829, 0.0075), ("Br", 5.11e5): (0.8887, 0.0881, 0.0035),
    ("Cs", 7e3): (0.0, 0.1583, 0.4018), ("Cs", 1e5): (0.8551, 0.0828, 0.0182), ("Cs", 5.11e5): (0.8613, 0.0933, 0.0087),
    ("Pb", 3e4): (0.0, 0.2176, 0.3030), ("Pb", 1e5): (0.7933, 0.0804, 0.0377), ("Pb", 5.11e5): (0.8174, 0.0967, 0.0171),
    ("O", 1e5): (0.9461, 0.0537, 0.0001), ("Si", 1e5): (0.9268, 0.0663, 0.0008), ("C", 5.11e5): (0.9496, 0.0504, 0.0),
}  # fmt: skip


@pytest.mark.parametrize(("symbol", "energy"), EPDL97)
def test_shell_fractions_against_epdl97(symbol, energy):
    z = atomic_number(symbol)
    names = shells_of(z).names
    fractions = shell_fractions(z, energy)
    ours = [fractions[names.index(name)] for name in ("K", "L1", "L3")]
    assert ours == pytest.approx(EPDL97[symbol, energy], abs=0.006)


# --- Compton ----------------------------------------------------------------------------------------


def test_klein_nishina_joins_thomson():
    assert float(compton.klein_nishina_total(1e-3)) == pytest.approx(THOMSON, rel=1e-8)
    k = 1e3 / ELECTRON_REST_ENERGY
    assert float(compton.klein_nishina_total(1e3)) == pytest.approx(THOMSON * (1 - 2 * k), rel=3e-5)


@given(energy=st.floats(1.0, 1e7))
def test_klein_nishina_total_is_the_integral(energy):
    """Closed form and series against quadrature of the angular distribution; xraylib's own where it is accurate."""
    integral = (
        2 * np.pi * quad(lambda c: float(compton.klein_nishina(energy, c)), -1, 1, epsrel=1e-10, limit=200)[0]
    )
    total = float(compton.klein_nishina_total(energy))
    assert total == pytest.approx(integral, rel=1e-7)
    if energy >= 1e3:
        assert total == pytest.approx(xraylib.CS_KN(energy / 1e3) * 1e-10, rel=1e-7)


@pytest.mark.parametrize("symbol", ["H", "C", "Si", "Br", "Cs", "Pb"])
@pytest.mark.parametrize("energy", [1e3, 1e4, 1e5, 8e5])
def test_incoherent_angles_integrate_to_the_table(symbol, energy):
    """1.3 %: tables of the scattering function and of the cross section are rounded and interpolated apart."""
    z = atomic_number(symbol)
    integral = solid_angle_integral(lambda c: compton.differential_cross_section(z, energy, c))
    assert integral == pytest.approx(float(element_cross_section(z, np.array(energy), "compton")), rel=0.013)


def test_bound_electrons_become_free():
    """Large momentum transfer, light atoms: all Z electrons scatter as if free."""
    for z in (1, 6, 8):
        free = element_cross_section(z, np.array(8e5), "compton", "free-electron")
        bound = element_cross_section(z, np.array(8e5), "compton", "bound")
        assert float(bound / free) == pytest.approx(1.0, abs=5e-3)
        assert float(element_cross_section(z, np.array(1e3), "compton") / z) < 0.5 * THOMSON


@pytest.mark.parametrize("symbol", ["H", "C", "Si", "Zn", "Br", "Cs", "Pb"])
def test_compton_profiles_hold_every_electron(symbol):
    """Integral of the shells' profiles over all momenta is the number of electrons, 2 %."""
    z = atomic_number(symbol)
    p = np.concatenate([np.linspace(0, 2, 201), np.geomspace(2.01, 100, 300)])
    total = 0.0
    for number, electrons in zip(shells_of(z).number, shells_of(z).electrons, strict=True):
        try:
            profile = [xraylib.ComptonProfile_Partial(z, number, x) for x in p]
        except ValueError:  # shares the profile of the shell before it
            profile = [xraylib.ComptonProfile_Partial(z, number - 1, x) for x in p]
        total += electrons * 2 * trapezoid(profile, p)
    assert total == pytest.approx(z, rel=0.02)


def test_every_shell_has_a_momentum_distribution():
    for z in range(1, 99):
        for number in shells_of(z).number:
            table = compton.momentum_table(z, number)
            assert float(table.probability(0.0)) == pytest.approx(0.5, abs=1e-9)


@given(energy=energies, cosine=st.floats(-1, 0.999), momentum=st.floats(-60, 60))
def test_doppler_energy_inverts_the_momentum(energy, cosine, momentum):
    scattered = compton.doppler_energy(energy, cosine, momentum)
    assume(scattered > 1e-3 * energy)
    assert compton.momentum_of(energy, scattered, cosine) == pytest.approx(momentum, rel=1e-6, abs=1e-5)


@given(energy=energies, cosine=st.floats(-1, 1))
def test_electron_at_rest_gives_the_compton_line(energy, cosine):
    free = float(compton.scattered_energy(energy, cosine))
    assert compton.doppler_energy(energy, cosine, 0.0) == pytest.approx(free, rel=1e-9)


@given(energy=energies, seed=st.integers(0, 2**32 - 1), choice=st.sampled_from(list(COMPTON)))
def test_compton_events_conserve_energy(energy, seed, choice):
    event = sample_compton(CSPBBR3, energy, np.random.default_rng(seed), choice)
    whole = event.photon_energy + event.electron_energy + event.binding_energy
    assert whole == pytest.approx(energy, rel=1e-12)
    assert event.photon_energy > 0
    assert event.electron_energy >= 0
    assert -1 <= event.photon_cosine <= 1
    assert -1 - 1e-12 <= event.electron_cosine <= 1 + 1e-12
    assert (event.shell is None) == (choice != "doppler")


@given(energy=energies, seed=st.integers(0, 2**32 - 1), choice=st.sampled_from(["free-electron", "bound"]))
def test_compton_events_conserve_momentum(energy, seed, choice):
    """(cp)^2 = T^2 + 2 T mc^2 of the electron is the square of the momentum that the photon lost."""
    event = sample_compton(CSPBBR3, energy, np.random.default_rng(seed), choice)
    T = event.electron_energy
    p = np.sqrt(T * (T + 2 * ELECTRON_REST_ENERGY))
    along = p * event.electron_cosine + event.photon_energy * event.photon_cosine
    sine = np.sqrt(max(0.0, 1 - event.photon_cosine**2))
    across = p * np.sqrt(max(0.0, 1 - event.electron_cosine**2)) - event.photon_energy * sine
    assert along == pytest.approx(energy, rel=1e-6)
    assert across == pytest.approx(0.0, abs=2e-5 * energy)


def test_mean_recoil_of_samples_and_quadrature():
    random = np.random.default_rng(3)
    sampled = np.array([sample_compton(CSPBBR3, 6e4, random, "bound").electron_energy for _ in range(3000)])
    error = sampled.std() / np.sqrt(len(sampled))
    assert sampled.mean() == pytest.approx(mean_recoil(CSPBBR3, 6e4), abs=4 * error)


def test_doppler_samples_against_quadrature():
    """Mean loss by quantiles of the angle and an integral over the profile of each shell, against samples."""
    energy, z = 6e4, 35
    shells = shells_of(z)
    losses = []
    for u in (np.arange(40) + 0.5) / 40:
        cosine = 1 - float(compton.angle_table(z, energy)(u))
        weights = compton.shell_weights(z, energy, cosine)
        for i, number in enumerate(shells.number):
            largest = compton.momentum_of(energy, energy - shells.binding_energy[i], cosine)
            table = compton.momentum_table(z, number)
            quantiles = (np.arange(60) + 0.5) / 60 * float(table.probability(largest))
            lost = [energy - compton.doppler_energy(energy, cosine, float(p)) for p in table(quantiles)]
            losses.append((np.mean(lost), weights[i] / weights.sum() / 40))
    expected = sum(lost * weight for lost, weight in losses)
    random = np.random.default_rng(4)
    bromine = compound_from_formula("Br", 1.0)
    events = [sample_compton(bromine, energy, random) for _ in range(3000)]
    lost = np.array([energy - event.photon_energy for event in events])
    assert lost.mean() == pytest.approx(expected, abs=4 * lost.std() / np.sqrt(len(lost)))


@pytest.mark.parametrize(("formula", "energy", "low", "high"), [
    ("H2O", 3e5, 0.97, 1.03), ("CsPbBr3", 3e5, 0.97, 1.04), ("CsPbBr3", 6e4, 1.05, 1.15), ("Pb", 1e4, 1.8, 2.8),
])  # fmt: skip
def test_doppler_mean_loss_against_free_electrons(formula, energy, low, high):
    """The impulse approximation returns to free electrons where the transfer is far above the binding energies."""
    compound = compound_from_formula(formula, 1.0)
    random = np.random.default_rng(8)
    lost = [energy - sample_compton(compound, energy, random).photon_energy for _ in range(3000)]
    assert low < np.mean(lost) / mean_recoil(compound, energy) < high


@pytest.mark.parametrize("energy", [1e3, 3e4, 511e3])
def test_free_electron_recoil_is_the_energy_transfer_of_klein_nishina(energy):
    free = quad(lambda c: float(compton.klein_nishina(energy, c)), -1, 1)[0]
    lost = quad(
        lambda c: float(compton.klein_nishina(energy, c)) * (energy - float(compton.scattered_energy(energy, c))),
        -1, 1,
    )[0]  # fmt: skip
    water = compound_from_formula("H2O", 1.0)
    assert mean_recoil(water, energy, "free-electron") == pytest.approx(lost / free, rel=3e-4)


# --- Rayleigh ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "energy", "ratio"),
    [
        ("H", 1e4, 1.0), ("C", 1e4, 1.0), ("Si", 1e4, 1.0), ("Si", 8e5, 1.0), ("Br", 1e4, 0.995), ("Cs", 1e4, 0.988),
        ("Pb", 3e3, 0.992), ("Pb", 1e4, 0.984), ("Pb", 1e5, 0.923), ("Pb", 8e5, 0.885),
    ],
)  # fmt: skip
def test_coherent_angles_integrate_to_the_table(symbol, energy, ratio):
    """Nonrelativistic form factors against relativistic totals (Hubbell & Overbo 1979): less for heavy atoms."""
    z = atomic_number(symbol)
    integral = solid_angle_integral(lambda c: rayleigh.differential_cross_section(z, energy, c))
    total = float(element_cross_section(z, np.array(energy), "rayleigh"))
    assert integral / total == pytest.approx(ratio, abs=6e-3)


@pytest.mark.parametrize("z", [1, 14, 82])
def test_forward_scattering_is_coherent(z):
    """At zero angle all electrons scatter in phase, Z^2 r^2; incoherent scattering vanishes."""
    forward = np.array([1.0])
    coherent = rayleigh.differential_cross_section(z, 5e4, forward)
    assert coherent[0] == pytest.approx(z**2 * CLASSICAL_ELECTRON_RADIUS**2, rel=1e-4)
    assert compton.differential_cross_section(z, 5e4, forward)[0] == 0.0


# --- sampling ---------------------------------------------------------------------------------------


@given(
    values=st.lists(st.floats(0.0, 10.0), min_size=3, max_size=12),
    uniform=st.floats(0.0, 1.0, exclude_max=True),
)
def test_inverse_table_inverts(values, uniform):
    density = np.array(values)
    assume(density.sum() > 1e-2)
    table = InverseTable.of(np.cumsum(1.0 + np.arange(len(values))), density)
    assert float(table.probability(table(uniform))) == pytest.approx(uniform, abs=1e-7)


@pytest.mark.parametrize("kind", ["compton", "rayleigh"])
def test_sampled_angles_follow_the_cross_section(kind):
    """Kolmogorov-Smirnov against the distribution by an integral on another grid."""
    table = compton.angle_table(35, 3e4) if kind == "compton" else rayleigh.angle_table(35, 3e4)
    dcs = compton.differential_cross_section if kind == "compton" else rayleigh.differential_cross_section
    x = np.concatenate([[0.0], np.geomspace(1e-8, 2.0, 3001)])
    values = dcs(35, 3e4, 1 - x)
    cumulative = np.concatenate([[0.0], np.cumsum(np.diff(x) * (values[1:] + values[:-1]) / 2)])
    sampled = table(np.random.default_rng(11).random(5000))
    assert kstest(sampled, lambda v: np.interp(v, x, cumulative / cumulative[-1])).pvalue > 1e-3


def test_photoelectrons_leave_sideways_when_slow_and_forward_when_fast():
    slow, fast = direction_table(10.0), direction_table(5e5)
    # sin^2 theta d(cos theta): mean of 1 - cos theta is 1, of its square 1 + 1/5
    u = (np.arange(20000) + 0.5) / 20000
    assert slow(u).mean() == pytest.approx(1.0, abs=0.02)
    assert (slow(u) ** 2).mean() == pytest.approx(1.2, abs=0.03)
    assert fast(u).mean() < 0.45
    assert float(slow(0.0)) == 0.0


def test_isotropic_photoelectrons():
    assert [photoelectron_cosine(1e3, u, "isotropic") for u in (0.0, 0.5, 1.0)] == [1.0, 0.0, -1.0]
    with pytest.raises(BadValue, match="Did you mean 'sauter'"):
        photoelectron_cosine(1e3, 0.5, "Sauter")
    assert set(DIRECTIONS) == {"sauter", "isotropic"}


# --- absorption -------------------------------------------------------------------------------------


@given(energy=energies, seed=st.integers(0, 2**32 - 1), direction=st.sampled_from(list(DIRECTIONS)))
def test_absorption_events_close(energy, seed, direction):
    event = photoelectric_event(CSPBBR3, energy, np.random.default_rng(seed), direction=direction)
    whole = sum(event.electrons) + sum(event.photons) + event.outer_shell_energy
    assert whole == pytest.approx(energy, rel=1e-12)
    assert min(event.electrons + event.photons) > 0
    assert event.element in CSPBBR3.symbols
    assert event.shell in SHELLS
    assert -1 <= event.photoelectron_cosine <= 1


@given(energy=energies)
def test_mean_absorption_closes(energy):
    absorbed = mean_absorption(CSPBBR3, energy)
    assert abs(absorbed.imbalance) < 1e-12 * energy
    assert (np.diff(absorbed.electron_energy) >= 0).all()
    assert absorbed.electron_energy[-1] < energy


@pytest.mark.parametrize("energy", [7e3, 3e4, 1e5])
def test_mean_absorption_is_the_mean_of_events(energy):
    random = np.random.default_rng(17)
    events = [photoelectric_event(CSPBBR3, energy, random) for _ in range(3000)]
    absorbed = mean_absorption(CSPBBR3, energy)
    for values, expected in (
        ([len(e.electrons) for e in events], absorbed.electron_number.sum()),
        ([sum(e.electrons) for e in events], absorbed.electron_energy @ absorbed.electron_number),
        ([sum(e.photons) for e in events], absorbed.fluorescence_energy),
        ([sum(x > 1e3 for x in e.electrons) for e in events],
         absorbed.electron_number[absorbed.electron_energy > 1e3].sum()),
    ):  # fmt: skip
        error = np.std(values) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(expected, abs=4 * error)


def test_validation_rows_pass(root, monkeypatch):
    """Energy transfer against NIST among them: an outside check of yields, lines and shares together."""
    monkeypatch.syspath_prepend(root)
    from validation.photons import cases

    for case in cases():
        assert case.rows or case.missing
        failed = [(row.quantity, row.at, row.deviation) for row in case.rows if not row.passed]
        assert not failed, case.title
    assert len(symbols()) == 98


def test_energy_transfer_is_less_than_attenuation():
    for energy in (2e3, 1.4e4, 1e5, 7e5):
        transfer = mass_energy_transfer(CSPBBR3, energy)
        assert 0 < transfer < float(sum(mass_attenuation(CSPBBR3, energy).values()))
