"""A prediction in a process of its own, and what its page shows of it as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scintidot.app.jobs import Progress
from scintidot.app.panels import plain_panel
from scintidot.output import as_text
from scintidot.report.page import answers, figure_rows, write_report
from scintidot.report.panels_of_prediction import panels_of
from scintidot.results import Prediction
from scintidot.simulation import predict
from scintidot.variations import Alternative, alternatives

FUNCTION = "scintidot.app.pages.predict.work:run"
FIRST_FILES = ("report.html", "run.toml", "result.json", "result.nc")
"""In the order in which they are offered; a user's own card and deposits follow."""
SIMULATED, LIT = 0.7, 0.8
"""Share of the whole that is done when the deposits are, and when the result can be shown."""
LIGHT = "light, bands and other choices"


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
        "panels": [plain_panel(panel) for panel in panels_of(result)],
    }


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
