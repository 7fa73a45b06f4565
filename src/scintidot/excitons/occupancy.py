"""How many nanocrystals hold one exciton, and how many hold two or more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scintidot.errors import one_of
from scintidot.excitons.distribution import COMPOUND, STATISTICS
from scintidot.records import FloatArray, Occupancy

PAPER_STATISTICS_LIMIT = 1.146_193_220_620_583
"""<N> above which ``paper`` statistics can give more photons than pairs: P(N >= 2) > P(0), e^n = n + 2."""


def initial_populations(mean_excitons: npt.ArrayLike, statistics: str) -> Occupancy:
    """Populations of X and XX right after the excitation.

    P(N >= 2) is the regularised incomplete gamma function P(2, <N>): the difference of exponentials
    would lose all digits for small <N>.

    Examples
    --------
    >>> occupancy = initial_populations(0.8, "poisson")
    >>> round(float(occupancy.exciton + occupancy.biexciton), 6)  # 1 - P(0)
    0.550671
    """
    from scipy.special import gammainc

    one_of(statistics, [name for name in STATISTICS if name != COMPOUND], where="excitons", who="statistics")
    mean = np.asarray(mean_excitons, dtype=float)
    if statistics == "exponential":
        return Occupancy(mean, np.asarray(mean / (1 + mean) ** 2), np.asarray((mean / (1 + mean)) ** 2))
    single, multiple = mean * np.exp(-mean), gammainc(2.0, mean)
    factor = mean if statistics == "paper" else 1.0
    return Occupancy(mean, np.asarray(factor * single), np.asarray(factor * multiple))


def biexciton_populations(mean_excitons: FloatArray, distribution: FloatArray) -> Occupancy:
    """Populations of X and XX from P(n) of shape (..., n_max + 1): every n >= 2 counts as one biexciton."""
    return Occupancy(
        np.asarray(mean_excitons, dtype=float),
        distribution[..., 1],
        np.asarray(distribution[..., 2:].sum(axis=-1)),
    )


def inferred_mean(biexcitons_per_exciton: npt.ArrayLike) -> FloatArray:
    """<N> that an experimenter reads from the amplitude ratio XX/X, taking it for Poisson: (e^l - 1 - l)/l = ratio.

    By Newton's method from below; the left side is convex and rises.

    Examples
    --------
    >>> round(float(inferred_mean(0.3)), 3)  # an exponential deposit of this true mean
    0.504
    """
    ratio = np.asarray(biexcitons_per_exciton, dtype=float)
    mean = np.minimum(2 * ratio, 1 + np.log1p(np.maximum(ratio, 0.0)) * 2)
    for _ in range(60):
        safe = np.maximum(mean, 1e-9)
        value = (np.expm1(safe) - safe) / safe - ratio
        slope = (safe * np.exp(safe) - np.expm1(safe)) / safe**2
        mean = np.maximum(safe - value / slope, 0.0)
    return np.asarray(np.where(ratio > 0, mean, 0.0))
