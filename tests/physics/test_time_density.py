"""Density of one photon's registered time, its Fisher information, and the time of the k-th photon."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, gammaln

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.errors import OutOfRange
from scintidot.records import Exponentials
from scintidot.timing.bounds import cramer_rao_bound, fisher_information, information, nodes, panels
from scintidot.timing.coincidence import coincidence_resolution
from scintidot.timing.density import Response, density, harmonic_lifetime
from scintidot.timing.order_statistics import Quantiles, best_photon, photon_times

TWO = FWHM_PER_SIGMA * np.sqrt(2)
ANCHOR = Exponentials(np.array([1.0]), np.array([1 / 1037]))
FAST_AND_SLOW = Exponentials(np.array([0.3 / 250, 0.7 / 1e4]), np.array([1 / 250, 1e-4]))
SIGNED = Exponentials(np.array([1.0, -0.8]), np.array([1 / 1037, 1 / 300]))


def gaussian(sigma):
    return Response.gaussian(sigma)


def by_quadrature(lifetime, rise, sigma, time):
    """p(t) of a single exponential by the two convolutions in 20 digits."""
    with mpmath.workdps(20):
        k, s = 1 / mpmath.mpf(lifetime), mpmath.mpf(sigma)
        if rise == 0:
            light = lambda u: k * mpmath.exp(-k * u)  # noqa: E731
        else:
            r = 1 / mpmath.mpf(rise)
            light = lambda u: k * r * u * mpmath.hyp1f1(1, 2, (k - r) * u) * mpmath.exp(-k * u)  # noqa: E731
        gauss = lambda x: mpmath.exp(-(x**2) / (2 * s**2)) / (s * mpmath.sqrt(2 * mpmath.pi))  # noqa: E731
        low, high = max(0, time - 9 * sigma), time + 9 * sigma
        return float(mpmath.quad(lambda u: light(u) * gauss(time - u), np.linspace(low, high, 7)))


class TestDensity:
    @pytest.mark.parametrize(
        ("lifetime", "rise", "sigma"),
        [(1037, 100, 40), (1037, 0, 40), (100, 100, 40), (100, 100.001, 40), (3, 0.2, 40), (5e4, 60, 0.7)],
    )
    def test_against_both_convolutions(self, lifetime, rise, sigma):
        decay = Exponentials(np.array([7.0]), np.array([1 / lifetime]))
        times = np.array([-2.5, 0.0, 1.3]) * sigma + 0.3 * rise
        value, _ = density(decay, rise, gaussian(sigma), times)
        expected = [by_quadrature(lifetime, rise, sigma, t) for t in times]
        np.testing.assert_allclose(value, expected, rtol=2e-9)

    @pytest.mark.parametrize("rise", [0.0, 5.0, 249.9999, 250.0, 1e4])
    @pytest.mark.parametrize("sigma", [0.5, 40.0, 900.0])
    @pytest.mark.parametrize("decay", [FAST_AND_SLOW, SIGNED])
    def test_slope_is_that_of_the_density_and_all_of_it_is_one(self, decay, rise, sigma):
        response = gaussian(sigma)
        times = np.linspace(-2 * sigma, 3 * sigma + rise, 41)
        step = 3e-3 * sigma  # p has rounding of 1e-10 where rise and decay agree
        (after, _), (before, _) = (density(decay, rise, response, times + s) for s in (step, -step))
        slope = density(decay, rise, response, times)[1]
        np.testing.assert_allclose(
            slope, (after - before) / (2 * step), rtol=0, atol=1e-5 * np.max(np.abs(slope))
        )
        time, weight = nodes(panels(decay, rise, response))
        assert np.sum(density(decay, rise, response, time.ravel())[0] * weight.ravel()) == pytest.approx(
            1, abs=1e-9
        )

    def test_measured_response_is_a_sum_of_gaussians(self):
        times = np.linspace(-200, 900, 30)
        response = Response(10.0, np.array([-50.0, 0.0, 70.0]), np.array([0.2, 0.5, 0.3]))
        value = density(FAST_AND_SLOW, 30.0, response, times)[0]
        one = [density(FAST_AND_SLOW, 30.0, gaussian(10.0), times - d)[0] for d in response.delay]
        np.testing.assert_allclose(value, response.weight @ one, rtol=1e-13)

    def test_many_decays_are_each_alone(self):
        rates = 1 / np.array([[20.0, 300.0], [400.0, 1e5], [3.0, 1e3]])
        amplitudes = np.array([[1.0, 0.1], [0.5, 1e-3], [2.0, 0.01]])
        times = np.linspace(-100, 1000, 50)
        together = density(Exponentials(amplitudes, rates), 30.0, gaussian(25.0), times)
        for i in range(3):
            alone = density(Exponentials(amplitudes[i], rates[i]), 30.0, gaussian(25.0), times)
            for one, two in zip(together, alone, strict=True):
                np.testing.assert_allclose(one[i], two, rtol=1e-12, atol=1e-300)

    @settings(max_examples=60, derandomize=True)
    @given(st.floats(-7, 7), st.floats(-3, 6), st.floats(-3, 3), st.floats(-4, 10))
    def test_any_scales_give_a_finite_positive_density(self, exponent, lifetime, sigma, place):
        """Also where rise and decay agree to any distance, and sigma k is large."""
        tau, s = 10.0**lifetime, 10.0**sigma
        rise = tau * (1 + 10.0**exponent) if exponent < 0 else tau * 10.0 ** (exponent - 3.5)
        value, slope = density(
            Exponentials(np.array([1.0]), np.array([1 / tau])), rise, gaussian(s), np.array([place * s])
        )
        assert np.isfinite(value).all()
        assert np.isfinite(slope).all()
        assert value[0] >= 0
        assert value[0] <= 0.4 / s


class TestInformation:
    def test_anchor(self):
        """tau_rise 100, tau_decay 1037, sigma 40, 5110 photons: 13.10 ps; see docs/timing.md."""
        bound = cramer_rao_bound(5110 * fisher_information(ANCHOR, 100, 40))
        assert bound == pytest.approx(13.10, abs=0.005)

    @pytest.mark.parametrize("sigma", [1e-3, 1.0])
    def test_sharp_exponential(self, sigma):
        """Without rise and for sigma << tau: 0.903197/(sigma tau)."""
        tau = 1e6 * sigma
        decay = Exponentials(np.array([1.0]), np.array([1 / tau]))
        assert fisher_information(decay, 0.0, sigma) * sigma * tau == pytest.approx(0.903197, abs=1e-6)

    def test_the_constant_is_the_integral_of_gauss_squared_over_its_integral(self):
        """0.903197 = integral phi^2/Phi for a step that is smeared out."""
        from scipy.stats import norm

        value, _ = quad(lambda x: norm.pdf(x) ** 2 / norm.cdf(x), -12, 12, epsabs=1e-12)
        assert value == pytest.approx(0.903197, abs=5e-7)

    def test_pure_gaussian(self):
        """Light much faster than the jitter: 1/sigma^2."""
        decay = Exponentials(np.array([1.0]), np.array([1e3]))
        assert fisher_information(decay, 0.0, 40.0) * 1600 == pytest.approx(1, rel=1e-6)

    @pytest.mark.parametrize("rise", [0.0, 0.02, 30.0, 4e3])
    @pytest.mark.parametrize("sigma", [0.05, 40.0, 3e3])
    def test_against_adaptive_quadrature(self, rise, sigma):
        for decay in (ANCHOR, FAST_AND_SLOW, SIGNED):

            def integrand(t, decay=decay):
                p, dp = density(decay, rise, gaussian(sigma), np.array([t]))
                return float(dp[0] ** 2 / p[0]) if p[0] > 1e-300 else 0.0

            ends = [-8 * sigma, -3 * sigma, 0, 3 * sigma, 8 * sigma]
            ends += [8 * sigma + x for x in np.geomspace(sigma, 3e5, 25)]
            pieces = [quad(integrand, a, b, epsrel=1e-9, limit=200)[0] for a, b in itertools.pairwise(ends)]
            assert fisher_information(decay, rise, sigma) == pytest.approx(sum(pieces), rel=1e-6)

    @settings(max_examples=40, derandomize=True)
    @given(
        st.lists(st.floats(-2, 6), min_size=1, max_size=5), st.floats(-2, 3), st.floats(-3, 5), st.booleans()
    )
    def test_finer_panels_change_nothing(self, exponents, sigma, rise, rising):
        """Lifetimes of 1e-2 to 1e6 ps at once; 1e-6 of an eight times finer rule with more points."""
        tau, s = 10.0 ** np.array(exponents), 10.0**sigma
        r = 10.0**rise if rising else 0.0
        decay = Exponentials(np.arange(1.0, tau.size + 1) / tau, 1 / tau)
        time, weight = nodes(panels(decay, r, gaussian(s), fine=8), 16)
        p, dp = density(decay, r, gaussian(s), time.ravel())
        fine = np.sum(np.where(p > 0, dp**2 / np.where(p > 0, p, 1), 0) * weight.ravel())
        assert fisher_information(decay, r, s) == pytest.approx(fine, rel=1e-6)

    @settings(max_examples=30, derandomize=True)
    @given(st.floats(0.1, 10), st.floats(1, 1e3), st.floats(0, 1e3), st.floats(1, 300))
    def test_scaling(self, scale, tau, rise, sigma):
        """All times scaled: I1 as the inverse square."""
        one = fisher_information(Exponentials(np.array([1.0]), np.array([1 / tau])), rise, sigma)
        two = fisher_information(
            Exponentials(np.array([1.0]), np.array([1 / (tau * scale)])), rise * scale, sigma * scale
        )
        assert two * scale**2 == pytest.approx(float(one), rel=1e-9)

    def test_without_jitter_it_diverges_as_the_logarithm(self):
        """p ~ t at the start: I1 grows by the same amount for each decade that sigma falls; and 0 is refused."""
        values = [float(fisher_information(ANCHOR, 100.0, 10.0**-k)) for k in range(1, 9)]
        growth = np.diff(values)
        assert growth[-1] == pytest.approx(np.log(10) / (100 * 1037), rel=1e-4)
        assert (growth > 0).all()
        with pytest.raises(OutOfRange, match="diverges"):
            fisher_information(ANCHOR, 100.0, 0.0)

    def test_more_spread_and_dark_counts_hide_information(self):
        by_sigma = [float(fisher_information(FAST_AND_SLOW, 20.0, s)) for s in (5, 20, 80, 300)]
        assert (np.diff(by_sigma) < 0).all()
        by_dark = [float(information(ANCHOR, 100.0, gaussian(40.0), 500, d)) for d in (0, 1e-4, 1e-2, 1, 1e3)]
        assert (np.diff(by_dark) < 0).all()
        assert by_dark[0] == pytest.approx(500 * fisher_information(ANCHOR, 100.0, 40.0), rel=1e-12)

    def test_strong_dark_counts_are_white_noise(self):
        """d >> n p: integral (n p')^2/d."""
        squared, _ = quad(
            lambda t: density(ANCHOR, 100.0, gaussian(40.0), np.array([t]))[1][0] ** 2, -320, 3e3, limit=300
        )
        found = information(ANCHOR, 100.0, gaussian(40.0), 10.0, 1e6)
        assert found == pytest.approx(100 * squared / 1e6, rel=1e-5)

    def test_unlike_detectors_add_in_quadrature(self):
        one, two = 5110 * fisher_information(ANCHOR, 100, 40), 900 * fisher_information(FAST_AND_SLOW, 0, 60)
        expected = np.hypot(cramer_rao_bound(one), cramer_rao_bound(two)) / np.sqrt(2)
        assert cramer_rao_bound(one, two) == pytest.approx(float(expected), rel=1e-14)

    def test_many_decays_at_once(self):
        rates = 1 / np.geomspace(1, 1e5, 7)
        amplitudes = np.linspace(0.1, 1, 21).reshape(3, 7) * rates
        together = fisher_information(Exponentials(amplitudes, rates), 30.0, 25.0)
        own = fisher_information(Exponentials(amplitudes, np.tile(rates, (3, 1))), 30.0, 25.0)
        alone = [float(fisher_information(Exponentials(a, rates), 30.0, 25.0)) for a in amplitudes]
        np.testing.assert_allclose(together, alone, rtol=1e-12)
        np.testing.assert_allclose(own, alone, rtol=1e-12)

    def test_harmonic_lifetime_is_integral_over_start(self):
        assert harmonic_lifetime(FAST_AND_SLOW) == pytest.approx(1 / (0.3 / 250 + 0.7 / 1e4), rel=1e-14)


def by_brute_force(decay, rise, sigma, photons, rank, number):
    """Standard deviation of the k-th photon's time from its density on a fine grid of times."""
    time = np.arange(-8 * sigma, 60 * sigma + 10 * rise, 0.002 * sigma)
    p = density(decay, rise, gaussian(sigma), time)[0]
    below = np.concatenate([[0], np.cumsum((p[1:] + p[:-1]) / 2 * 0.002 * sigma)])
    seen = (below > 1e-15) & (below < 1)
    time, p, below = time[seen], p[seen], below[seen]
    log = np.log(p) + (rank - 1) * np.log(below)
    if number == "poisson":
        log += rank * np.log(photons) - photons * below - gammaln(rank)
    else:
        log += (photons - rank) * np.log1p(-below) - betaln(rank, photons - rank + 1)
    weight = np.exp(log)
    weight /= weight.sum()
    mean = weight @ time
    return mean, np.sqrt(weight @ (time - mean) ** 2)


class TestOrderStatistics:
    def test_anchor(self):
        """16.03 ps for a Poisson number of photons of mean 5110; 15.83 for 5110 in every event."""
        table = Quantiles.of(ANCHOR, 100.0, gaussian(40.0))
        found = best_photon(table, 5110)
        assert coincidence_resolution(found.standard_deviation) == pytest.approx(16.03, abs=0.005)
        assert found.rank == pytest.approx(118, abs=1)
        fixed = best_photon(table, 5110, "fixed")
        assert coincidence_resolution(fixed.standard_deviation) == pytest.approx(15.83, abs=0.005)

    @pytest.mark.parametrize("number", ["poisson", "fixed"])
    @pytest.mark.parametrize(
        ("rise", "sigma", "photons", "rank"), [(100, 40, 5110, 118), (0, 40, 1500, 3), (20, 90, 60, 9)]
    )
    def test_against_the_density_of_the_kth_photon(self, rise, sigma, photons, rank, number):
        mean, deviation, _ = photon_times(
            Quantiles.of(FAST_AND_SLOW, rise, gaussian(sigma)), np.array([float(rank)]), photons, number
        )
        expected = by_brute_force(FAST_AND_SLOW, rise, sigma, photons, rank, number)
        assert mean[0] == pytest.approx(expected[0], abs=2e-3 * expected[1])
        assert deviation[0] == pytest.approx(expected[1], rel=2e-4)

    def test_exponential_without_jitter(self):
        """Renyi: the k-th of n has variance tau^2 sum 1/(n - j)^2, j < k."""
        table = Quantiles.of(ANCHOR, 0.0, gaussian(0.0))
        mean, deviation, _ = photon_times(table, np.arange(1.0, 51), 50, "fixed")
        left = 1 / (50 - np.arange(50))
        np.testing.assert_allclose(deviation, 1037 * np.sqrt(np.cumsum(left**2)), rtol=1e-6)
        np.testing.assert_allclose(mean, 1037 * np.cumsum(left), rtol=1e-6)
        assert best_photon(table, 1e7, "fixed").standard_deviation == pytest.approx(1037 / 1e7, rel=1e-6)

    def test_one_photon_has_the_spread_of_the_density(self):
        found = best_photon(Quantiles.of(ANCHOR, 100.0, gaussian(40.0)), 1, "fixed")
        assert found.standard_deviation == pytest.approx(np.sqrt(1037**2 + 100**2 + 40**2), rel=1e-6)
        assert found.mean == pytest.approx(1137, rel=1e-6)

    @pytest.mark.parametrize("number", ["poisson", "fixed"])
    def test_best_rank_by_trying_all(self, number):
        table = Quantiles.of(FAST_AND_SLOW, 40.0, gaussian(30.0))
        for photons in (30, 200, 900):
            ranks = np.arange(1.0, photons - 6 * photons**0.5 if number == "poisson" else photons)
            ranks = ranks if ranks.size else np.array([1.0])
            deviation = photon_times(table, ranks, photons, number)[1]
            found = best_photon(table, photons, number)
            assert found.standard_deviation == pytest.approx(deviation.min(), rel=1e-6)

    @pytest.mark.parametrize("photons", [1, 2, 10, 1000, 1e5, 1e7])
    def test_never_better_than_the_bound(self, photons):
        for rise, sigma in ((0.0, 40.0), (100.0, 40.0), (300.0, 5.0)):
            bound = float(cramer_rao_bound(photons * fisher_information(ANCHOR, rise, sigma)))
            table = Quantiles.of(ANCHOR, rise, gaussian(sigma))
            fixed, poisson = (
                coincidence_resolution(best_photon(table, photons, number).standard_deviation)
                for number in ("fixed", "poisson")
            )
            assert fixed > bound
            if photons >= 1000:
                assert poisson > fixed

    def test_many_photons_scale_as_the_root(self):
        """sqrt(P/n)/p at the best time, from the quantiles alone."""
        table = Quantiles.of(ANCHOR, 100.0, gaussian(40.0))
        few, many = (best_photon(table, photons).standard_deviation for photons in (1e6, 1e8))
        assert few / many == pytest.approx(10, rel=1e-3)

    def test_far_less_than_one_photon_is_one_where_there_is_any(self):
        """Of a Poisson number of mean n -> 0 only the events with one photon count."""
        table = Quantiles.of(ANCHOR, 100.0, Response.gaussian(40.0))
        one = best_photon(table, 1, "fixed").standard_deviation
        for photons in (1e-12, 1e-9, 1e-6, 1e-4):
            found = best_photon(table, photons)
            assert found.standard_deviation == pytest.approx(one, rel=photons + 1e-9)
            assert found.share == pytest.approx(photons, rel=1e-4)
