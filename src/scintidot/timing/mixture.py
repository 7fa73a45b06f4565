"""Events of different energy: the time resolution of each from its own light, then the mixture.

The difference of two detectors is a mixture of Gaussians, one for each pair of energies. Its full width at half
maximum lies below 2.3548 standard deviations, since faint events widen its tails; and the resolution of the mean
energy, which many quote, is neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.constants import FWHM_PER_SIGMA
from scintidot.records import FloatArray


@dataclass(frozen=True)
class Mixture:
    """Time differences of two equal detectors over a distribution of energies."""

    standard_deviation: float  # [ps]
    fwhm: float  # of the mixture itself [ps]

    @property
    def ctr_of_standard_deviation(self) -> float:
        """2.3548 standard deviations. [ps]"""
        return FWHM_PER_SIGMA * self.standard_deviation


def mixture_of(deviation: FloatArray, probability: FloatArray) -> Mixture:
    """Mixture of two equal detectors, each with its own energy.

    Parameters
    ----------
    deviation : FloatArray
        Standard deviation of the time of one detector for each energy, above 0, shape (energies,). [ps]
    probability : FloatArray
        Of each energy; need not sum to 1.

    Examples
    --------
    >>> mixture = mixture_of(np.array([10.0]), np.array([1.0]))
    >>> bool(abs(mixture.fwhm - mixture.ctr_of_standard_deviation) < 1e-9)
    True
    """
    share = probability / probability.sum()
    variance = (deviation[:, None] ** 2 + deviation**2).ravel()
    weight = np.outer(share, share).ravel()
    return Mixture(float(np.sqrt(weight @ variance)), _full_width(variance, weight))


def _full_width(variance: FloatArray, weight: FloatArray) -> float:
    """Of a mixture of Gaussians about 0, which falls on both sides, by bisection."""
    height = weight / np.sqrt(variance)
    half = 0.5 * height.sum()
    low, high = 0.0, FWHM_PER_SIGMA * float(np.sqrt(variance.max()))
    for _ in range(60):
        middle = 0.5 * (low + high)
        if height @ np.exp(-0.5 * middle**2 / variance) > half:
            low = middle
        else:
            high = middle
    return low + high
