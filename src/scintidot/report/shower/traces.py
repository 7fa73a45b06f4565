"""Lines and marks of a shower as plotly draws them; ``customdata``: the step at which each point is reached."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.records import FloatArray
from scintidot.report.shower.marks import GENERATION_COLOURS, LAST_GENERATION, MARKS, OUTLINE
from scintidot.report.shower.scene import MOST_SEGMENTS, Scene
from scintidot.report.shower.words import energy_in_words, generation_in_words
from scintidot.report.style import GREY

ALWAYS = -1
"""Step of what is there from the beginning."""


def words_of(document: dict[str, Any]) -> list[str]:
    """What a point says when it is pointed at."""
    columns = document["points"]
    rows = zip(*(columns[key] for key in ("event", "energy_eV", "electron", "generation")), strict=True)
    return [
        f"{event.replace('_', ' ')}, {energy_in_words(energy)}<br>"
        f"electron {electron}, generation {generation}<br>step {step}"
        for step, (event, energy, electron, generation) in enumerate(rows)
    ]


def lines(scene: Scene) -> list[dict[str, Any]]:
    """Outlines and paths."""
    found: list[tuple[FloatArray, npt.NDArray[np.int64] | None, str, dict[str, Any]]] = [
        (scene.outlines, None, "nanocrystal", {"color": OUTLINE, "width": 2, "dash": "solid"}),
        (scene.cores, None, "core", {"color": GREY, "width": 2, "dash": "dot"}),
        (scene.box, None, "box", {"color": GREY, "width": 2, "dash": "dot"}),
    ]
    for g in np.unique(scene.generations):
        own = scene.generations == g
        look = {"color": GENERATION_COLOURS[g], "width": 5 if g == 0 else 2.5}
        found.append((scene.segments[own], scene.steps[own], generation_in_words(int(g)), look))
    return [
        {
            "type": "scatter3d", "mode": "lines", **_joined(segments, steps), "name": name, "hoverinfo": "skip",
            "line": look,
        }
        for segments, steps, name, look in found
        if len(segments)
    ]  # fmt: skip


def _joined(segments: FloatArray, steps: npt.NDArray[np.int64] | None) -> dict[str, list[float | None]]:
    """Segments as one line with gaps."""
    places: list[list[float | None]] = []
    reached: list[float | None] = []
    before = None
    for k, (start, end) in enumerate(segments.round(4).tolist()):
        step = ALWAYS if steps is None else int(steps[k])
        new = [end] if start == before else [[None] * 3, start, end] if places else [start, end]
        places += new
        reached += [step] * len(new)
        before = end
    x, y, z = (list(column) for column in zip(*places, strict=True))
    return {"x": x, "y": y, "z": z, "customdata": reached}


def marks(document: dict[str, Any], scene: Scene, words: list[str]) -> list[dict[str, Any]]:
    """What happened; of each kind a trace of marks, and one for the legend alone: there a mark has no generation."""
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
                **common, "x": x, "y": y, "z": z, "showlegend": False, "customdata": chosen.tolist(),
                "marker": {"color": colours, "symbol": mark.symbol_of_page, "size": mark.size},
                "text": [words[k] for k in chosen], "hovertemplate": "%{text}<extra></extra>",
            },
            {
                **common, "x": [None], "y": [None], "z": [None], "customdata": [ALWAYS],
                "marker": {"color": GREY, "symbol": mark.symbol_of_page, "size": 2 * mark.size + 1},
            },
        ]  # fmt: skip
    return traces


def space(scene: Scene) -> dict[str, Any]:
    """The three axes about what is shown, and from where it is seen."""
    low, high = scene.centre - scene.half, scene.centre + scene.half
    return {
        "aspectmode": "cube",
        "camera": {"eye": {"x": 0.9, "y": -1.75, "z": 0.65}, "center": {"z": -0.1}},
        **{
            f"{name}axis": {"title": {"text": f"{name} [nm]"}, "range": [float(a), float(b)]}
            for name, a, b in zip("xyz", low, high, strict=True)
        },
    }
