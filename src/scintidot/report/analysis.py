"""Report of an analysis: one HTML file with figures, parameters, correlations, inputs; and its JSON beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from scintidot import __version__
from scintidot.measured.document import Analysis
from scintidot.measured.panels import Panel, Series
from scintidot.output import as_text, with_error, write_text, write_together
from scintidot.report.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILION,
    figure,
    settings,
    shades,
    to_svg,
)
from scintidot.report.templates import render

COLOURS = (VERMILION, BLUE, GREEN, ORANGE, PURPLE, GREY)
SHOWN_APART = (
    "schema", "version", "status", "inputs", "choices", "parameters", "correlation", "warnings", "bibliography",
)  # fmt: skip
MOST_CORRELATED = 14
"""Parameters up to which the whole correlation matrix is shown."""
LONGEST_TABLE = 60
MOST_POINTS = 3000
"""Points of a series that are drawn; more are thinned, lines excepted where they bend."""


def write_analysis(analysis: Analysis, folder: str | Path) -> dict[str, Path]:
    """``report.html``, ``result.json`` and ``curves.csv`` in a folder, all or none."""
    report = {"report.html": lambda path: write_analysis_report(analysis, path)}
    return write_together(Path(folder), {**report, **analysis.writers()})


def write_analysis_report(analysis: Analysis, path: str | Path) -> None:
    """The report alone, to ``path``."""
    document = analysis.document
    correlation = document.get("correlation", {"names": []})
    text = render(
        "analysis.html",
        version=__version__,
        title=analysis.title,
        answer=analysis.answer,
        document=document,
        figures=[(panel.title, draw(panel), panel.caption) for panel in analysis.panels],
        parameters=document.get("parameters", []),
        bibliography=document.get("bibliography", []),
        correlation=correlation if len(correlation["names"]) <= MOST_CORRELATED else None,
        choices=[(name, _in_words(value)) for name, value in flat(document["choices"])],
        tables=tables(document),
        figures_of=figures_of(document),
    )
    write_text(Path(path), text)


def _in_words(value: Any) -> Any:
    """A list without brackets; intervals as from to."""
    if isinstance(value, list):
        pairs = all(isinstance(part, list) and len(part) == 2 for part in value)
        words = [
            " to ".join(str(as_text(x)) for x in part) if pairs else str(as_text(part)) for part in value
        ]
        return ", ".join(words) or "none"
    return value


def figures_of(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Single figures of the document in words, an error with its value."""
    rows = flat({k: v for k, v in document.items() if k not in SHOWN_APART})
    known = {name: value for name, value in rows if not isinstance(value, (dict, list))}
    errors = {name: _error_of(name, known) for name in known}
    beside = {error for error in errors.values() if error is not None}
    shown = []
    for name, value in known.items():
        if name in beside or value is None or name.endswith(("_meaning", "_definition")):
            continue
        error = errors[name]
        if error is not None and isinstance(value, float):
            shown.append((name, with_error(value, known[error])))
        else:
            shown.append((name, as_text(value, 6)))
    return shown


def _error_of(name: str, known: dict[str, Any]) -> str | None:
    """The key that holds the error of a figure, whichever way it is spelled."""
    base, _, last = name.rpartition(".")
    words = last.split("_")
    spelled = [
        f"{last}_error",
        "_".join([*words[:-1], "error", words[-1]]),
        "error" if last == "value" else "",
    ]
    for key in spelled:
        dotted = f"{base}.{key}" if base else key
        if key and dotted in known and dotted != name:
            return dotted
    return None


def flat(values: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Nested keys as one list with dotted names."""
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, dict):
            rows += flat(value, f"{before}{key}.")
        else:
            rows.append((before + key, value))
    return rows


def tables(document: dict[str, Any]) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Every list of flat mappings in the document: name, columns and rows."""
    found = []
    for key, value in flat({k: v for k, v in document.items() if k not in SHOWN_APART}):
        if not (isinstance(value, list) and value and all(isinstance(row, dict) for row in value)):
            continue
        if key in ("decays", "profiles") and len(value) == 1:
            continue  # said above, or drawn
        columns = [
            name
            for name in dict.fromkeys(name for row in value for name in row)
            if not any(isinstance(row.get(name), (dict, list)) for row in value)
        ]
        if columns:
            found.append(
                (key, columns, [[row.get(name) for name in columns] for row in value[:LONGEST_TABLE]])
            )
    return found


def draw(panel: Panel) -> str:
    """A panel as SVG."""
    with settings(), np.errstate(all="ignore"):
        if panel.residuals:
            drawing, ((main,), (below,)) = figure(2, 1, 10, 5.6)
            ratio = drawing.axes[0].get_gridspec()
            ratio.set_height_ratios([3, 1])
            below.sharex(main)
        else:
            drawing, ((main,),) = figure(1, 1, 10, 4.4)
            below = None
        _axis(main, panel.series)
        main.set(ylabel=panel.y_label)
        if panel.log_y:
            main.set_yscale("log")
        if panel.log_x:
            main.set_xscale("log")
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
        return to_svg(drawing)


def _axis(axis: Any, many: tuple[Series, ...]) -> None:
    lined = [series for series in many if series.style in ("line", "dashed") and series.label]
    palette = COLOURS if len(lined) <= len(COLOURS) else shades(len(lined))
    own = {series.label: colour for series, colour in zip(lined, palette, strict=False)}
    last = palette[0]
    for series in many:
        x, y, error, x_error = _thinned(series)
        label = series.label or None
        if series.style == "points":  # those of a fit have its colour
            of_fit = own.get(f"{series.label}, fit")
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
        else:
            last = own.get(series.label, last)  # one without a label goes with the one before it
            dashed = series.style == "dashed"
            axis.plot(x, y, "--" if dashed else "-", color=last, lw=1.2 if dashed else 1.8, label=label)


def _thinned(series: Series) -> tuple[Any, Any, Any, Any]:
    x, y = np.asarray(series.x), np.asarray(series.y)
    step = max(1, -(-len(x) // MOST_POINTS))
    error, x_error = (
        None if part is None else np.asarray(part)[::step] for part in (series.error, series.x_error)
    )
    return x[::step], y[::step], error, x_error
