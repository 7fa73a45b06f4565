"""Which files are read, and what one file is recognised as and holds: document ``scintidot.formats/1``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from scintidot import __version__
from scintidot.analysis.readers import Given, read, readers
from scintidot.analysis.traces import KINDS, DecayTrace, SpectrumTrace, TransientTrace
from scintidot.errors import BadFile, BadValue
from scintidot.output import number

SCHEMA = "scintidot.formats/1"


def list_formats() -> dict[str, Any]:
    """Every format with its description and the kinds of data that it holds."""
    rows = [
        {"name": reader.name, "description": reader.description, "kinds": list(reader.kinds)}
        for reader in readers().values()
    ]
    return {"schema": SCHEMA, "version": __version__, "formats": rows}


def describe_file(
    path: str | Path, *, format: str | None = None, given: Given | None = None
) -> dict[str, Any]:
    """What a file holds, for every kind of data: its traces, or why it is none.

    Raises
    ------
    BadFile
        If the file cannot be read at all.
    BadValue
        For a format that does not exist.
    """
    path = Path(path)
    known = readers()
    if format is not None and format not in known:
        read(path, next(iter(KINDS)), format=format)  # says so
    kinds = [
        _kind(path, kind, format, given) for kind in KINDS if format is None or kind in known[format].kinds
    ]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "kinds": kinds,
    }


def _kind(path: Path, kind: str, format: str | None, given: Given | None) -> dict[str, Any]:
    try:
        contents = read(path, kind, format=format, given=given)
    except (BadFile, BadValue) as fault:
        if fault.who == "FILE":
            raise
        return {
            "kind": kind,
            "status": "refused",
            "format": None,
            "reason": str(fault),
            "asks_for": _option(fault.who),
        }
    traces = [_described(trace) for trace in contents.traces]
    return {"kind": kind, "status": "ok", "format": contents.format, "traces": traces}


def _option(who: str) -> str | None:
    return who if who.startswith("--") else None


def _described(trace: Any) -> dict[str, Any]:
    """A trace in numbers."""
    notes = [str(note) for note in trace.metadata.get("notes", [])]
    if isinstance(trace, DecayTrace):
        return {
            "name": trace.name,
            "bins": len(trace.values),
            "bin_width_ps": number(trace.bin_width),
            "start_ps": number(trace.start),
            "period_ns": None if trace.period is None else number(trace.period / 1000),
            "excitations": None if trace.excitations is None else number(trace.excitations),
            "duration_s": None if trace.duration is None else number(trace.duration),
            "counted": trace.counted,
            "counts": number(trace.values.sum()) if trace.counted else None,
            "notes": notes,
        }
    if isinstance(trace, TransientTrace):
        return {
            "name": trace.name,
            "times": len(trace.time),
            "time_ps": [number(trace.time[0]), number(trace.time[-1])],
            "wavelengths": len(trace.wavelength),
            "wavelength_nm": [number(trace.wavelength[0]), number(trace.wavelength[-1])],
            "fluence_photons_per_cm2": None if trace.fluence is None else number(trace.fluence),
            "unit": trace.unit,
            "notes": notes,
        }
    assert isinstance(trace, SpectrumTrace)
    return {
        "name": trace.name,
        "spectrum": trace.kind,
        "points": len(trace.wavelength),
        "wavelength_nm": [number(trace.wavelength[0]), number(trace.wavelength[-1])],
        "largest_at_nm": number(trace.wavelength[trace.values.argmax()]),
        "notes": notes,
    }
