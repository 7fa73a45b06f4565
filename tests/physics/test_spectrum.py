"""Emission spectra: photons kept, means in closed form against quadrature, the Jacobian of wavelength."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, trapezoid

from scintidot.constants import FWHM_PER_SIGMA, PLANCK_TIMES_LIGHT
from scintidot.light.ensemble import size_distribution
from scintidot.light.spectrum import peak_and_width, spectrum, thermal_width

SHIFT = np.array([0.0, 0.04, 0.06, 0.02, 0.02])
PHOTONS = np.array([[0.9, 0.3, 0.1, 0.05, 0.02]])


def test_one_line_is_the_gaussian_of_its_width():
    one = spectrum(np.array([[2.0]]), 2.4, [0.0], 0.1)
    at = one.energies()
    peak, width = peak_and_width(at, one.per_energy(at))
    assert (peak, width) == (pytest.approx(2.4, abs=1e-9), pytest.approx(0.1, rel=1e-5))
    assert one.standard_deviation == pytest.approx(0.1 / FWHM_PER_SIGMA)
    assert one.per_energy([2.4])[0] == pytest.approx(2 * FWHM_PER_SIGMA / 0.1 / math.sqrt(2 * math.pi))


@given(
    photons=st.lists(st.floats(0.01, 5.0), min_size=5, max_size=5),
    widths=st.lists(st.floats(0.02, 0.3), min_size=5, max_size=5),
    gap=st.floats(1.5, 3.5),
)
@settings(max_examples=20, deadline=None)
def test_integral_mean_and_width_by_quadrature_in_energy_and_wavelength(photons, widths, gap):
    made = spectrum(np.array([photons]), gap, SHIFT, widths)
    at = made.energies(count=8001, reach=9.0)
    curve = made.per_energy(at)
    total = trapezoid(curve, at)
    assert total == pytest.approx(sum(photons), rel=1e-8)
    mean = trapezoid(at * curve, at) / total
    assert made.mean_energy == pytest.approx(mean, rel=1e-8)
    variance = trapezoid((at - mean) ** 2 * curve, at) / total
    assert made.standard_deviation == pytest.approx(math.sqrt(variance), rel=1e-6)
    wavelength = np.linspace(PLANCK_TIMES_LIGHT / at[-1], PLANCK_TIMES_LIGHT / max(at[0], 0.2), 20_001)
    in_wavelength = made.per_wavelength(wavelength)
    inside = quad(lambda energy: float(made.per_energy([energy])[0]), max(at[0], 0.2), at[-1], limit=200)[0]
    assert trapezoid(in_wavelength, wavelength) == pytest.approx(inside, rel=1e-3)


def test_the_jacobian_moves_the_peak_to_the_blue():
    made = spectrum(np.array([[1.0]]), 2.4, [0.0], 0.1)
    wavelength = np.linspace(450, 600, 15_001)
    peak, _ = peak_and_width(wavelength, made.per_wavelength(wavelength))
    naive = PLANCK_TIMES_LIGHT / 2.4
    sigma = 0.1 / FWHM_PER_SIGMA
    energy = 0.5 * (2.4 + math.sqrt(2.4**2 + 8 * sigma**2))  # d/dE [E^2 g(E)] = 0, by hand
    assert peak == pytest.approx(PLANCK_TIMES_LIGHT / energy, abs=1e-3)
    assert peak < naive


def test_size_dispersion_is_the_sum_over_members_and_widens():
    members, weights = size_distribution(8.0, 0.1, order=15)
    gap = 2.3 + 1.5 * members[0] ** -1.3
    photons = np.repeat(PHOTONS, len(weights), axis=0)
    spread = spectrum(photons, gap, SHIFT, 0.09, weights)
    alone = spectrum(PHOTONS, 2.3 + 1.5 * 8.0**-1.3, SHIFT, 0.09)
    assert spread.total == pytest.approx(PHOTONS.sum(), rel=1e-12)
    assert spread.mean_energy == pytest.approx(
        weights @ gap - (PHOTONS[0] @ SHIFT) / PHOTONS.sum(), rel=1e-12
    )
    assert spread.standard_deviation**2 == pytest.approx(
        float(alone.standard_deviation) ** 2 + weights @ (gap - weights @ gap) ** 2, rel=1e-9
    )


def test_time_resolved_spectrum_integrates_to_the_spectrum():
    rates = np.array([1e-4, 4e-3, 2e-2, 1e-3, 1e-3])
    time = np.concatenate([[0.0], np.geomspace(1e-2, 2e5, 6001)])
    flow = (PHOTONS[0] * rates) * np.exp(-np.outer(time, rates))
    resolved = spectrum(flow[:, None, :], 2.4, SHIFT, 0.09)
    energy = np.linspace(2.0, 2.7, 71)
    shown = resolved.per_energy(energy)
    assert shown.shape == (len(time), 71)
    whole = spectrum(PHOTONS, 2.4, SHIFT, 0.09).per_energy(energy)
    assert trapezoid(shown, time, axis=0) == pytest.approx(whole, rel=1e-4, abs=1e-8)
    assert np.all(np.diff(resolved.mean_energy) > -1e-12)  # fast transitions are the red ones: it turns blue


def test_thermal_width_by_its_law():
    law = {"phonon_energy": 0.018, "coupling": 0.06}
    at_reference = thermal_width([0.08, 0.1], 300.0, **law)
    assert at_reference == pytest.approx([0.08, 0.1])
    cold, warm = thermal_width(0.09, 100.0, **law), thermal_width(0.09, 350.0, **law)
    assert cold < 0.09 < warm
    quanta = 1 / math.expm1(0.018 / (8.617333262e-5 * 350)) - 1 / math.expm1(0.018 / (8.617333262e-5 * 300))
    assert float(warm) - 0.09 == pytest.approx(0.06 * quanta, rel=1e-9)
    assert thermal_width(0.001, 10.0, **law) == 0.0


def test_no_light_has_no_peak():
    none = spectrum(np.zeros((1, 5)), 2.4, SHIFT, 0.09)
    assert math.isnan(none.mean_energy)
    at = none.energies()
    assert all(math.isnan(value) for value in peak_and_width(at, none.per_energy(at)))
