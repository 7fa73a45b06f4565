"""Oscilloscopes' CSV: Tektronix, LeCroy, Keysight and Rigol; a voltage against time, no counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from scintidot.analysis.readers.checks import (
    MOST_BINS,
    TIME_UNITS_PS,
    agreed,
    agreed_unit,
    equal_step,
    picked_by_name,
    time_unit,
)
from scintidot.analysis.readers.header import number_of
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import (
    Table,
    cells_of,
    head_text,
    looks_like_text,
    read_table,
    text_lines,
)
from scintidot.analysis.traces import DecayTrace
from scintidot.records import FloatArray

_MARKS = {
    "Tektronix": re.compile(
        r"^#?\"?(?:record length|horizontal units|sample interval)\"?\s*[,;\t]", re.I | re.M
    ),
    "LeCroy": re.compile(r"\A\s*LECROY", re.I),
    "Rigol": re.compile(r"^x\s*,.*\bincrement\b", re.I | re.M),
    "Keysight": re.compile(r"^x-axis\s*,.*\n\s*second\s*,", re.I | re.M),
}
_BESIDE = 5
"""Cells of Tektronix' lines that have their header beside the points: key, value, empty, time, voltage."""


def _maker(text: str) -> str | None:
    return next((maker for maker, mark in _MARKS.items() if mark.search(text)), None)


def _recognise(head: bytes, suffix: str, kind: str) -> float:
    return 0.9 if looks_like_text(head) and _maker(head_text(head)[:4000]) else 0.0


def _read(source: Source, kind: str) -> Sequence[DecayTrace]:
    lines = text_lines(source)
    maker = _maker("\n".join(lines[:60]))
    if maker is None:
        raise source.refuse("header", "the oscilloscope", "a header of " + ", ".join(_MARKS), "none")
    said, table = _table(source, lines)
    interval = number_of(said.get("sample interval", ""))
    if table.columns < 2:
        raise source.refuse(
            "table", "the trace", "a column of times and one of voltages", f"{table.columns} column"
        )
    if maker == "Rigol" and (rigol := _rigol(source, lines, table)) is not None:
        start, width = rigol
    else:
        start, width = _times(source, said, table, maker, interval)
    names = _names(lines, table) if maker == "Rigol" else table.names
    columns = [i for i in range(1, table.columns) if not np.all(np.isnan(table.values[:, i]))]
    agreed(source, "--bin-width-ps", source.given.bin_width, width, "ps")
    return [
        DecayTrace(
            _signal(source, table, i), width, name=names[i] or said.get("source", "") or f"column {i + 1}", start=start,
            period=source.given.period, excitations=source.given.excitations, counted=False,
            metadata={"column": i + 1, "instrument": maker, "notes": list(table.notes)},
        )
        for i in picked_by_name(source, names, columns)
    ]  # fmt: skip


def _table(source: Source, lines: Sequence[str]) -> tuple[dict[str, str], Table]:
    """Keys and values of the header, and the table of the points."""
    separator = next((mark for mark in ";\t" if any(mark in line for line in lines[:5])), ",")
    said: dict[str, str] = {}
    for line in lines[:60]:
        cells = cells_of(line.lstrip("#"), separator)
        if len(cells) > 1 and cells[0] and np.isnan(number_of(cells[0])):
            said.setdefault(cells[0].lower(), cells[1])
    first = cells_of(lines[0], separator)
    if len(first) >= _BESIDE and not any(np.isnan(number_of(cell)) for cell in first[3:_BESIDE]):
        points = [",".join(cells_of(line, separator)[3:_BESIDE]) for line in lines]
        return said, read_table(source, points, who="the trace")
    if len(re.findall(r"^#\d+", "\n".join(lines[:2000]), re.MULTILINE)) > 1:
        raise source.refuse("content", "the trace", "one segment", "several", "Save them one by one.")
    return said, read_table(source, lines, who="the trace")


def _names(lines: Sequence[str], table: Table) -> tuple[str, ...]:
    at = next((i for i, line in enumerate(lines[:60]) if _MARKS["Rigol"].match(line)), 0)
    cells = cells_of(lines[at], ",")[: table.columns]
    return (*cells, *[""] * (table.columns - len(cells)))


def _rigol(source: Source, lines: Sequence[str], table: Table) -> tuple[float, float] | None:
    """Start and step [ps] of a sequence of numbered points."""
    at = next(i for i, line in enumerate(lines[:60]) if _MARKS["Rigol"].match(line))
    keys = [cell.lower() for cell in cells_of(lines[at], ",")]
    values = cells_of(lines[at + 1], ",") if at + 1 < len(lines) else []
    if not values or values[0].lower() != "sequence":
        return None
    start, step = (
        number_of(values[keys.index(key)]) if key in keys and keys.index(key) < len(values) else float("nan")
        for key in ("start", "increment")
    )
    if not step > 0 or np.isnan(start):
        raise source.refuse("header", "Increment", "start and increment [s]", lines[at + 1][:60])
    points = table.values[:, 0]
    if not np.array_equal(points, points[0] + np.arange(len(points))):
        raise source.refuse("axis", "the sequence", "points numbered one by one", "others")
    return float(f"{(start + points[0] * step) * 1e12:.12g}"), float(f"{step * 1e12:.12g}")


def _times(
    source: Source, said: dict[str, str], table: Table, maker: str, interval: float
) -> tuple[float, float]:
    unit = time_unit(said.get("horizontal units", "")) or time_unit(table.units[0])
    if unit is None and maker in ("LeCroy", "Keysight", "Rigol"):
        unit = "s"
    unit = agreed_unit(source, unit, "no 'Horizontal Units'")
    time = table.values[:, 0]
    if not 2 <= len(time) <= MOST_BINS:
        raise source.refuse("table", "the trace", f"2 to {MOST_BINS} points", f"{len(time)}")
    step = equal_step(source, time, table.lines, "the times")
    if interval > 0:
        if abs(interval - step) > 0.01 * step:
            raise source.refuse(
                "header", "Sample Interval", f"{step:g}, the step of the times", f"{interval:g}"
            )
        step = interval
    return float(f"{time[0] * TIME_UNITS_PS[unit]:.12g}"), float(f"{step * TIME_UNITS_PS[unit]:.12g}")


def _signal(source: Source, table: Table, column: int) -> FloatArray:
    values = table.values[:, column]
    if not np.all(np.isfinite(values)):
        bad = int(np.flatnonzero(~np.isfinite(values))[0])
        raise source.refuse(
            "number",
            f"column {column + 1}",
            "a finite number in every row",
            f"none in line {table.lines[bad]}",
        )
    return values.copy()


READERS = (
    Reader(
        "oscilloscope", "CSV of Tektronix, LeCroy, Keysight and Rigol oscilloscopes", ("decay",), _recognise, _read
    ),
)  # fmt: skip
