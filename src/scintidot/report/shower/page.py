"""The page: it can be turned, and stepped through point by point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot.records import FloatArray
from scintidot.report.shower.marks import GENERATION_COLOURS, MARKS, OUTLINE
from scintidot.report.shower.scene import MOST_SEGMENTS, Scene, events_of, points_of
from scintidot.report.shower.words import (
    books_in_words,
    energy_in_words,
    generation_in_words,
    title_of,
    which_history,
)
from scintidot.report.style import GREY
from scintidot.report.templates import render
from scintidot.results import write_text

MOST_STEPS = 400
"""Of the slider."""


def write_page(path: Path, *, document: dict[str, Any], scene: Scene) -> None:
    import plotly.io

    to_html: Any = plotly.io.to_html
    text = to_html(
        _figure_of_page(document, scene), full_html=False, include_plotlyjs=True, validate=False,
        config={"displaylogo": False, "responsive": True}, default_height="100%",
        div_id="shower",
    )  # fmt: skip
    title = f"{title_of(document)}: {which_history(document)}"
    shown = {**document, "notes": scene.notes}
    write_text(
        path, render("shower.html", title=title, books=books_in_words(document), svg=text, document=shown)
    )


def _joined(segments: FloatArray) -> dict[str, list[float | None]]:
    """Segments as one line with gaps, for plotly."""
    found: dict[str, list[float | None]] = {}
    for axis, name in enumerate("xyz"):
        column: list[float | None] = []
        before = None
        for start, end in segments.round(4):
            if before is None or tuple(start) != before:
                column += [None, float(start[axis])] if column else [float(start[axis])]
            column.append(float(end[axis]))
            before = tuple(end)
        found[name] = column
    return found


def _figure_of_page(document: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """The figure as plotly reads it."""
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter3d", "mode": "lines", **_joined(lines), "name": name, "hoverinfo": "skip",
            "line": {"color": colour, "width": width, "dash": dash},
        }
        for lines, name, colour, width, dash in (
            (scene.outlines, "nanocrystal", OUTLINE, 2, "solid"),
            (scene.cores, "core", GREY, 2, "dash"),
            (scene.box, "box", GREY, 2, "dot"),
        )
        if len(lines)
    ]  # fmt: skip
    last = len(GENERATION_COLOURS) - 1
    drawn = np.minimum(scene.generations, last)
    traces += [
        {
            "type": "scatter3d", "mode": "lines", **_joined(scene.segments[drawn == g]), "hoverinfo": "skip",
            "name": generation_in_words(int(g)),
            "line": {"color": GENERATION_COLOURS[g], "width": 5 if g == 0 else 2.5},
        }
        for g in np.unique(drawn)
    ]  # fmt: skip
    columns, points = document["points"], points_of(document).round(4)
    events = events_of(document)
    words = [
        f"{event.replace('_', ' ')}, {energy_in_words(energy)}<br>"
        f"electron {electron}, generation {generation}<br>step {step}"
        for step, (event, energy, electron, generation) in enumerate(
            zip(
                columns["event"],
                columns["energy_eV"],
                columns["electron"],
                columns["generation"],
                strict=True,
            )
        )
    ]
    for event, mark in MARKS.items():
        chosen = np.flatnonzero((events == event) & scene.inside)[:MOST_SEGMENTS]
        if not len(chosen):
            continue
        x, y, z = points[chosen].T.tolist()
        colours = [GENERATION_COLOURS[min(columns["generation"][k], last)] for k in chosen]
        traces.append(
            {
                "type": "scatter3d", "mode": "markers", "x": x, "y": y, "z": z, "name": mark.word,
                "text": [words[k] for k in chosen], "hovertemplate": "%{text}<extra></extra>",
                "marker": {"color": colours, "symbol": mark.symbol_of_page, "size": mark.size},
            }
        )  # fmt: skip
    shown = np.flatnonzero(scene.inside)
    if len(shown) > MOST_STEPS:
        told = shown[np.isin(events[shown], ("scattered", "phonon"), invert=True)]
        shown = told if len(told) else shown
    shown = shown[np.unique(np.linspace(0, len(shown) - 1, min(len(shown), MOST_STEPS)).astype(int))]
    steps: list[dict[str, Any]] = []
    first: dict[str, list[Any]] = {}
    for k in shown:
        at: dict[str, list[list[Any]]] = {
            name: [[value]] for name, value in zip("xyz", points[k].tolist(), strict=True)
        }
        at["text"] = [[words[k]]]
        steps.append({"method": "restyle", "label": str(k), "args": [at, [len(traces)]]})
        first = first or {name: value[0] for name, value in at.items()}
    if steps:
        traces.append(
            {
                "type": "scatter3d", "mode": "markers+text", **first, "name": "step", "textposition": "top right",
                "hoverinfo": "skip",
                "marker": {"color": "rgba(230,159,0,0.35)", "size": 14, "line": {"color": "#000000", "width": 2}},
            }
        )  # fmt: skip
    low, high = scene.centre - scene.half, scene.centre + scene.half
    axis = {"backgroundcolor": "white", "gridcolor": "#e4e4e4", "zerolinecolor": "#e4e4e4"}
    return {
        "data": traces,
        "layout": {
            "margin": {"l": 0, "r": 0, "t": 10, "b": 0},
            "legend": {"itemsizing": "constant"},
            "scene": {
                "aspectmode": "cube",
                "camera": {"eye": {"x": 0.9, "y": -1.75, "z": 0.75}},
                **{
                    f"{name}axis": {**axis, "title": {"text": f"{name} [nm]"}, "range": [float(a), float(b)]}
                    for name, a, b in zip("xyz", low, high, strict=True)
                },
            },
            "sliders": [{"steps": steps, "currentvalue": {"prefix": "step "}, "pad": {"t": 10, "b": 10}}],
        },
    }
