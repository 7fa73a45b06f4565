"""The table of a series of samples: one row each, measured figures with their errors in columns."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.errors import BadFile, nearest
from scintidot.records import FloatArray
from scintidot.tables import is_number

WHO = "TABLE"
_EXPECTED = "a table of samples as CSV"
_PAGE = "Its columns: docs/series.md, or scintidot analyse series --help."


@dataclass(frozen=True)
class Column:
    """One measured figure, as ``name`` or ``name_unit`` in the first row of the table."""

    unit: str  # that numbers have inside
    meaning: str
    low: float = 0.0
    high: float = math.inf
    above: bool = True  # low itself is refused
    error: bool = True  # may have a column of errors


COLUMNS = {
    "edge_length": Column("nm", "edge of a cube, or diameter"),
    "mean_excitons": Column("1", "<N> of a nanocrystal"),
    "exciton_lifetime": Column("ps", "1/k_X, total"),
    "biexciton_lifetime": Column("ps", "1/(4 k_X + k_AR)"),
    "auger_efficiency": Column("1", "Phi_AR", high=1.0, above=False),
    "quantum_yield": Column("1", "Phi_X", high=1.0),
    "intensity_relative": Column("1", "light of equal mass, in any unit"),
    "tau_eff": Column("ps", "effective lifetime by the named definition"),
    "ctr": Column("ps", "coincidence time resolution, full width at half maximum"),
    "deposit": Column("eV", "mean energy kept by a nanocrystal"),
    "band_gap": Column("eV", "optical gap"),
    "light_yield": Column("photons_per_MeV", "of the scintillator"),
    "rise_time": Column("ps", "of the light", above=False),
    "share_attenuated": Column("1", "of the radiation that the sample stops", high=1.0, low=-1.0),
    "counts_with": Column("1", "reference scintillator behind the sample", above=False),
    "counts_without": Column("1", "reference scintillator alone"),
    "counts_background": Column("1", "without radiation", above=False),
}
"""What a table may hold, besides ``sample`` and ``tau_eff_definition``."""
TEXTS = ("sample", "tau_eff_definition")
UNITS = {
    "ps": {"ps": 1.0, "ns": 1e3, "us": 1e6, "fs": 1e-3},
    "nm": {"nm": 1.0},
    "eV": {"eV": 1.0, "keV": 1e3, "meV": 1e-3},
    "photons_per_MeV": {"photons_per_MeV": 1.0, "photons_per_keV": 1e3},
    "1": {"percent": 0.01},
}
_HINTS = {
    "angstrom": "Give lengths in nm: 10 angstrom are 1 nm.",
    "a": "Give lengths in nm: 10 angstrom are 1 nm.",
    "um": "Give lengths in nm.",
}


@dataclass(frozen=True)
class SampleTable:
    """Columns by name; nan where a cell is empty. Errors are 0 where no column gives them."""

    path: Path
    sha256: str
    samples: tuple[str, ...]
    values: dict[str, FloatArray]
    errors: dict[str, FloatArray]
    definitions: tuple[str, ...]  # of tau_eff, "" where the table does not say
    notes: tuple[str, ...] = ()

    def has(self, *names: str) -> bool:
        """Whether the table has these columns."""
        return all(name in self.values for name in names)

    def complete(self, *names: str) -> Any:
        """Rows in which none of these is missing."""
        if not self.has(*names):
            return np.zeros(len(self.samples), dtype=bool)
        return np.logical_and.reduce([np.isfinite(self.values[name]) for name in names])

    def error(self, name: str) -> FloatArray:
        """Standard deviations, 0 where not given."""
        return self.errors.get(name, np.zeros(len(self.samples)))

    @property
    def as_input(self) -> dict[str, str]:
        """The file in the ``inputs`` of a document."""
        return {"file": self.path.name, "sha256": self.sha256, "format": "sample-table"}


def read_sample_table(path: str | Path) -> SampleTable:
    """A table of samples with a first row of column names.

    Separated by ``,``, ``;`` or tabs; with ``;`` or tabs the decimal sign may be a comma. Lines after ``#`` are passed
    over. A column is named by one of `COLUMNS` with its unit (``exciton_lifetime_ns``), its error by ``_error`` before
    the unit (``exciton_lifetime_error_ns``).

    Raises
    ------
    BadFile
        For unknown columns and units, with the nearest known name, and for cells that are no numbers in their range.
    """
    path = Path(path)
    header, rows, content = _rows(path)
    table: dict[str, tuple[str, bool, float]] = {}
    texts: dict[str, int] = {}
    for place, name in enumerate(header):
        if name in TEXTS:
            texts[name] = place
            continue
        known = _column(path, name)
        twice = next((other for other, entry in table.items() if entry[:2] == known[:2]), None)
        if twice is not None:
            raise _bad(path, "columns", name, "each figure once", f"also {twice}")
        table[name] = known
    if not table:
        raise _bad(path, "table", WHO, "columns such as edge_length_nm", "none with numbers")
    values: dict[str, FloatArray] = {}
    errors: dict[str, FloatArray] = {}
    for name, (base, is_error, factor) in table.items():
        numbers = [
            _number(path, line, name, cells[header.index(name)], base, is_error, factor)
            for line, cells in rows
        ]
        (errors if is_error else values)[base] = np.array(numbers)
    notes = []
    for base in list(errors):
        if base not in values:
            raise _bad(path, "column", f"{base}_error", f"{base} beside it", "its errors alone")
        missing = np.isfinite(values[base]) & ~np.isfinite(errors[base])
        if missing.any():
            notes.append(f"{base}: {int(missing.sum())} values have no error and are taken as exact.")
        errors[base] = np.nan_to_num(errors[base], nan=0.0)
    names = tuple(
        (cells[texts["sample"]].strip() if "sample" in texts else "") or str(number)
        for number, (_, cells) in enumerate(rows, 1)
    )
    which = texts.get("tau_eff_definition")
    definitions = tuple(cells[which].strip() if which is not None else "" for _, cells in rows)
    return SampleTable(
        path, hashlib.sha256(content).hexdigest(), names, values, errors, definitions, tuple(notes)
    )


def _bad(path: Path, what: str, who: str, expected: str, found: str, hint: str | None = None) -> BadFile:
    return BadFile(where=str(path), what=what, who=who, expected=expected, found=found, hint=hint)


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]], bytes]:
    """Names of columns, and the cells of each line."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise _bad(path, "file", WHO, _EXPECTED, error.strerror or "nothing readable") from None
    except UnicodeDecodeError:
        raise _bad(
            path, "file", WHO, _EXPECTED, "bytes that are no text in UTF-8",
            f"Tables of a spreadsheet are saved as 'CSV UTF-8'. {_PAGE}",
        ) from None  # fmt: skip
    if "\0" in text:
        raise _bad(path, "file", WHO, _EXPECTED, "a file that is not text", _PAGE)
    lines = [
        (place, line) for place, line in enumerate(text.splitlines(), 1) if line.split("#")[0].strip(" ,;\t")
    ]
    if not lines:
        raise _bad(
            path, "file", WHO, f"{_EXPECTED}, with a first row of column names", "an empty file", _PAGE
        )
    first = lines[0][1]
    separator = max(";\t,", key=first.count)
    cells = [
        (place, [cell.strip() for cell in row])
        for (place, _), row in zip(
            lines, csv.reader(io.StringIO("\n".join(line.split("#")[0] for _, line in lines)), delimiter=separator),
            strict=False,
        )
    ]  # fmt: skip
    header = cells[0][1]
    while header and not header[-1]:
        header.pop()
    if all(is_number(name) for name in header):
        raise _bad(path, "table", WHO, "a first row of column names", "numbers", _PAGE)
    if len(set(header)) < len(header) or "" in header:
        raise _bad(path, "columns", WHO, "a name of its own for every column", "an empty or repeated one")
    if len(cells) == 1:
        raise _bad(path, "table", WHO, "rows of samples", "column names alone")
    for place, row in cells[1:]:
        comma = next((cell for cell in row if "," in cell and is_number(cell)), None)
        if separator == "," and comma is not None:
            raise BadFile(
                where=f"{path}:{place}", what="number", who=WHO, found=repr(comma),
                expected="numbers without a comma, which separates the columns here",
                hint="A decimal comma needs ';' or tabs between the columns; thousands need no sign.",
            )  # fmt: skip
        if len(row) < len(header) or any(row[len(header) :]):
            raise BadFile(
                where=f"{path}:{place}", what="row", who=WHO, expected=f"{len(header)} cells", found=str(len(row)),
                hint="A decimal comma needs ';' or tabs between the columns.",
            )  # fmt: skip
    return header, [(place, row) for place, row in cells[1:]], content


def _column(path: Path, name: str) -> tuple[str, bool, float]:
    """Base name, whether it holds errors, and the factor to the unit inside."""
    for base, column in COLUMNS.items():
        match = re.fullmatch(rf"{base}(?P<error>_error)?(?:_(?P<unit>.+))?", name)
        if match is None:
            continue
        unit = match["unit"]
        if unit is not None and any(name.startswith(other) and len(other) > len(base) for other in COLUMNS):
            continue
        known = UNITS[column.unit]
        if unit is None and column.unit == "1":
            return base, match["error"] is not None, 1.0
        if unit in known:
            return base, match["error"] is not None, known[unit]
        error = "_error" if match["error"] else ""
        raise _bad(
            path, "unit", name, " or ".join(f"{base}{error}_{u}" for u in known) if column.unit != "1" else base,
            "no unit" if unit is None else repr(unit),
            _HINTS.get(str(unit).lower()) or nearest(str(unit), known, cutoff=0.8),
        )  # fmt: skip
    names = [
        *TEXTS,
        *(base if c.unit == "1" else f"{base}_{next(iter(UNITS[c.unit]))}" for base, c in COLUMNS.items()),
    ]
    raise _bad(path, "column", name, "a known column", repr(name), nearest(name, names))


def _number(path: Path, line: int, name: str, cell: str, base: str, is_error: bool, factor: float) -> float:
    """A cell as a number in the unit inside; nan for an empty one."""
    if cell.lower() in ("", "-", "na", "n/a", "nan", "none"):
        return math.nan
    where = f"{path}:{line}"
    if not is_number(cell):
        raise BadFile(where=where, what="number", who=name, expected="a number or nothing", found=repr(cell))
    value = float(cell.replace(",", ".")) * factor
    column = COLUMNS[base]
    low = 0.0 if is_error else column.low
    fine = math.isfinite(value) and (value >= low if is_error or not column.above else value > low)
    if not fine or (not is_error and value > column.high):
        words = f"{'at least' if is_error or not column.above else 'more than'} {low:g}"
        words += "" if is_error or math.isinf(column.high) else f", at most {column.high:g}"
        hint = (
            "Is this in percent? Name the column ..._percent." if column.high == 1 and value <= 100 else None
        )
        raise BadFile(where=where, what="value", who=name, expected=words, found=cell, hint=hint)
    return value
