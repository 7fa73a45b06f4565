"""The figure of the first page: light, speed and time resolution against size."""

from __future__ import annotations

from scintidot.choices import truncated
from scintidot.report.figures_common import Curves, Plot, line, mark_truncation, table_of, top
from scintidot.report.style import BLUE, ORANGE, VERMILION, figure
from scintidot.results import Prediction

PANELS = (
    ("photons_per_MeV_deposited", "photons per energy kept [1/MeV]", BLUE),
    ("tau_ps.harmonic", "harmonic lifetime [ps]", ORANGE),
    ("ctr_ps.cramer_rao", "CTR, Cramér-Rao bound [ps FWHM]", VERMILION),
)


def headline(prediction: Prediction, curves: Curves) -> Plot:
    """What the answer of the first page was read from."""
    drawing, axes = figure(1, 3, 12, 3.3)
    for axis, (key, label, colour) in zip(axes[0], PANELS, strict=True):
        line(axis, prediction, curves, key, colour, "")
        highest = 1.15 * top(prediction.figures.high[key])
        axis.set(xlabel="edge length [nm]", title=label, ylim=(0, highest))
        if truncated(prediction.config):
            mark_truncation(axis, curves)
    keys = [key for key, _, _ in PANELS]
    table = table_of(prediction.edge_length, *(prediction.figures.central[key] for key in keys))
    caption = "Points: the sizes of this run. Shaded: what the uncertain numbers of the material card do."
    return Plot(
        "headline", "Light, speed and time resolution", drawing, caption, ["edge_length_nm", *keys], table
    )
