"""What can be plotted of a prediction, as panels."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from scintidot.bands import Banded
from scintidot.errors import BadValue
from scintidot.measured.panels import Panel, Series
from scintidot.records import FloatArray
from scintidot.report.figures_sensitivity import SENSITIVITY_FIGURES, changes_in_per_cent, middle_row
from scintidot.results import FIGURES, Prediction
from scintidot.variations import size_curves

EDGE = "edge length [nm]"
AGAINST_SIZE = {
    "light": ("photons_per_MeV_deposited",),
    "lifetime": ("tau_ps.harmonic", "tau_ps.instrument", "tau_ps.mean_photon_time", "tau_ps.one_over_e"),
    "ctr": ("ctr_ps.formula", "ctr_ps.cramer_rao"),
    "deposit": ("mean_deposit_eV",),
    "excitons": ("mean_excitons",),
}
Y_LABELS = {
    "light": "photons per energy kept [1/MeV]", "lifetime": "effective lifetime [ps]", "ctr": "CTR [ps FWHM]",
    "deposit": "mean deposit in one nanocrystal [eV]", "excitons": "mean excitons ⟨N⟩",
}  # fmt: skip


def decay(prediction: Prediction) -> Panel:
    """F(t)/F(0) of every size."""
    time = prediction.curve_time / 1e3
    series = tuple(
        Series(f"{edge:g} nm", time, curve / curve[0], style="line")
        for edge, curve in zip(prediction.edge_length, prediction.curves, strict=True)
        if curve[0] > 0
    )
    caption = "Emission rate after the excitation, without instrument response."
    return Panel("Decay curves", "time [ns]", "F(t)/F(0)", caption, series, log_y=True)


def against_size(prediction: Prediction, kind: str) -> Panel:
    """Figures against size with their bands, and the sizes of the run as points."""
    edge, curves = _curves(prediction)
    keys = AGAINST_SIZE[kind]
    series: list[Series] = []
    for key in keys:
        heading = FIGURES[key].heading
        middle, spread = _band(curves, key)
        series += [
            Series(heading, edge, curves.central[key], style="line"),
            Series(f"{heading}, error", edge, middle, spread, style="band"),
        ]
    for key in keys:
        series.append(Series("", prediction.edge_length, prediction.figures.central[key], style="points"))
    caption = "Points: the sizes of the run. Shaded: what the uncertain numbers of the material card do."
    return Panel(
        f"{kind[0].upper()}{kind[1:]} against size", EDGE, Y_LABELS[kind], caption, tuple(series),
        log_y=kind in ("lifetime", "ctr"),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _curves(prediction: Prediction) -> tuple[FloatArray, Banded]:
    """Kept for the next plot of the same prediction."""
    return size_curves(prediction)


def _band(curves: Banded, key: str) -> tuple[FloatArray, FloatArray]:
    """Middle and half width of a band."""
    low, high = curves.low[key], curves.high[key]
    return (low + high) / 2, (high - low) / 2


def spectrum(prediction: Prediction) -> Panel:
    """Emission spectrum of every size, highest = 1."""
    light = prediction.emission
    if light is None:
        raise BadValue(
            where="plot", what="kind", who="kind", expected="an exact model, and a card with emission, for a spectrum",
            found=prediction.choices["kinetics"],
        )  # fmt: skip
    curves = light.per_energy(light.photons)
    series = tuple(
        Series(f"{edge:g} nm", light.energy, curve / curve.max(), style="line")
        for edge, curve in zip(light.edge_length, curves, strict=True)
        if curve.max() > 0
    )
    caption = "Photons per energy of all light after one excitation."
    return Panel(
        "Emission spectrum", "photon energy [eV]", "photons per energy, highest = 1", caption, series
    )


def sensitivity(prediction: Prediction) -> Panel:
    """What each uncertain number of the card does to the bound of the time resolution, in the middle row."""
    key, index = "ctr_ps.cramer_rao", middle_row(prediction)
    changes = changes_in_per_cent(prediction, [key], index)[:, 0]
    order = np.argsort(np.abs(changes).max(axis=1))
    names = [list(prediction.figures.single)[i] for i in order]
    places = np.arange(len(names), dtype=float)
    series = (
        Series("at low", changes[order, 0], places + 0.2, style="bar"),
        Series("at high", changes[order, 1], places - 0.2, style="bar"),
    )
    edge = prediction.edge_length[index]
    return Panel(
        f"What moves the {SENSITIVITY_FIGURES[key].split(' [')[0]}", f"change at {edge:g} nm [%]", "number of the card",
        "Each number of the card that has a band at its low and its high end, all else unchanged.", series,
        y_names=tuple(names),
    )  # fmt: skip


KINDS: dict[str, Callable[[Prediction], Panel]] = {
    "decay": decay,
    **{kind: partial(against_size, kind=kind) for kind in AGAINST_SIZE},
    "spectrum": spectrum,
    "sensitivity": sensitivity,
}
"""Kind of plot -> its panel."""
