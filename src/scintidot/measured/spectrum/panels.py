"""What the report of spectra draws: all of them together, peak and edge of each, and some by themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.measured.panels import Panel, Series
from scintidot.measured.spectrum.names import numbers_of
from scintidot.measured.spectrum.traces import Row

DETAILED = 6
"""Spectra that get panels of their own; of more of them these many, evenly chosen."""
LABELS = {"absorption": "absorbance", "emission": "light per nm", "excitation": "emitted light"}


def panels_of(rows: list[Row]) -> tuple[Panel, ...]:
    """Panels of a file."""
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(DETAILED, len(rows))).round().astype(int))
    drawn = [rows[i] for i in chosen]
    panels: list[Panel] = []
    if len(rows) > 1:
        panels += [_all(rows, drawn), *_against_sample(rows)]
    for row in drawn:
        panels += row.panels
    return tuple(panels)


def _all(rows: list[Row], drawn: list[Row]) -> Panel:
    caption = "As measured."
    if len(drawn) < len(rows):
        names = ", ".join(row.document["name"] for row in drawn)
        caption += (
            f" Of the {len(rows)} spectra {len(drawn)} are drawn by themselves ({names}); the numbers of all "
            "stand in the table and in result.json."
        )
    kinds = dict.fromkeys(LABELS[row.document["kind"]] for row in rows)
    series = tuple(Series(row.document["name"], row.wavelength, row.values, style="line") for row in rows)
    return Panel("All spectra", "wavelength [nm]", " or ".join(kinds), caption, series)


def _against_sample(rows: list[Row]) -> list[Panel]:
    """Peak, and edge of absorption, against the number in the names, or the place in the file."""
    found = numbers_of([row.document["name"] for row in rows])
    places = np.arange(1.0, len(rows) + 1) if found is None else found[0]
    order = np.argsort(places)
    unit = "" if found is None or not found[1] else f" [{found[1]}]"
    label = "number of the spectrum" if found is None else f"number in the name{unit}"
    kinds = dict.fromkeys(row.document["kind"] for row in rows)
    series = []
    for kind in kinds:
        for key, error in (("peak_nm", "peak_error_nm"), ("edge_nm", "edge_error_nm")):
            one = [(places[i], rows[i].document) for i in order if rows[i].document["kind"] == kind]
            known = [(x, row[key], row.get(error) or 0.0) for x, row in one if row.get(key) is not None]
            if known:
                series += _lines(known, key.removesuffix("_nm") + (f" of {kind}" if len(kinds) > 1 else ""))
    if not series:
        return []
    caption = "Errors of the noise alone."
    return [Panel("Peak of every spectrum", label, "wavelength [nm]", caption, tuple(series))]


def _lines(known: list[tuple[Any, Any, Any]], label: str) -> list[Series]:
    x, y, error = (np.array(column, dtype=float) for column in zip(*known, strict=True))
    return [Series(label, x, y, style="line"), Series("", x, y, error=error)]
