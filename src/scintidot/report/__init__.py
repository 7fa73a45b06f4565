"""HTML reports of predictions and of analyses. The only place, with the app, that draws."""

from __future__ import annotations

from pathlib import Path

from scintidot.measured.document import Analysis
from scintidot.results import Prediction


def write_report(result: Prediction | Analysis, path: str | Path) -> None:
    """Write the report of a prediction or of an analysis to ``path``: one HTML file that needs nothing else."""
    if isinstance(result, Analysis):
        from scintidot.report.analysis import write_analysis_report

        write_analysis_report(result, path)
        return
    from scintidot.report.page import write_report as write

    write(result, path)


__all__ = ["write_report"]
