"""The data before the fit, on which a window is dragged; the field of the window holds the same value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update, set_props
from dash.development.base_component import Component

from scintidot.analysis.readers import read
from scintidot.app.figures import COLOURS, CONFIG, SHADES, template
from scintidot.app.pages.analyse import names
from scintidot.app.pages.analyse.files import with_roles
from scintidot.app.pages.analyse.form import read_fields
from scintidot.app.pages.analyse.options import DECAY, SEPARATOR, SERIES, TRANSIENT, Kind
from scintidot.app.pages.analyse.recognised import analysis_named, reading
from scintidot.app.shared import TAB, THEME, theme_of
from scintidot.app.shelf import Dropped
from scintidot.errors import ScintidotError
from scintidot.measured.decay.inputs import read_stretch
from scintidot.measured.given import given
from scintidot.measured.panels import Series
from scintidot.measured.spectrum.traces import read_window
from scintidot.report.panels import thinned
from scintidot.report.panels_plotly import MOST_LEGEND, log_axis, palette

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST_CURVES = 24
"""That are drawn; the first ones."""
HEIGHT = 330
SELECTING: Any = {
    **CONFIG,
    "modeBarButtonsToRemove": ["sendChartToCloud", "lasso2d", "autoScale2d"],
}
"""Of the plot of the data: its button of the modebar brings the dragging of a window back after a zoom."""
DRAG = {
    "window": "Drag across the plot to set the window; its field in the form holds the same.",
    "band": "Spectra at their strongest delay. Drag across the plot to set the band of the dynamics.",
}


def layout() -> Component:
    """The plot, empty as long as there are no data."""
    return html.Div(
        [
            html.P(id=names.HINT, className="soft hint"),
            dcc.Graph(id=names.PREVIEW, config=SELECTING, style={"height": f"{HEIGHT}px"}, clear_on_unhover=True),
        ],
        id=names.SHOWN, hidden=True,
    )  # fmt: skip


def register(app: Dash) -> None:
    """Callbacks of the plot."""

    @app.callback(
        Output(names.PREVIEW, "figure"),
        Output(names.SHOWN, "hidden"),
        Output(names.HINT, "children"),
        Input(names.CHANGED, "data"),
        Input({"type": names.OPTION, "name": ALL}, "value"),
        Input(THEME, "data"),
        State({"type": names.OPTION, "name": ALL}, "id"),
        State(names.KIND, "value"),
        State(TAB, "data"),
    )
    def draw(
        _: int, texts: list[Any], theme: str | None, keys: list[dict[str, str]], name: str, tab: str
    ) -> tuple[Any, bool, Any]:
        kind, values = analysis_named(name), read_fields(keys, texts)
        if kind is SERIES:
            return no_update, True, no_update
        roles = with_roles(tab, kind)
        dragged = dragged_option(kind, roles, values)
        try:
            figure = figure_of_files(kind, roles, values, dragged, theme_of(theme))
        except ScintidotError:
            return no_update, True, no_update  # the list of files says why
        return (
            (no_update, True, no_update) if figure is None else (figure, False, DRAG.get(dragged or "", ""))
        )

    @app.callback(
        Output(names.PREVIEW, "selectedData"),
        Input(names.PREVIEW, "selectedData"),
        State(names.KIND, "value"),
        prevent_initial_call=True,
    )
    def select(selected: dict[str, Any] | None, name: str) -> Any:
        kind = analysis_named(name)
        ends = ((selected or {}).get("range") or {}).get("x")
        if kind.window is None or not ends:
            return no_update
        set_props(names.field(kind.window), {"value": window_text(kind, ends)})
        return no_update


def dragged_option(
    kind: Kind, roles: Mapping[str, Sequence[Dropped]], values: Mapping[str, str]
) -> str | None:
    """The option that dragging sets; None of one matrix, whose global analysis takes all wavelengths."""
    one = len(roles[next(iter(kind.roles))]) < 2 and values.get("mode") != "series"
    return None if kind is TRANSIENT and one else kind.window


def window_text(kind: Kind, ends: Sequence[float]) -> str:
    """What a dragged stretch of the x axis is in the field of the window, to a two-hundredth of its width."""
    low, high = sorted(float(end) * (1e3 if kind is DECAY else 1) for end in ends)
    digits = max(0, 2 - math.floor(math.log10(max(high - low, 1e-6))))
    return f"{low:.{digits}f}:{high:.{digits}f}"


def figure_of_files(
    kind: Kind,
    roles: Mapping[str, Sequence[Dropped]],
    values: Mapping[str, str],
    dragged: str | None,
    theme: str,
) -> Figure | None:
    """The data of a form; None where there are none. Raises `ScintidotError` for files that cannot be read."""
    from plotly.graph_objects import Figure

    curves = list(_curves(kind, roles, values))[:MOST_CURVES]
    if not curves:
        return None
    window, excluded = _chosen(kind, values)
    figure = Figure()
    colours = palette(len(curves), COLOURS[theme], SHADES[theme])
    for (name, x, y), colour in zip(curves, colours, strict=False):
        drawn_x, drawn_y, *_ = thinned(Series(name, x, y))
        figure.add_scatter(
            x=drawn_x, y=drawn_y, mode="lines+markers", name=escape(name),
            line={"width": 1.5, "color": colour}, marker={"size": 2}, unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
    span = _span(kind, curves)
    _shade(figure, span, window, excluded, theme)
    decay = kind is DECAY
    figure.update_layout(
        template=template(theme), height=HEIGHT, dragmode="select" if dragged else "zoom", selectdirection="h",
        uirevision=kind.name, selectionrevision=repr((window, len(curves))), showlegend=1 < len(curves) <= MOST_LEGEND,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis_title="time [ns]" if decay else "wavelength [nm]", xaxis_range=span,
        yaxis_title="counts in a bin" if decay else "value",
    )  # fmt: skip
    if decay:
        figure.update_yaxes(**log_axis([y for _, _, y in curves]))
    return figure


def _chosen(
    kind: Kind, values: Mapping[str, str]
) -> tuple[tuple[float, float] | None, list[tuple[float, float]]]:
    """The window and what is left out, on the x axis of the plot; a bad one is none until the fit says so."""
    text = values.get(kind.window or "")
    try:
        if kind is not DECAY:
            return (read_window(text, "", "") if text else None), []
        parts = [part for part in values.get("exclude", "").split(SEPARATOR) if part.strip()]
        window, *excluded = [read_stretch(part, "") for part in (text or ":", *parts)]
    except ScintidotError:
        return None, []
    scaled = [(start / 1e3, end / 1e3) for start, end in (window, *excluded)]
    return (scaled[0] if text else None), scaled[1:]


def _span(kind: Kind, curves: Sequence[tuple[str, Any, Any]]) -> tuple[float, float]:
    """What the data cover, to the outer edges of the bins: nothing beyond can be dragged."""
    bins = [0.5 * (x[1] - x[0]) if kind is DECAY else 0.0 for _, x, _ in curves]
    return (
        float(min(x[0] - half for (_, x, _), half in zip(curves, bins, strict=True))),
        float(max(x[-1] + half for (_, x, _), half in zip(curves, bins, strict=True))),
    )


def _shade(
    figure: Figure,
    span: tuple[float, float],
    window: tuple[float, float] | None,
    excluded: Sequence[tuple[float, float]],
    theme: str,
) -> None:
    """Grey over what is not used."""
    first, last = span
    ends = [] if window is None else [(-math.inf, window[0]), (window[1], math.inf)]
    for start, end in (*ends, *excluded):
        low, high = max(start, first), min(end, last)
        if low < high:
            figure.add_vrect(
                low, high, fillcolor=COLOURS[theme][-1], opacity=0.3, line_width=0, layer="above"
            )


def _curves(
    kind: Kind, roles: Mapping[str, Sequence[Dropped]], values: Mapping[str, str]
) -> list[tuple[str, Any, Any]]:
    """Name, x and y of every curve of the files that have a role."""
    found, responses = [], 0
    for role, files in roles.items():
        format, said = reading(kind, values, role)
        for file in files:
            traces = _read(file.path, kind.holds, format, said)
            found += [_curve(kind, file, trace, len(traces) > 1) for trace in traces]
            responses += len(traces) if role == "irf" else 0
    return _response_scaled(found, responses) if responses else found


@lru_cache(maxsize=8)
def _read(path: Path, holds: str, format: str | None, said: tuple[tuple[str, str], ...]) -> tuple[Any, ...]:
    return read(path, holds, format=format, given=given(where="read", **dict(said))).traces


def _curve(kind: Kind, file: Dropped, trace: Any, several: bool) -> tuple[str, Any, Any]:
    name = f"{file.name}: {trace.name}" if several and trace.name else file.name
    if kind is DECAY:
        middle = 0.5 * (trace.edges[1:] + trace.edges[:-1]) / 1e3
        return name, middle, np.where(trace.values > 0, trace.values, np.nan)
    if kind is TRANSIENT:
        return name, trace.wavelength, trace.values[int(np.argmax(np.abs(trace.values).mean(axis=1)))]
    return name, trace.wavelength, trace.values


def _response_scaled(curves: list[tuple[str, Any, Any]], responses: int) -> list[tuple[str, Any, Any]]:
    """Responses at the height of the data."""
    data, others = curves[: len(curves) - responses], curves[len(curves) - responses :]
    top, least = (
        max((float(np.nanmax(y)) for _, _, y in data), default=1.0),
        min((float(np.nanmin(y)) for _, _, y in data), default=0.0),
    )
    scaled = [(f"{name}, scaled", x, y * top / np.nanmax(y)) for name, x, y in others]
    return [*data, *((name, x, np.where(y < 0.5 * least, np.nan, y)) for name, x, y in scaled)]
