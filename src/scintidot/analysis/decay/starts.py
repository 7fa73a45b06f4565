"""Where a fit of a decay begins: a spectrum of lifetimes by nonnegative least squares, and its main groups."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from scintidot.analysis.decay.responses import Response
from scintidot.records import FloatArray

LIFETIMES = 36
"""Of the grid of a first spectrum."""


def lifetime_spectrum(
    counts: FloatArray,
    response: Response,
    window: npt.NDArray[np.intp],
    shift: float,
    width: float,
    lifetimes: FloatArray,
) -> tuple[FloatArray, float, float]:
    """Photons at each of ``lifetimes`` [ps], background per bin, and how bad the fit is (weighted square sum)."""
    from scipy.optimize import nnls

    columns = response.share(1 / lifetimes, shift, width)[:, window]
    data = counts[window]
    weight = 1 / np.sqrt(np.maximum(data, 1.0))
    matrix = np.concatenate([columns, np.ones((1, data.size))]) * weight
    scale = np.maximum(np.sqrt((matrix**2).sum(axis=1)), 1e-300)
    found, norm = nnls((matrix / scale[:, None]).T, data * weight, maxiter=50 * len(matrix))
    found = found / scale
    return found[:-1], float(found[-1]), float(norm**2)


def best_shift(
    counts: FloatArray,
    response: Response,
    window: npt.NDArray[np.intp],
    shifts: FloatArray,
    width: float,
    lifetimes: FloatArray,
) -> float:
    """The one of ``shifts`` [ps] at which a spectrum of lifetimes fits best."""
    coarse = lifetimes[:: max(len(lifetimes) // 8, 1)]
    misfit = [lifetime_spectrum(counts, response, window, shift, width, coarse)[2] for shift in shifts]
    return float(shifts[int(np.argmin(misfit))])


def grouped(lifetimes: FloatArray, photons: FloatArray, number: int) -> tuple[FloatArray, FloatArray]:
    """``number`` lifetimes and their photons: neighbours of the spectrum are joined until so many are left.

    The amplitude photons/lifetime weighs, so that short components are kept; where there are too few, the
    largest ones are split.
    """
    there = photons > 1e-6 * max(photons.sum(), 1e-300)
    groups = [(float(p), float(t)) for p, t in zip(photons[there], lifetimes[there], strict=True)]
    groups = groups or [(1.0, float(np.sqrt(lifetimes[0] * lifetimes[-1])))]
    while len(groups) > number:
        loss = [_loss(a, b) for a, b in pairwise(groups)]
        i = int(np.argmin(loss))
        groups[i : i + 2] = [_joined(groups[i], groups[i + 1])]
    while len(groups) < number:
        i = int(np.argmax([p for p, _ in groups]))
        p, t = groups[i]
        groups[i : i + 1] = [(0.3 * p, 0.4 * t), (0.7 * p, 1.3 * t)]
        groups.sort(key=lambda group: group[1])
    return np.array([p for p, _ in groups]), np.array([t for _, t in groups])


def _weight(group: tuple[float, float]) -> float:
    return float(group[0] / np.sqrt(group[1]))


def _loss(a: tuple[float, float], b: tuple[float, float]) -> float:
    wa, wb = _weight(a), _weight(b)
    return float(wa * wb / (wa + wb) * np.log(b[1] / a[1]) ** 2)


def _joined(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    wa, wb = _weight(a), _weight(b)
    return a[0] + b[0], float(np.exp((wa * np.log(a[1]) + wb * np.log(b[1])) / (wa + wb)))
