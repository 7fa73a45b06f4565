"""The plots of page Explore: plain dictionaries, which cost nothing to make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scintidot.app.figures import COLOURS, DASHES, template

Document = Mapping[str, Any]
Shown = Sequence[tuple[str, Document]]
"""What is drawn together: its name, and its ``scintidot.explore/1``; the first is the current one."""
DECADES = 1e-4
"""Of the highest point, down to which a decay is drawn."""


def occupancy(shown: Shown, theme: str) -> dict[str, Any]:
    """P(n) as bars."""
    traces = []
    for index, (name, document) in enumerate(shown):
        found = document["occupancy"]
        colour = COLOURS[theme][index]
        traces.append(
            {
                "type": "bar", "name": name, "x": found["pairs"], "y": found["probability"],
                "marker": {"color": colour}, "hovertemplate": "n = %{x}: %{y:.3g}",
            }
        )  # fmt: skip
    last = shown[0][1]["occupancy"]
    more = " (2: two or more)" if last["last_counts_all_above"] else ""
    weights = shown[0][1]["choices"]["statistics"] == "paper"
    layout = _layout(theme, f"excitons n{more}", "weight" if weights else "probability P(n)", len(shown))
    layout["bargap"] = 0.15
    return {"data": traces, "layout": layout}


def decay(shown: Shown, theme: str, logarithmic_time: bool) -> dict[str, Any]:
    """F(t) of one nanocrystal, with the effective lifetimes of the current one."""
    curves = [
        (name, document["decay"]["time_ps"], document["decay"]["photons_per_ps"]) for name, document in shown
    ]
    highest = max(max(rate) for _, _, rate in curves) or 1e-30
    seen = [t for _, time, rate in curves for t, f in zip(time, rate, strict=True) if f > DECADES * highest]
    longest = max(seen, default=1e3)
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": name,
            "x": [t / 1e3 for t in time], "y": [f * 1e3 for f in rate],
            "line": {"color": COLOURS[theme][index], "dash": DASHES[index], "width": 2.5},
            "hovertemplate": "%{x:.3g} ns: %{y:.3g}/ns",
        }
        for index, (name, time, rate) in enumerate(curves)
    ]  # fmt: skip
    layout = _layout(theme, "time [ns]", "photons/ns of one nanocrystal", len(shown))
    layout["yaxis"] |= {
        "type": "log",
        "exponentformat": "power",
        "dtick": 1,
        "range": [_log10(highest * DECADES * 1e3), _log10(highest * 1e3) + 0.3],
    }
    if logarithmic_time:
        layout["xaxis"] |= {
            "type": "log",
            "range": [-3, _log10(longest / 1e3)],
            "dtick": 1,
            "exponentformat": "power",
        }
    else:
        layout["xaxis"] |= {"range": [0, longest / 1e3]}
    layout["shapes"], layout["annotations"] = _lifetimes(shown[0][1], theme, logarithmic_time)
    return {"data": traces, "layout": layout}


def _lifetimes(document: Document, theme: str, logarithmic: bool) -> tuple[list[Any], list[Any]]:
    """A line at each effective lifetime, with its name at a height of its own."""
    shapes, notes = [], []
    found = {name: tau for name, tau in document["figures"]["tau_ps"].items() if tau}
    for index, (name, tau) in enumerate(sorted(found.items(), key=lambda entry: float(entry[1]))):
        at = tau / 1e3
        colour = COLOURS[theme][5]
        line = {"color": colour, "width": 1.5, "dash": "dot"}
        shapes.append({"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": line})
        notes.append(
            {
                "x": _log10(at) if logarithmic else at, "y": 0.98 - 0.09 * index, "yref": "paper",
                "text": f"τ {name.replace('_', ' ')}", "showarrow": False, "xanchor": "left", "xshift": 3,
                "font": {"size": 12},
            }
        )  # fmt: skip
    return shapes, notes


def spectrum(shown: Shown, theme: str) -> dict[str, Any]:
    """Emission spectrum."""
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": document["emission"]["energy_eV"],
            "y": document["emission"]["photons_per_eV"],
            "line": {"color": COLOURS[theme][index], "dash": DASHES[index], "width": 2.5},
            "hovertemplate": "%{x:.3f} eV: %{y:.3g}/eV",
        }
        for index, (name, document) in enumerate(shown)
        if document["emission"] is not None
    ]  # fmt: skip
    layout = _layout(theme, "photon energy [eV]", "photons/eV of one nanocrystal", len(shown))
    layout["yaxis"] |= {"rangemode": "tozero"}
    if shown[0][1]["emission"] is None:
        layout["annotations"] = [
            {
                "text": "The spectrum needs an exact model (carriers, ladder)<br>and a card with emission lines.",
                "showarrow": False, "x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper",
            }
        ]  # fmt: skip
    return {"data": traces, "layout": layout}


def _layout(theme: str, x: str, y: str, count: int) -> dict[str, Any]:
    return {
        "template": template(theme).to_plotly_json(),
        "uirevision": "explore",
        "showlegend": count > 1,
        "legend": {"x": 1, "xanchor": "right", "y": 1, "yanchor": "top"},
        "xaxis": {"title": {"text": x}, "automargin": False},  # margins that follow the labels cost redraws
        "yaxis": {"title": {"text": y}, "automargin": False},
        "margin": {"l": 70, "r": 10, "t": 10, "b": 48},
    }


def _log10(value: float) -> float:
    return math.log10(max(value, 1e-30))
