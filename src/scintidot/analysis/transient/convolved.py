"""What a Gaussian response makes of a decay or of an artefact, with its derivatives in closed form.

With g the normalised Gaussian of width s, the decay E = (exp(-k t), t >= 0) * g obeys

    dE/dt = -k E + g,    dE/dk = (s^2 k - t) E - s^2 g,    dE/ds = s d2E/dt2 = s (k^2 E - k g) - t g/s

(the last by the heat equation). A coherent artefact is taken as g and its derivatives (Kovalenko, Dobryakov,
Ruthmann, Ernsting 1999, doi:10.1103/PhysRevA.59.2369).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from scintidot.records import FloatArray
from scintidot.response import gaussian_times_decay


class Shape(NamedTuple):
    """Columns (..., columns) and their derivatives by rate, time and width; rate 0 is a step."""

    value: FloatArray
    by_rate: FloatArray
    by_time: FloatArray
    by_sigma: FloatArray


def gaussian(time: FloatArray, sigma: float) -> FloatArray:
    """Normalised Gaussian [1/ps]."""
    return np.asarray(np.exp(-0.5 * (time / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi)))


def decays(time: FloatArray, rate: FloatArray, sigma: float) -> Shape:
    """One column for each rate [1/ps] at delays ``time`` [ps] after time zero, shape (..., rates)."""
    t = np.asarray(time, dtype=float)[..., None]
    k = np.asarray(rate, dtype=float)
    value = gaussian_times_decay(t, k, sigma)
    g = gaussian(t, sigma)
    return Shape(
        value,
        (sigma**2 * k - t) * value - sigma**2 * g,
        g - k * value,
        sigma * k * (k * value - g) - t / sigma * g,
    )


def artefacts(time: FloatArray, sigma: float, order: int) -> Shape:
    """Gaussian and its first derivatives, ``order`` columns of height about 1, each with its derivatives."""
    u = np.asarray(time, dtype=float)[..., None] / sigma
    bell = np.exp(-0.5 * u**2)
    hermite = [np.ones_like(u), u, u**2 - 1, u**3 - 3 * u][: order + 1]
    columns = [h * bell for h in hermite]  # (-d/du)^n of the bell
    empty = np.zeros((*np.shape(time), 0))
    if order == 0:
        return Shape(empty, empty, empty, empty)
    value = np.concatenate(columns[:order], axis=-1)
    by_time = -np.concatenate(columns[1 : order + 1], axis=-1) / sigma
    return Shape(value, np.zeros_like(value), by_time, -u * by_time)
