"""Report of an analysis: one HTML file with figures, parameters, correlations, inputs; and its JSON beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scintidot.bibtex import references_of
from scintidot.documents import figures_of, flat
from scintidot.measured.document import Analysis
from scintidot.measured.panels import Panel
from scintidot.output import as_text, write_text, write_together
from scintidot.report.first_page_analysis import first_page
from scintidot.report.panels import draw_panel
from scintidot.report.style import settings, to_svg
from scintidot.report.templates import ReportFigure, render_report, tables_of
from scintidot.results import schema_in

MOST_CORRELATED = 14
"""Parameters up to which the whole correlation matrix is shown."""


def write_analysis(analysis: Analysis, folder: str | Path) -> dict[str, Path]:
    """``report.html``, ``result.json``, ``curves.csv`` and ``references.bib`` in a folder, all or none.

    Those of an earlier result that are not written again are removed.
    """
    folder = Path(folder)
    report = {"report.html": lambda path: write_analysis_report(analysis, path)}
    gone = ("report.pdf", "references.bib") if schema_in(folder).startswith("scintidot.") else ()
    return write_together(folder, {**report, **analysis.writers()}, gone=gone)


def write_analysis_report(analysis: Analysis, path: str | Path) -> None:
    """The report alone, to ``path``."""
    document = analysis.document
    correlation = document.get("correlation", {"names": []})
    drawn = [
        ReportFigure(f"figure-{i}", panel.title, _svg(panel), panel.caption)
        for i, panel in enumerate(analysis.panels, 1)
    ]
    text = render_report(
        "analysis.html",
        first_page(analysis),
        schema=document["schema"],
        choices=[(name, _in_words(value)) for name, value in flat(document["choices"])],
        references=references_of(document.get("bibliography", [])),
        notes=document["warnings"],
        picture=next(iter(drawn), None),
        figures=drawn[1:],
        parameters=document.get("parameters", []),
        correlation=correlation if len(correlation["names"]) <= MOST_CORRELATED else None,
        tables=tables_of(document),
        single=figures_of(document),
        inputs=document["inputs"],
    )
    write_text(Path(path), text)


def _svg(panel: Panel) -> str:
    with settings():
        return to_svg(draw_panel(panel))


def _in_words(value: Any) -> Any:
    """A list without brackets; intervals as from to."""
    if isinstance(value, list):
        pairs = all(isinstance(part, list) and len(part) == 2 for part in value)
        words = [" to ".join(as_text(x) for x in part) if pairs else as_text(part) for part in value]
        return ", ".join(words) or "none"
    return value
