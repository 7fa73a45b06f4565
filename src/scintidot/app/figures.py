"""One look for every plot: colours for any kind of colour vision, light and dark, readable on a projector."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from scintidot.report.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from scintidot.measured.panels import Panel

LIGHT, DARK = "light", "dark"
COLOURS = {
    LIGHT: (BLUE, VERMILION, GREEN, ORANGE, PURPLE, GREY),
    DARK: ("#56B4E9", ORANGE, "#2BC59B", "#FF8A4C", PURPLE, "#B8B8B8"),
}
"""Of curves, in their order. Okabe and Ito 2008; on dark ground their lighter ones."""
SHADES = {LIGHT: (0.1, 0.9), DARK: (0.35, 1.0)}
"""Span of the scale Viridis, of ordered curves that are more than the colours."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
"""Of curves, in their order: told apart without colour too."""
_INK = {LIGHT: "#1b1f24", DARK: "#e8eaed"}
_LINE = {LIGHT: "#d5d9de", DARK: "#3d444d"}
CONFIG: Any = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "svg"},
}
"""Of every ``dcc.Graph``."""


@lru_cache
def template(theme: str) -> Any:
    """Plotly template of a theme, for ``layout.template``."""
    import plotly.graph_objects as go

    ink, line = _INK[theme], _LINE[theme]
    axis = {
        "gridcolor": line, "linecolor": ink, "zerolinecolor": line, "showline": True, "ticks": "outside",
        "tickcolor": ink, "title": {"standoff": 6}, "automargin": True,
    }  # fmt: skip
    scene_axis = {"backgroundcolor": "rgba(0,0,0,0)", "gridcolor": line, "color": ink}
    return go.layout.Template(
        layout={
            "font": {"family": "system-ui, sans-serif", "size": 14, "color": ink},
            "colorway": list(COLOURS[theme]),
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 60, "r": 16, "t": 16, "b": 48},
            "xaxis": axis,
            "yaxis": axis,
            "scene": {"xaxis": scene_axis, "yaxis": scene_axis, "zaxis": scene_axis},
            "legend": {"bgcolor": "rgba(0,0,0,0)", "font": {"size": 13}},
            "hovermode": "closest",
        },
        data={"scatter": [{"line": {"width": 2.5}}]},
    )


def panel_figure(panel: Panel, theme: str) -> Figure:
    """A panel of an analysis, in the colours of the theme; vermilion first, as in the reports."""
    from scintidot.report.panels_plotly import plotly_panel

    blue, vermilion, *others = COLOURS[theme]
    return plotly_panel(panel, (vermilion, blue, *others), template(theme), SHADES[theme])


def empty(note: str) -> Figure:
    """A figure without data, with a note in its middle; readable on light and dark ground."""
    import plotly.graph_objects as go

    figure = go.Figure(layout={"template": template(LIGHT)})
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text=note, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper", font={"color": "#808080"}
    )
    return figure
