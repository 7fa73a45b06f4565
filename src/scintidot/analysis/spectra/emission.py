"""Emission lines: peak, width and shape, per wavelength and per energy.

A spectrum per wavelength becomes one per energy with the Jacobian |d lambda/dE| = lambda^2/hc. The same photons peak
elsewhere then: ``peak_eV`` is not hc/``peak_nm``, and both are found in their own right.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.analysis.fitting import Cost, Fit, Parameter, Prediction, fit
from scintidot.analysis.spectra.local import SHORTEST, highest, local_cubic, noise_of
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.records import FloatArray

LINES = {
    "gaussian": "Gaussian in energy",
    "pseudo-voigt": "Gaussian and Lorentzian of one width in energy, with the share eta of the Lorentzian",
    "asymmetric": "two halves of Gaussians of different width in energy",
}
Places = npt.NDArray[np.intp]
BACKGROUNDS = {
    "none": "nothing is subtracted",
    "ends": "a straight line through the means of the first and last twentieth of the window",
}
TOP = (0.1, 6.0, 0.35)
"""How far below its height, as a share, the top of a line reaches that a local cubic smooths to find the peak: that
many times the noise, between the two limits."""
REACH = 1.5
"""Width of the smoothing over that of the top."""
FLANK = (0.3, 0.7)
"""Shares of the height between which a parabola finds where half of it is crossed."""
FITTED = 0.1
"""Share of the height above which a line is fitted."""
FALL = 0.05
"""Share of its height by which a line must fall on both sides inside the window."""
FAR = 1.5
"""Full widths from the peak beyond which a Gaussian line has less than 0.2 % of its height."""
TRIALS = 100


@dataclass(frozen=True)
class Line:
    """An emission line; errors are those of the noise alone. None: not in the window."""

    peak_nm: float
    peak_error_nm: float
    peak_eV: float
    peak_error_eV: float
    fwhm_nm: float | None
    fwhm_error_nm: float | None
    fwhm_eV: float | None
    fwhm_error_eV: float | None
    height: float  # above the background, per nm
    noise: float
    at_end: bool  # the highest point, per wavelength or per energy, is at the end of the window: no peak
    background: FloatArray  # that was subtracted, shape (points,)
    fit: Fit | None  # in energy, of the values per eV
    fit_energy: FloatArray  # [eV]
    fit_values: FloatArray
    fit_noise: FloatArray  # standard deviations of these, by the scatter between neighbours
    pedestal: float  # light far from the line over its height, 0 where the window does not reach that far
    better_line: str = ""  # another shape with a chi-square lower by more than its parameters allow


def per_energy(wavelength: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Energies [eV], rising, and values per energy, from wavelengths [nm], rising, and values per wavelength.

    >>> energy, values = per_energy(np.array([400.0, 500.0]), np.array([1.0, 1.0]))
    >>> round(float(values[0] / values[1]), 4)  # (500/400)^2
    1.5625
    """
    jacobian = wavelength**2 / PLANCK_TIMES_LIGHT
    return np.asarray(PLANCK_TIMES_LIGHT / wavelength[::-1]), np.asarray((values * jacobian)[::-1])


def background_of(wavelength: FloatArray, values: FloatArray, kind: str) -> FloatArray:
    """The named background under a spectrum."""
    if kind == "none":
        return np.zeros(values.size)
    ends = max(values.size // 20, 2)
    x = wavelength[:ends].mean(), wavelength[-ends:].mean()
    y = values[:ends].mean(), values[-ends:].mean()
    return np.asarray(y[0] + (y[1] - y[0]) * (wavelength - x[0]) / (x[1] - x[0]))


def emission_line(
    wavelength: FloatArray, values: FloatArray, *, line: str = "gaussian", background: str = "none"
) -> Line | None:
    """The strongest line of an emission spectrum; None where nothing stands out of the noise.

    Parameters
    ----------
    wavelength : ndarray, shape (points,)
        Rising. [nm]
    values : ndarray, shape (points,)
        Photons per wavelength, in any unit.
    line : str
        Of `LINES`, the shape that is fitted.
    background : str
        Of `BACKGROUNDS`.

    Raises
    ------
    ValueError
        With fewer than `SHORTEST` points.
    """
    if wavelength.size < SHORTEST:
        raise ValueError(f"{wavelength.size} points")
    under = background_of(wavelength, values, background)
    clean = values - under
    noise = noise_of(clean)
    smooth = _running_mean(clean, 5)
    if not float(np.max(smooth)) > 5 * noise:
        return None
    energy, of_energy = per_energy(wavelength, clean)
    noise_nm = _noise(clean, noise)
    noise_eV = per_energy(wavelength, noise_nm)[1]
    by_nm, by_eV = _shape(wavelength, clean, noise_nm), _shape(energy, of_energy, noise_eV)
    fitted, place, better = _fitted(energy, of_energy, noise_eV, line, by_eV)
    return Line(
        by_nm[0], by_nm[1], by_eV[0], by_eV[1], by_nm[2], by_nm[3], by_eV[2], by_eV[3], by_nm[4], noise,
        _at_end(wavelength, clean, by_nm[0]) or _at_end(energy, of_energy, by_eV[0]), under,
        fitted, energy[place], of_energy[place], noise_eV[place],
        _pedestal(wavelength, clean, noise, by_nm), better,
    )  # fmt: skip


def _at_end(axis: FloatArray, values: FloatArray, peak: float) -> bool:
    """Whether the highest point is one of the first or last three, or the curve does not fall on both sides of it."""
    smooth = _running_mean(values, 5)
    top = int(np.argmax(smooth))
    inside = 3 <= top <= values.size - 4 and axis[2] < peak < axis[-3]
    return not inside or max(np.min(smooth[:top]), np.min(smooth[top:])) > (1 - FALL) * smooth[top]


def _pedestal(wavelength: FloatArray, values: FloatArray, noise: float, shape: tuple[Any, ...]) -> float:
    """Least mean light of a twentieth of the window at an end that is `FAR` from the peak, over the height."""
    peak, _, width, _, height = shape
    count = max(values.size // 20, 2)
    levels = [
        float(values[part].mean()) for part in (slice(None, count), slice(-count, None))
        if width is not None and np.min(np.abs(wavelength[part] - peak)) > FAR * width
    ]  # fmt: skip
    least = min(levels, default=0.0)
    return least / height if least > 5 * noise / math.sqrt(count) and height > 0 else 0.0


def _running_mean(values: FloatArray, length: int) -> FloatArray:
    kernel = np.ones(length)
    return np.asarray(
        np.convolve(values, kernel, mode="same") / np.convolve(np.ones(values.size), kernel, "same")
    )


def _noise(values: FloatArray, everywhere: float) -> FloatArray:
    """Standard deviation at every point: a floor, and light whose variance is proportional to it, as that of counts."""
    smooth = np.maximum(_running_mean(values, 5), 0.0)
    bright = _around(values, int(np.argmax(smooth)), 0.3)
    if bright.size < SHORTEST:
        return np.full(values.size, everywhere)
    dark = values[smooth < 0.1 * smooth.max()]
    floor = min(noise_of(dark), everywhere) if dark.size >= SHORTEST else 0.0
    variance = float(np.mean(np.diff(values[bright], 2) ** 2)) / 6
    per_light = max(variance - floor**2, 0.0) / float(np.mean(smooth[bright]))
    found = np.sqrt(floor**2 + per_light * smooth)
    return np.asarray(np.maximum(found, 0.05 * found.max()))


def _around(values: FloatArray, top: int, share: float) -> Places:
    """Places next to each other about the top where a smoothed curve exceeds a share of its height."""
    smooth = _running_mean(values, 5)
    low = smooth < share * smooth[top]
    before, after = np.flatnonzero(low[:top]), np.flatnonzero(low[top:])
    first = before[-1] + 1 if before.size else 0
    last = top + after[0] if after.size else values.size
    return np.arange(first, last)


def _shape(axis: FloatArray, values: FloatArray, noise: FloatArray) -> tuple[Any, ...]:
    """Peak, its error, full width, its error (None: beyond the window), height."""
    top = int(np.argmax(_running_mean(values, 5)))
    above = _around(values, top, 0.5)
    calm = local_cubic(axis, 0.5 * float(np.ptp(axis[above])), axis).value @ values
    top = int(above[np.argmax(calm[above])])
    random = np.random.default_rng(1)
    repeats = calm[:, None] + noise[:, None] * random.standard_normal((values.size, TRIALS))
    both = np.column_stack([values, repeats])
    least, times, most = TOP
    depth = min(max(times * float(noise[top] / calm[top]), least), most)
    peak, height = highest(
        axis, both, float(axis[top]), 0.5 * REACH * float(np.ptp(axis[_around(calm, top, 1 - depth)]))
    )
    spread = float(np.std(peak[1:]))
    sides = [_crossing(axis, values, both, height, top, side) for side in (-1, 1)]
    if sides[0] is None or sides[1] is None:
        return float(peak[0]), spread, None, None, float(height[0])
    width = sides[1] - sides[0]
    if not width[0] > 0:  # both sides fall within one step: narrower than the points tell
        return float(peak[0]), spread, None, None, float(height[0])
    return float(peak[0]), spread, float(width[0]), float(np.std(width[1:])), float(height[0])


def _crossing(
    axis: FloatArray, values: FloatArray, columns: FloatArray, height: FloatArray, top: int, side: int
) -> FloatArray | None:
    """Where each column falls to half of its height on one side; None if it does not in the window."""
    low, high = FLANK
    wide, narrow = _around(values, top, low), _around(values, top, high)
    if side < 0:
        places = np.arange(wide[0], narrow[0] + 1)
        reached = wide[0] > 0
    else:
        places = np.arange(narrow[-1], wide[-1] + 1)
        reached = wide[-1] < values.size - 1
    if not reached or places.size < 3:
        half = _around(values, top, 0.5)
        end = half[0] if side < 0 else half[-1]
        if end in (0, values.size - 1):
            return None
        places = np.arange(max(end - 2, 0), min(end + 3, values.size))
    centre, scale = axis[places].mean(), np.ptp(axis[places]) / 2
    u = (axis[places] - centre) / scale
    c = np.polynomial.polynomial.polyfit(u, columns[places], 2 if places.size > 4 else 1)
    u_half = np.zeros(columns.shape[1])
    for _ in range(30):
        value = np.polynomial.polynomial.polyval(u_half, c, tensor=False) - height / 2
        slope = c[1] + (2 * c[2] * u_half if len(c) > 2 else 0)
        u_half = np.clip(u_half - value / np.where(slope == 0, 1e-300, slope), -1.5, 1.5)
    return np.asarray(centre + scale * u_half)


def _lineshape(name: str, energy: FloatArray, p: FloatArray) -> FloatArray:
    """A line of height p[0] at p[1] [eV] with full width p[2] [eV] (asymmetric: p[2] below, p[3] above)."""
    away = energy - p[1]
    if name == "asymmetric":
        width = np.where(away < 0, p[2], p[3])
        return np.asarray(p[0] * np.exp(-4 * math.log(2) * (away / width) ** 2))
    gauss = np.exp(-4 * math.log(2) * (away / p[2]) ** 2)
    if name == "gaussian":
        return np.asarray(p[0] * gauss)
    return np.asarray(p[0] * ((1 - p[3]) * gauss + p[3] / (1 + 4 * (away / p[2]) ** 2)))


def _parameters(name: str, height: float, peak: float, width: float) -> list[Parameter]:
    common = [
        Parameter("height", height, low=0.0),
        Parameter("position", peak, unit="eV", scale=width),
        Parameter("fwhm_below" if name == "asymmetric" else "fwhm", width, low=width / 30, unit="eV"),
    ]
    if name == "asymmetric":
        return [*common, Parameter("fwhm_above", width, low=width / 30, unit="eV")]
    return common if name == "gaussian" else [*common, Parameter("eta", 0.2, low=0.0, high=1.0, scale=1.0)]


def _fitted(
    energy: FloatArray, values: FloatArray, noise: FloatArray, line: str, shape: tuple[Any, ...]
) -> tuple[Fit | None, Places, str]:
    """The named line fitted to what is high enough, where, and whether another shape is better."""
    peak, _, width, _, _ = shape
    top = int(np.argmin(np.abs(energy - peak)))
    place = _around(values, top, FITTED)
    if place.size < SHORTEST or not np.all(noise > 0):
        return None, place, ""
    height = float(values[place].max())
    width = width or float(np.ptp(energy[place]))
    fits = {}
    for name in LINES:

        def model(p: FloatArray, name: str = name) -> Prediction:
            return Prediction(_lineshape(name, energy[place], p))

        cost = Cost.gaussian(model, values[place], noise[place])
        fits[name] = fit(
            cost, _parameters(name, height, peak, width), scaled=name == line, hesse=name == line
        )
    raw = {
        name: float(np.sum(((values[place] - f.expected) / noise[place]) ** 2)) for name, f in fits.items()
    }
    best = min(raw, key=lambda name: raw[name])
    spread = raw[best] / max(place.size - 4, 1)
    better = best if best != line and raw[line] - raw[best] > 25 * max(spread, 1.0) else ""
    return fits[line], place, better
