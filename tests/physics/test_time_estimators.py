"""Simulated events: maximum likelihood and leading edge against bound, theory and a slow twin; mixtures of energies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import Exponentials
from scintidot.rng import stream, uniform
from scintidot.timing.bounds import cramer_rao_bound, fisher_information
from scintidot.timing.coincidence import coincidence_resolution
from scintidot.timing.density import Response, density
from scintidot.timing.leading_edge import Electronics, mean_pulse, peak_time, rising_edge
from scintidot.timing.likelihood import coincidence_spread, maximum_likelihood, scores_of, simulated_errors
from scintidot.timing.mixture import mixture_of
from scintidot.timing.order_statistics import Quantiles, photon_times
from scintidot.timing.pulses import Pulse, first_crossing, simulated_crossings
from scintidot.timing.sampling import draw_events, empty_events, law_of

ANCHOR = Exponentials(np.array([1.0]), np.array([1 / 1037]))
FAST_AND_SLOW = Exponentials(np.array([0.3 / 250, 0.7 / 1e4]), np.array([1 / 250, 1e-4]))
SIGNED = Exponentials(np.array([1.0, -0.8]), np.array([1 / 1037, 1 / 300]))
LAWS = [(ANCHOR, 100.0, 40.0), (FAST_AND_SLOW, 0.0, 40.0), (SIGNED, 20.0, 30.0)]


def gaussian(sigma):
    return Response.gaussian(sigma)


def drawn(decay, rise, response, photons, number, events, seed=1, first=0):
    times, counts = empty_events(photons, number, events), np.empty(events)
    draw_events(
        times, counts, law_of(decay, rise, response), photons, number == "poisson", np.uint64(seed), first
    )
    return times, counts


class TestDraws:
    @pytest.mark.parametrize(("decay", "rise", "sigma"), LAWS)
    def test_follow_the_law(self, decay, rise, sigma):
        """Largest distance of the empirical distribution: Kolmogorov, level 1e-4."""
        times, _ = drawn(decay, rise, gaussian(sigma), 1000, "fixed", 100)
        ordered = np.sort(times.ravel())
        table = Quantiles.of(decay, rise, gaussian(sigma))
        probability = 1 / (1 + np.exp(-np.interp(ordered, table.value, table.logit)))
        places = np.arange(1, ordered.size + 1) / ordered.size
        assert np.max(np.abs(probability - places)) < 2.23 / math.sqrt(ordered.size)

    def test_measured_response(self):
        response = Response(4.0, np.array([-30.0, 0.0, 50.0]), np.array([0.2, 0.5, 0.3]))
        times, _ = drawn(Exponentials(np.array([1.0]), np.array([10.0])), 0.0, response, 1000, "fixed", 100)
        assert times.std() == pytest.approx(response.standard_deviation, rel=1e-2)
        assert np.mean(times < -15) == pytest.approx(0.2, abs=5e-3)

    def test_twin_in_plain_python(self):
        """The same numbers from the same draws, written down."""
        times, counts = drawn(FAST_AND_SLOW, 30.0, gaussian(20.0), 3, "fixed", 2, seed=9, first=5)
        for event in range(2):
            state, increment = (np.uint64(x) for x in stream(np.uint64(9), np.uint64(5 + event)))

            def draw():
                nonlocal state
                with np.errstate(over="ignore"):
                    state += increment  # noqa: B023
                return float(uniform(state))

            for i in range(3):
                lifetime = 250.0 if draw() < 0.3 else 1e4
                time = -lifetime * math.log(1 - draw()) - 30 * math.log(1 - draw())
                radius = math.sqrt(-2 * math.log(1 - draw()))
                time += 20 * radius * math.cos(2 * math.pi * draw())
                assert times[event, i] == pytest.approx(time, rel=1e-12)
        assert (counts == 3).all()

    def test_poisson_numbers(self):
        _, counts = drawn(ANCHOR, 0.0, gaussian(1.0), 7.5, "poisson", 20000)
        assert counts.mean() == pytest.approx(7.5, abs=4 * math.sqrt(7.5 / 20000))
        assert counts.var() == pytest.approx(7.5, rel=0.05)

    def test_kth_photon(self):
        """Order statistics of drawn events against the law."""
        times, _ = drawn(FAST_AND_SLOW, 0.0, gaussian(40.0), 300, "poisson", 3000)
        times.sort(axis=1)
        table = Quantiles.of(FAST_AND_SLOW, 0.0, gaussian(40.0))
        for rank in (1, 8, 30):
            mean, deviation, _ = (x[0] for x in photon_times(table, np.array([float(rank)]), 300))
            found = times[:, rank - 1]
            assert found.mean() == pytest.approx(mean, abs=4 * deviation / math.sqrt(3000))
            assert found.std() == pytest.approx(deviation, rel=4 / math.sqrt(2 * 3000) * 1.3)


class TestMaximumLikelihood:
    @pytest.mark.parametrize(("decay", "rise", "sigma"), LAWS)
    def test_reaches_the_bound_with_many_photons(self, decay, rise, sigma):
        errors = simulated_errors(
            decay, rise, gaussian(sigma), photons=1500, number="poisson", events=2000, seed=3
        )
        spread = coincidence_spread(errors)
        bound = float(cramer_rao_bound(1500 * fisher_information(decay, rise, sigma)))
        assert spread.value == pytest.approx(bound, abs=3 * spread.standard_error + 0.01 * bound)
        assert spread.value > bound - 3 * spread.standard_error

    def test_does_not_with_few(self):
        errors = simulated_errors(
            ANCHOR, 100.0, gaussian(40.0), photons=2, number="fixed", events=4000, seed=3
        )
        spread = coincidence_spread(errors)
        assert spread.value > 1.2 * cramer_rao_bound(2 * fisher_information(ANCHOR, 100.0, 40.0))

    def test_one_photon_is_timed_from_the_mode(self):
        times = np.array([321.0])
        table = scores_of(ANCHOR, 100.0, gaussian(40.0))
        found = maximum_likelihood(table, times, 1, 0.0, 300.0)
        fine = np.linspace(0, 400, 400001)
        mode = fine[np.argmax(density(ANCHOR, 100.0, gaussian(40.0), fine)[0])]
        assert found == pytest.approx(321 - mode, abs=0.05)

    @pytest.mark.parametrize("photons", [5, 40, 400])
    def test_twin_by_a_search_on_a_grid(self, photons):
        """The theta of largest L among many, from the density itself."""
        times, counts = drawn(FAST_AND_SLOW, 20.0, gaussian(40.0), photons, "fixed", 6, seed=4)
        table = scores_of(FAST_AND_SLOW, 20.0, gaussian(40.0))
        error = float(1 / np.sqrt(photons * fisher_information(FAST_AND_SLOW, 20.0, 40.0)))
        for event in range(6):
            row = times[event]
            found = maximum_likelihood(table, row, int(counts[event]), row.min(), error)
            grid = np.concatenate([found + error * np.linspace(-1, 1, 81), np.linspace(-300, 600, 451)])
            log = [
                np.sum(np.log(density(FAST_AND_SLOW, 20.0, gaussian(40.0), row - x)[0]))
                for x in (found, *grid)
            ]
            assert log[0] >= max(log) - 1e-4

    def test_threads_change_nothing(self):
        options = {"photons": 50, "number": "poisson", "events": 2500, "seed": 8}
        one = simulated_errors(FAST_AND_SLOW, 10.0, gaussian(40.0), **options)
        two = simulated_errors(FAST_AND_SLOW, 10.0, gaussian(40.0), **options, threads=2)
        np.testing.assert_array_equal(one, two)

    def test_standard_error_of_a_gaussian(self):
        errors = np.random.default_rng(1).normal(0, 3, 20000)
        spread = coincidence_spread(errors)
        assert spread.value == pytest.approx(FWHM_PER_SIGMA * np.sqrt(2) * 3, rel=0.02)
        assert spread.standard_error == pytest.approx(spread.value / np.sqrt(2 * 20000), rel=0.05)
        other = coincidence_spread(errors, np.random.default_rng(2).normal(0, 4, 20000))
        assert other.value == pytest.approx(FWHM_PER_SIGMA * 5, rel=0.02)

    def test_one_event_with_a_photon_has_no_spread(self):
        for errors in ([], [1.0], [1.0, np.nan], [np.nan, np.nan]):
            assert np.isnan(coincidence_spread(np.array(errors))).all()
        assert np.isnan(coincidence_spread(np.array([1.0, np.nan, 2.0]), np.array([np.nan, 3.0, 2.0]))).all()


PULSES = Electronics(pulse_rise=300.0, pulse_fall=8000.0, gain_spread=0.2, noise=0.5, crosstalk=0.2)


class TestLeadingEdge:
    def test_pulse(self):
        time = np.linspace(0, 5000, 50001)
        pulse = mean_pulse(PULSES, time)
        assert pulse.max() == pytest.approx(1, abs=1e-8)
        assert time[np.argmax(pulse)] == pytest.approx(peak_time(PULSES), abs=0.1)
        assert mean_pulse(Electronics(0, 100.0), np.array([-1.0, 0.0, 100.0])) == pytest.approx(
            [0, 1, np.exp(-1)]
        )

    def test_sizes_of_pulses(self):
        """A geometric chain of avalanches, each with its gain."""
        random = np.random.default_rng(0)
        avalanches = random.geometric(1 - PULSES.crosstalk, 400_000)
        size = avalanches + 0.2 * np.sqrt(avalanches) * random.standard_normal(avalanches.size)
        first, second = PULSES.sizes
        assert size.mean() == pytest.approx(first, rel=5e-3)
        assert np.mean(size**2) == pytest.approx(second, rel=1e-2)

    @pytest.mark.parametrize("number", ["poisson", "fixed"])
    @pytest.mark.parametrize("rise", [0.0, 300.0])
    def test_mean_and_variance_of_the_signal(self, rise, number):
        """Campbell's theorem against the signal of drawn events at a few times."""
        shape = Electronics(rise, 8000.0)
        times, _ = drawn(ANCHOR, 50.0, gaussian(40.0), 200, number, 4000)
        edge = rising_edge(ANCHOR, 50.0, gaussian(40.0), shape, 200, number)
        for when in (60.0, 200.0, 600.0):
            signal = mean_pulse(shape, when - np.where(np.isfinite(times), times, 1e12)).sum(axis=1)
            mean = np.interp(when, edge.time, edge.mean)
            variance = np.interp(when, edge.time, edge.variance)
            assert signal.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / 4000) + 1e-3 * mean)
            assert signal.var() == pytest.approx(variance, rel=0.12)
        np.testing.assert_allclose(
            np.gradient(edge.mean, edge.time)[5:-5], edge.slope[5:-5], rtol=0.05, atol=1e-3 * edge.slope.max()
        )

    @pytest.mark.parametrize("number", ["poisson", "fixed"])
    def test_crossing_against_simulated_pulses(self, number):
        edge = rising_edge(FAST_AND_SLOW, 20.0, gaussian(50.0), PULSES, 3000, number).best(lowest=20)
        crossings = simulated_crossings(
            FAST_AND_SLOW, 20.0, gaussian(50.0), PULSES, edge.threshold, photons=3000, number=number,
            events=3000, seed=2,
        )  # fmt: skip
        spread = coincidence_spread(crossings)
        expected = float(coincidence_resolution(edge.standard_deviation))
        assert spread.value == pytest.approx(expected, abs=3 * spread.standard_error + 0.02 * expected)
        assert crossings.mean() == pytest.approx(edge.time, abs=0.1 * edge.standard_deviation)

    def test_worse_than_the_bound_and_than_itself_with_noise(self):
        found = [
            rising_edge(ANCHOR, 100.0, gaussian(40.0), Electronics(300.0, 8000.0, noise=s), 5110).best()
            for s in (0.0, 1.0, 10.0, 100.0)
        ]
        found = coincidence_resolution([edge.standard_deviation for edge in found])
        assert found[0] > cramer_rao_bound(5110 * fisher_information(ANCHOR, 100.0, 40.0))
        assert (np.diff(found) > 0).all()

    def test_twin_of_the_crossing(self):
        """The summed pulses on a fine grid."""
        pulse = Pulse(300.0, 8000.0, Electronics(300.0, 8000.0).scale, 0.0, 0.0, 0.0)
        times, _ = drawn(ANCHOR, 50.0, gaussian(40.0), 60, "fixed", 5)
        times.sort(axis=1)
        fine = np.arange(-200.0, 3000.0, 0.05)
        for row in times:
            state, increment = np.uint64(1), np.uint64(3)
            found = first_crossing(pulse, row, 60, 10.0, state, increment)
            signal = sum(mean_pulse(Electronics(300.0, 8000.0), fine - t) for t in row)
            assert found == pytest.approx(fine[np.argmax(signal >= 10)], abs=0.06)
            assert math.isnan(first_crossing(pulse, row, 60, 1e3, state, increment))


class TestMixture:
    def test_one_energy_is_a_gaussian(self):
        mixture = mixture_of(np.array([7.0, 7.0]), np.array([0.5, 1.5]))
        assert mixture.fwhm == pytest.approx(FWHM_PER_SIGMA * np.sqrt(2) * 7, rel=1e-12)
        assert mixture.ctr_of_standard_deviation == pytest.approx(mixture.fwhm, rel=1e-12)

    def test_two_energies_against_drawn_differences(self):
        deviation, share = np.array([10.0, 60.0]), np.array([0.6, 0.4])
        mixture = mixture_of(deviation, share)
        random = np.random.default_rng(3)
        draws = [random.normal(0, random.choice(deviation, 400_000, p=share)) for _ in range(2)]
        difference = draws[0] - draws[1]
        assert mixture.standard_deviation == pytest.approx(difference.std(), rel=5e-3)
        assert mixture.standard_deviation == pytest.approx(np.sqrt(2 * share @ deviation**2), rel=1e-13)
        half = mixture.fwhm / 2
        counts = [np.mean(np.abs(difference - x) < 0.5) for x in (-half, 0.0, half)]
        assert (counts[0] + counts[2]) / 2 == pytest.approx(counts[1] / 2, rel=0.03)
        assert mixture.fwhm < mixture.ctr_of_standard_deviation

    def test_is_not_the_resolution_of_the_mean(self):
        """sigma ~ E^(-1/2): the mean of sigma^2 exceeds that of the mean energy (Jensen)."""
        energy, share = np.array([50.0, 200.0, 511.0]), np.array([0.3, 0.3, 0.4])
        mixture = mixture_of(300 / np.sqrt(energy), share)
        assert mixture.standard_deviation > np.sqrt(2) * 300 / np.sqrt(energy @ share)
