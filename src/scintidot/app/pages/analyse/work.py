"""The job of the page: one analysis in a worker, files for download, and what the page shows of it as plain data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from scintidot.app.jobs import Progress
from scintidot.measured.document import Analysis
from scintidot.measured.panels import Panel, Series
from scintidot.report.analysis import write_analysis
from scintidot.report.panels import thinned

ARRAYS = ("x", "y", "error", "x_error")
"""Of a series, in the order of `thinned`."""


def analyse(arguments: dict[str, Any], folder: Path, progress: Progress) -> dict[str, Any]:
    """Analyse files.

    Parameters
    ----------
    arguments : dict
        ``analysis`` (decay, ta, spectrum or series), ``files`` (paths of the data) and ``options``, the keywords of
        the function, with the paths of further files.
    folder : Path
        Gets report.html, result.json and curves.csv.
    """
    progress("reading and fitting", 0.05)
    analysis, files = _analysis(arguments, progress), arguments["files"]
    progress("writing the report", 0.9)
    write_analysis(analysis, folder)
    return {
        "title": Path(files[0]).name if len(files) == 1 else analysis.title,
        "answer": analysis.answer,
        "document": analysis.document,
        "card": {key: list(entry) for key, entry in analysis.card.items()},
        "panels": [plain_panel(panel) for panel in analysis.panels],
    }


def _analysis(arguments: dict[str, Any], progress: Progress) -> Analysis:
    files, options = arguments["files"], arguments["options"]

    def fitting(step: str, share: float) -> None:
        progress(step, 0.9 * share)

    match arguments["analysis"]:
        case "decay":
            from scintidot.measured.decay.run import analyse_decay

            return analyse_decay(files, progress=fitting, **options)
        case "ta":
            from scintidot.measured.transient.run import analyse_ta

            return analyse_ta(files, progress=fitting, **options)
        case "spectrum":
            from scintidot.measured.spectrum.run import analyse_spectrum

            return analyse_spectrum(files[0], **options)
        case _:
            from scintidot.measured.series.run import analyse_series

            return analyse_series(files[0], **options)


def plain_panel(panel: Panel) -> dict[str, Any]:
    """A panel as plain data, with as many points as are drawn."""
    plain = dict(vars(panel))
    for part in ("series", "residuals"):
        plain[part] = [_plain_series(series) for series in getattr(panel, part)]
    return plain


def _plain_series(series: Series) -> dict[str, Any]:
    plain = dict(vars(series))
    for name, values in zip(ARRAYS, thinned(series), strict=True):
        if values is not None:
            plain[name] = [float(f"{v:.7g}") if math.isfinite(v) else None for v in map(float, values)]
    return plain


def panel_of(plain: dict[str, Any]) -> Panel:
    """The panel of `plain_panel`."""
    parts = {part: tuple(map(_series, plain[part])) for part in ("series", "residuals")}
    marks = tuple((start, end, words) for start, end, words in plain["marks"])
    return Panel(**{**plain, **parts, "marks": marks})


def _series(plain: dict[str, Any]) -> Series:
    arrays = {
        name: np.array([math.nan if value is None else value for value in plain[name]])
        for name in ARRAYS
        if plain[name] is not None
    }
    return Series(**{**plain, **arrays})
