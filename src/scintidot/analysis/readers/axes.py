"""Axes of spectra and matrices: units, rising order, rows and columns without numbers left out."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from scintidot.analysis.readers.checks import TIME_UNITS_PS
from scintidot.analysis.readers.registry import Source
from scintidot.analysis.traces import SpectrumTrace, TransientTrace
from scintidot.constants import PLANCK_TIMES_LIGHT
from scintidot.records import FloatArray

MOST_POINTS = 1 << 27
"""Numbers of a matrix beyond which it is refused."""
_NM_PER_CM = 1e7


def spectral_unit(text: str) -> str | None:
    """nm, eV or cm-1 from a title or a unit; None if it says none of them."""
    if re.search(r"cm\s*\^?\s*[-−–]\s*1|1/cm|cm⁻¹|wavenumber|kayser", text, re.IGNORECASE):
        return "cm-1"
    if re.search(
        r"\b(?:nm|nanomet(?:er|re)s?|wavelengths?|wl|lambda|wave)\b|(?:^|_)nm$|λ", text, re.IGNORECASE
    ):
        return "nm"
    if re.search(r"(?:\b|_)eV\b|electron\s*volts?|photon\s*energy", text, re.IGNORECASE):
        return "eV"
    return None


def to_nanometres(source: Source, axis: FloatArray, unit: str, who: str) -> FloatArray:
    """Wavelengths [nm] of a spectral axis in ``unit``.

    Raises
    ------
    BadFile
        For what is not above zero.
    """
    if not np.all(np.isfinite(axis)) or np.any(axis <= 0):
        bad = axis[~(np.isfinite(axis) & (axis > 0))][0]
        raise source.refuse("axis", who, "positive numbers", f"{bad:g}")
    if unit == "nm":
        return axis
    return np.asarray((PLANCK_TIMES_LIGHT if unit == "eV" else _NM_PER_CM) / axis, dtype=float)


def order(source: Source, axis: FloatArray, who: str) -> slice | np.ndarray[Any, Any]:
    """Index that makes an axis rise.

    Raises
    ------
    BadFile
        If two points are the same.
    """
    rising = np.argsort(axis, kind="stable")
    same = np.flatnonzero(np.diff(axis[rising]) <= 0)
    if len(same):
        raise source.refuse("axis", who, "every point once", f"{axis[rising][same[0]]:g} twice")
    return rising


def transient(
    source: Source,
    time: FloatArray,
    wavelength: FloatArray,
    values: FloatArray,
    *,
    time_unit: str,
    name: str = "",
    fluence: float | None = None,
    unit: str = "",
    metadata: dict[str, Any] | None = None,
) -> TransientTrace:
    """A trace of a matrix ``values`` (times, wavelengths) with axes in any order; time in ``time_unit``.

    Times and wavelengths without any finite value are left out, then whichever of both loses less to single holes.
    """
    notes = list((metadata or {}).get("notes", []))
    if values.shape != (len(time), len(wavelength)):
        found = f"{values.shape[0]} x {values.shape[1]}" if values.ndim == 2 else f"{values.ndim} dimensions"
        expected = f"{len(time)} times x {len(wavelength)} wavelengths as the axes"
        raise source.refuse("matrix", "its axes", expected, found)
    good = np.isfinite(values)
    columns = good.any(axis=0) & np.isfinite(wavelength)
    rows = good[:, columns].any(axis=1) & np.isfinite(time)
    holes = ~good[np.ix_(rows, columns)]
    if np.any(holes):  # what loses less: the times or the wavelengths with a hole
        lost_rows, lost_columns = holes.any(axis=1), holes.any(axis=0)
        if min(lost_rows.mean(), lost_columns.mean()) > 0.5:
            raise source.refuse(
                "matrix",
                "its values",
                "a number for every time and wavelength",
                f"{int(holes.sum())} without one",
            )
        if lost_rows.mean() < lost_columns.mean():
            rows[np.flatnonzero(rows)[lost_rows]] = False
        else:
            columns[np.flatnonzero(columns)[lost_columns]] = False
    if not rows.any() or not columns.any():
        raise source.refuse("matrix", "its values", "numbers", "none that is finite")
    for axis, kept in (("times", rows), ("wavelengths", columns)):
        if not kept.all():
            notes.append(f"{int((~kept).sum())} {axis} left out: not finite everywhere")
    time, wavelength, values = time[rows], wavelength[columns], values[np.ix_(rows, columns)]
    if np.any(wavelength <= 0):
        raise source.refuse("axis", "wavelengths", "positive numbers", f"{wavelength.min():g}")
    i, j = order(source, time, "times"), order(source, wavelength, "wavelengths")
    return TransientTrace(
        np.asarray(time[i] * TIME_UNITS_PS[time_unit]), np.asarray(wavelength[j]),
        np.ascontiguousarray(values[i][:, j]), name=name, fluence=fluence, unit=unit,
        metadata={**(metadata or {}), "notes": notes},
    )  # fmt: skip


def spectrum(
    source: Source,
    axis: FloatArray,
    values: FloatArray,
    *,
    unit: str,
    name: str,
    kind: str,
    metadata: dict[str, Any],
) -> SpectrumTrace:
    """A trace of one spectrum with its axis in any order; points without a value are left out.

    Values against energy or wavenumber stay as they are: only the axis is converted, which is said.
    """
    notes = list(metadata.get("notes", []))
    kept = np.isfinite(values) & np.isfinite(axis)
    if not kept.any():
        raise source.refuse("content", f"column '{name}'", "numbers", "none that is finite")
    inside = np.flatnonzero(kept)
    holes = int(np.sum(~kept[inside[0] : inside[-1] + 1]))
    if holes:
        notes.append(f"{holes} points without a value left out")
    wavelength = to_nanometres(source, axis[kept], unit, "the spectral axis")
    if unit != "nm":
        notes.append(f"axis converted from {unit} to nm; values as in the file, not per nm")
    rising = order(source, wavelength, "the spectral axis")
    return SpectrumTrace(
        np.asarray(wavelength[rising]), np.asarray(values[kept][rising]), name=name, kind=kind,
        metadata={**metadata, "notes": notes},
    )  # fmt: skip
