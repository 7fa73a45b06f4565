"""Lindhard's gas and its sum rules; Penn's extension of a loss function against a slow, obvious twin."""

from __future__ import annotations

import cmath
import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import trapezoid

from scintidot.constants import BOHR_RADIUS, ELECTRON_REST_ENERGY, HARTREE_ENERGY
from scintidot.transport.inelastic.bethe import bethe_stopping_power
from scintidot.transport.inelastic.extension import Response, Weights, extended_loss, response
from scintidot.transport.inelastic.full_penn import Spectrum, spectrum, transverse_part
from scintidot.transport.inelastic.kinematics import beta_squared, recoil_limits
from scintidot.transport.inelastic.lindhard import fermi_wavenumber, permittivity, plasmon_energy
from scintidot.transport.inelastic.medium import LossMedium
from scintidot.transport.stopping import density_effect

PLASMON = 16.0  # [eV]
WIDTH = 3.0
FERMI = 11.4  # of a gas with this plasmon


def loss_function(energy):
    """Im(-1/eps) of one damped plasmon."""
    return PLASMON**2 * WIDTH * energy / ((energy**2 - PLASMON**2) ** 2 + (WIDTH * energy) ** 2)


@cache
def drude() -> LossMedium:
    """A free-electron metal with one damped plasmon."""
    energy = np.unique(np.concatenate([np.geomspace(0.5, 1.1e6, 700), PLASMON * np.linspace(0.5, 1.6, 200)]))
    eps = 1 - PLASMON**2 / (energy**2 + 1j * WIDTH * energy)
    return LossMedium(
        energy=energy,
        loss=loss_function(energy)[None],
        eps1=eps.real,
        eps2=eps.imag,
        shells=("valence",),
        binding_energy=np.zeros(1),
        band_gap=0.0,
        valence_band_width=FERMI,
        plasma_energy=PLASMON,
        electrons=1.0,
    )


@cache
def drude_response() -> Response:
    return response(drude())


def collisions(energy: float, exchange: str = "none") -> Spectrum:
    return spectrum(energy, drude(), drude_response(), exchange)


# --- Lindhard ---------------------------------------------------------------------------------------


def obvious_permittivity(q: float, w: float, plasmon: float) -> complex:
    """Lindhard's function with complex logarithms and no care for rounding (q not small)."""
    k = (0.75 * math.pi * plasmon**2) ** (1 / 3)
    z, u = q / (2 * k), complex(w / (q * k), 1e-12)

    def part(t: complex) -> complex:
        return (1 - t * t) * (cmath.log(t + 1) - cmath.log(t - 1))

    return 1 + (0.5 + (part(z - u) + part(z + u)) / (8 * z)) / (math.pi * k * z * z)


positive = st.floats(0.2, 4.0)


@given(positive, positive, positive)
def test_lindhard_against_complex_logarithms(q: float, w: float, plasmon: float) -> None:
    real, imaginary = permittivity(np.array(q), np.array(w), np.array(plasmon))
    # below the cut u + i0 of the second logarithm lies on the other side: |Im| is what the two share
    twin = obvious_permittivity(q, w, plasmon)
    k = float(fermi_wavenumber(np.array(plasmon)))
    z, u = q / (2 * k), w / (q * k)
    if min(abs(abs(z - u) - 1), abs(z + u - 1)) > 1e-3:
        assert float(real) == pytest.approx(twin.real, rel=1e-6, abs=1e-6)
        assert float(imaginary) == pytest.approx(abs(twin.imag), rel=1e-6, abs=1e-6)


@given(st.floats(1e-4, 1e-2), st.floats(0.5, 5.0))
def test_long_waves_are_those_of_drude(q: float, w: float) -> None:
    real, imaginary = permittivity(np.array(q), np.array(w), np.array(0.6))
    assert float(real) == pytest.approx(1 - 0.36 / w**2, abs=20 * q**2)
    assert float(imaginary) == 0.0


def test_static_screening_is_that_of_thomas_and_fermi() -> None:
    k = float(fermi_wavenumber(np.array(0.6)))
    real, _ = permittivity(np.array(1e-3), np.array(1e-12), np.array(0.6))
    assert float(real) == pytest.approx(1 + 4 * k / math.pi / 1e-6, rel=1e-5)


@given(st.floats(0.01, 30.0))
def test_fermi_wavenumber_inverts(plasmon: float) -> None:
    assert float(plasmon_energy(fermi_wavenumber(np.array(plasmon)))) == pytest.approx(plasmon, rel=1e-12)


@pytest.mark.parametrize("q", [0.3, 0.8, 1.5, 3.0])
def test_f_sum_of_the_gas_at_every_momentum(q: float) -> None:
    """The integral of w Im(-1/eps) is pi/2 W_p^2: plasmon and continuum together."""
    from scipy.integrate import quad
    from scipy.optimize import brentq

    plasmon = 15 / HARTREE_ENERGY
    k = float(fermi_wavenumber(np.array(plasmon)))
    low, high = max(0.0, q * q / 2 - q * k), q * q / 2 + q * k

    def real(w: float) -> float:
        return float(permittivity(np.array(q), np.array(w), np.array(plasmon))[0])

    def integrand(w: float) -> float:
        e1, e2 = permittivity(np.array(q), np.array(w), np.array(plasmon))
        return float(w * e2 / (e1**2 + e2**2))

    kink = [min(max(abs(q * k - q * q / 2), low + 1e-9), high - 1e-9)]
    total = quad(integrand, low, high, points=kink, limit=400)[0]
    if real(high * (1 + 1e-12)) < 0:
        w = brentq(real, high * (1 + 1e-12), 5 * high + 3 * plasmon, xtol=1e-15)
        slope = (real(w * (1 + 1e-6)) - real(w * (1 - 1e-6))) / (2e-6 * w)
        total += w * math.pi / slope
    assert total == pytest.approx(math.pi / 2 * plasmon**2, rel=1e-6)


# --- Penn's extension -------------------------------------------------------------------------------


@pytest.mark.parametrize("recoil", [1e-3, 1.0, 10.0, 100.0, 3000.0])
def test_f_sum_of_the_medium_at_every_momentum(recoil: float) -> None:
    weight = Weights(drude())
    ridge = recoil * np.exp(np.sinh(np.linspace(-6, 6, 300)) / 50)
    loss = np.unique(np.concatenate([np.geomspace(0.5, 1e5, 400), ridge[(ridge > 0.5) & (ridge < 1e5)]]))
    extended = np.array([sum(extended_loss(np.array([recoil]), w, weight))[0, 0] for w in loss])
    assert trapezoid(loss * extended, loss) == pytest.approx(math.pi / 2 * PLASMON**2, rel=0.01)


def test_at_rest_the_extension_is_the_optical_loss_function() -> None:
    weight = Weights(drude())
    for w in (5.0, 14.0, 17.0, 40.0, 2000.0):
        extended = sum(extended_loss(np.array([1e-6 * w]), w, weight))
        assert extended[0, 0] == pytest.approx(loss_function(w), rel=2e-3)


def slow_extension(recoil: float, loss: float) -> tuple[float, float]:
    """Single excitations and plasmons at one point, by adaptive quadrature and root finding. [eV]"""
    from scipy.integrate import quad
    from scipy.optimize import brentq

    q, w, Q = math.sqrt(2 * recoil / HARTREE_ENERGY), loss / HARTREE_ENERGY, recoil / HARTREE_ENERGY

    def weight(gas: float) -> float:  # g(W_p) in Hartree
        return 2 / (math.pi * gas) * float(loss_function(gas * HARTREE_ENERGY))

    def continuum(log_gas: float) -> float:
        gas = math.exp(log_gas)
        eps = obvious_permittivity(q, w, gas)
        return weight(gas) * gas * abs(eps.imag) / abs(eps) ** 2

    edge = math.log(max(float(plasmon_energy(np.array(abs(Q - w) / q))), 0.5 / HARTREE_ENERGY))
    single = quad(continuum, edge + 1e-9, edge + 0.2, limit=200)[0]
    single += quad(continuum, edge + 0.2, edge + 8, limit=200)[0]
    top = min(math.exp(edge), w) * (1 - 1e-9)
    if w <= Q or obvious_permittivity(q, w, top).real > 0:
        return single, 0.0
    gas = brentq(lambda g: obvious_permittivity(q, w, g).real, 1e-3 * w, top, xtol=1e-14)
    step = 1e-5 * gas
    slope = (obvious_permittivity(q, w, gas).real - obvious_permittivity(q, w, gas - step).real) / step
    return single, weight(gas) * math.pi / abs(slope)


@pytest.mark.parametrize(
    ("recoil", "loss"), [(0.5, 17.0), (4.0, 20.0), (12.0, 14.0), (30.0, 25.0), (90.0, 120.0)]
)
def test_extension_against_its_slow_twin(recoil: float, loss: float) -> None:
    single, plasmon = slow_extension(recoil, loss)
    ours = extended_loss(np.array([recoil]), loss, Weights(drude()))
    assert float(ours[0][0, 0]) == pytest.approx(single, rel=2e-3, abs=1e-5)
    assert float(ours[1][0, 0]) == pytest.approx(plasmon, rel=2e-3, abs=1e-5)


@pytest.mark.parametrize(("energy", "loss"), [(200.0, 18.0), (1000.0, 60.0)])
def test_rate_against_a_double_integral(energy: float, loss: float) -> None:
    """d(1/lambda)/dW at one loss: both integrals, over the gases and over the momentum, done adaptively."""
    from scipy.integrate import quad

    least, most = (float(limit) for limit in recoil_limits(energy, np.array(loss), FERMI))
    total = quad(
        lambda log: sum(slow_extension(math.exp(log), loss)),
        math.log(least),
        math.log(min(most, 50 * loss)),
        limit=40,
        epsrel=1e-3,
        points=[math.log(loss)],
    )[0]
    expected = total / scale(energy + FERMI)
    one = collisions(energy)
    ours = float(np.interp(loss, one.loss, one.total))
    assert ours == pytest.approx(expected, rel=0.01)  # the transverse part, left out here, is 1e-3


# --- closed forms at high energy --------------------------------------------------------------------


def scale(energy: float) -> float:
    """pi a0 mc^2 beta^2 [nm eV]"""
    return math.pi * BOHR_RADIUS * ELECTRON_REST_ENERGY * float(beta_squared(np.array(energy)))


def test_mean_free_path_has_the_slope_of_the_optical_integral() -> None:
    """beta^2/lambda grows by int Im(-1/eps) dW/(pi a0 mc^2) per unit of ln beta^2 (Bethe 1930), without dispersion.

    Transverse collisions are taken off; hard ones, pi/2 W_p^2 dW/W^2, are cut off at W = T and put back.
    """
    values = []
    for energy in (1e4, 2e4):
        one = collisions(energy)
        rate = one.inverse_mean_free_path * scale(energy + FERMI) + math.pi / 2 * PLASMON**2 / energy
        values.append(rate - trapezoid(transverse_part(energy, one.loss, drude()), one.loss))
    slope = (values[1] - values[0]) / math.log(
        float(beta_squared(np.array(2e4)) / beta_squared(np.array(1e4)))
    )
    area = float(trapezoid(drude().loss[0], drude().energy))
    assert slope == pytest.approx(area, rel=2e-3)


@pytest.mark.parametrize("energy", [1e5, 1e6])
def test_transverse_collisions_hold_the_density_effect_of_fano(energy: float) -> None:
    """Their stopping is pi/2 W_p^2 [ln gamma^2 - beta^2 - delta], delta by Fano's oscillators."""
    beta2 = float(beta_squared(np.array(energy)))
    bracket = -math.log(1 - beta2) - beta2 - density_effect(beta2, drude().oscillators)
    loss = drude().energy
    stopping = trapezoid(loss * transverse_part(energy, loss, drude()), loss)
    assert stopping == pytest.approx(math.pi / 2 * PLASMON**2 * bracket, rel=0.01)


@pytest.mark.parametrize("energy", [1e4, 1e5, 1e6])
def test_stopping_power_is_bethes(energy: float) -> None:
    expected = bethe_stopping_power(energy, drude().oscillators, drude().mean_excitation_energy)
    assert collisions(energy, "moller").stopping_power == pytest.approx(expected, rel=2e-3)


def test_distinguishable_electrons_lose_more() -> None:
    for energy in (300.0, 3000.0, 3e4):
        none, moller = collisions(energy, "none"), collisions(energy, "moller")
        assert none.stopping_power > moller.stopping_power
        assert none.inverse_mean_free_path > moller.inverse_mean_free_path


@given(st.floats(1.0, 1e6), st.sampled_from(["none", "ochkur", "moller"]))
def test_rates_are_never_negative_and_vanish_beyond_the_electron(energy: float, exchange: str) -> None:
    one = collisions(energy, exchange)
    assert np.isfinite(one.by_shell).all()
    assert (one.by_shell >= 0).all()
    assert one.loss[-1] <= energy
    assert 0 < one.stopping_power <= energy * one.inverse_mean_free_path
