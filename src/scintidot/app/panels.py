"""Panels of results: from a job to its page as plain data, and as a figure with title and caption."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from scintidot.app.figures import CONFIG, panel_figure
from scintidot.measured.panels import Panel, Series
from scintidot.report.panels import thinned

ARRAYS = ("x", "y", "error", "x_error")
"""Of a series, in the order of `thinned`."""


def plain_panel(panel: Panel) -> dict[str, Any]:
    """A panel as plain data, with as many points as are drawn."""
    plain = dict(vars(panel))
    for part in ("series", "residuals"):
        plain[part] = [_plain_series(series) for series in getattr(panel, part)]
    return plain


def _plain_series(series: Series) -> dict[str, Any]:
    plain = dict(vars(series))
    for name, values in zip(ARRAYS, thinned(series), strict=True):
        if values is not None:
            plain[name] = [float(f"{v:.7g}") if math.isfinite(v) else None for v in map(float, values)]
    return plain


def panel_of(plain: dict[str, Any]) -> Panel:
    """The panel of `plain_panel`."""
    parts = {part: tuple(map(_series, plain[part])) for part in ("series", "residuals")}
    marks = tuple((start, end, words) for start, end, words in plain["marks"])
    return Panel(**{**plain, **parts, "marks": marks})


def _series(plain: dict[str, Any]) -> Series:
    arrays = {
        name: np.array([math.nan if value is None else value for value in plain[name]])
        for name in ARRAYS
        if plain[name] is not None
    }
    return Series(**{**plain, **arrays})


def drawn_panel(panel: Panel, theme: str, height: int | None = None) -> Component:
    """A panel as a figure with its title and caption; ``height`` instead of its own. [pixels]"""
    figure = panel_figure(panel, theme)
    figure.update_layout(height=height or figure.layout.height)
    return html.Figure(
        [
            html.H3(panel.title),
            dcc.Graph(figure=figure, config=CONFIG, style={"height": f"{figure.layout.height}px"}),
            html.Figcaption(panel.caption, className="soft"),
        ],
        className="broad" if panel.y_names else "",  # names take room
    )
