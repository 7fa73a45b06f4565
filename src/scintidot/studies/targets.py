"""What a study asks of a design: objectives to make small or large, constraints to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scintidot.records import FloatArray
from scintidot.results import FIGURES
from scintidot.studies.expression import Expression

SAMPLE_FIGURES = {
    "sample.light_yield_photons_per_MeV": ("1/MeV", "light yield of the sample"),
    "sample.kept_share": ("1", "energy kept by nanocrystals"),
    "sample.resolution_fwhm": ("1", "energy resolution of the sample"),
    "sample.tau_harmonic_ps": ("ps", "τ harmonic of the sample"),
    "sample.ctr_formula_ps": ("ps", "CTR formula of the sample"),
}
"""Figures of `scintidot light` for one energy, with unit and heading."""

UNITS = {
    **{name: figure.unit for name, figure in FIGURES.items()},
    **{name: unit for name, (unit, _) in SAMPLE_FIGURES.items()},
}
"""Unit of every figure."""
HEADINGS = {
    **{name: figure.heading for name, figure in FIGURES.items()},
    **{name: heading for name, (_, heading) in SAMPLE_FIGURES.items()},
}
DIRECTIONS = ("minimise", "maximise")
_SMALL = ("ctr", "tau", "sample.tau", "sample.ctr", "sample.resolution")
_LARGE = ("light_yield", "photons", "intensity", "quantum_yield", "sample.light_yield", "sample.kept")


def shown_unit(unit: str) -> str:
    """As people read it."""
    return "photons/MeV" if unit == "1/MeV" else unit


def usual_direction(figure: str) -> str | None:
    """Which way a figure is better; None where that is not plain."""
    if figure.startswith(_SMALL):
        return "minimise"
    return "maximise" if figure.startswith(_LARGE) else None


@dataclass(frozen=True)
class Target:
    """A figure, or an expression over figures and axes, and what is wanted of it."""

    name: str  # unique in a study
    expression: Expression
    unit: str
    heading: str
    direction: str = "minimise"  # of an objective
    at_least: float | None = None  # of a constraint
    at_most: float | None = None
    edge_length: float | None = None  # [nm], if asked at one size instead of that of the design

    @property
    def bounds(self) -> dict[str, float | None]:
        """Limits of a constraint."""
        return {"at_least": self.at_least, "at_most": self.at_most}

    @property
    def label(self) -> str:
        """Heading with its unit."""
        return self.heading if self.unit == "1" else f"{self.heading} [{shown_unit(self.unit)}]"

    def loss(self, values: FloatArray) -> FloatArray:
        """What is to become small."""
        return -values if self.direction == "maximise" else values

    def violation(self, values: FloatArray) -> FloatArray:
        """By how much a constraint is missed, relative to its limit; infinite where the figure does not exist."""
        missed = np.zeros(np.shape(values))
        for limit, sign in zip(self.bounds.values(), (-1.0, 1.0), strict=True):
            if limit is not None:
                missed = missed + np.maximum(sign * (values - limit), 0.0) / (abs(limit) or 1.0)
        return np.where(np.isfinite(values), missed, np.inf)

    @property
    def limit(self) -> str:
        """A constraint in words."""
        unit = "" if self.unit == "1" else f" {shown_unit(self.unit)}"
        parts = [
            f"{words} {bound:g}{unit}"
            for words, bound in zip(("at least", "at most"), self.bounds.values(), strict=True)
            if bound is not None
        ]
        return f"{self.heading} {' and '.join(parts)}"

    def as_json(self) -> dict[str, object]:
        """For a result."""
        kept = {name: bound for name, bound in self.bounds.items() if bound is not None}
        return {
            "name": self.name,
            "expression": self.expression.text,
            "unit": self.unit,
            **(kept or {"direction": self.direction}),
            **({} if self.edge_length is None else {"edge_length_nm": self.edge_length}),
        }


def violations(constraints: Sequence[Target], values: Mapping[str, FloatArray], count: int) -> FloatArray:
    """Sum over the constraints; 0 where all are kept."""
    return (
        np.sum([one.violation(values[one.name]) for one in constraints], axis=0)
        if constraints
        else np.zeros(count)
    )
