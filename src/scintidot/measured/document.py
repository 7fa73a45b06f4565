"""What every document of an analysis has in common, and how it is written: JSON, report, material card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from scintidot import __version__
from scintidot.analysis.fitting import Fit
from scintidot.measured.panels import Panel
from scintidot.output import number


@dataclass(frozen=True)
class Analysis:
    """Result of an analysis: its JSON document, and what the report draws and says first."""

    document: dict[str, Any]
    panels: tuple[Panel, ...] = ()
    title: str = ""
    answer: str = ""  # one or two sentences that a group leader understands
    card: dict[str, Any] = field(
        default_factory=dict
    )  # dotted key of a material card -> (value, error, unit, note)


class Input(Protocol):
    """A file that was read."""

    @property
    def as_input(self) -> dict[str, Any]:
        """Its name, hash and format."""


def new_document(schema: str, inputs: Sequence[Input], choices: dict[str, Any]) -> dict[str, Any]:
    """The keys that come first in every document of an analysis."""
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
