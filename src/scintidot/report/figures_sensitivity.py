"""Which number of the card matters most."""

from __future__ import annotations

from typing import Any

import numpy as np

from scintidot.records import FloatArray
from scintidot.report.figures_common import Plot, top
from scintidot.report.style import BLUE, ORANGE, figure
from scintidot.results import Prediction

SENSITIVITY_FIGURES = {
    "photons_per_nc": "photons per nanocrystal",
    "tau_ps.harmonic": "harmonic τ [ps]",
    "ctr_ps.formula": "CTR formula [ps]",
    "ctr_ps.cramer_rao": "CTR bound [ps]",
}


def middle_row(prediction: Prediction) -> int:
    """The row nearest to the size that anchors the light yield."""
    target = prediction.config.light.light_yield_edge_length_nm
    return int(np.argmin(np.abs(prediction.edge_length - target)))


def changes_in_per_cent(prediction: Prediction, names: list[str], index: int) -> FloatArray:
    """Of the figures ``names`` of one row with each uncertain number at its low and high, shape (numbers, names, 2)."""
    figures = prediction.figures
    changes = np.zeros((len(figures.single), len(names), 2))
    for i, sides in enumerate(figures.single.values()):
        for j, name in enumerate(names):
            changes[i, j] = [100 * (side[name][index] / figures.central[name][index] - 1) for side in sides]
    changes[np.abs(changes) < 1e-9] = 0.0  # rounding
    return changes


def sensitivity(prediction: Prediction) -> Plot:
    """Which uncertain number of the card matters most."""
    index = middle_row(prediction)
    keys = list(prediction.figures.single)
    changes = changes_in_per_cent(prediction, list(SENSITIVITY_FIGURES), index)
    order = np.argsort(np.abs(changes).max(axis=(1, 2)))
    drawing, axes = figure(1, len(SENSITIVITY_FIGURES), 14, 0.34 * max(len(keys), 3) + 1.3)
    places = np.arange(len(keys))
    for j, (axis, label) in enumerate(zip(axes[0], SENSITIVITY_FIGURES.values(), strict=True)):
        axis.barh(places + 0.2, changes[order, j, 0], 0.38, color=BLUE, label="at low")
        axis.barh(places - 0.2, changes[order, j, 1], 0.38, color=ORANGE, label="at high")
        axis.axvline(0, color="black", lw=0.8)
        axis.set(title=label.split(" [")[0], xlabel="change [%]", yticks=places)
        axis.set_yticklabels([keys[i] for i in order] if j == 0 else [])
        widest = 1.05 * top(np.abs(changes))
        axis.set_xlim(-widest, widest)
    axes[0, -1].legend(loc="lower right")
    caption = (
        f"At {prediction.edge_length[index]:g} nm: each number of the card that has a band, set to its low and its "
        "high end, all else unchanged, on one scale. The longest bar of a panel is the number to measure first "
        "for that figure."
    )
    columns = [
        "number of the card",
        *(
            f"{name.split(' [')[0]} {end} [%]"
            for name in SENSITIVITY_FIGURES.values()
            for end in ("low", "high")
        ),
    ]
    table: list[list[Any]] = [[keys[i], *map(float, changes[i].ravel())] for i in order[::-1]]
    return Plot("sensitivity", "Which assumption matters most", drawing, caption, columns, table)
