"""What dropped files are recognised as, what was taken for granted, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from scintidot.app.pages.analyse.options import DECAY, KINDS, SERIES, SPECTRUM, TRANSIENT, Kind
from scintidot.app.shelf import Dropped
from scintidot.errors import ScintidotError
from scintidot.measured.formats import describe_file
from scintidot.output import as_text

RESPONSE_NAME = re.compile(r"(?<![a-z])(irf|response|prompt|instrument)(?![a-z])", re.IGNORECASE)
"""Names of files that are taken for the response of the instrument."""
LEFT_OUT = "left out"
READING = (
    "bin_width_ps",
    "period_ns",
    "excitations",
    "time_unit",
    "channel",
    "column",
    "kind",
    "rows",
    "spectral_unit",
)
"""Options that say what a file does not."""
READING_OF_OTHERS = ("bin_width_ps", "period_ns", "time_unit", "spectral_unit")
"""Those that hold for a response or a reference too."""
GENERIC = ("matrix", "spectrum-table", "decay-table")
"""Formats that take any text with numbers."""


@dataclass(frozen=True)
class Found:
    """One file as one kind of data."""

    words: str  # what it is, or the sentence why it cannot be read
    notes: tuple[str, ...] = ()
    readable: bool = True
    asks_for: str | None = None  # flag of the option that is missing
    spectra: tuple[str, ...] = ()  # kinds of its spectra


def look(path: Path, kind: Kind, values: Mapping[str, str], role: str | None = None) -> Found:
    """What a file is as data of one kind, with what the form says of a file of its role."""
    try:
        return _look(path, kind.holds, *reading(kind, values, role))
    except ScintidotError as error:
        flag = error.who if error.who.startswith("--") else None
        return Found(str(error), readable=False, asks_for=flag)


Reading = tuple[str | None, tuple[tuple[str, str], ...]]
"""Format, and what else is said of a file."""


def reading(kind: Kind, values: Mapping[str, str], role: str | None = None) -> Reading:
    """What the form says of a file of a role; the data without one."""
    of_data = role is None or role == next(iter(kind.roles))
    wanted = READING if of_data else READING_OF_OTHERS
    said = tuple((name, values[name]) for name in wanted if values.get(name))
    return (values.get("format") or None) if of_data else None, said


@lru_cache(maxsize=64)
def _look(path: Path, holds: str, format: str | None, said: tuple[tuple[str, str], ...]) -> Found:
    from scintidot.measured.given import given
    from scintidot.measured.series.sample_table import read_sample_table

    if holds == SERIES.holds:
        table = read_sample_table(path)
        return Found(f"table of {len(table.samples)} samples")
    document = describe_file(path, format=format, given=given(where="read", **dict(said)))
    one = next((entry for entry in document["kinds"] if entry["kind"] == holds), None)
    if one is None or one["status"] != "ok":
        reason = "this format holds no such data" if one is None else str(one["reason"])
        return Found(reason, readable=False, asks_for=None if one is None else one["asks_for"])
    traces = one["traces"]
    notes = tuple(dict.fromkeys(note for trace in traces for note in trace["notes"]))
    words = f"{one['format']}: " + _described(traces)
    return Found(words, notes, spectra=tuple(trace.get("spectrum", "") for trace in traces))


def _described(traces: list[dict[str, Any]]) -> str:
    """The first trace in a few words, and how many there are."""
    first, several = traces[0], f"{len(traces)} curves, each of " if len(traces) > 1 else ""
    if "bins" in first:
        counts = "a signal, no counts" if first["counts"] is None else f"{as_text(first['counts'])} counts"
        period = "not in the file" if first["period_ns"] is None else f"{as_text(first['period_ns'])} ns"
        return (
            f"{several}{first['bins']} bins of {as_text(first['bin_width_ps'])} ps, {counts}, period {period}"
        )
    low, high = (as_text(end) for end in first["wavelength_nm"])
    if "times" in first:
        start, end = (as_text(time) for time in first["time_ps"])
        fluence = first["fluence_photons_per_cm2"]
        pump = "" if fluence is None else f", {as_text(fluence)} photons/cm²"
        delays = f"{first['times']} delays {start} to {end} ps"
        return f"{several}{delays}, {first['wavelengths']} wavelengths {low} to {high} nm{pump}"
    return f"{several}{first['spectrum']}, {first['points']} points {low} to {high} nm"


def kind_of(path: Path) -> Kind | None:
    """The analysis that a file is most likely for; None where nothing reads it."""
    if look(path, SERIES, {}).readable:
        return SERIES
    try:
        document = describe_file(path)
    except ScintidotError:
        return None
    found = {entry["kind"]: entry for entry in document["kinds"] if entry["status"] == "ok"}
    by_holds = {kind.holds: kind for kind in (DECAY, TRANSIENT, SPECTRUM)}
    own = [by_holds[holds] for holds, entry in found.items() if entry["format"] not in GENERIC]
    if own:
        return own[0]
    spectrum = found.get(SPECTRUM.holds)
    if spectrum is not None and any(trace["spectrum"] != "unknown" for trace in spectrum["traces"]):
        return SPECTRUM
    asked = [by_holds[entry["kind"]] for entry in document["kinds"] if entry.get("asks_for")]
    return next((by_holds[holds] for holds in found), asked[0] if asked else None)


def role_of(kind: Kind, file: Dropped, found: Found, others: Iterable[str]) -> str:
    """The role that a new file most likely has, beside the roles of the others."""
    data, *further = kind.roles
    if not found.readable and found.asks_for is None:
        return LEFT_OUT
    if kind is DECAY:
        return further[0] if RESPONSE_NAME.search(file.name) and further[0] not in others else data
    if kind is SPECTRUM and data in others:
        only = set(found.spectra)
        wanted = "absorption" if only == {"absorption"} else "reference"
        return wanted if wanted not in others else LEFT_OUT
    return data if kind.many or data not in others else LEFT_OUT


def analysis_named(name: str | None) -> Kind:
    """The analysis of a name; decays without one."""
    return KINDS.get(name or "", DECAY)
