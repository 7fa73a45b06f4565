"""How many nanocrystals hold one exciton, and how many hold two or more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scintidot.errors import one_of
from scintidot.records import FloatArray, Occupancy

COMPOUND = "compound"
STATISTICS = {
    "poisson": "N_X(0) = P(1), N_XX(0) = P(N >= 2) with P Poisson of mean <N>",
    "compound": "N from the simulated distribution of deposits: each deposit E makes E/epsilon pairs on average, with "
    "the Fano factor that the simulation finds in the bulk, 0 where it makes no pairs (gamma law, rounded by chance so "
    "that the mean is kept)",
    "paper": "Fratelli 2024, Eqs. 3-4: N_X(0) = <N> P(1), N_XX(0) = <N> P(N >= 2)",
}

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
    single, multiple = mean * np.exp(-mean), gammainc(2.0, mean)
    factor = mean if statistics == "paper" else 1.0
    return Occupancy(mean, np.asarray(factor * single), np.asarray(factor * multiple))


def pair_probabilities(mean_pairs: npt.ArrayLike, fano_factor: float) -> tuple[FloatArray, FloatArray]:
    """P(0) and P(1) of the number of pairs of a deposit that makes ``mean_pairs`` on average.

    The number before rounding follows a gamma law of that mean and of variance fano_factor x mean; rounding up or down
    by chance keeps the mean: P(n) = G(n+1) - 2 G(n) + G(n-1), G(a) = E max(x - a, 0).

    Examples
    --------
    >>> none, one = pair_probabilities(0.25, 0.1)
    >>> round(float(none), 3), round(float(one), 3)
    (0.75, 0.25)
    """
    from scipy.special import gammaincc

    mean = np.asarray(mean_pairs, dtype=float)
    safe = np.maximum(mean, 1e-12)

    def above(level: float) -> FloatArray:
        if fano_factor == 0:
            return np.maximum(mean - level, 0.0)
        shape, at = safe / fano_factor, level / fano_factor
        return np.asarray(safe * gammaincc(shape + 1, at) - level * gammaincc(shape, at))

    first, second = above(1.0), above(2.0)
    none = np.clip(1 - mean + first, 0.0, 1.0)
    return none, np.clip(mean - 2 * first + second, 0.0, 1.0)


def compound_populations(
    mean_excitons: FloatArray, relative_deposit: FloatArray, probability: FloatArray, fano_factor: float
) -> Occupancy:
    """Populations of X and XX when the deposit has a distribution.

    Parameters
    ----------
    mean_excitons : ndarray, any shape
        <N> per event.
    relative_deposit, probability : ndarray, shape (bins,)
        The deposit over its mean, and how probable it is per event.
    fano_factor : float
        Of pair creation. [1]
    """
    mean = np.asarray(mean_excitons, dtype=float)
    none, one = pair_probabilities(mean[..., None] * relative_deposit, fano_factor)
    none, one = none @ probability, one @ probability
    return Occupancy(mean, np.asarray(one), np.asarray(np.maximum(1 - none - one, 0.0)))


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
