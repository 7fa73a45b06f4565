"""What hangs on how the light of a narrow measured response lies within the bins, which no histogram tells."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from scintidot.analysis.decay.fit import DecayFit
from scintidot.analysis.decay.model import DecayModel
from scintidot.analysis.decay.narrow import LAWS, NarrowResponse
from scintidot.analysis.fitting import Cost, JointCost
from scintidot.output import number

DOUBT = 0.25
"""Of an error, by which the other law may move a parameter before it is said. Over responses of five shapes (Gaussian,
sech squared, with an exponential flank, with a diffusion tail, with an afterpulse) at four places against the bins,
1 bin wide and more, this found all that were biased by more than half an error (3e5 counts, XX of 1.4 bins)."""
UNSEEN = 0.7
"""Full width at half maximum [bins] below which a histogram says next to nothing of a shape, and both laws may be
wrong alike."""


def within_bins(fit: DecayFit) -> dict[str, Any] | None:
    """How far each parameter would move if the response followed the other law within the bins; None if none is narrow.

    To first order: the covariance times the slope of the likelihood of what the other law expects.
    """
    narrow = [m.instrument.response for m in fit.models if isinstance(m.instrument.response, NarrowResponse)]
    if not narrow:
        return None
    costs = [
        (Cost(model, _by_other_law(model, fit.values(i))[model.window], part.sigma), fit.places[i])
        for i, (model, part) in enumerate(zip(fit.models, _parts(fit), strict=True))
    ]
    slope, _ = JointCost(costs).scoring(fit.fit.values, fit.parameters, np.array(fit.fit.free, dtype=int))
    with np.errstate(invalid="ignore"):  # a variance without bound
        moved = -fit.fit.covariance @ slope
    changes = {}
    for i, change in zip(fit.fit.free, moved, strict=True):
        p = fit.fit.parameters[i]
        if not p.incidental and p.error > 0 and math.isfinite(p.error):
            changes[p.name] = {"change": number(change), "in_errors": number(change / p.error)}
    return {
        "response_fwhm_bins": float(min(response.width for response in narrow)),
        "law": LAWS[0],
        "other_law": LAWS[1],
        "changes": changes,
    }


def _parts(fit: DecayFit) -> list[Cost]:
    """The cost of each decay."""
    return [part for part, _ in fit.cost.parts] if isinstance(fit.cost, JointCost) else [fit.cost]


def _by_other_law(model: DecayModel, values: Any) -> Any:
    """Counts that are expected if a narrow response follows the other law."""
    response = model.instrument.response
    if isinstance(response, NarrowResponse):
        model = replace(model, instrument=replace(model.instrument, response=response.by(LAWS[1])))
    return model.expected(values)


def say_within_bins(found: dict[str, Any] | None) -> list[str]:
    """A warning where it matters."""
    if found is None:
        return []
    name, worst = max(
        found["changes"].items(), key=lambda item: abs(item[1]["in_errors"] or 0.0), default=("", None)
    )
    width, remedy = found["response_fwhm_bins"], "finer bins or a known width (--irf-fwhm-ps) mend it"
    if worst is not None and abs(worst["in_errors"] or 0.0) > DOUBT:
        return [
            f"the response is {width:.2g} bins wide, and its shape within them is an assumption: with another "
            f"({found['other_law']}, not {found['law']}) {name} would move by {worst['change']:+.2g}, "
            f"{abs(worst['in_errors']):.2g} of its error; {remedy}"
        ]
    if width < UNSEEN:
        return [
            f"the response is {width:.2g} bins wide: its histogram does not tell its shape, on which lifetimes of a "
            f"few bins and <N> hang; {remedy}"
        ]
    return []
