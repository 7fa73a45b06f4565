"""Photons per primary: variance by cause against a direct simulation deposits -> pairs -> photons -> detection."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.excitons.distribution import compound_distribution
from scintidot.light.resolution import CONTRIBUTIONS, photon_count

# --- a toy sample, in numbers that can be drawn ---

HISTORIES = 4000
FANO, EPSILON, EFFICIENCY = 0.3, 9.0, 0.35
NUMBERS = np.arange(120)
TRIES = np.floor(np.sqrt(NUMBERS) * 2).astype(int)  # of n pairs this many may emit: sublinear, as with Auger
YIELD = 0.7
MEAN, VARIANCE = YIELD * TRIES, YIELD * (1 - YIELD) * TRIES


def toy_deposits(rng):
    """Hits of many primaries: shared differently, and not all of the energy kept."""
    history, deposit = [], []
    for index in range(HISTORIES):
        hits = 1 + rng.poisson(12)
        history += [index] * hits
        deposit += list(rng.gamma(1.2, 20.0, hits))
    return np.array(history), np.array(deposit)


def moments_given_deposits(deposit):
    found = []
    for part in np.array_split(deposit / EPSILON, 50):
        probability = compound_distribution(part, np.ones(1), np.ones(1), FANO)
        most = probability.shape[1]
        mean = probability @ MEAN[:most]
        found.append((mean, probability @ MEAN[:most] ** 2 - mean**2, probability @ VARIANCE[:most]))
    return (np.concatenate(column) for column in zip(*found, strict=True))


def test_variances_by_cause_against_drawing_everything():
    rng = np.random.default_rng(3)
    history, deposit = toy_deposits(rng)

    def per_history(values):
        return np.bincount(history, weights=values, minlength=HISTORIES)

    mean, of_pairs, of_emission = moments_given_deposits(deposit)
    count = photon_count(
        per_history(mean), per_history(deposit), per_history(of_pairs), per_history(of_emission), EFFICIENCY
    )
    repeats, detected, emitted, expected = 60, [], [], []
    for _ in range(repeats):
        x = rng.gamma(deposit / EPSILON / FANO, FANO)
        pairs = np.floor(x + rng.random(len(x))).astype(int)
        photons = rng.binomial(TRIES[pairs], YIELD)
        expected.append(per_history(MEAN[pairs]))
        emitted.append(per_history(photons))
        detected.append(rng.binomial(emitted[-1].astype(int), EFFICIENCY))
    detected, emitted, expected = (np.array(values, dtype=float) for values in (detected, emitted, expected))
    assert detected.mean() == pytest.approx(count.mean, rel=2e-3)
    total = detected.var(axis=1, ddof=1).mean()
    assert total == pytest.approx(sum(count.variance.values()), rel=0.02)
    assert FWHM_PER_SIGMA * math.sqrt(total) / detected.mean() == pytest.approx(count.resolution, rel=0.01)
    within = EFFICIENCY**2 * expected.var(axis=0, ddof=1).mean()
    assert count.variance["pair_creation"] == pytest.approx(within, rel=0.02)
    of_photons = EFFICIENCY**2 * (emitted - expected).var()
    assert count.variance["emission"] == pytest.approx(of_photons, rel=0.02)
    binomial = (detected - EFFICIENCY * emitted).var()
    assert count.variance["detection"] == pytest.approx(binomial, rel=0.02)
    assert set(count.variance) == set(CONTRIBUTIONS)
    assert math.hypot(*count.resolution_by_cause.values()) == pytest.approx(count.resolution, rel=1e-12)


def test_standard_errors_are_those_of_independent_samples():
    rng = np.random.default_rng(11)
    means, squares, mean_errors, square_errors = [], [], [], []
    for _ in range(300):
        energy = rng.gamma(30.0, 10.0, 400)
        expected = np.sqrt(energy) * 4
        count = photon_count(expected, energy, 0.3 * expected, 0.2 * expected, 0.5)
        means.append(count.mean)
        squares.append(count.resolution**2)
        mean_errors.append(count.mean_error)
        square_errors.append(count.relative_variance_error * count.resolution**2)
    assert np.std(means) == pytest.approx(np.mean(mean_errors), rel=0.12)
    assert np.std(squares) == pytest.approx(np.mean(square_errors), rel=0.12)


def test_proportional_light_has_no_sharing_and_perfect_light_no_spread():
    energy = np.random.default_rng(2).gamma(20.0, 10.0, 500)
    nothing = np.zeros(500)
    proportional = photon_count(0.1 * energy, energy, nothing, nothing)
    assert proportional.variance["sharing"] == pytest.approx(0.0, abs=1e-9)
    assert proportional.variance["energy_kept"] == pytest.approx(np.var(0.1 * energy, ddof=1), rel=1e-9)
    same = np.full(500, 70.0)
    assert photon_count(same, same, nothing, nothing).resolution == 0.0
    poisson = photon_count(same, same, nothing, same)
    assert poisson.resolution == pytest.approx(FWHM_PER_SIGMA / math.sqrt(70), rel=1e-12)


def test_too_few_histories_know_no_spread():
    one = np.ones(1)
    assert math.isnan(photon_count(one, one, one, one).resolution)


@given(
    scale=st.floats(0.1, 10.0),
    efficiency=st.floats(0.05, 1.0),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=20, deadline=None)
def test_less_detected_is_never_better(scale, efficiency, seed):
    rng = np.random.default_rng(seed)
    energy = rng.gamma(5.0, 10.0, 100)
    expected = scale * energy**0.8
    whole = photon_count(expected, energy, 0.1 * expected, 0.5 * expected, 1.0)
    part = photon_count(expected, energy, 0.1 * expected, 0.5 * expected, efficiency)
    assert part.resolution >= whole.resolution * (1 - 1e-12)
    assert all(value >= 0 for value in part.variance.values())
