"""Fluence series of transient absorption: the carrier model, successive subtraction, state filling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scintidot.analysis.transient.carriers import (
    Modes,
    Sample,
    SeriesModel,
    bent,
    bleach,
    fit_series,
    folded,
    followed,
    modes,
)
from scintidot.analysis.transient.convolved import artefacts, decays
from scintidot.analysis.transient.curves import Curve
from scintidot.analysis.transient.filling import filling, fit_filling
from scintidot.analysis.transient.subtraction import fit_exponential, successive
from scintidot.kinetics.exact import exact_rates
from scintidot.kinetics.generator import generator
from scintidot.measured.transient.fluence_series import poisson
from scintidot.records import FloatArray

K_X, K_AR, SIGMA = 1 / 8000, 1 / 40, 1e-14
DELAYS = np.concatenate([np.linspace(-3, 10, 27)[:-1], np.geomspace(10, 3000, 40)])
ZERO, WIDTH = 0.3, 0.5


def modes_of(sample: Sample, k_x: float, k_ar: float, xi: float, most: int) -> Modes:
    chain = sample.chain(most)
    return modes(chain, chain.matrix(k_x, k_ar, xi), bleach(chain.states, sample.filling, sample.degeneracy))


def series(
    means: tuple[float, ...],
    *,
    xi: float,
    noise: float,
    seed: int = 0,
    sample: Sample | None = None,
    delays: FloatArray = DELAYS,
) -> list[Curve]:
    """Curves of known truth, one for each mean number of pairs."""
    random = np.random.default_rng(seed)
    found = modes_of(sample or Sample(), K_X, K_AR, xi, 16)
    seen = decays(delays - ZERO, found.rate, WIDTH).value
    curves = []
    for mean in means:
        clean = folded(poisson(np.array([mean])), 16)[0] @ found.amplitude @ seen.T
        values = clean + noise * random.standard_normal(len(delays))
        curves.append(Curve(delays, values, np.full(len(delays), max(noise, 1e-12)), mean / SIGMA))
    return curves


# --- closed forms ---


@given(rate=st.floats(0.0, 5.0), sigma=st.floats(0.05, 3.0), time=st.floats(-10.0, 50.0))
def test_derivatives_of_a_convolved_decay(rate: float, sigma: float, time: float) -> None:
    t, h = np.array([time]), 1e-5
    shape = decays(t, np.array([rate]), sigma)
    by_time = (
        decays(t + h, np.array([rate]), sigma).value - decays(t - h, np.array([rate]), sigma).value
    ) / (2 * h)
    by_rate = (
        decays(t, np.array([rate + h]), sigma).value - decays(t, np.array([max(rate - h, 0)]), sigma).value
    ) / (rate + h - max(rate - h, 0))
    s = 1e-4 * sigma
    by_sigma = (
        decays(t, np.array([rate]), sigma + s).value - decays(t, np.array([rate]), sigma - s).value
    ) / (2 * s)
    np.testing.assert_allclose(shape.by_time, by_time, atol=2e-6 / sigma)
    np.testing.assert_allclose(shape.by_rate, by_rate, atol=1e-4 * (1 + max(time, 0) ** 2))
    np.testing.assert_allclose(shape.by_sigma, by_sigma, atol=1e-5 / sigma)


def test_derivatives_of_artefacts() -> None:
    time, h = np.linspace(-2, 2, 41), 1e-6
    shape = artefacts(time, 0.4, 3)
    np.testing.assert_allclose(
        shape.by_time, (artefacts(time + h, 0.4, 3).value - artefacts(time - h, 0.4, 3).value) / (2 * h), atol=1e-6
    )  # fmt: skip
    np.testing.assert_allclose(
        shape.by_sigma, (artefacts(time, 0.4 + h, 3).value - artefacts(time, 0.4 - h, 3).value) / (2 * h), atol=1e-6
    )  # fmt: skip
    assert np.max(np.abs(shape.value[:, 0])) == pytest.approx(1.0)


@pytest.mark.parametrize("xi", [0.0, 0.4, 1.0])
def test_two_pairs_decay_as_the_hand_written_chain_does(xi: float) -> None:
    """(2,2) -> (1,1) with 4 k_X + xi k_AR, -> one carrier with (1 - xi) k_AR; (1,1) -> empty with k_X."""
    found = modes_of(Sample(), K_X, K_AR, xi, 2)
    time = np.geomspace(0.1, 20000, 50)
    k2 = 4 * K_X + K_AR
    two = np.exp(-k2 * time)
    one = (4 * K_X + xi * K_AR) / (k2 - K_X) * (np.exp(-K_X * time) - two)
    carrier = (1 - xi) * K_AR / k2 * (1 - two)
    expected = 2 * two + one + 0.5 * carrier
    got = found.amplitude[2] @ np.exp(-np.outer(found.rate, time))
    np.testing.assert_allclose(got, expected, atol=1e-12)


def test_modes_against_the_matrix_exponential_and_a_simulation() -> None:
    """Five pairs: the action of the exponential on the sparse generator; and histories drawn event by event."""
    from scipy.sparse.linalg import expm_multiply

    sample, xi, most = Sample(degeneracy=2), 0.6, 5
    rates = exact_rates(exciton_rate=K_X, quantum_yield=1.0, auger_rate=K_AR, retained_fraction=xi)
    found = generator("carriers", rates, most)
    observable = bleach(found, sample.filling, sample.degeneracy)
    curve = modes_of(sample, K_X, K_AR, xi, most)
    start = found.start(np.eye(most + 1)[most])
    times = np.array([0.0, 2.0, 10.0, 40.0, 400.0])
    exact = [observable @ (expm_multiply(found.matrix * t, start) if t else start) for t in times]
    np.testing.assert_allclose(curve.amplitude[most] @ np.exp(-np.outer(curve.rate, times)), exact, rtol=1e-9)

    random, counts = np.random.default_rng(3), 3000
    matrix = found.matrix.toarray()
    seen = np.zeros(len(times))
    for _ in range(counts):
        state, now = int(np.argmax(start)), 0.0
        place = 0
        while place < len(times):
            out = -matrix[state, state]
            now = now + random.exponential(1 / out) if out > 0 else np.inf
            while place < len(times) and times[place] < now:
                seen[place] += observable[state]
                place += 1
            if place < len(times):
                ways = np.maximum(matrix[:, state], 0)
                state = int(random.choice(len(ways), p=ways / ways.sum()))
    error = 0.8 / np.sqrt(counts)  # no observable spreads by more
    np.testing.assert_allclose(seen / counts, exact, atol=4 * error)


@given(
    ratio=st.floats(0.0, 1e4), xi=st.floats(0.0, 1.0), degeneracy=st.integers(1, 4),
    model=st.sampled_from(["carriers", "ladder"]),
)  # fmt: skip
def test_bleach_starts_at_the_filled_level_and_only_falls(
    ratio: float, xi: float, degeneracy: int, model: str
) -> None:
    sample = Sample(model=model, degeneracy=degeneracy)
    found = modes_of(sample, K_X, ratio * K_X, xi, 6)
    np.testing.assert_allclose(found.amplitude.sum(axis=1), np.minimum(np.arange(7), degeneracy), atol=2e-5)
    curves = found.amplitude @ np.exp(-np.outer(found.rate, np.geomspace(0.01, 1e5, 60)))
    assert np.all(np.diff(curves, axis=1) < 1e-5)
    assert np.all(curves > -1e-5)


def test_rates_that_coincide_by_accident() -> None:
    """Some rates of the chain meet; the curve is that of neighbouring rates."""
    sample = Sample()
    time = np.geomspace(0.1, 1e5, 40)

    def curve(k_ar: float) -> FloatArray:
        found = modes_of(sample, K_X, k_ar, 0.5, 6)
        return found.amplitude[6] @ np.exp(-np.outer(found.rate, time))

    for k_ar in (0.0, 0.8 * K_X, 2 * K_X, 8 * K_X):
        np.testing.assert_allclose(curve(k_ar), curve(k_ar * (1 + 1e-5) + 1e-12), atol=1e-4)


@pytest.mark.parametrize("mean", [0.05, 0.7, 3.0])
def test_after_auger_recombination_one_exciton_is_left_in_each(mean: float) -> None:
    """xi = 1 and k_X -> 0: the tail over that of one pair in every nanocrystal is 1 - exp(-<N>)."""
    found = modes_of(Sample(), 1e-12, K_AR, 1.0, 16)
    tail = folded(poisson(np.array([mean])), 16)[0] @ found.amplitude @ np.exp(-found.rate * 1e5)
    assert tail == pytest.approx(1 - np.exp(-mean), rel=1e-4)


def test_signal_is_the_curve_convolved_with_the_response() -> None:
    """Against quadrature of the Gaussian over S(t - u)."""
    sample, values = Sample(), np.array([K_X, K_AR, 0.5, SIGMA, 3.0, ZERO, WIDTH, 0.1])
    curve = Curve(np.array([-0.5, 0.3, 0.9, 5.0, 60.0]), np.zeros(5), np.ones(5), 1.2 / SIGMA)
    got = SeriesModel([curve], poisson, sample, 12)(values).expected
    found = modes_of(sample, K_X, K_AR, 0.5, 12)
    weight = folded(poisson(np.array([1.2])), 12)[0] @ found.amplitude
    nodes, weights = np.polynomial.legendre.leggauss(400)
    for t, signal in zip(curve.time - ZERO, got, strict=True):
        top = min(t, 6 * WIDTH)  # u from -6 widths to t: S is zero before
        u = 0.5 * (nodes + 1) * (top + 6 * WIDTH) - 6 * WIDTH
        inner = np.exp(-np.outer(t - u, found.rate)) @ weight
        gauss = np.exp(-0.5 * (u / WIDTH) ** 2) / (WIDTH * np.sqrt(2 * np.pi))
        integral = 0.5 * (top + 6 * WIDTH) * float(weights @ (inner * gauss))
        assert signal == pytest.approx(3 * integral + 0.1, abs=1e-6)


@given(mean=st.floats(0.01, 12.0))
def test_few_nanocrystals_have_more_pairs_than_are_followed(mean: float) -> None:
    most = followed(poisson, mean)
    kept = folded(poisson(np.array([mean])), most)[0]
    assert kept.sum() == pytest.approx(1, abs=1e-9)
    assert poisson(np.array([mean]))[0][most + 1 :].sum() < 1e-4 or most == 24


# --- state filling ---


@given(mean=st.floats(0.0, 20.0), degeneracy=st.integers(1, 6))
def test_filling_is_the_mean_of_what_the_level_holds(mean: float, degeneracy: int) -> None:
    value, slope = filling(np.array([mean]), degeneracy)
    probability = poisson(np.array([mean]))[0]
    expected = probability @ np.minimum(np.arange(len(probability)), degeneracy)
    assert value[0] == pytest.approx(expected, abs=1e-10)
    h = 1e-5
    up, down = (filling(np.array([mean + s]), degeneracy)[0][0] for s in (h, -h))
    assert slope[0] == pytest.approx((up - down) / (2 * h), abs=1e-6)
    assert filling(np.array([mean]), 1)[0][0] == pytest.approx(1 - np.exp(-mean), abs=1e-12)


@pytest.mark.parametrize("degeneracy", [1, 2])
def test_poisson_filling_returns_the_cross_section(degeneracy: int) -> None:
    fluence = np.array([1e12, 1e13, 5e13, 2e14])
    signal = 7.0 * filling(3e-15 * fluence, degeneracy)[0]
    found = fit_filling(fluence, signal, np.full(4, 1e-3), degeneracy)
    assert found["cross_section"].value == pytest.approx(3e-15, rel=1e-6)
    assert found["saturation"].value == pytest.approx(7.0, rel=1e-6)


# --- successive subtraction ---


def test_subtraction_gives_the_lifetimes_of_the_states_in_the_limit() -> None:
    """Noise-free, few pairs, a level that never fills, no ejected carrier: n = 2 and n = 3 decay with their own rates.

    Those of the neutral states are 4 k_X + k_AR and 9 k_X + 9/2 k_AR.
    """
    delays = np.concatenate([np.linspace(-10, 10, 121)[:-1], np.geomspace(10, 3000, 200)])
    means = (1e-5, 1e-3, 2e-3, 4e-3)
    curves = series(means, xi=1.0, noise=0.0, sample=Sample(degeneracy=None), delays=delays)
    found = successive(curves, (500, 3000), time_zero=ZERO, response_sigma=WIDTH)
    assert [entry.pairs for entry in found[:2]] == [2, 3]
    assert found[0].lifetime == pytest.approx(1 / (4 * K_X + K_AR), rel=1e-3)
    assert found[1].lifetime == pytest.approx(1 / (9 * K_X + 4.5 * K_AR), rel=0.02)


def test_a_filled_level_hides_three_pairs_and_lengthens_two() -> None:
    delays = np.concatenate([np.linspace(-10, 10, 121)[:-1], np.geomspace(10, 3000, 200)])
    curves = series((1e-4, 0.5), xi=1.0, noise=0.0, delays=delays)
    curves = [Curve(c.time, c.values, np.full(len(delays), 1e-5), c.fluence) for c in curves]
    found = successive(curves, (500, 3000), time_zero=ZERO, response_sigma=WIDTH)
    assert 1.02 < found[0].lifetime * (4 * K_X + K_AR) < 1.10


def test_one_exponential_covers_its_normalisation() -> None:
    """A curve that may be off by a multiple of its tail: lifetime unbiased, errors as wide as the scatter."""
    random, time = np.random.default_rng(2), np.linspace(-2, 300, 150)
    clean = decays(time, np.array([1 / 30]), 0.5).value[:, 0]
    shape = decays(time, np.array([1e-5]), 0.5).value[:, 0]
    pulls = []
    for _ in range(60):
        values = clean + 0.05 * random.standard_normal(150) + 0.1 * random.standard_normal() * shape
        fit = fit_exponential(Curve(time, values, np.full(150, 0.05)), 0.0, 0.5, 0.1 * shape[None])
        pulls.append((fit["lifetime"].value - 30) / fit["lifetime"].error)
    assert abs(np.mean(pulls)) < 0.45
    assert 0.75 < np.std(pulls) < 1.35


# --- the global fit ---


def test_round_trip_of_a_series_is_unbiased_with_honest_errors() -> None:
    """40 series, all parameters free: pulls of lifetime, efficiency, cross section, xi."""
    pulls = []
    for seed in range(40):
        found = fit_series(
            series((0.1, 0.5, 1.5, 4.0), xi=0.5, noise=0.02, seed=seed), poisson, Sample(), time_zero=0.0,
            response_sigma=0.4, exciton_rate=2e-4, hesse=False,
        )  # fmt: skip
        truth = {"cross_section": SIGMA, "retained_fraction": 0.5, "exciton_rate": K_X}
        lifetime, error = found.biexciton_lifetime()
        efficiency, efficiency_error = found.auger_efficiency()
        row = [
            (lifetime - 1 / (4 * K_X + K_AR)) / error,
            (efficiency - K_AR / (K_AR + 4 * K_X)) / efficiency_error,
        ]
        row += [(found.fit[name].value - value) / found.fit[name].error for name, value in truth.items()]
        pulls.append(row)
    table = np.array(pulls)
    assert np.all(np.abs(table.mean(axis=0)) < 3 / np.sqrt(len(table)))
    covered = np.mean(np.abs(table) < 1)
    assert 0.55 < covered < 0.80


def test_the_carrier_model_does_not_amplify_noise() -> None:
    """Same series, both methods: the scatter of the biexciton lifetime is several times smaller."""
    by_fit, by_subtraction = [], []
    for seed in range(12):
        curves = series((0.1, 0.3, 0.6, 1.0, 2.0, 4.0), xi=1.0, noise=0.01, seed=seed)
        found = fit_series(
            curves, poisson, Sample(), time_zero=0.0, response_sigma=0.4, exciton_rate=2e-4, retained_fraction=1.0,
            hesse=False,
        )  # fmt: skip
        by_fit.append(found.biexciton_lifetime()[0])
        extracted = successive(curves, (300, 3000), time_zero=ZERO, response_sigma=WIDTH)
        assert extracted, "the difference is clear at this noise"
        by_subtraction.append(extracted[0].lifetime)
    assert np.std(by_subtraction) > 5 * np.std(by_fit)
    assert abs(np.median(by_subtraction) - 39.2) < 3 * np.median(np.abs(np.array(by_subtraction) - 39.2)) + 1


def test_a_series_without_pairs_is_refused() -> None:
    """Curves proportional to the fluence tell nothing of two pairs: neither cross section nor biexciton."""
    weak = series((0.001, 0.002, 0.005), xi=1.0, noise=2e-4)
    assert bent(weak, ZERO, WIDTH) < 4
    with pytest.raises(ValueError, match="proportional to the fluence"):
        fit_series(weak, poisson, Sample(), time_zero=0.0, response_sigma=0.4, exciton_rate=2e-4)
    assert bent(series((0.05, 0.2, 0.5), xi=1.0, noise=0.005), ZERO, WIDTH) > 4
    by_chance = [
        bent(series((1e-6, 2e-6, 4e-6, 8e-6), xi=1.0, noise=0.01, seed=seed), ZERO, WIDTH)
        for seed in range(60)
    ]
    assert np.mean(np.array(by_chance) > 4) < 0.05


def test_given_rates_are_held() -> None:
    found = fit_series(
        series((0.2, 2.0), xi=1.0, noise=0.01), poisson, Sample(), time_zero=0.0, response_sigma=0.4,
        exciton_rate=K_X, exciton_rate_fixed=True, retained_fraction=1.0,
    )  # fmt: skip
    assert found.fit["exciton_rate"].fixed
    assert found.fit["exciton_rate"].value == K_X
    lifetime, error = found.biexciton_lifetime()
    assert abs(lifetime - 39.2157) < 4 * error
