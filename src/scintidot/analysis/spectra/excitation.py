"""Excitation spectra: the light emitted at one wavelength against the wavelength of the exciting light.

They are no densities per wavelength: each value belongs to one wavelength and keeps it in energy, E = hc/wavelength,
without a Jacobian. A peak is a local maximum inside the window; the highest value of a curve that still rises at
the end of the scan is none, and neither is a ripple on a flat curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.analysis.spectra.local import SHORTEST, highest, local_cubic, noise_of
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.records import FloatArray

SHARE = 0.03
"""Of its height, by which a curve must fall on both sides of a maximum that counts."""
SIGNIFICANT = 5.0
"""The same in standard deviations of the smoothed curve."""
TOP = 0.9
"""Share of the height above which a curve is its top, which sets the smoothing."""
REACH = 1.5
"""Half width of the smoothing over half the width of the top."""
WIDEST = 0.25
"""Half width of the smoothing over the window, at most."""
UNSTEADY = 0.25
"""Spread of a peak over the half width of the smoothing, above which it is that of a flat curve and none."""
TRIALS = 100


@dataclass(frozen=True)
class Excitation:
    """Maxima of an excitation spectrum; errors are those of the noise alone. None: there is no peak."""

    smooth: FloatArray  # shape (points,)
    half_width: float  # of the smoothing [nm]
    noise: float
    maxima: tuple[float, ...] = ()  # all that stand out [nm], rising
    peak: float | None = None  # the highest of them [nm]
    peak_error: float | None = None
    scale_spread: float | None = None  # of the peak between windows of 0.8 and 1.25 times the width [nm]
    height: float | None = None
    higher_end: float | None = None  # the end of the window [nm], where it is higher than every maximum

    @property
    def peak_energy(self) -> float | None:
        """hc/wavelength of the peak. [eV]"""
        return None if self.peak is None else PLANCK_TIMES_LIGHT / self.peak


def excitation_peak(wavelength: FloatArray, values: FloatArray) -> Excitation:
    """Local maxima of an excitation spectrum, smoothed by a local cubic in wavelength.

    Parameters
    ----------
    wavelength : ndarray, shape (points,)
        Of the exciting light, rising. [nm]
    values : ndarray, shape (points,)
        Emitted light, in any unit.

    Raises
    ------
    ValueError
        With fewer than `SHORTEST` points.

    Examples
    --------
    >>> nm = np.arange(300.0, 501.0)
    >>> found = excitation_peak(nm, np.exp(-(((nm - 400) / 40) ** 2)))
    >>> round(found.peak, 3), round(found.peak_energy, 4)
    (400.0, 3.0996)
    """
    if wavelength.size < SHORTEST:
        raise ValueError(f"{wavelength.size} points")
    noise = noise_of(values)
    width = _half_width(wavelength, values)
    filters = local_cubic(wavelength, width, wavelength).value
    smooth = filters @ values
    error = noise * np.sqrt(filters.power(2).sum(axis=1))
    places = [
        i for i in _maxima(smooth)
        if _prominence(smooth, i) > max(SHARE * smooth[i], SIGNIFICANT * error[i])
    ]  # fmt: skip
    best = max(places, key=lambda i: float(smooth[i]), default=None)
    common: dict[str, Any] = {
        "smooth": smooth, "half_width": width, "noise": noise,
        "higher_end": _higher_end(wavelength, smooth, width, SIGNIFICANT * float(error.max()), best),
    }  # fmt: skip
    if best is None:
        return Excitation(**common)
    near = float(wavelength[best])
    scaled = [highest(wavelength, values[:, None], near, part * width)[0][0] for part in (0.8, 1.25)]
    spread = float(np.ptp(scaled)) / 2
    if spread > UNSTEADY * width:
        return Excitation(**common)
    random = np.random.default_rng(1)
    repeats = smooth[:, None] + noise * random.standard_normal((values.size, TRIALS))
    peak, height = highest(wavelength, np.column_stack([values, repeats]), near, width)
    maxima = [float(highest(wavelength, values[:, None], float(wavelength[i]), width)[0][0]) for i in places]
    return Excitation(
        **common, maxima=tuple(maxima), peak=float(peak[0]), peak_error=float(np.std(peak[1:])), scale_spread=spread,
        height=float(height[0]),
    )  # fmt: skip


def _higher_end(
    wavelength: FloatArray, smooth: FloatArray, width: float, clear: float, best: int | None
) -> float | None:
    """The end of the window at which the curve is highest, if it is and no noise makes it so."""
    top = int(np.argmax(smooth))
    if smooth[top] - np.min(smooth) <= clear or (best is not None and smooth[top] <= smooth[best]):
        return None
    end = min(float(wavelength[0]), float(wavelength[-1]), key=lambda at: abs(at - wavelength[top]))
    return end if abs(end - wavelength[top]) < width else None


def _half_width(wavelength: FloatArray, values: FloatArray) -> float:
    """Of the smoothing: in proportion to the stretch about the top that stays above `TOP` of the height."""
    smooth = np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    top = int(np.argmax(smooth))
    low = smooth < TOP * smooth[top]
    before, after = np.flatnonzero(low[:top]), np.flatnonzero(low[top:])
    first = before[-1] + 1 if before.size else 0
    last = top + after[0] - 1 if after.size else values.size - 1
    step = float(np.median(np.diff(wavelength)))
    wide = 0.5 * REACH * float(wavelength[last] - wavelength[first])
    return float(min(max(wide, 4 * step), max(WIDEST * np.ptp(wavelength), 4 * step)))


def _maxima(smooth: FloatArray) -> npt.NDArray[np.intp]:
    """Places inside the curve that are higher than their neighbours."""
    return np.flatnonzero((smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:])) + 1


def _prominence(smooth: FloatArray, place: int) -> float:
    """How far the curve falls on each side before it is higher again or ends; the lesser of both."""
    falls = []
    for side in (smooth[:place][::-1], smooth[place + 1 :]):
        above = np.flatnonzero(side > smooth[place])
        falls.append(float(smooth[place] - np.min(side[: above[0]] if above.size else side)))
    return min(falls)
