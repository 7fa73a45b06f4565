"""A user's spectrum: a table of lines or bins as comma-separated text.

.. code-block:: text

    # particle: photon
    energy_keV,weight
    59.54,0.359
    26.34,0.023

The header says what the rows are: ``energy_keV,weight`` lines (with ``# kind: bins`` centres of adjoining bins),
``energy_low_keV,energy_high_keV,weight`` bins. ``eV`` in place of ``keV`` where the numbers are in eV.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np

from scintidot.errors import BadFile, nearest
from scintidot.radiation.spectrum import HIGHEST_ENERGY, LOWEST_ENERGY, PARTICLES, Spectrum
from scintidot.records import FloatArray

_UNITS = {"eV": 1.0, "keV": 1e3}
HEADERS = {
    header: (unit, is_bins)
    for unit in _UNITS
    for header, is_bins in (
        (f"energy_{unit},weight", False),
        (f"energy_low_{unit},energy_high_{unit},weight", True),
    )
}
"""Header -> unit of its energies, and whether the rows are bins."""

_SUSPECT_TOP = {"eV": 100.0, "keV": HIGHEST_ENERGY / 1e3}
"""Unit -> highest energy of a table, in that unit, at which it looks like the other unit."""

_GAP = 1e-6  # relative difference of edges that is rounding
_MANY = 20  # equally spaced lines that look like a continuum


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of a spectrum file: either lines or bins, the other array is empty."""

    comments: Mapping[str, str]  # "# key: value"
    weight: FloatArray
    energy: FloatArray = field(default_factory=lambda: np.zeros(0))  # of lines [eV]
    edges: FloatArray = field(default_factory=lambda: np.zeros(0))  # of bins [eV]


def read_table(text: str, *, where: str) -> Table:
    """Rows of a spectrum file, checked; every fault is a `BadFile` with the line it stands in."""
    comments, lines = _split(text)
    if not lines:
        _refuse(where, "file", "a header such as 'energy_keV,weight' and rows", "nothing")
    (first, header), rows = lines[0], lines[1:]
    unit, is_bins = _header(header, f"{where}:{first}")
    values = [_row(line, header, f"{where}:{number}") for number, line in rows]
    if not values:
        _refuse(where, "table", "at least one row behind the header", "none")
    numbers = [number for number, _ in rows]
    _check_order(values, is_bins, where, numbers)
    _check_size(values, unit, f"{where}:{numbers[-1]}")
    columns = np.array(values).T
    weight, scale = columns[-1], _UNITS[unit]
    if weight.sum() == 0:
        _refuse(where, "table", "a weight above 0", "only zeros")
    if is_bins:
        return Table(comments, weight, edges=scale * np.append(columns[0], columns[1][-1]))
    kind = comments.get("kind", "lines")
    if kind not in ("lines", "bins"):
        _refuse(where, "kind", "'# kind: lines' or '# kind: bins'", repr(kind))
    if kind == "bins":
        return Table(comments, weight, edges=scale * _edges_around(columns[0], where))
    return Table(comments, weight, energy=scale * columns[0])


def table_spectrum(text: str, *, where: str, name: str, particle: str | None = None) -> Spectrum:
    """Spectrum of a user's file, normalised to one emitted particle.

    ``particle`` is what the user says besides the file; the file says it as ``# particle: photon``.
    """
    table = read_table(text, where=where)
    particle = _particle(table.comments.get("particle"), particle, where)
    total = math.fsum(table.weight)
    share = table.weight / total
    energy, has_lines = table.energy, len(table.energy) > 0
    notes: tuple[str, ...] = ()
    if len(energy) >= _MANY and np.ptp(np.diff(energy)) < 1e-3 * (energy[1] - energy[0]):
        notes = (
            f"{len(energy)} equally spaced energies were read as lines; for a continuum write '# kind: bins'.",
        )
    return Spectrum(
        name=name,
        kind="table",
        particle=particle,
        per="emitted particle",
        description=table.comments.get("description", f"Read from {name}."),
        line_energy=energy,
        line_intensity=share if has_lines else energy,
        line_name=tuple(f"{value / 1e3:.6g} keV" for value in energy),
        bin_edges=table.edges,
        bin_intensity=table.edges if has_lines else share,
        provenance="as given",
        choices={
            "file": name,
            "rows": len(share),
            "read_as": "lines" if has_lines else "bins",
            "weight_sum": total,
        },
        notes=notes,
    )


def _refuse(where: str, what: str, expected: str, found: str, hint: str | None = None) -> NoReturn:
    raise BadFile(where=where, what=what, who="the spectrum", expected=expected, found=found, hint=hint)


def _split(text: str) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Comments as key and value, and the other lines with their numbers."""
    comments, lines = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("#"):
            key, colon, value = stripped.lstrip("# ").partition(":")
            if colon:
                comments[key.strip().lower()] = value.strip()
        elif stripped:
            lines.append((number, stripped))
    return comments, lines


def _header(line: str, where: str) -> tuple[str, bool]:
    header = ",".join(cell.strip() for cell in line.split(","))
    if header not in HEADERS:
        hint = "Separate the columns by commas." if "," not in line and len(line.split()) > 1 else None
        hint = hint or nearest(header, HEADERS, listed=True)
        _refuse(where, "header", "one of " + "; ".join(HEADERS), repr(line), hint)
    return HEADERS[header]


def _row(line: str, header: str, where: str) -> list[float]:
    cells = line.split(",")
    wanted = len(header.split(","))
    try:
        values = [float(cell) for cell in cells]
    except ValueError:
        values = []
    if len(values) != wanted or not all(map(math.isfinite, values)):
        hint = "Write the decimal point as '.', not ','." if len(cells) == 2 * wanted else None
        _refuse(where, "row", f"{wanted} finite numbers", repr(line), hint)
    if values[-1] < 0:
        _refuse(where, "weight", "0 or more", f"{values[-1]:g}")
    if values[0] < 0 or (values[0] == 0 and wanted == 2):
        _refuse(where, "energy", "more than 0", f"{values[0]:g}")
    return values


def _check_order(values: list[list[float]], is_bins: bool, where: str, numbers: list[int]) -> None:
    """Rising energies; bins without gaps and overlaps."""
    for i, row in enumerate(values):
        at = f"{where}:{numbers[i]}"
        if is_bins and row[1] <= row[0]:
            _refuse(at, "bin", "a high edge above the low one", f"{row[0]:g} to {row[1]:g}")
        if i == 0:
            continue
        before = values[i - 1]
        if row[0] <= before[0]:
            _refuse(at, "order", f"an energy above {before[0]:g}, rows rising", f"{row[0]:g}")
        if is_bins and abs(row[0] - before[1]) > _GAP * before[1]:
            what = "gap" if row[0] > before[1] else "overlap"
            hint = "Write an empty bin with weight 0." if what == "gap" else None
            _refuse(at, what, f"a bin that starts at {before[1]:g}", f"{row[0]:g}", hint)


def _check_size(values: list[list[float]], unit: str, where: str) -> None:
    """Energies that look like keV under a header in eV, or the other way round."""
    top = values[-1][-2]
    other = "keV" if unit == "eV" else "eV"
    limit = _SUSPECT_TOP[unit]
    if (top < limit) if unit == "eV" else (top > limit):
        bound = f"{'at least' if unit == 'eV' else 'at most'} {limit:g} {unit} for the highest energy"
        hint = f"Are these {other}? Then write {other} in the header."
        _refuse(where, "energy", bound, f"{top:g} {unit}", hint)
    lowest, highest = LOWEST_ENERGY / _UNITS[unit], HIGHEST_ENERGY / _UNITS[unit]
    if top > highest or (len(values[0]) == 2 and values[0][0] < lowest):
        _refuse(where, "energy", f"{lowest:g} to {highest:g} {unit}", f"{values[0][0]:g} to {top:g} {unit}")


def _edges_around(centre: FloatArray, where: str) -> FloatArray:
    """Edges half-way between centres; the outer bins as wide as their neighbours."""
    if len(centre) < 2:
        _refuse(where, "table", "at least two rows with '# kind: bins'", "one")
    middle = (centre[1:] + centre[:-1]) / 2
    first, last = 2 * centre[0] - middle[0], 2 * centre[-1] - middle[-1]
    if first < 0:
        _refuse(where, "table", "a first bin above 0", f"one that starts at {first:g}")
    return np.concatenate([[first], middle, [last]])


def _particle(in_file: str | None, said: str | None, where: str) -> str:
    if in_file is not None and in_file not in PARTICLES:
        hint = nearest(in_file, PARTICLES, listed=True)
        _refuse(where, "particle", "'# particle: electron' or '# particle: photon'", repr(in_file), hint)
    if in_file is not None and said is not None and in_file != said:
        _refuse(where, "particle", f"{said}s, as the source says", f"'# particle: {in_file}'")
    particle = in_file or said
    if particle is None:
        hint = "Write '# particle: photon' at the top, or the particle behind the file's name."
        _refuse(where, "particle", "electron or photon", "none", hint)
    return str(particle)
