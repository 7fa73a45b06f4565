"""One look for every figure: colour-blind-safe, readable on a slide, the same bytes every time."""

from __future__ import annotations

import io
from typing import Any

# Okabe and Ito 2008: distinguishable with any kind of colour vision.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#666666",
)  # fmt: skip

_SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.labelsize": 11,
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "lines.linewidth": 2,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "figure.constrained_layout.use": True,
    "svg.hashsalt": "scintidot",
    "svg.fonttype": "path",
}

WITHOUT_DATE: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
}
"""Kind of file -> metadata with which the same figure makes the same bytes."""


def settings() -> Any:
    """Context in which every figure is drawn; leaves the global state of matplotlib alone."""
    from matplotlib import rc_context

    return rc_context(_SETTINGS)  # type: ignore[arg-type]


def figure(rows: int, columns: int, width: float, height: float) -> tuple[Any, Any]:
    """Figure [inches] and its axes, shape (rows, columns)."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    from scintidot.report.drawing import Drawing

    drawing = Drawing(figsize=(width, height))
    FigureCanvasSVG(drawing)
    return drawing, drawing.subplots(rows, columns, squeeze=False)


def to_svg(drawing: Any) -> str:
    """The drawing as an SVG element, to stand inside HTML."""
    buffer = io.StringIO()
    for part in (drawing, *drawing.axes):
        part.patch.set_facecolor("none")
    drawing.get_layout_engine().execute(drawing)
    drawing.set_layout_engine("none")  # else drawing lays it out again
    drawing.canvas.print_svg(buffer, metadata=WITHOUT_DATE["svg"])  # savefig draws twice
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def shades(count: int) -> list[Any]:
    """``count`` colours from dark to light, readable in grey too."""
    import matplotlib as mpl

    return [mpl.colormaps["viridis"](0.05 + 0.82 * i / max(count - 1, 1)) for i in range(count)]
