"""Named photon sources: lines of Am-241, Cd-109, Fe-55, Na-22 and of annihilation."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from scintidot.materials.fields import In
from scintidot.provenance import PROVENANCE, Quantity
from scintidot.radiation.spectrum import Spectrum

_ENERGY = In("eV", above=0)
_INTENSITY = In("1", above=0)


@dataclass(frozen=True)
class Line:
    """One photon line of a source, and the X-ray transition behind it if there is one."""

    name: str
    energy: Quantity  # [eV]
    intensity: Quantity  # photons per what the source counts
    transition: str | None = None


@dataclass(frozen=True)
class LineSource:
    """A named source of photon lines."""

    name: str
    title: str
    per: str
    notes: tuple[str, ...]
    lines: tuple[Line, ...]


@cache
def line_sources() -> Mapping[str, LineSource]:
    """All named sources of photon lines, by name."""
    text = (resources.files("scintidot.radiation") / "data" / "lines.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)
    parts = entries.pop("parts")
    sources = {
        name: LineSource(
            name=name,
            title=entry["title"],
            per=entry["per"],
            notes=tuple(entry["notes"]),
            lines=tuple(
                Line(
                    name=line["name"],
                    energy=_ENERGY.read_quantity(line["energy"]),
                    intensity=_INTENSITY.read_quantity(line["intensity"]),
                    transition=line.get("transition"),
                )
                for line in entry["lines"]
            ),
        )
        for name, entry in entries.items()
    }
    for name, part in parts.items():
        whole = sources[part["of"]]
        lines = tuple(line for line in whole.lines if line.name in part["lines"])
        notes = (f"The other photons of {part['of']} are taken to be stopped by a filter.", *whole.notes)
        sources[name] = LineSource(name, part["title"], whole.per, notes, lines)
    return sources


def line_spectrum(name: str) -> Spectrum:
    """Spectrum of a named source of photon lines.

    >>> round(line_spectrum("am241-59").mean_energy, 1)
    59540.9
    """
    source = line_sources()[name]
    lines = sorted(source.lines, key=lambda line: line.energy.value)
    keys = [key for line in lines for key in (*line.energy.source, *line.intensity.source)]
    kinds = [kind for line in lines for kind in (line.energy.provenance, line.intensity.provenance)]
    return Spectrum(
        name=name,
        kind="lines",
        particle="photon",
        per=source.per,
        description=source.title + ".",
        line_energy=np.array([line.energy.value for line in lines]),
        line_intensity=np.array([line.intensity.value for line in lines]),
        line_name=tuple(line.name for line in lines),
        provenance=max(kinds, key=list(PROVENANCE).index),  # that of its weakest number
        source=tuple(dict.fromkeys(keys)),
        choices={"lines": "all" if len(lines) > 1 else lines[0].name},
        notes=source.notes,
    )
