"""One absorption or emission spectrum as a row of the document, with what it warns of and what is drawn of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scintidot.analysis.spectra.absorption import Absorption, absorption_features
from scintidot.analysis.spectra.emission import Line, emission_line
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


@dataclass(frozen=True)
class Row:
    """What was found in one trace."""

    document: dict[str, Any]
    warnings: tuple[str, ...]
    panels: tuple[Panel, ...]
    wavelength: FloatArray
    values: FloatArray
    line: Line | None = None


def read_window(text: str, where: str, who: str) -> tuple[float, float]:
    """``"480:620"`` as two wavelengths [nm], the first one shorter."""
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
    return _emission(trace.name, wavelength, values, kind, line, background, curve)


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
    return Row(row, warnings, _absorption_panels(name, found, wavelength, values), wavelength, values)


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
    name: str, found: Absorption, wavelength: FloatArray, values: FloatArray
) -> tuple[Panel, ...]:
    nm = PLANCK_TIMES_LIGHT / found.energy[::-1]
    smooth, curvature = found.smooth[::-1], found.curvature[::-1]
    places = (("curvature", found.peak), ("maximum", found.maximum), ("edge", found.edge))
    marks = tuple((x, x, word) for word, e in places if (x := _to_nm(e)) is not None)
    return (
        Panel(
            title=f"{name}: absorption", x_label="wavelength [nm]", y_label="absorbance",
            caption=f"Data and a local cubic of half width {found.half_width:.3f} eV; peak and edge are marked.",
            series=(Series("data", wavelength, values), Series("smoothed", nm, smooth, style="line")),
            residuals=(
                Series("data", wavelength, (values - smooth) / found.noise if found.noise > 0 else values - smooth),
            ), marks=marks,
        ),
        Panel(
            title=f"{name}: second derivative", x_label="wavelength [nm]", y_label="d²A/dE² [1/eV²]",
            caption="The most negative curvature is the peak, a shoulder's too.",
            series=(Series("second derivative", nm, curvature, style="line"),), marks=marks,
        ),
    )  # fmt: skip


def _emission(
    name: str, wavelength: FloatArray, values: FloatArray, kind: str, line: str, background: str,
    curve: SizingCurve | None,
) -> Row:  # fmt: skip
    found = emission_line(wavelength, values, line=line, background=background)
    if found is None:
        said = f"nothing stands out of the noise between {wavelength[0]:.0f} and {wavelength[-1]:.0f} nm."
        empty = dict.fromkeys(("peak_nm", "peak_error_nm", "peak_eV", "peak_error_eV", "fwhm_nm", "fwhm_eV"))
        row = {"name": name, "kind": kind, **empty, **_size(curve, None, None)}
        return Row(row, (said,), (), wavelength, values)
    sized = curve if kind == "emission" else None
    row = {
        "name": name,
        "kind": kind,
        "peak_nm": number(found.peak_nm),
        "peak_error_nm": number(found.peak_error_nm),
        "peak_eV": number(found.peak_eV),
        "peak_error_eV": number(found.peak_error_eV),
        **{
            key: None if value is None else number(value)
            for key, value in (
                ("fwhm_nm", found.fwhm_nm),
                ("fwhm_error_nm", found.fwhm_error_nm),
                ("fwhm_eV", found.fwhm_eV),
                ("fwhm_error_eV", found.fwhm_error_eV),
            )
        },
        "height": number(found.height),
        "noise": number(found.noise),
        "line_parameters": [] if found.fit is None else parameters_of(found.fit),
        **_size(sized, found.peak_eV, found.peak_error_eV),
    }
    return Row(
        row, _emission_warnings(found, line), _emission_panels(name, found, wavelength, values, line),
        wavelength, values, found,
    )  # fmt: skip


def _emission_warnings(found: Line, line: str) -> tuple[str, ...]:
    said = []
    if found.at_end:
        said.append("the highest point lies at the end of the window; the peak may be outside.")
    if found.fwhm_nm is None:
        said.append("half of the height is not reached inside the window: no full width.")
    if found.noise > 0 and found.height / found.noise < NOISY:
        said.append(f"noisy, the line is {found.height / found.noise:.0f} times the noise.")
    if found.better_line:
        said.append(f"the line is not {line}; --line {found.better_line} describes it better.")
    if found.fit is not None:
        said += [f"{fault}." for fault in found.fit.faults]
    return tuple(said)


def _emission_panels(
    name: str, found: Line, wavelength: FloatArray, values: FloatArray, line: str
) -> tuple[Panel, ...]:
    marks = ((found.peak_nm, found.peak_nm, "peak"),)
    panels = [
        Panel(
            title=f"{name}: emission", x_label="wavelength [nm]", y_label="light per nm",
            caption="As measured, per wavelength.",
            series=(
                Series("data", wavelength, values), Series("background", wavelength, found.background, style="dashed"),
            ), marks=marks,
        )
    ]  # fmt: skip
    if found.fit is not None:
        panels.append(
            Panel(
                title=f"{name}: line", x_label="photon energy [eV]", y_label="light per eV",
                caption=f"Per energy (times the squared wavelength), with the fitted {line} line.",
                series=(
                    Series("data", found.fit_energy, found.fit_values),
                    Series(line, found.fit_energy, found.fit.expected, style="line"),
                ), residuals=(Series("data", found.fit_energy, found.fit.residuals),),
                marks=((found.peak_eV, found.peak_eV, "peak"),),
            )
        )  # fmt: skip
    return tuple(panels)
