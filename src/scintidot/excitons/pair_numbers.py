"""How many electron-hole pairs a deposit makes: every number with its probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray

PAIR_NUMBERS = (
    "a deposit E makes E/epsilon pairs on average; the number before rounding follows a gamma law of this mean and of "
    "variance Fano factor x mean, and is rounded up or down by chance so that the mean is kept"
)


def pair_number_probabilities(
    mean_pairs: npt.ArrayLike, fano_factor: float, numbers: npt.ArrayLike
) -> FloatArray:
    """Probability of each of ``numbers`` [pairs] for deposits that make ``mean_pairs`` on average.

    ``P(n) = G(n+1) - 2 G(n) + G(n-1)`` with ``G(a) = E max(x - a, 0)`` of the gamma law, as in
    `scintidot.excitons.occupancy.pair_probabilities`, which is its n = 0 and 1.

    Parameters
    ----------
    mean_pairs : array_like, shape (m,)
        Above or equal to 0.
    fano_factor : float
        Variance over mean before rounding; 0 leaves the two whole numbers next to the mean. Rounding adds at most 1/4
        to the variance.
    numbers : array_like of whole numbers, shape (k,) or (m, k)
        In steps of 1 along the last axis.

    Returns
    -------
    ndarray, shape (m, k)

    Examples
    --------
    >>> pair_number_probabilities([2.25], 0.0, [1, 2, 3]).tolist()
    [[0.0, 0.75, 0.25]]
    """
    mean = np.asarray(mean_pairs, dtype=float)[:, None]
    numbers = np.asarray(numbers, dtype=float)
    levels = np.concatenate([numbers[..., :1] - 1, numbers, numbers[..., -1:] + 1], axis=-1)
    above = _mean_above(mean, fano_factor, levels)
    return np.maximum(above[..., 2:] - 2 * above[..., 1:-1] + above[..., :-2], 0.0)


def _mean_above(mean: FloatArray, fano_factor: float, level: FloatArray) -> FloatArray:
    """Mean of max(x - level, 0)."""
    from scipy.special import gammaincc

    if fano_factor == 0:
        return np.asarray(np.maximum(mean - level, 0.0))
    safe, positive = np.maximum(mean, 1e-12), np.maximum(level, 0.0)
    shape, at = safe / fano_factor, positive / fano_factor
    part = safe * gammaincc(shape + 1, at) - positive * gammaincc(shape, at)
    return np.asarray(np.where(level <= 0, mean - level, part))
