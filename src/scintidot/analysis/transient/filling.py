"""Bleach against fluence: absorption cross section from Poisson's law.

With <N> = sigma J pairs per nanocrystal, and a level that holds g of them,

    late, when Auger recombination has left one exciton in each:   T = T0 (1 - exp(-sigma J))
    early, before it:   B = B0 <min(n, g)> = B0 sum_{m=0}^{g-1} P(n > m)

so for g = 2, B = B0 (2 - (2 + <N>) exp(-<N>)). The first is exact where no Auger event ejects a carrier and single
excitons have not decayed; such curves are how cross sections of quantum dots are measured (Makarov et al. 2016,
doi:10.1021/acs.nanolett.5b05077).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scintidot.analysis.fitting import Cost, Fit, Parameter, Prediction, fit, widened
from scintidot.analysis.transient.curves import Curve
from scintidot.records import FloatArray


def filling(mean: FloatArray, degeneracy: int) -> tuple[FloatArray, FloatArray]:
    """<min(n, degeneracy)> of Poisson's law and its derivative by the mean; degeneracy 1 is 1 - exp(-mean)."""
    term = np.exp(-mean)
    below = term.copy()  # P(n <= m)
    value, slope = 1 - below, term.copy()
    for m in range(1, degeneracy):
        term = term * mean / m
        below = below + term
        value, slope = value + 1 - below, slope + term
    return value, slope


def mean_between(curve: Curve, low: float, high: float) -> tuple[float, float]:
    """Weighted mean from ``low`` to ``high`` [ps] and its error; (nan, inf) where there is no delay."""
    inside = (curve.time >= low) & (curve.time <= high)
    if not inside.any():
        return float("nan"), float("inf")
    weight = 1 / curve.sigma[inside] ** 2
    return float(weight @ curve.values[inside] / weight.sum()), float(weight.sum() ** -0.5)


def amplitudes(curves: Sequence[Curve], low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Mean of each curve between two delays and its error, shape (curves,) each."""
    pairs = np.array([mean_between(curve, low, high) for curve in curves])
    return pairs[:, 0], pairs[:, 1]


def fit_filling(fluence: FloatArray, signal: FloatArray, error: FloatArray, degeneracy: int) -> Fit:
    """``cross_section`` [cm2, or per unit of the fluence] and ``saturation``, the signal of one pair.

    Raises
    ------
    ValueError
        With fewer than two fluences.
    """

    def model(values: FloatArray) -> Prediction:
        cross_section, saturation = values
        value, slope = filling(cross_section * fluence, degeneracy)
        return Prediction(saturation * value, np.stack([saturation * slope * fluence, value], axis=1))

    strongest = float(fluence.max())
    weight = 1 / error**2
    starts = []
    for mean in (0.05, 0.3, 1.0, 3.0, 8.0):
        shape = filling(mean / strongest * fluence, degeneracy)[0]
        starts.append(np.array([mean / strongest, (weight * shape) @ signal / ((weight * shape) @ shape)]))
    parameters = [
        Parameter("cross_section", starts[0][0], 1e-6 / strongest, 100 / strongest, unit="cm2"),
        Parameter("saturation", starts[0][1]),
    ]
    return widened(fit(Cost.gaussian(model, signal, error), parameters, starts=starts[1:]))
