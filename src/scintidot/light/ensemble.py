"""Many nanocrystals of the same total mass, with their size dispersion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scintidot.constants import NM3_PER_CM3
from scintidot.records import FloatArray


def nanocrystals_per_gram(density: float, volume: npt.ArrayLike) -> FloatArray:
    """n_NC = 1/(rho V) [1/g]; ``density`` [g/cm3], ``volume`` [nm^3], number mean over the sizes.

    >>> ratio = nanocrystals_per_gram(4.856, 27.0) / nanocrystals_per_gram(4.856, 1000.0)
    >>> round(float(ratio), 3)
    37.037
    """
    return np.asarray(NM3_PER_CM3 / (density * np.asarray(volume, dtype=float)))


def size_distribution(
    edge_length: npt.ArrayLike, relative_sigma: npt.ArrayLike, order: int = 9
) -> tuple[FloatArray, FloatArray]:
    """Edge lengths [nm] and number weights of a log-normal distribution.

    Parameters
    ----------
    edge_length : array_like, shape (n,)
        Mean edge length. [nm]
    relative_sigma : float or array_like, shape (n,)
        Standard deviation over mean, of all or of each. [1] 0 for all gives one member.

    Returns
    -------
    edge_lengths : ndarray, shape (n, m)
    weights : ndarray, shape (m,)
        Gauss-Hermite rule, weights sum to 1; mean, variance and volume exact to rounding up to a relative
        sigma of 0.3.
    """
    mean = np.atleast_1d(np.asarray(edge_length, dtype=float))
    sigma = np.asarray(relative_sigma, dtype=float)
    if not np.any(sigma):
        return mean[:, None], np.ones(1)
    log_sigma = np.sqrt(np.log1p(sigma**2))[..., None]
    nodes, weights = np.polynomial.hermite_e.hermegauss(order)
    return mean[:, None] * np.exp(log_sigma * nodes - log_sigma**2 / 2), weights / weights.sum()
