"""Panels of a fitted decay: data with fit and components, residuals, their autocorrelation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scintidot.analysis.decay.fit import DecayFit, Measured
from scintidot.analysis.decay.quality import autocorrelation
from scintidot.analysis.decay.shapes import Components
from scintidot.measured.panels import Panel, Series
from scintidot.records import FloatArray

MOST_DECAYS = 8
"""Decays that are drawn one by one."""


def panels_of(
    results: Sequence[tuple[DecayFit, int, int]], measured: Sequence[Measured]
) -> tuple[Panel, ...]:
    """Of each decay its fit and the autocorrelation of its residuals."""
    panels: list[Panel] = []
    for fit, i, place in results[:MOST_DECAYS]:
        panels += [_decay(fit, i), _correlation(fit, i, measured[place].name)]
    return tuple(panels)


def _decay(fit: DecayFit, i: int) -> Panel:
    data, model = fit.measured[i], fit.models[i]
    middle = 0.5 * (data.edges[1:] + data.edges[:-1]) / 1e3
    expected, values = fit.expected(i), fit.values(i)
    seen = slice(int(data.window[0]), int(data.window[-1]) + 1)
    series = [
        Series("data", middle[seen], data.counts[seen]),
        Series("fit", middle[seen], expected[seen], style="line"),
    ]
    shift, width, background, _ = values[-4:]
    if isinstance(model.shape, Components):
        photons, lifetimes = np.split(values[:-4], 2)
        shares = model.instrument.response.share(1 / lifetimes, shift, width)
        for name, light, share in zip(model.shape.names, photons, shares, strict=True):
            series.append(Series(name, middle[seen], (light * share)[seen], style="dashed"))
    parts = ", its components" if isinstance(model.shape, Components) else ""
    flash = model.instrument.response.flash(shift, width).share[0]
    if flash.max() > 0:
        series.append(
            Series("response", middle[seen], (flash * data.counts.max() / flash.max())[seen], style="dashed")
        )
    window = middle[data.window]
    lowest = max(0.3 * background, 0.3)
    return Panel(
        f"Fit of {data.name}", "time [ns]", "counts in a bin" if data.sigma is None else "signal",
        f"Counts with the fit{parts} and the response (scaled to the peak). Below: residuals, the signed roots "
        "of each bin's share of the deviance; a true model gives a normal law of width 1 without waves.",
        tuple(_above(s, lowest) for s in series),
        (Series("residuals", window, fit.residuals(i)),),
        log_y=data.sigma is None,
    )  # fmt: skip


def _above(series: Series, lowest: float) -> Series:
    """Without what a logarithmic axis cannot show."""
    y = np.where(series.y > (lowest if series.style != "points" else 0), series.y, np.nan)
    return Series(series.label, series.x, y, style=series.style)


def _correlation(fit: DecayFit, i: int, name: str) -> Panel:
    residuals: FloatArray = fit.residuals(i)
    found = autocorrelation(residuals)[1:]
    lags = np.arange(1.0, len(found) + 1)
    limit = np.full(len(found), 2 / np.sqrt(len(residuals)))
    return Panel(
        f"Autocorrelation of the residuals of {name}", "lag [bins]", "autocorrelation",
        "Correlation of the residuals with themselves. Dashed: 2/sqrt(points), which white noise crosses once in 20 "
        "lags.",
        (
            Series("residuals", lags, found, style="line"),
            Series("limit of chance", lags, limit, style="dashed"),
            Series("", lags, -limit, style="dashed"),
        ),
    )  # fmt: skip
