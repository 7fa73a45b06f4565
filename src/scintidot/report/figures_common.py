"""What the figures of a prediction have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from scintidot.bands import Banded
from scintidot.choices import TRUNCATED_FROM
from scintidot.records import FloatArray
from scintidot.report.style import GREY, settings, to_svg
from scintidot.results import Prediction

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Plot:
    """One figure of the report."""

    name: str
    title: str
    drawing: Any  # figure of matplotlib
    caption: str
    columns: list[str]
    table: list[list[Any]]

    @cached_property
    def svg(self) -> str:
        """The figure as an SVG element, to stand inside HTML."""
        with settings():
            return to_svg(self.drawing)


class Curves(NamedTuple):
    """The prediction on a fine grid of sizes."""

    edge: FloatArray  # [nm]
    figures: Banded


def line(
    axis: Axes,
    prediction: Prediction,
    curves: Curves,
    key: str,
    colour: str,
    label: str,
    x: Callable[[FloatArray], FloatArray] = lambda edge: edge,
) -> None:
    """Curve with its band, and the rows as points."""
    axis.fill_between(
        x(curves.edge), curves.figures.low[key], curves.figures.high[key], color=colour, alpha=0.15, lw=0
    )
    axis.plot(x(curves.edge), curves.figures.central[key], color=colour, label=label)
    axis.plot(x(prediction.edge_length), prediction.figures.central[key], "o", color=colour, ms=5)


def table_of(edges: Any, *columns: Any) -> list[list[float]]:
    """Rows of numbers under a figure: sizes and what is drawn against them."""
    return [[float(value) for value in row] for row in zip(edges, *columns, strict=True)]


def top(values: FloatArray) -> float:
    """Largest finite value; 1 where there is none above zero."""
    return float(np.max(values, where=np.isfinite(values) & (values > 0), initial=0.0)) or 1.0


def mark_truncation(axis: Axes, curves: Curves) -> None:
    """Grey where <N> is above `TRUNCATED_FROM`."""
    beyond = curves.edge[curves.figures.central["mean_excitons"] > TRUNCATED_FROM]
    if beyond.size:
        axis.axvspan(beyond[0], curves.edge[-1], color=GREY, alpha=0.09, lw=0, zorder=0)
        axis.annotate(
            "⟨N⟩ > 1: biexciton truncation", (1, 0.985), xycoords="axes fraction", ha="right", va="top", fontsize=8.5,
            color=GREY,
        )  # fmt: skip
