"""Reports of results, as HTML and as PDF, and their plots. The only place, with the app, that draws."""

from __future__ import annotations

import tempfile
from pathlib import Path

from scintidot.measured.document import Analysis
from scintidot.report.plots import plot, plot_kinds
from scintidot.results import Prediction
from scintidot.studies.result import StudyResult

Reported = Prediction | Analysis | StudyResult


def write_report(result: Reported, path: str | Path) -> None:
    """Write the report of a prediction, an analysis or a study to ``path``: one HTML file that needs nothing else."""
    if isinstance(result, Analysis):
        from scintidot.report.analysis import write_analysis_report

        write_analysis_report(result, path)
        return
    if isinstance(result, StudyResult):
        from scintidot.report.study import write_study_report

        write_study_report(result, path)
        return
    from scintidot.report.page import write_report as write

    write(result, path)


def write_pdf(result: Reported, path: str | Path) -> None:
    """Write the same report as a PDF file of A4 pages, by a browser that the machine has.

    Raises
    ------
    CannotWrite
        If there is no Chromium, Chrome, Edge or Brave (``SCINTIDOT_BROWSER`` names another), or it does not print.
    """
    from scintidot.report.pdf import need_browser, print_pdf

    browser = need_browser("write_pdf", "browser")
    with tempfile.TemporaryDirectory(prefix="scintidot-report-") as folder:
        page = Path(folder) / "report.html"
        write_report(result, page)
        print_pdf(page, Path(path), browser)


__all__ = ["plot", "plot_kinds", "write_pdf", "write_report"]
