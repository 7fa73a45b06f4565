"""What counting every N >= 2 as a biexciton costs: the numbers of `choices.TRUNCATION`.

Reference: the exact chain of carriers (n_e, n_h), written out here. Radiative rate k n_e n_h; Auger rates
C n_e (n_e - 1) n_h and C n_h (n_h - 1) n_e with C = k_AR/8; the excited carrier is kept with probability xi and
ejected with 1 - xi, so that charged crystals arise and emit.
"""

import math

import numpy as np
import pytest

from scintidot.calculators import nanocrystal_kinetics
from scintidot.choices import TRUNCATION

MOST = 24


def photons_of_pairs(auger, retained):
    """Mean photons from n electrons and n holes, n = 0..MOST, for k = 1; by descent in n_e + n_h."""
    mean = np.zeros((MOST + 1, MOST + 1))
    for total in range(2, 2 * MOST + 1):
        for e in range(max(1, total - MOST), min(MOST, total - 1) + 1):
            h = total - e
            radiative = e * h
            by_electron, by_hole = (auger / 8 * a * (a - 1) * b for a, b in ((e, h), (h, e)))
            after = mean[e - 1, h - 1]
            gain = radiative * (1 + after)
            if by_electron:
                gain += by_electron * (retained * after + (1 - retained) * mean[e - 2, h - 1])
            if by_hole:
                gain += by_hole * (retained * after + (1 - retained) * mean[e - 1, h - 2])
            mean[e, h] = gain / (radiative + by_electron + by_hole)
    return np.diag(mean)


def exact(mean_excitons, efficiency, retained=0.5):
    """Photons and harmonic lifetime in units of 1/k_X for a Poisson number of pairs."""
    weights = np.array(
        [math.exp(-mean_excitons) * mean_excitons**n / math.factorial(n) for n in range(MOST + 1)]
    )
    photons = weights @ photons_of_pairs(4 * efficiency / (1 - efficiency), retained)
    return photons, photons / (mean_excitons + mean_excitons**2)  # F(0) = k <n^2>


@pytest.mark.parametrize(
    ("mean", "efficiency", "photons", "lifetime"),
    [(0.8, 0, 0.8, 0.5556), (0.8, 0.9, 0.4761, 0.3306), (2.3, 0, 2.3, 0.3030), (2.3, 0.9, 0.6049, 0.0797)],
)
def test_reference_meets_the_known_anchors(mean, efficiency, photons, lifetime):
    assert exact(mean, efficiency) == pytest.approx((photons, lifetime), abs=6e-5)


def ratios(mean):
    """Biexciton model over exact one: photons and harmonic lifetimes for Phi_AR = 0 to 0.99."""
    result = []
    for efficiency in np.linspace(0, 0.99, 12):
        ours = nanocrystal_kinetics(
            model="poisson-biexciton",
            mean_excitons=mean,
            auger_efficiency=float(efficiency),
            exciton_rate=1e-3,
        )
        photons, lifetime = exact(mean, efficiency)
        result.append((ours["photons"] / photons, ours["tau_ps"]["harmonic"] / 1e3 / lifetime))
    return np.array(result).T


@pytest.mark.parametrize(("mean", "low", "high"), [(1.0, 1.3, 1.5), (3.3, 2.2, 5.4), (5.0, 3.0, 12.0)])
def test_lifetimes_as_warned(mean, low, high):
    _, lifetimes = ratios(mean)
    assert lifetimes.min() == pytest.approx(low, rel=0.035)
    assert lifetimes.max() == pytest.approx(high, rel=0.035)
    assert f"{low:g} to {high:g} times" in TRUNCATION


def test_photons_as_warned():
    worst = max(max(1 / ratios(mean)[0].min(), ratios(mean)[0].max()) for mean in (1.0, 3.3, 5.0))
    assert worst == pytest.approx(2.6, rel=0.02)
    assert "factor 2.6" in TRUNCATION


def test_few_excitons_need_no_more():
    """Below <N> of 0.1 the truncation costs less than 5 %, in both figures."""
    photons, lifetimes = ratios(0.1)
    assert photons == pytest.approx(1, abs=0.05)
    assert lifetimes == pytest.approx(1, abs=0.05)
