"""Smoothing that keeps derivatives: a cubic through the neighbourhood of each point, on any rising axis.

Savitzky and Golay 1964, doi:10.1021/ac60214a047, without their equal steps, so that it works in energy too.
"""

from __future__ import annotations

import math

import numpy as np

from scintidot.records import FloatArray

SHORTEST = 8
"""Points that a spectrum needs."""


def local_cubic(axis: FloatArray, half_width: float, at: FloatArray) -> FloatArray:
    """Linear filters for value, slope and second derivative at ``at``, shape (3, points at, points).

    ``axis`` rising, shape (points,); points within ``half_width`` count with weight (1 - (distance/half_width)^2)^2,
    times the step at each, so that unequal steps pull nothing to one side. Where fewer than six points lie there the
    window is widened to hold six.
    """
    distance = np.abs(axis[None, :] - at[:, None])
    sixth = np.sort(distance, axis=1)[:, min(5, axis.size - 1)]
    width = np.maximum(half_width, 1.2 * sixth)[:, None]
    u = (axis[None, :] - at[:, None]) / width
    weight = np.clip(1 - u * u, 0.0, None) ** 2 * (np.gradient(axis) / np.mean(np.diff(axis)))
    powers = [weight]
    for _ in range(6):
        powers.append(powers[-1] * u)
    moments = [np.sum(power, axis=1) for power in powers]
    matrix = np.stack([np.stack([moments[i + j] for j in range(4)], axis=-1) for i in range(4)], axis=-2)
    inverse = np.linalg.inv(matrix + 1e-12 * matrix[:, :1, :1] * np.eye(4))
    value, slope, half_curve = (sum(inverse[:, i, j, None] * powers[j] for j in range(4)) for i in range(3))
    return np.stack([value, slope / width, 2 * half_curve / width**2])


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
    value, slope, _ = (part @ columns for part in local_cubic(axis, half_width, at))
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
