"""How many nanocrystals hold one exciton, and how many hold two or more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scintidot.errors import one_of
from scintidot.records import Occupancy

STATISTICS = {
    "poisson": "N_X(0) = P(1), N_XX(0) = P(N >= 2) with P Poisson of mean <N>",
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

    one_of(statistics, STATISTICS, where="excitons", who="statistics")
    mean = np.asarray(mean_excitons, dtype=float)
    single, multiple = mean * np.exp(-mean), gammainc(2.0, mean)
    factor = mean if statistics == "paper" else 1.0
    return Occupancy(mean, np.asarray(factor * single), np.asarray(factor * multiple))
