"""How many excitons a nanocrystal starts with: exact arithmetic, counting, and known limits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import poisson

from scintidot.calculators import nanocrystal_kinetics
from scintidot.excitons.occupancy import PAPER_STATISTICS_LIMIT, initial_populations
from scintidot.excitons.pairs import mean_excitons
from scintidot.materials.library import load_material


def photons(model, mean, phi_ar=0.0):
    return nanocrystal_kinetics(model=model, mean_excitons=mean, auger_efficiency=phi_ar)["photons"]


@pytest.mark.parametrize("mean", [1e-8, 3e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.3, 1, 3.3, 10, 50])
def test_multiple_occupancy_keeps_its_digits(mean):
    """P(N >= 2) is about <N>^2/2 where 1 - P(0) - P(1) has lost every digit."""
    with mpmath.workdps(50):
        n = mpmath.mpf(mean)
        single, multiple = n * mpmath.exp(-n), 1 - (1 + n) * mpmath.exp(-n)
        exact = {"poisson": (single, multiple), "paper": (n * single, n * multiple)}
        exact = {name: [float(p) for p in pair] for name, pair in exact.items()}
    for name, (x, xx) in exact.items():
        found = initial_populations(mean, name)
        assert found.exciton == pytest.approx(x, rel=1e-13, abs=0), name
        assert found.biexciton == pytest.approx(xx, rel=1e-13, abs=0), name


@pytest.mark.parametrize("mean", [0.05, 0.8, 3.3])
def test_poisson_counts(mean):
    """A million nanocrystals, within four standard errors."""
    number = 1_000_000
    pairs = np.random.default_rng(7).poisson(mean, number)
    found = initial_populations(mean, "poisson")
    for probability, share in ((found.exciton, (pairs == 1).mean()), (found.biexciton, (pairs > 1).mean())):
        assert abs(share - probability) < 4 * np.sqrt(probability * (1 - probability) / number)


def test_poisson_probabilities():
    mean = np.geomspace(1e-3, 30, 60)
    found = initial_populations(mean, "poisson")
    np.testing.assert_allclose(found.exciton, poisson.pmf(1, mean), rtol=1e-12)
    np.testing.assert_allclose(found.biexciton, poisson.sf(1, mean), rtol=1e-12)
    np.testing.assert_allclose(found.exciton + found.biexciton + np.exp(-mean), 1, rtol=1e-14)


def test_paper_statistics_are_poisson_times_the_mean():
    mean = np.geomspace(1e-6, 30, 60)
    one, two = initial_populations(mean, "poisson"), initial_populations(mean, "paper")
    np.testing.assert_allclose(two.exciton, mean**2 * np.exp(-mean), rtol=1e-14)
    np.testing.assert_allclose(two.biexciton, mean * one.biexciton, rtol=1e-14)


@pytest.mark.parametrize("mean", [0.01, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("statistics", ["poisson", "paper"])
def test_ratio_of_biexcitons_to_excitons(mean, statistics):
    """(e^l - 1 - l)/l, which the inverse path uses to find <N>; the same for both statistics."""
    found = initial_populations(mean, statistics)
    assert found.biexciton / found.exciton == pytest.approx((np.exp(mean) - 1 - mean) / mean, rel=1e-11)


def test_paper_statistics_create_photons_above_their_limit():
    """Photons/<N> - 1 = P(>=2) - P(0) at Phi_AR = 0: positive once e^n > n + 2."""
    limit = brentq(lambda n: np.exp(n) - n - 2, 1, 2, xtol=1e-15)
    assert limit == pytest.approx(1.146, abs=5e-4)
    assert pytest.approx(limit, rel=1e-14) == PAPER_STATISTICS_LIMIT
    for mean in (0.01, 0.5, 1.0, limit * (1 - 1e-9)):
        assert photons("paper", mean) < mean
    for mean in (limit * (1 + 1e-9), 2.0, 3.3, 10.0):
        assert photons("paper", mean) > mean
    assert photons("paper", 3.3) == pytest.approx(5.954913, rel=1e-6)


@pytest.mark.parametrize("mean", [1e-12, 1e-9, 1e-7, 1e-4, 0.1, 1.146, 3.3, 30.0])
@pytest.mark.parametrize("phi_ar", [0.0, 0.5, 0.999])
def test_poisson_photons_are_bounded_by_the_pairs(mean, phi_ar):
    """Every N >= 2 counts as two: photons fall short of <N> by sum (N - 2) P(N)."""
    found = photons("poisson-biexciton", mean, phi_ar)
    assert found <= mean * (1 + 1e-15)
    if phi_ar == 0:
        number = np.arange(3, 200)
        assert mean - found == pytest.approx(
            np.sum((number - 2) * poisson.pmf(number, mean)), rel=1e-12, abs=1e-14
        )


@pytest.mark.parametrize("model", ["paper", "poisson-biexciton"])
@pytest.mark.parametrize("mean", [1e-12, 1e-9, 3e-9, 1e-8, 2e-8, 1e-7, 1e-4, 1.1])
def test_no_false_alarm_about_too_many_photons(model, mean):
    warnings = nanocrystal_kinetics(model=model, mean_excitons=mean, auger_efficiency=0.0)["warnings"]
    assert not [text for text in warnings if "not physical" in text]


def test_saturation():
    """A flood of pairs leaves one biexciton in every nanocrystal."""
    found = initial_populations(500.0, "poisson")
    assert found.exciton == pytest.approx(0, abs=1e-200)
    assert found.biexciton == 1
    assert photons("poisson-biexciton", 500.0) == pytest.approx(2, rel=1e-15)


def test_pairs_share_the_deposit():
    """Pair energy 2.8 Eg and 4.2 Eg differ by 3/2 in <N>; the number of pairs times their energy is kept."""
    gap, deposit = 2.37, np.array([0.5, 7.0, 35.0])
    rules = load_material("CsPbBr3").card.pair_creation
    low, high = rules["alig-bloom"](gap), rules["fratelli"](gap)
    np.testing.assert_allclose(mean_excitons(deposit, low) * low, deposit, rtol=1e-15)
    np.testing.assert_allclose(mean_excitons(deposit, low) / mean_excitons(deposit, high), 1.5, rtol=1e-14)
    assert rules["klein"](gap) == pytest.approx(2.8 * gap + 0.75)
