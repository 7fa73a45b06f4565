"""The shower of one history in space: a picture, or a page that can be turned and stepped through."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from scintidot.output import write_together
from scintidot.report.shower.page import figure_of, write_page
from scintidot.report.shower.picture import draw_picture, write_picture
from scintidot.report.shower.scene import scene_of


def draw_shower(document: dict[str, Any], path: Path, view_nm: float | None = None) -> list[str]:
    """Draw ``scintidot.track/1`` into a .png, .svg, .pdf or .html; returns what the picture leaves out.

    Raises
    ------
    CannotWrite
        If the file cannot be written; nothing is left half done.
    """
    scene = scene_of(document, view_nm)
    kind = path.suffix.lower().removeprefix(".")
    if kind == "html":
        write = partial(write_page, document=document, scene=scene)
    else:
        write = partial(write_picture, document=document, scene=scene, kind=kind)
    write_together(path.parent, {path.name: write}, "--out")
    return scene.notes


def shower_figure(document: dict[str, Any], backend: str) -> Any:
    """The same as a figure of ``matplotlib``, or of ``plotly`` to turn."""
    scene = scene_of(document)
    if backend == "matplotlib":
        return draw_picture(document, scene)
    from plotly.graph_objects import Figure

    return Figure(figure_of(document, scene))
