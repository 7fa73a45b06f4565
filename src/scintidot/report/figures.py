"""The figures of a prediction, each as SVG with a caption and the table behind it."""

from __future__ import annotations

import numpy as np

from scintidot.report.figures_common import Curves, Plot
from scintidot.report.figures_deposit import deposit_and_excitons, events, occupancy
from scintidot.report.figures_emission import emission
from scintidot.report.figures_headline import headline
from scintidot.report.figures_light import auger_family, intensity_against_volume
from scintidot.report.figures_sensitivity import sensitivity
from scintidot.report.figures_timing import decay_curves, models_compared, timing_against_size
from scintidot.report.style import settings
from scintidot.results import Prediction
from scintidot.variations import size_curves


def draw_all(prediction: Prediction) -> list[Plot]:
    """Every figure in the order of the report; that of the first page first."""
    curves = Curves(*size_curves(prediction))
    with settings(), np.errstate(divide="ignore", invalid="ignore"):  # no light: nothing is drawn
        return [
            headline(prediction, curves),
            timing_against_size(prediction, curves),
            models_compared(prediction),
            intensity_against_volume(prediction, curves),
            deposit_and_excitons(prediction, curves),
            *([events(prediction), occupancy(prediction)] if prediction.occupancies else []),
            decay_curves(prediction),
            *([emission(prediction)] if prediction.emission is not None else []),
            auger_family(prediction),
            sensitivity(prediction),
        ]
