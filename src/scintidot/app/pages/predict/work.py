"""A prediction in a process of its own, and what its page shows of it as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot.app.jobs import Progress
from scintidot.output import as_text, number
from scintidot.report.figures_sensitivity import changes_in_per_cent, middle_row
from scintidot.report.page import answers, figure_rows, write_report
from scintidot.results import Prediction
from scintidot.simulation import predict
from scintidot.variations import Alternative, alternatives, size_curves

FUNCTION = "scintidot.app.pages.predict.work:run"
FIRST_FILES = ("report.html", "run.toml", "result.json", "result.nc")
"""In the order in which they are offered; a user's own card and deposits follow."""
SIMULATED, LIT = 0.7, 0.8
"""Share of the whole that is done when the deposits are, and when the result can be shown."""
LIGHT = "light, bands and other choices"
CURVES = (
    "tau_ps.harmonic", "tau_ps.instrument", "tau_ps.mean_photon_time", "tau_ps.one_over_e", "ctr_ps.formula",
    "ctr_ps.cramer_rao", "photons_per_nc", "photons_per_MeV_deposited", "mean_deposit_eV", "mean_excitons",
)  # fmt: skip
"""Figures that are drawn against size."""
BOUND = "ctr_ps.cramer_rao"
"""The figure of which kinetic models and uncertain numbers are compared."""


def run(arguments: dict[str, Any], folder: Path, progress: Progress) -> dict[str, Any]:
    """Predict, show, then write the files of ``scintidot predict --out`` into ``folder``."""
    done = 0.0

    def simulated(step: str, share: float) -> None:
        nonlocal done
        done = max(done, SIMULATED * share)
        progress(step if share < 1 else LIGHT, done)

    result = predict(progress=simulated, **arguments["options"])
    progress(LIGHT, SIMULATED)
    shown = page_of(result, alternatives(result))
    progress("report and files", LIT, shown)
    written = result.save(folder, {"report.html": lambda path: write_report(result, path)})
    return {**shown, "files": sorted(written, key=lambda name: (name not in FIRST_FILES, name))}


def page_of(result: Prediction, others: list[Alternative]) -> dict[str, Any]:
    """What the page shows of a prediction."""
    return {
        "heading": _heading(result),
        "answers": answers(result, others),
        "warnings": result.warnings,
        "choices": {key: _in_words(value) for key, value in result.choices.items()},
        "edges": result.edge_length.tolist(),
        "rows": [
            [heading, [[as_text(value), as_text(low, 3), as_text(high, 3)] for value, low, high in cells]]
            for heading, cells in figure_rows(result)
        ],
        "run": result.run_file(),
        "plots": {
            "points": _banded(result.figures.central, result.figures.low, result.figures.high),
            "curves": _fine(result),
            "decays": _decays(result),
            "emission": _emission(result),
            "deposits": _deposits(result),
            "models": {
                model: _plain(outputs[BOUND]) for model, outputs in result.models.items()
            },
            "sensitivity": _sensitivity(result),
        },
    }  # fmt: skip


def _heading(result: Prediction) -> str:
    choices = result.choices
    return (
        f"{choices['material']} {choices['shape']}s in {choices['host']}, {choices['kinetic_energy_keV']:g} keV "
        f"electron, start {choices['start']}: deposit {choices['deposit']}, kinetics {choices['kinetics']}"
    )


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {text}" for name, text in value.items())
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "none"
    return "none" if value is None else as_text(value, 6)


def _plain(values: Any) -> list[float | None]:
    return [number(value) for value in values]


def _banded(central: Any, low: Any, high: Any) -> dict[str, list[list[float | None]]]:
    """Of each drawn figure: value, low, high."""
    return {key: [_plain(side[key]) for side in (central, low, high)] for key in CURVES}


def _fine(result: Prediction) -> dict[str, Any]:
    with np.errstate(divide="ignore", invalid="ignore"):  # no light: nothing is drawn
        edges, figures = size_curves(result)
    return {"edges": edges.tolist(), **_banded(figures.central, figures.low, figures.high)}


def _decays(result: Prediction) -> dict[str, Any]:
    with np.errstate(divide="ignore", invalid="ignore"):
        curves = result.curves / result.curves[:, :1]
    return {"time_ns": (result.curve_time / 1e3).tolist(), "curves": [_plain(curve) for curve in curves]}


def _emission(result: Prediction) -> dict[str, Any] | None:
    light = result.emission
    if light is None:
        return None
    spectra = light.per_energy(light.photons)
    kept = spectra.max(axis=0) > 1e-3 * spectra.max()
    rows = [light.row(i)["photons_by_transition"] for i in range(len(result.edge_length))]
    return {
        "energy_eV": light.energy[kept].tolist(),
        "spectra": [_plain(row[kept] / (row.max() or 1.0)) for row in spectra],
        "transitions": {name: [number(row[name]) for row in rows] for name in rows[0]},
    }


def _deposits(result: Prediction) -> dict[str, list[float | None]] | None:
    """Mean deposit by each model; none where nothing was simulated."""
    if not result.occupancies:
        return None
    by_model = [row["deposit_by_model_eV"] for row in result.rows]
    return {name: [row[name] for row in by_model] for name in by_model[0]}


def _sensitivity(result: Prediction) -> dict[str, Any]:
    """Change of the CTR bound [%] with each uncertain number of the card at its low and high end."""
    index = middle_row(result)
    changes = changes_in_per_cent(result, [BOUND], index)[:, 0]
    return {
        "edge": float(result.edge_length[index]),
        "changes": {key: _plain(ends) for key, ends in zip(result.figures.single, changes, strict=True)},
    }
