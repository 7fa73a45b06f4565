"""What can be plotted of a document with rows: any column against the first."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.documents import flat, heading, with_unit
from scintidot.measured.panels import Panel, Series
from scintidot.records import FloatArray

FIRST_PLOTTED = {
    "scintidot.attenuation/1": "mass_attenuation_cm2_per_g",
    "scintidot.deposit/1": "mean_deposit_eV",
    "scintidot.elastic/1": "total_cm2",
    "scintidot.inelastic/1": "imfp_nm",
    "scintidot.interactions/1": "electron.imfp_nm",
    "scintidot.light/1": "light_yield_photons_per_MeV",
}
"""Schema -> the kind that is plotted where none is named."""
ERRORS = {
    "mean_deposit_eV": "standard_error_eV",
    "light_yield_photons_per_MeV": "light_yield_standard_error",
    "relative_light_yield": "relative_light_yield_standard_error",
    "resolution_fwhm": "resolution_standard_error",
}
"""Column -> that of its standard error."""
SPECTRUM = "spectrum"
WIDE = 20.0
"""Largest over smallest value from which an axis is logarithmic."""


def kinds_of(document: dict[str, Any]) -> list[str]:
    """Columns that can be plotted, the usual one first; columns that belong together by their common name, too."""
    if "lines" in document and "bins" in document:
        return [SPECTRUM]
    groups = [(prefix, names[1:]) for prefix, names, _ in _groups(document)]
    together = [
        prefix + name.removeprefix(prefix).partition(".")[0] for prefix, names in groups for name in names
    ]
    found = dict.fromkeys([*together, *(name for _, names in groups for name in names)])
    usual = FIRST_PLOTTED.get(document.get("schema", ""))
    return sorted(found, key=lambda name: name != usual)


def panel_of(document: dict[str, Any], kind: str) -> Panel:
    """One column, or those that begin with ``kind``, against the first column; of a source its spectrum."""
    if kind == SPECTRUM:
        return _of_source(document)
    prefix, names, columns = next(
        group for group in _groups(document) if any(_belongs(name, kind) for name in group[1][1:])
    )
    chosen = [name for name in names[1:] if _belongs(name, kind)]
    x = columns[names[0]]
    order = np.argsort(x)
    series = tuple(
        Series(
            heading(name).removeprefix(f"{with_unit(kind)[0]} ") if name != kind else "",
            x[order],
            columns[name][order],
            columns[ERRORS[name]][order] if ERRORS.get(name) in columns else None,
            style="points" if len(x) == 1 or ERRORS.get(name) in columns else "line",
        )
        for name in chosen
    )
    values = np.concatenate([one.y for one in series])
    subject = document.get("material") or document.get("element") or ""
    x_label = heading(names[0].removeprefix(prefix))
    words = heading(kind.removeprefix(prefix))
    return Panel(
        f"{subject}: {words}" if subject else words, x_label, words,
        "; ".join(document.get("warnings", [])[:1]), series, log_x=_wide(x), log_y=_wide(values),
    )  # fmt: skip


def _groups(document: dict[str, Any]) -> list[tuple[str, list[str], dict[str, FloatArray]]]:
    """Prefix, names and columns of everything that is a table of numbers; the first name is what it is against."""
    found = []
    rows = [dict(flat(row)) for row in document.get("rows", [])]
    if rows:
        names = [name for name in rows[0] if all(_is_number(row.get(name)) for row in rows)]
        found.append(("", names, {name: _numbers([row[name] for row in rows]) for name in names}))
    for part in ("electron", "photon"):
        if isinstance(document.get(part), dict):
            columns = {
                f"{part}.{name}": _numbers(column)
                for name, column in flat(document[part])
                if isinstance(column, list) and all(map(_is_number, column))
            }
            found.append((f"{part}.", list(columns), columns))
    return found


def _belongs(name: str, kind: str) -> bool:
    return name == kind or name.startswith(f"{kind}.")


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _numbers(column: list[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in column], dtype=float)


def _of_source(document: dict[str, Any]) -> Panel:
    """Lines as stems, per unit; the continuum per unit and keV."""
    edges, shares = np.array(document["bins"]["edges_keV"]), np.array(document["bins"]["intensity"])
    series = []
    if document["lines"]:
        energy = np.array([line["energy_keV"] for line in document["lines"]])
        height = np.array([line["intensity"] for line in document["lines"]])
        stems = np.column_stack([np.zeros_like(height), height, np.full_like(height, np.nan)])
        series.append(Series("lines", np.repeat(energy, 3), stems.ravel(), style="line"))
    if shares.size:
        steps = np.repeat(shares / np.diff(edges), 2)
        series.append(Series("continuum, per keV", np.repeat(edges, 2)[1:-1], steps, style="line"))
    particle = document["particle"]
    return Panel(
        document["description"].rstrip("."), f"{particle} energy [keV]", f"{particle}s per {document['per']}",
        "; ".join(document["warnings"][:1]), tuple(series),
    )  # fmt: skip


def _wide(values: FloatArray) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size and known.min() > 0 and known.max() / known.min() > WIDE)
