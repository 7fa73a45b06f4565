"""A panel of an analysis as a figure of matplotlib."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.measured.panels import Panel, Series
from scintidot.report.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, figure, settings, shades

COLOURS = (VERMILION, BLUE, GREEN, ORANGE, PURPLE, GREY)
LINES = ("line", "dashed", "marked", "bar")
"""Styles of series that have a colour of their own."""
MOST_POINTS = 3000
"""Points of a series that are drawn; of more, every so many."""


def draw_panel(panel: Panel) -> Any:
    """A panel, with its residuals below it if it has some, as a figure of matplotlib."""
    with settings(), np.errstate(all="ignore"):
        below = None
        if panel.residuals:
            drawing, ((main,), (below,)) = figure(2, 1, 10, 5.6)
            main.get_gridspec().set_height_ratios([3, 1])
            below.sharex(main)
        else:
            drawing, ((main,),) = figure(1, 1, 10, max(4.4, 1.4 + 0.36 * len(panel.y_names)))
        _axis(main, panel.series)
        main.set(ylabel=panel.y_label)
        if panel.log_y:
            main.set_yscale("log")
        if panel.log_x:
            main.set_xscale("log")
        if panel.y_names:
            main.set_yticks(range(len(panel.y_names)), panel.y_names)
        for i, (start, end, words) in enumerate(panel.marks):
            if end > start:
                main.axvspan(start, end, color=GREY, alpha=0.12, lw=0)
            else:
                main.axvline(start, color=GREY, lw=1, ls=":")
            at = (start, 0.97 - 0.06 * (i % 3))
            main.annotate(
                f" {words}", at, xycoords=("data", "axes fraction"), fontsize=8.5, color=GREY, va="top"
            )
        if any(series.label for series in panel.series):
            main.legend(ncols=2)
        if below is not None:
            _axis(below, panel.residuals)
            below.axhline(0, color=GREY, lw=1)
            below.set(ylabel=panel.residual_label, xlabel=panel.x_label)
            main.tick_params(labelbottom=False)
        else:
            main.set(xlabel=panel.x_label)
        return drawing


def colours_of(many: tuple[Series, ...]) -> dict[str, Any]:
    """Colour of each line with a label, in their order; shades where there are more than colours."""
    lined = [series for series in many if series.style in LINES and series.label]
    palette = COLOURS if len(lined) <= len(COLOURS) else shades(len(lined))
    return {series.label: colour for series, colour in zip(lined, palette, strict=False)}


def _axis(axis: Any, many: tuple[Series, ...]) -> None:
    own = colours_of(many)
    last = next(iter(own.values()), COLOURS[0])
    for series in many:
        x, y, error, x_error = thinned(series)
        label = series.label or None
        if series.style == "points":  # those of a fit have its colour
            of_fit = own.get(f"{series.label}, fit") if series.label else last
            size = 2.5 if len(x) > 200 else 5
            if error is None and x_error is None:
                alpha = 0.6 if len(x) > 200 else 1
                axis.plot(x, y, "o", ms=size, color=of_fit or GREY, alpha=alpha, label=label, mew=0)
            else:
                axis.errorbar(
                    x, y, error, x_error, fmt="o", ms=size, color=of_fit or BLUE, capsize=3, label=label
                )
        elif series.style == "band":  # of the line before it
            spread = np.zeros_like(y) if error is None else error
            label = None if series.label.endswith(", error") else label
            axis.fill_between(x, y - spread, y + spread, color=last, alpha=0.15, lw=0, label=label)
        elif series.style == "bar":
            last = own.get(series.label, last)
            axis.barh(y, x, 0.38, color=last, label=label)
        else:
            last = own.get(series.label, last)  # one without a label goes with the one before it
            look = {"dashed": "--", "marked": "o-"}.get(series.style, "-")
            axis.plot(x, y, look, color=last, lw=1.2 if look == "--" else 1.8, ms=5, label=label)


def thinned(series: Series) -> tuple[Any, Any, Any, Any]:
    """x, y and their errors, at most `MOST_POINTS` of them."""
    x, y = np.asarray(series.x), np.asarray(series.y)
    step = max(1, -(-len(x) // MOST_POINTS))
    error, x_error = (
        None if part is None else np.asarray(part)[::step] for part in (series.error, series.x_error)
    )
    return x[::step], y[::step], error, x_error
