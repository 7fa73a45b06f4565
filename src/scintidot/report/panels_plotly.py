"""A panel as a figure of plotly: data, fit and residuals on one x axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from scintidot.measured.panels import Panel, Series
from scintidot.report.panels import COLOURS, LINES, thinned

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

SHADES = (0.1, 0.9)
"""Span of the scale Viridis, dark to light, on light ground."""
MOST_LEGEND = 12
"""Series up to which a legend names them."""
WIDE = 50.0
"""Span of a logarithmic axis from which its ticks are whole powers of ten."""
MOST_POWERS = 7
"""Powers of ten that are named at a logarithmic axis."""
CROWDED = 200
"""Points of a series from which they are small."""


def plotly_panel(
    panel: Panel,
    colours: Sequence[str] = COLOURS,
    template: Any = "simple_white",
    shades: tuple[float, float] = SHADES,
) -> Figure:
    """One panel, its residuals below; words of a panel are text, never markup.

    ``colours`` are those of the lines in their order; the last is that of marks. More lines than colours get
    ``shades``, a span of Viridis.
    """
    from plotly.subplots import make_subplots

    rows = 2 if panel.residuals else 1
    heights = [0.74, 0.26] if rows == 2 else None
    figure = make_subplots(rows, 1, shared_xaxes=True, vertical_spacing=0.04, row_heights=heights)
    _add(figure, panel.series, 1, colours, shades)
    if rows == 2:
        _add(figure, panel.residuals, 2, colours, shades)
        figure.update_yaxes(title_text=escape(panel.residual_label), row=2, col=1)
        figure.add_hline(0, line={"color": colours[-1], "width": 1}, row=2, col=1)
    figure.update_xaxes(title_text=escape(panel.x_label), row=rows, col=1)
    figure.update_yaxes(title_text=escape(panel.y_label), row=1, col=1)
    if panel.y_names:
        names = [escape(name) for name in panel.y_names]
        figure.update_yaxes(tickvals=list(range(len(names))), ticktext=names, row=1, col=1)
    if panel.log_x:
        figure.update_xaxes(type="log")
    if panel.log_y:
        figure.update_yaxes(**log_axis([series.y for series in panel.series]), row=1, col=1)
    for place, (start, end, words) in enumerate(panel.marks):
        if not panel.log_x or start > 0:
            mark(figure, start, end, words, place, colours[-1])
    named = sum(bool(series.label) for series in panel.series)
    figure.update_layout(
        template=template, showlegend=1 < named <= MOST_LEGEND,
        height=460 if rows == 2 else max(360, 130 + 26 * len(panel.y_names)),
        margin={"l": 60, "r": 16, "t": 40, "b": 48},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    )  # fmt: skip
    return figure


def log_axis(curves: Sequence[Any]) -> dict[str, Any]:
    """A logarithmic axis, with ticks at whole powers alone where it spans several."""
    positive = [y[y > 0] for y in map(np.asarray, curves) if np.any(y > 0)]
    span = max(map(np.max, positive)) / min(map(np.min, positive)) if positive else 1.0
    every = math.ceil(math.log10(span) / MOST_POWERS)
    return {"type": "log", "exponentformat": "power", **({"dtick": every} if span > WIDE else {})}


def mark(figure: Figure, start: float, end: float, words: str, place: int, colour: str) -> None:
    """A stretch of the x axis, or one point of it, with words; those of neighbours stand at different heights."""
    if end > start:
        figure.add_vrect(start, end, fillcolor=colour, opacity=0.16, line_width=0)
    else:
        figure.add_vline(start, line={"color": colour, "width": 1, "dash": "dot"})
    log = figure.layout.xaxis.type == "log"
    figure.add_annotation(
        x=math.log10(start) if log else start, y=0.99 - 0.08 * (place % 3), yref="y domain",
        text=escape(words), showarrow=False, xanchor="left", yanchor="top", font={"color": colour, "size": 12},
    )  # fmt: skip


def _add(
    figure: Figure, many: tuple[Series, ...], row: int, colours: Sequence[str], shades: tuple[float, float]
) -> None:
    """Series as the report draws them: lines in their colours, points of a fit in the colour of its line."""
    lined = [series.label for series in many if series.style in LINES and series.label]
    own = dict(zip(lined, palette(len(lined), colours, shades), strict=False))
    last = next(iter(own.values()), colours[0])
    for series in many:
        x, y, error, x_error = thinned(series)
        look = {"name": escape(series.label), "showlegend": bool(series.label) and row == 1}
        if series.style == "points":
            of_fit = own.get(f"{series.label}, fit") if series.label else last
            trace = _points(x, y, error, x_error, of_fit, colours)
        elif series.style == "band":  # of the line before it
            trace = _band(x, y, error, last)
            look["showlegend"] = look["showlegend"] and not series.label.endswith(", error")
        else:
            last = own.get(series.label, last)  # one without a label goes with the one before it
            if series.style == "bar":
                figure.add_bar(
                    x=x, y=y, width=0.38, orientation="h", marker_color=last, **look, row=row, col=1
                )
                continue
            dashed = series.style == "dashed"
            line = {"color": last, "width": 1.5 if dashed else 2.2, "dash": "dash" if dashed else "solid"}
            mode = "lines+markers" if series.style == "marked" else "lines"
            trace = {"x": x, "y": y, "mode": mode, "line": line, "marker": {"size": 7}}
        figure.add_scatter(**trace, **look, row=row, col=1)


def palette(count: int, colours: Sequence[str], shades: tuple[float, float]) -> list[str]:
    """The colours; many lines get some from dark to light."""
    if count <= len(colours):
        return list(colours)
    from plotly.colors import sample_colorscale

    return list(sample_colorscale("Viridis", np.linspace(*shades, count).tolist()))


def _points(
    x: Any, y: Any, error: Any, x_error: Any, of_fit: str | None, colours: Sequence[str]
) -> dict[str, Any]:
    crowded = len(x) > CROWDED
    bare = error is None and x_error is None
    return {
        "x": x, "y": y, "mode": "markers",
        "marker": {
            "size": 3.5 if crowded else 7, "color": of_fit or colours[-1 if bare else 1],
            "opacity": 0.65 if crowded else 1,
        },
        **{
            name: {"type": "data", "array": array, "thickness": 1.2}
            for name, array in {"error_y": error, "error_x": x_error}.items()
            if array is not None
        },
    }  # fmt: skip


def _band(x: Any, y: Any, error: Any, colour: str) -> dict[str, Any]:
    spread = np.zeros_like(y) if error is None else error
    return {
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([y + spread, (y - spread)[::-1]]),
        "mode": "lines", "line": {"width": 0}, "fill": "toself", "fillcolor": colour, "opacity": 0.2,
        "hoverinfo": "skip",
    }  # fmt: skip
