"""Predictions beside measurements: residuals, chi-square, and how likely it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.analysis.series.lines import chance
from scintidot.records import FloatArray


@dataclass(frozen=True)
class Comparison:
    """Measured against predicted; the prediction times ``scale`` where only ratios are known."""

    predicted: FloatArray  # scaled
    predicted_error: FloatArray  # scaled
    residuals: FloatArray  # measured less predicted, over the error of both
    chi_square: float
    degrees_of_freedom: int
    probability: float
    scale: float = 1.0


def compare(
    measured: FloatArray, measured_error: FloatArray, predicted: FloatArray, predicted_error: FloatArray,
    *, relative: bool = False,
) -> Comparison:  # fmt: skip
    """Chi-square of independent points, each with the error of both sides.

    ``relative``: measured in units of its own, so that one common factor is taken where chi-square is least (a line
    through zero with errors on both sides), which costs one degree of freedom.
    """
    scale = 1.0
    if relative:
        scale = _scale(measured, measured_error, predicted, predicted_error)
    error = np.hypot(measured_error, scale * predicted_error)
    residuals = (measured - scale * predicted) / error
    chi_square = float(np.sum(residuals**2))
    freedom = measured.size - int(relative)
    return Comparison(
        scale * predicted, scale * predicted_error, residuals, chi_square, freedom, chance(chi_square, freedom), scale
    )  # fmt: skip


def _scale(
    measured: FloatArray, measured_error: FloatArray, predicted: FloatArray, predicted_error: FloatArray
) -> float:
    """The factor on the prediction that makes chi-square least."""
    from scipy.optimize import minimize_scalar

    ratios = measured / predicted
    low, high = float(np.min(ratios)), float(np.max(ratios))
    if not high > low:
        return low

    def cost(scale: float) -> float:
        variance = measured_error**2 + (scale * predicted_error) ** 2
        return float(np.sum((measured - scale * predicted) ** 2 / variance))

    found = minimize_scalar(cost, bounds=(low, high), method="bounded", options={"xatol": 1e-10 * high})
    return float(found.x)
