"""The scene in the colours of a theme, as the script of the page draws it step by step."""

from __future__ import annotations

from typing import Any

from scintidot.app.figures import COLOURS, DARK, LIGHT, template
from scintidot.report.shower.marks import GENERATION_COLOURS, OUTLINE
from scintidot.report.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION

ON_DARK = {
    GENERATION_COLOURS[0]: "#FFFFFF",
    OUTLINE: "#8A9199",
    **dict(zip((BLUE, VERMILION, GREEN, ORANGE, PURPLE, GREY), COLOURS[DARK], strict=True)),
}
"""Colours of the picture -> those that stand out on dark ground."""
CAMERA = {"eye": {"x": 1.0, "y": -2.0, "z": 0.72}, "center": {"z": -0.1}}
"""From where it is seen at first."""
HERE = {LIGHT: ("rgba(230,159,0,0.35)", "#000000"), DARK: ("rgba(255,200,60,0.45)", "#FFFFFF")}
"""Ground and rim of the ring about the step."""


def scene_in(shown: dict[str, Any], theme: str, revision: str) -> dict[str, Any]:
    """Traces and layout; ``revision`` stays the same while the camera is to stay where it is."""
    ground, rim = HERE[theme]
    ring = {
        "type": "scatter3d", "mode": "markers", "name": "this step", "hoverinfo": "skip",
        "marker": {"color": ground, "size": 14, "line": {"color": rim, "width": 2}},
    }  # fmt: skip
    kept = ("places", "words", "told", "primary_eV", "running", "pairs")
    return {
        "traces": [*(_repainted(trace, theme) for trace in shown["traces"]), ring],
        "layout": {
            "template": template(theme).to_plotly_json(),
            "margin": {"l": 0, "r": 0, "t": 4, "b": 0},
            "legend": {"itemsizing": "trace", "y": 0.98, "x": 0, "tracegroupgap": 2},
            "scene": {**shown["space"], "domain": {"x": [0.26, 1]}, "camera": CAMERA},
            "uirevision": revision,
        },
        **{key: shown[key] for key in kept},
    }


def _repainted(trace: dict[str, Any], theme: str) -> dict[str, Any]:
    """A trace in the colours of the theme."""
    if theme == LIGHT:
        return trace
    found = dict(trace)
    for part in ("line", "marker"):
        if part in trace:
            colour = trace[part]["color"]
            new = ON_DARK.get(colour, colour) if isinstance(colour, str) else [ON_DARK[one] for one in colour]
            found[part] = {**trace[part], "color": new}
    return found
