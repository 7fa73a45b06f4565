"""Sources as documents: list and show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.documents import Document
from scintidot.output import number
from scintidot.provenance import bibliography, cited
from scintidot.radiation.lines import line_sources
from scintidot.radiation.sources import GRAMMAR, read_source, source_names
from scintidot.radiation.spectrum import KINDS, Spectrum, range_warnings


def list_sources() -> dict[str, Any]:
    """The named sources and the forms of all others, as ``scintidot.sources/1``."""
    rows = []
    for name, title in source_names().items():
        spectrum = read_source(name)
        rows.append(
            {
                "name": name,
                "kind": spectrum.kind,
                "particle": spectrum.particle,
                "mean_energy_keV": number(spectrum.mean_energy / 1e3),
                "highest_energy_keV": number(spectrum.energy_range[1] / 1e3),
                "intensity": number(spectrum.intensity),
                "per": spectrum.per,
                "description": title,
            }
        )
    return {
        "schema": "scintidot.sources/1",
        "version": __version__,
        "sources": rows,
        "forms": [{"form": form, "meaning": meaning} for form, meaning in GRAMMAR.items()],
    }


def source_spectrum(text: str, folder: Path | None = None) -> Document:
    """The spectrum of a source as a user writes it, as ``scintidot.source/1``.

    Intensities are particles per ``per``. The continuum has ``intensity[i]`` particles, evenly spread, between
    ``edges_keV[i]`` and ``edges_keV[i + 1]``.

    Parameters
    ----------
    text : str
        Such as ``"am241"``, ``"photon 30 keV"``, ``"tube W 50 kV"`` or a file; see docs/nomenclature.md.
    folder : Path, optional
        In which files are looked for.

    Returns
    -------
    Document
        ``scintidot.source/1``: ``particle``, ``per``, ``intensity``, ``mean_energy_keV``, ``lines``, ``bins`` with
        ``edges_keV`` and ``intensity``, ``provenance``, ``choices``, ``warnings`` and ``bibliography``.

    Raises
    ------
    BadValue, BadFile, OutOfRange
        For a source that cannot be read.

    Examples
    --------
    >>> document = source_spectrum("am241-59")
    >>> document["particle"], document["lines"][0]["energy_keV"], document["per"]
    ('photon', 59.5409, 'decay')
    """
    spectrum = read_source(text, folder)
    first, last = spectrum.energy_range
    return Document(
        {
            "schema": "scintidot.source/1",
            "version": __version__,
            "name": spectrum.name,
            "kind": spectrum.kind,
            "description": spectrum.description,
            "particle": spectrum.particle,
            "per": spectrum.per,
            "intensity": number(spectrum.intensity),
            "mean_energy_keV": number(spectrum.mean_energy / 1e3),
            "lowest_energy_keV": number(first / 1e3),
            "highest_energy_keV": number(last / 1e3),
            "lines": _lines(spectrum),
            "bins": {
                "edges_keV": _floats(spectrum.bin_edges / 1e3),
                "intensity": _floats(spectrum.bin_intensity),
            },
            "provenance": spectrum.provenance,
            "choices": {"source": text, "kind_meaning": KINDS[spectrum.kind], **spectrum.choices},
            "warnings": range_warnings(spectrum),
            "notes": list(spectrum.notes),
            "bibliography": cited(bibliography(spectrum.source)),
        }
    )


def _lines(spectrum: Spectrum) -> list[dict[str, Any]]:
    """Each line; those of a named source with the origin of their numbers."""
    named = line_sources().get(spectrum.name)
    known = {line.name: line for line in named.lines} if named else {}
    rows = []
    for name, energy, intensity in zip(
        spectrum.line_name, spectrum.line_energy, spectrum.line_intensity, strict=True
    ):
        row: dict[str, Any] = {
            "name": name,
            "energy_keV": number(energy / 1e3),
            "intensity": number(intensity),
        }
        if name in known:
            row |= {
                "energy_provenance": known[name].energy.provenance,
                "energy_source": list(known[name].energy.source),
                "intensity_low": known[name].intensity.low,
                "intensity_high": known[name].intensity.high,
                "intensity_provenance": known[name].intensity.provenance,
                "intensity_source": list(known[name].intensity.source),
            }
        rows.append(row)
    return rows


def _floats(values: np.ndarray) -> list[float | None]:
    return [number(f"{value:.7g}") for value in values]
