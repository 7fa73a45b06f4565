"""Spectra as text: one axis and columns, or pairs of axis and values; exports of spectrometers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from scintidot.analysis.readers.axes import spectral_unit, spectrum
from scintidot.analysis.readers.checks import picked_by_name, time_unit
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import (
    Table,
    any_numbers,
    head_text,
    looks_like_text,
    read_table,
    text_lines,
)
from scintidot.analysis.traces import SpectrumTrace
from scintidot.errors import BadFile

_KINDS = (
    ("excitation", r"excitation|\bPLE\b|\bexc?\b"),
    (
        "emission",
        r"emission|photoluminescence|radioluminescence|fluorescence|luminescence|\b(?:PL|RL|FL|EM|CL)\b",
    ),
    ("absorption", r"absorption|absorbance|extinction|uv[\s._/-]*vis|\babs\b|optical density|\bOD\b"),
)
_AXIS_TITLE = re.compile(
    r"(?:wave\s*(?:length|number)|wl\b|lambda|λ|(?:photon\s*)?energy|nm$|eV$|cm-1$|nanomet)", re.IGNORECASE
)


def kind_of(source: Source, *words: str) -> str:
    """Absorption, emission, excitation, or unknown: as said, else by the words of a column, the header, the file.

    A text that speaks of two kinds does not tell.
    """
    if source.given.kind is not None:
        return source.given.kind
    for text in (word.replace("_", " ") for word in words):
        found = [kind for kind, pattern in _KINDS if re.search(pattern, text, re.IGNORECASE)]
        if found == ["excitation", "emission"] and re.search(
            r"fl\w*\s+excitation|\bPLE\b|excitation\s+spectr", text, re.I
        ):
            return "excitation"
        if found:
            return found[0] if len(found) == 1 else "unknown"
    return "unknown"


def read_spectra(source: Source, table: Table) -> list[SpectrumTrace]:
    """Every column beside an axis as a trace."""
    groups = _groups(source, table)
    wanted = picked_by_name(source, table.names, [c for _, _, columns in groups for c in columns])
    header = " ".join(table.header)[:2000]
    traces = []
    for axis, unit, columns in groups:
        for column in columns:
            if column not in wanted:
                continue
            name, upper = _name(table, column)
            kind = kind_of(source, f"{name} {upper}", source.path.stem, header)
            traces.append(
                spectrum(
                    source, table.values[:, axis], table.values[:, column], unit=unit,
                    name=upper or name or source.path.stem, kind=kind, metadata={
                        "column": column + 1, "quantity": table.units[column] or (name if upper else ""),
                        "notes": list(table.notes),
                    },
                )
            )  # fmt: skip
    return traces


def _name(table: Table, column: int) -> tuple[str, str]:
    """Title of a column and, of two lines of titles (Cary, Shimadzu), the name of the sample above."""
    name = table.names[column]
    above = [cells for cells in table.titles if cells != table.names and len(cells) == table.columns]
    if len(table.titles) < 2 or not above or table.titles[0] != table.names:
        return name, ""
    cells = above[0]
    left = next(
        (cells[i] for i in (column, column - 1) if i >= 0 and cells[i] and spectral_unit(cells[i]) is None),
        "",
    )
    return name, left


def _groups(source: Source, table: Table) -> list[tuple[int, str, list[int]]]:
    """Axis column, its unit, and the columns with values."""
    filled = [i for i in range(table.columns) if not np.all(np.isnan(table.values[:, i]))]
    if len(filled) < 2:
        raise source.refuse(
            "table", "the spectrum", "an axis and a column of values", f"{len(filled)} column"
        )
    units = {i: _axis_unit(table, i) for i in filled}
    first = filled[0]
    if units[first] is None:
        units[first] = _unit_of_axis(source, table, first)
    elif source.given.spectral_unit not in (None, units[first]):
        raise source.refuse(
            "unit", "--spectral-unit", f"{units[first]}, as the file says", source.given.spectral_unit
        )
    axes = [i for i in filled if units[i] is not None]
    both = len(axes) == 2 and axes[1] == axes[0] + 1 and len(filled) > 2
    if both:  # the same axis twice, as nm and eV
        return [(first, units[first] or "nm", filled[2:])]
    ends = [*axes[1:], table.columns]
    groups = [
        (a, units[a] or "nm", [i for i in filled if a < i < end]) for a, end in zip(axes, ends, strict=True)
    ]
    if not any(columns for _, _, columns in groups):
        raise source.refuse("table", "the spectrum", "a column of values beside the axis", "axes only")
    return [group for group in groups if group[2]]


def _axis_unit(table: Table, column: int) -> str | None:
    """The spectral unit of a column by its title or unit.

    Beyond the first column only a title that starts as an axis does: in 'dots of 8.7 nm' nm is no unit of the axis.
    """
    title = table.names[column].strip()
    if column and not _AXIS_TITLE.match(title):
        return None
    values = table.values[:, column]
    steps = np.diff(values[np.isfinite(values)])
    if column and not (np.all(steps > 0) or np.all(steps < 0)):
        return None
    return spectral_unit(title) or spectral_unit(table.units[column])


def _unit_of_axis(source: Source, table: Table, column: int) -> str:
    """The unit of an axis without one: as said, as another word of the header tells, or asked for."""
    name = table.names[column]
    if source.given.spectral_unit is not None:
        return source.given.spectral_unit
    if time_unit(table.units[column]) or re.search(r"\btime\b", name, re.IGNORECASE):
        raise source.refuse("content", "the spectrum", "a spectral axis", f"{name!r}", "Is this a decay?")
    for line in table.header[::-1]:
        if re.search(
            r"nanomet(?:er|re)s?|x[\s-]*(?:mode|units?|axis|label)\W*(?:wavelength|nm)\b", line, re.IGNORECASE
        ):
            return "nm"
    return _asked(source, table, column)


def _asked(source: Source, table: Table, column: int) -> str:
    values = table.values[:, column]
    name = f" {table.names[column]!r}" if table.names[column] else ""
    found = f"a first column{name} from {np.nanmin(values):g} to {np.nanmax(values):g} without one"
    fault: BadFile = source.refuse("unit", "--spectral-unit", "nm, eV or cm-1 as the unit of the axis", found)
    raise fault


def _read_plain(source: Source, kind: str) -> Sequence[SpectrumTrace]:
    return read_spectra(source, read_table(source, who="the spectrum"))


def _ocean(head: bytes, suffix: str, kind: str) -> float:
    text = head_text(head)[:20000].lower()
    return 1.0 if looks_like_text(head) and ">>>>>begin" in text and "spectral data<<<<<" in text else 0.0


def _read_ocean(source: Source, kind: str) -> Sequence[SpectrumTrace]:
    """Ocean Optics: wavelengths [nm] and values between two marks."""
    lines = text_lines(source)
    starts = [i for i, line in enumerate(lines) if re.match(r">>>>>\s*begin", line, re.IGNORECASE)]
    ends = [i for i, line in enumerate(lines) if re.match(r">>>>>\s*end", line, re.IGNORECASE)]
    if len(starts) != 1:
        raise source.refuse(
            "text", "the spectrum", "one '>>>>>Begin ... Spectral Data<<<<<'", f"{len(starts)}"
        )
    end = next((i for i in ends if i > starts[0]), len(lines))
    table = read_table(source, lines[starts[0] + 1 : end], who="the spectrum")
    notes = (
        [*table.notes]
        if ends
        else [*table.notes, "no mark at the end of the spectrum: the file may be cut short"]
    )
    header = " ".join(lines[: starts[0]])
    return [
        spectrum(
            source, table.values[:, 0], table.values[:, column], unit="nm", name=source.path.stem,
            kind=kind_of(source, header, source.path.stem), metadata={"column": column + 1, "notes": notes},
        )
        for column in picked_by_name(source, table.names, range(1, table.columns))
    ]  # fmt: skip


READERS = (
    Reader("ocean-optics", "Ocean Optics text: '>>>>>Begin Spectral Data<<<<<'", ("spectrum",), _ocean, _read_ocean),
    Reader(
        "spectrum-table", "text or CSV: wavelength, energy or wavenumber and columns of values", ("spectrum",),
        any_numbers, _read_plain,
    ),
)  # fmt: skip
