"""How good a fit of counts is, without flattery: deviance against what it should be, runs, correlation, places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scintidot.records import FloatArray


def deviance_of_bins(expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of the deviance of a Poisson count about each of ``expected``.

    Below some 20 counts the deviance of a bin is no chi-square: its mean is above 1 near 1 count, and falls to 0 for
    rare counts. Sums over the Poisson law below 30 expected counts, series 1 + 1/(6 mu) beyond.
    """
    from scipy.special import gammaln

    mu = np.maximum(expected, 1e-12)
    mean, variance = 1 + 1 / (6 * mu), 2 + 2 / (3 * mu)
    low = mu < 30
    if np.any(low):
        grid = np.geomspace(1e-6, 30, 120)
        n = np.arange(0, 120.0)[None, :]
        m = grid[:, None]
        probability = np.exp(n * np.log(m) - m - gammaln(n + 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            deviance = 2 * (m - n + np.where(n > 0, n * np.log(n / m), 0.0))
        first = (probability * deviance).sum(axis=1)
        second = (probability * deviance**2).sum(axis=1)
        mean[low] = np.interp(np.log(mu[low]), np.log(grid), first)
        variance[low] = np.interp(np.log(mu[low]), np.log(grid), second - first**2)
    return mean, variance


def autocorrelation(residuals: FloatArray, lags: int = 200) -> FloatArray:
    """Correlation of the residuals with themselves at lags 0..lags; white noise stays within 2/sqrt(points)."""
    r = residuals - residuals.mean()
    size = 1 << int(2 * len(r) - 1).bit_length()
    power = np.abs(np.fft.rfft(r, size)) ** 2
    raw = np.fft.irfft(power, size)[: min(lags, len(r) - 1) + 1]
    return np.asarray(raw / raw[0]) if raw[0] > 0 else np.asarray(raw)


def runs(residuals: FloatArray) -> float:
    """Wald and Wolfowitz: how many standard deviations the number of runs of one sign is above chance."""
    sign = residuals > 0
    up, down = int(sign.sum()), int((~sign).sum())
    total = up + down
    if up == 0 or down == 0:
        return -math.inf if total > 1 else 0.0
    number = 1 + int(np.count_nonzero(sign[1:] != sign[:-1]))
    mean = 1 + 2 * up * down / total
    variance = (mean - 1) * (mean - 2) / (total - 1)
    return (number - mean) / math.sqrt(variance) if variance > 0 else 0.0


LEAST = 4.0
"""Standard deviations of a normal number with the chance of a stretch of bins, from which it is listed."""


def worst_places(
    time: FloatArray, residuals: FloatArray, mean: FloatArray, variance: FloatArray, parts: int = 40
) -> list[dict[str, Any]]:
    """Where the fit fails: stretches of bins whose sum of squared residuals is above what chance makes, worst first.

    ``mean`` and ``variance`` are those of the squared residual of each bin. Their sum has about a gamma law, of which
    the cube root is nearly normal (Wilson and Hilferty 1931, doi:10.1073/pnas.17.12.684).
    """
    places = []
    for chosen in np.array_split(np.arange(len(residuals)), min(parts, len(residuals))):
        square = float((residuals[chosen] ** 2).sum())
        middle, spread = float(mean[chosen].sum()), math.sqrt(float(variance[chosen].sum()))
        width = (spread / middle) ** 2 / 9
        if (np.cbrt(square / middle) - (1 - width)) / math.sqrt(width) > LEAST:
            places.append(
                {
                    "from_ps": float(time[chosen[0]]), "to_ps": float(time[chosen[-1]]),
                    "deviance_per_bin": square / len(chosen), "mean_residual": float(residuals[chosen].mean()),
                    "standard_deviations": (square - middle) / spread,
                }
            )  # fmt: skip
    return sorted(places, key=lambda place: -place["standard_deviations"])[:5]


def goodness(
    time: FloatArray, expected: FloatArray, residuals: FloatArray, free: int, *, counted: bool = True
) -> dict[str, Any]:
    """Figures of a fit with ``free`` parameters; of a signal with normal errors where it is not ``counted``."""
    deviance = float((residuals**2).sum())
    degrees = len(residuals) - free
    points = len(residuals)
    mean, variance = deviance_of_bins(expected) if counted else (np.ones(points), np.full(points, 2.0))
    spread = math.sqrt(float(variance.sum()))
    should = float(mean.sum()) * degrees / max(points, 1)
    correlation = autocorrelation(residuals)
    return {
        "deviance": deviance,
        "degrees_of_freedom": degrees,
        "deviance_per_dof": deviance / degrees if degrees > 0 else None,
        "expected_deviance_per_dof": should / degrees if degrees > 0 else None,
        "excess_standard_deviations": (deviance - should) / spread if spread > 0 else None,
        "runs_standard_deviations": runs(residuals),
        "autocorrelation_lag_1": float(correlation[1]) if len(correlation) > 1 else None,
        "autocorrelation_limit": 2 / math.sqrt(max(len(residuals), 1)),
        "worst_places": worst_places(time, residuals, mean, variance),
    }
