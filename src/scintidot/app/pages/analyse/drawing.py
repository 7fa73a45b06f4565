"""Panels of an analysis as plotly figures: data, fit and residuals on one x axis."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot.measured.panels import Panel, Series
from scintidot.report.analysis import COLOURS, MOST_POINTS
from scintidot.report.style import BLUE, GREY

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST_LEGEND = 12
"""Series up to which a legend names them."""


def figure_of(panel: Panel) -> Figure:
    """One panel, its residuals below."""
    from plotly.subplots import make_subplots

    rows = 2 if panel.residuals else 1
    figure = make_subplots(
        rows, 1, shared_xaxes=True, vertical_spacing=0.04, row_heights=[0.74, 0.26] if rows == 2 else None
    )
    _add(figure, panel.series, 1)
    _add(figure, panel.residuals, 2)
    figure.update_xaxes(title_text=escape(panel.x_label), row=rows, col=1)
    figure.update_yaxes(title_text=escape(panel.y_label), row=1, col=1)
    if panel.log_x:
        figure.update_xaxes(type="log")
    if panel.log_y:
        figure.update_yaxes(type="log", exponentformat="power", row=1, col=1)
    if rows == 2:
        figure.update_yaxes(title_text=escape(panel.residual_label), row=2, col=1)
        figure.add_hline(0, line={"color": GREY, "width": 1}, row=2, col=1)
    for start, end, words in panel.marks:
        _mark(figure, start, end, words, panel.log_x)
    shown = sum(bool(series.label) for series in panel.series)
    figure.update_layout(showlegend=1 < shown <= MOST_LEGEND, height=470 if rows == 2 else 380)
    return figure


def _mark(figure: Figure, start: float, end: float, words: str, log: bool) -> None:
    """A stretch of the x axis, or one place."""
    label: dict[str, Any] = {
        "annotation_text": escape(words),
        "annotation_font_color": GREY,
        "row": 1,
        "col": 1,
    }
    if log and start <= 0:
        return
    if end > start:
        figure.add_vrect(start, end, fillcolor=GREY, opacity=0.14, line_width=0, **label)
    else:
        figure.add_vline(start, line={"color": GREY, "width": 1, "dash": "dot"}, **label)


def _add(figure: Figure, many: tuple[Series, ...], row: int) -> None:
    """Series in the colours of the report: lines one by one, points of a fit in the colour of its line."""
    from plotly.colors import sample_colorscale
    from plotly.graph_objects import Scatter

    lined = [series.label for series in many if series.style in ("line", "dashed") and series.label]
    palette = list(COLOURS)
    if len(lined) > len(palette):
        palette = sample_colorscale("Viridis", list(np.linspace(0.05, 0.87, len(lined))))
    own = dict(zip(lined, palette, strict=False))
    last = palette[0]
    for series in many:
        x, y, error, x_error = thinned(series)
        look: dict[str, Any] = {"name": escape(series.label), "showlegend": bool(series.label) and row == 1}
        if series.style == "points":
            crowded = len(x) > 200
            colour = own.get(f"{series.label}, fit") or (GREY if error is None and x_error is None else BLUE)
            marker = {"size": 3.5 if crowded else 7, "color": colour, "opacity": 0.6 if crowded else 1}
            bars = {
                name: {"type": "data", "array": array, "thickness": 1.2}
                for name, array in (("error_y", error), ("error_x", x_error))
                if array is not None
            }
            figure.add_trace(Scatter(x=x, y=y, mode="markers", marker=marker, **bars, **look), row=row, col=1)
        elif series.style == "band":  # of the line before it
            spread = np.zeros_like(y) if error is None else error
            figure.add_trace(
                Scatter(
                    x=np.concatenate([x, x[::-1]]), y=np.concatenate([y + spread, (y - spread)[::-1]]),
                    mode="lines", line={"width": 0}, fill="toself", fillcolor=last, opacity=0.2, hoverinfo="skip",
                    name=look["name"], showlegend=look["showlegend"] and not series.label.endswith(", error"),
                ),
                row=row, col=1,
            )  # fmt: skip
        else:
            last = own.get(series.label, last)  # one without a label goes with the one before it
            dashed = series.style == "dashed"
            line = {"color": last, "width": 1.5 if dashed else 2, "dash": "dash" if dashed else "solid"}
            figure.add_trace(Scatter(x=x, y=y, mode="lines", line=line, **look), row=row, col=1)


def thinned(series: Series) -> tuple[Any, Any, Any, Any]:
    """x, y and their errors of at most `MOST_POINTS` points, evenly chosen."""
    step = max(1, -(-len(series.x) // MOST_POINTS))
    x, y, error, x_error = (
        None if part is None else np.asarray(part, dtype=float)[::step]
        for part in (series.x, series.y, series.error, series.x_error)
    )
    return x, y, error, x_error
