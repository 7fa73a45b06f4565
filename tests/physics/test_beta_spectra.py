"""Beta spectra against the Dirac equation, closed limits and published means."""

from dataclasses import replace
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from scintidot.constants import ELECTRON_REST_ENERGY as REST
from scintidot.constants import FINE_STRUCTURE_CONSTANT as ALPHA
from scintidot.radiation.beta import (
    RADIATIVE,
    SCREENING,
    SHAPES,
    Transition,
    bin_shares,
    density,
    fermi_function,
    finite_size,
    radiative_correction,
    shape_factor,
)
from scintidot.radiation.beta_sources import beta_sources, beta_spectrum, nuclide, spectrum_of

UNIQUE = "unique-first-forbidden"


def dirac_strength(order, charge, energy, radius):
    """[(2k-1)!!]^2/(2 p^(2k)) r^(2-2k) (g_-k^2 + f_k^2) at the centre of a uniformly charged sphere, k = order.

    Integrates the radial equations outwards; far outside, the amplitude follows from the local momentum.
    """
    alpha_z, momentum = ALPHA * charge, np.sqrt(energy**2 - 1)

    def potential(r):
        return -alpha_z / r if r > radius else -alpha_z / (2 * radius) * (3 - (r / radius) ** 2)

    total = 0.0
    for kappa in (-order, order):

        def slope(r, y, kappa=kappa):
            kinetic = energy - potential(r)
            return [-kappa / r * y[0] + (kinetic + 1) * y[1], kappa / r * y[1] - (kinetic - 1) * y[0]]

        start = radius * 1e-3
        kinetic = energy - potential(0.0)
        small = start / (2 * order + 1)
        first = [1.0, -(kinetic - 1) * small] if kappa < 0 else [(kinetic + 1) * small, 1.0]
        end = max(300 / momentum, 50.0)
        inside = solve_ivp(slope, (start, radius), first, rtol=1e-9, atol=1e-13).y[:, -1]
        outside = solve_ivp(
            slope,
            (radius, end),
            inside,
            method="DOP853",
            rtol=1e-8,
            atol=1e-11 * np.abs(inside).max(),
            t_eval=np.linspace(0.8 * end, end, 2000),
        )
        kinetic = energy + alpha_z / outside.t
        large, small_component = outside.y
        amplitude = large**2 / (kinetic + 1) + small_component**2 / (kinetic - 1)
        amplitude = np.mean(amplitude * np.sqrt(kinetic**2 - 1))
        total += momentum / (2 * energy) / amplitude / start ** (2 * order)
    return (1, 3)[order - 1] ** 2 * total / momentum ** (2 * order)


@pytest.mark.parametrize(
    ("charge", "mass", "kinetic_energy", "accuracy"),
    [
        (7, 14, 50e3, 0.001),
        (7, 14, 1500e3, 0.001),
        (40, 90, 50e3, 0.002),
        (40, 90, 1500e3, 0.002),
        (60, 147, 20e3, 0.01),
        (60, 147, 5e6, 0.01),
        (84, 210, 20e3, 0.04),
        (84, 210, 5e6, 0.08),
    ],
)
def test_coulomb_and_finite_size_agree_with_the_dirac_equation(charge, mass, kinetic_energy, accuracy):
    energy = 1 + kinetic_energy / REST
    radius = Transition("", 5e6, charge, mass).radius
    ours = [
        fermi_function(k, charge, energy, radius) * finite_size(k, charge, energy, radius) for k in (1, 2)
    ]
    theirs = [dirac_strength(k, charge, energy, radius) for k in (1, 2)]
    assert ours[0] == pytest.approx(theirs[0], rel=accuracy)
    assert ours[1] / ours[0] == pytest.approx(theirs[1] / theirs[0], rel=accuracy)


@pytest.mark.parametrize("order", [1, 2])
def test_fermi_function_agrees_with_arbitrary_precision(order):
    for charge, energy in ((7, 1.001), (40, 1.2), (40, 5.4), (83, 2.0)):
        radius = 0.013
        az, p = mpmath.mpf(ALPHA) * charge, mpmath.sqrt(mpmath.mpf(energy) ** 2 - 1)
        gamma = mpmath.sqrt(order**2 - az**2)
        eta = az * energy / p
        value = (order * (1, 3)[order - 1]) ** 2 * mpmath.mpf(4) ** order
        value *= (2 * p * radius) ** (2 * (gamma - order)) * mpmath.exp(mpmath.pi * eta)
        value *= abs(mpmath.gamma(mpmath.mpc(gamma, eta))) ** 2 / mpmath.gamma(1 + 2 * gamma) ** 2
        assert fermi_function(order, charge, energy, radius) == pytest.approx(float(value), rel=1e-11)


def test_fermi_function_has_the_nonrelativistic_limit():
    energy = np.array([1.0005, 1.002])
    charge = 0.3  # relativistic terms are of order (alpha Z)^2
    eta = ALPHA * charge * energy / np.sqrt(energy**2 - 1)
    sommerfeld = 2 * np.pi * eta / (1 - np.exp(-2 * np.pi * eta))
    assert fermi_function(1, charge, energy, 0.004) == pytest.approx(sommerfeld, rel=1e-4)


@pytest.mark.parametrize("order", [1, 2])
def test_without_charge_there_is_no_coulomb_effect(order):
    energy = np.array([1.01, 2.0, 6.0])
    assert fermi_function(order, 1e-9, energy, 0.01) == pytest.approx(1.0)
    assert finite_size(order, 1e-9, energy, 0.01) == pytest.approx(1.0)


@pytest.mark.parametrize("endpoint", [20e3, 511e3, 5e6])
def test_phase_space_has_the_closed_integral(endpoint):
    """Z -> 0: the integral of p W (W0 - W)^2 is p0 (2 W0^4 - 9 W0^2 - 8)/60 + W0 ln(W0 + p0)/4."""
    transition = Transition("", endpoint, 1, 2, screening="none", radiative="none")

    def bare(energy):
        coulomb = fermi_function(1, 1, energy, transition.radius) * finite_size(
            1, 1, energy, transition.radius
        )
        return float(density(transition, np.array((energy - 1) * REST)) / coulomb)

    total = 1 + endpoint / REST
    momentum = np.sqrt(total**2 - 1)
    closed = momentum * (2 * total**4 - 9 * total**2 - 8) / 60 + total * np.log(total + momentum) / 4
    assert quad(bare, 1, total, epsabs=0)[0] == pytest.approx(closed, rel=1e-6)


def test_unique_shape_weighs_electron_and_neutrino_alike():
    """Z -> 0: lambda_2 = 1, C = q^2 + p^2."""
    transition = Transition("", 2e6, 1, 2, UNIQUE)
    energy = np.array([1.5, 2.5, 4.0])
    neutrino = 1 + 2e6 / REST - energy
    assert shape_factor(transition, energy) == pytest.approx(neutrino**2 + energy**2 - 1, rel=1e-3)


def test_soft_electrons_have_the_statistical_mean():
    """Z -> 0, far below the rest energy: N ~ sqrt(T) (T0 - T)^2, mean T0/3; with q^2 + p^2 -> p^2 it is higher."""
    kinetic = np.linspace(0, 1, 100_001)[1:]
    bare = np.sqrt(kinetic) * (1 - kinetic) ** 2
    assert bare @ kinetic / bare.sum() == pytest.approx(1 / 3, abs=1e-4)
    energy = 1 + 1e3 * kinetic / REST
    transition = Transition("", 1e3, 1, 3, screening="none", radiative="none")
    ours = density(transition, 1e3 * kinetic) / fermi_function(1, 1, energy, transition.radius)
    assert ours @ kinetic / ours.sum() == pytest.approx(1 / 3, abs=1e-3)


def test_radiative_correction_of_the_neutron():
    """The average over the neutron's spectrum of alpha/(2 pi) g is 1.50 % (Wilkinson 1982, delta_R)."""
    endpoint = 1 + 782.333e3 / REST

    def rate(energy, correction=False):
        eta = ALPHA * energy / np.sqrt(energy**2 - 1)
        value = energy * np.sqrt(energy**2 - 1) * (endpoint - energy) ** 2
        value *= 2 * np.pi * eta / (1 - np.exp(-2 * np.pi * eta))
        return value * (radiative_correction(energy, endpoint) * ALPHA / (2 * np.pi) if correction else 1)

    average = quad(rate, 1, endpoint, args=(True,))[0] / quad(rate, 1, endpoint)[0]
    assert average == pytest.approx(0.0150, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("c14", 49.2, 49.5), ("sr90", 195.2, 196.2), ("y90", 926.0, 934.0)],
)
def test_mean_energies_lie_among_the_published_ones(name, low, high):
    assert low <= beta_spectrum(name).mean_energy / 1e3 <= high


def test_without_radiative_correction_the_means_are_those_of_ensdf():
    """Its program has screening, finite size and the exact unique shape, too: 195.7(5), 932.4(7), 184.6(6) keV."""
    for endpoint, charge, mean, uncertainty in (
        (545.9e3, 39, 195.7e3, 0.5e3),
        (2278.5e3, 40, 932.4e3, 0.7e3),
        (517.8e3, 40, 184.6e3, 0.6e3),
    ):
        transition = Transition("", endpoint, charge, 90, UNIQUE, radiative="none")
        ours = spectrum_of([(transition, 1.0)], name="", title="").mean_energy
        assert ours == pytest.approx(mean, abs=uncertainty)


def test_screening_moves_the_spectrum_upwards_and_little():
    for name in ("c14", "sr90", "y90"):
        screened = beta_sources()[name].branches[0].transition
        bare = replace(screened, screening="none")
        means = [spectrum_of([(t, 1.0)], name="", title="").mean_energy for t in (bare, screened)]
        assert 0 < means[1] / means[0] - 1 < 0.003


def test_bin_shares_do_not_depend_on_the_bins():
    """Gauss-Legendre in bins against adaptive quadrature of the same density."""
    transition = beta_sources()["sr90"].branches[0].transition
    edges = np.array([0.0, 1e3, 2e4, 3.1e5, 545.9e3])
    fine = np.unique(np.concatenate([np.linspace(0, 545.9e3, 301), edges]))
    summed = np.add.reduceat(bin_shares(transition, fine), np.searchsorted(fine, edges[:-1]))
    potential = 1.45 * ALPHA**2 * 38 ** (4 / 3) * REST

    def integral(low, high):
        breaks = [e for e in (potential,) if low < e < high] or None
        return quad(lambda e: float(density(transition, np.array(e))), low, high, points=breaks, limit=200)[0]

    parts = [integral(low, high) for low, high in pairwise(edges)]
    assert summed == pytest.approx(np.array(parts) / sum(parts), rel=1e-5)


def test_density_is_positive_and_ends_at_the_endpoint():
    for branch in (b for source in beta_sources().values() for b in source.branches):
        energy = np.linspace(0, branch.transition.endpoint, 1001)[1:]
        values = density(branch.transition, energy)
        assert np.all(values[:-1] > 0)
        assert values[-1] == 0
        assert np.all(shape_factor(branch.transition, 1 + energy / REST) > 0)


def test_equilibrium_source_is_the_sum_of_its_members():
    together, first, second = (beta_spectrum(name) for name in ("sr90-y90", "sr90", "y90"))
    assert together.intensity == pytest.approx(first.intensity + second.intensity)
    energy = first.mean_energy * first.intensity + second.mean_energy * second.intensity
    assert together.mean_energy * together.intensity == pytest.approx(energy, rel=1e-6)
    assert together.choices["transitions"] == [
        *first.choices["transitions"],
        *second.choices["transitions"],
    ]


def test_every_choice_says_what_it_means():
    (transition,) = beta_spectrum("c14").choices["transitions"]
    assert transition["screening_meaning"] == SCREENING["rose"]
    assert transition["radiative_meaning"] == RADIATIVE["sirlin"]
    assert transition["shape_meaning"] == SHAPES["allowed"]
    assert (transition["daughter_charge"], transition["mass_number"]) == (7, 14)
    assert nuclide("90sr") == (38, 90)
