"""Dynamics at one wavelength or in a band, with errors from what the instrument shows before the pump arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scintidot.analysis.traces import TransientTrace
from scintidot.records import FloatArray

FEWEST = 5
"""Delays before time zero from which noise is taken."""
CLEAR = 4.0
"""Widths of the response that a delay must lie before time zero to count as before the pump."""


@dataclass(frozen=True)
class Curve:
    """A signal against delay at one wavelength or band; the sign is such that a bleach is positive."""

    time: FloatArray  # (times,) [ps]
    values: FloatArray  # (times,)
    sigma: FloatArray  # (times,) one standard deviation
    fluence: float = 1.0  # of the pump, [photons/cm2] or relative


def noise(time: FloatArray, values: FloatArray, before: float) -> FloatArray:
    """Standard deviation of each column of ``values`` (times, columns), shape (columns,).

    From n delays earlier than ``before`` [ps] about their mean, times sqrt((n - 1)/(n - 3)), so that 1/variance, as
    which it is used, is right on average; or where these are fewer than `FEWEST`, from second differences
    (median of |x_i - (x_{i-1} + x_{i+1})/2|, which a smooth signal leaves at zero).
    """
    early = values[time < before]
    if len(early) >= FEWEST:
        found = np.std(early, axis=0, ddof=3)  # ddof 1 times that root
    else:
        bend = np.abs(values[1:-1] - 0.5 * (values[:-2] + values[2:]))
        found = np.median(bend, axis=0) / (0.6745 * np.sqrt(1.5))
    positive = found[found > 0]
    floor = np.median(positive) if positive.size else 1e-6 * max(float(np.max(np.abs(values))), 1e-300)
    return np.asarray(np.where(found > 0, found, floor))


def band(trace: TransientTrace, low: float, high: float) -> FloatArray:
    """Which columns lie from ``low`` to ``high`` [nm]; the nearest one if none does."""
    inside = (trace.wavelength >= low) & (trace.wavelength <= high)
    if not inside.any():
        inside[int(np.argmin(np.abs(trace.wavelength - 0.5 * (low + high))))] = True
    return np.asarray(inside)


def band_weights(traces: Sequence[TransientTrace], columns: FloatArray, before: float) -> FloatArray:
    """1/variance of each of ``columns``, the same for all ``traces``, which share their wavelengths.

    Weights of each matrix by itself would scatter, and with them the share of weak columns: the curves of a series
    would no longer be of one height, by more than their noise.
    """
    each = [noise(trace.time, trace.values[:, columns], before) ** 2 for trace in traces]
    return np.asarray(1 / np.mean(each, axis=0))


def curve_of(
    trace: TransientTrace, columns: FloatArray, before: float, weight: FloatArray | None = None
) -> Curve:
    """Mean of ``columns``, equal or by ``weight``; its error from the scatter of that mean before the pump."""
    part = trace.values[:, columns]
    values = np.average(part, axis=1, weights=weight)
    sigma = noise(trace.time, values[:, None], before)[0]
    fluence = 1.0 if trace.fluence is None else trace.fluence
    return Curve(trace.time, np.asarray(values), np.full(len(values), sigma), fluence)


def strongest(trace: TransientTrace, after: float) -> int:
    """Column of the largest mean signal over its noise-free size: |mean of the delays past ``after``| is largest."""
    late = trace.values[trace.time > after]
    if not len(late):
        late = trace.values
    return int(np.argmax(np.abs(late.mean(axis=0))))
