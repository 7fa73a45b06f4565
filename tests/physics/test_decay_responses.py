"""Decays through a response: exact integrals against quadrature and against photons drawn one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from scintidot.analysis.decay.model import piled_up, piled_up_slopes
from scintidot.analysis.decay.narrow import LAWS, PARTS, NarrowResponse, cut, measured_response
from scintidot.analysis.decay.responses import GaussianResponse, MeasuredResponse, NoResponse, Response
from scintidot.constants import FWHM_PER_SIGMA

WIDTH, BINS = 4.0, 400
EDGES = WIDTH * np.arange(BINS + 1)
SIGMA = 25.0
RATES = np.array([1 / 8.0, 1 / 50.0, 1 / 900.0, 1 / 50_000.0])


def gaussian_histogram(centre: float = 200.0, sigma: float = SIGMA) -> Any:
    h = np.diff(ndtr((EDGES - centre) / sigma))
    return h / h.sum()


@pytest.mark.parametrize("period", [None, 2000.0])
@pytest.mark.parametrize("tau", [8.0, 50.0, 300.0])
def test_gaussian_response_against_quadrature(tau: float, period: float | None) -> None:
    found = GaussianResponse(EDGES, period).share(np.array([1 / tau]), 200.0, SIGMA * FWHM_PER_SIGMA)[0]

    height = 1 / (SIGMA * np.sqrt(2 * np.pi))

    def density(t: float) -> float:
        """Photons per ps at t: the Gaussian times the decay, and the same one and more periods earlier."""
        low = t - 200.0 - 12 * SIGMA
        value = quad(
            lambda u: np.exp(-u / tau) / tau * np.exp(-0.5 * ((t - u - 200.0) / SIGMA) ** 2) * height,
            max(0, low), max(0, t - 200.0 + 12 * SIGMA), epsabs=1e-12, epsrel=1e-9,
        )[0]  # fmt: skip
        return float(value)

    for i in (49, 55, 120):
        shifts = [0.0] if period is None else [0.0, *(period * k for k in range(1, 5))]
        expected = sum(
            quad(lambda t, s=s: density(t + s), EDGES[i], EDGES[i + 1], epsabs=1e-11, epsrel=1e-8)[0]
            for s in shifts
        )
        assert found[i] == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(st.floats(3.0, 1e5), st.integers(12, 300), st.floats(-40.0, 40.0))
def test_flash_of_one_bin_is_the_box_integral(tau: float, source: int, shift: float) -> None:
    """Light that starts anywhere in one bin with equal chance: shares by the closed integral of the exponential."""
    h = np.zeros(BINS)
    h[source] = 1.0
    response = MeasuredResponse(h, WIDTH)
    response.__dict__["_spline"] = (h, 2)
    found = response.share(np.array([1 / tau]), shift, 0.0)[0]

    def before(t: Any) -> Any:
        """Share of the light before t: mean over the starts u of 1 - exp(-(t - u)/tau)."""
        a, b = source * WIDTH + shift, (source + 1) * WIDTH + shift
        u = np.clip(t, a, b)
        gone = (u - a) + tau * (np.exp(-(t - a) / tau) - np.exp(-(t - u) / tau))
        return np.where(t > a, gone / (b - a), 0.0)

    expected = np.diff(before(EDGES))
    assert found == pytest.approx(expected, abs=1e-12 + 1e-15 * tau / WIDTH)


@pytest.mark.parametrize("sigma", [8.0, 12.0, 40.0])
@pytest.mark.parametrize("shift", [0.0, 1.3, 2.0, -2.7, 9.9])
def test_histogram_of_a_gaussian_gives_what_the_gaussian_gives(sigma: float, shift: float) -> None:
    """From two bins per sigma on, at any shift and lifetime, below a bin width too."""
    h = gaussian_histogram(sigma=sigma)
    response = MeasuredResponse(h, WIDTH, 1800.0)
    exact = GaussianResponse(EDGES, 1800.0).share(RATES, 200.0 + shift, sigma * FWHM_PER_SIGMA)
    found = response.share(RATES, shift, 0.0)
    assert np.abs(found - exact).max() < (2e-3 if sigma < 10 else 3e-4) * exact.max()
    if shift == 0:
        assert response.flash(0.0, 0.0).share[0] == pytest.approx(h, abs=1e-4 * h.max())


@pytest.mark.parametrize("fwhm_bins", [1.0, 1.57, 2.5])
@pytest.mark.parametrize("centre", [200.0, 201.0, 202.0])
def test_narrow_gaussian_gives_what_the_gaussian_gives(fwhm_bins: float, centre: float) -> None:
    """From one bin of full width on, wherever it lies against the bins; constant within them it is off by 4 to 20 %."""
    fwhm = fwhm_bins * WIDTH
    h = gaussian_histogram(centre, fwhm / FWHM_PER_SIGMA)
    response = measured_response(h, WIDTH, 1800.0)
    assert isinstance(response, NarrowResponse)
    assert response.width == pytest.approx(fwhm_bins, rel=0.1)
    for shift in (0.0, 1.3, -2.7):
        exact = GaussianResponse(EDGES, 1800.0).share(RATES, centre + shift, fwhm)
        found = response.share(RATES, shift, 0.0)
        assert np.abs(found - exact).max() < 5e-3 * exact.max()
    assert response.flash(0.0, 0.0).share[0] == pytest.approx(h, abs=2e-3 * h.max())


def test_wide_and_smooth_responses_stay_splines() -> None:
    assert isinstance(measured_response(gaussian_histogram(), WIDTH), MeasuredResponse)
    spiky = gaussian_histogram()
    spiky[60] += 1.0
    assert isinstance(measured_response(spiky, WIDTH), NarrowResponse)


@given(
    st.lists(st.floats(-0.01, 1.0) | st.just(0.0), min_size=2, max_size=30).filter(lambda h: max(h) > 0.1),
    st.sampled_from(LAWS),
)
def test_bins_keep_their_light_when_they_are_cut(counts: list[float], law: str) -> None:
    h = np.array(counts)
    fine = cut(h, law).reshape(-1, PARTS)
    assert fine.sum(axis=1) == pytest.approx(h, abs=1e-12)
    assert np.all(fine[h >= 0] >= 0)


def test_period_brings_all_light_back() -> None:
    """Bins that cover a whole period hold every photon, however long it takes."""
    period = BINS * WIDTH
    measured = MeasuredResponse(gaussian_histogram(), WIDTH, period)
    assert measured.share(RATES, 1.7, 0.0).sum(axis=1) == pytest.approx(1, abs=1e-9)
    gaussian = GaussianResponse(EDGES, period).share(RATES, 200.0, 60.0)
    assert gaussian.sum(axis=1) == pytest.approx(1, abs=1e-9)
    tail = NoResponse(EDGES, period).share(RATES, 0.0, 0.0)
    assert tail.sum(axis=1) == pytest.approx(1, abs=1e-12)


RESPONSES: dict[str, tuple[Response, float]] = {
    "measured": (MeasuredResponse(gaussian_histogram(), WIDTH), 3.3),
    "measured, period": (MeasuredResponse(gaussian_histogram(), WIDTH, 1800.0), -6.1),
    "narrow": (measured_response(gaussian_histogram(sigma=3.0), WIDTH), 3.3),
    "narrow, period": (measured_response(gaussian_histogram(sigma=3.0), WIDTH, 1800.0), -6.1),
    "gaussian": (GaussianResponse(EDGES), 203.3),
    "gaussian, period": (GaussianResponse(EDGES, 1800.0), 203.3),
    "tail": (NoResponse(EDGES), 0.0),
    "tail, period": (NoResponse(EDGES, 1800.0), 0.0),
}


@pytest.mark.parametrize("name", RESPONSES)
def test_derivatives_are_those_of_the_shares(name: str) -> None:
    response, shift = RESPONSES[name]
    rates = np.array([1 / 9.0, 1 / 60.0, 1 / 700.0])
    found = response.columns(rates, shift, 47.0)
    assert found.share == pytest.approx(response.share(rates, shift, 47.0), rel=1e-12, abs=1e-300)

    def slope(change: Any, step: float) -> Any:
        return (change(step) - change(-step)) / (2 * step)

    by_rate = slope(lambda e: response.share(rates * np.exp(e), shift, 47.0), 1e-5)
    assert found.by_log_rate == pytest.approx(by_rate, abs=1e-6 * np.abs(by_rate).max())
    by_shift = slope(lambda e: response.share(rates, shift + e, 47.0), 1e-4)
    if "tail" not in name:
        assert found.by_shift == pytest.approx(by_shift, abs=1e-6 * np.abs(by_shift).max())
    if found.by_width is not None:
        by_width = slope(lambda e: response.share(rates, shift, 47.0 + e), 1e-4)
        assert found.by_width == pytest.approx(by_width, abs=1e-6 * np.abs(by_width).max())


@given(st.floats(1e-3, 1e4))
def test_extreme_rates_stay_finite_and_positive(kappa: float) -> None:
    rate = np.array([kappa / WIDTH])
    for response in (
        MeasuredResponse(gaussian_histogram(), WIDTH, 1e4),
        MeasuredResponse(gaussian_histogram(), WIDTH),
    ):
        columns = response.columns(rate, 0.3, 0.0)
        assert np.all(np.isfinite(columns.share))
        assert np.all(np.isfinite(columns.by_log_rate))
        assert np.all(np.isfinite(columns.by_shift))
        assert columns.share.min() > -1e-12
        assert columns.share.sum() <= 1 + 1e-9


def test_pile_up_against_drawn_excitations() -> None:
    """First photons of a million excitations, 0.5 photons each."""
    rng = np.random.default_rng(1)
    share, excitations, mean = np.array([0.1, 0.3, 0.4, 0.2]), 1_000_000, 0.5
    photons = rng.poisson(mean * share, (excitations, 4))
    first = np.argmax(photons > 0, axis=1)[photons.sum(axis=1) > 0]
    seen = np.bincount(first, minlength=4)
    expected = piled_up(share * mean * excitations, excitations)
    assert np.abs(seen - expected) / np.sqrt(expected) == pytest.approx(0, abs=4)
    slopes = piled_up_slopes(share * mean * excitations, np.eye(4), excitations)
    step = 10.0
    numeric = np.stack(
        [
            (piled_up(share * mean * excitations + step * unit, excitations) - expected) / step
            for unit in np.eye(4)
        ],
        axis=1,
    )
    assert slopes == pytest.approx(numeric, abs=1e-4)
