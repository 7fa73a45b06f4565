"""What a method found, and how it is put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scintidot.bands import Banded, Outputs, propagate
from scintidot.output import as_text, number, per_cent
from scintidot.provenance import Quantity
from scintidot.records import FloatArray
from scintidot.studies.axes import Axis, Points, length
from scintidot.studies.problem import Problem
from scintidot.studies.targets import Target, shown_unit, violations
from scintidot.studies.worlds import nominal

MATTERS = 0.01
"""Relative loss below which a decision counts as unchanged."""


@dataclass(frozen=True, eq=False)
class Finding:
    """Answer of a method."""

    answer: list[str]  # sentences, the first of which says it all
    results: dict[str, Any]  # for JSON
    variables: dict[str, Any]  # for xarray: name -> (dimensions, values, attributes)
    coordinates: dict[str, Any]
    best: dict[str, Any] | None = None  # columns of the design that is recommended
    warnings: list[str] = field(default_factory=list)


_BAND = Quantity(np.nan, "1", (), "estimate", low=0.0, high=1.0)
"""Ends of a band, as quantiles."""


def with_bands(problem: Problem, points: Points) -> Banded:
    """Figures and targets with their bands, exactly as a prediction has them (`scintidot.bands.METHOD`)."""
    count = length(points)

    def evaluate(change: tuple[str, float] | None) -> Outputs:
        columns = nominal(problem, count)
        if change is not None:
            columns[change[0]] = np.full(count, change[1])
        return problem.figures({**points, **columns})

    return propagate(evaluate, dict.fromkeys(problem.uncertain, _BAND), problem.uncertain)


def idle(problem: Problem, axis: Axis, figures: Outputs, along: int, shape: tuple[int, ...]) -> list[str]:
    """That an axis changes no target, from figures on a grid of ``shape`` of which it is dimension ``along``."""
    for one in problem.targets:
        values = np.reshape(figures[one.name], shape)
        if np.any(
            np.nan_to_num(np.ptp(values, axis=along)) > 1e-9 * np.nan_to_num(np.abs(values).max(axis=along))
        ):
            return []
    return [f"{axis.name} changes nothing that is asked for under the models of this study."]


def words_of(axes: Sequence[Axis], design: Mapping[str, Any]) -> str:
    """A design in words.

    ``design`` by the names of the axes.
    """
    parts = []
    for axis in axes:
        value = design[axis.name]
        unit = "" if axis.unit == "1" or axis.named else f" {axis.unit}"
        parts.append(f"{axis.words} {value if axis.named else as_text(float(value), 3)}{unit}")
    return ", ".join(parts)


def design_text(design: Mapping[str, Any]) -> str:
    """A design of a document, for a table."""
    return ", ".join(f"{key} = {as_text(value, 4)}" for key, value in design.items())


def banded_text(line: Mapping[str, Any], name: str) -> str:
    """A target of a design of a document with its band, for a table."""
    value, low, high = (as_text(line[word][name], 4) for word in ("value", "low", "high"))
    return value if low == high else f"{value} ({low} to {high})"


def best_designs(document: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows of the best design by each objective; no rows where nothing is recommended."""
    best = document["results"].get("best")
    objectives = [one["name"] for one in document["objectives"]]
    targets = [*objectives, *(one["name"] for one in document["constraints"])]
    entries = {} if not isinstance(best, dict) else {objectives[0]: best} if "design" in best else best
    rows = [
        [name, design_text(line["design"]), *(banded_text(line, one) for one in targets)]
        for name, line in entries.items()
    ]
    return ["by", "design", *targets], rows


def value_in_words(target: Target, value: float, low: float | None = None, high: float | None = None) -> str:
    """A figure with unit and band."""
    unit = "" if target.unit == "1" else f" {shown_unit(target.unit)}"
    band = "" if low is None or high is None else f" ({as_text(float(low), 3)} to {as_text(float(high), 3)})"
    return f"{target.heading} {as_text(float(value), 3)}{unit}{band}"


def side(figures: Outputs, targets: Sequence[Target], index: int) -> dict[str, float | None]:
    """Targets at one point."""
    return {one.name: number(figures[one.name][index]) for one in targets}


def relative_regret(loss: FloatArray, best: FloatArray) -> FloatArray:
    """By how much of itself the best loss is missed; 0 where neither exists."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(np.nan_to_num((loss - best) / np.abs(best), nan=0.0, posinf=np.inf), 0.0)


def feasible(problem: Problem, figures: Outputs) -> Any:
    """Where every constraint is kept and every objective exists."""
    count = len(figures[problem.objectives[0].name])
    kept = violations(problem.constraints, figures, count) == 0
    for one in problem.objectives:
        kept &= np.isfinite(figures[one.name])
    return kept


def none_feasible(problem: Problem, points: Points, figures: Outputs) -> str:
    """That no design keeps the constraints, how near they come, and which comes nearest."""
    misses = []
    for one in problem.constraints:
        values = figures[one.name]
        low, high = np.nanmin(values), np.nanmax(values)
        if not np.any(one.violation(values) == 0):
            misses.append(
                f"{one.limit}, where the designs reach {as_text(float(low), 3)} to {as_text(float(high), 3)}"
            )
    why = "; ".join(misses) if misses else "each can be kept, but not all by one design"
    missed = violations(problem.constraints, figures, length(points))
    if not np.isfinite(missed).any():
        return f"No design keeps the constraints: {why}."
    at = int(np.argmin(missed))
    nearest = words_of(problem.axes, {axis.name: points[axis.name][at] for axis in problem.axes})
    return f"No design keeps the constraints: {why}. Nearest: {nearest}."


def missing(figures: Outputs, targets: Sequence[Target], points: Points, axes: Sequence[Axis]) -> list[str]:
    """Where a figure does not exist, in words."""
    notes = []
    for one in targets:
        gone = ~np.isfinite(figures[one.name])
        if gone.any():
            where = "; ".join(
                f"{axis.heading} {as_text(float(points[axis.name][gone].min()), 3)} to "
                f"{as_text(float(points[axis.name][gone].max()), 3)}"
                for axis in axes
                if not axis.named and axis.levels != 1
            )
            notes.append(
                f"{one.heading} does not exist for {np.count_nonzero(gone)} of {gone.size} designs ({where}): no "
                "light, or an expression without a value. They count as worse than any other."
            )
    return notes


def what_to_measure(lines: list[dict[str, Any]], heading: str) -> list[str]:
    """Which uncertain number matters most, from its changes one at a time."""
    changes = [line for line in lines if line["relative_change"] is not None]
    if not changes:
        return []
    largest = max(changes, key=lambda line: abs(line["relative_change"]))
    sentences = [
        f"Of what is uncertain, {largest['number']} moves {heading} there most "
        f"({100 * largest['relative_change']:+.0f} % at {largest['at']})."
    ]
    broken = [f"{line['number']} ({line['at']})" for line in lines if not line["keeps_the_constraints"]]
    if broken:
        more = " and others" if len(broken) > 3 else ""
        sentences.append(f"A constraint would be missed with {', '.join(broken[:3])}{more}.")
    moves = [line for line in lines if (line["regret"] or 0.0) > MATTERS]
    if moves:
        worst = max(moves, key=lambda line: line["regret"])
        sentences.append(
            f"The decision hangs most on {worst['number']}: were it {worst['at']}, another design would be "
            f"{per_cent(worst['regret'], 2)} better."
        )
    elif not broken:
        sentences.append(
            f"Nothing uncertain alone makes another design better by more than {per_cent(MATTERS, 2)}."
        )
    return sentences


def variable(name: str) -> str:
    """Name of a figure as one of xarray."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)
