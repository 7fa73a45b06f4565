"""Pictures of a fluence series."""

from __future__ import annotations

import numpy as np

from scintidot.analysis.transient.filling import filling
from scintidot.analysis.transient.subtraction import Extracted
from scintidot.measured.panels import Panel, Series
from scintidot.measured.transient.chirp import chirp_panel
from scintidot.measured.transient.dynamics import Dynamics, dynamics_panels
from scintidot.measured.transient.fluence_series import Found
from scintidot.measured.transient.options import Options


def series_panels(found: Found, chosen: Options) -> tuple[Panel, ...]:
    """Dynamics with fit and residuals, what was extracted, state filling, spectra, chirp."""
    panels = [*_dynamics(found)]
    if found.extracted:
        panels.append(_extracted(found.extracted, found.zero))
    panels.append(_filling(found, chosen))
    if found.species is not None:
        panels.append(_species(found))
    if found.law is not None and found.first is not None:
        panels.append(chirp_panel(found.law, found.first, f"the {found.law.law} law, at the strongest pump"))
    return tuple(panels)


def _dynamics(found: Found) -> tuple[Panel, ...]:
    section = found.series.fit["cross_section"].value
    rows = [
        Dynamics(
            f"<N> = {section * curve.fluence:.2g}", curve.time - found.zero, curve.values, expected, curve.sigma
        )
        for curve, expected in zip(found.curves, found.series.expected(), strict=True)
    ]  # fmt: skip
    end = float(found.curves[-1].time[-1]) - found.zero
    caption = f"From {found.band[0]:.1f} to {found.band[1]:.1f} nm; one set of rates for all fluences."
    return dynamics_panels(
        rows, found.sigma, "Dynamics and carrier model", "bleach", caption,
        ((found.tail[0], min(found.tail[1], end), "tail"),),
    )  # fmt: skip


def _extracted(entries: list[Extracted], zero: float) -> Panel:
    series = []
    for entry in entries:
        delay = entry.curve.time - zero
        shown = (delay > 0) & (delay < 8 * entry.lifetime)
        name = f"n = {entry.pairs}"
        series.append(Series(name, delay[shown], entry.curve.values[shown], entry.curve.sigma[shown]))
        line = entry.fit["amplitude"].value * np.exp(-delay[shown] / entry.lifetime)
        series.append(Series(f"{name}: {entry.lifetime:.3g} ps", delay[shown], line, style="line"))
    return Panel(
        "Successive subtraction", "delay after time zero [ps]", "bleach over that of the tail",
        "What stronger pumps add to curves of equal tail, with an exponential each.", tuple(series),
    )  # fmt: skip


def _filling(found: Found, chosen: Options) -> Panel:
    series = []
    line = np.linspace(0, 1.05 * found.fluence.max(), 200)
    for name, points, fit, degeneracy in (
        ("late", found.late, found.late_fit, 1), ("early", found.early, found.early_fit, chosen.places),
    ):  # fmt: skip
        series.append(Series(name, found.fluence, points[0], points[1]))
        if fit is not None:
            curve = fit["saturation"].value * filling(fit["cross_section"].value * line, degeneracy)[0]
            series.append(Series(f"{name}, Poisson", line, curve, style="line"))
    return Panel(
        "State filling", f"fluence [{found.trace_unit}]", "bleach",
        "Mean of the tail and right after the response against fluence, with Poisson's law.", tuple(series),
    )  # fmt: skip


def _species(found: Found) -> Panel:
    species = found.species
    assert species is not None
    series = []
    for name, row, error in zip(species.kinds, species.spectra, species.error, strict=True):
        series.append(Series(name, species.wavelength, row, style="line"))
        series.append(Series(f"{name}, error", species.wavelength, row, error, style="band"))
    return Panel(
        "Spectra of the species", "wavelength [nm]", "signal if all were of a kind",
        "From all matrices with the kinetics of the carrier model; bands are one standard deviation.", tuple(series),
    )  # fmt: skip
