"""Attenuation from the light of a reference scintillator with and without a sample before it.

share = 1 - (I_with - b)/(I_without - b), b the background. The same mass of nanocrystals attenuates X-rays alike,
whatever their size: the shares of a series are compared with their mean, and with a line against the size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.analysis.series.lines import StraightLine, chance, york
from scintidot.records import FloatArray


def attenuated_share(
    with_sample: FloatArray, without_sample: FloatArray, background: FloatArray,
    with_error: FloatArray, without_error: FloatArray, background_error: FloatArray,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Share of the radiation that a sample stops, and its standard deviation by first-order propagation.

    >>> from numpy import array, sqrt
    >>> s, e = attenuated_share(*map(array, (6700.0, 10100.0, 100.0)), *map(sqrt, (6700.0, 10100.0, 100.0)))
    >>> round(float(s), 3), round(float(e), 4)
    (0.34, 0.0105)
    """
    above, open_beam = with_sample - background, without_sample - background
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = above / open_beam
        variance = (
            with_error**2 + (ratio * without_error) ** 2 + ((1 - ratio) * background_error) ** 2
        ) / open_beam**2
    return np.asarray(1 - ratio), np.asarray(np.sqrt(variance))


@dataclass(frozen=True)
class Independence:
    """Whether shares depend on the size."""

    mean: float
    mean_error: float
    chi_square: float
    degrees_of_freedom: int
    probability: float
    line: StraightLine | None  # against the size

    @property
    def slope_significance(self) -> float | None:
        """Standard deviations of the slope against size from zero."""
        return None if self.line is None else self.line.slope / self.line.slope_error


def size_independence(
    edge_length: FloatArray, share: FloatArray, error: FloatArray, edge_length_error: FloatArray
) -> Independence:
    """Weighted mean of shares, the chance of their scatter about it, and a line against the edge length [nm]."""
    weight = 1 / error**2
    mean = float(np.sum(weight * share) / np.sum(weight))
    chi_square = float(np.sum(weight * (share - mean) ** 2))
    freedom = share.size - 1
    line = york(edge_length, share, edge_length_error, error) if np.unique(edge_length).size > 1 else None
    return Independence(
        mean, float(np.sum(weight) ** -0.5), chi_square, freedom, chance(chi_square, freedom), line
    )
