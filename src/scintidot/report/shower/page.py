"""The page: it can be turned, and stepped through point by point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.bibtex import references_of
from scintidot.output import write_text
from scintidot.report.shower.scene import Scene
from scintidot.report.shower.traces import lines, marks, space, words_of
from scintidot.report.shower.words import books_in_words, title_of, which_history
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


def figure_of(document: dict[str, Any], scene: Scene) -> dict[str, Any]:
    """The figure as plotly reads it."""
    words = words_of(document)
    traces = [*lines(scene), *marks(document, scene, words)]
    shown = _stepped_through(scene)
    sliders = []
    if len(shown):
        sliders = [_slider(scene, words, shown, len(traces))]
        traces.append(_here(scene, words, int(shown[0])))
    ground = {"backgroundcolor": "white", "gridcolor": "#e4e4e4", "zerolinecolor": "#e4e4e4"}
    axes = space(scene)
    for name in ("xaxis", "yaxis", "zaxis"):
        axes[name] |= ground
    return {
        "data": traces,
        "layout": {
            "margin": {"l": 0, "r": 0, "t": 10, "b": 0},
            "legend": {"itemsizing": "trace", "y": 0.93, "tracegroupgap": 2},
            "scene": axes,
            "sliders": sliders,
        },
    }


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
