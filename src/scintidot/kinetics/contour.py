"""From a scalar Laplace transform to a curve over decades of time (`propagator`: all states, once), to exponentials."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.errors import OutOfRange
from scintidot.records import Exponentials, FloatArray

ComplexArray = npt.NDArray[np.complex128]
Transform = Callable[[ComplexArray], ComplexArray]
"""F(z), the integral of F(t) exp(-z t), at nodes of shape (..., m); result of shape (..., m, columns)."""

WIDE_WINDOW, WINDOW = 1000.0, 100.0
"""Ratio of the latest to the earliest time that one contour serves: for fits, and for curves."""
NARROWER = {64: WINDOW, 160: 30.0}
NARROWEST = 4.0
"""Window up to so many pairs, and beyond: a contour for a long window passes close to the poles, where the transform of
a long chain of states is huge."""
NODES = 40
"""Half the nodes of a contour. The error is below 3e-11 F(0), 2e-8 for the wide window."""


@lru_cache(maxsize=4)
def _hyperbola(window: float) -> tuple[ComplexArray, ComplexArray]:
    """Nodes and weights for times in [1/window, 1]: F(t) = Re sum of w exp(z t) F(z).

    Optimal hyperbola round a negative real spectrum, by the trapezoidal rule (Weideman, Trefethen 2007,
    doi:10.1090/S0025-5718-07-01945-X).
    """
    angles = np.linspace(np.pi / 4, np.pi / 2, 20_001)[1:-1]

    def spread(angle: Any) -> Any:
        ratio = ((np.pi - 2 * angle) * window + 4 * angle - np.pi) / ((4 * angle - np.pi) * np.sin(angle))
        return np.arccosh(ratio)

    angle = float(angles[np.argmax((np.pi**2 - 2 * np.pi * angles) / spread(angles))])  # fastest convergence
    step = spread(angle) / NODES
    scale = (4 * np.pi * angle - np.pi**2) / spread(angle) * NODES
    place = (np.arange(NODES) + 0.5) * step
    node = scale * (1 + np.sin(1j * place - angle))
    return node, step / np.pi * scale * np.cos(1j * place - angle)


def windows(
    time: FloatArray, window: float = WINDOW
) -> list[tuple[npt.NDArray[np.int64], ComplexArray, ComplexArray]]:
    """Indices of ``time`` [ps] > 0 that one contour serves, with its nodes [1/ps] and weights [1/ps]."""
    node, weight = _hyperbola(window)
    order = np.argsort(time)
    found = []
    while order.size:
        latest = time[order[0]] * window
        together = order[time[order] <= latest]
        end = time[together[-1]]
        found.append((together, node / end, weight / end))
        order = order[together.size :]
    return found


def window_of(most_pairs: int) -> float:
    """Window of a contour for up to so many pairs."""
    return next((window for most, window in NARROWER.items() if most_pairs <= most), NARROWEST)


def invert(transform: Transform, time: FloatArray, slowest: FloatArray, window: float = WINDOW) -> FloatArray:
    """F at ``time`` of shape (times,), [ps] > 0; shape (..., columns, times).

    ``slowest`` [1/ps], shape (...), bounds the spectrum from below: no part of F falls slower than exp(-slowest t).
    It is taken out, so that the error is relative to that factor and late times keep their digits.
    """
    slowest = np.asarray(slowest, dtype=float)
    parts: list[tuple[npt.NDArray[np.int64], FloatArray]] = []
    for chosen, node, weight in windows(time, window):
        value = transform(node - slowest[..., None])  # (..., m, columns)
        wave = weight[:, None] * np.exp(np.outer(node, time[chosen]))
        parts.append((chosen, np.real(np.einsum("...mc,mt->...ct", value, wave))))
    shape = parts[0][1].shape[:-1]
    result = np.empty((*shape, len(time)))
    for chosen, values in parts:
        result[..., chosen] = values
    return np.asarray(result * np.exp(-slowest[..., None, None] * time))


PER_DECADE = 8
"""Exponentials per decade of rates."""
NEAREST = 0.003
"""Relative distance of the second rate from the slowest one."""
EXPONENTIALS_ERROR = 1e-5
"""Largest relative error of the integral of the sum of exponentials; beyond it the decay is refused."""


@lru_cache(maxsize=16)
def _fit(decades: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rates above the slowest one, times, and the matrix from curve to amplitudes, in units of the slowest rate.

    Least squares of smallest norm: of the many sums that meet the curve to rounding, one of small amplitudes.
    """
    fastest = 10.0**decades
    rates = np.concatenate(
        [[0.0], np.geomspace(NEAREST, fastest, int(np.log10(fastest / NEAREST) * PER_DECADE) + 1)]
    )
    times = np.geomspace(0.01 / fastest, 40.0, int(np.log10(4e3 * fastest) * 20) + 1)
    times = np.concatenate([[0.0], times])
    u, singular, v = np.linalg.svd(np.exp(-np.outer(times, rates)), full_matrices=False)
    kept = singular > 1e-11 * singular[0]
    return rates, times, (v[kept].T / singular[kept]) @ u[:, kept].T


def exponentials(
    transform: Transform,
    start: FloatArray,
    integral: FloatArray,
    slowest: FloatArray,
    fastest: float,
    *,
    window: float = WINDOW,
) -> Exponentials:
    """F as a sum of exponentials at fixed rates.

    One matrix serves all decays; its error is about 1e-8 of F(0) exp(-slowest t). Where most light comes from a part
    of F that is weaker than that, the decay is fitted by itself, relative to F at every time.

    Parameters
    ----------
    transform : callable
        Of one column.
    start, integral : ndarray, shape (...)
        F(0) [1/ps], and the integral of F.
    slowest : ndarray, shape (...)
        Bounds the spectrum from below. [1/ps]
    fastest : float
        Rate beyond which F has nothing to lose, as a multiple of the slowest.
    window : float
        From `window_of`.

    Raises
    ------
    OutOfRange
        If the integral is missed by more than `EXPONENTIALS_ERROR`: the rates of F lie too many decades apart.
    """
    decades = int(np.ceil(np.log10(max(fastest, 10.0)))) + 1
    rates, times, matrix = _fit(decades)
    slowest = np.asarray(slowest, dtype=float)

    def curve_of(window: float) -> FloatArray:
        """F exp(slowest t) at the times of the fit."""
        curve = np.empty((*slowest.shape, len(times)))
        curve[..., 0] = start
        for chosen, node, weight in windows(times[1:], window):
            value = transform((node - 1) * slowest[..., None])[..., 0] * slowest[..., None]
            wave = weight[:, None] * np.exp(np.outer(node, times[1:][chosen]))
            curve[..., 1 + chosen] = np.real(value @ wave)
        return curve

    def missed(amplitude: FloatArray) -> npt.NDArray[np.bool_]:
        found = np.sum(amplitude / (1 + rates), axis=-1) / slowest
        return np.asarray(np.abs(found - integral) > EXPONENTIALS_ERROR * integral)

    amplitude = np.asarray(curve_of(WIDE_WINDOW if window == WINDOW else window) @ matrix.T)
    wrong = missed(amplitude)
    if np.any(wrong):
        waves = np.exp(-np.outer(times, rates))
        curves = curve_of(window)
        for place, row in zip(np.argwhere(wrong), curves[wrong], strict=True):
            sure = row > 0
            relative = waves[sure] / row[sure, None]
            scale = relative.max(axis=0)
            fit = np.linalg.lstsq(relative / scale, np.ones(len(relative)), rcond=1e-12)[0]
            amplitude[tuple(place)] = fit / scale
        if np.any(missed(amplitude)):
            raise OutOfRange(
                where="kinetics", what="rates", who="the decay curve",
                expected="a curve that sums of exponentials can follow", found=f"rates over {decades} decades",
                hint="Rates that differ less, or fewer pairs, help.",
            )  # fmt: skip
    if slowest.size and np.ptp(slowest) == 0:  # one set of rates for all
        return Exponentials(amplitude, slowest.flat[0] * (1 + rates))
    return Exponentials(amplitude, slowest[..., None] * (1 + rates))


def with_flash(curve: Exponentials, start: FloatArray, integral: FloatArray) -> Exponentials:
    """The curve with light of F(0) ``start`` [1/ps] >= 0 and some integral more, of shape (...), on the same rates.

    An exponential of the rate start/integral, shared between its two neighbours so that both numbers are kept; one
    that is faster than all, or has no light, goes to the fastest.
    """
    rate = np.broadcast_to(curve.rate, curve.amplitude.shape)
    fastest = rate[..., -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = np.where(integral > 0, start / integral, np.inf)
    wanted = np.clip(wanted, rate[..., 0], fastest)
    upper = np.clip((rate < wanted[..., None]).sum(axis=-1), 1, rate.shape[-1] - 1)[..., None]
    low, high = (np.take_along_axis(rate, place, axis=-1)[..., 0] for place in (upper - 1, upper))
    share = (1 / wanted - 1 / high) / (1 / low - 1 / high)  # of the slower one
    amplitude = curve.amplitude.copy()
    for place, part in ((upper - 1, share), (upper, 1 - share)):
        more = np.take_along_axis(amplitude, place, axis=-1) + (start * part)[..., None]
        np.put_along_axis(amplitude, place, more, axis=-1)
    return Exponentials(amplitude, curve.rate)
