"""The page: it can be turned, and stepped through point by point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.bibtex import references_of
from scintidot.output import write_text
from scintidot.records import FloatArray
from scintidot.report.shower.marks import GENERATION_COLOURS, LAST_GENERATION, MARKS, OUTLINE
from scintidot.report.shower.scene import MOST_SEGMENTS, Scene
from scintidot.report.shower.words import (
    books_in_words,
    energy_in_words,
    generation_in_words,
    title_of,
    which_history,
)
from scintidot.report.style import GREY
from scintidot.report.templates import FirstPage, render_report

MOST_STEPS = 400
"""Of the slider."""


def write_page(path: Path, *, document: dict[str, Any], scene: Scene) -> None:
    """One HTML file with everything in it: the shower in three dimensions, step by step, its books and points."""
    import plotly.io

    to_html: Any = plotly.io.to_html
    text = to_html(
        figure_of(document, scene), full_html=False, include_plotlyjs=True, validate=False,
        config={"displaylogo": False, "responsive": True}, default_height="100%",
        div_id="shower",
    )  # fmt: skip
    said = books_in_words(document)
    first = FirstPage(
        f"{title_of(document)}: {which_history(document)}",
        "One history of many; most leave nothing in a nanocrystal.",
        [f"{said[0].upper()}{said[1:]}."],
        sure=scene.notes,
    )
    page = render_report(
        "shower.html",
        first,
        schema=document["schema"],
        choices=[(name.replace("_", " "), value) for name, value in document["choices"].items()],
        references=references_of(document["bibliography"]),
        notes=document["warnings"],
        scene=text,
    )
    write_text(path, page)


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


def figure_of(document: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """The figure as plotly reads it."""
    words = _words(document)
    traces = [*_lines(scene), *_marks(document, scene, words)]
    shown = _stepped_through(scene)
    sliders = []
    if len(shown):
        sliders = [_slider(scene, words, shown, len(traces))]
        traces.append(_here(scene, words, int(shown[0])))
    low, high = scene.centre - scene.half, scene.centre + scene.half
    axis = {"backgroundcolor": "white", "gridcolor": "#e4e4e4", "zerolinecolor": "#e4e4e4"}
    return {
        "data": traces,
        "layout": {
            "margin": {"l": 0, "r": 0, "t": 10, "b": 0},
            "legend": {"itemsizing": "trace", "y": 0.93, "tracegroupgap": 2},
            "scene": {
                "aspectmode": "cube",
                "camera": {"eye": {"x": 0.9, "y": -1.75, "z": 0.65}, "center": {"z": -0.1}},
                **{
                    f"{name}axis": {**axis, "title": {"text": f"{name} [nm]"}, "range": [float(a), float(b)]}
                    for name, a, b in zip("xyz", low, high, strict=True)
                },
            },
            "sliders": sliders,
        },
    }


def _words(document: dict[str, Any]) -> list[str]:
    """What a point says when it is pointed at."""
    columns = document["points"]
    rows = zip(*(columns[key] for key in ("event", "energy_eV", "electron", "generation")), strict=True)
    return [
        f"{event.replace('_', ' ')}, {energy_in_words(energy)}<br>"
        f"electron {electron}, generation {generation}<br>step {step}"
        for step, (event, energy, electron, generation) in enumerate(rows)
    ]


def _lines(scene: Scene) -> list[dict[str, Any]]:
    """Outlines and paths."""
    lines: list[tuple[FloatArray, str, dict[str, Any]]] = [
        (scene.outlines, "nanocrystal", {"color": OUTLINE, "width": 2, "dash": "solid"}),
        (scene.cores, "core", {"color": GREY, "width": 2, "dash": "dot"}),
        (scene.box, "box", {"color": GREY, "width": 2, "dash": "dot"}),
    ]
    lines += [
        (
            scene.segments[scene.generations == g],
            generation_in_words(int(g)),
            {"color": GENERATION_COLOURS[g], "width": 5 if g == 0 else 2.5},
        )
        for g in np.unique(scene.generations)
    ]
    return [
        {"type": "scatter3d", "mode": "lines", **_joined(segments), "name": name, "hoverinfo": "skip", "line": look}
        for segments, name, look in lines
        if len(segments)
    ]  # fmt: skip


def _marks(document: dict[str, Any], scene: Scene, words: list[str]) -> list[dict[str, Any]]:
    """What happened."""
    generation = np.minimum(document["points"]["generation"], LAST_GENERATION)
    traces: list[dict[str, Any]] = []
    for event, mark in MARKS.items():
        chosen = np.flatnonzero((scene.events == event) & scene.inside)[:MOST_SEGMENTS]
        if not len(chosen):
            continue
        x, y, z = scene.points[chosen].round(4).T.tolist()
        colours = [GENERATION_COLOURS[g] for g in generation[chosen]]
        common = {"type": "scatter3d", "mode": "markers", "name": mark.word, "legendgroup": event}
        traces += [
            {
                **common, "x": x, "y": y, "z": z, "showlegend": False,
                "marker": {"color": colours, "symbol": mark.symbol_of_page, "size": mark.size},
                "text": [words[k] for k in chosen], "hovertemplate": "%{text}<extra></extra>",
            },
            # of the legend alone: there a mark has no generation
            {
                **common, "x": [None], "y": [None], "z": [None],
                "marker": {"color": GREY, "symbol": mark.symbol_of_page, "size": 2 * mark.size + 1},
            },
        ]  # fmt: skip
    return traces


def _stepped_through(scene: Scene) -> npt.NDArray[np.int64]:
    """Points of the slider: of many those that tell most, and of these every so many."""
    shown = np.flatnonzero(scene.inside)
    if len(shown) > MOST_STEPS:
        told = shown[np.isin(scene.events[shown], ("scattered", "phonon"), invert=True)]
        shown = told if len(told) else shown
    every = np.unique(np.linspace(0, len(shown) - 1, min(len(shown), MOST_STEPS)).astype(int))
    return np.asarray(shown[every])


def _slider(scene: Scene, words: list[str], shown: npt.NDArray[np.int64], trace: int) -> dict[str, Any]:
    """Moves the ring, which is trace number ``trace``, from point to point."""
    steps = [
        {
            "method": "restyle",
            "label": str(k),
            "args": [{**{n: [[v]] for n, v in _place(scene, k).items()}, "text": [[words[k]]]}, [trace]],
        }
        for k in shown
    ]
    return {"steps": steps, "currentvalue": {"prefix": "step "}, "pad": {"t": 10, "b": 10}}


def _here(scene: Scene, words: list[str], k: int) -> dict[str, Any]:
    """The ring around one point, with its words."""
    return {
        "type": "scatter3d", "mode": "markers+text", **{n: [v] for n, v in _place(scene, k).items()},
        "text": [words[k]], "name": "step", "textposition": "top right", "hoverinfo": "skip",
        "marker": {"color": "rgba(230,159,0,0.35)", "size": 14, "line": {"color": "#000000", "width": 2}},
    }  # fmt: skip


def _place(scene: Scene, k: int) -> dict[str, float]:
    return dict(zip("xyz", scene.points[k].round(4).tolist(), strict=True))
