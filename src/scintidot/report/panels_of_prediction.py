"""What can be plotted of a prediction, as panels."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np

from scintidot.bands import Banded
from scintidot.emission import Emission
from scintidot.errors import BadValue
from scintidot.measured.panels import Panel, Series
from scintidot.records import FloatArray
from scintidot.report.figures_sensitivity import SENSITIVITY_FIGURES, changes_in_per_cent, middle_row
from scintidot.results import FIGURES, Prediction
from scintidot.variations import size_curves

EDGE = "edge length [nm]"
BOUND = "ctr_ps.cramer_rao"
"""The figure of which kinetic models and uncertain numbers are compared."""
FAINTEST = 1e-3
"""Share of its start down to which a decay is drawn."""
SMALLEST_CHANGE = 0.05
"""Of a figure, from which a number of the card is shown. [%]"""
MOST_NUMBERS = 12
"""Of the card that are shown, those that matter most."""
AGAINST_SIZE = {
    "light": ("photons_per_MeV_deposited",),
    "photons": ("photons_per_nc",),
    "lifetime": ("tau_ps.harmonic", "tau_ps.instrument", "tau_ps.mean_photon_time", "tau_ps.one_over_e"),
    "ctr": ("ctr_ps.formula", "ctr_ps.cramer_rao"),
    "deposit": ("mean_deposit_eV",),
    "excitons": ("mean_excitons",),
}
TITLES = {
    "light": "Light for the energy kept", "photons": "Light of one nanocrystal", "lifetime": "Effective lifetime",
    "ctr": "Time resolution", "deposit": "Energy kept by one nanocrystal", "excitons": "Excitons",
}  # fmt: skip
Y_LABELS = {
    "light": "photons per energy kept [1/MeV]", "photons": "photons of one nanocrystal",
    "lifetime": "effective lifetime [ps]", "ctr": "CTR [ps FWHM]",
    "deposit": "mean deposit in one nanocrystal [eV]", "excitons": "mean excitons ⟨N⟩",
}  # fmt: skip


def decay(prediction: Prediction) -> Panel:
    """F(t)/F(0) of every size."""
    time = prediction.curve_time / 1e3
    series = []
    for edge, curve in zip(prediction.edge_length, prediction.curves, strict=True):
        seen = curve > FAINTEST * curve[0]
        if curve[0] > 0:
            series.append(Series(f"{edge:g} nm", time[seen], curve[seen] / curve[0], style="line"))
    caption = (
        f"Emission rate after the excitation down to {FAINTEST:g} of its start, without instrument response."
    )
    return Panel("Decay curves", "time [ns]", "F(t)/F(0)", caption, tuple(series), log_y=True)


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
            Series("", prediction.edge_length, prediction.figures.central[key], style="points"),
        ]
    if kind == "deposit":
        series += _other_deposits(prediction)
    caption = "Points: the sizes of the run. Shaded: what the uncertain numbers of the material card do."
    return Panel(
        TITLES[kind], EDGE, Y_LABELS[kind], caption, tuple(series),
        log_y=kind in ("lifetime", "ctr", "deposit"),
    )  # fmt: skip


def _other_deposits(prediction: Prediction) -> list[Series]:
    """Mean deposits by the models that this run compares with its own; none where nothing was simulated."""
    if not prediction.occupancies:
        return []
    by_model = [row["deposit_by_model_eV"] for row in prediction.rows]
    return [
        Series(name, prediction.edge_length, np.array([row[name] for row in by_model]), style="marked")
        for name in by_model[0]
        if name != prediction.deposits[0].model
    ]


@lru_cache(maxsize=2)
def _curves(prediction: Prediction) -> tuple[FloatArray, Banded]:
    """Kept for the next plot of the same prediction."""
    return size_curves(prediction)


def _band(curves: Banded, key: str) -> tuple[FloatArray, FloatArray]:
    """Middle and half width of a band."""
    low, high = curves.low[key], curves.high[key]
    return (low + high) / 2, (high - low) / 2


def _emission(prediction: Prediction) -> Emission:
    """Light by transition and energy; refuses a prediction without."""
    if prediction.emission is None:
        raise BadValue(
            where="plot", what="kind", who="kind", expected="an exact model, and a card with emission, for a spectrum",
            found=prediction.choices["kinetics"],
        )  # fmt: skip
    return prediction.emission


def spectrum(prediction: Prediction) -> Panel:
    """Emission spectrum of every size, highest = 1."""
    light = _emission(prediction)
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


def transitions(prediction: Prediction) -> Panel:
    """Which transitions the photons come from."""
    light = _emission(prediction)
    shares = light.photons / light.photons.sum(axis=1, keepdims=True)
    names = light.row(0)["photons_by_transition"]
    series = tuple(
        Series(name, light.edge_length, share, style="marked")
        for name, share in zip(names, shares.T, strict=True)
    )
    caption = (
        "X and XX of neutral nanocrystals, trions of charged ones, n >= 3: three or more carriers of a kind."
    )
    return Panel("Where the light comes from", EDGE, "share of the photons", caption, series)


def models(prediction: Prediction) -> Panel:
    """The bound of the time resolution by each kinetic model."""
    series = tuple(
        Series(model, prediction.edge_length, outputs[BOUND], style="marked")
        for model, outputs in prediction.models.items()
    )
    caption = "The same deposits; model paper with its statistics. Each scaled to the known sample by itself."
    return Panel("Kinetic models side by side", EDGE, "CTR, Cramér-Rao bound [ps FWHM]", caption, series)


def sensitivity(prediction: Prediction) -> Panel:
    """What each uncertain number of the card does to the bound of the time resolution, in the middle row."""
    index = middle_row(prediction)
    changes = changes_in_per_cent(prediction, [BOUND], index)[:, 0]
    largest = np.abs(changes).max(axis=1)
    order = [i for i in np.argsort(largest) if largest[i] > SMALLEST_CHANGE][-MOST_NUMBERS:]
    names = [list(prediction.figures.single)[i] for i in order]
    places = np.arange(len(names), dtype=float)
    series = (
        Series("at low", changes[order, 0], places + 0.2, style="bar"),
        Series("at high", changes[order, 1], places - 0.2, style="bar"),
    )
    edge = prediction.edge_length[index]
    caption = (
        "Numbers of the card that matter most, at the low and the high end of their band, all else unchanged."
    )
    return Panel(
        f"What moves the {SENSITIVITY_FIGURES[BOUND].split(' [')[0]}", f"change at {edge:g} nm [%]",
        "number of the card", caption, series, y_names=tuple(names),
    )  # fmt: skip


KINDS: dict[str, Callable[[Prediction], Panel]] = {
    "decay": decay,
    **{kind: partial(against_size, kind=kind) for kind in AGAINST_SIZE},
    "spectrum": spectrum,
    "transitions": transitions,
    "models": models,
    "sensitivity": sensitivity,
}
"""Kind of plot -> its panel."""
OF_EMISSION = ("spectrum", "transitions")


def panels_of(prediction: Prediction) -> list[Panel]:
    """Every panel that there is of a prediction."""
    with np.errstate(divide="ignore", invalid="ignore"):  # no light: nothing is drawn
        return [
            make(prediction)
            for kind, make in KINDS.items()
            if prediction.emission is not None or kind not in OF_EMISSION
        ]
