"""Decays as text: a time or channel column and counts, or counts alone."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from scintidot.analysis.readers.checks import (
    MOST_BINS,
    TIME_UNITS_PS,
    agreed,
    agreed_word,
    equal_step,
    is_counted,
    picked_by_name,
    time_unit,
)
from scintidot.analysis.readers.header import number_of, pairs, period, time_base, unit_of_axis
from scintidot.analysis.readers.registry import Reader, Source
from scintidot.analysis.readers.text import Table, head_text, looks_like_text, read_table
from scintidot.analysis.traces import DecayTrace
from scintidot.errors import BadFile

_TIME = re.compile(r"\b(?:time|delay|zeit|tempo|temps|t)\b|^time|_(?:fs|ps|ns|us)$", re.IGNORECASE)
_CHANNEL = re.compile(
    r"(?:chan(?:nel)?s?|ch\.?|bins?|kanal|canale|index|idx|nr\.?|no\.?|#|points?|x)(?:\s*(?:no|nr|number|#)\.?)?",
    re.IGNORECASE,
)
_NO_DATA = re.compile(
    r"\b(?:fit(?:ted)?|model|resid(?:ual)?s?|weights?|chi\W?2?|errors?|sigma)\b", re.IGNORECASE
)
_LENGTHS = ("channels", "number of channels", "no of channels", "points", "number of points", "bins", "number of bins",
            "adc resolution")  # fmt: skip
"""Keys of a header that say how many rows follow."""
_SPECTRAL = re.compile(r"wavelength|\bnm\b|wavenumber|energy|\bev\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"(?:time|wavelength)\s+explicit|scintidot\.(?!decay-data)|>>>>>begin|^##title", re.IGNORECASE
)


def read_decays(source: Source, table: Table | None = None) -> list[DecayTrace]:
    """The traces of a table: every column of counts, with one time axis or one before each."""
    table = read_table(source, who="the decay") if table is None else table
    names, base = table.names, time_base(source, table.header)
    found_period = period(table.header)
    groups = _groups(source, table)
    choices, notes = _data_columns(source, table, [column for _, columns in groups for column in columns])
    wanted = picked_by_name(source, names, choices)
    said = pairs(table.header)
    item = said.get("item name", "")
    stated = next((number_of(said[key]) for key in _LENGTHS if key in said), math.nan)
    shorter = [f"{len(table.values)} rows, where the header says {stated:g}: was the file cut short?"]
    short = shorter if len(table.values) < stated else []
    return [
        _trace(source, table, axis, column, base, found_period, item, [*notes, *short])
        for axis, columns in groups
        for column in columns
        if column in wanted
    ]


def _data_columns(source: Source, table: Table, columns: list[int]) -> tuple[list[int], list[str]]:
    """Columns that are measured, and notes on those left out: fits, residuals, zeros only; unless asked for."""
    if source.given.column is not None:
        return columns, []
    kept = [i for i in columns if not _NO_DATA.search(table.names[i].replace("_", " "))] or columns
    filled = [i for i in kept if np.any(np.nan_to_num(table.values[:, i], nan=0.0))] or kept
    left = [f"column {i + 1} '{table.names[i]}'" for i in columns if i not in filled]
    return filled, [f"left out, no measurement: {', '.join(left)}"] if left else []


def _groups(source: Source, table: Table) -> list[tuple[int | None, list[int]]]:
    """Axis columns, each with its columns of counts."""
    names, count = table.names, table.columns
    if count > 1 and _SPECTRAL.search(names[0]):
        found = f"{names[0]!r} in the first column"
        raise source.refuse("content", "the decay", "times and counts", found, "Is this a spectrum?")
    filled = [i for i in range(count) if not np.all(np.isnan(table.values[:, i]))]
    axes = [i for i in filled if _is_time(names[i], table.units[i]) or _CHANNEL.fullmatch(names[i].strip())]
    if count == 1 or (not axes and not _rises(table, filled[0])):
        return [(None, filled)]
    if not axes or axes[0] != filled[0]:
        axes = [filled[0], *axes]
    if len(axes) > 1 and len(axes) * 2 != len(filled):  # channel and time before the counts
        last = max(i for i in axes if all(j in axes for j in filled if j < i))
        axes = [last]
        filled = [i for i in filled if i >= last]
    ends = [*axes[1:], count]
    groups = [(a, [i for i in filled if a < i < end]) for a, end in zip(axes, ends, strict=True)]
    if not all(columns for _, columns in groups):
        raise source.refuse(
            "table", "the decay", "a column of counts beside the times", f"columns {', '.join(names)}"
        )
    return list(groups)


def _is_time(name: str, unit: str) -> bool:
    return bool(_TIME.search(name)) or (time_unit(unit) is not None and not re.match(r"[\d.]", name.strip()))


def _rises(table: Table, column: int) -> bool:
    values = table.values[:, column]
    values = values[~np.isnan(values)]
    return len(values) > 1 and bool(np.all(np.diff(values) > 0))


def _trace(
    source: Source,
    table: Table,
    axis: int | None,
    column: int,
    base: float | None,
    found_period: float | None,
    item: str,
    noted: list[str],
) -> DecayTrace:
    values = table.values[:, column]
    length = len(values)
    while length and np.isnan(values[length - 1]):
        length -= 1
    name = table.names[column]
    if table.columns == 1 and re.search(r"[\d:=]", name):
        name = ""  # a line of the header
    values, lines = values[:length], table.lines[:length]
    if not 2 <= length <= MOST_BINS:
        raise source.refuse("table", name or "the counts", f"2 to {MOST_BINS} bins", f"{length}")
    given, notes = source.given, [*table.notes, *noted]
    if axis is None:
        width, start = agreed(source, "--bin-width-ps", given.bin_width, base, "ps"), 0.0
        if width is None:
            raise source.refuse(
                "time base", "--bin-width-ps", "the width of a time bin", "a column of counts without times"
            )
    else:
        width, start, note = _time_base(source, table, axis, length, base)
        notes.append(note)
    counted = is_counted(source, values, name, lines)
    title = name if name and (len(table.names) > 2 or not item) else item or source.path.stem
    return DecayTrace(
        np.asarray(values, dtype=float), width, name=title, start=start,
        period=agreed(source, "--period-ns", given.period, found_period, "ps"), excitations=given.excitations,
        counted=counted, metadata={"column": column + 1, "notes": notes},
    )  # fmt: skip


def _time_base(
    source: Source, table: Table, axis: int, length: int, base: float | None
) -> tuple[float, float, str]:
    """Width of a bin and start [ps], and how they were found."""
    name, given = table.names[axis], source.given
    who = f"column '{name}'" if name else "the first column"
    time = table.values[:length, axis]
    step = equal_step(source, time, table.lines, who)
    unit = agreed_word(
        source, "--time-unit", given.time_unit, time_unit(table.units[axis]) or unit_of_axis(table.header)
    )
    whole = abs(step - 1) < 1e-9 and bool(np.all(time == np.round(time)))
    if unit is None:
        known = agreed(source, "--bin-width-ps", given.bin_width, base, "ps")
        if known is not None and whole:
            return known, 0.0, f"{who} counts channels"
        if known is not None:
            unit = next(
                (u for u, ps in TIME_UNITS_PS.items() if abs(step * ps - known) <= 1e-3 * known), None
            )
        if unit is None:
            raise _ask(source, name, whole, time[0], time[-1], known)
    width, start = (float(f"{value * TIME_UNITS_PS[unit]:.12g}") for value in (step, float(time[0])))
    agreed(source, "--bin-width-ps", given.bin_width, width, "ps")
    note = f"{who} has lower edges of bins in {unit}"
    if base is not None and abs(width - base) > 1e-3 * base:
        note += f", {width:g} ps wide; the {base:g} ps a bin of the header are not used"
    return width, start, note


def _ask(source: Source, name: str, whole: bool, first: float, last: float, known: float | None) -> BadFile:
    column = f"column {name!r}" if name else "a first column"
    found = f"{column} from {first:g} to {last:g} without a unit"
    if known is not None:
        return source.refuse("time base", "--bin-width-ps", "the step of the times of the file", found)
    if _CHANNEL.fullmatch(name.strip()) and not _TIME.search(name):
        return source.refuse(
            "time base", "--bin-width-ps", "the width of a time bin", f"channels in {name!r}"
        )
    hint = "If it counts channels, give --bin-width-ps." if whole else None
    return source.refuse("time base", "--time-unit", "the unit of the times", found, hint)


# --- what is recognised ---


def _calibrated(head: bytes, suffix: str, kind: str) -> float:
    return 0.9 if looks_like_text(head) and "time calibration:" in head_text(head)[:2000].lower() else 0.0


def _plain(head: bytes, suffix: str, kind: str) -> float:
    if not looks_like_text(head):
        return 0.0
    text = head_text(head)
    return 0.2 if any(sign.isdigit() for sign in text) and not _OTHERS.search(text[:4000]) else 0.0


def _read(source: Source, kind: str) -> Sequence[DecayTrace]:
    return read_decays(source)


def _read_calibrated(source: Source, kind: str) -> Sequence[DecayTrace]:
    """The same; these instruments count in 2^n channels, so that another number means a part."""
    traces = read_decays(source)
    for trace in traces:
        bins = len(trace.values)
        if bins & (bins - 1):
            trace.metadata["notes"].append(
                f"{bins} channels, which is no power of two: was the file cut short, or only a part of it saved?"
            )
    return traces


READERS = (
    Reader(
        "calibrated-text", "text with a line 'Time calibration: ...ns/ch' above channels and counts", ("decay",),
        _calibrated, _read_calibrated,
    ),
    Reader(
        "decay-table", "text or CSV: times and counts, or counts alone with --bin-width-ps", ("decay",), _plain, _read
    ),
)  # fmt: skip
