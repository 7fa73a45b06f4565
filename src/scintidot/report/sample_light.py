"""Picture of the light of a sample against energy: non-proportionality, resolution by cause, prompt light."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot.report.first_page_document import of_light
from scintidot.report.interactions import save_drawing
from scintidot.report.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, figure, settings, shades

_COLOURS = dict(
    zip(("energy_kept", "sharing", "pair_creation", "emission", "detection"),
        (BLUE, ORANGE, GREEN, PURPLE, VERMILION), strict=True)
)  # fmt: skip


def draw_light(document: dict[str, Any], path: Path) -> None:
    """Three panels of ``scintidot.light/1``, as the kind of file that the name's ending says."""
    from matplotlib.ticker import LogLocator, NullFormatter

    rows, choices = document["rows"], document["choices"]
    energy = np.array([row["energy_keV"] for row in rows])
    with settings():
        drawing, axes = figure(1, 3, 13, 4.2)
        relative, resolution, prompt = axes[0]
        _line(relative, energy, rows, "relative_light_yield", "relative_light_yield_standard_error", BLUE, "")
        relative.axhline(1.0, color=GREY, lw=1)
        relative.set_ylabel(f"photons per energy, relative to {choices['reference_energy_keV']:g} keV")
        _line(resolution, energy, rows, "resolution_fwhm", "resolution_standard_error", GREY, "all")
        for name, colour in _COLOURS.items():
            values = [row["resolution_by_cause"][name] for row in rows]
            resolution.plot(
                energy, _numbers(values), "--", color=colour, lw=1.5, label=name.replace("_", " ")
            )
        resolution.set(ylabel="resolution, FWHM/mean", ylim=(0, None))
        resolution.legend()
        times = list(rows[0]["prompt_density_photons_per_MeV_ns"])
        for time, colour in zip(times, shades(len(times)), strict=True):
            values = [row["prompt_density_photons_per_MeV_ns"][time] for row in rows]
            prompt.plot(energy, _numbers(values), "o-", color=colour, label=f"within {time} ns")
        prompt.set(ylabel="photons/(MeV ns)", ylim=(0, None))
        prompt.legend()
        for axis in axes[0]:
            axis.set(xscale="log", xlabel="energy of the electron [keV]")
            axis.set_xlim(0.8 * energy.min(), 1.25 * energy.max())
            axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.xaxis.set_major_formatter("{x:g}")
            axis.xaxis.set_minor_formatter(NullFormatter())
        title = (
            f"Light of {document['material']} {choices['shape']}s of {choices['edge_length_nm']:g} nm, "
            f"{choices['volume_fraction']:.3g} of the volume, in {choices['host']}"
        )
        if path.suffix.lower() != ".html":
            drawing.suptitle(title, fontsize=13)
        save_drawing(drawing, document, path, of_light(document, title), "--plot")


def _line(
    axis: Any, energy: Any, rows: list[dict[str, Any]], key: str, error: str, colour: str, label: str
) -> None:
    values, errors = _numbers([row[key] for row in rows]), _numbers([row[error] for row in rows])
    axis.errorbar(energy, values, errors, fmt="o-", color=colour, capsize=3, label=label or None)


def _numbers(values: list[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
