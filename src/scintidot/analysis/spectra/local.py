"""Smoothing that keeps derivatives: a cubic through the neighbourhood of each point, on any rising axis.

Savitzky and Golay 1964, doi:10.1021/ac60214a047, without their equal steps, so that it works in energy too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scintidot.records import FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

SHORTEST = 8
"""Points that a spectrum needs."""


class Filters(NamedTuple):
    """Linear filters for value, slope and second derivative, sparse, shape (places, points) each."""

    value: csr_array
    slope: csr_array
    curvature: csr_array


def local_cubic(axis: FloatArray, half_width: float, at: FloatArray) -> Filters:
    """Filters for value, slope and second derivative at the places ``at``.

    ``axis`` rising, shape (points,); points within ``half_width`` count with weight (1 - (distance/half_width)^2)^2,
    times the step at each, so that unequal steps pull nothing to one side. Where fewer than six points lie there the
    window is widened to hold six.
    """
    from scipy.sparse import csr_array

    width = np.maximum(half_width, 1.2 * _sixth(axis, at))
    first, last = np.searchsorted(axis, at - width, "left"), np.searchsorted(axis, at + width, "right")
    reach = np.arange(int(np.max(last - first)))
    inside = reach < (last - first)[:, None]
    place = np.minimum(first[:, None] + reach, axis.size - 1)  # (places, points in the widest window)
    u = (axis[place] - at[:, None]) / width[:, None]
    steps = np.gradient(axis) / np.mean(np.diff(axis))
    powers = [np.where(inside, np.clip(1 - u * u, 0.0, None) ** 2 * steps[place], 0.0)]
    for _ in range(6):
        powers.append(powers[-1] * u)
    moments = [np.sum(power, axis=1) for power in powers]
    matrix = np.stack([np.stack([moments[i + j] for j in range(4)], axis=-1) for i in range(4)], axis=-2)
    inverse = np.linalg.inv(matrix + 1e-12 * matrix[:, :1, :1] * np.eye(4))
    rows = np.concatenate([[0], np.cumsum(last - first)])

    def sparse(order: int, scale: FloatArray) -> csr_array:
        filters = sum(inverse[:, order, j, None] * powers[j] for j in range(4)) * scale[:, None]
        return csr_array((filters[inside], place[inside], rows), shape=(at.size, axis.size))

    return Filters(sparse(0, np.ones(at.size)), sparse(1, 1 / width), sparse(2, 2 / width**2))


def _sixth(axis: FloatArray, at: FloatArray) -> FloatArray:
    """Distance to the sixth nearest point of the axis, or the last one if there are fewer."""
    near = np.searchsorted(axis, at)[:, None] + np.arange(-6, 6)
    known = (near >= 0) & (near < axis.size)
    distance = np.abs(axis[np.clip(near, 0, axis.size - 1)] - at[:, None])
    return np.sort(np.where(known, distance, np.inf), axis=1)[:, min(5, axis.size - 1)]


def noise_of(values: FloatArray) -> float:
    """Standard deviation of the scatter between neighbours, by their second differences; robust to outliers.

    Noise that an instrument has smoothed already is underestimated.
    """
    if values.size < 4:
        return math.nan
    second = np.diff(values, 2)
    middle = float(np.median(np.abs(second))) / 0.674490
    return (middle or float(np.sqrt(np.mean(second**2)))) / math.sqrt(
        6
    )  # rounded values differ by nothing mostly


def highest(
    axis: FloatArray, columns: FloatArray, near: float, half_width: float
) -> tuple[FloatArray, FloatArray]:
    """Place and height of the maximum of each column about ``near``, smoothed by a local cubic."""
    at = np.linspace(max(near - half_width, axis[0]), min(near + half_width, axis[-1]), 81)
    filters = local_cubic(axis, half_width, at)
    value, slope = filters.value @ columns, filters.slope @ columns
    place, height = np.empty(columns.shape[1]), np.empty(columns.shape[1])
    for i, (v, g) in enumerate(zip(value.T, slope.T, strict=True)):
        best = int(np.argmax(v))
        falling = np.flatnonzero((g[:-1] > 0) & (g[1:] <= 0))
        place[i] = at[best]
        if falling.size:
            k = int(falling[np.argmin(np.abs(falling - best))])
            place[i] = at[k] + g[k] / (g[k] - g[k + 1]) * (at[k + 1] - at[k])
        height[i] = np.interp(place[i], at, v)
    return place, height


def vertex(x: FloatArray, y: FloatArray) -> float:
    """Where the parabola through three points has its extreme; the middle point if they lie on a line."""
    left, right = x[0] - x[1], x[2] - x[1]
    a, b = y[0] - y[1], y[2] - y[1]
    below = 2 * (a * right - b * left)
    return float(x[1] if below == 0 else x[1] + (a * right**2 - b * left**2) / below)
