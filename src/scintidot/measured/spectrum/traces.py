"""One absorption, emission or excitation spectrum as a row of the document, its warnings and its panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.analysis.spectra.absorption import Absorption, absorption_features
from scintidot.analysis.spectra.emission import Line, emission_line
from scintidot.analysis.spectra.excitation import Excitation, excitation_peak
from scintidot.analysis.spectra.local import SHORTEST
from scintidot.analysis.spectra.sizing import Size, size_from_energy
from scintidot.analysis.traces import SpectrumTrace
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.errors import BadFile
from scintidot.materials.fields import In
from scintidot.materials.nanocrystal import SizingCurve
from scintidot.measured.document import parameters_of
from scintidot.measured.panels import Panel, Series
from scintidot.options import read_interval
from scintidot.output import number
from scintidot.records import FloatArray

DARK = 2.0
"""Absorbance above which less than 1 % of the light arrives."""
NOISY = 20.0
"""Signal over noise below which a spectrum is called noisy."""
PEDESTAL = 0.03
"""Light far from an emission line over its height, above which it is said."""
MISSED = 0.05
"""Largest distance of a fitted line from the data over its height, above which it is said."""
EMPTY = (
    "peak_nm", "peak_error_nm", "peak_eV", "peak_error_eV", "fwhm_nm", "fwhm_error_nm", "fwhm_eV", "fwhm_error_eV",
)  # fmt: skip
"""Keys of emission and excitation spectra, null where there is no peak."""


@dataclass(frozen=True)
class Row:
    """What was found in one trace."""

    document: dict[str, Any]
    warnings: tuple[str, ...]
    panels: tuple[Panel, ...]
    wavelength: FloatArray
    values: FloatArray
    line: Line | None = None


Window = str | Sequence[float | str]
"""``"480:620"``, or both ends: ``(480, 620)``. [nm]"""


def read_window(window: Window, where: str, who: str) -> tuple[float, float]:
    """``"480:620"`` or ``(480, 620)`` as two wavelengths [nm], the first one shorter."""
    text = (
        window if isinstance(window, str) else ":".join(map(str, np.ravel(np.asarray(window, dtype=object))))
    )
    return read_interval(text, who, where, In("nm", above=0, at_most=1e5), "480:620")


def within(
    trace: SpectrumTrace, window: tuple[float, float] | None, where: str
) -> tuple[FloatArray, FloatArray]:
    """Finite points inside the window [nm]."""
    wavelength, values = np.asarray(trace.wavelength), np.asarray(trace.values, dtype=float)
    keep = np.isfinite(values) & np.isfinite(wavelength)
    if window is not None:
        keep &= (wavelength >= window[0]) & (wavelength <= window[1])
    if np.count_nonzero(keep) < SHORTEST:
        raise BadFile(
            where=where, what="spectrum", who=repr(trace.name) if window is None else "--window",
            expected=f"at least {SHORTEST} points", found=str(np.count_nonzero(keep)),
            hint=f"The file reaches from {wavelength.min():g} to {wavelength.max():g} nm.",
        )  # fmt: skip
    return wavelength[keep], values[keep]


def row_of(
    trace: SpectrumTrace, wavelength: FloatArray, values: FloatArray, *, kind: str, peak: str, line: str,
    background: str, curve: SizingCurve | None,
) -> Row:  # fmt: skip
    """Features of one spectrum."""
    if kind == "absorption":
        return _absorption(trace.name, wavelength, values, peak, curve)
    if kind == "excitation":
        return _excitation(trace.name, wavelength, values)
    return _emission(trace.name, wavelength, values, line, background, curve)


def _to_nm(energy: float | None) -> float | None:
    return None if energy is None else number(PLANCK_TIMES_LIGHT / energy)


def _error_nm(energy: float | None, error: float | None) -> float | None:
    return None if energy is None or error is None else number(PLANCK_TIMES_LIGHT / energy**2 * error)


def _size(curve: SizingCurve | None, energy: float | None, error: float | None) -> dict[str, Any]:
    if curve is None:
        return {}
    nothing = float("nan")
    size = (
        Size(nothing, nothing, nothing, nothing)
        if energy is None
        else size_from_energy(curve, energy, error or 0.0)
    )
    return {
        "edge_length_nm": number(size.edge_length),
        "edge_length_error_nm": number(size.error),
        "edge_length_low_nm": number(size.low),
        "edge_length_high_nm": number(size.high),
    }


def _absorption(
    name: str, wavelength: FloatArray, values: FloatArray, peak: str, curve: SizingCurve | None
) -> Row:
    found = absorption_features(wavelength, values)
    energy, error = found.feature(peak)
    warnings = _absorption_warnings(found, peak, wavelength)
    row = {
        "name": name,
        "kind": "absorption",
        "peak_nm": _to_nm(energy),
        "peak_error_nm": _error_nm(energy, error),
        "peak_eV": None if energy is None else number(energy),
        "peak_error_eV": None if error is None else number(error),
        "peak_definition": peak,
        "peak_scale_spread_nm": _error_nm(found.peak, found.scale_spread),
        "curvature_nm": _to_nm(found.peak),
        "maximum_nm": _to_nm(found.maximum),
        "edge_nm": _to_nm(found.edge),
        "edge_error_nm": _error_nm(found.edge, found.edge_error),
        "edge_eV": None if found.edge is None else number(found.edge),
        "fwhm_eV": None if found.fwhm is None else number(found.fwhm),
        "fwhm_nm": _error_nm(found.peak, found.fwhm),
        "peak_absorbance": None
        if found.peak is None
        else number(np.interp(found.peak, found.energy, found.smooth)),
        "background": number(found.background),
        "scatter_exponent": found.scatter_exponent,
        "scatter_exponent_error": found.scatter_exponent_error,
        "noise": number(found.noise),
        "smoothing_half_width_eV": number(found.half_width),
        **_size(curve, energy, error),
    }
    return Row(row, warnings, _absorption_panels(name, found, wavelength, values, peak), wavelength, values)


def _absorption_warnings(found: Absorption, peak: str, wavelength: FloatArray) -> tuple[str, ...]:
    said = []
    if found.peak is None:
        return (
            f"no first peak stands out of noise and background between {wavelength[0]:.0f} and "
            f"{wavelength[-1]:.0f} nm.",
        )
    if found.at_end:
        said.append("the peak lies at the end of the window; it may be cut off.")
    if peak == "maximum" and found.maximum is None:
        said.append(f"a shoulder without a maximum; its curvature is at {_to_nm(found.peak):.1f} nm.")
    height = float(np.interp(found.peak, found.energy, found.smooth))
    if found.noise > 0 and (height - found.background) / found.noise < NOISY:
        said.append(f"noisy, the peak is {(height - found.background) / found.noise:.0f} times the noise.")
    if height > DARK:
        said.append(
            f"absorbance {height:.2f} at the peak: less than {100 * 10**-DARK:g} % of the light arrives, stray "
            "light may flatten it."
        )
    if found.background > 0.2 * height:
        said.append(
            f"{found.background / height:.0%} of the absorbance at the peak is there below the edge too: scatter or "
            "a baseline."
        )
    return tuple(said)


def _absorption_panels(
    name: str, found: Absorption, wavelength: FloatArray, values: FloatArray, peak: str
) -> tuple[Panel, ...]:
    nm = PLANCK_TIMES_LIGHT / found.energy[::-1]
    smooth, curvature = found.smooth[::-1], found.curvature[::-1]
    places = (("peak", found.feature(peak)[0]), ("edge", found.edge))
    marks = tuple((x, x, word) for word, e in places if (x := _to_nm(e)) is not None)
    curved = _to_nm(found.peak)
    return (
        Panel(
            title=f"{name}: absorption", x_label="wavelength [nm]", y_label="absorbance",
            caption=f"Data and a local cubic of half width {found.half_width:.3f} eV; marked: the peak (by {peak}) and "
            "the edge.",
            series=(Series("data", wavelength, values), Series("smoothed", nm, smooth, style="line")),
            residuals=(
                Series("data", wavelength, (values - smooth) / found.noise if found.noise > 0 else values - smooth),
            ), marks=marks,
        ),
        Panel(
            title=f"{name}: second derivative", x_label="wavelength [nm]", y_label="d²A/dE² [1/eV²]",
            caption="The most negative curvature is the peak, a shoulder's too.",
            series=(Series("second derivative", nm, curvature, style="line"),),
            marks=() if curved is None else ((curved, curved, "peak by curvature"),),
        ),
    )  # fmt: skip


def _no_peak(
    name: str, kind: str, wavelength: FloatArray, values: FloatArray, curve: SizingCurve | None, said: str,
    line: Line | None = None,
) -> Row:  # fmt: skip
    row = {"name": name, "kind": kind, **dict.fromkeys(EMPTY), **_size(curve, None, None)}
    title, x_label, y_label = _AXES[kind]
    panel = Panel(
        title=f"{name}: {title}", x_label=x_label, y_label=y_label, caption=f"As measured: {said}",
        series=(Series("data", wavelength, values),),
    )  # fmt: skip
    return Row(row, (said,), (panel,), wavelength, values, line)


_AXES = {
    "emission": ("emission", "wavelength [nm]", "light per nm"),
    "excitation": ("excitation", "wavelength of the exciting light [nm]", "emitted light"),
}


def _excitation(name: str, wavelength: FloatArray, values: FloatArray) -> Row:
    """Its peak at hc/wavelength: no density per wavelength, no line. The sizing curve is not for it."""
    found = excitation_peak(wavelength, values)
    if found.peak is None or found.peak_error is None or found.height is None:
        if found.higher_end is not None:
            said = "no peak: the light is highest at the end of the window, where it may still rise beyond."
        else:
            said = "no peak: the curve is flat or noisy, no maximum inside the window stands out."
        return _no_peak(name, "excitation", wavelength, values, None, said)
    row = {
        "name": name,
        "kind": "excitation",
        **dict.fromkeys(EMPTY),
        "peak_nm": number(found.peak),
        "peak_error_nm": number(found.peak_error),
        "peak_eV": number(found.peak_energy),
        "peak_error_eV": number(PLANCK_TIMES_LIGHT / found.peak**2 * found.peak_error),
        "peak_scale_spread_nm": number(found.scale_spread),
        "maxima_nm": [number(place) for place in found.maxima],
        "height": number(found.height),
        "noise": number(found.noise),
        "smoothing_half_width_nm": number(found.half_width),
    }
    warnings = []
    if found.higher_end is not None:
        warnings.append("the light is higher still at the end of the window than at the peak.")
    if found.noise > 0 and found.height / found.noise < NOISY:
        warnings.append(f"noisy, the peak is {found.height / found.noise:.0f} times the noise.")
    return Row(
        row, tuple(warnings), (_excitation_panel(name, found, wavelength, values),), wavelength, values
    )


def _excitation_panel(name: str, found: Excitation, wavelength: FloatArray, values: FloatArray) -> Panel:
    title, x_label, y_label = _AXES["excitation"]
    apart = (values - found.smooth) / found.noise if found.noise > 0 else values - found.smooth
    return Panel(
        title=f"{name}: {title}", x_label=x_label, y_label=y_label,
        caption=f"Data and a local cubic of half width {found.half_width:.0f} nm. Each value belongs to one wavelength "
        "of the exciting light: nothing is converted.",
        series=(Series("data", wavelength, values), Series("smoothed", wavelength, found.smooth, style="line")),
        residuals=(Series("data", wavelength, apart),),
        residual_label="residual [σ]" if found.noise > 0 else "residual",
        marks=() if found.peak is None else ((found.peak, found.peak, "peak"),),
    )  # fmt: skip


def _emission(
    name: str, wavelength: FloatArray, values: FloatArray, line: str, background: str, curve: SizingCurve | None,
) -> Row:  # fmt: skip
    found = emission_line(wavelength, values, line=line, background=background)
    span = f"between {wavelength[0]:.0f} and {wavelength[-1]:.0f} nm"
    if found is None:
        said = f"nothing stands out of the noise {span}."
        return _no_peak(name, "emission", wavelength, values, curve, said)
    if found.at_end:
        said = (
            f"no peak {span}: the light is highest at the end of this window, or hardly falls towards it; "
            "where the line is inside, --window FROM:TO takes the part about it."
        )
        return _no_peak(name, "emission", wavelength, values, curve, said, found)
    row = {
        "name": name,
        "kind": "emission",
        **{key: None if (value := getattr(found, key)) is None else number(value) for key in EMPTY},
        "height": number(found.height),
        "noise": number(found.noise),
        "pedestal": number(found.pedestal),
        "line_parameters": [] if found.fit is None else parameters_of(found.fit),
        **_misfit(found),
        **_size(curve, found.peak_eV, found.peak_error_eV),
    }
    return Row(
        row, _emission_warnings(found, line, background), _emission_panels(name, found, wavelength, values, line),
        wavelength, values, found,
    )  # fmt: skip


def _misfit(found: Line) -> dict[str, Any]:
    """How well the fitted line describes the data: by their noise, and by the height."""
    if found.fit is None:
        return {"line_chi_square_per_dof": None, "line_largest_residual": None}
    apart = found.fit_values - found.fit.expected
    freedom = max(found.fit.degrees_of_freedom, 1)
    return {
        "line_chi_square_per_dof": number(np.sum((apart / found.fit_noise) ** 2) / freedom),
        "line_largest_residual": number(np.max(np.abs(apart)) / np.max(found.fit_values)),
    }


def _emission_warnings(found: Line, line: str, background: str) -> tuple[str, ...]:
    said = []
    if found.fwhm_nm is None:
        said.append("half of the height is not reached inside the window: no full width.")
    if found.noise > 0 and found.height / found.noise < NOISY:
        said.append(f"noisy, the line is {found.height / found.noise:.0f} times the noise.")
    if found.pedestal > PEDESTAL and background == "none":
        said.append(
            f"more than {PEDESTAL:.0%} of the height is still there far from the line: a pedestal (or a broad tail), "
            "which widens the FWHM; --background ends subtracts a straight line through both ends of the window."
        )
    missed = _misfit(found)["line_largest_residual"]
    if missed is not None and missed > MISSED:
        said.append(
            f"the fitted {line} line misses the data by more than {MISSED:.0%} of the height: its parameters describe "
            "the line roughly, peak and FWHM do not depend on it."
        )
    if found.better_line:
        said.append(f"the line is not {line}; --line {found.better_line} describes it better.")
    if found.fit is not None:
        said += [f"{fault}." for fault in found.fit.faults]
    return tuple(said)


def _emission_panels(
    name: str, found: Line, wavelength: FloatArray, values: FloatArray, line: str
) -> tuple[Panel, ...]:
    marks = ((found.peak_nm, found.peak_nm, "peak"),)
    under = (
        (Series("background", wavelength, found.background, style="dashed"),)
        if found.background.any()
        else ()
    )
    panels = [
        Panel(
            title=f"{name}: emission", x_label="wavelength [nm]", y_label="light per nm",
            caption="As measured, per wavelength.",
            series=(Series("data", wavelength, values), *under), marks=marks,
        )
    ]  # fmt: skip
    if found.fit is not None:
        panels.append(
            Panel(
                title=f"{name}: line", x_label="photon energy [eV]", y_label="light per eV",
                caption=f"Per energy (times the squared wavelength), with the fitted {line} line. Residuals in "
                "standard deviations of the noise between neighbouring points; the largest is "
                f"{_misfit(found)['line_largest_residual']:.1%} of the height.",
                series=(
                    Series("data", found.fit_energy, found.fit_values),
                    Series(line, found.fit_energy, found.fit.expected, style="line"),
                ), residuals=(
                    Series("data", found.fit_energy, (found.fit_values - found.fit.expected) / found.fit_noise),
                ),
                marks=((found.peak_eV, found.peak_eV, "peak"),),
            )
        )  # fmt: skip
    return tuple(panels)
