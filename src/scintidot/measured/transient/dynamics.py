"""Dynamics against delay: about time zero on a linear axis, later on a logarithmic one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scintidot.measured.panels import Panel, Series
from scintidot.records import FloatArray

EARLY = (-5.0, 10.0)
"""Widths of the response that the linear axis shows before and after time zero."""
FEWEST_EARLY = 6
"""Delays after time zero that it shows at least."""
LATE = 2.0
"""Widths of the response after time zero from which on the logarithmic axis begins."""


class Dynamics(NamedTuple):
    """One curve with its fit."""

    name: str
    delay: FloatArray  # [ps] after time zero
    values: FloatArray
    expected: FloatArray
    sigma: FloatArray | float


def dynamics_panels(
    rows: Sequence[Dynamics], width: float, title: str, unit: str, caption: str,
    marks: tuple[tuple[float, float, str], ...] = (),
) -> tuple[Panel, ...]:  # fmt: skip
    """Two panels with residuals; the later one goes by ``title``. ``width`` of the response [ps]."""
    after = np.unique(np.concatenate([row.delay[row.delay > 0] for row in rows]))
    end = EARLY[1] * width
    if len(after):
        end = max(end, float(after[min(FEWEST_EARLY, len(after)) - 1]))
    windows = ((EARLY[0] * width, end, True), (LATE * width, np.inf, False))
    panels = []
    for low, high, early in windows:
        series, residuals = [], []
        for row in rows:
            shown = (row.delay >= low) & (row.delay <= high)
            if not shown.any():
                continue
            delay, values, expected = row.delay[shown], row.values[shown], row.expected[shown]
            sigma = np.broadcast_to(row.sigma, row.delay.shape)[shown]
            series.append(Series(row.name, delay, values))
            series.append(Series(f"{row.name}, fit", delay, expected, style="line"))
            residuals.append(Series(row.name, delay, (values - expected) / sigma))
        words = "The rise about time zero. " if early else f"From {LATE:g} widths of the response on. "
        if series:
            panels.append(
                Panel(
                    f"{title}: about time zero" if early else title, "delay after time zero [ps]", unit,
                    words + caption, tuple(series), tuple(residuals), log_x=not early,
                    marks=() if early else marks,
                )
            )  # fmt: skip
    return tuple(panels)
