"""Matrices of time and wavelength as text: CSV of any orientation, Surface Xplorer's CSV, KiMoPack's .SIA.

One axis stands in the first column, the other in the first row or the header. What runs down the rows is told by the
words in the corner, by units at the numbers, or by a point at or below zero, which no wavelength is; else it is
asked for.
"""

from __future__ import annotations

import re

import numpy as np

from scintidot.analysis.readers.axes import spectral_unit, to_nanometres, transient
from scintidot.analysis.readers.checks import agreed_unit, agreed_word, time_unit
from scintidot.analysis.readers.header import number_of, pairs
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import (
    Table,
    any_numbers,
    cells_of,
    read_table,
)
from scintidot.analysis.traces import TransientTrace
from scintidot.records import FloatArray

_CELL = re.compile(r"\s*([+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?)\s*([^\d\s]*)\s*")
_NEAR_NM, _FAR_NM = 150.0, 3000.0
_TIME_WORD = re.compile(r"(?<![a-z])(?:time|delay|zeit|tempo)s?(?![a-z])", re.IGNORECASE)
_UNIT_WORD = re.compile(r"(?:[\[(/]|\bin\b|[\s_])\s*(fs|ps|ns|[uµμ]s|ms|s)\b", re.IGNORECASE)
_SIGNAL_UNIT = re.compile(r"\b(mOD|[µu]OD|OD|mΔA|ΔA|DA|dA|mdA|ΔT/T|dT/T)\b")
TIMES, WAVELENGTHS = "times", "wavelengths"


def read_matrix(source: Source, kind: str = "transient") -> list[TransientTrace]:
    """The matrix of a text.

    Raises
    ------
    BadFile
        If it is none, or if orientation or unit of time are not certain.
    """
    table = read_table(source, who="the matrix")
    across, corner, unit_across, down, values = _parts(source, table)
    rows = _rows(source, across, down, corner, unit_across)
    said = pairs((*table.header, *table.trailer))
    unit = _time_unit(source, corner, unit_across, said)
    notes = [*table.notes, f"rows are {rows}"]
    time, wavelength = (down, across) if rows == TIMES else (across, down)
    wavelength = _nanometres(source, wavelength, corner + " " + unit_across, notes)
    around = " ".join((*table.header[:20], *table.trailer[:60]))[:4000]
    fluence = number_of(said.get("fluence_photons_per_cm2", ""))
    signal = _SIGNAL_UNIT.search(around)
    return [
        transient(
            source, time, wavelength, values if rows == TIMES else values.T, time_unit=unit, name=source.path.stem,
            unit=signal[1] if signal else "", fluence=fluence if fluence > 0 else None,
            metadata={"notes": notes, "header": dict(list(said.items())[:50])},
        )
    ]  # fmt: skip


def _parts(source: Source, table: Table) -> tuple[FloatArray, str, str, FloatArray, FloatArray]:
    """The axis across, the words in the corner, the unit at the points across, the axis down, the values."""
    down, values = table.values[:, 0], table.values[:, 1:]
    for line in reversed(table.header[-3:]):
        cells = cells_of(line.lstrip("#% "), table.separator)
        while len(cells) > table.columns and not cells[-1]:
            cells.pop()
        head = cells[: len(cells) - (table.columns - 1)]
        if len(head) > 1 and table.separator == " ":  # words in the corner
            head = [" ".join(head)]
        points = [_CELL.fullmatch(cell) for cell in cells[-(table.columns - 1) :]]
        if table.columns > 1 and len(points) == table.columns - 1 and len(head) <= 1 and all(points):
            numbers = np.array([float(match[1].replace(",", ".")) for match in points if match])
            units = {match[2] for match in points if match}
            return numbers, head[0] if head else "", units.pop() if len(units) == 1 else "", down, values
        if line.strip():
            break
    if len(down) < 3 or table.columns < 3:
        found = f"{len(down)} rows of {table.columns} numbers"
        raise source.refuse("table", "the matrix", "an axis above and an axis left of the values", found)
    if any(re.search(r"[^\W\d]{2}", cell) for cells in table.titles[:1] for cell in cells[1:]):
        found = ", ".join(cell for cell in table.titles[0][1:4] if cell)
        raise source.refuse(
            "header", "the matrix", "points of an axis above the values", f"names: {found[:60]}"
        )
    return values[0], " ".join(table.header[-1:]), "", down[1:], values[1:]


def _rows(source: Source, across: FloatArray, down: FloatArray, corner: str, unit_across: str) -> str:
    """What runs down the rows: times or wavelengths."""
    found: dict[str, str] = {}
    time_there, spectral_there = bool(_TIME_WORD.search(corner)), spectral_unit(corner) is not None
    if time_there != spectral_there and not any(sign in corner for sign in "\\|"):
        found[TIMES if time_there else WAVELENGTHS] = f"{corner.strip()[:40]!r} in the corner"
    if time_unit(unit_across) or spectral_unit(unit_across):
        found.setdefault(
            WAVELENGTHS if time_unit(unit_across) else TIMES, f"{unit_across!r} in the first row"
        )
    for axis, told, place in ((across, WAVELENGTHS, "row"), (down, TIMES, "column")):
        if np.any(axis <= 0):
            found.setdefault(told, f"{np.nanmin(axis):g} in the first {place}")
    if len(found) > 1:
        raise source.refuse(
            "matrix", "its orientation", "one sort of axis down the rows", " and ".join(found.values())
        )
    rows = agreed_word(source, "--rows", source.given.rows, next(iter(found), None))
    if rows is None:
        text = f"{down[0]:g} to {down[-1]:g} down and {across[0]:g} to {across[-1]:g} across"
        raise source.refuse("matrix", "--rows", "what runs down the rows, times or wavelengths", text)
    return rows


def _time_unit(source: Source, corner: str, unit_across: str, said: dict[str, str]) -> str:
    words = [unit_across, said.get("time units", ""), said.get("time unit", "")]
    if _TIME_WORD.search(corner):
        words += [match[1] for match in _UNIT_WORD.finditer(corner)]
    units = {unit for word in words if (unit := time_unit(word))}
    if len(units) > 1:
        raise source.refuse("unit", "the times", "one unit", " and ".join(sorted(units)))
    return agreed_unit(source, next(iter(units), None), "a matrix that does not say it")


def _nanometres(source: Source, axis: FloatArray, words: str, notes: list[str]) -> FloatArray:
    """Wavelengths [nm]; without a unit those between 150 and 3000 are taken as nm, which is noted."""
    unit = agreed_word(source, "--spectral-unit", source.given.spectral_unit, spectral_unit(words))
    finite = axis[np.isfinite(axis)]
    if unit is None:
        if len(finite) == 0 or finite.min() < _NEAR_NM or finite.max() > _FAR_NM:
            found = f"{finite.min():g} to {finite.max():g} without one" if len(finite) else "no numbers"
            raise source.refuse(
                "unit", "--spectral-unit", "nm, eV or cm-1 as the unit of the spectral axis", found
            )
        notes.append("wavelengths taken as nm")
        return axis
    if unit != "nm":
        notes.append(f"axis converted from {unit} to nm")
    return np.where(
        np.isfinite(axis),
        to_nanometres(source, np.where(np.isfinite(axis), axis, 1.0), unit, "the spectral axis"),
        np.nan,
    )


READERS = (
    Reader(
        "matrix", "text or CSV: times and wavelengths as first column and first row, as Surface Xplorer or KiMoPack "
        "(.SIA) write it", ("transient",), any_numbers, read_matrix,
    ),
)  # fmt: skip
