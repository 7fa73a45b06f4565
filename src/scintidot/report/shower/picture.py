"""The picture: one view, as .png, .svg or .pdf."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scintidot.report.shower.marks import FACE, GENERATION_COLOURS, LAST_GENERATION, MARKS, OUTLINE
from scintidot.report.shower.scene import Scene
from scintidot.report.shower.words import (
    books_in_words,
    energy_in_words,
    generation_in_words,
    title_of,
    which_history,
)
from scintidot.report.style import GREY, WITHOUT_DATE, settings

MOST_LABELS, LOWEST_LABEL = 4, 50.0
"""Escaping electrons whose energy [eV] is written beside them."""
MANY = 1500
"""Segments from which on lines are thin."""


def write_picture(path: Path, *, document: dict[str, Any], scene: Scene, kind: str) -> None:
    """Into a file of ``kind`` png, svg or pdf; ``path`` may be a name for the time being. The same bytes every time."""
    with settings():
        draw_picture(document, scene).savefig(path, format=kind, dpi=130, metadata=WITHOUT_DATE[kind])


def draw_picture(document: dict[str, Any], scene: Scene) -> Any:
    """The picture as a figure of matplotlib."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from mpl_toolkits.mplot3d.art3d import Line3DCollection, Poly3DCollection

    from scintidot.report.drawing import Drawing

    with settings():
        drawing = Drawing(figsize=(9.2, 7.6))
        drawing.set_layout_engine("none")
        FigureCanvasAgg(drawing)
        axes: Any = drawing.add_axes((-0.02, 0.0, 0.86, 0.92), projection="3d", computed_zorder=False)
        for faces in scene.filled:
            axes.add_collection3d(
                Poly3DCollection(faces, facecolors=FACE, alpha=0.05, linewidths=0, zorder=1)
            )
        for lines, colour, width, style in (
            (scene.outlines, OUTLINE, 0.9 if document["choices"]["shape"] != "sphere" else 0.35, "-"),
            (scene.cores, GREY, 0.5, "--"),
            (scene.box, GREY, 0.8, ":"),
        ):
            if len(lines):
                axes.add_collection3d(
                    Line3DCollection(
                        lines, colors=colour, linewidths=width, linestyles=style, alpha=0.8, zorder=2
                    )
                )
        many = len(scene.segments) > MANY
        for generation in range(LAST_GENERATION, -1, -1):
            chosen = scene.segments[scene.generations == generation]
            if len(chosen):
                axes.add_collection3d(
                    Line3DCollection(
                        chosen, colors=GENERATION_COLOURS[generation],
                        alpha=1.0 if generation == 0 else 0.5 if many else 0.85,
                        linewidths=2.2 if generation == 0 else 0.6 if many else 1.0,
                        zorder=3 + (LAST_GENERATION - generation) / 10,
                    )
                )  # fmt: skip
        present = _marks(axes, document, scene)
        _labels(axes, document, scene)
        _axes(axes, scene)
        _legend(drawing, scene.generations, present)
        drawing.text(0.03, 0.96, title_of(document), fontsize=13, va="center")
        drawing.text(0.03, 0.92, books_in_words(document), fontsize=11, va="center")
        drawing.text(0.03, 0.025, which_history(document), fontsize=9, color=GREY)
        if scene.notes:
            drawing.text(0.97, 0.025, scene.notes[-1].split(";")[0], fontsize=9, color=GREY, ha="right")
        return drawing


def _marks(axes: Any, document: dict[str, Any], scene: Scene) -> list[str]:
    """Draw what happened; returns the kinds that are seen."""
    generation = np.minimum(document["points"]["generation"], LAST_GENERATION)
    present = []
    for event, mark in MARKS.items():
        chosen = (scene.events == event) & scene.inside
        if not chosen.any():
            continue
        present.append(event)
        colours = np.array(GENERATION_COLOURS)[generation[chosen]]
        looks: dict[str, Any] = {"c": colours}
        if mark.rimmed:
            looks = {"facecolors": colours, "edgecolors": "white"}
        elif not mark.filled:
            looks = {"facecolors": "white", "edgecolors": colours}
        axes.scatter(
            *scene.points[chosen].T, s=mark.size**2, marker=mark.symbol, linewidths=0.7 if not mark.filled else 0.4,
            depthshade=False, alpha=0.95, zorder=5, **looks,
        )  # fmt: skip
    return present


def _labels(axes: Any, document: dict[str, Any], scene: Scene) -> None:
    """Energies of the fastest electrons that escape."""
    from matplotlib.patheffects import withStroke

    energy = np.array(document["points"]["energy_eV"])
    chosen = np.flatnonzero((scene.events == "left") & scene.inside & (energy > LOWEST_LABEL))
    for k in sorted(chosen, key=lambda k: -energy[k])[:MOST_LABELS]:
        axes.text(
            *scene.points[k], f"  {energy_in_words(float(energy[k]))}", fontsize=9, color="#222222", zorder=6,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )  # fmt: skip


def _axes(axes: Any, scene: Scene) -> None:
    from matplotlib.ticker import MaxNLocator

    low, high = scene.centre - scene.half, scene.centre + scene.half
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
    axes.set(xlabel="x [nm]", ylabel="y [nm]", zlabel="z [nm]")
    axes.set_box_aspect((1, 1, 1), zoom=1.0)
    axes.view_init(elev=20, azim=-58)
    axes.tick_params(labelsize=8.5, pad=1)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_major_locator(MaxNLocator(6, steps=(1, 2, 5, 10)))
        axis.set_pane_color((1, 1, 1, 0))
        axis.line.set_color("#999999")
        axis._axinfo["grid"].update(color="#e4e4e4", linewidth=0.6)


def _legend(drawing: Any, generations: npt.NDArray[np.int64], present: list[str]) -> None:
    from matplotlib.lines import Line2D

    lines = [
        Line2D([], [], color=GENERATION_COLOURS[g], lw=2, label=generation_in_words(int(g)))
        for g in np.unique(generations)
    ]
    marks = [
        Line2D(
            [], [], color=GREY, lw=0, marker=MARKS[event].symbol, ms=max(MARKS[event].size * 1.5, 5),
            mfc=GREY if MARKS[event].filled else "white", label=MARKS[event].word,
        )
        for event in present
    ]  # fmt: skip
    drawing.legend(handles=[*lines, *marks], loc="upper right", bbox_to_anchor=(0.995, 0.87))
