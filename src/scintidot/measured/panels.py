"""What a figure of a result shows, as plain numbers: any surface can draw it."""

from __future__ import annotations

from dataclasses import dataclass, field

from scintidot.records import FloatArray


@dataclass(frozen=True)
class Series:
    """One set of points or one line of a panel."""

    label: str
    x: FloatArray
    y: FloatArray
    error: FloatArray | None = None  # one standard deviation of y
    x_error: FloatArray | None = None
    style: str = "points"  # or line, dashed, marked (with points), band (half width ``error``), bar (from 0 to x, at y)


@dataclass(frozen=True)
class Panel:
    """One set of axes with its caption; ``residuals`` are drawn below it on the same x axis."""

    title: str
    x_label: str
    y_label: str
    caption: str
    series: tuple[Series, ...]
    residuals: tuple[Series, ...] = ()
    residual_label: str = "residual [σ]"
    log_x: bool = False
    log_y: bool = False
    y_names: tuple[str, ...] = ()  # of y = 0, 1, 2 ..., where they are no numbers
    marks: tuple[tuple[float, float, str], ...] = field(default=())  # from, to on the x axis, words
