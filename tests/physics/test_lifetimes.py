"""The named effective lifetimes, each against its own definition carried out by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

from scintidot.calculators import nanocrystal_kinetics
from scintidot.excitons.occupancy import initial_populations
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import effective_lifetimes, instrument
from scintidot.kinetics.rates import biexciton_rates

STATISTICS_OF = {"paper": "paper", "poisson-biexciton": "poisson"}


class ByHand:
    """F(t) as two exponentials, solved on paper for K != k_X (K: all ways out of XX, r: those into X)."""

    def __init__(self, model, mean, phi_ar, *, k=1e-4, xi=0.5, phi_x=1.0, ratio=4.0):
        single = mean * np.exp(-mean)
        multiple = 1 - np.exp(-mean) - single
        shining, quiet = (ratio * k, 0.0) if model == "paper" else (ratio * phi_x * k, 2 * (1 - phi_x) * k)
        auger = ratio * k * phi_ar / (1 - phi_ar)
        if model == "paper":
            single, multiple = mean * single, mean * multiple
        self.k, self.K = k, shining + quiet + auger
        passed_on = multiple * (shining + quiet + xi * auger) / (self.K - k)
        self.slow = phi_x * k * (single + passed_on)
        self.fast = shining * multiple - phi_x * k * passed_on
        self.rates, self.amplitudes = np.array([k, self.K]), np.array([self.slow, self.fast])

    def __call__(self, time):
        return np.exp(-np.multiply.outer(time, self.rates)) @ self.amplitudes

    @property
    def fastest(self):
        return self.rates.max()

    @property
    def integral(self):
        """By quadrature, panel by panel."""
        edges = np.concatenate([[0], np.geomspace(1e-3 / self.fastest, 60 / self.rates.min(), 100)])
        return panels(self, edges)


def panels(function, edges, order=12):
    """Gauss-Legendre quadrature on every interval between ``edges``."""
    node, weight = np.polynomial.legendre.leggauss(order)
    half = np.diff(edges)[:, None] / 2
    return float(np.sum(half * weight * function(edges[:-1, None] + half * (1 + node))))


def seen_by_instrument(emission, time, sigma):
    """F convolved with a Gaussian at one time; panels crowd where F starts."""
    low, high = max(0.0, time - 10 * sigma), time + 10 * sigma
    early = np.geomspace(1e-3 / emission.fastest, high, 150)
    edges = np.unique(np.concatenate([np.linspace(low, high, 80), early[(early > low) & (early < high)]]))

    def product(s):
        return emission(s) * np.exp(-0.5 * ((time - s) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))

    return panels(product, edges)


def brute_force_instrument(emission, fwhm):
    """integral/peak: peak looked for on a dense grid, then refined."""
    sigma = fwhm / np.sqrt(8 * np.log(2))
    grid = np.linspace(-4, 12, 161) * sigma
    values = [seen_by_instrument(emission, time, sigma) for time in grid]
    best = int(np.argmax(values))
    assert 0 < best < grid.size - 1
    peak = minimize_scalar(
        lambda time: -seen_by_instrument(emission, time, sigma),
        bounds=(grid[best - 1], grid[best + 1]),
        method="bounded",
        options={"xatol": 1e-7 * sigma},
    )
    return emission.integral / -peak.fun


def kinetics(model, mean, phi_ar, *, k=1e-4, xi=0.5, phi_x=1.0, ratio=4.0, response=100.0):
    return nanocrystal_kinetics(
        model=model,
        mean_excitons=mean,
        auger_efficiency=phi_ar,
        exciton_rate=k,
        retained_fraction=xi,
        quantum_yield=phi_x,
        rate_ratio=ratio,
        response=response,
    )


POINTS = [
    # model, <N>, Phi_AR, other parameters, response [ps]
    ("paper", 3.3, 0.0, {}, 100.0),
    ("paper", 3.3, 0.99, {}, 100.0),
    ("poisson-biexciton", 1.0, 0.9, {}, 100.0),
    ("poisson-biexciton", 0.2, 0.97, {"phi_x": 0.3, "xi": 0.0}, 350.0),
    ("poisson-biexciton", 2.3, 0.6, {"k": 1e-6}, 60.0),
    ("poisson-biexciton", 5.0, 0.9999, {"xi": 1.0}, 100.0),  # biexciton: 0.25 ps
    ("paper", 1.0, 0.99999, {}, 150.0),  # biexciton: 0.025 ps
    ("poisson-biexciton", 1.0, 0.5, {"k": 1e-2}, 5000.0),  # response slower than every decay
]


@pytest.mark.parametrize(("model", "mean", "phi_ar", "other", "response"), POINTS)
class TestDefinitions:
    def test_instrument(self, model, mean, phi_ar, other, response):
        tau = kinetics(model, mean, phi_ar, **other, response=response)["tau_ps"]["instrument"]
        assert tau == pytest.approx(
            brute_force_instrument(ByHand(model, mean, phi_ar, **other), response), rel=1e-9
        )

    def test_one_over_e(self, model, mean, phi_ar, other, response):
        tau = kinetics(model, mean, phi_ar, **other, response=response)["tau_ps"]["one_over_e"]
        emission = ByHand(model, mean, phi_ar, **other)
        assert emission(tau) == pytest.approx(emission(0.0) / np.e, rel=1e-10)
        crossing = brentq(lambda t: emission(t) - emission(0.0) / np.e, 0, 5 / emission.k, xtol=1e-14)
        assert tau == pytest.approx(crossing, rel=1e-9)

    def test_harmonic_and_mean_photon_time(self, model, mean, phi_ar, other, response):
        tau = kinetics(model, mean, phi_ar, **other, response=response)["tau_ps"]
        emission = ByHand(model, mean, phi_ar, **other)
        knee = 30 / emission.K
        moment = sum(
            quad(lambda t: t * emission(t), *limits, epsabs=0, epsrel=1e-11, limit=200)[0]
            for limits in ((0, knee), (knee, 5 / emission.k + knee), (5 / emission.k + knee, 70 / emission.k))
        )
        assert tau["harmonic"] == pytest.approx(emission.integral / emission(0.0), rel=1e-10)
        assert tau["mean_photon_time"] == pytest.approx(moment / emission.integral, rel=1e-9)

    def test_components(self, model, mean, phi_ar, other, response):
        """Amplitudes and lifetimes add up to F; shares add up to one."""
        parts = kinetics(model, mean, phi_ar, **other, response=response)["components"]
        emission = ByHand(model, mean, phi_ar, **other)
        assert [1 / part["lifetime_ps"] for part in parts] == pytest.approx(emission.rates, rel=1e-12)
        assert [part["amplitude"] for part in parts] == pytest.approx(emission.amplitudes, rel=1e-10)
        assert sum(part["fraction"] for part in parts) == pytest.approx(1, rel=1e-12)

    def test_quick_response_gives_the_harmonic_lifetime(self, model, mean, phi_ar, other, response):
        """From above, since a response can only lower the peak; the first-order loss is sigma |F'|/F."""
        emission = ByHand(model, mean, phi_ar, **other)
        quick = response * 0 + 1e-6 / emission.fastest
        tau = kinetics(model, mean, phi_ar, **other, response=quick)["tau_ps"]
        assert tau["harmonic"] < tau["instrument"] < tau["harmonic"] * (1 + 1e-5)


@pytest.mark.parametrize("response", [1.0, 100.0, 3000.0])
def test_one_exponential(response):
    """Every lifetime is 1/k; the instrument adds its own width, found by brute force."""
    tau = kinetics("poisson-biexciton", 1e-7, 0.0, response=response)["tau_ps"]
    for name in ("harmonic", "mean_photon_time", "one_over_e"):
        assert tau[name] == pytest.approx(1e4, rel=1e-6), name
    expected = brute_force_instrument(ByHand("poisson-biexciton", 1e-7, 0.0), response)
    assert tau["instrument"] == pytest.approx(expected, rel=1e-6)


def test_slow_response_shows_only_itself():
    """Response far slower than the light: peak -> integral/(sigma sqrt(2 pi))."""
    tau = kinetics("poisson-biexciton", 1.0, 0.9, response=1e9)["tau_ps"]["instrument"]
    assert tau == pytest.approx(1e9 * np.sqrt(np.pi / (4 * np.log(2))), rel=1e-4)


class TestAgainstAugerEfficiency:
    EFFICIENCY = np.concatenate([np.linspace(0, 0.99, 100), 1 - np.geomspace(5e-3, 1e-5, 40)])

    def lifetimes(self, model, mean, **other):
        rates = biexciton_rates(
            model,
            exciton_rate=1e-4,
            quantum_yield=1.0,
            retained_fraction=0.5,
            auger_efficiency=self.EFFICIENCY,
        )
        start = initial_populations(mean, STATISTICS_OF[model])
        return effective_lifetimes(BiexcitonDecay(rates, start.exciton, start.biexciton), **other)

    @pytest.mark.parametrize("mean", [1.0, 3.3])
    @pytest.mark.parametrize("model", STATISTICS_OF)
    def test_instrument_falls_then_rises(self, model, mean):
        """100 ps: Auger first quenches the light, then outruns the response, which hides its peak."""
        tau = self.lifetimes(model, mean, response_fwhm=100.0)
        lowest = int(np.argmin(tau["instrument"]))
        assert 0.3 < self.EFFICIENCY[lowest] < 0.999
        assert (np.diff(tau["instrument"])[:lowest] < 0).all()
        assert (np.diff(tau["instrument"])[lowest:] > 0).all()
        assert (np.diff(tau["harmonic"]) < 0).all()

        here = [0, lowest, self.EFFICIENCY.size - 1]
        brute = [brute_force_instrument(ByHand(model, mean, self.EFFICIENCY[i]), 100.0) for i in here]
        assert tau["instrument"][here] == pytest.approx(brute, rel=1e-9)
        assert brute[0] > 1.2 * brute[1]
        assert brute[2] > 1.2 * brute[1]

    @pytest.mark.parametrize("mean", [0.05, 1.0, 3.3])
    @pytest.mark.parametrize("model", STATISTICS_OF)
    def test_response_that_is_quick_enough_restores_the_fall(self, model, mean):
        """Quick against every biexciton of the series: the first 100 of them, 25 ps and slower."""
        tau = self.lifetimes(model, mean, response_fwhm=1e-3)
        assert (np.diff(tau["instrument"][:100]) < 0).all()
        np.testing.assert_allclose(tau["instrument"][:100], tau["harmonic"][:100], rtol=1e-3)


@st.composite
def inputs(draw):
    model = draw(st.sampled_from(sorted(STATISTICS_OF)))
    mean = 10.0 ** draw(st.floats(-4, 1))
    phi_ar = draw(st.floats(0.0, 0.999))
    other = {
        "k": 10.0 ** draw(st.floats(-6, -1)),
        "xi": draw(st.floats(0.0, 1.0)),
        "phi_x": draw(st.floats(0.01, 1.0)),
        "ratio": draw(st.floats(1.0, 8.0)),
    }
    return model, mean, phi_ar, other


def far_from_equal_rates(model, phi_ar, *, ratio, phi_x, **_):
    """The hand solution divides by K - k_X; test_kinetics covers what this leaves out."""
    quiet = 1 - phi_x if model == "poisson-biexciton" else 0.0
    return ratio - 1 + phi_ar + quiet > 0.01


THOROUGH = settings(max_examples=300, deadline=None, derandomize=True)


class TestForAllInputs:
    @THOROUGH
    @given(inputs())
    def test_harmonic_is_integral_over_start_and_mean_of_components(self, case):
        model, mean, phi_ar, other = case
        result = kinetics(model, mean, phi_ar, **other)
        tau = result["tau_ps"]["harmonic"]
        assert tau == pytest.approx(result["photons"] / result["initial_rate_per_ps"], rel=1e-14)
        parts = result["components"]
        if not parts:
            return
        shares = np.array([part["amplitude"] * part["lifetime_ps"] for part in parts])
        shares /= shares.sum()
        assert [part["fraction"] for part in parts] == pytest.approx(shares, rel=1e-12 * np.abs(shares).max())
        terms = shares / [part["lifetime_ps"] for part in parts]
        cancelled = np.abs(terms).sum() / terms.sum()  # signs differ where X is fed by XX
        assert 1 / terms.sum() == pytest.approx(tau, rel=1e-13 * cancelled)

    @THOROUGH
    @given(inputs(), st.floats(0.0, 0.999))
    def test_figure_of_merit_does_not_know_auger(self, case, other_phi_ar):
        model, mean, phi_ar, other = case
        one, two = kinetics(model, mean, phi_ar, **other), kinetics(model, mean, other_phi_ar, **other)
        start = ByHand(model, mean, 0.5, **other)(0.0)
        for result in (one, two):
            by_definition = np.sqrt(result["tau_ps"]["harmonic"] / result["photons"])
            assert result["ctr_nc"] == pytest.approx(by_definition, rel=1e-13)
            assert result["ctr_nc"] == pytest.approx(start**-0.5, rel=1e-7)
        assert one["ctr_nc"] == pytest.approx(two["ctr_nc"], rel=1e-14)

    @THOROUGH
    @given(inputs(), st.floats(1e-3, 0.998))
    def test_harmonic_falls_with_auger(self, case, share):
        """Any two efficiencies at least 1e-3 apart."""
        model, mean, _, other = case
        low, high = (
            kinetics(model, mean, phi_ar, **other)["tau_ps"]["harmonic"]
            for phi_ar in (share - 1e-3, share + 1e-3)
        )
        assert high < low

    @THOROUGH
    @given(inputs(), st.floats(-3, 4))
    def test_order_of_lifetimes(self, case, power):
        """A response lowers the peak; F falls more slowly than exp(-K t) and faster than its last tail."""
        model, mean, phi_ar, other = case
        tau = kinetics(model, mean, phi_ar, **other, response=10.0**power)["tau_ps"]
        assert tau["instrument"] >= tau["harmonic"] * (1 - 1e-12)
        assert 0 < tau["one_over_e"] < tau["harmonic"] * np.e * (1 + 1e-12)

    @THOROUGH
    @given(inputs())
    def test_one_over_e_of_the_emission(self, case):
        model, mean, phi_ar, other = case
        assume(far_from_equal_rates(model, phi_ar, **other))
        tau = kinetics(model, mean, phi_ar, **other)["tau_ps"]["one_over_e"]
        emission = ByHand(model, mean, phi_ar, **other)
        assert emission(tau) == pytest.approx(emission(0.0) / np.e, rel=1e-10)

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(inputs(), st.floats(-1.5, 1.5))
    def test_instrument_by_brute_force(self, case, power):
        """Responses from 1/30 to 30 times the biexciton lifetime."""
        model, mean, phi_ar, other = case
        assume(far_from_equal_rates(model, phi_ar, **other))
        emission = ByHand(model, mean, phi_ar, **other)
        response = 10.0**power / emission.K
        tau = kinetics(model, mean, phi_ar, **other, response=response)["tau_ps"]["instrument"]
        assert tau == pytest.approx(brute_force_instrument(emission, response), rel=1e-8)


@pytest.mark.parametrize("phi_ar", [0.99, 0.9999, 0.999999, 1 - 1e-9, 1 - 1e-12])
def test_one_over_e_of_an_extremely_quick_biexciton(phi_ar):
    """Down to lifetimes far below any other time in the problem."""
    emission = ByHand("poisson-biexciton", 3.0, phi_ar)
    tau = kinetics("poisson-biexciton", 3.0, phi_ar)["tau_ps"]["one_over_e"]
    assert emission(tau) == pytest.approx(emission(0.0) / np.e, rel=1e-8)


def plain_rates(phi_ar, quantum_yield=1.0):
    return biexciton_rates(
        "poisson-biexciton",
        exciton_rate=1e-4,
        quantum_yield=quantum_yield,
        retained_fraction=0.5,
        auger_efficiency=phi_ar,
    )


@pytest.mark.parametrize("phi_ar", [0.0, 0.5])
def test_no_light_has_no_lifetime(phi_ar):
    """Phi_X = 0 is a legal input: nothing shines, and every lifetime says so instead of giving a number."""
    rates = plain_rates(phi_ar, quantum_yield=0.0)
    dark = BiexcitonDecay(rates, np.array(0.3), np.array(0.2))
    assert dark.photons == 0
    for name, tau in effective_lifetimes(dark, 100.0).items():
        assert np.isnan(tau), name
    result = kinetics("poisson-biexciton", 1.0, phi_ar, phi_x=0.0)
    assert result["photons"] == 0
    assert set(result["tau_ps"].values()) == {None}


def test_instrument_takes_arrays():
    """A whole array of samples at once gives what each gives alone."""
    mean, phi_ar = np.array([[0.1], [3.0]]), np.array([0.0, 0.9, 0.999])
    start = initial_populations(mean, "poisson")
    rates = plain_rates(phi_ar)
    together = instrument(BiexcitonDecay(rates, start.exciton, start.biexciton), 100.0)
    alone = [
        [kinetics("poisson-biexciton", float(n), float(p))["tau_ps"]["instrument"] for p in phi_ar]
        for n in mean[:, 0]
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-11)


def test_a_large_map():
    """Rows of <N> against columns of Phi_AR, far more than fit in one go: every point stands for itself."""
    mean, phi_ar = np.geomspace(1e-3, 8, 230)[:, None], np.linspace(0, 0.9995, 260)
    start = initial_populations(mean, "poisson")
    rates = plain_rates(phi_ar)
    tau = effective_lifetimes(BiexcitonDecay(rates, start.exciton, start.biexciton), 100.0)
    for row, column in ((0, 0), (0, 259), (117, 31), (150, 222), (229, 0), (229, 259)):
        alone = kinetics("poisson-biexciton", float(mean[row, 0]), float(phi_ar[column]))["tau_ps"]
        for name, value in alone.items():
            assert tau[name].shape == (230, 260)
            assert tau[name][row, column] == pytest.approx(value, rel=1e-9), name
