"""Many nanocrystals, and from their light to a time resolution."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

from scintidot.calculators import nanocrystal_kinetics
from scintidot.coincidence import coincidence_time_resolution
from scintidot.excitons.occupancy import initial_populations
from scintidot.kinetics.biexciton import BiexcitonDecay
from scintidot.kinetics.lifetimes import effective_lifetimes
from scintidot.kinetics.rates import biexciton_rates
from scintidot.light.ensemble import nanocrystals_per_gram, size_distribution
from scintidot.timing.coincidence import detected_photons, label_formula, single_nanocrystal_figure

STATISTICS_OF = {"paper": "paper", "poisson-biexciton": "poisson"}


class TestNumbers:
    def test_small_against_large(self):
        """(10/3)^3 times as many cubes of 3 nm as of 10 nm in the same mass."""
        small, large = nanocrystals_per_gram(4.8, np.array([3.0, 10.0]) ** 3)
        assert small / large == pytest.approx(37.04, rel=1e-4)
        assert small / large == pytest.approx(1000 / 27, rel=1e-14)

    def test_their_mass_is_one_gram(self):
        """1 cm = 1e7 nm."""
        number = nanocrystals_per_gram(4.83, 12.6**3)
        assert number * 4.83 * (12.6e-7) ** 3 == pytest.approx(1, rel=1e-13)

    def test_of_cubes_with_the_same_total_volume(self):
        """Fig. 3a of the paper: one cube of 12.6 nm holds what 74 cubes of 3 nm hold."""
        ratio = nanocrystals_per_gram(4.8, 27.0) / nanocrystals_per_gram(4.8, 12.6**3)
        assert ratio == pytest.approx(74, rel=2e-3)


class TestSizes:
    @pytest.mark.parametrize("spread", [0.0, 0.01, 0.1, 0.2, 0.3])
    def test_mean_variance_and_volume(self, spread):
        """Log-normal: <d^3> = <d>^3 (1 + s^2)^3, <1/d> = (1 + s^2)/<d>."""
        mean = np.array([3.3, 8.7, 14.7])
        edges, weights = size_distribution(mean, spread)
        assert (weights > 0).all()
        assert weights.sum() == pytest.approx(1, rel=1e-14)
        np.testing.assert_allclose(edges @ weights, mean, rtol=1e-12)
        variance = (edges - mean[:, None]) ** 2 @ weights
        np.testing.assert_allclose(variance, (spread * mean) ** 2, rtol=1e-10)
        np.testing.assert_allclose(edges**3 @ weights, mean**3 * (1 + spread**2) ** 3, rtol=1e-10)
        np.testing.assert_allclose(edges**-1 @ weights, (1 + spread**2) / mean, rtol=1e-12)

    def test_is_log_normal(self):
        """ln d has no skewness and the kurtosis of a Gaussian."""
        edges, weights = size_distribution(5.0, 0.25)
        log = np.log(edges[0])
        centred = log - log @ weights
        width = np.sqrt(centred**2 @ weights)
        assert width == pytest.approx(np.sqrt(np.log(1 + 0.25**2)), rel=1e-12)
        assert centred**3 @ weights / width**3 == pytest.approx(0, abs=1e-12)
        assert centred**4 @ weights / width**4 == pytest.approx(3, rel=1e-12)

    def test_mean_light_against_drawn_sizes(self):
        """Photons per nanocrystal over 2e5 drawn sizes; <N> and the Auger rate follow the volume."""
        edges, weights = size_distribution(6.0, 0.2)
        log_width = np.sqrt(np.log(1.04))
        drawn = np.random.default_rng(5).lognormal(np.log(6.0) - log_width**2 / 2, log_width, 200_000)
        of_rule = ensemble("poisson-biexciton", **by_volume(edges[0])).photons
        of_draw = ensemble("poisson-biexciton", **by_volume(drawn)).photons
        assert abs(of_rule @ weights - of_draw.mean()) < 4 * of_draw.std() / np.sqrt(drawn.size)


def by_volume(edge):
    volume = (edge / 6.0) ** 3
    return {"mean": 0.9 * volume, "auger": 4e-3 / volume}


def ensemble(model, *, mean, auger, k=1e-4, phi_x=0.8, xi=0.4, weights=None):
    rates = biexciton_rates(
        model, exciton_rate=k, quantum_yield=phi_x, retained_fraction=xi, auger_rate=auger
    )
    start = initial_populations(mean, STATISTICS_OF[model])
    return BiexcitonDecay(rates, start.exciton, start.biexciton, weights)


MEAN = np.array([0.08, 0.5, 1.4, 3.0])
AUGER = np.array([0.11, 0.02, 3e-3, 4e-4])
WEIGHTS = np.array([0.4, 0.3, 0.2, 0.1])


@pytest.mark.parametrize("model", STATISTICS_OF)
class TestMixture:
    """Four kinds of nanocrystals that shine together."""

    def alone(self, model):
        """Each kind through the public calculator, with the numbers that describe its curve."""
        results = [
            nanocrystal_kinetics(
                model=model,
                mean_excitons=mean,
                auger_efficiency=auger / (auger + 4e-4),
                retained_fraction=0.4,
                quantum_yield=0.8,
            )
            for mean, auger in zip(MEAN, AUGER, strict=True)
        ]
        amplitudes = [[part["amplitude"] for part in result["components"]] for result in results]
        lifetimes = [[part["lifetime_ps"] for part in result["components"]] for result in results]
        return results, WEIGHTS[:, None] * amplitudes, np.array(lifetimes)

    def test_sums_over_members(self, model):
        results, amplitudes, lifetimes = self.alone(model)
        together = ensemble(model, mean=MEAN, auger=AUGER, weights=WEIGHTS)
        photons = WEIGHTS @ [result["photons"] for result in results]
        start = WEIGHTS @ [result["initial_rate_per_ps"] for result in results]
        moment = WEIGHTS @ [result["photons"] * result["tau_ps"]["mean_photon_time"] for result in results]
        assert together.photons == pytest.approx(photons, rel=1e-13)
        assert together.initial_rate == pytest.approx(start, rel=1e-13)
        tau = effective_lifetimes(together, 100.0)
        assert tau["harmonic"] == pytest.approx(photons / start, rel=1e-13)
        assert tau["mean_photon_time"] == pytest.approx(moment / photons, rel=1e-13)
        for time in (0.0, 3.0, 250.0, 2e4):
            expected = np.sum(amplitudes * np.exp(-time / lifetimes))
            assert together.emission_rate(time) == pytest.approx(expected, rel=1e-11)

    def test_is_not_the_mean_of_lifetimes(self, model):
        """The light of the mixture is averaged, not its figures."""
        results, _, _ = self.alone(model)
        tau = effective_lifetimes(ensemble(model, mean=MEAN, auger=AUGER, weights=WEIGHTS), 100.0)
        for name, value in tau.items():
            assert value != pytest.approx(WEIGHTS @ [result["tau_ps"][name] for result in results], rel=1e-2)

    def test_one_over_e(self, model):
        _, amplitudes, lifetimes = self.alone(model)
        together = ensemble(model, mean=MEAN, auger=AUGER, weights=WEIGHTS)
        tau = effective_lifetimes(together, 100.0)["one_over_e"]

        def excess(time):
            return np.sum(amplitudes * np.exp(-time / lifetimes)) / amplitudes.sum() - 1 / np.e

        assert excess(tau) == pytest.approx(0, abs=1e-10)
        assert tau == pytest.approx(brentq(excess, 0, 1e5, xtol=1e-10), rel=1e-9)

    @pytest.mark.parametrize("response", [3.0, 100.0, 2000.0])
    def test_instrument(self, model, response):
        """The sum of all exponentials convolved by quadrature, peak found by search."""
        _, amplitudes, lifetimes = self.alone(model)
        together = ensemble(model, mean=MEAN, auger=AUGER, weights=WEIGHTS)
        sigma = response / (2 * np.sqrt(2 * np.log(2)))

        def seen(time):
            """Gauss-Legendre panels over the time s >= 0 of emission."""
            node, weight = np.polynomial.legendre.leggauss(16)
            edges = np.unique(
                np.concatenate([np.linspace(0, time + 10 * sigma, 400), np.geomspace(1e-2, time, 100)])
            )
            half = np.diff(edges)[:, None] / 2
            s = edges[:-1, None] + half * (1 + node)
            light = np.tensordot(np.exp(-s[..., None, None] / lifetimes), amplitudes, 2)
            gauss = np.exp(-0.5 * ((time - s) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi)
            return np.sum(half * weight * light * gauss)

        times = sigma * np.linspace(0.05, 9, 60)
        best = times[int(np.argmax([seen(time) for time in times]))]
        peak = minimize_scalar(
            lambda time: -seen(time),
            bounds=(best - 0.2 * sigma, best + 0.2 * sigma),
            method="bounded",
            options={"xatol": 1e-6 * sigma},
        )
        expected = np.sum(amplitudes * lifetimes) / -peak.fun
        tau = effective_lifetimes(together, response)["instrument"]
        assert tau == pytest.approx(expected, rel=1e-9)

    def test_equal_members_are_one(self, model):
        one = ensemble(model, mean=1.2, auger=2e-3)
        many = ensemble(model, mean=np.full(4, 1.2), auger=np.full(4, 2e-3), weights=WEIGHTS)
        assert many.photons == pytest.approx(one.photons, rel=1e-14)
        single = effective_lifetimes(one, 100.0)
        for name, tau in effective_lifetimes(many, 100.0).items():
            assert tau == pytest.approx(single[name], rel=1e-11), name

    def test_same_kinetics_different_filling(self, model):
        """The mixture behaves as one nanocrystal with the mean populations."""
        start = initial_populations(MEAN, STATISTICS_OF[model])
        many = ensemble(model, mean=MEAN, auger=2e-3, weights=WEIGHTS)
        one = BiexcitonDecay(many.rates, start.exciton @ WEIGHTS, start.biexciton @ WEIGHTS)
        assert many.photons == pytest.approx(one.photons, rel=1e-13)
        single = effective_lifetimes(one, 100.0)
        for name, tau in effective_lifetimes(many, 100.0).items():
            assert tau == pytest.approx(single[name], rel=1e-11), name

    def test_rows_of_ensembles(self, model):
        """Each row of an array of ensembles is what it is alone."""
        mean = np.stack([MEAN, MEAN[::-1]])
        both = ensemble(model, mean=mean, auger=AUGER, weights=WEIGHTS)
        tau = effective_lifetimes(both, 100.0)
        for row, members in enumerate(mean):
            alone = effective_lifetimes(ensemble(model, mean=members, auger=AUGER, weights=WEIGHTS), 100.0)
            for name, value in alone.items():
                assert tau[name][row] == pytest.approx(value, rel=1e-11), name


class TestLabelFormula:
    def test_factor(self):
        """Full width of a Gaussian, for the difference of two equal detectors."""
        assert label_formula(1.0, 1.0, 1.0) == pytest.approx(3.330218, abs=5e-7)
        assert label_formula(1.0, 1.0, 1.0) == pytest.approx(np.sqrt(16 * np.log(2)), rel=1e-15)

    def test_fifteen_picoseconds(self):
        """The paper: 1e4 photons/MeV, 511 keV, 100 ps rise, all light detected, tau_EFF = 1036.7 ps."""
        photons = detected_photons(1e4, 0.511, 1.0, 1.0)
        assert photons == pytest.approx(5110, rel=1e-14)
        assert label_formula(100.0, 1036.7, photons) == pytest.approx(15.00, abs=0.005)
        answer = coincidence_time_resolution(rise_time=100, effective_lifetime=1036.7, photons=5110)
        assert answer["ctr_ps"]["formula"] == pytest.approx(15.00, abs=0.005)
        implied = 5110 / 100 * (15 / 3.330218) ** 2
        assert implied == pytest.approx(1036.7, abs=0.05)

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(st.floats(0.1, 1e3), st.floats(1, 1e5), st.floats(1, 1e6), st.floats(0.1, 10), st.floats(0.01, 1))
    def test_scaling(self, rise, tau, photons, scale, share):
        """A time when both times are scaled; the inverse root of the photons; losses multiply."""
        base = label_formula(rise, tau, photons)
        assert label_formula(scale * rise, scale * tau, photons) == pytest.approx(scale * base, rel=1e-13)
        assert label_formula(rise, tau, 4 * photons) == pytest.approx(base / 2, rel=1e-13)
        assert label_formula(9 * rise, tau, photons) == pytest.approx(3 * base, rel=1e-13)
        assert label_formula(tau, rise, photons) == pytest.approx(base, rel=1e-13)
        lossy = label_formula(rise, tau, detected_photons(photons, 1.0, share, 0.5))
        assert lossy == pytest.approx(base / np.sqrt(share / 2), rel=1e-13)

    @pytest.mark.parametrize("phi_ar", [0.0, 0.9, 0.999])
    def test_figure_of_one_nanocrystal(self, phi_ar):
        """sqrt(tau/I) is the formula without its prefactor and rise time: F(0)^(-1/2), whatever Auger does."""
        single = 1.4 * np.exp(-1.4)
        pair = 1 - np.exp(-1.4) - single
        start = 1e-4 * (single + 4 * pair)
        result = nanocrystal_kinetics(model="poisson-biexciton", mean_excitons=1.4, auger_efficiency=phi_ar)
        assert result["ctr_nc"] == pytest.approx(start**-0.5, rel=1e-13)
        formula = label_formula(1.0, result["tau_ps"]["harmonic"], result["photons"])
        assert formula == pytest.approx(np.sqrt(16 * np.log(2)) * result["ctr_nc"], rel=1e-13)
        assert single_nanocrystal_figure(start) == pytest.approx(start**-0.5, rel=1e-15)

    def test_equal_mass_of_smaller_nanocrystals(self):
        """n_NC nanocrystals shine n_NC times as bright: the figure improves with the root of their number."""
        number = nanocrystals_per_gram(4.8, np.array([27.0, 1000.0]))
        figure = label_formula(100.0, 2000.0, 0.5 * number / 1e12)
        assert figure[1] / figure[0] == pytest.approx(np.sqrt(1000 / 27), rel=1e-13)


def test_many_ensembles_at_once_are_each_alone():
    """Ensembles that need more steps than the others are finished apart from them."""
    weights = np.array([0.25, 0.5, 0.25])
    auger = np.geomspace(1e-6, 10.0, 40)[:, None] * np.array([0.5, 1.0, 3.0])

    def decay(rate):
        rates = biexciton_rates(
            "poisson-biexciton", exciton_rate=1e-4, quantum_yield=0.7, retained_fraction=0.4, auger_rate=rate
        )
        start = initial_populations(np.full(rate.shape, 1.7), "poisson")
        return BiexcitonDecay(rates, start.exciton, start.biexciton, weights)

    together = effective_lifetimes(decay(auger), 100.0)
    for i in range(len(auger)):
        alone = effective_lifetimes(decay(auger[[i]]), 100.0)
        for name, value in together.items():
            assert value[i] == pytest.approx(alone[name][0], rel=1e-9), name
