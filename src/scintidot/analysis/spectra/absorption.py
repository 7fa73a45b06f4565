"""First absorption peak and edge of nanocrystals, shoulders too.

Everything is done in energy, where lines are symmetric. Three features are named, since they differ by half a line
width on the slope of the higher transitions and published "peaks" may be any of them:

- ``curvature``: the most negative second derivative, which a shoulder has as well as a peak;
- ``maximum``: the local maximum, where there is one;
- ``edge``: the steepest rise below the peak.

For a Gaussian line alone curvature and maximum coincide and the edge lies one standard deviation below. The window of
the smoothing follows the line: its half width is `WINDOW` times the distance from edge to peak.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.analysis.spectra.local import SHORTEST, local_cubic, noise_of, vertex
from scintidot.constants import FWHM_PER_SIGMA, PLANCK_TIMES_LIGHT
from scintidot.records import FloatArray

PEAKS = {
    "curvature": "most negative second derivative of the absorbance against energy",
    "maximum": "local maximum of the smoothed absorbance",
}
WINDOW = 1.95
"""Half width of the smoothing window over the distance from edge to peak (the standard deviation of a Gaussian)."""
FIRST_WINDOW = 0.095  # [eV]
NARROWEST, WIDEST = 0.014, 0.3  # [eV] half widths
SIGNIFICANT = 5.0
"""Standard deviations by which the curvature of a peak must exceed its noise."""
SHARE = 0.03
"""Rise to a peak over the whole range of the absorbance, at least."""
RIVAL = 0.25
"""Curvature of a first peak over that of the strongest one, at least."""
EDGE_WINDOWS = (0.62, 0.42)
"""Half widths over that of the window, through which the edge is seen; both together tell what smoothing did to it."""
TRIALS = 100
"""Repeats with added noise from which errors are found."""


@dataclass(frozen=True)
class Absorption:
    """Features of an absorption spectrum; errors are those of the noise alone. Energies in eV."""

    energy: FloatArray  # rising
    smooth: FloatArray
    slope: FloatArray
    curvature: FloatArray
    half_width: float  # of the smoothing window
    noise: float
    peak: float | None = None  # by curvature
    peak_error: float | None = None
    maximum: float | None = None
    maximum_error: float | None = None
    edge: float | None = None
    edge_error: float | None = None
    scale_spread: float | None = None  # of the peak between windows of 0.8 and 1.25 times the width
    background: float = math.nan  # mean where the sample is transparent
    scatter_exponent: float | None = None  # A = background (wavelength)^-exponent there
    scatter_exponent_error: float | None = None
    at_end: bool = False

    def feature(self, name: str) -> tuple[float | None, float | None]:
        """One of `PEAKS` and its error; None where it is not found. [eV]"""
        if name == "curvature":
            return self.peak, self.peak_error
        return self.maximum, self.maximum_error

    @property
    def fwhm(self) -> float | None:
        """Full width of a Gaussian line with this edge and peak. [eV]"""
        if self.peak is None or self.edge is None:
            return None
        return FWHM_PER_SIGMA * (self.peak - self.edge)


def absorption_features(wavelength: FloatArray, absorbance: FloatArray) -> Absorption:
    """First peak and edge of an absorption spectrum.

    Parameters
    ----------
    wavelength : ndarray, shape (points,)
        Rising. [nm]
    absorbance : ndarray, shape (points,)
        [decades] or any other measure that is proportional to the number of absorbers.

    Returns
    -------
    Absorption
        ``peak`` is None where nothing stands out of the noise.

    Raises
    ------
    ValueError
        With fewer than `SHORTEST` points.
    """
    if wavelength.size < SHORTEST:
        raise ValueError(f"{wavelength.size} points")
    energy, values = PLANCK_TIMES_LIGHT / wavelength[::-1], absorbance[::-1].astype(float)
    noise = noise_of(values)
    width = FIRST_WINDOW
    place = None
    for _ in range(12):
        filters = local_cubic(energy, width, energy)
        smooth, slope, curvature = (part @ values for part in filters)
        place = _first(
            energy, smooth, curvature, noise * np.sqrt(filters.curvature.power(2).sum(axis=1)), width
        )
        if place is None:
            break
        follow = WINDOW * (energy[place] - _foot(energy, curvature, place))
        change = min(max(follow, NARROWEST), WIDEST) - width
        if abs(change) < 5e-4:
            break
        width += 0.5 * change
    common: dict[str, Any] = {
        "energy": energy, "smooth": smooth, "slope": slope, "curvature": curvature, "half_width": width, "noise": noise,
    }  # fmt: skip
    if place is None:
        return Absorption(**common, **_transparent(energy, values, None, noise))
    found = _located(energy, values, width, float(energy[place]), noise)
    ends = found["edge"] - energy[0] < 0.3 * width or energy[-1] - found["peak"] < 0.3 * width
    others = [_nearby(energy, values, factor * width, found["peak"])[0] for factor in (0.8, 1.25)]
    return Absorption(
        **common, **found, **_transparent(energy, values, found["edge"] - 1.5 * width, noise), at_end=bool(ends),
        scale_spread=float(np.ptp(others)) / 2,
    )  # fmt: skip


def _first(
    energy: FloatArray, smooth: FloatArray, curvature: FloatArray, error: FloatArray, width: float
) -> int | None:
    """The lowest minimum of the curvature that is a peak: out of the noise, high enough, and no ripple."""
    span = float(np.max(smooth) - np.min(smooth))
    rise = smooth - np.minimum.accumulate(smooth)
    inner = slice(1, -1)
    is_minimum = (curvature[inner] < curvature[:-2]) & (curvature[inner] <= curvature[2:])
    strength = -curvature * width**2
    good = np.zeros(energy.size, dtype=bool)
    good[inner] = is_minimum
    good &= (curvature < -SIGNIFICANT * error) & (rise > SHARE * span) & (strength > SHARE * rise)
    good &= (energy > energy[0] + 0.4 * width) & (energy < energy[-1] - 0.4 * width)
    if not good.any():
        return None
    strongest = float(np.max(strength[good]))
    return int(np.flatnonzero(good & (strength > RIVAL * strongest))[0])


def _foot(energy: FloatArray, curvature: FloatArray, place: int) -> float:
    """Where the curvature changes sign below a peak."""
    below = np.flatnonzero(curvature[:place] >= 0)
    return float(energy[below[-1]] if below.size else energy[0])


def _nearby(
    energy: FloatArray, values: FloatArray, width: float, near: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Peak, edge and maximum (nan: none) of one spectrum or of many, near an energy.

    ``values`` of shape (points,) or (points, repeats).
    """
    step = min(float(np.median(np.diff(energy))), width / 10)
    at = np.arange(max(near - 2.2 * width, energy[0]), min(near + 1.2 * width, energy[-1]) + step / 2, step)
    filters = local_cubic(energy, width, at)
    slope, curvature = filters.slope @ values, filters.curvature @ values
    steep = [local_cubic(energy, part * width, at).slope @ values for part in EDGE_WINDOWS]
    columns = [np.atleast_2d(x.T) for x in (slope, curvature, *steep)]
    peaks, edges, maxima = [], [], []
    for g, c, wide, narrow in zip(*columns, strict=True):
        region = np.flatnonzero(np.abs(at - near) <= 0.6 * width)
        peak = _extreme(at, -c, region)
        rising = np.flatnonzero((at <= peak) & (at >= peak - 1.5 * width))
        peaks.append(peak)
        edges.append(_unsmoothed(_extreme(at, wide, rising), _extreme(at, narrow, rising)))
        maxima.append(_falling_zero(at, g, peak, width))
    shape = values.shape[1:]
    return tuple(np.reshape(x, shape) for x in (peaks, edges, maxima))  # type: ignore[return-value]


def _unsmoothed(wide: float, narrow: float) -> float:
    """Where an edge seen through two windows would be without any: smoothing moves it as the squared width."""
    a, b = (part**2 for part in EDGE_WINDOWS)
    return narrow + (narrow - wide) * b / (a - b)


def _extreme(at: FloatArray, values: FloatArray, region: npt.NDArray[np.intp]) -> float:
    """Where the largest value of a region lies, refined by a parabola."""
    if not region.size:
        return math.nan
    best = int(region[np.argmax(values[region])])
    if 0 < best < at.size - 1:
        return vertex(at[best - 1 : best + 2], values[best - 1 : best + 2])
    return float(at[best])


def _falling_zero(at: FloatArray, slope: FloatArray, peak: float, width: float) -> float:
    """Where the slope falls through zero, nearest to the peak."""
    places = np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0))
    if not places.size:
        return math.nan
    zeros = at[places] + slope[places] / (slope[places] - slope[places + 1]) * (at[places + 1] - at[places])
    nearest = float(zeros[np.argmin(np.abs(zeros - peak))])
    return nearest if abs(nearest - peak) < 1.2 * width else math.nan


def _located(
    energy: FloatArray, values: FloatArray, width: float, near: float, noise: float
) -> dict[str, Any]:
    """The three features with the spread of repeats under added noise."""
    peak, edge, maximum = (float(x) for x in _nearby(energy, values, width, near))
    random = np.random.default_rng(1)
    calm = local_cubic(energy, 0.6 * width, energy).value @ values
    repeats = calm[:, None] + noise * random.standard_normal((values.size, TRIALS))
    spreads = []
    for column in _nearby(energy, repeats, width, near):
        known = column[np.isfinite(column)]
        spreads.append(float(np.std(known)) if known.size > TRIALS // 2 else math.nan)
    has_maximum = math.isfinite(maximum) and math.isfinite(spreads[2])
    return {
        "peak": peak,
        "peak_error": spreads[0],
        "edge": edge,
        "edge_error": spreads[1],
        "maximum": maximum if has_maximum else None,
        "maximum_error": spreads[2] if has_maximum else None,
    }


def _transparent(energy: FloatArray, values: FloatArray, below: float | None, noise: float) -> dict[str, Any]:
    """Level, and power of the wavelength, where nothing but scatter is seen."""
    clear = energy < (energy[0] + 0.1 * np.ptp(energy) if below is None else below)
    level = float(np.mean(values[clear])) if clear.any() else math.nan
    found: dict[str, Any] = {
        "background": level,
        "scatter_exponent": None,
        "scatter_exponent_error": None,
    }
    x, y = np.log(energy[clear]), values[clear]
    if y.size >= SHORTEST and np.min(y) > 5 * noise > 0:
        fitted, covariance = np.polyfit(x, np.log(y), 1, cov=True)
        found.update(
            scatter_exponent=float(fitted[0]), scatter_exponent_error=float(np.sqrt(covariance[0, 0]))
        )
    return found
