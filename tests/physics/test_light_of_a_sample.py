"""Yield, prompt density, waiting times and double pulses, against closed forms and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, trapezoid

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.light.pulses import RAYLEIGH, pulse_separation, seen_pulse, valley_over_peak
from scintidot.light.yields import (
    initial_density,
    light_yield,
    prompt_density,
    share_emitted,
    time_collected,
)
from scintidot.records import Exponentials

SINGLE = Exponentials(np.array([2e-3]), np.array([1e-3]))
MIXED = Exponentials(np.array([4e-3, 1e-4]), np.array([5e-2, 1.25e-4]))
RISING = Exponentials(np.array([1e-3, -1e-3]), np.array([1e-3, 1e-2]))  # starts at nothing
DECAYS = {"single": SINGLE, "mixed": MIXED, "rising": RISING}


@pytest.mark.parametrize("name", DECAYS)
def test_share_and_density_are_the_integral_of_the_curve(name):
    decay = DECAYS[name]
    for time in (1.0, 70.0, 3000.0):
        within = quad(lambda t: float(decay([t])[0]), 0, time, epsrel=1e-11, epsabs=0, limit=200)[0]
        assert share_emitted(decay, [time])[0] == pytest.approx(within / decay.integral, rel=1e-9)
        expected = 1e4 * within / float(decay.integral) / (time * 1e-3)
        assert prompt_density(decay, 1e4, [time])[0] == pytest.approx(expected, rel=1e-9)


def test_density_starts_at_yield_over_harmonic_lifetime_and_ends_as_yield_over_time():
    for decay in (SINGLE, MIXED):
        harmonic = float(decay.integral) / float(decay([0.0])[0])
        start = initial_density(decay, 1e4)
        assert start == pytest.approx(1e4 / (harmonic * 1e-3), rel=1e-12)
        assert prompt_density(decay, 1e4, [1e-6])[0] == pytest.approx(float(start), rel=1e-6)
        assert prompt_density(decay, 1e4, [1e9])[0] == pytest.approx(1e4 / 1e6, rel=1e-12)
    assert initial_density(RISING, 1e4) == 0.0


def test_many_decays_at_once_are_each_by_itself():
    both = Exponentials(np.array([MIXED.amplitude, RISING.amplitude]), np.array([MIXED.rate, RISING.rate]))
    times = np.array([10.0, 100.0, 1000.0])
    together = prompt_density(both, np.array([1.0, 2.0]), times)
    assert together[0] == pytest.approx(prompt_density(MIXED, 1.0, times))
    assert together[1] == pytest.approx(prompt_density(RISING, 2.0, times))


def test_time_collected_of_one_exponential_is_its_logarithm():
    for share in (0.5, 0.9, 0.99):
        assert time_collected(SINGLE, share) == pytest.approx(-1000 * math.log1p(-share), rel=1e-10)
    for decay in DECAYS.values():
        assert share_emitted(decay, [time_collected(decay, 0.9)])[0] == pytest.approx(0.9, rel=1e-10)
    assert math.isnan(time_collected(Exponentials(np.zeros(1), np.ones(1)), 0.9))


def test_light_yield_is_a_chain_of_shares():
    assert light_yield(0.25, 0.08) == pytest.approx(2e4)
    assert light_yield(1.0, 1 / 4.2, outcoupling=0.0) == 0.0
    dark_host = light_yield(0.2, 0.05, host_share=0.8)
    assert dark_host == pytest.approx(light_yield(0.2, 0.05))
    everything = light_yield(
        0.2, 0.05, host_share=0.8, transfer_efficiency=1.0, photons_per_energy_transferred=0.05
    )
    assert everything == pytest.approx(light_yield(1.0, 0.05))


# --- double pulses ---


def brute_force_separation(decay, fwhm, valley):
    """The delay by stepping over delays and times, the pulse by numerical convolution."""
    sigma = fwhm / FWHM_PER_SIGMA
    slow = 1 / decay.rate.min()
    step = min(sigma / 25, 1 / decay.rate.max() / 25)
    time = np.arange(-6 * sigma, 4 * sigma + 3 * slow, step)
    emitted = np.where(time >= 0, decay(np.maximum(time, 0.0)), 0.0)
    gauss_at = np.arange(-6 * sigma, 6 * sigma + step / 2, step)
    gauss = np.exp(-0.5 * (gauss_at / sigma) ** 2)
    pulse = np.convolve(emitted, gauss / gauss.sum(), mode="same")
    for shift in range(1, len(time)):
        second = np.concatenate([np.zeros(shift), pulse[:-shift]])
        both = pulse + second
        top = int(np.argmax(both[: np.argmax(pulse) + 1 + shift // 2]))
        end = int(np.argmax(pulse)) + shift
        if end - top < 2:
            continue
        lowest = both[top : end + 1].min()
        if lowest <= valley * min(both[top], both[top + int(both[top : end + 1].argmin()) :].max()):
            return shift * step
    return math.nan


@pytest.mark.parametrize(("tau", "fwhm"), [(100.0, 50.0), (1000.0, 200.0)])
def test_separation_against_stepping(tau, fwhm):
    decay = Exponentials(np.array([1.0]), np.array([1 / tau]))
    found = brute_force_separation(decay, fwhm, RAYLEIGH)
    assert pulse_separation(decay, fwhm) == pytest.approx(found, rel=0.01)


def test_separation_limits():
    tau = 1e4
    slow = Exponentials(np.array([1.0]), np.array([1 / tau]))
    for valley in (0.5, RAYLEIGH, 0.95):
        assert pulse_separation(slow, 1e-2, valley) == pytest.approx(-tau * math.log(valley), rel=1e-4)
    sigma = 40.0
    fast = Exponentials(np.array([1.0]), np.array([1e3 / sigma]))
    delay = pulse_separation(fast, sigma * FWHM_PER_SIGMA) / sigma
    time = np.linspace(-1, delay + 1, 200_001)
    two = np.exp(-0.5 * time**2) + np.exp(-0.5 * (time - delay) ** 2)
    assert valley_over_peak(two) == pytest.approx(RAYLEIGH, abs=2e-5)


def test_a_component_far_below_the_response_leaves_the_shape_of_the_response():
    fwhm = 100.0
    flash = Exponentials(np.array([1.0]), np.array([10.0]))  # 0.1 ps
    with_background = Exponentials(np.array([1.0, 1e-9]), np.array([10.0, 1e-5]))
    assert pulse_separation(with_background, fwhm) == pytest.approx(pulse_separation(flash, fwhm), rel=2e-3)


def test_without_light_nothing_is_told_apart():
    assert math.isnan(pulse_separation(Exponentials(np.zeros(1), np.ones(1)), 100.0))


decays = st.builds(
    lambda shares, taus: Exponentials(np.array(shares[: len(taus)]) / taus, 1 / np.array(taus)),
    st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3),
    st.lists(st.floats(5.0, 2e4), min_size=1, max_size=3).map(np.array),
)


@given(decay=decays, fwhm=st.floats(10.0, 1e3))
@settings(max_examples=15, deadline=None)
def test_separation_grows_with_the_response_and_with_what_is_asked_for(decay, fwhm):
    delay = pulse_separation(decay, fwhm)
    assert delay > 2.2 * fwhm / FWHM_PER_SIGMA
    assert pulse_separation(decay, 1.2 * fwhm) > delay * (1 - 1e-6)
    assert pulse_separation(decay, fwhm, 0.7) > delay
    scaled = Exponentials(decay.amplitude * 7, decay.rate)
    assert pulse_separation(scaled, fwhm) == pytest.approx(delay, rel=1e-6)


def test_seen_pulse_keeps_the_photons():
    for decay in DECAYS.values():
        time = np.concatenate([np.linspace(-800, 800, 16_001), np.geomspace(800, 3e5, 20_001)[1:]])
        seen = trapezoid(seen_pulse(decay, time, 200.0), time)
        assert seen == pytest.approx(float(decay.integral), rel=1e-6)
