"""What every document of an analysis has in common, and how it is written: JSON, report, material card."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from scintidot import __version__
from scintidot.analysis.fitting import Fit
from scintidot.bibtex import bibtex, references_of
from scintidot.measured.panels import Panel
from scintidot.output import json_text, number, write_text, write_together

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, repr=False)
class Analysis:
    """Result of an analysis: its JSON document, and what the report draws and says first."""

    document: dict[str, Any]
    panels: tuple[Panel, ...] = ()
    title: str = ""
    answer: str = ""  # one or two sentences that a group leader understands
    card: dict[str, Any] = field(default_factory=dict)
    """Dotted key of a material card -> (value, error, unit, note)."""

    def __getitem__(self, key: str) -> Any:
        """A key of the document, such as ``tau_ps``."""
        return self.document[key]

    def __repr__(self) -> str:
        return f"<{self.document['schema']} {self.document['status']}: {self.answer}>"

    def _repr_html_(self) -> str:
        from scintidot.notebook import document_html

        return document_html(self.document, self.title, self.answer)

    def curves(self) -> list[dict[str, Any]]:
        """Every point that the figures show: panel, series, x, y and error, for a plot of your own."""
        return [
            {
                "panel": panel.title, "x_label": panel.x_label, "y_label": label, "series": series.label,
                "x": series.x, "y": series.y, "error": series.error,
            }
            for panel in self.panels
            for label, many in ((panel.y_label, panel.series), (panel.residual_label, panel.residuals))
            for series in many
        ]  # fmt: skip

    def curves_text(self) -> str:
        """`curves` as CSV, one row a point."""
        rows = ["panel,series,x_label,y_label,x,y,error"]
        for curve in self.curves():
            head = ",".join(
                '"' + str(curve[key]).replace('"', "'") + '"'
                for key in ("panel", "series", "x_label", "y_label")
            )
            errors = [None] * len(curve["x"]) if curve["error"] is None else curve["error"]
            rows += [
                f"{head},{x:.9g},{y:.9g}," + ("" if error is None else f"{error:.6g}")
                for x, y, error in zip(curve["x"], curve["y"], errors, strict=True)
                if math.isfinite(y)
            ]
        return "\n".join(rows) + "\n"

    def save(self, folder: str | Path) -> dict[str, Path]:
        """``result.json`` and ``curves.csv`` in a folder, both or neither; `scintidot.report.write_report` draws."""
        return write_together(Path(folder), self.writers())

    def writers(self) -> dict[str, Callable[[Path], object]]:
        """What writes each file of the result; `references.bib` where it has sources."""
        sources = references_of(self.document.get("bibliography", []))
        cited = {"references.bib": lambda path: write_text(path, bibtex(sources))} if sources else {}
        return {
            "result.json": lambda path: write_text(path, json_text(self.document)),
            "curves.csv": lambda path: write_text(path, self.curves_text()),
            **cited,
        }


class Input(Protocol):
    """A file that was read."""

    @property
    def as_input(self) -> dict[str, Any]:
        """Its name, hash and format."""


def new_document(schema: str, inputs: Sequence[Input], choices: dict[str, Any]) -> dict[str, Any]:
    """The keys that come first in every document of an analysis."""
    _LOG.info("%s of %s", schema, ", ".join(str(contents.as_input["file"]) for contents in inputs))
    return {
        "schema": schema,
        "version": __version__,
        "status": "ok",
        "inputs": [contents.as_input for contents in inputs],
        "choices": choices,
    }


def parameters_of(fit: Fit) -> list[dict[str, Any]]:
    """Every parameter of a fit with its interval, start and limits, for JSON."""
    return [
        {
            "name": p.name,
            "unit": p.unit,
            "value": number(p.value),
            "error": number(p.error),
            "low": number(p.low),
            "high": number(p.high),
            "interval": p.interval,
            "start": number(p.start),
            "fixed": p.fixed,
            "at_limit": p.at_limit,
        }
        for p in fit.parameters
    ]


def correlation_of(fit: Fit) -> dict[str, Any]:
    """Correlation matrix of the free parameters."""
    return {
        "names": list(fit.free_names),
        "matrix": [[number(value) for value in row] for row in fit.correlation],
    }
