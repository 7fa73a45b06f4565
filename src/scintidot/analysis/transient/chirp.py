"""Where time zero lies at each wavelength, and its dispersion.

The onset of each column is found with a step of the width of the response followed by any dynamics (a constant and
decays over all time scales, linear): the time zero that leaves the least. A law of few coefficients is laid through
the onsets robustly; the fit of a whole matrix then refines its coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scintidot.analysis.traces import TransientTrace
from scintidot.analysis.transient.convolved import artefacts, decays
from scintidot.analysis.transient.curves import noise
from scintidot.records import FloatArray

LAWS = {
    "none": "one time zero at every wavelength",
    "linear": "t0 = a + b x, x = (wavelength - centre)/100 nm",
    "polynomial": "t0 = a + b x + c x^2 + d x^3, x = (wavelength - centre)/100 nm",
    "cauchy": "t0 = a + b (u - 1) + c (u^2 - 1), u = (centre/wavelength)^2: a medium with n = A + B/L^2 + C/L^4",
}
CLEAR_ONSET = 60.0
"""Chi-square that a step and its decays must take away from a constant, for an onset to count."""
ROUNDS = 8
"""Steps in which the onset of a column is refined."""
FARTHEST = 5.0
"""Widths of the response beyond which a refined onset is no longer that of its column."""
TERMS = {"none": 1, "linear": 2, "polynomial": 4, "cauchy": 3}


@dataclass(frozen=True)
class Dispersion:
    """t0 [ps] against wavelength [nm] by one of `LAWS`."""

    law: str
    centre: float
    coefficients: FloatArray  # [ps]

    def basis(self, wavelength: FloatArray) -> FloatArray:
        """What the coefficients multiply, (wavelengths, terms)."""
        if self.law == "cauchy":
            u = (self.centre / wavelength) ** 2
            return np.stack([np.ones_like(u), u - 1, u**2 - 1], axis=1)
        x = (wavelength - self.centre) / 100
        return np.asarray(x[:, None] ** np.arange(TERMS[self.law]))

    def __call__(self, wavelength: FloatArray) -> FloatArray:
        """Time zero. [ps]"""
        return np.asarray(self.basis(np.asarray(wavelength, dtype=float)) @ self.coefficients)


@dataclass(frozen=True)
class Onsets:
    """Time zero of single columns."""

    wavelength: FloatArray
    time_zero: FloatArray  # [ps]
    error: FloatArray  # [ps]
    sigma: float  # [ps] width of the response, common to all


def rough_zero(time: FloatArray, values: FloatArray) -> float:
    """Delay at which the signal of all columns together first reaches half of its early height."""
    size = np.sqrt(np.mean((values / noise(time, values, -np.inf)) ** 2, axis=1))
    low = float(np.median(size[: max(3, len(size) // 50)]))
    place = int(np.argmax(size > 0.5 * (float(size.max()) + low)))
    return float(time[place])


def onsets(trace: TransientTrace) -> Onsets:
    """Time zero and its error at each wavelength.

    A column without clear signal gets an infinite error.
    """
    time, values = trace.time, trace.values
    zero = rough_zero(time, values)
    near = np.diff(time[max(0, int(np.searchsorted(time, zero)) - 5) :][:10])
    step = float(np.median(near)) if near.size else 1.0
    widths = step * np.array([0.3, 0.6, 1.0, 1.7, 3.0, 5.0, 8.0, 14.0])
    reach = 0.15 * float(time[-1] - zero)
    candidates = np.asarray(zero + step * np.arange(-30, 31), dtype=np.float64)
    candidates = candidates[(candidates > time[0]) & (candidates < zero + reach)]
    if not candidates.size:
        candidates = np.array([zero])
    sigma_of_noise = noise(time, values, zero - 15 * step)
    scaled = values / sigma_of_noise
    costs = np.stack(
        [_left(time, scaled, candidates, width) for width in widths]
    )  # (widths, candidates, columns)
    width = float(widths[int(np.argmin(costs.min(axis=1).sum(axis=1)))])
    cost = costs[int(np.argmin(costs.min(axis=1).sum(axis=1)))]
    best = candidates[np.argmin(cost, axis=0)]
    fine = step * np.linspace(-1.5, 1.5, 13, dtype=np.float64)
    finer = _left_each(time, scaled, np.asarray(best[:, None] + fine, dtype=np.float64), width)
    return _refined(trace.wavelength, best, fine, finer, width, scaled)


def _dictionary(time: FloatArray, width: float) -> FloatArray:
    """A constant, a step, and decays over the time scales of the delays; ``time`` is after time zero, any shape."""
    longest = max(float(np.max(time)), 4 * width)
    lifetimes = np.geomspace(1.5 * width, 2 * longest, 5)
    steps = decays(time, np.append(0.0, 1 / lifetimes), width).value
    return np.concatenate([np.ones((*time.shape, 1)), steps], axis=-1)


def _left(time: FloatArray, values: FloatArray, zeros: FloatArray, width: float) -> FloatArray:
    """Sum of squares left at each of ``zeros`` for each column."""
    q = np.linalg.qr(_dictionary(time - zeros[:, None], width))[0]
    explained = np.einsum("ztc,tj->zcj", q, values)
    return np.asarray(np.sum(values**2, axis=0) - np.sum(explained**2, axis=1))


def _left_each(time: FloatArray, values: FloatArray, zeros: FloatArray, width: float) -> FloatArray:
    """The same where each column has candidates of its own, (columns, candidates)."""
    found = np.empty(zeros.shape)
    for column, candidates in enumerate(zeros):
        found[column] = _left(time, values[:, column : column + 1], candidates, width)[:, 0]
    return found


def _refined(
    wavelength: FloatArray, best: FloatArray, fine: FloatArray, cost: FloatArray, width: float,
    scaled: FloatArray,
) -> Onsets:  # fmt: skip
    """A parabola through the three lowest points of each column: its minimum, and a rise of one chi-square."""
    place = np.clip(np.argmin(cost, axis=1), 1, len(fine) - 2)
    rows = np.arange(len(cost))
    left, middle, right = (cost[rows, place + shift] for shift in (-1, 0, 1))
    step = fine[1] - fine[0]
    curvature = left - 2 * middle + right
    bent = curvature > 0
    move = np.where(bent, 0.5 * (left - right) / np.where(bent, curvature, 1.0), 0.0)
    time_zero = best + fine[place] + step * np.clip(move, -1, 1)
    spread = np.maximum(
        middle / max(len(scaled) - 8, 1), 1.0
    )  # chi-square per point where the step is no good model
    error = np.where(bent, step * np.sqrt(2 * spread / np.where(bent, curvature, 1.0)), np.inf)
    nothing = np.sum((scaled - scaled.mean(axis=0)) ** 2, axis=0)
    error = np.where(nothing - middle > CLEAR_ONSET * spread, error, np.inf)
    error = np.where(error < 5 * width, np.hypot(error, 0.02 * width), np.inf)
    return Onsets(wavelength, time_zero, error, width)


def onsets_of_model(
    trace: TransientTrace, start: FloatArray, rate: FloatArray, width: float, *, mix: FloatArray | None = None,
    artefact: int = 0,
) -> Onsets:  # fmt: skip
    """Time zero of each column by itself, with the dynamics of a fit: what its law can be compared with.

    Unlike those of `onsets`, which know neither the lifetimes nor the width, these are not biased by them.

    Parameters
    ----------
    start : ndarray
        Time zero of each column. [ps]
    rate, width : ndarray, float
        Of the decays [1/ps] and of the response [ps].
    mix : ndarray, optional
        (rates, shapes): sums of the decays with a free height each; by default every decay.
    artefact : int
        Columns of a coherent artefact.
    """
    turn, zero = np.eye(len(rate)) if mix is None else mix, start.copy()
    data = np.ascontiguousarray(trace.values.T)
    bend, left = np.ones(len(zero)), np.zeros(data.shape)
    for _ in range(ROUNDS):  # Gauss-Newton with the heights solved for (Kaufman 1975)
        t = trace.time - zero[:, None]
        shape, extra = decays(t, rate, width), artefacts(t, width, artefact)
        design = np.concatenate([shape.value @ turn, extra.value, np.ones((*t.shape, 1))], axis=-1)
        q, r = np.linalg.qr(design)
        height = (np.linalg.pinv(r, rcond=1e-9) @ (np.swapaxes(q, 1, 2) @ data[..., None]))[..., 0]
        left = data - np.einsum("jtc,jc->jt", design, height)
        slopes = np.concatenate([shape.by_time @ turn, extra.by_time], axis=-1)
        slope = -np.einsum("jtc,jc->jt", slopes, height[:, :-1])
        slope = slope - (q @ (np.swapaxes(q, 1, 2) @ slope[..., None]))[..., 0]
        bend = np.sum(slope**2, axis=1)
        step = np.einsum("jt,jt->j", slope, left) / np.maximum(bend, 1e-300)
        zero = zero + np.clip(step, -0.5 * width, 0.5 * width)
    degrees = max(len(trace.time) - turn.shape[1] - artefact - 2, 1)
    spread = np.maximum(np.sum(left**2, axis=1) / degrees, 1e-300)
    error = np.sqrt(spread / np.maximum(bend, 1e-300))
    error = np.where((error < width) & (np.abs(zero - start) < FARTHEST * width), error, np.inf)
    return Onsets(trace.wavelength, zero, error, width)


def dispersion(found: Onsets, law: str) -> Dispersion:
    """A law through the onsets, by least squares with Tukey's weights against outliers."""
    good = np.isfinite(found.error)
    centre = float(np.round(0.5 * (found.wavelength[0] + found.wavelength[-1])))
    empty = Dispersion(law, centre, np.zeros(TERMS[law]))
    if np.count_nonzero(good) < TERMS[law] + 2:
        where = np.median(found.time_zero[good] if good.any() else found.time_zero)
        return Dispersion("none", centre, np.array([where]))
    basis, zero = empty.basis(found.wavelength[good]), found.time_zero[good]
    weight = 1 / np.hypot(found.error[good], 0.1 * found.sigma)
    robust = np.ones_like(weight)
    for _ in range(30):
        w = weight * np.sqrt(robust)
        coefficients = np.asarray(
            np.linalg.lstsq(basis * w[:, None], zero * w, rcond=None)[0], dtype=np.float64
        )
        residual = (zero - basis @ coefficients) * weight
        scale = max(float(np.median(np.abs(residual))) / 0.6745, 1e-9)
        robust = np.maximum(1 - (residual / (4.685 * scale)) ** 2, 0) ** 2
    return Dispersion(law, centre, coefficients)


def corrected(trace: TransientTrace, law: Dispersion) -> TransientTrace:
    """The matrix on a common axis of delays after time zero, by linear interpolation, for pictures.

    Fits take the measured points as they are and carry t0 in the model, since interpolation correlates the noise.
    """
    zero = law(trace.wavelength)
    middle = float(np.median(zero))
    axis = trace.time - middle
    columns = [np.interp(axis + z, trace.time, trace.values[:, j]) for j, z in enumerate(zero)]
    return TransientTrace(
        axis,
        trace.wavelength,
        np.stack(columns, axis=1),
        trace.name,
        trace.fluence,
        trace.unit,
        trace.metadata,
    )
