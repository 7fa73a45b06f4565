"""The job of the page: one analysis in a worker, files for download, and what the page shows of it as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scintidot.app.jobs import Progress
from scintidot.app.panels import plain_panel
from scintidot.measured.document import Analysis
from scintidot.report.analysis import write_analysis


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

            return analyse_spectrum(files[0], progress=fitting, **options)
        case _:
            from scintidot.measured.series.run import analyse_series

            return analyse_series(files[0], progress=fitting, **options)
